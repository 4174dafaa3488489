//! The account that items belong to.

use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Profile, Visibility};

/// Whose items they are.
#[derive(Clone, Debug, Default)]
pub(in crate::sources) struct Account {
    /// The short name of the platform in items.
    pub(in crate::sources) platform: &'static str,
    /// The handle without `@`; empty if unknown.
    pub(in crate::sources) handle: String,
    /// Shared by all items.
    pub(in crate::sources) profile: Arc<Profile>,
}

impl Account {
    /// What all items of the account have.
    pub(in crate::sources) fn item(&self, place: &str) -> Item {
        Item {
            platform: self.platform.to_owned(),
            account: self.handle.clone(),
            profile: Some(Arc::clone(&self.profile)),
            source: place.to_owned(),
            ..Item::default()
        }
    }

    /// The bio as an item, if there is one. Where the account's settings are known, the name stands for a bio that is empty.
    pub(in crate::sources) fn bio(&self, place: &str, visibility: Visibility) -> Option<Item> {
        let owner = if self.handle.is_empty() { &self.profile.name } else { &self.handle };
        let shown = if self.profile.bio.is_empty() { &self.profile.name } else { &self.profile.bio };
        let has_news = !self.profile.bio.is_empty() || !self.profile.settings.is_empty();
        (has_news && !shown.is_empty()).then(|| Item {
            id: format!("profile-{owner}"),
            kind: Kind::Profile,
            text: shown.clone(),
            visibility,
            ..self.item(place)
        })
    }
}
