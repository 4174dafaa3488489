//! What the profile said before, and that its readers changed.

use whitecoat_engine::{Item, Kind, LiveState};

use super::files::{CHANGES, PRIVACY};
use crate::sources::archive::format::Export;
use crate::sources::archive::meta::account::{Account, Labels};
use crate::sources::archive::meta::media::Files;
use crate::sources::archive::meta::{read, words};
use crate::sources::{Sink, Stopped};

const WAS_PRIVATE: &str = "Instagram: the account was made private or public at times, so posts had different readers (the export does not say which)";

/// The lists, of every era.
const LISTS: &[&str] = &["profile_profile_change"];
const PRIVACY_LISTS: &[&str] = &["account_history_account_privacy_history"];

/// Words that the profile does not show any more, as items.
pub(super) fn read(
    export: &mut Export<'_>,
    account: &mut Account,
    files: &Files,
) -> Result<Vec<Item>, Stopped> {
    let mut past = Vec::new();
    for source in read::sources(export, CHANGES) {
        each(export, &source, LISTS, files, &mut |rows, place| {
            past.extend(take(rows, place, account));
        })?;
    }
    for source in read::sources(export, PRIVACY) {
        let mut changes = 0_u64;
        each(export, &source, PRIVACY_LISTS, files, &mut |_, _| changes += 1)?;
        if changes > 0 {
            export.sink.coverage().note(WAS_PRIVATE);
        }
    }
    Ok(past)
}

/// Takes the labels of a record with their values, and its place.
type TakeRows<'t> = dyn FnMut(&[(&str, &str)], String) + 't;

/// Hands over the labelled values of each record.
fn each(
    export: &mut Export<'_>,
    source: &read::Source,
    lists: &'static [&'static str],
    files: &Files,
    take: &mut TakeRows<'_>,
) -> Result<(), Stopped> {
    let sink: &mut dyn Sink = &mut *export.sink;
    if source.is_page {
        return read::boxes(export.container, sink, &source.entry, files, &mut |found, _, place, _| {
            take(&found.rows().collect::<Vec<_>>(), place);
            Ok(())
        });
    }
    let decode = |record: &[u8]| {
        serde_json::from_slice::<Labels<'_>>(record).map(|labels| {
            let rows = labels.rows().into_iter();
            rows.map(|(label, value)| (label.to_owned(), value.to_owned())).collect::<Vec<_>>()
        })
    };
    read::json(export.container, sink, &source.entry, lists, &decode, &mut |rows, at, _| {
        let rows: Vec<_> = rows.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
        take(&rows, at.source);
        Ok(())
    })?;
    Ok(())
}

/// What was changed stands first, what it was before second, whatever their labels. When a bio was written is not said.
fn take(rows: &[(&str, &str)], place: String, account: &mut Account) -> Option<Item> {
    let (what, before) = (rows.first()?.1, rows.get(1)?.1.trim());
    if before.is_empty() || rows.len() < 3 {
        return None;
    }
    if words::is(what, words::HANDLE) || words::is(what, words::NAME) {
        account.profile.former_names.push(before.to_owned());
        return None;
    }
    (words::is(what, words::BIO) || before.contains(char::is_whitespace)).then(|| Item {
        kind: Kind::Profile,
        text: before.to_owned(),
        live_state: LiveState::Deleted,
        source: place,
        ..Item::default()
    })
}
