//! Mastodon and its kin (Pleroma, Akkoma, GoToSocial) by their REST interface: the account, its statuses, what its replies
//! answer, and earlier versions of edited ones. Where the interface wants a sign-in, the account's ActivityPub outbox.

mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Authorship, Item, Kind, Parent, ParentAuthor, ParentKind, Visibility};

use super::super::walk::{Found, Page, Request, Walk, Want};
use super::activitypub::ActivityPub;
use super::answers::{Pages, ask, below, json, keep, link, place};
use crate::coverage::Coverage;
use crate::sources::shapes::account::Account;
use crate::sources::shapes::activity::{BAD_TIME, NO_WORDS, PLATFORM, address};
use crate::sources::shapes::value::{list, some, text};
use status::{account, account_of, beginning, post};

/// How many statuses are asked for at once: the most that Mastodon gives.
const PAGE: usize = 40;

/// For how many replies is asked what they answer. Mastodon allows 300 requests in five minutes.
const MAX_CONTEXTS: usize = 300;

/// For how many edited posts are earlier versions asked for.
const MAX_HISTORIES: usize = 100;

/// How many replies wait at most for what they answer.
const MAX_WAITING: usize = 2_000;

const NO_ACCOUNT: &str = "Mastodon: the answer about the account names none";
const NO_LIST: &str = "Mastodon: an answer is no list of posts";
const BAD_STATUS: &str = "Mastodon: a post without identifier";
const NOT_ASKED: &str =
    "Mastodon: what a reply answers was not asked for (limit: 300 replies, the newest); the reply was read";
const NO_HISTORY: &str =
    "Mastodon: earlier versions of an edited post were not asked for (limit: 100 posts, the newest)";

/// A walk through one account.
pub(super) struct Mastodon {
    /// Where the instance is.
    base: Url,
    /// The account's name there.
    name: String,
    id: String,
    account: Account,
    pages: Pages,
    contexts: usize,
    histories: usize,
    /// Replies by the identifier of what they answer.
    waiting: BTreeMap<String, Vec<Waiting>>,
    count: usize,
    /// Edited posts whose earlier versions were asked for.
    edited: BTreeMap<String, Item>,
    /// The walk that goes on where the interface is closed.
    outbox: Option<ActivityPub>,
}

/// A reply that waits for what it answers.
struct Waiting {
    id: String,
    item: Item,
    /// Replies to this one, which are of the same thread.
    below: Vec<Item>,
}

impl Mastodon {
    /// The account `name` on the instance at `base`.
    pub(super) fn new(base: &Url, name: &str) -> Self {
        Self {
            base: below(base, "/", &[]),
            name: name.to_owned(),
            id: String::new(),
            account: Account { platform: PLATFORM, ..Account::default() },
            pages: Pages::default(),
            contexts: 0,
            histories: 0,
            waiting: BTreeMap::new(),
            count: 0,
            edited: BTreeMap::new(),
            outbox: None,
        }
    }

    fn account(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(account) = json(page, &mut found.coverage) else { return self.fall_back() };
        self.id = text(&account, "id").into_owned();
        if self.id.is_empty() {
            found.coverage.fail(NO_ACCOUNT, page.url.as_str());
            return self.fall_back();
        }
        self.account = account_of(&account, &self.base, &mut found.coverage);
        let count = text(&account, "statuses_count");
        found.recognised = Some(format!("Mastodon account @{}, {count} posts listed", self.account.handle));
        found.profile = Some(Arc::clone(&self.account.profile));
        if let Some(bio) = self.account.bio(&place(page, "mastodon", 0), Visibility::Public) {
            keep(Item { url: address(&text(&account, "url")), ..bio }, NO_WORDS, found);
        }
        let limit = PAGE.to_string();
        let path = format!("/api/v1/accounts/{}/statuses", self.id);
        let url = below(&self.base, &path, &[("limit", &limit)]);
        self.pages.first(&url);
        vec![ask(url, Want::Json, "statuses")]
    }

    fn fall_back(&mut self) -> Vec<Request> {
        let mut outbox = ActivityPub::of_handle(&self.base, &self.name);
        let requests = outbox.start();
        self.outbox = Some(outbox);
        requests
    }

    fn statuses(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(statuses) = json(page, &mut found.coverage) else { return Vec::new() };
        let Some(statuses) = statuses.as_array() else {
            found.coverage.fail(NO_LIST, page.url.as_str());
            return Vec::new();
        };
        let mut requests = Vec::new();
        for (number, status) in statuses.iter().enumerate() {
            let place = place(page, "mastodon", number);
            if text(status, "id").is_empty() {
                found.coverage.fail(BAD_STATUS, place);
                continue;
            }
            self.status(status, &place, found, &mut requests);
        }
        let next = link(page, "next").or_else(|| {
            // Some kin send no links; the last identifier leads on.
            let last = text(statuses.last()?, "id");
            let mut url = page.url.clone();
            url.query_pairs_mut()
                .clear()
                .append_pair("limit", &PAGE.to_string())
                .append_pair("max_id", &last);
            (statuses.len() >= PAGE).then_some(url)
        });
        let next = next.filter(|_| !statuses.is_empty());
        let next = next.and_then(|url| self.pages.next(url, page, &mut found.coverage));
        requests.extend(next.map(|url| ask(url, Want::Json, "statuses")));
        requests
    }

    fn status(&mut self, status: &Value, place: &str, found: &mut Found, requests: &mut Vec<Request>) {
        let id = text(status, "id").into_owned();
        let item = self.item(status, place, &mut found.coverage);
        if !text(status, "edited_at").is_empty() && item.authorship == Authorship::Own {
            if self.histories < MAX_HISTORIES {
                self.histories += 1;
                self.edited.insert(id.clone(), item.clone());
                requests.push(self.about("history", &id));
            } else {
                found.coverage.skip(NO_HISTORY, place);
            }
        }
        self.answered(&id, status, &item, found);
        let answered = text(status, "in_reply_to_id").into_owned();
        if answered.is_empty() || item.authorship != Authorship::Own {
            return keep(item, NO_WORDS, found);
        }
        let own = text(status, "in_reply_to_account_id") == self.id.as_str();
        let known = self.waiting.contains_key(&answered);
        if self.count >= MAX_WAITING || (!own && !known && self.contexts >= MAX_CONTEXTS) {
            found.coverage.skip(NOT_ASKED, place);
            return keep(item, NO_WORDS, found);
        }
        if !own && !known {
            self.contexts += 1;
            requests.push(self.about("context", &id));
        }
        self.count += 1;
        let mut waiting = Waiting { id, item, below: Vec::new() };
        // What was waiting for this reply is of its thread.
        waiting.below =
            self.waiting.remove(&waiting.id).into_iter().flatten().flat_map(Waiting::all).collect();
        self.waiting.entry(answered).or_default().push(waiting);
    }

    /// Gives the replies that wait for a post of one's own what they answer. A reply itself keeps them until it knows its
    /// thread.
    fn answered(&mut self, id: &str, status: &Value, post: &Item, found: &mut Found) {
        let Some(all) = self.waiting.get_mut(id) else { return };
        for waiting in all.iter_mut() {
            if let Some(parent) = &mut waiting.item.parent {
                parent.id = Some(post.id.clone());
                parent.text = some(&beginning(&post.text));
            }
        }
        if text(status, "in_reply_to_id").is_empty() {
            self.release(id, Some(&post.id), found);
        }
    }

    /// Hands over what waited for `id`.
    fn release(&mut self, id: &str, thread: Option<&str>, found: &mut Found) {
        for waiting in self.waiting.remove(id).into_iter().flatten() {
            for item in waiting.all() {
                self.count = self.count.saturating_sub(1);
                keep(Item { thread: thread.map(str::to_owned), ..item }, NO_WORDS, found);
            }
        }
    }

    fn about(&self, purpose: &'static str, id: &str) -> Request {
        let url = below(&self.base, &format!("/api/v1/statuses/{id}/{purpose}"), &[]);
        Request { about: Some(id.into()), ..ask(url, Want::Json, purpose) }
    }

    /// What a reply answers, out of the posts above it.
    fn context(&mut self, id: &str, page: &Page, found: &mut Found) {
        let answered = self
            .waiting
            .iter()
            .find(|(_, all)| all.iter().any(|waiting| waiting.id == id))
            .map(|(answered, _)| answered.clone());
        let Some(answered) = answered else { return };
        let context = json(page, &mut found.coverage).unwrap_or_default();
        let above = list(&context, "ancestors");
        let parent = above.iter().find(|status| text(status, "id") == answered.as_str());
        if let (Some(status), Some(all)) = (parent, self.waiting.get_mut(&answered)) {
            let post = post(status, &mut found.coverage);
            for waiting in all {
                waiting.item.parent = waiting.item.parent.take().map(|parent| Parent {
                    id: some(&post.id),
                    text: some(&beginning(&post.text)),
                    handle: parent.handle.or_else(|| some(&text(account(status), "acct"))),
                    ..parent
                });
            }
        }
        let thread = above.first().map(|root| text(root, "uri").into_owned());
        self.release(&answered, thread.as_deref(), found);
    }

    /// Earlier versions of an edited post, which everybody can still read.
    fn history(&mut self, id: &str, page: &Page, found: &mut Found) {
        let Some(now) = self.edited.remove(id) else { return };
        let Some(versions) = json(page, &mut found.coverage) else { return };
        for (number, version) in versions.as_array().into_iter().flatten().enumerate() {
            let place = place(page, "mastodon", number);
            let item = post(version, &mut found.coverage);
            if item.text == now.text && item.media == now.media {
                continue;
            }
            let item = Item {
                id: format!("{}#version-{}", now.id, number + 1),
                version_of: Some(now.id.clone()),
                kind: now.kind,
                parent: now.parent.clone(),
                url: now.url.clone(),
                visibility: now.visibility,
                text: item.text,
                media: item.media,
                created_at: item.created_at,
                created_precision: item.created_precision,
                ..self.account.item(&place)
            };
            keep(item, NO_WORDS, found);
        }
    }

    fn item(&self, status: &Value, place: &str, coverage: &mut Coverage) -> Item {
        let boosted = status.get("reblog").filter(|boosted| boosted.is_object());
        let shared = boosted.map(|boosted| post(boosted, coverage));
        let own = post(status, coverage);
        if own.created_at.is_none() {
            coverage.fail(BAD_TIME, place);
        }
        let answered = text(status, "in_reply_to_id");
        let item = Item {
            id: own.id,
            created_at: own.created_at,
            created_precision: own.created_precision,
            visibility: own.visibility,
            ..self.account.item(place)
        };
        match shared {
            Some(shared) => Item {
                authorship: Authorship::Reshare,
                text: shared.text,
                media: shared.media,
                url: shared.url,
                ..item
            },
            None => Item {
                kind: if answered.is_empty() { Kind::Post } else { Kind::Reply },
                text: own.text,
                media: own.media,
                url: own.url,
                parent: self.parent(status, &answered).or_else(|| self.quoted(status, coverage)),
                ..item
            },
        }
    }

    /// What a reply answers, as far as the reply says it.
    fn parent(&self, status: &Value, answered: &str) -> Option<Parent> {
        let by = text(status, "in_reply_to_account_id");
        let own = by == self.id.as_str();
        let mut mentions = list(status, "mentions").iter();
        let handle = match own {
            true => some(&self.account.handle),
            false => mentions
                .find(|mention| !by.is_empty() && text(mention, "id") == by)
                .and_then(|mention| some(&text(mention, "acct"))),
        };
        (!answered.is_empty()).then(|| Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            kind: ParentKind::Post,
            handle,
            ..Parent::default()
        })
    }

    /// The post that is quoted, which is what one's own words are about.
    fn quoted(&self, status: &Value, coverage: &mut Coverage) -> Option<Parent> {
        let quote = status.get("quote").filter(|quote| quote.is_object())?;
        // Mastodon wraps the quoted post; its kin put it there as it is.
        let quoted = quote.get("quoted_status").filter(|quoted| quoted.is_object());
        let quoted = quoted.or_else(|| quote.get("content").map(|_| quote))?;
        let item = post(quoted, coverage);
        let own = text(account(quoted), "id") == self.id.as_str();
        Some(Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            kind: ParentKind::Post,
            id: some(&item.id),
            handle: if own { some(&self.account.handle) } else { some(&text(account(quoted), "acct")) },
            text: some(&beginning(&item.text)),
        })
    }
}

impl Waiting {
    /// The reply and those below it.
    fn all(self) -> impl Iterator<Item = Item> {
        std::iter::once(self.item).chain(self.below)
    }
}

impl Walk for Mastodon {
    fn name(&self) -> String {
        format!("Mastodon account @{}@{}", self.name, self.base.host_str().unwrap_or_default())
    }

    fn start(&mut self) -> Vec<Request> {
        vec![ask(
            below(&self.base, "/api/v1/accounts/lookup", &[("acct", &self.name)]),
            Want::Json,
            "account",
        )]
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        if let Some(outbox) = &mut self.outbox {
            return outbox.read(request, page, found);
        }
        match (request.purpose, request.about.as_deref()) {
            ("account", _) => return self.account(page, found),
            ("statuses", _) => return self.statuses(page, found),
            ("context", Some(id)) => self.context(id, page, found),
            ("history", Some(id)) => self.history(id, page, found),
            _ => {}
        }
        Vec::new()
    }

    fn failed(&mut self, request: &Request, reason: &str) -> Vec<Request> {
        match (&mut self.outbox, request.purpose) {
            (Some(outbox), _) => outbox.failed(request, reason),
            // The interface may be closed as a whole, or for lists of posts only.
            (None, "account") => self.fall_back(),
            (None, "statuses") if request.url.query_pairs().all(|(key, _)| key != "max_id") => {
                self.fall_back()
            }
            _ => Vec::new(),
        }
    }

    fn finish(&mut self, found: &mut Found) {
        let left: Vec<String> = self.waiting.keys().cloned().collect();
        left.iter().for_each(|id| self.release(id, None, found));
    }
}

#[cfg(test)]
mod tests;
