//! Everything that yields items.
//!
//! A source turns one input into items. It hands them over in batches; a batch knows how to decode itself, so that the
//! reading thread only opens and splits while decoding runs on whichever core is free.

pub mod archive;
mod clock;
mod fingerprint;
pub mod input;
pub mod items_file;
pub mod live;
mod look;
#[cfg(any(test, fuzzing))]
pub mod properties;
pub mod saved;
mod shapes;
mod split;
pub mod web;

use std::path::PathBuf;
use std::sync::Arc;

use indicatif::ProgressBar;
use whitecoat_engine::Item;

use crate::coverage::Coverage;

/// What the user allows and asks of every source.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Read private messages too (`--include-messages`).
    pub include_messages: bool,
    /// How the web is read, shared by all inputs of a run.
    pub web: Arc<web::Session>,
}

/// Where a source puts what it reads.
pub trait Sink {
    /// Takes a batch. [`Stopped`] means that the run has been interrupted: return at once.
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped>;

    /// [`Stopped`] if the run has been interrupted: for work that takes long and yields no batches.
    fn go_on(&self) -> Result<(), Stopped> {
        Ok(())
    }

    /// The coverage of the input being read.
    fn coverage(&mut self) -> &mut Coverage;

    /// Says what the input was recognised as, such as `X archive of @name, 41,203 posts`: shown to the user at once and
    /// kept in the coverage. Said once for each platform that an input holds.
    fn recognised(&mut self, what: &str);

    /// Says how far a long reading is, where nobody sees a bar.
    fn tell(&mut self, line: &str) {
        let _ = line;
    }

    /// The bar to move while reading (hidden when nobody looks). Set its length to bytes or pages when known.
    fn progress(&self) -> &ProgressBar;
}

/// The run was interrupted (Ctrl-C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Stopped;

/// Some items, or the work that yields them.
pub struct Batch(Box<dyn FnOnce() -> Decoded + Send>);

/// What a batch decoded to.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The items, in the order of the source.
    pub items: Vec<Item>,
    /// What of the batch could not be decoded. Only `skipped`, `failed` and `notes` are used.
    pub coverage: Coverage,
}

impl Batch {
    /// A batch that is decoded later, on another thread.
    pub fn deferred(work: impl FnOnce() -> Decoded + Send + 'static) -> Self {
        Self(Box::new(work))
    }

    /// A batch of items that are ready.
    pub fn ready(items: Vec<Item>) -> Self {
        Self::deferred(move || Decoded { items, coverage: Coverage::default() })
    }

    /// The items.
    pub fn decode(self) -> Decoded {
        (self.0)()
    }
}

/// Why an input that the user named could not be read at all. The message says what was expected and what to try.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The path does not exist, or the system refuses to open it.
    #[error("{}: {source}", path.display())]
    Open {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It was opened, but it is nothing that can be read.
    #[error("{input}: {problem}\n  expected: {expected}\n  try: {next}")]
    Unreadable {
        /// The input as given.
        input: String,
        /// What is wrong, and where in the input.
        problem: String,
        /// What would have been right.
        expected: String,
        /// What to do next.
        next: String,
    },
    /// The run was interrupted.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}
