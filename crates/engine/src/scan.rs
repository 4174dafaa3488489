//! The scanner: one item in, its findings out.

mod account;
mod crowded;
mod inspect;
mod reader;

use std::sync::Arc;

pub use inspect::Considered;

use crate::condition::Seen;
use crate::engine::{Engine, UNDERSTOOD};
use crate::facts;
use crate::finding::{Field, Finding, NOT_SURE, RESTS_ON_READER, Severity};
use crate::findings::{LearnedOf, Maker, Probes, rests_on};
use crate::item::{Item, Profile};
use crate::judge::Judge;
use crate::learned::{Feature, Features, Scene};
use crate::reach::Tally;
use crate::reader::{ReadCounts, Reading};
use crate::reading::{Hit, Reader, SignalSet};
use crate::signal::SignalId;
use crate::story::Trace;
use crate::text::{Buffers, Document, Place};

/// The more sentences, the more chances for a rule to be wrong: a long item's scores lose so much log-odds for each
/// factor e in length. Hand-set.
const LENGTH_DISCOUNT: f32 = 0.5;

/// An item of so many sentences is short.
const SHORT_SENTENCES: f32 = 4.0;

/// The confidence from which on a finding is as severe as its rule and the circumstances say.
const SURE: f32 = 0.8;

/// Scans items one after another, keeping its memory from one to the next.
#[derive(Debug)]
pub struct Scanner<'e> {
    engine: &'e Engine,
    reader: Reader,
    buffers: Option<Buffers>,
    profile: ProfileReading,
    facts: SignalSet,
    media: SignalSet,
    parent: SignalSet,
    /// Signals and facts seen anywhere around the item.
    everything: SignalSet,
    own: Vec<Hit>,
    ranges: Vec<(u32, u32)>,
    candidates: Vec<u16>,
    tally: Tally,
    /// How many tokens the item's text has; they come first in a document.
    text_tokens: u32,
    /// What every score loses in a long item; see [`LENGTH_DISCOUNT`].
    length_discount: f32,
    features: Features,
    /// What the heads of the learned model say.
    scores: Vec<f32>,
    /// What they give each rule; nothing without a model.
    given: Vec<f32>,
    without_learned: bool,
    /// What the reader said of the item, if it was asked.
    reading: Option<Reading>,
    /// The item is of a web page.
    is_of_page: bool,
    /// What was read again to explain its findings.
    probes: Probes,
    read_counts: ReadCounts,
    without_reader: bool,
    /// Whether something in the item's texts or its parent's has to do with care.
    near_care: bool,
    /// Facts of the whole account, while its bio is judged by them.
    of_account: Vec<SignalId>,
    trace: Option<Trace>,
}

/// What the last profile said; items of one account share it.
#[derive(Debug, Default)]
struct ProfileReading {
    of: Option<Arc<Profile>>,
    signals: SignalSet,
    facts: SignalSet,
    words: Vec<Feature>,
}

impl<'e> Scanner<'e> {
    pub(crate) fn new(engine: &'e Engine) -> Self {
        let signals = engine.knowledge.signals.infos.len();
        Self {
            engine,
            reader: Reader::default(),
            buffers: Some(Buffers::default()),
            profile: ProfileReading::default(),
            facts: SignalSet::default(),
            media: SignalSet::default(),
            parent: SignalSet::default(),
            everything: SignalSet::default(),
            own: Vec::new(),
            ranges: vec![(0, 0); signals],
            candidates: Vec::new(),
            tally: Tally::default(),
            text_tokens: 0,
            length_discount: 0.0,
            features: Features::default(),
            scores: Vec::new(),
            given: Vec::new(),
            without_learned: false,
            reading: None,
            is_of_page: false,
            probes: Probes::default(),
            read_counts: ReadCounts::default(),
            without_reader: false,
            near_care: false,
            of_account: Vec::new(),
            trace: None,
        }
    }

    /// From now on the rules' own signals judge alone, without the reader too.
    pub fn leave_out_learned(&mut self) {
        self.without_learned = true;
    }

    /// Everything the rules find in one item, ordered by rule id and then by place.
    pub fn scan(&mut self, item: &Item) -> Vec<Finding> {
        let document = self.read(item);
        self.find_candidates(&document, item);
        let mut findings = Vec::new();
        if !self.candidates.is_empty() {
            let candidates = std::mem::take(&mut self.candidates);
            for &index in &candidates {
                let Some(rule) = self.engine.rules().get(usize::from(index)) else { continue };
                if rule.applies_to(item) {
                    let maker = Maker {
                        judge: self.judge(),
                        document: &document,
                        own: &self.own,
                        learned: self.learned_of(index),
                        reader: self.reader_of(item, index),
                        given: self.given.get(usize::from(index)).copied().unwrap_or_default(),
                    };
                    maker.make(rule, &mut findings);
                }
            }
            self.candidates = candidates;
        }
        self.look_around(item, &document, &mut findings);
        findings.iter_mut().for_each(hold_back);
        self.buffers = Some(document.into_buffers());
        findings
    }

    /// Reads all texts of the item; afterwards the sets are those of the item.
    fn read<'i>(&mut self, item: &'i Item) -> Document<'i> {
        let knowledge = &self.engine.knowledge;
        let lexicon = &knowledge.signals.lexicon;
        self.read_profile(item.profile.as_ref());
        let mut document = Document::new(self.buffers.take().unwrap_or_default());
        document.add(Place::Own(Field::Text), &item.text, lexicon);
        self.text_tokens = document.tokens().len() as u32;
        for (index, medium) in item.media.iter().enumerate() {
            if !medium.alt.is_empty() {
                document.add(Place::Own(Field::MediaAlt(index)), &medium.alt, lexicon);
            }
            if let Some(name) = medium.given_name() {
                document.add(Place::Own(Field::MediaFileName(index)), name, lexicon);
            }
        }
        if let Some(text) = item.parent.as_ref().and_then(|parent| parent.text.as_deref()) {
            document.add(Place::Parent, text, lexicon);
        }
        let sentences = document.sentence_count() as f32;
        self.length_discount = LENGTH_DISCOUNT * (sentences / SHORT_SENTENCES).ln().max(0.0);
        self.reader.read(&document, knowledge);
        self.sort_hits(&document);
        self.facts.clone_from(&self.profile.facts);
        for fact in facts::of_item(item) {
            if let Some(&id) = self.engine.facts.get(fact) {
                self.facts.insert(id);
            }
        }
        self.of_account.iter().for_each(|fact| self.facts.insert(*fact));
        self.add_far_from_care();
        self.everything.clone_from(&self.facts);
        self.everything.add_all(&self.profile.signals);
        for hit in &self.reader.hits {
            self.everything.insert(hit.signal);
        }
        document
    }

    /// Lists the rules to try. The learned model and the reader are asked only where their answers can matter.
    fn find_candidates(&mut self, document: &Document<'_>, item: &Item) {
        self.scores.clear();
        self.given.clear();
        self.reading = None;
        self.probes.get_mut().clear();
        let model =
            self.engine.learned.as_ref().filter(|_| !self.without_learned).map(|learned| &learned.model);
        let clinicians = self.is_clinicians();
        let by_reader = self.read_within();
        let most = model.map_or(0.0, |model| model.most(clinicians));
        let has_model = model.is_some();
        self.list_candidates(most + by_reader);
        if !(has_model || self.has_reader())
            || (self.candidates.is_empty() && !(clinicians && self.near_care))
        {
            self.read_counts.passed_over += u64::from(self.has_reader());
            return;
        }
        self.learn(document);
        self.list_candidates(by_reader);
        self.consult(item);
        if self.reading.is_some() || by_reader > 0.0 {
            self.list_candidates(0.0);
        }
        self.add_learned_candidates();
        self.add_read_candidates();
    }

    /// Lists the rules that signals make possible, with what they are given and `more` for each.
    fn list_candidates(&mut self, more: f32) {
        let Self { engine, everything, tally, candidates, length_discount, given, .. } = self;
        let less = *length_discount - more;
        engine.reach.candidates(engine.rules(), everything, (less, given), tally, candidates);
    }

    /// Whether nothing in the item's texts and its parent's speaks of health, and nothing in its profile's either.
    fn add_far_from_care(&mut self) {
        let of_care = &self.engine.of_care;
        self.near_care = self.reader.hits.iter().any(|hit| of_care.contains(&hit.signal))
            || of_care.iter().any(|signal| self.facts.contains(*signal));
        if self.near_care {
            return;
        }
        let near =
            self.is_clinicians() || of_care.iter().any(|signal| self.profile.signals.contains(*signal));
        let fact = if near { facts::OFF_DUTY } else { facts::FAR_FROM_CARE };
        if let Some(&fact) = self.engine.facts.get(fact) {
            self.facts.insert(fact);
        }
    }

    /// What the learned model says about the item.
    fn learn(&mut self, document: &Document<'_>) {
        let Some(learned) = &self.engine.learned else { return };
        let mut features = std::mem::take(&mut self.features);
        features.of(&self.scene(document));
        learned.model.scores(&features.list, &mut self.scores);
        self.features = features;
        let score = |rule| learned.head(rule).and_then(|head| self.scores.get(usize::from(head)));
        let clinicians = self.is_clinicians();
        let given = |rule| score(rule).map_or(0.0, |score| learned.model.evidence(*score, clinicians));
        self.given.extend((0..self.engine.rules().len()).map(given));
    }

    /// Rules that the learned signal alone makes findings of.
    fn add_learned_candidates(&mut self) {
        let Some(learned) = self.engine.learned.as_ref().filter(|_| !self.scores.is_empty()) else { return };
        if !self.is_clinicians() {
            return;
        }
        let before = self.candidates.len();
        for rule in 0..self.engine.rules().len() {
            let is_sure = learned.head(rule).is_some_and(|head| {
                self.scores.get(usize::from(head)).is_some_and(|score| *score >= learned.model.bar(head))
            });
            if is_sure {
                self.candidates.push(rule as u16);
            }
        }
        if self.candidates.len() > before {
            self.candidates.sort_unstable();
            self.candidates.dedup();
        }
    }

    /// Whether the last item's account names a health profession. The learned signal and the reader make findings alone on
    /// these only: other people's posts are strange to them.
    pub fn is_clinicians(&self) -> bool {
        self.engine.facts.get("clinician-account").is_some_and(|fact| self.facts.contains(*fact))
    }

    fn scene<'a>(&'a self, document: &'a Document<'a>) -> Scene<'a> {
        Scene {
            document,
            own: &self.own,
            media: &self.media,
            parent: &self.parent,
            profile: &self.profile.signals,
            facts: &self.facts,
            profile_words: &self.profile.words,
            signals: &self.engine.knowledge.signals,
        }
    }

    fn learned_of(&self, rule: u16) -> Option<LearnedOf<'_>> {
        let learned = self.engine.learned.as_ref()?;
        let head = learned.head(usize::from(rule))?;
        let score = *self.scores.get(usize::from(head))?;
        let clinicians = self.is_clinicians();
        Some(LearnedOf { model: &learned.model, head, score, clinicians, features: &self.features })
    }

    fn read_profile(&mut self, profile: Option<&Arc<Profile>>) {
        let same = match (&self.profile.of, profile) {
            (Some(last), Some(now)) => Arc::ptr_eq(last, now) || last == now,
            (None, None) => !self.profile.facts.is_empty(),
            _ => false,
        };
        if same {
            return;
        }
        let knowledge = &self.engine.knowledge;
        let signals = knowledge.signals.infos.len();
        self.profile.of = profile.cloned();
        self.profile.signals.clear(signals);
        self.profile.facts.clear(signals);
        self.profile.words.clear();
        let Some(profile) = profile else { return };
        for fact in facts::of_profile(profile) {
            if let Some(&id) = self.engine.facts.get(fact) {
                self.profile.facts.insert(id);
            }
        }
        let mut document = Document::new(self.buffers.take().unwrap_or_default());
        for text in [&profile.bio, &profile.name, &profile.profession, &profile.employer, &profile.location] {
            document.add(Place::Profile, text, &knowledge.signals.lexicon);
        }
        self.reader.read(&document, knowledge);
        for hit in &self.reader.hits {
            self.profile.signals.insert(hit.signal);
        }
        let says = |name| knowledge.signals.id(name).is_some_and(|id| self.profile.signals.contains(id));
        if says("states-profession")
            && !says("disowns-profession")
            && let Some(&clinician) = self.engine.facts.get("clinician-account")
        {
            self.profile.facts.insert(clinician);
        }
        self.profile.words = Features::of_profile(&document);
        self.buffers = Some(document.into_buffers());
    }

    /// Parts the hits into the item's own, its pictures' and its parent's.
    fn sort_hits(&mut self, document: &Document<'_>) {
        for hit in &self.own {
            if let Some(range) = self.ranges.get_mut(usize::from(hit.signal)) {
                *range = (0, 0);
            }
        }
        self.own.clear();
        let signals = self.ranges.len();
        self.media.clear(signals);
        self.parent.clear(signals);
        for hit in &self.reader.hits {
            let Some(token) = document.tokens().get(hit.start as usize) else { continue };
            match document.place(token) {
                Place::Own(_) => {
                    self.own.push(*hit);
                    if hit.media {
                        self.media.insert(hit.signal);
                    }
                }
                Place::Parent => self.parent.insert(hit.signal),
                Place::Profile => self.profile.signals.insert(hit.signal),
            }
        }
        self.own.sort_unstable_by_key(|hit| (hit.signal, hit.start, hit.end));
        self.own.dedup();
        let mut from = 0;
        while let Some(first) = self.own.get(from) {
            let signal = usize::from(first.signal);
            let to = from + self.own[from..].iter().take_while(|hit| hit.signal == first.signal).count();
            self.ranges[signal] = (from as u32, to as u32);
            from = to;
        }
    }

    fn judge(&self) -> Judge<'_> {
        let seen = Seen {
            hits: &self.own,
            ranges: &self.ranges,
            media: &self.media,
            parent: &self.parent,
            profile: &self.profile.signals,
            facts: &self.facts,
        };
        let Self { text_tokens, length_discount, .. } = *self;
        Judge { seen, signals: &self.engine.knowledge.signals, text_tokens, length_discount }
    }
}

/// What is to be acted on at once has to be sure: else somebody is woken on a Sunday for nothing. Circumstances raise nothing that
/// is not. And it has to stand without the reader, who is evidence and no oracle.
fn hold_back(finding: &mut Finding) {
    let Finding { rule, severity, confidence, .. } = finding;
    let score = (*confidence / (1.0 - *confidence)).ln();
    let by_reader = finding.evidence.iter().filter(|evidence| &*evidence.signal == UNDERSTOOD);
    if rests_on(score, by_reader.map(|evidence| evidence.weight).sum(), rule) {
        finding.modifiers.extend(severity.hold_back(Severity::High, RESTS_ON_READER));
    }
    let most = if *confidence < rule.sure {
        Severity::Medium
    } else if *severity >= Severity::High && *confidence < SURE {
        (*severity).min(rule.severity.max(Severity::High)).moved(-1)
    } else {
        return;
    };
    finding.modifiers.extend(severity.hold_back(most, NOT_SURE));
}
