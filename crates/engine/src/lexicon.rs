//! The vocabulary: every word that any signal mentions, with the classes that it belongs to.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Longest word that can be in the vocabulary, in bytes.
pub(crate) const WORD_BYTES: usize = 32;

/// A word's number. 0 means "not in the vocabulary".
pub(crate) type WordId = u32;

/// A class's number.
pub(crate) type ClassId = u16;

/// Words by hash, and classes by word.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    ids: HashMap<u64, WordId, BuildHasherDefault<Identity>>,
    words: Vec<Box<str>>,
    classes_of: Vec<Vec<ClassId>>,
    members: Vec<Vec<WordId>>,
    class_names: HashMap<Box<str>, ClassId>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let mut lexicon = Self::default();
        lexicon.words.push("".into());
        lexicon.classes_of.push(Vec::new());
        lexicon
    }

    /// The number of a word, added if it is new. Words over [`WORD_BYTES`] get 0.
    pub(crate) fn intern(&mut self, word: &str) -> WordId {
        let Some(hash) = hash_word(word.as_bytes()) else { return 0 };
        let next = self.words.len() as WordId;
        let id = *self.ids.entry(hash).or_insert(next);
        if id == next {
            self.words.push(word.into());
            self.classes_of.push(Vec::new());
        }
        id
    }

    /// The number of the word with this hash, 0 if unknown.
    pub(crate) fn get(&self, hash: u64) -> WordId {
        self.ids.get(&hash).copied().unwrap_or(0)
    }

    /// The number of a word given in lower case, 0 if unknown.
    pub(crate) fn id(&self, word: &str) -> WordId {
        hash_word(word.as_bytes()).map_or(0, |hash| self.get(hash))
    }

    pub(crate) fn word(&self, id: WordId) -> &str {
        self.words.get(id as usize).map_or("", |word| word)
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// The number of a class, added if it is new.
    pub(crate) fn intern_class(&mut self, name: &str) -> ClassId {
        if let Some(&id) = self.class_names.get(name) {
            return id;
        }
        let id = self.members.len() as ClassId;
        self.members.push(Vec::new());
        self.class_names.insert(name.into(), id);
        id
    }

    pub(crate) fn class(&self, name: &str) -> Option<ClassId> {
        self.class_names.get(name).copied()
    }

    pub(crate) fn add_to_class(&mut self, class: ClassId, word: WordId) {
        if word == 0 {
            return;
        }
        let classes = &mut self.classes_of[word as usize];
        if !classes.contains(&class) {
            classes.push(class);
            self.members[class as usize].push(word);
        }
    }

    pub(crate) fn is_in(&self, word: WordId, class: ClassId) -> bool {
        self.classes_of.get(word as usize).is_some_and(|classes| classes.contains(&class))
    }

    pub(crate) fn members(&self, class: ClassId) -> &[WordId] {
        self.members.get(class as usize).map_or(&[], |members| members)
    }
}

/// A hash of up to [`WORD_BYTES`] bytes, `None` for longer words.
pub(crate) fn hash_word(word: &[u8]) -> Option<u64> {
    let mut buffer = [0u8; WORD_BYTES];
    buffer.get_mut(..word.len())?.copy_from_slice(word);
    Some(hash_padded(&buffer, word.len()))
}

/// The same for a word that stands in a zeroed buffer.
pub(crate) fn hash_padded(buffer: &[u8; WORD_BYTES], len: usize) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = (len as u64).wrapping_mul(K);
    for chunk in buffer.chunks_exact(8).take(len.div_ceil(8).max(1)) {
        let mut bytes = [0u8; 8];
        bytes.copy_from_slice(chunk);
        let mixed = u128::from(hash ^ u64::from_le_bytes(bytes)) * u128::from(K ^ 0x5851_F42D_4C95_7F2D);
        hash = (mixed as u64) ^ ((mixed >> 64) as u64);
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
