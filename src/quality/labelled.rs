//! Labelled posts: one JSON object a line, in one of two formats.
//!
//! Posts written for this project carry `expect` and `also_ok` (rule ids); see `docs/corpus.md`. Samples of public corpora
//! carry `label` (true or false) and `rule`: what is or is not there. Such a `rule` is a rule's id, or a family and a word
//! of the corpus's own, which stands for the whole family.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::Value;
use whitecoat_engine::{Item, Kind, Parent, ParentAuthor};

use crate::sources::items_file;
use crate::wording::nearest;

/// A labelled post is a few hundred bytes; an article some thousand.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// One labelled post.
#[derive(Debug)]
pub struct Labelled {
    /// The post.
    pub item: Item,
    /// What is right.
    pub answer: Answer,
    /// Why, in a few words; may be empty.
    pub why: String,
    /// The id that the two posts of a minimal pair share.
    pub pair: Option<String>,
    /// What part it has in a story.
    pub story: Option<StoryPart>,
}

/// What part a post has in a story, where it is labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoryPart {
    /// It is the last of the items with these ids, which identify the patient only together.
    Last(Vec<String>),
    /// It is of a tale with this name, which only looks like one.
    Decoy(String),
}

/// What a careful reader says about a post.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The rules that should make a finding, and those that may.
    Rules {
        /// Must be found; empty for a clean post.
        expect: BTreeSet<String>,
        /// Neither demanded nor counted as a false alarm.
        also_ok: BTreeSet<String>,
    },
    /// Whether one thing is there.
    Present {
        /// A rule's id or families, such as `conduct`.
        what: Vec<String>,
        /// Whether it is.
        label: bool,
    },
}

/// Why labelled posts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LabelledError {
    /// The file cannot be read.
    #[error(
        "{file}: {source}\n  expected: a file of labelled posts, JSON Lines\n  try: check the path; docs/quality.md says what stands in a line"
    )]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("{file}:{line}: {problem}\n  next: {next}")]
    Line {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What to do.
        next: String,
    },
}

/// Reads a file of labelled posts; `rules` are the ids that labels may name.
///
/// # Errors
///
/// At the first line that is wrong: a label that is misspelt would spoil every number.
pub fn read(path: &Path, rules: &BTreeSet<&str>) -> Result<Vec<Labelled>, LabelledError> {
    let name = path.display().to_string();
    let open = |source| LabelledError::Io { file: name.clone(), source };
    let mut reader = BufReader::new(File::open(path).map_err(open)?);
    let mut posts = Vec::new();
    let (mut text, mut lines) = (Vec::new(), BTreeMap::new());
    for line in 1.. {
        text.clear();
        let count = io::Read::take(&mut reader, MAX_LINE_BYTES).read_until(b'\n', &mut text).map_err(open)?;
        if count == 0 {
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let fail = |(problem, next)| LabelledError::Line { file: name.clone(), line, problem, next };
        let Some(post) = post(&text, rules).map_err(&fail)? else { continue };
        if let Some(first) = lines.insert(post.item.id.clone(), line) {
            let problem = format!("`id` {:?} is that of line {first} too", post.item.id);
            return Err(fail((problem, "give every post an id of its own".to_owned())));
        }
        posts.push(post);
    }
    Ok(posts)
}

/// What is wrong, and what to do.
type Mistake = (String, String);

fn mistake<T>(problem: impl Into<String>, next: impl Into<String>) -> Result<T, Mistake> {
    Err((problem.into(), next.into()))
}

/// `None` for a label about something that no rule is about.
fn post(text: &[u8], rules: &BTreeSet<&str>) -> Result<Option<Labelled>, Mistake> {
    let value: Value = match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(error) => return mistake(format!("not JSON: {error}"), "write one JSON object a line"),
    };
    let pair = value.get("pair").and_then(Value::as_str).map(str::to_owned);
    let why = value.get("why").and_then(Value::as_str).unwrap_or_default().to_owned();
    let story = story(&value)?;
    let answer = if value.get("expect").is_some() {
        Answer::Rules { expect: ids(&value, "expect", rules)?, also_ok: ids(&value, "also_ok", rules)? }
    } else {
        match present(&value, rules)? {
            Some(answer) => answer,
            None => return Ok(None),
        }
    };
    let mut item = match items_file::item(value) {
        Ok(item) => item,
        Err(problem) => return mistake(problem, "give at least `id` and `text`"),
    };
    if let Answer::Present { what, .. } = &answer
        && what.iter().any(|rule| rule == "boundary/individual-advice")
    {
        // These corpora hold answers to somebody's question, without the question.
        item.kind = Kind::Reply;
        item.parent = Some(Parent { author: ParentAuthor::Public, ..Parent::default() });
    }
    Ok(Some(Labelled { item, answer, why, pair, story }))
}

fn story(value: &Value) -> Result<Option<StoryPart>, Mistake> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    match value.get("mosaic").and_then(Value::as_bool) {
        Some(true) => {
            let ids = value.get("mosaic_items").and_then(Value::as_array);
            let ids: Vec<String> =
                ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            if ids.len() < 2 {
                return mistake(
                    "`mosaic` is true and `mosaic_items` names fewer than two items",
                    "list the story's items",
                );
            }
            Ok(Some(StoryPart::Last(ids)))
        }
        Some(false) => {
            let name = text("thread").or_else(|| text("account")).or_else(|| text("id"));
            Ok(name.map(StoryPart::Decoy))
        }
        None => Ok(None),
    }
}

fn ids(value: &Value, key: &str, rules: &BTreeSet<&str>) -> Result<BTreeSet<String>, Mistake> {
    let Some(list) = value.get(key) else { return Ok(BTreeSet::new()) };
    let Some(list) = list.as_array() else {
        return mistake(format!("`{key}` is not a list"), "write a list of rule ids");
    };
    list.iter()
        .map(|id| match id.as_str() {
            Some(id) if rules.contains(id) => Ok(id.to_owned()),
            other => {
                let next = other.and_then(|id| nearest(id, rules.iter().copied()));
                let next = next.map(|near| format!("did you mean {near}?"));
                let next = next.unwrap_or_else(|| "see the ids with: whitecoat rules list".to_owned());
                mistake(format!("`{key}` names {id}, which is no rule"), next)
            }
        })
        .collect()
}

fn present(value: &Value, rules: &BTreeSet<&str>) -> Result<Option<Answer>, Mistake> {
    let (Some(label), Some(rule)) =
        (value.get("label").and_then(Value::as_bool), value.get("rule").and_then(Value::as_str))
    else {
        return mistake("there is neither `expect` nor `label` with `rule`", "label the post");
    };
    let families: BTreeSet<&str> = rules.iter().filter_map(|id| id.split('/').next()).collect();
    let what: Vec<String> = if rules.contains(rule) {
        vec![rule.to_owned()]
    } else {
        let parts = rule.split('/').next().unwrap_or_default().split('+');
        parts.filter(|family| families.contains(family)).map(str::to_owned).collect()
    };
    Ok((!what.is_empty()).then_some(Answer::Present { what, label }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(line: &str) -> Result<Option<Labelled>, Mistake> {
        post(line.as_bytes(), &BTreeSet::from(["privacy/patient-name", "conduct/threat"]))
    }

    #[test]
    fn an_id_stands_for_one_post() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = r#"{"id":"a","text":"b","expect":[]}"#;
        std::fs::write(file.path(), format!("{line}\n\n{line}\n")).unwrap();
        let error = super::read(file.path(), &BTreeSet::new()).unwrap_err().to_string();
        assert!(
            error.ends_with(":3: `id` \"a\" is that of line 1 too\n  next: give every post an id of its own")
        );
    }

    #[test]
    fn reads_both_formats() {
        let ours = r#"{"id":"1","text":"a","expect":["privacy/patient-name"],"also_ok":[],"pair":"p1","profile":{"bio":null}}"#;
        let ours = read(ours).unwrap().unwrap();
        assert!(matches!(&ours.answer, Answer::Rules { expect, .. } if expect.len() == 1));
        assert_eq!(ours.pair.as_deref(), Some("p1"));
        for (rule, what) in [
            ("conduct/threat", &["conduct/threat"][..]),
            ("conduct/derogatory", &["conduct"]),
            ("privacy+conduct", &["privacy", "conduct"]),
        ] {
            let theirs = format!(r#"{{"id":"1","text":"a","label":true,"rule":"{rule}"}}"#);
            let theirs = read(&theirs).unwrap().unwrap();
            let what = what.iter().map(|part| (*part).to_owned()).collect();
            assert_eq!(theirs.answer, Answer::Present { what, label: true });
        }
        assert!(read(r#"{"id":"1","text":"a","label":true,"rule":"component/name"}"#).unwrap().is_none());
    }

    #[test]
    fn mistakes_say_what_to_do() {
        for (line, problem, next) in [
            ("{", "not JSON", "one JSON object"),
            (r#"{"id":"1","text":"a"}"#, "neither `expect`", "label the post"),
            (
                r#"{"id":"1","text":"a","expect":["conduct/thread"]}"#,
                "conduct/thread",
                "did you mean conduct/threat?",
            ),
            (r#"{"id":"1","text":"a","expect":"conduct/threat"}"#, "not a list", "a list of rule ids"),
            (r#"{"id":"1","expect":[]}"#, "no `text`", "`id` and `text`"),
        ] {
            let (found, way) = read(line).unwrap_err();
            assert!(found.contains(problem) && way.contains(next), "{found}; {way}");
        }
    }
}
