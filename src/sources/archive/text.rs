//! Texts as items carry them.

use crate::coverage::Coverage;

/// The longest text that an item carries, in bytes. X allows 25,000 characters in a long post.
pub(super) const MAX_TEXT_BYTES: usize = 128 * 1024;

/// The remark for a cut text.
pub(super) const CAPPED: &str = "A text is longer than 128 KiB and was cut there";

/// Cuts a text at the limit. Says whether it did.
pub(super) fn cap(text: &mut String) -> bool {
    let over = text.len() > MAX_TEXT_BYTES;
    let whole = (0..=MAX_TEXT_BYTES.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.truncate(whole.unwrap_or(0));
    over
}

/// [`cap`], with the remark in the coverage.
pub(super) fn capped(text: &mut String, coverage: &mut Coverage) -> bool {
    let over = cap(text);
    if over {
        coverage.note(CAPPED);
    }
    over
}

/// `41203` as `41,203`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut said = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
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

    #[test]
    fn groups_digits() {
        assert_eq!([7, 999, 1000, 41_203].map(thousands), ["7", "999", "1,000", "41,203"]);
    }
}
