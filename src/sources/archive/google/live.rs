//! YouTube comments and live chats as Takeout wrote them until about 2022: list items on one page.

use scraper::Html;
use whitecoat_engine::{Item, Kind, Parent, ParentKind, Precision};

use super::{NO_WORDS, Reading, time};
use crate::sources::archive::container::Entry;
use crate::sources::archive::format::Export;
use crate::sources::archive::html;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::sections;
use crate::sources::web::page::gate;
use crate::sources::{Batch, Decoded, Stopped};

const TOO_DEEP: &str = "Google: a comment nests too deep or holds too many elements";

/// `<li>Sent at 2019-05-01 12:00:00 UTC while watching <a href="…watch?v=…">title</a>.<br>words</li>`
pub(super) fn read(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<(), Stopped> {
    let account = reading.account("youtube");
    sections::read(export, entry, "<li", |offset, piece, sink| {
        if !piece.starts_with("<li") {
            return Ok(());
        }
        let place = format!("{}#{offset}", entry.name);
        if gate::check(piece).is_err() {
            sink.coverage().fail(TOO_DEEP, place);
            return Ok(());
        }
        let tree = Html::parse_fragment(piece);
        let text = html::text(tree.root_element(), &[]);
        let (lead, words) = text.split_once('\n').unwrap_or((text.as_str(), ""));
        if words.trim().is_empty() {
            sink.coverage().skip(NO_WORDS, place);
            return Ok(());
        }
        let mut out = Decoded::default();
        let date = lead.find("20").and_then(|at| lead.get(at..at + "2019-05-01 12:00:00".len()));
        let (created_at, created_precision) = match date {
            Some(date) => time(date, &place, &mut out.coverage),
            None => (None, Precision::Unknown),
        };
        let links = html::all(tree.root_element(), "a[href]");
        let addresses = links.iter().filter_map(|link| link.attr("href"));
        let (mut video, mut comment) = (None, None);
        for address in addresses {
            video = video.or_else(|| parameter(address, "v="));
            comment = comment.or_else(|| parameter(address, "lc="));
        }
        let item = Item {
            kind: Kind::Comment,
            id: comment.clone().unwrap_or_else(|| derived_id(&[lead, words])),
            url: video
                .as_ref()
                .zip(comment)
                .map(|(video, comment)| format!("https://www.youtube.com/watch?v={video}&lc={comment}")),
            parent: video.clone().map(|id| Parent {
                kind: ParentKind::Post,
                id: Some(id),
                ..Parent::default()
            }),
            thread: video,
            created_at,
            created_precision,
            text: words.trim().to_owned(),
            ..account.item(&place)
        };
        reading.seen.keep(item, &mut out);
        sink.coverage().absorb(out.coverage);
        sink.batch(Batch::ready(out.items))
    })
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let value = query.split('&').find_map(|part| part.strip_prefix(name))?;
    (!value.is_empty()).then(|| value.to_owned())
}
