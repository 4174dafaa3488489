//! The rule engine of whitecoat: items in, findings out.
//!
//! Pure and synchronous: no files, network, clock or environment.

mod builtin;
mod condition;
mod contradiction;
mod crowd;
mod engine;
mod error;
mod excerpt;
mod facts;
mod file_name;
mod finding;
mod findings;
mod guidance;
mod item;
mod judge;
mod learned;
mod lexicon;
mod lists;
mod moment;
mod pattern;
mod quasi;
mod reach;
mod reader;
mod reading;
mod recognise;
mod rule;
mod scan;
mod signal;
mod story;
mod text;
mod timeline;

pub use crowd::{Change, Estimate, FEW, MANY, ONE, Sort};
pub use engine::{BrokenPromise, Engine, UNDERSTOOD};
pub use error::{DefinitionError, DefinitionErrors};
pub use finding::{Evidence, Field, Finding, Fits, Mask, Modifier, Severity, Span};
pub use guidance::Guidance;
pub use item::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, Parent, ParentAuthor, ParentKind, Precision,
    Profile, Settings, Visibility,
};
pub use learned::LEARNED_MAGIC;
pub use moment::{Moment, MomentError};
pub use pattern::PatternError;
pub use quasi::{Base, Basis, Origin, Quasi, Value, Window};
pub use reader::{Passage, Read, ReadCounts, Reader, Reading, RuleReading, StoryReading};
pub use rule::{ACTIONS, Example, MIN_EXAMPLES, Rule};
pub use scan::{Considered, Scanner};
pub use story::{
    Candidate, MAX_READINGS, MAX_TRACES, Member, SIGNS, STORY_BAR, StoryFinding, Storyteller, Trace,
};
pub use timeline::Timeline;
