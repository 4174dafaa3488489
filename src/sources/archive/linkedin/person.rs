//! The member: who it is, and what the profile says.

use std::sync::Arc;

use whitecoat_engine::{Kind, Profile, Visibility};

use super::{PLATFORM, POSITIONS, PROFILE};
use crate::sources::archive::account::Account;
use crate::sources::archive::format::Export;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::rows::{self, Row, Table};
use crate::sources::archive::twins::Seen;
use crate::sources::{Batch, Decoded, Stopped};

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
    profile.bio = said.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("\n\n");
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
    Ok(())
}
