//! What must hold of the readers of saved pages for any bytes; see [`crate::sources::properties`].

use super::pages::Pages;
use super::{har, mhtml, warc};
use crate::sources::properties::{Collecting, NAME};

/// Items of a WARC are out of it.
pub fn warc(bytes: &[u8]) {
    let mut sink = Collecting::default();
    let _ = warc::read(bytes, NAME, &mut Pages::default(), &mut sink);
    sink.check();
}

/// Items of an MHTML are out of it.
pub fn mhtml(bytes: &[u8]) {
    let mut sink = Collecting::default();
    let _ = mhtml::read(bytes, NAME, &mut Pages::default(), &mut sink);
    sink.check();
}

/// Items of an entry of a HAR are out of it.
pub fn har(bytes: &[u8]) {
    let mut sink = Collecting::default();
    let _ = har::take(bytes, format!("{NAME}#1"), &mut Pages::default(), &mut sink);
    sink.check();
}
