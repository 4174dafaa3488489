//! The newer shape of records: a list of labels and values, translated.

use serde::Deserialize;

use crate::sources::archive::loose::{List, Maybe, Whole};
use crate::sources::archive::meta::media::Medium;
use crate::sources::archive::meta::words;
use crate::sources::archive::mojibake::Repaired;

/// One label with its value, or with more of its kind.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::archive) struct LabelValue<'a> {
    #[serde(borrow)]
    label: Repaired<'a>,
    value: Repaired<'a>,
    timestamp_value: Whole,
    dict: List<Maybe<LabelValue<'a>>>,
    vec: List<Maybe<LabelValue<'a>>>,
    media: List<Maybe<Medium<'a>>>,
}

/// What the labels of a record say.
#[derive(Default)]
pub(in crate::sources::archive) struct Labelled<'l, 'a> {
    pub(in crate::sources::archive) rows: Vec<(&'l str, &'l str)>,
    pub(in crate::sources::archive) media: Vec<&'l Medium<'a>>,
    pub(in crate::sources::archive) time: Option<i64>,
}

impl<'l, 'a> Labelled<'l, 'a> {
    /// Follows the labels as deep as they go; the JSON reader has bounded that.
    pub(in crate::sources::archive) fn add(&mut self, values: &'l List<Maybe<LabelValue<'a>>>) {
        for value in values.0.iter().filter_map(|value| value.0.as_ref()) {
            if let Some(text) = value.value.some() {
                self.rows.push((&*value.label.0, text));
            }
            self.time = self.time.or(value.timestamp_value.0);
            self.media.extend(value.media.0.iter().filter_map(|medium| medium.0.as_ref()));
            self.add(&value.dict);
            self.add(&value.vec);
        }
    }
}

/// The own words among labelled values. Where no label is known, which is said, they are the longest value with a space in
/// it.
pub(in crate::sources::archive) fn own_words<'r>(
    rows: impl Iterator<Item = (&'r str, &'r str)> + Clone,
    only_known: bool,
    guessed: &mut bool,
) -> Vec<String> {
    let known: Vec<String> = rows
        .clone()
        .filter(|(label, _)| words::is(label, words::TEXT))
        .map(|(_, value)| value.to_owned())
        .collect();
    if !known.is_empty() || only_known || rows.clone().any(|(label, _)| words::is(label, words::OTHER)) {
        return known;
    }
    let is_prose = |value: &&str| value.contains(char::is_whitespace) && !value.starts_with("http");
    let longest = rows.map(|(_, value)| value).filter(is_prose).max_by_key(|value| value.len());
    *guessed |= longest.is_some();
    longest.map(str::to_owned).into_iter().collect()
}
