//! What all importers need to make items.

use whitecoat_engine::Item;

use crate::coverage::Coverage;
use crate::identity::DERIVED_ID;

/// The longest text that an item carries, in bytes. X allows 25,000 characters in a long post, Facebook 63,206.
pub(in crate::sources) const MAX_TEXT_BYTES: usize = 128 * 1024;

const CAPPED: &str = "A text is longer than 128 KiB: only its beginning was read";

/// An identifier for what the platform gives none: stable over exports, since it depends on the content only.
pub(in crate::sources) fn derived_id(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        // Keeps ("ab", "c") apart from ("a", "bc").
        hasher.update(&[0]);
    }
    format!("{DERIVED_ID}{}", hasher.finalize().to_hex().get(..16).unwrap_or_default())
}

/// Cuts a text at the limit. Says whether it did.
pub(in crate::sources) fn cap(text: &mut String) -> bool {
    let over = text.len() > MAX_TEXT_BYTES;
    let whole = (0..=MAX_TEXT_BYTES.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.truncate(whole.unwrap_or(0));
    over
}

/// Adds the name of the place where a post was written as a line of its own, if the text does not have it.
pub(in crate::sources) fn add_place(text: &mut String, name: &str) {
    let name = name.trim();
    if !name.is_empty() && !text.contains(name) {
        *text = format!("{text}\nPlace: {name}").trim_start().to_owned();
    }
}

/// Counts a text that was cut here, and not by the platform.
pub(in crate::sources) fn say_if_capped(item: &Item, coverage: &mut Coverage) {
    // A cap falls on a whole character, which may be up to three bytes before the limit.
    if item.truncated && item.text.len() + 4 > MAX_TEXT_BYTES {
        coverage.fail(CAPPED, item.source.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_at_a_whole_character() {
        let mut text = "é".repeat(MAX_TEXT_BYTES);
        assert!(cap(&mut text));
        assert_eq!(text.len(), MAX_TEXT_BYTES);
        let mut short = "é".to_owned();
        assert!(!cap(&mut short));
    }
}
