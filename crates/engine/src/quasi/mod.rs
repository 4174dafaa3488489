//! Quasi-identifiers: details that identify a person together, though not alone.
//!
//! Collected from an item's words, from what it answers, from its time, from a geotag and from what the account says of
//! its holder. Each knows where it stands, what it means as a value, and how certain that is.

mod age;
mod collect;
mod place;
mod roles;
mod when;
mod zone;

pub(crate) use collect::{Collected, Collector, Read};
pub(crate) use place::Areas;
pub use place::{Base, Basis};
pub(crate) use roles::{OWN, UNREAL};
pub use when::Window;

use crate::crowd::Sort;
use crate::finding::Span;

/// Where a quasi-identifier comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The item's own words.
    Text,
    /// A picture's text or its place.
    Media,
    /// The profile: bio, employer or place.
    Profile,
    /// The time of the post.
    Time,
}

/// What one says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// From one age to another, in whole years, both included.
    Age(u8, u8),
    /// `m` or `f`.
    Sex(u8),
    /// Where the person is from, or where care was given.
    Place(Base),
    /// When it happened.
    Date(Window),
    /// A trait with a figure: its sort, key and meaning.
    Trait(Sort, &'static str, &'static str),
    /// A bed, room or ward.
    Unit,
}

impl Value {
    /// The sort of detail, in a word or two for reports.
    pub fn sort(&self) -> &'static str {
        match self {
            Self::Age(..) => "age",
            Self::Sex(_) => "sex",
            Self::Place(_) => "place",
            Self::Date(_) => "day",
            Self::Trait(sort, ..) => sort.name(),
            Self::Unit => "unit or bed",
        }
    }
}

/// One detail of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Quasi {
    /// What it says.
    pub value: Value,
    /// Where it stands, when that is in one of the item's own texts.
    pub span: Option<Span>,
    /// Where it comes from.
    pub origin: Origin,
    /// How sure it is that it says so of the person told of, 0 to 1.
    pub certainty: f32,
}
