//! Asking the reader about an item, where its answer can matter.

use super::Scanner;
use crate::findings::ReaderOf;
use crate::item::{Item, Kind};
use crate::reader::{Passage, Read, ReadCounts, Reading};

/// The most that the reader and the learned signal together add to a score, and take from it, on an account that names a health
/// profession; and both on any other. Hand-set, as the next ones. What a rule surely sees is not lost: on 5,447 posts that neither had
/// seen, 3 instead of 1.5 taken cost 3 of 1,553 right findings, and 44 of 658 wrong ones.
const MOST: f32 = 4.0;
const MOST_TAKEN: f32 = 3.0;
const MOST_FOR_STRANGERS: f32 = 0.8;

/// The most that it adds for what pages on no platform say (their answers to reviews are like those elsewhere): it was trained on
/// none, and finds nothing in them alone.
const WEB: &str = "web";
const MOST_FOR_PAGES: f32 = 2.0;

/// On a clinician's account, where nothing in an item or in what it answers has to do with health: it adds less, may take more,
/// and has to be surer to find something alone. It was trained on posts of which half are breaches.
const MOST_OFF_DUTY: f32 = 2.0;
const MOST_TAKEN_OFF_DUTY: f32 = 4.0;
const ALONE_OFF_DUTY: f32 = 1.5;

/// An item is read if so much more would make a finding of a rule, or if a head of the learned model says so much.
const READ_WITHIN: f32 = 0.8;
const READ_FROM: f32 = -2.5;

impl Scanner<'_> {
    /// Whether nothing is read by the reader from now on.
    pub fn leave_out_reader(&mut self, out: bool) {
        self.without_reader = out;
    }

    /// What the reader did since this was last asked.
    pub fn take_read_counts(&mut self) -> ReadCounts {
        std::mem::take(&mut self.read_counts)
    }

    /// Whether there is a reader, and it may be asked.
    pub(super) fn has_reader(&self) -> bool {
        self.engine.reader.is_some() && !self.without_reader && !self.without_learned
    }

    /// How much more makes an item worth reading.
    pub(super) fn read_within(&self) -> f32 {
        match (self.has_reader(), self.is_clinicians()) {
            (false, _) => 0.0,
            (true, true) => READ_WITHIN,
            (true, false) => MOST_FOR_STRANGERS,
        }
    }

    /// Has the item read if that can change anything, and adds what the reader says to what rules are given.
    pub(super) fn consult(&mut self, item: &Item) {
        let Some(reader) = self.engine.reader.as_deref().filter(|_| self.has_reader()) else { return };
        let hinted = self.is_clinicians() && self.scores.iter().any(|score| *score >= READ_FROM);
        if self.candidates.is_empty() && !hinted {
            self.read_counts.passed_over += 1;
            return;
        }
        let reading = match reader.read(item) {
            Read::Judged(reading) => reading,
            Read::Nothing => return,
            Read::OtherLanguage => {
                self.read_counts.other_language += 1;
                return;
            }
            Read::Broken => {
                self.read_counts.broken += 1;
                return;
            }
        };
        self.is_of_page = item.platform == WEB && !matches!(item.kind, Kind::Reply | Kind::ReviewReply);
        self.read_counts.read += 1;
        self.read_counts.in_part += u64::from(reading.in_part);
        self.given.resize(self.engine.rules().len(), 0.0);
        for rule in 0..self.given.len() {
            // Where the reader has no say, rule and learned signal judge as ever.
            let Some(said) = reading.rules.get(rule).copied().flatten() else { continue };
            let (taken, most) = self.limits_of_reader();
            if let Some(given) = self.given.get_mut(rule) {
                *given = (*given * reading.beside + said.evidence).clamp(-taken, most);
            }
        }
        self.reading = Some(reading);
    }

    /// How much it may take from a score, and add to it.
    fn limits_of_reader(&self) -> (f32, f32) {
        match (self.is_clinicians(), self.is_of_page) {
            (true, true) => (MOST_TAKEN, MOST_FOR_PAGES),
            (true, false) if !self.near_care => (MOST_TAKEN_OFF_DUTY, MOST_OFF_DUTY),
            (true, false) => (MOST_TAKEN, MOST),
            (false, _) => (MOST_FOR_STRANGERS, MOST_FOR_STRANGERS),
        }
    }

    /// What a reading gives a rule.
    fn given_by_reader(&self, reading: &Reading, rule: usize) -> f32 {
        let (taken, most) = self.limits_of_reader();
        reading.rules.get(rule).copied().flatten().map_or(0.0, |said| said.evidence.clamp(-taken, most))
    }

    /// Whether the reader and the learned signal make a finding of a rule whose own signals see nothing.
    fn is_found_alone(&self, reading: &Reading, rule: usize) -> bool {
        let learned = self.engine.learned.as_ref().and_then(|learned| learned.head(rule));
        let learned =
            learned.and_then(|head| self.scores.get(usize::from(head))).copied().unwrap_or_default();
        let said = reading.rules.get(rule).copied().flatten();
        let able = self.is_clinicians() && !self.is_of_page;
        let least = if self.near_care { 0.0 } else { ALONE_OFF_DUTY };
        able && said.is_some_and(|said| said.alone + reading.beside_alone * learned >= least)
    }

    /// What the reader keeps of an item to read it in a story.
    pub(super) fn passage(&self, item: &Item) -> Option<Passage> {
        let able = !self.without_reader && item.text.chars().any(char::is_alphabetic);
        self.engine.reader.as_deref().filter(|_| able)?.passage(item)
    }

    /// What the reader says of a rule, for the findings.
    pub(super) fn reader_of<'a>(&'a self, item: &'a Item, rule: u16) -> Option<ReaderOf<'a>> {
        let reader = self.engine.reader.as_deref()?;
        let reading = self.reading.as_ref()?;
        let said = reading.rules.get(usize::from(rule)).copied().flatten()?;
        let evidence = self.given_by_reader(reading, usize::from(rule));
        let alone = self.is_found_alone(reading, usize::from(rule));
        Some(ReaderOf {
            reader,
            item,
            reading,
            probes: &self.probes,
            rule: usize::from(rule),
            log_odds: said.log_odds,
            evidence,
            alone,
        })
    }

    /// Rules of which the reader alone makes findings.
    pub(super) fn add_read_candidates(&mut self) {
        let Some(reading) = &self.reading else { return };
        let alone = (0..reading.rules.len()).filter(|rule| self.is_found_alone(reading, *rule));
        let alone: Vec<u16> = alone.map(|rule| rule as u16).collect();
        self.candidates.extend(alone);
        self.candidates.sort_unstable();
        self.candidates.dedup();
    }
}
