//! JSON-LD blocks of a page as values: tolerant of what sites write around and into them.

use std::collections::BTreeMap;

use scraper::Html;
use serde_json::{Map, Value};

use super::dom;

/// A JSON object.
pub(super) type Node = Map<String, Value>;

/// Deepest nesting of objects that is followed. (The JSON reader itself stops at 128.)
pub(super) const MAX_DEPTH: usize = 64;

/// The JSON-LD blocks of a page.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Those that could be read, in order.
    pub(super) values: Vec<Value>,
    /// The numbers (from 1) of those that could not, with line and column inside the block.
    pub(super) broken: Vec<String>,
}

/// Reads all `<script type="application/ld+json">` of a page.
pub(super) fn blocks(document: &Html) -> Blocks {
    let mut blocks = Blocks::default();
    let scripts = dom::named(document, &["script"]).filter(|script| {
        let kind = script.attr("type").unwrap_or_default().split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/ld+json")
    });
    for (index, script) in scripts.enumerate() {
        let text: String = script.text().collect();
        let text = unwrap(&text);
        if text.is_empty() {
            continue;
        }
        if let Err(error) = read(text, &mut blocks.values) {
            blocks.broken.push(format!(
                "JSON-LD block {}, line {}, column {}",
                index + 1,
                error.line(),
                error.column()
            ));
        }
    }
    blocks
}

/// Reads a block: one value, as it should be, or several one after the other, mended where that helps. An error is that of
/// the block as it is written; what stands before the place that cannot be mended is read.
fn read(text: &str, values: &mut Vec<Value>) -> Result<(), serde_json::Error> {
    let error = match serde_json::from_str(text) {
        Ok(value) => {
            values.push(value);
            return Ok(());
        }
        Err(error) => error,
    };
    for value in serde_json::Deserializer::from_str(&mended(text)).into_iter() {
        let Ok(value) = value else { return Err(error) };
        values.push(value);
    }
    Ok(())
}

/// Takes off a byte-order mark, HTML comments, CDATA marks and a last semicolon.
fn unwrap(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let before = text.len();
        text = text.trim_start_matches('\u{feff}').trim_start();
        for mark in ["<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA["] {
            text = text.strip_prefix(mark).unwrap_or(text).trim_start();
        }
        for mark in ["-->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>", "//", ";"] {
            text = text.strip_suffix(mark).unwrap_or(text).trim_end();
        }
        if text.len() == before {
            return text;
        }
    }
}

/// Mends what is commonly wrong: raw line ends and other control characters in strings, escapes that JSON does not have,
/// commas before a closing bracket, and comments between values.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => match chars.next_if(|c| *c >= ' ') {
                Some(escaped) if r#""\/bfnrtu"#.contains(escaped) => out.extend([c, escaped]),
                escaped => out.extend(escaped),
            },
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\n' | '\r' if in_string => out.push_str("\\n"),
            c if in_string && c < ' ' => out.push(' '),
            '/' if !in_string && chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '/' if !in_string && chars.peek() == Some(&'/') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            ']' | '}' if !in_string => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// All nodes of a page that have an `@id`, so that links between them can be followed.
#[derive(Debug, Default)]
pub(super) struct Graph<'v> {
    by_id: BTreeMap<&'v str, &'v Node>,
}

impl<'v> Graph<'v> {
    pub(super) fn of(values: &'v [Value]) -> Self {
        let mut graph = Self::default();
        let mut open: Vec<&Value> = values.iter().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::Array(list) => open.extend(list),
                Value::Object(node) => {
                    if let Some(Value::String(id)) = node.get("@id") {
                        // The node that says most is the node; the others are links to it.
                        let best = graph.by_id.entry(id).or_insert(node);
                        if node.len() > best.len() {
                            *best = node;
                        }
                    }
                    open.extend(node.values());
                }
                _ => {}
            }
        }
        graph
    }

    /// The node that `value` is or links to.
    pub(super) fn node(&self, value: &'v Value) -> Option<&'v Node> {
        let node = value.as_object()?;
        let id = node.get("@id").and_then(Value::as_str);
        Some(
            id.and_then(|id| self.by_id.get(id).copied())
                .filter(|known| known.len() > node.len())
                .unwrap_or(node),
        )
    }

    /// The nodes under `key`, links followed; one or many.
    pub(super) fn nodes(&self, node: &'v Node, key: &str) -> Vec<&'v Node> {
        list(node.get(key)).filter_map(|value| self.node(value)).collect()
    }

    /// The first of `keys` that has words: a string, a number, or the name of what is there.
    pub(super) fn words(&self, node: &'v Node, keys: &[&str]) -> String {
        keys.iter()
            .flat_map(|key| list(node.get(*key)))
            .map(|value| self.name(value))
            .find(|words| !words.is_empty())
            .unwrap_or_default()
    }

    /// A value in words.
    pub(super) fn name(&self, value: &'v Value) -> String {
        match value {
            Value::String(text) => super::dom::plain(text),
            Value::Number(number) => number.to_string(),
            Value::Object(_) => self
                .node(value)
                .and_then(|node| {
                    ["name", "@value", "legalName"].iter().find_map(|key| node.get(*key)?.as_str())
                })
                .map(super::dom::plain)
                .unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// One value or each of many.
pub(super) fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
    .iter()
}

/// Whether `node` is of one of `types`, whatever prefix or address they are written with.
pub(super) fn is(node: &Node, types: &[&str]) -> bool {
    list(node.get("@type"))
        .filter_map(Value::as_str)
        .any(|name| types.contains(&name.rsplit(['/', '#', ':']).next().unwrap_or(name)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn reads_what_sites_write() {
        for inside in [
            r#"{"a": "b"}"#,
            "<!-- {\"a\": \"b\"} -->",
            "//<![CDATA[\n{\"a\": \"b\"}\n//]]>",
            "/* <![CDATA[ */ {\"a\": \"b\"} /* ]]> */",
            "{\"a\": \"b\",}",
            "{\"a\": \"b\"};",
            "{/* x */\"a\": \"b\" // y\n}",
            "\u{feff}{\"a\": \"b\"}",
            "<!-- \u{feff}\n{\"a\": \"b\"} -->",
        ] {
            let html = format!("<script type='application/LD+json; charset=utf-8'>{inside}</script>");
            let blocks = blocks(&Html::parse_document(&html));
            assert_eq!(blocks.values, [serde_json::json!({"a": "b"})], "{inside}");
        }
    }

    #[test]
    fn raw_line_ends_are_mended_and_the_rest_is_named() {
        let html = "<script type=application/ld+json>{\"a\": \"b\nc, ]\t\\\"\"}</script>\
                    <script type=application/ld+json>{\"a\": }</script><script type=application/ld+json> </script>";
        let blocks = blocks(&Html::parse_document(html));
        assert_eq!(blocks.values, [serde_json::json!({"a": "b\nc, ] \""})]);
        assert_eq!(blocks.broken, ["JSON-LD block 2, line 1, column 7"]);
    }

    #[test]
    fn several_values_and_needless_escapes_are_read() {
        let [one, two] = ["b", "c"].map(|value| serde_json::json!({"a": value}));
        let said = |words: &str| vec![serde_json::json!({"a": words})];
        for (inside, expected, broken) in [
            (r#"{"a": "b"} {"a": "c"}"#, vec![one.clone(), two.clone()], 0),
            (r#"{"a": "b",} // first"#, vec![one.clone()], 0),
            ("{\"a\": \"b\"}\n[{\"a\": \"c\"}]", vec![one.clone(), serde_json::json!([two])], 0),
            (r#"{"a": "b"} {"a": }"#, vec![one.clone()], 1),
            (r#"{"a": "b"} and more"#, vec![one], 1),
            (r#"{"a": "didn\'t \& won\'t, \"so\" 5\/\u0036"}"#, said("didn't & won't, \"so\" 5/6"), 0),
            ("{\"a\": \"one\\\ntwo\"}", said("one\ntwo"), 0),
        ] {
            let html = format!("<script type=application/ld+json>{inside}</script>");
            let blocks = blocks(&Html::parse_document(&html));
            assert_eq!((&blocks.values, blocks.broken.len()), (&expected, broken), "{inside}");
        }
    }

    #[test]
    fn links_lead_to_the_fullest_node() {
        let values = [serde_json::json!([{"x": {"@id": "#p"}}, {"@id": "#p", "name": "Ann"}])];
        let graph = Graph::of(&values);
        assert_eq!(graph.words(values[0][0].as_object().unwrap(), &["x"]), "Ann");
    }
}
