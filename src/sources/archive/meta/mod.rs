//! What the exports of Meta's platforms have in common: Facebook, Instagram and Threads.

pub(super) mod account;
pub(super) mod carousel;
pub(super) mod gather;
pub(super) mod label;
pub(super) mod media;
pub(super) mod message;
pub(super) mod page;
pub(super) mod read;
pub(super) mod words;
pub(super) mod zone;

/// Private messages are counted with this reason unless asked for.
pub(super) const MESSAGES: &str = "Private messages, read only with --include-messages";

/// Meta writes this file into folders that would be empty.
pub(super) const NOTHING: &str = "Files that say that there is no data";

/// Said where labels are in a language that the tables lack.
pub(super) const GUESSED: &str =
    "Labels in a language that is not known; the words of such records were told by their place and length";
