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

/// Windows of one item that are read; of an item that has more, the first and the last. It is not read in small ones if there are more.
pub const MAX_WINDOWS: usize = 96;

/// Of more windows the highest is high by chance alone: scores lose so much log-odds for each factor e, as in posts that were
/// trained on none has more.
const USUAL_WINDOWS: f32 = 5.0;

/// What a small window's scores lose in log-odds. On 362 unseen posts of more than 430 characters small windows then found 60 instead of
/// 53 % of the breaches, at a precision of 0.64 (0.63 without them); with 0.4 it was 63 % at 0.62, with 1.6 55 % at 0.63.
const SMALL_LOSES: f32 = 1.0;

/// Windows that go through the network together; more would not fit the caches.
const TOGETHER: usize = 3;

/// What the network makes of an item's windows.
struct Windows {
    large: Vec<forward::Pooled>,
    small: Vec<forward::Pooled>,
    left_out: usize,
}

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
    /// What is added to the score of a finding by the reader alone.
    alone: f32,
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
            let Calibration { never_alone, sooner_alone, .. } = &header.calibration;
            let sooner = sooner_alone.get(id).copied().unwrap_or_default();
            let alone = if never_alone.contains(id) { f32::NEG_INFINITY } else { sooner };
            Some(Heads { rule: head(id)?, family, alone })
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
        let read = self.windows(item);
        (self.scores_of(&read), read.left_out)
    }

    /// The highest of all windows counts, less what chance gives where there are very many.
    fn scores_of(&self, Windows { large, small, .. }: &Windows) -> Vec<f32> {
        let mut most = vec![f32::NEG_INFINITY; self.heads().len()];
        let large = large.iter().map(|window| (window, 0.0));
        let all = large.chain(small.iter().map(|window| (window, SMALL_LOSES)));
        let mut count = 0;
        for (window, loses) in all {
            let scores = self.loaded.posts.scores(window);
            most.iter_mut().zip(scores).for_each(|(most, score)| *most = most.max(score - loses));
            count += 1;
        }
        let by_chance = (count as f32 / USUAL_WINDOWS).ln().max(0.0);
        most.iter_mut().for_each(|score| *score -= by_chance);
        most
    }

    fn windows(&self, item: &Item) -> Windows {
        let (network, top) = (&self.loaded.network, &self.loaded.posts);
        let (mut large, mut small) = input::windows(item, &self.loaded.words, network.longest());
        let left_out = large.len().saturating_sub(MAX_WINDOWS);
        if left_out > 0 {
            large.drain(MAX_WINDOWS / 2..MAX_WINDOWS / 2 + left_out);
        }
        if small.len() > MAX_WINDOWS {
            small.clear();
        }
        let mut scratch = self.lock().pop().unwrap_or_default();
        let mut read = |windows: &[Vec<input::Piece>]| -> Vec<forward::Pooled> {
            let windows: Vec<&[input::Piece]> = windows.iter().map(Vec::as_slice).collect();
            windows.chunks(TOGETHER).flat_map(|together| network.read(top, together, &mut scratch)).collect()
        };
        let (large, small) = (read(&large), read(&small));
        self.lock().push(scratch);
        Windows { large, small, left_out }
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
        let read = self.windows(item);
        let scores = self.scores_of(&read);
        let Calibration { rule: line, evidence, alone, .. } = &self.loaded.header.calibration;
        let score = |head: Option<usize>| head.and_then(|head| scores.get(head)).copied().unwrap_or_default();
        let item = score(self.item);
        let rules = self.rules.iter().map(|heads| {
            let heads = (*heads)?;
            let (rule, family) = (score(Some(heads.rule)), score(heads.family));
            Some(RuleReading {
                log_odds: line.of(rule),
                evidence: evidence.of(rule, family, item),
                alone: alone.of(rule, family, item) + heads.alone,
            })
        });
        Read::Judged(Reading {
            rules: rules.collect(),
            beside: evidence.learned,
            beside_alone: alone.learned,
            in_part: read.left_out > 0,
            windows: read.large.into_iter().chain(read.small).collect(),
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
