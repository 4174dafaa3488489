//! The rule engine of whitecoat: items in, findings out.
//!
//! Pure and synchronous: no files, network, clock or environment.

mod finding;
mod item;
mod moment;
mod rule;

pub use finding::{Evidence, Field, Finding, Mask, Modifier, Severity, Span};
pub use item::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, Parent, ParentAuthor, ParentKind, Precision,
    Profile, Visibility,
};
pub use moment::{Moment, MomentError};
pub use rule::Rule;

use std::sync::Arc;

/// All rules, compiled. Share one between threads; give each thread its own [`Scanner`].
#[derive(Debug, Default)]
pub struct Engine {
    rules: Vec<Arc<Rule>>,
}

impl Engine {
    /// The rules that are compiled in.
    pub fn builtin() -> Result<Self, std::convert::Infallible> {
        Ok(Self::default())
    }

    /// The rules, by id.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// A hexadecimal digest-ready text of all rules and signals, for the run file's rule-set hash.
    pub fn definition(&self) -> Vec<u8> {
        Vec::new()
    }

    /// A scanner with its own scratch memory, for one thread.
    pub fn scanner(&self) -> Scanner<'_> {
        Scanner { engine: self }
    }
}

/// Scans items one after another.
#[derive(Debug)]
pub struct Scanner<'e> {
    engine: &'e Engine,
}

impl Scanner<'_> {
    /// Everything the rules find in one item, ordered by rule id and ordinal.
    pub fn scan(&mut self, item: &Item) -> Vec<Finding> {
        let _ = (&self.engine, item);
        Vec::new()
    }
}
