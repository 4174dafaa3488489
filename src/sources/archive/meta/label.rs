//! The newer shape of records: a list of labels and values, translated.

use serde::Deserialize;

use crate::sources::archive::dates::{self, Written};
use crate::sources::archive::loose::{List, Maybe, Whole};
use crate::sources::archive::meta::media::Medium;
use crate::sources::archive::meta::words;
use crate::sources::archive::mojibake::Repaired;

/// Where the characters of East Asia begin, between which no spaces stand.
const FIRST_OF_EAST_ASIA: char = '\u{2e80}';

/// No date is longer, in bytes.
const MAX_STAMP_BYTES: usize = 60;

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
    let longest =
        rows.map(|(_, value)| value).filter(|value| is_prose(value)).max_by_key(|value| value.len());
    *guessed |= longest.is_some();
    longest.map(str::to_owned).into_iter().collect()
}

/// Whether a value may be words: neither an address nor a date, and with a space in it or in a script that has none.
fn is_prose(value: &str) -> bool {
    let has_words = value.contains(|c: char| c.is_whitespace() || c >= FIRST_OF_EAST_ASIA);
    has_words && !value.starts_with("http") && !is_stamp(value)
}

/// A date with a clock, in an unknown language too: Facebook prints the seconds.
fn is_stamp(value: &str) -> bool {
    let is_clock = |run: &str| run.matches(':').count() == 2 && run.split(':').all(|part| !part.is_empty());
    let looks_dated = value.len() <= MAX_STAMP_BYTES
        && value.split(|c: char| !c.is_ascii_digit() && c != ':').any(is_clock);
    looks_dated || dates::read(value).is_some_and(Written::has_clock)
}

#[cfg(test)]
mod tests {
    use super::own_words;

    #[test]
    fn tells_words_from_dates_where_no_label_is_known() {
        for (rows, expected) in [
            (vec![("Xyz", "Well done Tom"), ("Zyx", "Jul 12, 2020 8:41:15pm and more")], "Well done Tom"),
            (vec![("Xyz", "32 Julember 2020 8:41:15"), ("Zyx", "In a word")], "In a word"),
            (vec![("未知", "祝你生日快樂"), ("時間", "6 月 10, 2021 2:18:49 下午")], "祝你生日快樂"),
            (vec![("訊息", "謝謝"), ("偵測到的方言", "繁體中文（台灣）")], "謝謝"),
            (vec![("Meddelande", "Grattis!"), ("Skapad med app", "Facebook Lite")], "Grattis!"),
        ] {
            assert_eq!(own_words(rows.into_iter(), false, &mut false), [expected]);
        }
        let none = [("Xyz", "https://example.org/a b"), ("Zyx", "word")];
        assert!(own_words(none.into_iter(), false, &mut false).is_empty());
    }
}
