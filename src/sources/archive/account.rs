//! The account that an export belongs to.

use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Profile, Visibility};

use super::format::Export;

/// Whose export it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// The short name of the platform in items.
    pub(super) platform: &'static str,
    /// The handle without `@`; empty if unknown.
    pub(super) handle: String,
    /// Shared by all items.
    pub(super) profile: Arc<Profile>,
}

impl Account {
    /// What all items of the account have.
    pub(super) fn item(&self, place: &str) -> Item {
        Item {
            platform: self.platform.to_owned(),
            account: self.handle.clone(),
            profile: Some(Arc::clone(&self.profile)),
            source: place.to_owned(),
            ..Item::default()
        }
    }

    /// The bio as an item, if there is one.
    pub(super) fn bio(&self, place: &str, visibility: Visibility) -> Option<Item> {
        let owner = if self.handle.is_empty() { &self.profile.name } else { &self.handle };
        (!self.profile.bio.is_empty()).then(|| Item {
            id: format!("profile-{owner}"),
            kind: Kind::Profile,
            text: self.profile.bio.clone(),
            visibility,
            ..self.item(place)
        })
    }
}

/// Says what the export was recognised as, such as `Reddit archive of u/drvreeland`.
pub(super) fn recognised(export: &mut Export<'_>, owner: &str) {
    let platform = export.platform;
    let article = if platform.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    let mut said = match export.container.single_file() {
        Some(name) => format!("{name} of {article} {platform} archive"),
        None => format!("{platform} archive"),
    };
    if !owner.is_empty() {
        said.push_str(&format!(" of {owner}"));
    }
    export.sink.recognised(&said);
    let bytes = export.files.iter().map(|file| file.entry.size).sum();
    export.sink.progress().set_length(bytes);
}
