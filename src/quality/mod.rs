//! How right the rules are, measured on labelled posts.

mod floor;
mod groups;
mod labelled;
mod page;
mod stories;
mod tally;

pub use floor::{Floor, FloorError};
pub use groups::{By, Group, Groups};
pub use labelled::{Answer, Labelled, LabelledError, StoryPart, read};
pub use page::{markdown, plain};
pub use tally::{Counts, Quality};
