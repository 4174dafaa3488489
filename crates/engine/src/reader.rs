//! The seam for a reader: something outside the engine that understands a post as a whole, such as a language model.
//!
//! What it says is evidence beside the rules' own signals, like that of the learned signal. The engine knows nothing of how
//! it reads; `crates/reader` is one.

use std::fmt::Debug;

use crate::item::Item;

/// Reads items. Shared by all threads.
pub trait Reader: Debug + Send + Sync {
    /// What it says of an item; the same for the same item, on every machine.
    fn read(&self, item: &Item) -> Read;

    /// The kind of labelled post that what was read is like, of those that a rule is about, in a few words; by the rule's place
    /// in [`crate::Engine::rules`].
    fn resembled(&self, _reading: &Reading, _rule: usize) -> Option<&str> {
        None
    }

    /// What it keeps of an item to read it later as a part of a story; `None` for what it would not understand.
    fn passage(&self, item: &Item) -> Option<Passage>;

    /// What it says of passages of one person, the oldest first, read as one text; `None` if it reads no stories.
    fn read_story(&self, passages: &[&Passage]) -> Option<StoryReading>;
}

/// What a reader keeps of an item for stories, in numbers of its own: what it says, and what stands around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// Of its words.
    pub own: Box<[u16]>,
    /// Of its kind and its account.
    pub around: Box<[u16]>,
}

/// What a reader says of several items read as one text, in log-odds that were set on stories that it had not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoryReading {
    /// That they tell of one patient who could be recognised.
    pub evidence: f32,
    /// What the signs of a story still count beside it.
    pub beside: f32,
    /// Where no signs tie them: how far it is above the bar from which on they are a story; negative below it.
    pub alone: f32,
}

/// What came of reading an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// It was read.
    Judged(Reading),
    /// It holds no words.
    Nothing,
    /// Its language is one that the reader does not know.
    OtherLanguage,
    /// The reader cannot be used at all.
    Broken,
}

/// What a reader says of an item, in log-odds that were set on posts that it had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// That each rule is right, in the order of [`crate::Engine::rules`]; `None` for a rule of which it knows nothing.
    pub rules: Vec<Option<RuleReading>>,
    /// What the learned signal still counts beside it, from 0 to 1: both have learned from the same posts.
    pub beside: f32,
    /// What its scores count where a rule's own signals see nothing.
    pub beside_alone: f32,
    /// The item was so long that not all of it was read.
    pub in_part: bool,
    /// What the reader made of each window of the item, in numbers of its own: for [`Reader::resembled`].
    pub windows: Vec<Box<[f32]>>,
}

/// What a reader says for one rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RuleReading {
    /// That the rule is right, by itself.
    pub log_odds: f32,
    /// What that adds to the score of the rule's own signals, or takes from it.
    pub evidence: f32,
    /// Where the rule's own signals see nothing: how far it is, with the learned signal, above the bar from which on the
    /// two may make a finding; negative below it.
    pub alone: f32,
}

/// How many items a scanner had read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// Read.
    pub read: u64,
    /// Of them, read in part because of their length.
    pub in_part: u64,
    /// Not read: the first stage saw nothing in them that reading could change.
    pub passed_over: u64,
    /// Left to the rules: the run holds more than the reader takes without being asked.
    pub beyond: u64,
    /// Not judged by the reader: another language.
    pub other_language: u64,
    /// The reader cannot be used.
    pub broken: u64,
}

impl ReadCounts {
    /// Adds those of another scanner.
    pub fn absorb(&mut self, other: Self) {
        self.read += other.read;
        self.in_part += other.in_part;
        self.passed_over += other.passed_over;
        self.beyond += other.beyond;
        self.other_language += other.other_language;
        self.broken += other.broken;
    }
}
