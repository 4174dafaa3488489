//! Walks on stored answers: a table of addresses and bodies stands in for the network.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use serde_json::Value;
use url::Url;
use whitecoat_engine::Item;

use super::super::walk::{Found, Page, Walk};

/// An answer.
pub(in crate::sources::web) fn page(url: &str, body: &str) -> Page {
    Page {
        url: Url::parse(url).unwrap(),
        content_type: None,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

/// Header names and values.
type Headers = Vec<(String, String)>;

/// Stored answers by address.
#[derive(Default)]
pub(super) struct Answers(BTreeMap<String, (String, Headers)>);

impl Answers {
    /// Adds an answer.
    pub(super) fn with(self, url: &str, body: impl ToString) -> Self {
        self.with_header(url, body, "", "")
    }

    /// Adds an answer with a header.
    pub(super) fn with_header(mut self, url: &str, body: impl ToString, name: &str, value: &str) -> Self {
        let headers = if name.is_empty() { vec![] } else { vec![(name.to_owned(), value.to_owned())] };
        self.0.insert(url.to_owned(), (body.to_string(), headers));
        self
    }
}

/// What a walk came to.
pub(super) struct Walked {
    pub(super) found: Found,
    /// What was asked for, in order; what nobody answers begins with `!`.
    pub(super) asked: Vec<String>,
}

impl Walked {
    /// The items without what only tells where they were found.
    pub(super) fn items(&self) -> Vec<Item> {
        let bare = |item: &Item| Item { source: String::new(), ..item.clone() };
        self.found.items.iter().map(bare).collect()
    }

    /// The item of an identifier.
    pub(super) fn item(&self, id: &str) -> &Item {
        let found = self.found.items.iter().find(|item| item.id == id);
        found.unwrap_or_else(|| panic!("no item {id} among {:?}", self.ids()))
    }

    pub(super) fn ids(&self) -> Vec<&str> {
        self.found.items.iter().map(|item| item.id.as_str()).collect()
    }

    /// How often something was not read, for reasons that hold some words.
    pub(super) fn gaps(&self, words: &str) -> u64 {
        let coverage = &self.found.coverage;
        let all = coverage.skipped.iter().chain(&coverage.failed);
        all.filter(|(reason, _)| reason.contains(words)).map(|(_, gap)| gap.count).sum()
    }
}

/// Runs a walk to its end. A walk that does not end within ten thousand answers fails.
pub(super) fn run(walk: &mut dyn Walk, answers: &Answers) -> Walked {
    let mut walked = Walked { found: Found::default(), asked: Vec::new() };
    let mut open: VecDeque<_> = walk.start().into();
    while let Some(request) = open.pop_front() {
        let url = request.url.as_str();
        match answers.0.get(url) {
            Some((body, headers)) => {
                walked.asked.push(url.to_owned());
                let page = Page { headers: headers.clone(), ..page(url, body) };
                open.extend(walk.read(&request, &page, &mut walked.found));
            }
            None => {
                walked.asked.push(format!("!{url}"));
                open.extend(walk.failed(&request, "404 Not Found"));
            }
        }
        assert!(walked.asked.len() < 10_000, "the walk does not end");
    }
    walk.finish(&mut walked.found);
    walked
}

/// Items as JSON lines, for snapshots.
pub(super) fn shown(items: &[Item]) -> String {
    let line = |item: &Item| {
        let mut value = serde_json::to_value(item).unwrap();
        // The profile is the same for all.
        value.as_object_mut().unwrap().retain(|key, value| key != "profile" && !value.is_null());
        serde_json::to_string(&value).unwrap()
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A folder of real pages; `None` where the samples are not there.
pub(in crate::sources::web) fn samples(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/pages").join(folder);
    path.is_dir().then_some(path)
}

/// A recorded exchange: its path and query, its headers, and the body.
pub(super) fn exchange(folder: &str, name: &str) -> Option<(String, Headers, Value)> {
    let text = std::fs::read_to_string(samples(folder)?.join(name)).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let request = value.get("request").and_then(Value::as_str).unwrap_or_default().to_owned();
    let headers = value.get("headers").and_then(Value::as_object).into_iter().flatten();
    let headers = headers.flat_map(|(name, values)| {
        let values = values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
        values.into_iter().filter_map(|value| Some((name.to_lowercase(), value.as_str()?.to_owned())))
    });
    Some((request, headers.collect(), value.get("body").cloned().unwrap_or_default()))
}

impl Answers {
    /// The answers in a file of `tests/fixtures/walks`: address, then body and headers.
    pub(super) fn fixture(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/walks").join(name);
        let stored: BTreeMap<String, Value> =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut answers = Self::default();
        for (url, answer) in stored {
            let headers = answer.get("headers").and_then(Value::as_object).into_iter().flatten();
            let headers =
                headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
            let body = match &answer["body"] {
                Value::String(text) => text.clone(),
                body => body.to_string(),
            };
            answers.0.insert(url, (body, headers));
        }
        answers
    }
}

/// The items of an archive fixture as far as everybody can see them, as a walk would give them: live, and without what only
/// tells where they were found.
pub(super) fn archived(name: &str) -> Vec<Item> {
    archived_at(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives").join(name))
}

/// The same of any archive.
pub(super) fn archived_at(path: &std::path::Path) -> Vec<Item> {
    use whitecoat_engine::{LiveState, Visibility};

    use crate::sources::Options;
    use crate::sources::properties::Collecting;

    let mut sink = Collecting::default();
    crate::sources::archive::read(path, &Options::default(), &mut sink).unwrap();
    let public = sink.items.into_iter().filter(|item| item.visibility == Visibility::Public);
    public.map(|item| Item { live_state: LiveState::Live, source: String::new(), ..item }).collect()
}
