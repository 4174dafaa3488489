//! Signals: what can be seen in a text, by name. Loaded from `signals/*.toml` and from the recognisers.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::error::{DefinitionError, DefinitionErrors, SourceFile, nearest};
use crate::lexicon::{ClassId, Lexicon, WordId};
use crate::lists::Lists;
use crate::pattern::{Atom, Filter, Names, Patterns, bits_of_classes, inflect, parse};
use crate::text::TokenKind;

/// A signal's number.
pub(crate) type SignalId = u16;

/// What a report shows instead of a matched text.
pub(crate) const MASK_LABELS: &[&str] =
    &["name", "date", "age", "place", "number", "contact", "handle", "link", "employer", "detail"];

/// Quasi-identifiers: traits that identify a person together, though not alone.
pub(crate) const QUASI_IDENTIFIERS: &[&str] = &[
    "age",
    "sex",
    "job",
    "kin",
    "place",
    "date",
    "condition",
    "rarity",
    "mechanism",
    "news",
    "role",
    "object",
];

/// What is known about a signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignalInfo {
    pub(crate) name: Arc<str>,
    /// One line: what it means to have seen it.
    pub(crate) says: String,
    /// The sort of cue it is: two different sorts make a critical finding.
    pub(crate) cue: Arc<str>,
    pub(crate) mask: Option<&'static str>,
    /// The HIPAA safe-harbor identifier class.
    pub(crate) letter: Option<char>,
    pub(crate) quasi: Option<&'static str>,
    /// Where pattern matching comes in: 0 for recognisers and facts, else one more than what it refers to.
    pub(crate) level: u8,
    /// Whether other patterns refer to it.
    pub(crate) referenced: bool,
    /// Of the name: the same whatever other signals there are.
    pub(crate) hash: u32,
}

/// A signal that is made by code: name, meaning, cue, mask, letter, quasi-identifier.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) says: &'static str,
    pub(crate) cue: &'static str,
    pub(crate) mask: Option<&'static str>,
    pub(crate) letter: Option<char>,
    pub(crate) quasi: Option<&'static str>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    #[serde(default)]
    class: BTreeMap<String, String>,
    #[serde(default)]
    signal: BTreeMap<String, SignalDefinition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignalDefinition {
    says: String,
    patterns: Vec<String>,
    cue: Option<String>,
    mask: Option<String>,
    identifier: Option<char>,
    quasi: Option<String>,
}

/// All signals, compiled.
#[derive(Debug)]
pub(crate) struct Signals {
    pub(crate) infos: Vec<SignalInfo>,
    pub(crate) lexicon: Lexicon,
    pub(crate) patterns: Patterns,
    /// One for each pattern.
    pub(crate) filters: Vec<Filter>,
    /// For every word of the lexicon, the patterns that start from it by name.
    by_word: Lists<u32>,
    /// For every set of classes, the patterns that start from a word of one of them.
    by_classes: Lists<u32>,
    /// For every signal, the patterns that start from a hit of it.
    by_signal: Lists<u32>,
    ids: FxHashMap<Arc<str>, SignalId>,
    pub(crate) levels: u8,
}

impl Signals {
    /// Compiles topic files. Errors name file, line and pattern.
    pub(crate) fn compile(
        files: &[SourceFile<'_>],
        builtins: &[&Builtin],
        lexicon: Lexicon,
    ) -> Result<Self, DefinitionErrors> {
        let mut signals = Self {
            infos: Vec::new(),
            lexicon,
            patterns: Patterns::default(),
            filters: Vec::new(),
            by_word: Lists::default(),
            by_classes: Lists::default(),
            by_signal: Lists::default(),
            ids: FxHashMap::default(),
            levels: 0,
        };
        let mut errors = Vec::new();
        for builtin in builtins {
            signals.register(SignalInfo {
                name: builtin.name.into(),
                says: builtin.says.to_owned(),
                cue: builtin.cue.into(),
                mask: builtin.mask,
                letter: builtin.letter,
                quasi: builtin.quasi,
                ..SignalInfo::default()
            });
        }
        let mut topics = Vec::new();
        for file in files {
            match toml::from_str::<TopicFile>(file.text) {
                Ok(topic) => {
                    signals.declare(file, &topic, &mut errors);
                    topics.push((file, topic));
                }
                Err(error) => errors.push(file.toml_error(&error)),
            }
        }
        for (file, topic) in &topics {
            for (name, definition) in &topic.signal {
                for pattern in &definition.patterns {
                    if let Err(error) = signals.add_pattern(file, name, pattern) {
                        errors.push(error);
                    }
                }
            }
        }
        if let Err(error) = signals.set_levels() {
            errors.push(error);
        }
        if !errors.is_empty() {
            return Err(DefinitionErrors(errors));
        }
        signals.index();
        Ok(signals)
    }

    pub(crate) fn id(&self, name: &str) -> Option<SignalId> {
        self.ids.get(name).copied()
    }

    pub(crate) fn info(&self, id: SignalId) -> &SignalInfo {
        &self.infos[usize::from(id)]
    }

    /// The signal or class name closest to `name`.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.infos.iter().map(|info| &*info.name))
    }

    /// The patterns that start from a word.
    pub(crate) fn patterns_from_word(&self, word: WordId) -> impl Iterator<Item = &u32> {
        let by_classes = self.by_classes.of(usize::from(self.lexicon.set_of(word)));
        self.by_word.of(word as usize).iter().chain(by_classes)
    }

    pub(crate) fn patterns_from_signal(&self, signal: SignalId) -> &[u32] {
        self.by_signal.of(usize::from(signal))
    }

    fn register(&mut self, mut info: SignalInfo) -> bool {
        info.hash = info
            .name
            .bytes()
            .fold(0, |hash: u32, byte| (hash.rotate_left(5) ^ u32::from(byte)).wrapping_mul(0x9E37_79B1));
        let id = self.infos.len() as SignalId;
        let new = self.ids.insert(info.name.clone(), id).is_none();
        self.infos.push(info);
        new
    }

    /// Adds a topic's classes and the names of its signals.
    fn declare(&mut self, file: &SourceFile<'_>, topic: &TopicFile, errors: &mut Vec<DefinitionError>) {
        for (name, words) in &topic.class {
            if self.lexicon.class(name).is_some_and(|class| !self.lexicon.members(class).is_empty()) {
                errors.push(file.error_at(name, format!("class `{name}` is defined twice"), "merge the two"));
            }
            let class = self.lexicon.intern_class(name);
            for word in words.split_whitespace() {
                let lexicon = &mut self.lexicon;
                let mut add = |form: &str| {
                    let word = lexicon.intern(&form.to_lowercase());
                    lexicon.add_to_class(class, word);
                };
                match word.strip_suffix('~') {
                    Some(stem) => inflect(stem, add),
                    None => add(word),
                }
            }
        }
        let cue = file.name.rsplit('/').next().unwrap_or(file.name).trim_end_matches(".toml");
        for (name, definition) in &topic.signal {
            let known = |given: &Option<String>, list: &[&'static str], key: &str| match given {
                None => Ok(None),
                Some(given) => {
                    list.iter().find(|label| *label == given).copied().map(Some).ok_or_else(|| {
                        let next = format!("use one of: {}", list.join(", "));
                        file.error_at(given, format!("signal `{name}`: {key} `{given}` is not known"), next)
                    })
                }
            };
            let mask = known(&definition.mask, MASK_LABELS, "mask");
            let quasi = known(&definition.quasi, QUASI_IDENTIFIERS, "quasi");
            let (mask, quasi) = match (mask, quasi) {
                (Ok(mask), Ok(quasi)) => (mask, quasi),
                (mask, quasi) => {
                    errors.extend([mask.err(), quasi.err()].into_iter().flatten());
                    continue;
                }
            };
            let new = self.register(SignalInfo {
                name: name.as_str().into(),
                says: definition.says.clone(),
                cue: definition.cue.as_deref().unwrap_or(cue).into(),
                mask,
                letter: definition.identifier,
                quasi,
                ..SignalInfo::default()
            });
            if !new {
                errors.push(file.error_at(
                    name,
                    format!("signal `{name}` is defined twice"),
                    "rename one of them",
                ));
            }
        }
    }

    fn add_pattern(
        &mut self,
        file: &SourceFile<'_>,
        name: &str,
        pattern: &str,
    ) -> Result<(), DefinitionError> {
        let fail = |problem: String, next: &str| {
            file.error_at(pattern, format!("signal `{name}`, pattern `{pattern}`: {problem}"), next)
        };
        let signal = self.id(name).unwrap_or(0);
        let Self { lexicon, infos, ids, patterns, .. } = self;
        let flats = parse(pattern, &mut Known { lexicon, infos, ids }, &mut patterns.atoms)
            .map_err(|e| fail(e.to_string(), e.next.as_deref().unwrap_or("correct the pattern")))?;
        for flat in &flats {
            if !patterns.add(signal, flat, lexicon) {
                let next = "add a word, a class or a signal that must stand in it";
                return Err(fail(
                    "it has no anchor: nothing in it says where to start looking".to_owned(),
                    next,
                ));
            }
        }
        Ok(())
    }

    /// Signals that refer to others come after them.
    fn set_levels(&mut self) -> Result<(), DefinitionError> {
        const DEEPEST: u8 = 6;
        // Each signal with one that it refers to.
        let mut pairs: Vec<(SignalId, SignalId)> = Vec::new();
        for pattern in &self.patterns.list {
            self.infos[usize::from(pattern.signal)].level = 1;
            self.levels = 1;
            for below in self.patterns.signals(pattern) {
                pairs.push((pattern.signal, below));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        loop {
            let mut changed = None;
            for &(signal, below) in &pairs {
                let level = 1 + self.infos[usize::from(below)].level;
                let info = &mut self.infos[usize::from(signal)];
                if level > info.level {
                    info.level = level;
                    changed = Some(info.name.to_string());
                    self.levels = self.levels.max(level);
                }
            }
            match changed {
                None => return Ok(()),
                Some(name) if self.levels > DEEPEST => {
                    let file = SourceFile { name: "signals", text: "" };
                    let problem = format!("signal `{name}` refers to itself, directly or through others");
                    return Err(file.error(problem, "break the circle"));
                }
                Some(_) => {}
            }
        }
    }

    fn index(&mut self) {
        for pattern in &mut self.patterns.list {
            pattern.level = self.infos[usize::from(pattern.signal)].level;
        }
        let of_class = bits_of_classes(&self.lexicon);
        let filter = |pattern| Filter::new(pattern, &self.patterns, &of_class);
        self.filters = self.patterns.list.iter().map(filter).collect();
        let (mut by_word, mut by_class, mut by_signal) = (Vec::new(), Vec::new(), Vec::new());
        for (index, pattern) in (0..).zip(&self.patterns.list) {
            let anchor = self.patterns.anchor(pattern);
            let has_class = anchor.iter().any(|atom| matches!(atom, Atom::Class(_)));
            let in_class = |word| {
                let has =
                    |atom: &Atom| matches!(atom, Atom::Class(class) if self.lexicon.is_in(word, *class));
                has_class && anchor.iter().any(has)
            };
            for atom in anchor {
                match *atom {
                    Atom::Word(word) | Atom::CapsWord(word) | Atom::TagWord(word) if !in_class(word) => {
                        by_word.push((word, index));
                    }
                    Atom::Class(class) => by_class.push((class, index)),
                    Atom::Signal(signal) => by_signal.push((u32::from(signal), index)),
                    _ => {}
                }
            }
        }
        by_class.sort_unstable();
        let by_classes = self.patterns_of_sets(&by_class);
        self.by_word = Lists::of_pairs(self.lexicon.len(), &by_word);
        self.by_classes = Lists::of_pairs(self.lexicon.sets(), &by_classes);
        self.by_signal = Lists::of_pairs(self.infos.len(), &by_signal);
    }

    /// What starts from a word with a set of classes: all that starts from one of them, once.
    fn patterns_of_sets(&self, by_class: &[(ClassId, u32)]) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let mut of_set: Vec<u32> = Vec::new();
        for set in 0..self.lexicon.sets() {
            of_set.clear();
            for class in self.lexicon.classes_of_set(set as u16) {
                let from = by_class.partition_point(|(other, _)| *other < class);
                let rest = by_class.get(from..).unwrap_or_default();
                of_set.extend(rest.iter().take_while(|(other, _)| *other == class).map(|(_, index)| *index));
            }
            of_set.sort_unstable();
            of_set.dedup();
            pairs.extend(of_set.iter().map(|index| (set as u32, *index)));
        }
        pairs
    }
}

/// What the words and names of patterns stand for.
struct Known<'s> {
    lexicon: &'s mut Lexicon,
    infos: &'s mut [SignalInfo],
    ids: &'s FxHashMap<Arc<str>, SignalId>,
}

impl Names for Known<'_> {
    fn word(&mut self, word: &str) -> WordId {
        self.lexicon.intern(word)
    }

    fn named(&mut self, name: &str) -> Result<Atom, String> {
        Ok(match name {
            "number" => Atom::Kind(TokenKind::Number),
            "mention" => Atom::Kind(TokenKind::Mention),
            "url" => Atom::Kind(TokenKind::Url),
            "email" => Atom::Kind(TokenKind::Email),
            "emoji" => Atom::Kind(TokenKind::Emoji),
            "cap" => Atom::Capitalised,
            _ => match (self.lexicon.class(name), self.ids.get(name)) {
                (Some(class), _) => Atom::Class(class),
                (None, Some(&signal)) => {
                    self.infos[usize::from(signal)].referenced = true;
                    Atom::Signal(signal)
                }
                (None, None) => {
                    let near = nearest(name, self.infos.iter().map(|info| &*info.name));
                    let hint = near.map(|near| format!("did you mean `<{near}>`?"));
                    return Err(hint.unwrap_or_else(|| "define the class or signal first".to_owned()));
                }
            },
        })
    }
}
