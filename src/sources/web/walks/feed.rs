//! Feeds: RSS, Atom, JSON Feed, those of YouTube channels, and the reviews of NHS practices.

mod entries;

use std::sync::Arc;

use url::Url;
use whitecoat_engine::{
    Authorship, Item, Kind, Parent, ParentAuthor, ParentKind, Precision, Profile, Visibility,
};

use super::super::platforms;
use super::super::walk::{Found, Page, Request, Walk, Want};
use super::answers::{Pages, ask, keep, place};
use crate::sources::shapes::account::Account;
use crate::sources::shapes::item::derived_id;
use crate::sources::shapes::stored_html;
use crate::sources::web::page::dom::titled;
use entries::{Entry, Feed as Entries};

const NO_WORDS: &str = "feed: an entry without words and pictures";
const DELETED: &str = "feed: a review that was deleted";
const LATEST: &str = "a feed holds the latest entries only: older ones were not read from it";

/// A walk through one feed.
pub(super) struct Feed {
    url: Url,
    /// The pages of its site are read too.
    beside_pages: bool,
    pages: Pages,
    account: Account,
}

impl Feed {
    /// The feed at `url`.
    pub(super) fn new(url: &Url) -> Self {
        Self { url: url.clone(), beside_pages: false, pages: Pages::default(), account: Account::default() }
    }

    /// The feed of a site whose pages are read too, where that may hold more than a summary does.
    pub(super) fn beside_pages(url: &Url) -> Self {
        Self { beside_pages: true, ..Self::new(url) }
    }

    /// Whose feed it is: the site's, by its host, on the platform that it names.
    fn account(&mut self, feed: &Entries, page: &Page, found: &mut Found) {
        let site = feed.site.clone().unwrap_or_else(|| page.url.clone());
        let host = site.host_str().unwrap_or_default();
        let handle = match platform(feed, &site) {
            // As in WordPress's export, which names a blog by its address.
            "wordpress" => format!("{host}{}", site.path()).trim_end_matches('/').to_owned(),
            _ => host.to_owned(),
        };
        let profile =
            Profile { name: feed.title.clone(), bio: feed.description.clone(), ..Profile::default() };
        self.account = Account { platform: platform(feed, &site), handle, profile: Arc::new(profile) };
        let title = if feed.title.is_empty() { page.url.as_str() } else { &feed.title };
        found.recognised = Some(format!("feed {title}, {} entries", feed.entries.len()));
        found.profile = Some(Arc::clone(&self.account.profile));
        found.coverage.note(LATEST);
        if let Some(bio) = self.account.bio(&format!("{}#feed", page.url), Visibility::Public) {
            keep(bio, NO_WORDS, found);
        }
    }

    fn item(&self, entry: &Entry, feed: &Entries, place: &str, found: &mut Found) -> Item {
        let stored = stored_html::read(&entry.body, &mut found.coverage);
        let title = stored_html::words(&entry.title, &mut found.coverage);
        let mut media = stored.media;
        media.extend(entry.media.iter().cloned());
        let shown = titled(&title, &stored.text);
        let item = Item {
            id: match self.account.platform {
                // As the exports of these platforms number their entries.
                "wordpress" => entry.id.split_once("?p=").map_or(entry.id.as_str(), |(_, number)| number),
                "youtube" => entry.id.trim_start_matches("yt:video:"),
                _ => entry.id.as_str(),
            }
            .to_owned(),
            kind: match () {
                () if self.account.platform == "youtube" => Kind::Caption,
                () if feed.of_comments => Kind::Comment,
                () if title.is_empty() => Kind::Post,
                () => Kind::Article,
            },
            authorship: if feed.of_comments { Authorship::Other } else { Authorship::Own },
            text: shown,
            media,
            created_at: entry.created_at,
            created_precision: entry.created_at.map_or(Precision::Unknown, |_| entry.precision),
            url: entry.url.clone(),
            truncated: entry.cut || self.beside_pages && entry.summary,
            visibility: Visibility::Public,
            ..self.account.item(place)
        };
        let item = with_parent(item, entry, feed);
        match item.id.is_empty() {
            true => Item { id: derived_id(&[entry.url.as_deref().unwrap_or_default(), &item.text]), ..item },
            false => item,
        }
    }
}

/// Reviews and the practice's replies to them; comments that say what they answer.
fn with_parent(item: Item, entry: &Entry, feed: &Entries) -> Item {
    let answered = entry.answers.as_deref().map(|id| (id, feed.entries.iter().find(|other| other.id == id)));
    let words = |entry: &Entry| {
        let mut coverage = crate::coverage::Coverage::default();
        titled(&entry.title, &stored_html::words(&entry.body, &mut coverage))
    };
    match entry.sort.as_deref() {
        Some("comment") => Item { kind: Kind::Comment, authorship: Authorship::Other, ..item },
        Some("reply") => {
            let parent = answered.map(|(id, review)| Parent {
                author: ParentAuthor::Patient,
                kind: ParentKind::Review,
                id: Some(id.to_owned()),
                handle: None,
                text: review.map(words),
            });
            let thread = parent.as_ref().and_then(|parent| parent.id.clone());
            // "The GP practice replied:" stands for a title.
            let text = stored_html::words(&entry.body, &mut crate::coverage::Coverage::default());
            Item { kind: Kind::ReviewReply, authorship: Authorship::Own, parent, thread, text, ..item }
        }
        _ => {
            let parent = answered.map(|(id, above)| Parent {
                author: if feed.of_comments { ParentAuthor::Public } else { ParentAuthor::Unknown },
                kind: if feed.of_comments { ParentKind::Comment } else { ParentKind::Post },
                id: Some(id.to_owned()),
                handle: None,
                text: above.map(words),
            });
            let kind = if parent.is_some() && item.kind == Kind::Post { Kind::Reply } else { item.kind };
            Item { kind, parent, ..item }
        }
    }
}

impl Walk for Feed {
    fn name(&self) -> String {
        format!("feed {}", self.url)
    }

    fn start(&mut self) -> Vec<Request> {
        self.pages.first(&self.url);
        vec![ask(self.url.clone(), Want::Feed, "feed")]
    }

    fn read(&mut self, _request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        let feed = match entries::read(&page.body, page.content_type.as_deref(), &page.url) {
            Ok(feed) => feed,
            Err(reason) => {
                found.coverage.fail(reason, page.url.as_str());
                return Vec::new();
            }
        };
        if self.account.handle.is_empty() {
            self.account(&feed, page, found);
        }
        if let Some(note) = feed.note {
            found.coverage.note(note);
        }
        for (number, entry) in feed.entries.iter().enumerate() {
            let place = place(page, "feed", number);
            if entry.sort.as_deref() == Some("deletion") {
                found.coverage.skip(DELETED, place);
                continue;
            }
            let item = self.item(entry, &feed, &place, found);
            keep(item, NO_WORDS, found);
        }
        let next = feed.next.filter(|_| !feed.entries.is_empty());
        let next = next.and_then(|url| self.pages.next(url, page, &mut found.coverage));
        next.map(|url| ask(url, Want::Feed, "feed")).into_iter().collect()
    }
}

/// The platform by what made the feed, else by its host.
fn platform(feed: &Entries, site: &Url) -> &'static str {
    let made = feed.generator.to_ascii_lowercase();
    let known = ["wordpress", "ghost", "blogger", "medium", "substack", "tumblr"];
    let by_host = || platforms::of(site).map(|platform| platform.name);
    known.into_iter().find(|name| made.contains(name)).or_else(by_host).unwrap_or("web")
}

#[cfg(test)]
mod tests;
