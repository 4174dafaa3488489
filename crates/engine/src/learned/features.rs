//! What the model looks at.

use super::{BUCKET_BITS, BUCKETS};
use crate::crowd::CUE;
use crate::reading::{Hit, SignalSet};
use crate::signal::{SignalId, Signals};
use crate::text::{Document, Place, Token, TokenKind};

/// The words of one text count so much together, whatever its length and however often they are said. Hand-set, as the next ones.
const WORDS: f32 = 3.0;

/// Each signal counts so much.
const SIGNAL: f32 = 0.3;

/// The sort of signals that are there only to leave things out of an employer's review: `signals/protected.toml`.
const PROTECTED: &str = "protected";

/// Longer texts are all the same length.
const LONGEST: u32 = 10;

/// Keeps features of different sorts apart.
#[derive(Clone, Copy)]
enum Sort {
    Word = 1,
    Pair = 2,
    Stem = 3,
    Media = 4,
    Parent = 8,
    Profile = 12,
    OwnSignal = 16,
    MediaSignal = 17,
    ParentSignal = 18,
    ProfileSignal = 19,
    Fact = 20,
    Length = 21,
}

/// Where a hash and its value count.
pub(crate) type Feature = (u16, f32);

/// The features of one item, with the token that each comes from (`u32::MAX` for none).
#[derive(Debug, Default)]
pub(crate) struct Features {
    pub(crate) list: Vec<Feature>,
    pub(crate) tokens: Vec<u32>,
    /// Buckets of the words that are being looked at, a bit each.
    said: Vec<u64>,
}

/// All that was seen around an item.
pub(crate) struct Scene<'a> {
    pub(crate) document: &'a Document<'a>,
    pub(crate) own: &'a [Hit],
    pub(crate) media: &'a SignalSet,
    pub(crate) parent: &'a SignalSet,
    pub(crate) profile: &'a SignalSet,
    pub(crate) facts: &'a SignalSet,
    /// Those of the profile's words, see [`Features::of_profile`].
    pub(crate) profile_words: &'a [Feature],
    pub(crate) signals: &'a Signals,
}

impl Features {
    /// Looks at one item.
    pub(crate) fn of(&mut self, scene: &Scene<'_>) {
        self.list.clear();
        self.tokens.clear();
        let tokens = scene.document.tokens();
        let mut from = 0;
        while let Some(first) = tokens.get(from) {
            let place = scene.document.place(first);
            let segment = tokens.get(from..).unwrap_or_default();
            let to = from
                + segment
                    .iter()
                    .take_while(|token| sort_of(scene.document.place(token)) == sort_of(place))
                    .count();
            self.words(tokens.get(from..to).unwrap_or_default(), from, sort_of(place));
            from = to;
        }
        self.list.extend_from_slice(scene.profile_words);
        self.tokens.resize(self.list.len(), u32::MAX);
        let mut last = None;
        for hit in scene.own {
            if last.replace(hit.signal) != Some(hit.signal) {
                self.signal(scene.signals, hit.signal, Sort::OwnSignal);
            }
        }
        let sets = [
            (scene.media, Sort::MediaSignal),
            (scene.parent, Sort::ParentSignal),
            (scene.profile, Sort::ProfileSignal),
            (scene.facts, Sort::Fact),
        ];
        for (set, sort) in sets {
            set.iter().for_each(|signal| self.signal(scene.signals, signal, sort));
        }
        let length = (tokens.len() as u32 + 1).ilog2().min(LONGEST);
        self.add(length, Sort::Length as u32, SIGNAL, u32::MAX);
    }

    /// The words of a profile, which is the same for many items.
    pub(crate) fn of_profile(document: &Document<'_>) -> Vec<Feature> {
        let mut features = Self::default();
        features.words(document.tokens(), 0, Sort::Profile as u32);
        features.list
    }

    /// Words, stems, and pairs of words where they tell more than single ones.
    fn words(&mut self, tokens: &[Token], first: usize, sort: u32) {
        let from = self.list.len();
        self.said.resize(BUCKETS / 64, 0);
        let pairs = sort == 0 || sort == Sort::Media as u32;
        let mut before: Option<&Token> = None;
        for (at, token) in tokens.iter().enumerate() {
            // Signs, emoji, handles and links are manners of writing, and say nothing about the matter.
            if !matches!(token.kind, TokenKind::Word | TokenKind::Clitic | TokenKind::Number) {
                continue;
            }
            let place = (first + at) as u32;
            self.add_once(token.hash, sort + Sort::Word as u32, place);
            if token.stem != 0 {
                self.add_once(token.stem, sort + Sort::Stem as u32, place);
            }
            if let Some(before) = before.filter(|before| pairs && before.segment == token.segment) {
                self.add_once(before.hash.rotate_left(7) ^ token.hash, sort + Sort::Pair as u32, place);
            }
            before = Some(token);
        }
        let added = self.list.get_mut(from..).unwrap_or_default();
        let value = WORDS / (added.len().max(1) as f32).sqrt();
        for feature in added {
            feature.1 = value;
            if let Some(said) = self.said.get_mut(usize::from(feature.0) / 64) {
                *said = 0;
            }
        }
    }

    /// Adds a feature of words unless it is there already: who says a thing sixty times says one thing.
    fn add_once(&mut self, hash: u32, sort: u32, token: u32) {
        let bucket = bucket(hash, sort);
        let Some(said) = self.said.get_mut(usize::from(bucket) / 64) else { return };
        let bit = 1 << (bucket % 64);
        if *said & bit == 0 {
            *said |= bit;
            self.list.push((bucket, 1.0));
            self.tokens.push(token);
        }
    }

    fn signal(&mut self, signals: &Signals, signal: SignalId, sort: Sort) {
        let info = signals.info(signal);
        // The model was trained without those; and what may not be held against anybody may not weigh here either.
        if ![CUE, PROTECTED].contains(&&*info.cue) {
            self.add(info.hash, sort as u32, SIGNAL, u32::MAX);
        }
    }

    fn add(&mut self, hash: u32, sort: u32, value: f32, token: u32) {
        self.list.push((bucket(hash, sort), value));
        self.tokens.push(token);
    }
}

/// Two rounds of multiplying spread all bits into the highest.
fn bucket(hash: u32, sort: u32) -> u16 {
    let mixed = (hash ^ sort.wrapping_mul(0x9E37_79B1)).wrapping_mul(0x85EB_CA6B);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0xC2B2_AE35);
    (mixed >> (32 - BUCKET_BITS)) as u16
}

/// The words of pictures' texts and of the parent are other features than those of the item's text.
fn sort_of(place: Place) -> u32 {
    match place {
        Place::Own(crate::finding::Field::Text) => 0,
        Place::Own(_) => Sort::Media as u32,
        Place::Parent => Sort::Parent as u32,
        Place::Profile => Sort::Profile as u32,
    }
}
