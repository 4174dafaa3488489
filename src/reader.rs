//! The reader beside the engine: loaded when the first post is to be read, and left out where it cannot be.

use std::path::PathBuf;
#[cfg(feature = "reader")]
use std::sync::Arc;

use serde::Serialize;
use whitecoat_engine::{Engine, ReadCounts};

use crate::wording::thousands;

/// What the record says of a reader that took part, and of one that had nothing to read.
const USED: &str = "used";
const NOT_NEEDED: &str = "not needed";

/// Of each input about so many posts go to the reader where the profile wants it and nobody asked for more: a minute or two.
pub const UNASKED_POSTS: u64 = 10_000;

/// Which reader a run uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// None: the rules and the learned signal judge alone.
    #[default]
    None,
    /// The one that is compiled in, if any is, for as much as it reads without being asked: [`UNASKED_POSTS`].
    Shipped,
    /// The same, for everything.
    All,
    /// The weights in this file.
    File(PathBuf),
}

/// The reader of a run.
#[derive(Clone, Debug)]
pub struct Joined {
    #[cfg(feature = "reader")]
    lazy: Option<Arc<lazy::Lazy>>,
    most_posts: Option<u64>,
}

/// What the record of a run says about the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Whether it took part, and if not, why.
    pub state: String,
    /// BLAKE3 of its weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Posts that were read.
    pub read: u64,
    /// Of them, so long that only a part was read.
    pub in_part: u64,
    /// Posts in which the first stage saw nothing that reading could change.
    pub passed_over: u64,
    /// Posts left to the rules, because the inputs hold more than is read without being asked.
    pub beyond: u64,
    /// Posts in another language: not judged by the reader.
    pub other_language: u64,
}

/// Gives the engine the reader that was chosen. `Err` says what to do where this program was built without one.
pub fn join(engine: Engine, choice: &Choice) -> Result<(Engine, Joined), String> {
    let most_posts = (*choice == Choice::Shipped).then_some(UNASKED_POSTS);
    #[cfg(feature = "reader")]
    {
        if *choice == Choice::None {
            return Ok((engine, Joined { lazy: None, most_posts }));
        }
        let rules = engine.rules().iter().map(|rule| rule.id.to_string()).collect();
        let lazy = Arc::new(lazy::Lazy::new(choice.clone(), rules));
        Ok((
            engine.with_reader(Arc::clone(&lazy) as Arc<dyn whitecoat_engine::Reader>),
            Joined { lazy: Some(lazy), most_posts },
        ))
    }
    #[cfg(not(feature = "reader"))]
    match choice {
        Choice::File(path) => Err(format!(
            "--reader-weights {}: this whitecoat was built without its reader; build it with the feature `reader`",
            path.display()
        )),
        Choice::None | Choice::Shipped | Choice::All => Ok((engine, Joined { most_posts })),
    }
}

impl Joined {
    /// Whether posts are read at all.
    pub fn takes_part(&self) -> bool {
        #[cfg(feature = "reader")]
        return self.lazy.is_some();
        #[cfg(not(feature = "reader"))]
        false
    }

    /// How many posts of each input go to the reader, about; all if `None`.
    pub fn most_posts(&self) -> Option<u64> {
        self.most_posts
    }

    /// Why the reader could not be used, once it has been tried.
    pub fn problem(&self) -> Option<String> {
        #[cfg(feature = "reader")]
        return self.lazy.as_ref().and_then(|lazy| lazy.problem());
        #[cfg(not(feature = "reader"))]
        None
    }

    /// BLAKE3 of the weights, once they have been loaded.
    fn weights(&self) -> Option<String> {
        #[cfg(feature = "reader")]
        return self.lazy.as_ref().and_then(|lazy| lazy.weights());
        #[cfg(not(feature = "reader"))]
        None
    }

    /// For the record of the run; nothing if the reader was left out.
    pub fn record(&self, counts: ReadCounts) -> Option<Record> {
        self.takes_part().then(|| Record {
            state: self
                .problem()
                .unwrap_or_else(|| if counts.read > 0 { USED } else { NOT_NEEDED }.to_owned()),
            weights: self.weights(),
            read: counts.read,
            in_part: counts.in_part,
            passed_over: counts.passed_over,
            beyond: counts.beyond,
            other_language: counts.other_language,
        })
    }
}

impl Record {
    /// Whether it read something, could not, or left something out.
    pub fn is_worth_saying(&self) -> bool {
        self.state != NOT_NEEDED || self.other_language > 0 || self.beyond > 0
    }

    /// For the summary.
    pub fn sentence(&self) -> String {
        if self.state != USED && self.state != NOT_NEEDED {
            return format!("reader: {}", self.state);
        }
        let mut parts = vec![format!("{} read", thousands(self.read))];
        let more = [
            (self.in_part, "of them only in part, being very long"),
            (self.passed_over, "passed over, nothing in them to read for"),
            (self.beyond, "left to the rules: --reader reads all, and takes its time"),
            (self.other_language, "in another language: not judged by the reader"),
        ];
        parts.extend(
            more.iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{} {what}", thousands(*count))),
        );
        format!("reader: {}", parts.join("; "))
    }
}

#[cfg(feature = "reader")]
mod lazy {
    use std::sync::OnceLock;

    use whitecoat_engine::{Item, Passage, Read, Reading, StoryReading};

    use super::Choice;

    /// Loads weights when the first item is to be read.
    #[derive(Debug)]
    pub(super) struct Lazy {
        choice: Choice,
        rules: Vec<String>,
        loaded: OnceLock<Result<whitecoat_reader::Reader, String>>,
    }

    impl Lazy {
        pub(super) fn new(choice: Choice, rules: Vec<String>) -> Self {
            Self { choice, rules, loaded: OnceLock::new() }
        }

        pub(super) fn problem(&self) -> Option<String> {
            self.loaded.get()?.as_ref().err().cloned()
        }

        pub(super) fn weights(&self) -> Option<String> {
            self.loaded.get()?.as_ref().ok().map(|reader| reader.digest().to_owned())
        }

        fn get(&self) -> Option<&whitecoat_reader::Reader> {
            self.loaded.get_or_init(|| self.load()).as_ref().ok()
        }

        fn load(&self) -> Result<whitecoat_reader::Reader, String> {
            let rules = || self.rules.iter().map(String::as_str);
            let without = "the rules went on without the reader";
            let Choice::File(path) = &self.choice else {
                let loaded = whitecoat_reader::Reader::load(whitecoat_reader::WEIGHTS, rules());
                return loaded.map_err(|error| {
                    format!("{error}; {without}; the weights are compiled in: build whitecoat again from a clean checkout")
                });
            };
            let name = path.display();
            let next = "give a file that training/export.py wrote, or leave --reader-weights out";
            let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}; {without}; {next}"))?;
            let loaded = whitecoat_reader::Reader::load(&bytes, rules());
            loaded.map_err(|error| format!("{name}: {error}; {without}; {next}"))
        }
    }

    impl whitecoat_engine::Reader for Lazy {
        fn read(&self, item: &Item) -> Read {
            self.get().map_or(Read::Broken, |reader| reader.read(item))
        }

        fn resembled(&self, reading: &Reading, rule: usize) -> Option<&str> {
            self.get()?.resembled(reading, rule)
        }

        fn passage(&self, item: &Item) -> Option<Passage> {
            self.get()?.passage(item)
        }

        fn read_story(&self, passages: &[&Passage]) -> Option<StoryReading> {
            self.get()?.read_story(passages)
        }
    }
}
