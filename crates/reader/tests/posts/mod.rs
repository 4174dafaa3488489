//! Labelled posts as items; for tests and examples.

use serde_json::Value;
use whitecoat_engine::Item;

/// An item from a line of the corpus.
pub(crate) fn item(line: &str) -> serde_json::Result<Item> {
    serde_json::from_value(filled(serde_json::from_str(line)?))
}

/// Without keys that say nothing.
fn filled(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, filled(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(filled).collect(),
        other => other,
    }
}
