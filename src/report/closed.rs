//! A line of the last audit that this one has no finding for: kept, so that the table stays the ledger.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::row::{APART, Status};

/// Columns that hold lists in JSON.
const LISTS: &[&str] = &[
    "modifiers",
    "identifiers",
    "related",
    "guidelines",
    "evidence",
    "guards_considered",
    "quasi_identifiers",
];
/// Columns that hold numbers in JSON.
const NUMBERS: &[&str] = &["confidence", "occurrences"];

/// A finding of an earlier audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// What became of it.
    pub status: Status,
    /// Its cells as they were, by column.
    pub cells: BTreeMap<String, String>,
}

impl Closed {
    /// A cell.
    pub fn cell(&self, column: &str) -> String {
        if column == "status" {
            return self.status.name().to_owned();
        }
        self.cells.get(column).cloned().unwrap_or_default()
    }

    /// Its id.
    pub fn finding_id(&self) -> &str {
        self.cells.get("finding_id").map_or("", String::as_str)
    }

    /// A cell as a value for JSON, of the type that the column has elsewhere.
    pub fn value(&self, column: &str) -> Value {
        let cell = self.cell(column);
        if LISTS.contains(&column) {
            return json!(cell.split(APART).filter(|part| !part.is_empty()).collect::<Vec<_>>());
        }
        if cell.is_empty() {
            return Value::Null;
        }
        if column == "span" {
            return span(&cell).map_or(Value::Null, |(_, start, end)| json!([start, end]));
        }
        match cell.parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
            Some(_) if column == "occurrences" => json!(cell.parse::<u64>().unwrap_or_default()),
            Some(number) if NUMBERS.contains(&column) => Value::Number(number),
            _ => Value::String(cell),
        }
    }

    /// Which text of the item its span cuts.
    pub fn span_field(&self) -> String {
        span(&self.cell("span")).map_or_else(String::new, |(field, ..)| field.to_owned())
    }
}

/// `field:start-end`, or `start-end` in the text.
fn span(cell: &str) -> Option<(&str, u64, u64)> {
    let (field, span) = cell.rsplit_once(':').unwrap_or(("text", cell));
    let (start, end) = span.split_once('-')?;
    Some((field, start.parse().ok()?, end.parse().ok()?))
}
