//! What of an archive is still public, decided when the live account is read in the same run.
//!
//! Only hashes of what was seen are kept.

use std::collections::{BTreeSet, HashSet};
use std::sync::{PoisonError, RwLock};

use whitecoat_engine::{Authorship, Item, Kind, LiveState, Visibility};

use crate::identity::DERIVED_ID;

/// What was seen of live accounts in this run.
#[derive(Debug, Default)]
pub struct Live(RwLock<Seen>);

#[derive(Debug, Default)]
struct Seen {
    items: HashSet<[u8; 16]>,
    /// Accounts of which everything public was seen.
    whole: BTreeSet<(String, String)>,
}

impl Live {
    /// Notes items that were seen live.
    pub(crate) fn see(&self, items: &[Item]) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for item in items.iter().filter(|item| item.live_state == LiveState::Live) {
            seen.items.extend(id(item).or_else(|| address(item)));
        }
    }

    /// Notes that everything public of an account was seen.
    pub(crate) fn saw_all_of(&self, account: (String, String)) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).whole.insert(account);
    }

    /// Says of items of an archive whether they are still public. Where that is not known, they are left as they are.
    pub(crate) fn decide(&self, items: &mut [Item]) {
        let seen = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if seen.items.is_empty() {
            return;
        }
        for item in items {
            let is_seen = id(item).into_iter().chain(address(item)).any(|name| seen.items.contains(&name));
            item.live_state = match (item.live_state, is_seen) {
                (LiveState::Deleted, true) => LiveState::StillVisible,
                (LiveState::Unknown, true) => LiveState::Live,
                (LiveState::Unknown, false)
                    if is_listed(item)
                        && account(item).is_some_and(|account| seen.whole.contains(&account)) =>
                {
                    LiveState::Deleted
                }
                (known, _) => known,
            };
        }
    }
}

/// The account that an item of one's own stands on.
pub(crate) fn account(item: &Item) -> Option<(String, String)> {
    let is_own = item.authorship == Authorship::Own && !item.platform.is_empty() && !item.account.is_empty();
    is_own.then(|| (item.platform.clone(), item.account.to_lowercase()))
}

/// Whether a live account lists such items, so that one that is missing is gone.
fn is_listed(item: &Item) -> bool {
    item.visibility == Visibility::Public
        && item.version_of.is_none()
        && matches!(item.kind, Kind::Post | Kind::Reply | Kind::Article)
}

/// An item's platform and identifier, if it has one of its own.
fn id(item: &Item) -> Option<[u8; 16]> {
    let has_one = !item.platform.is_empty() && !item.id.is_empty() && !item.id.starts_with(DERIVED_ID);
    has_one.then(|| hash(&[&item.platform, &item.id]))
}

/// An item's address, if it is likely to be its own and not that of a page with many items.
fn address(item: &Item) -> Option<[u8; 16]> {
    let url = item.url.as_deref().filter(|_| matches!(item.kind, Kind::Post | Kind::Article))?;
    Some(hash(&["", url.trim_end_matches('/').trim_start_matches("https://")]))
}

fn hash(parts: &[&str]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut hash = [0; 16];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(id: &str, live_state: LiveState) -> Item {
        Item {
            id: id.into(),
            platform: "mastodon".into(),
            account: "Orla@med.example".into(),
            text: "a".into(),
            visibility: Visibility::Public,
            live_state,
            ..Item::default()
        }
    }

    /// The states of archived items: seen, not seen, deleted and seen, deleted and not seen, private and not seen.
    fn decided(live: &Live) -> Vec<LiveState> {
        let private = Item { visibility: Visibility::Followers, ..post("5", LiveState::Unknown) };
        let mut items = vec![
            post("1", LiveState::Unknown),
            post("2", LiveState::Unknown),
            post("3", LiveState::Deleted),
            post("4", LiveState::Deleted),
            private,
        ];
        live.decide(&mut items);
        items.iter().map(|item| item.live_state).collect()
    }

    #[test]
    fn only_what_is_known_is_said() {
        use LiveState::{Deleted, Live as Visible, StillVisible, Unknown};
        let live = Live::default();
        assert_eq!(decided(&live), [Unknown, Unknown, Deleted, Deleted, Unknown]);
        live.see(&[post("1", Visible), post("3", Visible), post("2", Unknown)]);
        assert_eq!(decided(&live), [Visible, Unknown, StillVisible, Deleted, Unknown]);
        let other = Item { account: "sam".into(), ..post("9", Visible) };
        account(&other).into_iter().for_each(|account| live.saw_all_of(account));
        assert_eq!(decided(&live), [Visible, Unknown, StillVisible, Deleted, Unknown]);
        account(&post("1", Visible)).into_iter().for_each(|account| live.saw_all_of(account));
        assert_eq!(decided(&live), [Visible, Deleted, StillVisible, Deleted, Unknown]);
    }

    #[test]
    fn an_address_counts_where_there_is_no_identifier() {
        let page = |id: &str, url: &str| Item { url: Some(url.into()), ..post(id, LiveState::Live) };
        let live = Live::default();
        live.see(&[page("derived-1", "https://h.example/a/"), page("7", "https://h.example/b")]);
        let mut archived = [page("9", "https://h.example/a"), page("8", "https://h.example/b")];
        archived.iter_mut().for_each(|item| item.live_state = LiveState::Unknown);
        live.decide(&mut archived);
        assert_eq!(archived.map(|item| item.live_state), [LiveState::Live, LiveState::Unknown]);
    }
}
