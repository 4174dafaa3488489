//! Texts that YouTube writes as runs: `{"text":"a"},{"text":"14:04","videoLink":{…}}`, without brackets around them.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::sources::archive::loose::{List, Maybe, Text};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Run<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(rename = "videoLink")]
    _link: Maybe<IgnoredAny>,
}

/// What stood around the runs until 2023.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Segments<'a> {
    #[serde(borrow, rename = "takeoutSegments")]
    runs: List<Maybe<Run<'a>>>,
}

const SEGMENTS: &str = "{\"takeoutSegments\"";

/// Whether a cell holds runs.
pub(super) fn are_runs(cell: &str) -> bool {
    cell.starts_with("{\"text\"") || cell.starts_with("[{\"text\"") || cell.starts_with(SEGMENTS)
}

/// The text; what is no list of runs is the text itself.
pub(super) fn text(cell: &str) -> String {
    if !are_runs(cell) {
        return cell.to_owned();
    }
    if cell.starts_with(SEGMENTS) {
        return serde_json::from_str::<Segments<'_>>(cell).map_or_else(
            |_| cell.to_owned(),
            |segments| segments.runs.0.iter().filter_map(|run| Some(&*run.0.as_ref()?.text.0)).collect(),
        );
    }
    let bracketed = if cell.starts_with('[') { cell.to_owned() } else { format!("[{cell}]") };
    match serde_json::from_str::<Vec<Run<'_>>>(&bracketed) {
        Ok(runs) => runs.iter().map(|run| &*run.text.0).collect(),
        Err(_) => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn joins_runs() {
        for (cell, expected) in [
            (r#"{"text":"a"}"#, "a"),
            (
                r#"{"text":"a "},{"text":"14:04","videoLink":{"x":1}},{"text":"\n"},{"text":"b"}"#,
                "a 14:04\nb",
            ),
            (r#"[{"text":"a"},{"mention":{}}]"#, "a"),
            (r#"{"takeoutSegments":[{"text":"said \"no\" at "},{"text":"12:04"}]}"#, "said \"no\" at 12:04"),
            (r#"{"takeoutSegments":[{"text":"cut"#, r#"{"takeoutSegments":[{"text":"cut"#),
            ("plain {\"text\"", "plain {\"text\""),
            (r#"{"text":"broken"#, r#"{"text":"broken"#),
            ("", ""),
        ] {
            assert_eq!(text(cell), expected, "{cell}");
        }
    }
}
