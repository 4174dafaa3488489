//! Whose export it is.

use serde::Deserialize;
use whitecoat_engine::Profile;

use super::label::{LabelValue, Labelled};
use super::media::Files;
use super::read::{self, Source};
use super::words;
use crate::sources::archive::container::Container;
use crate::sources::archive::dates;
use crate::sources::archive::loose::{List, Maybe, Pairs, Whole};
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

/// How many links of a profile are kept.
const MAX_LINKS: usize = 20;

/// The account holder.
#[derive(Clone, Debug, Default)]
pub(in crate::sources::archive) struct Account {
    /// The handle without `@`; empty if unknown.
    pub(in crate::sources::archive) handle: String,
    /// The page of the account, where the export names it.
    pub(in crate::sources::archive) url: Option<String>,
    /// All own words of the profile.
    pub(in crate::sources::archive) words: String,
    /// Where they were found.
    pub(in crate::sources::archive) source: String,
    /// Where else the profile says its holder can be found, as lines of the profile.
    pub(in crate::sources::archive) links: Vec<String>,
    pub(in crate::sources::archive) profile: Profile,
}

/// Labels with values, as Instagram writes most things.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::archive) struct Labels<'a> {
    #[serde(borrow)]
    pub(in crate::sources::archive) string_map_data: Pairs<Repaired<'a>, Maybe<Value<'a>>>,
    pub(in crate::sources::archive) label_values: List<Maybe<LabelValue<'a>>>,
}

/// A value of a label.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::archive) struct Value<'a> {
    #[serde(borrow)]
    pub(in crate::sources::archive) value: Repaired<'a>,
    pub(in crate::sources::archive) timestamp: Whole,
}

impl<'a> Labels<'a> {
    /// All labels with their values, those without a value too.
    pub(in crate::sources::archive) fn rows(&self) -> Vec<(&str, &str)> {
        let map = self.string_map_data.0.iter();
        let mut rows: Vec<(&str, &str)> =
            map.filter_map(|(label, value)| Some((&*label.0, &*value.0.as_ref()?.value.0))).collect();
        rows.extend(self.labelled().rows);
        rows
    }

    /// What the newer shape says: values, media and a time.
    pub(in crate::sources::archive) fn labelled(&self) -> Labelled<'_, 'a> {
        let mut labelled = Labelled::default();
        labelled.add(&self.label_values);
        labelled
    }
}

impl Account {
    /// Whether only followers may read it now.
    pub(in crate::sources::archive) fn is_private(&self) -> bool {
        self.profile.settings.private == Some(true)
    }

    /// Takes what labels say that is not known yet.
    pub(in crate::sources::archive) fn take_rows<'r>(
        &mut self,
        rows: impl Iterator<Item = (&'r str, &'r str)>,
        place: &str,
    ) {
        let mut taken = false;
        for (label, value) in rows {
            let value = undated(value);
            let field = if words::is(label, words::HANDLE) {
                &mut self.handle
            } else if words::is(label, words::NAME) {
                &mut self.profile.name
            } else if words::is(label, words::BIO) {
                &mut self.profile.bio
            } else if words::is(label, words::WEBSITE) {
                if !value.trim().is_empty() && self.links.len() < MAX_LINKS {
                    self.links.push(format!("Website: {}", value.trim()));
                }
                continue;
            } else if words::is(label, words::CITY) {
                &mut self.profile.location
            } else if words::is(label, words::WORK) {
                // The last employer stands first, above what was done there.
                first_line(&mut self.profile.employer, value);
                continue;
            } else {
                if words::is(label, words::PRIVATE) && !value.trim().is_empty() {
                    taken = true;
                    self.profile.settings.private = Some(words::is(value, words::TRUE));
                }
                continue;
            };
            taken = true;
            if field.is_empty() {
                value.trim().clone_into(field);
            }
        }
        self.words = self.profile.bio.clone();
        if taken && self.source.is_empty() {
            place.clone_into(&mut self.source);
        }
    }
}

/// Takes the first line of a text, where nothing is known yet.
fn first_line(field: &mut String, text: &str) {
    if field.is_empty() {
        text.lines().next().unwrap_or_default().trim().clone_into(field);
    }
}

/// A value without the line below it that says when it was written, such as `(Aug 02, 2020 11:07:57pm)`.
fn undated(value: &str) -> &str {
    let value = value.trim();
    let Some((words, last)) = value.rsplit_once('\n') else { return value };
    let inner = last.trim().strip_prefix('(').and_then(|last| last.strip_suffix(')'));
    if inner.is_some_and(|inner| dates::read(inner).is_some()) { words.trim_end() } else { value }
}

/// Reads the profile of an Instagram or Threads account. What cannot be read costs nothing but itself.
pub(in crate::sources::archive) fn gather(
    container: &mut Container,
    sink: &mut dyn Sink,
    sources: &[Source],
    files: &Files,
) -> Result<Account, Stopped> {
    let mut account = Account::default();
    for source in sources {
        if source.is_page {
            read::boxes(container, sink, &source.entry, files, &mut |found, _, place, _| {
                account.take_rows(found.rows(), &place);
                Ok(())
            })?;
            continue;
        }
        let decode = |record: &[u8]| {
            serde_json::from_slice::<Labels<'_>>(record).map(|labels| {
                let rows = labels.rows().into_iter();
                rows.map(|(label, value)| (label.to_owned(), value.to_owned())).collect::<Vec<_>>()
            })
        };
        read::json(container, sink, &source.entry, &["profile_user"], &decode, &mut |rows, at, _| {
            account.take_rows(rows.iter().map(|(label, value)| (label.as_str(), value.as_str())), &at.source);
            Ok(())
        })?;
    }
    Ok(account)
}
