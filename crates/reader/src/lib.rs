//! The reader: a small language model that reads posts, offline, and says for each rule how much they read like posts that
//! people labelled so. `docs/reader.md` is its card.
//!
//! It computes in whole numbers, and where it does not, in a fixed order: every machine gets the same.

mod arithmetic;
mod file;
mod forward;
mod input;
pub mod kinds;
mod language;
mod matrix;
mod wordpiece;

use std::sync::{Mutex, PoisonError};

pub use file::LoadError;
use file::{Beside, Calibration};
use kinds::Kinds;
use whitecoat_engine::{Item, Passage, Read, Reading, RuleReading, StoryReading};

/// The weights that this crate brings.
pub const WEIGHTS: &[u8] = include_bytes!("../model/reader.bin");

/// Windows of one item that are read; of an item that has more, the first and the last.
pub const MAX_WINDOWS: usize = 96;

/// Of more windows the highest is high by chance alone: scores lose so much log-odds for each factor e, as in posts that were
/// trained on none has more.
const USUAL_WINDOWS: f32 = 5.0;

/// Windows that go through the network together; more would not fit the caches.
const TOGETHER: usize = 3;

/// A loaded reader, for items of one engine.
#[derive(Debug)]
pub struct Reader {
    loaded: file::Loaded,
    /// The heads of each rule of the engine.
    rules: Vec<Option<Heads>>,
    item: Option<usize>,
    kinds: Kinds,
    /// Memory of threads that are not reading just now.
    idle: Mutex<Vec<forward::Scratch>>,
}

/// The heads that have to do with a rule.
#[derive(Clone, Copy, Debug)]
struct Heads {
    rule: usize,
    family: Option<usize>,
    /// Whether the reader may make a finding alone.
    alone: bool,
}

impl Reader {
    /// A reader from the bytes of a file of weights, for rules with these ids.
    ///
    /// # Errors
    /// The bytes are no weights, were cut or altered.
    pub fn load<'r>(bytes: &[u8], rules: impl Iterator<Item = &'r str>) -> Result<Self, LoadError> {
        let loaded = file::load(bytes)?;
        let header = &loaded.header;
        let head = |name: &str| header.heads.iter().position(|head| head == name);
        let heads = |id: &str| {
            if header.calibration.never.contains(id) {
                return None;
            }
            let family = id.split('/').next().and_then(head);
            Some(Heads { rule: head(id)?, family, alone: !header.calibration.never_alone.contains(id) })
        };
        let ids: Vec<&str> = rules.collect();
        let (rules, item) = (ids.iter().map(|id| heads(id)).collect(), head("item"));
        // Other weights put posts elsewhere.
        let kinds =
            if loaded.digest == kinds::OF_WEIGHTS.trim() { Kinds::shipped(&ids) } else { Kinds::default() };
        Ok(Self { rules, item, kinds, loaded, idle: Mutex::default() })
    }

    /// How many posts it was trained on, and the SHA-256 of their files.
    pub fn trained_on(&self) -> (u64, &str) {
        (self.loaded.header.posts, &self.loaded.header.data_sha256)
    }

    /// BLAKE3 of the weights and all that stands with them, as the file gives it.
    pub fn digest(&self) -> &str {
        &self.loaded.digest
    }

    /// The names of the heads: `item`, families, rules.
    pub fn heads(&self) -> &[String] {
        &self.loaded.header.heads
    }

    /// The scores of all heads, before calibration, and how many windows were left out.
    pub fn scores(&self, item: &Item) -> (Vec<f32>, usize) {
        let (read, left_out) = self.windows(item);
        (self.scores_of(&read), left_out)
    }

    /// The highest of all windows counts, less what chance gives where there are very many.
    fn scores_of(&self, windows: &[forward::Pooled]) -> Vec<f32> {
        let mut most = vec![f32::NEG_INFINITY; self.heads().len()];
        for window in windows {
            let scores = self.loaded.posts.scores(window);
            most.iter_mut().zip(scores).for_each(|(most, score)| *most = most.max(score));
        }
        let by_chance = (windows.len() as f32 / USUAL_WINDOWS).ln().max(0.0);
        most.iter_mut().for_each(|score| *score -= by_chance);
        most
    }

    /// What the network makes of an item's windows, and how many were left out.
    fn windows(&self, item: &Item) -> (Vec<forward::Pooled>, usize) {
        let (network, top) = (&self.loaded.network, &self.loaded.posts);
        let windows = input::windows(item, &self.loaded.words, network.longest());
        let left_out = windows.len().saturating_sub(MAX_WINDOWS);
        let (first, last) = (MAX_WINDOWS / 2, windows.len().saturating_sub(MAX_WINDOWS / 2));
        let mut scratch = self.lock().pop().unwrap_or_default();
        let read = windows.iter().enumerate().filter(|(at, _)| left_out == 0 || !(first..last).contains(at));
        let read: Vec<&[input::Piece]> = read.map(|(_, window)| window.as_slice()).collect();
        let read = read.chunks(TOGETHER).flat_map(|together| network.read(top, together, &mut scratch));
        let read = read.collect();
        self.lock().push(scratch);
        (read, left_out)
    }

    /// Where what was read lies among the posts of a rule: of its windows the one that reads most like them. For [`Kinds`].
    ///
    /// [`Kinds`]: kinds::Kinds
    pub fn place<'w>(&self, windows: &'w [Box<[f32]>], rule: usize) -> Option<&'w [f32]> {
        let head = self.rules.get(rule).copied().flatten()?.rule;
        let score =
            |window: &[f32]| self.loaded.posts.scores(window).get(head).copied().unwrap_or(f32::NEG_INFINITY);
        let most = windows.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
        Some(forward::mean(most))
    }

    /// The score of passages read as one text, before calibration.
    pub fn score_of_story(&self, passages: &[&Passage]) -> f32 {
        let network = &self.loaded.network;
        let window = input::story(passages, network.longest());
        let mut scratch = self.lock().pop().unwrap_or_default();
        let read = network.read(&self.loaded.stories, &[&window], &mut scratch);
        self.lock().push(scratch);
        read.first().and_then(|read| self.loaded.stories.scores(read).first().copied()).unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<forward::Scratch>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl whitecoat_engine::Reader for Reader {
    fn read(&self, item: &Item) -> Read {
        let text = input::own_text(item);
        if !text.chars().any(char::is_alphabetic) {
            return Read::Nothing;
        }
        if language::is_foreign(&text) {
            return Read::OtherLanguage;
        }
        let (windows, left_out) = self.windows(item);
        let scores = self.scores_of(&windows);
        let Calibration { rule: line, evidence, alone, .. } = &self.loaded.header.calibration;
        let score = |head: Option<usize>| head.and_then(|head| scores.get(head)).copied().unwrap_or_default();
        let item = score(self.item);
        let rules = self.rules.iter().map(|heads| {
            let heads = (*heads)?;
            let (rule, family) = (score(Some(heads.rule)), score(heads.family));
            let able = if heads.alone { 0.0 } else { f32::NEG_INFINITY };
            Some(RuleReading {
                log_odds: line.of(rule),
                evidence: evidence.of(rule, family, item),
                alone: alone.of(rule, family, item) + able,
            })
        });
        Read::Judged(Reading {
            rules: rules.collect(),
            beside: evidence.learned,
            beside_alone: alone.learned,
            in_part: left_out > 0,
            windows,
        })
    }

    fn resembled(&self, reading: &Reading, rule: usize) -> Option<&str> {
        self.kinds.nearest(rule, self.place(&reading.windows, rule)?)
    }

    fn passage(&self, item: &Item) -> Option<Passage> {
        let text = input::own_text(item);
        let able = text.chars().any(char::is_alphabetic) && !language::is_foreign(&text);
        able.then(|| input::passage(item, &self.loaded.words))
    }

    fn read_story(&self, passages: &[&Passage]) -> Option<StoryReading> {
        let Beside { signs, score, shift, alone } = self.loaded.header.calibration.story;
        let said = self.score_of_story(passages);
        Some(StoryReading { evidence: score * said + shift, beside: signs, alone: said - alone })
    }
}
