//! Web pages (placeholder until the reader is merged: claims no saved page and fetches nothing).

use std::path::Path;

use url::Url;

use super::{InputError, Options, Sink};

/// Whether a file that begins with `head` is a saved page that [`read_saved_page`] understands.
pub fn claims_saved_page(_head: &[u8]) -> bool {
    false
}

/// Reads the page at `url` and what belongs to it.
pub fn read_url(url: &Url, _options: &Options, _sink: &mut dyn Sink) -> Result<(), InputError> {
    Err(unreadable(url.as_str()))
}

/// Reads a saved page.
pub fn read_saved_page(path: &Path, _options: &Options, _sink: &mut dyn Sink) -> Result<(), InputError> {
    Err(unreadable(&path.display().to_string()))
}

fn unreadable(input: &str) -> InputError {
    InputError::Unreadable {
        input: input.to_owned(),
        problem: "this build reads no web pages".to_owned(),
        expected: "an items file".to_owned(),
        next: "use a build with the web reader".to_owned(),
    }
}
