//! Meta's JSON escapes each byte of UTF-8 as a character of its own (`\u00c3\u00b8` for `ø`), in values and in keys.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::loose::Text;

/// A text, or the key of an object, repaired. What is no text is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Repaired<'a>(pub(super) Cow<'a, str>);

impl Repaired<'_> {
    /// The text, or `None` where there is nothing but white space.
    pub(super) fn some(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|text| !text.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Repaired<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self(repair(text.0)))
    }
}

/// Puts the bytes together again. A text with a character above U+00FF, or whose bytes are no UTF-8, was not written this
/// way and stays as it is.
pub(super) fn repair(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() {
        return text;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(repaired) => Cow::Owned(repaired),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn repairs_what_was_broken_and_nothing_else() {
        for (text, expected) in [
            ("f\u{c3}\u{b8}j", "føj"),
            ("\u{f0}\u{9f}\u{98}\u{82}", "😂"),
            ("plain", "plain"),
            ("føj", "føj"),
            ("😂 f\u{c3}\u{b8}j", "😂 f\u{c3}\u{b8}j"),
            ("caf\u{e9}", "café"),
            ("cut \u{c3}", "cut \u{c3}"),
            ("", ""),
        ] {
            assert_eq!(repair(Cow::Borrowed(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn repairs_values_and_keys() {
        let json = r#"{"T\u00c3\u00adtulo": "\u00c2\u00a1Hola!", "n": 5, "l": [1]}"#;
        let map: BTreeMap<Repaired<'_>, Repaired<'_>> = serde_json::from_str(json).unwrap();
        let shown: Vec<_> = map.iter().map(|(key, value)| (&*key.0, &*value.0)).collect();
        assert_eq!(shown, [("Título", "¡Hola!"), ("l", ""), ("n", "5")]);
    }
}
