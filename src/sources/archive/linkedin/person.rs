//! The member: who it is, and what the profile says.

use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Profile, Visibility};

use super::{PLATFORM, POSITIONS, PROFILE, TEXTS};
use crate::sources::archive::account::Account;
use crate::sources::archive::format::Export;
use crate::sources::archive::html::titled;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::rows::{self, Row, Table};
use crate::sources::archive::twins::Seen;
use crate::sources::{Batch, Decoded, Stopped};

const NO_TEXT: &str = "LinkedIn: schools, publications and the like without a description are not read";

/// Reads who the export belongs to. LinkedIn names no handle, so that the account goes without one.
pub(super) fn gather(export: &mut Export<'_>) -> Result<Account, Stopped> {
    let mut profile = Profile::default();
    for entry in export.of(PROFILE) {
        let table = Table { needs: &["first name", "last name"], backslash: false };
        rows::read(export, &entry, table, |row, _| {
            if profile.name.is_empty() {
                fill(&mut profile, row);
            }
        })?;
    }
    for entry in export.of(POSITIONS) {
        let table = Table { needs: &["company name", "title"], backslash: false };
        rows::read(export, &entry, table, |row, _| {
            // The newest position comes first; one that has not ended is held today.
            if profile.employer.is_empty() && row.get("finished on").is_empty() {
                profile.employer = row.get("company name").to_owned();
                profile.profession = row.get("title").to_owned();
            }
        })?;
    }
    Ok(Account { platform: PLATFORM, handle: String::new(), profile: Arc::new(profile) })
}

fn fill(profile: &mut Profile, row: &Row<'_>) {
    profile.name = format!("{} {}", row.get("first name"), row.get("last name")).trim().to_owned();
    profile.location = row.get("geo location").to_owned();
    let said = [row.get("headline"), row.get("summary")];
    let links = ["websites", "twitter handles", "instant messengers"];
    profile.bio = said.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("\n\n");
    for (label, column) in ["Website", "Twitter", "Messenger"].iter().zip(links) {
        for link in listed(row.get(column)) {
            profile.bio.push_str(&format!("\n{label}: {link}"));
        }
    }
}

/// `[COMPANY:https://a.example,BLOG:https://b.example]`, as LinkedIn writes lists.
fn listed(cell: &str) -> impl Iterator<Item = &str> {
    let inner = cell.strip_prefix('[').and_then(|cell| cell.strip_suffix(']')).unwrap_or(cell);
    let bare = |link: &'_ str| -> usize { link.find(":http").map_or(0, |at| at + 1) };
    inner
        .split(',')
        .map(str::trim)
        .filter(|link| !link.is_empty())
        .map(move |link| link.get(bare(link)..).unwrap_or(link))
}

/// The bio and the descriptions of positions as items.
pub(super) fn items(export: &mut Export<'_>, account: &Account, seen: &mut Seen) -> Result<(), Stopped> {
    let place = export.of(PROFILE).first().map(|entry| entry.name.clone()).unwrap_or_default();
    if let Some(bio) = account.bio(&place, Visibility::Unknown) {
        let mut out = Decoded::default();
        seen.keep(bio, &mut out);
        export.sink.coverage().absorb(out.coverage);
        export.sink.batch(Batch::ready(out.items))?;
    }
    for entry in export.of(POSITIONS) {
        let table = Table { needs: &["company name", "title"], backslash: false };
        rows::read(export, &entry, table, |row, out| {
            let description = row.get("description");
            if description.is_empty() {
                return;
            }
            let mut item = account.item(&row.place);
            item.id = derived_id(&[row.get("company name"), row.get("title"), description]);
            item.kind = Kind::Profile;
            item.text = description.to_owned();
            seen.keep(item, out);
        })?;
    }
    for entry in export.of(TEXTS) {
        rows::read(export, &entry, Table::default(), |row, out| {
            let said = ["description", "notes", "activities", "profile summary"];
            let said: Vec<&str> =
                said.iter().map(|column| row.get(column)).filter(|text| !text.is_empty()).collect();
            if said.is_empty() {
                out.coverage.skip(NO_TEXT, &row.place);
                return;
            }
            let title = row.any(&["name", "title", "school name", "role", "company name"]);
            let text = titled(title, &said.join("\n"));
            let url = row.get("url");
            let item = Item {
                id: derived_id(&[title, &text]),
                kind: Kind::Profile,
                url: url.starts_with("https://").then(|| url.to_owned()),
                text,
                ..account.item(&row.place)
            };
            seen.keep(item, out);
        })?;
    }
    Ok(())
}
