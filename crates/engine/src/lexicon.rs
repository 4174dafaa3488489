//! The vocabulary: every word that any signal mentions, with the classes that it belongs to.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rustc_hash::FxHashMap;

/// Longest word that can be in the vocabulary, in bytes.
pub(crate) const WORD_BYTES: usize = WORD_CHUNKS * 8;

/// The same in chunks of eight bytes.
pub(crate) const WORD_CHUNKS: usize = 4;

/// Bits of the filter before the table of words. It stays in a core's cache, which the table does not.
const FILTER_BITS: u32 = 19;

/// A word's number. 0 means "not in the vocabulary".
pub(crate) type WordId = u32;

/// A class's number.
pub(crate) type ClassId = u16;

/// What an ordinary word costs a pattern that starts from it; see [`Lexicon::cost`].
const ORDINARY: u32 = 2;

/// Words by hash, and classes by word.
#[derive(Debug)]
pub(crate) struct Lexicon {
    ids: HashMap<u64, WordId, BuildHasherDefault<Identity>>,
    /// A bit for each hash that may be in `ids`: most words of a text are in no vocabulary.
    filter: Box<[u64]>,
    costs: Vec<u32>,
    /// For every word, the number of its set of classes: most words have one of a few hundred sets.
    set_of: Vec<u16>,
    sets: Vec<ClassSet>,
    set_ids: FxHashMap<ClassSet, u16>,
    /// The set that comes of adding a class to a set.
    grown: FxHashMap<(u16, ClassId), u16>,
    members: Vec<Vec<WordId>>,
    class_costs: Vec<u32>,
    class_names: FxHashMap<Box<str>, ClassId>,
}

/// Classes, a bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct ClassSet(Vec<u64>);

impl ClassSet {
    fn with(&self, class: ClassId) -> Self {
        let mut bits = self.0.clone();
        let word = usize::from(class) / 64;
        bits.resize(bits.len().max(word + 1), 0);
        bits[word] |= 1 << (class % 64);
        Self(bits)
    }

    fn contains(&self, class: ClassId) -> bool {
        self.0.get(usize::from(class) / 64).is_some_and(|word| word & (1 << (class % 64)) != 0)
    }
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let mut lexicon = Self {
            ids: HashMap::default(),
            filter: vec![0; 1 << (FILTER_BITS - 6)].into(),
            costs: vec![ORDINARY],
            set_of: vec![0],
            sets: vec![ClassSet::default()],
            set_ids: FxHashMap::from_iter([(ClassSet::default(), 0)]),
            grown: FxHashMap::default(),
            members: Vec::new(),
            class_costs: Vec::new(),
            class_names: FxHashMap::default(),
        };
        for (word, share) in COMMON {
            let id = lexicon.intern(word);
            if let Some(cost) = lexicon.costs.get_mut(id as usize) {
                *cost = share * 100;
            }
        }
        lexicon
    }

    /// Whether it is one of the words that every text is full of.
    pub(crate) fn is_common(&self, word: WordId) -> bool {
        self.costs.get(word as usize).is_some_and(|cost| *cost > ORDINARY)
    }

    /// The number of a word, added if it is new. Words over [`WORD_BYTES`] get 0.
    pub(crate) fn intern(&mut self, word: &str) -> WordId {
        let Some(hash) = hash_word(word.as_bytes()) else { return 0 };
        let next = self.set_of.len() as WordId;
        let id = *self.ids.entry(hash).or_insert(next);
        if id == next {
            self.set_of.push(0);
            self.costs.push(ORDINARY);
            let (at, bit) = filter_place(hash);
            if let Some(bits) = self.filter.get_mut(at) {
                *bits |= bit;
            }
        }
        id
    }

    /// The number of the word with this hash, 0 if unknown.
    pub(crate) fn get(&self, hash: u64) -> WordId {
        let (at, bit) = filter_place(hash);
        if self.filter.get(at).is_none_or(|bits| bits & bit == 0) {
            return 0;
        }
        self.ids.get(&hash).copied().unwrap_or(0)
    }

    #[cfg(test)]
    /// The number of a word given in lower case, 0 if unknown.
    pub(crate) fn id(&self, word: &str) -> WordId {
        hash_word(word.as_bytes()).map_or(0, |hash| self.get(hash))
    }

    pub(crate) fn len(&self) -> usize {
        self.set_of.len()
    }

    /// How often a word occurs in running text, in millionths; an order of magnitude is all that is needed.
    pub(crate) fn cost(&self, word: WordId) -> u32 {
        self.costs.get(word as usize).copied().unwrap_or(ORDINARY)
    }

    /// The same for all words of a class together.
    pub(crate) fn class_cost(&self, class: ClassId) -> u32 {
        self.class_costs.get(usize::from(class)).copied().unwrap_or(ORDINARY)
    }

    /// The number of a class, added if it is new.
    pub(crate) fn intern_class(&mut self, name: &str) -> ClassId {
        if let Some(&id) = self.class_names.get(name) {
            return id;
        }
        let id = self.members.len() as ClassId;
        self.members.push(Vec::new());
        self.class_costs.push(0);
        self.class_names.insert(name.into(), id);
        id
    }

    pub(crate) fn class(&self, name: &str) -> Option<ClassId> {
        self.class_names.get(name).copied()
    }

    pub(crate) fn add_to_class(&mut self, class: ClassId, word: WordId) {
        if word == 0 || self.is_in(word, class) {
            return;
        }
        let (Some(set), Some(members)) =
            (self.set_of.get_mut(word as usize), self.members.get_mut(usize::from(class)))
        else {
            return;
        };
        members.push(word);
        let cost = self.costs.get(word as usize).copied().unwrap_or(ORDINARY);
        if let Some(sum) = self.class_costs.get_mut(usize::from(class)) {
            *sum = sum.saturating_add(cost);
        }
        let (sets, set_ids) = (&mut self.sets, &mut self.set_ids);
        let before = *set;
        *set = *self.grown.entry((before, class)).or_insert_with(|| {
            let grown = sets[usize::from(before)].with(class);
            *set_ids.entry(grown).or_insert_with_key(|grown| {
                sets.push(grown.clone());
                (sets.len() - 1) as u16
            })
        });
    }

    pub(crate) fn is_in(&self, word: WordId, class: ClassId) -> bool {
        let set = self.set_of.get(word as usize).and_then(|set| self.sets.get(usize::from(*set)));
        set.is_some_and(|set| set.contains(class))
    }

    /// The number of a word's set of classes.
    pub(crate) fn set_of(&self, word: WordId) -> u16 {
        self.set_of.get(word as usize).copied().unwrap_or_default()
    }

    /// How many different sets of classes there are.
    pub(crate) fn sets(&self) -> usize {
        self.sets.len()
    }

    pub(crate) fn classes_of_set(&self, set: u16) -> impl Iterator<Item = ClassId> + '_ {
        self.classes()
            .filter(move |class| self.sets.get(usize::from(set)).is_some_and(|set| set.contains(*class)))
    }

    /// All classes.
    pub(crate) fn classes(&self) -> impl Iterator<Item = ClassId> + use<> {
        0..self.members.len() as ClassId
    }

    pub(crate) fn members(&self, class: ClassId) -> &[WordId] {
        self.members.get(usize::from(class)).map_or(&[], |members| members)
    }
}

/// Words so common that a pattern should rather start from another of its words, with their share of running English
/// text in hundredths of a per cent, by order of magnitude.
const COMMON: &[(&str, u32)] = &[
    ("the", 500),
    ("to", 270),
    ("and", 260),
    ("of", 250),
    ("a", 210),
    ("in", 180),
    ("i", 180),
    ("is", 110),
    ("that", 110),
    ("it", 110),
    ("for", 90),
    ("you", 130),
    ("my", 80),
    ("on", 75),
    ("with", 70),
    ("this", 60),
    ("was", 70),
    ("be", 60),
    ("are", 55),
    ("have", 50),
    ("as", 50),
    ("at", 50),
    ("not", 50),
    ("me", 50),
    ("but", 45),
    ("so", 45),
    ("we", 45),
    ("they", 40),
    ("he", 45),
    ("she", 30),
    ("your", 45),
    ("all", 35),
    ("just", 35),
    ("from", 35),
    ("by", 35),
    ("or", 35),
    ("an", 30),
    ("his", 30),
    ("her", 30),
    ("what", 30),
    ("if", 30),
    ("do", 35),
    ("can", 30),
    ("up", 30),
    ("out", 30),
    ("like", 30),
    ("will", 25),
    ("get", 25),
    ("one", 25),
    ("no", 25),
    ("when", 25),
    ("who", 20),
    ("about", 20),
    ("there", 20),
    ("had", 20),
    ("has", 20),
    ("our", 20),
    ("were", 20),
    ("go", 20),
    ("now", 20),
    ("them", 20),
    ("their", 20),
    ("him", 15),
    ("been", 15),
    ("time", 15),
    ("good", 15),
    ("day", 15),
    ("how", 20),
    ("some", 15),
    ("more", 18),
    ("than", 12),
    ("then", 12),
    ("here", 12),
    ("back", 12),
    ("'s", 120),
    ("'m", 40),
    ("'re", 25),
    ("'ve", 15),
    ("'ll", 15),
    ("'d", 8),
    ("don't", 15),
    ("know", 20),
    ("see", 15),
    ("today", 15),
    ("want", 12),
    ("got", 15),
    ("us", 10),
    ("new", 12),
    ("people", 12),
    ("would", 12),
    ("could", 8),
    ("should", 8),
    ("why", 10),
    ("am", 12),
    ("did", 10),
    ("any", 8),
    ("into", 8),
    ("over", 8),
    ("after", 8),
    ("before", 6),
    ("these", 8),
    ("those", 5),
    ("because", 8),
    ("its", 8),
    ("two", 6),
    ("first", 7),
    ("last", 6),
    ("still", 7),
    ("need", 8),
    ("make", 8),
    ("take", 6),
    ("going", 8),
    ("off", 6),
    ("only", 7),
    ("too", 8),
    ("very", 6),
    ("work", 7),
    ("night", 5),
    ("week", 5),
    ("year", 5),
];

/// Where the filter keeps the bit of a hash.
fn filter_place(hash: u64) -> (usize, u64) {
    let place = hash >> (64 - FILTER_BITS);
    ((place / 64) as usize, 1 << (place % 64))
}

/// A hash of up to [`WORD_BYTES`] bytes, `None` for longer words.
pub(crate) fn hash_word(word: &[u8]) -> Option<u64> {
    let mut buffer = [0u8; WORD_BYTES];
    buffer.get_mut(..word.len())?.copy_from_slice(word);
    let mut chunks = [0; WORD_CHUNKS];
    for (chunk, bytes) in chunks.iter_mut().zip(buffer.as_chunks().0) {
        *chunk = u64::from_le_bytes(*bytes);
    }
    Some(hash_chunks(&chunks, word.len()))
}

/// The same for a word of `len` bytes that stands in chunks of eight, padded with zeros.
pub(crate) fn hash_chunks(chunks: &[u64; WORD_CHUNKS], len: usize) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, chunk: u64| {
        let mixed = u128::from(hash ^ chunk) * u128::from(K ^ 0x5851_F42D_4C95_7F2D);
        (mixed as u64) ^ ((mixed >> 64) as u64)
    };
    let [first, more @ ..] = chunks;
    let mut hash = mix((len as u64).wrapping_mul(K), *first);
    for chunk in more.iter().take(len.saturating_sub(1) / 8) {
        hash = mix(hash, *chunk);
    }
    hash
}

/// The keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
