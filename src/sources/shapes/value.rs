//! JSON values of any shape: what is missing or of another type counts as empty, and costs nothing but itself.

use std::borrow::Cow;

use serde_json::Value;

/// The text under a key; numbers are spelled out, all else is empty.
pub(in crate::sources) fn text<'v>(object: &'v Value, key: &str) -> Cow<'v, str> {
    object.get(key).map(spelled).unwrap_or_default()
}

/// A value as a text; empty where it is neither text nor number.
pub(in crate::sources) fn spelled(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text.trim()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(""),
    }
}

/// The list under a key; what stands there alone is a list of one, and `null` is none.
pub(in crate::sources) fn list<'v>(object: &'v Value, key: &str) -> &'v [Value] {
    match object.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list,
        Some(single) => std::slice::from_ref(single),
    }
}

/// The whole number under a key, spelled in any way.
pub(in crate::sources) fn whole(object: &Value, key: &str) -> Option<i64> {
    match object.get(key)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// `None` for an empty text.
pub(in crate::sources) fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The beginning of a JSON file, without byte-order mark and white space: for comparing.
pub(in crate::sources) fn squeezed(start: &[u8]) -> Vec<u8> {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    start.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn takes_what_is_there() {
        let value = json!({"a": " x ", "n": 7, "s": "12", "null": null, "l": [1, 2], "o": {}});
        assert_eq!(
            (text(&value, "a"), text(&value, "n"), text(&value, "o")),
            ("x".into(), "7".into(), "".into())
        );
        let lengths = ["a", "null", "l", "o", "none"].map(|key| list(&value, key).len());
        assert_eq!(lengths, [1, 0, 2, 1, 0]);
        assert_eq!((whole(&value, "n"), whole(&value, "s"), whole(&value, "a")), (Some(7), Some(12), None));
        assert_eq!(text(&json!([1]), "a"), "");
    }
}
