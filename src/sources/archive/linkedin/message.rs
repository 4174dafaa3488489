//! Private messages.

use whitecoat_engine::{Authorship, Item, Kind, Visibility};

use super::table;
use crate::sources::Stopped;
use crate::sources::archive::account::Account;
use crate::sources::archive::container::Entry;
use crate::sources::archive::format::Export;
use crate::sources::archive::html::plain;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::rows::{self, Table};
use crate::sources::archive::twins::Seen;

const NO_WORDS: &str = "LinkedIn: a message without words";
const NO_OWNER: &str =
    "LinkedIn: the export does not say whose it is, so that every private message counts as somebody else's";

pub(super) fn read(
    export: &mut Export<'_>,
    entry: &Entry,
    account: &Account,
    seen: &mut Seen,
) -> Result<(), Stopped> {
    let owner = &account.profile.name;
    if owner.is_empty() {
        export.sink.coverage().note(NO_OWNER);
    }
    let table = Table { needs: &["from", "content"], backslash: false };
    rows::read(export, entry, table, |row, out| {
        let text = plain(row.get("content"));
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, &row.place);
            return;
        }
        let (thread, date, from) = (row.get("conversation id"), row.get("date"), row.get("from"));
        let (created_at, created_precision) = table::time(date, &row.place, out);
        let own = !owner.is_empty() && from == owner;
        let item = Item {
            id: derived_id(&[thread, date, from, &text]),
            kind: Kind::Message,
            authorship: if own { Authorship::Own } else { Authorship::Other },
            visibility: Visibility::Private,
            created_at,
            created_precision,
            thread: (!thread.is_empty()).then(|| thread.to_owned()),
            text,
            ..account.item(&row.place)
        };
        seen.keep(item, out);
    })
}
