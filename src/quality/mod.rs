//! How right the rules are, measured on labelled posts.

mod floor;
mod labelled;
mod page;
mod stories;
mod tally;

pub use floor::{Floor, FloorError};
pub use labelled::{Answer, Labelled, LabelledError, StoryPart, read};
pub use page::{markdown, plain};
pub use tally::{Counts, Quality};
