//! Accounts of any ActivityPub server: WebFinger leads to the actor, the actor to the outbox, the outbox to the posts.

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Authorship, Item, Kind, Visibility};

use super::super::walk::{Found, Page, Request, Walk, Want};
use super::answers::{Pages, ask, below, json, keep, place, same_host};
use crate::sources::shapes::account::Account;
use crate::sources::shapes::activity::{
    self, Audience, NO_POST, NO_WORDS, Note, PLATFORM, account_of, address,
};
use crate::sources::shapes::value::{list, text};

/// How many posts are asked for that the outbox only names.
const MAX_NAMED: usize = 500;

const NO_ACTOR: &str = "ActivityPub: the server does not say where the account is";
const NO_OUTBOX: &str = "ActivityPub: the account names no outbox";
const BOOST: &str = "ActivityPub: a boost, whose text is not in the outbox";
const NOT_PUBLIC: &str = "ActivityPub: a post that is not for everybody";
const TOO_MANY: &str = "ActivityPub: a post that the outbox only names was not asked for (limit: 500)";
const LISTED_ONLY: &str = "ActivityPub: the outbox says how many posts there are, and shows none";

/// A walk through one account.
pub(super) struct ActivityPub {
    start: Request,
    name: String,
    account: Account,
    actor: String,
    pages: Pages,
    named: usize,
    shown: bool,
}

impl ActivityPub {
    /// The account `name` of the server at `base`.
    pub(super) fn of_handle(base: &Url, name: &str) -> Self {
        let host = base.host_str().unwrap_or_default();
        let resource = format!("acct:{name}@{host}");
        let url = below(base, "/.well-known/webfinger", &[("resource", &resource)]);
        Self::starting(ask(url, Want::Json, "webfinger"), format!("@{name}@{host}"))
    }

    /// The account whose actor is at `url`.
    pub(super) fn of_actor(url: &Url) -> Self {
        Self::starting(ask(url.clone(), Want::Activity, "actor"), url.to_string())
    }

    fn starting(start: Request, name: String) -> Self {
        Self {
            start,
            name,
            account: Account { platform: PLATFORM, ..Account::default() },
            actor: String::new(),
            pages: Pages::default(),
            named: 0,
            shown: false,
        }
    }

    fn webfinger(&self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(answer) = json(page, &mut found.coverage) else { return Vec::new() };
        let links = list(&answer, "links").iter().filter(|link| text(link, "rel") == "self");
        let mut actors = links.filter(|link| {
            let sort = text(link, "type");
            sort.contains("activity+json") || sort.contains("activitystreams")
        });
        match actors.find_map(|link| Url::parse(&text(link, "href")).ok()) {
            Some(url) => vec![ask(url, Want::Activity, "actor")],
            None => {
                found.coverage.fail(NO_ACTOR, page.url.as_str());
                Vec::new()
            }
        }
    }

    fn actor(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(actor) = json(page, &mut found.coverage) else { return Vec::new() };
        self.actor = text(&actor, "id").into_owned();
        self.account = account_of(&actor, &mut found.coverage);
        if !self.account.handle.is_empty() {
            found.recognised = Some(format!("ActivityPub account @{}", self.account.handle));
            found.profile = Some(self.account.profile.clone());
        }
        if let Some(bio) = self.account.bio(&place(page, "activitypub", 0), Visibility::Public) {
            keep(Item { url: address(&text(&actor, "url")), ..bio }, NO_WORDS, found);
        }
        let Some(outbox) = page.url.join(&text(&actor, "outbox")).ok().filter(|url| *url != page.url) else {
            found.coverage.fail(NO_OUTBOX, page.url.as_str());
            return Vec::new();
        };
        self.pages.first(&outbox);
        vec![ask(outbox, Want::Activity, "outbox")]
    }

    fn outbox(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(outbox) = json(page, &mut found.coverage) else { return Vec::new() };
        let mut requests = Vec::new();
        let first = outbox.get("first").filter(|first| first.is_object());
        let mut next = None;
        for list_page in std::iter::once(&outbox).chain(first) {
            for key in ["orderedItems", "items"] {
                for (number, activity) in list(list_page, key).iter().enumerate() {
                    self.shown = true;
                    let place = place(page, "activitypub", number);
                    requests.extend(self.activity(activity, &place, page, found));
                }
            }
            let onward = ["next", "first"].iter().find_map(|key| list_page.get(*key)?.as_str());
            next = onward.or(next);
        }
        if next.is_none() && !self.shown && text(&outbox, "totalItems") != "0" {
            found.coverage.fail(LISTED_ONLY, page.url.as_str());
        }
        let next = next.and_then(|next| page.url.join(next).ok());
        let next = next.and_then(|url| self.pages.next(url, page, &mut found.coverage));
        requests.extend(next.map(|url| ask(url, Want::Activity, "outbox")));
        requests
    }

    /// An activity, which holds its post or names it.
    fn activity(&mut self, activity: &Value, place: &str, page: &Page, found: &mut Found) -> Option<Request> {
        let is_boost = text(activity, "type") == "Announce";
        let named = [activity, activity.get("object").unwrap_or(&Value::Null)];
        let named = named.iter().find_map(|value| Url::parse(value.as_str()?).ok());
        if let Some(url) = named.filter(|url| !is_boost && same_host(url, &page.url)) {
            if self.named >= MAX_NAMED {
                found.coverage.skip(TOO_MANY, place);
                return None;
            }
            self.named += 1;
            return Some(ask(url, Want::Activity, "post"));
        }
        let object = activity::object(activity);
        if !activity::is_post(object) {
            let reason = if is_boost { BOOST } else { NO_POST };
            found.coverage.skip(reason, place);
            return None;
        }
        let audience = activity::audience(activity, object);
        if matches!(audience, Audience::Followers | Audience::Addressed) {
            found.coverage.skip(NOT_PUBLIC, place);
            return None;
        }
        let note = Note { account: &self.account, activity, object, audience };
        let mut item = note.item(place, &|_| None, &mut found.coverage);
        let writer = text(object, "attributedTo");
        if is_boost || !(writer.is_empty() || self.actor.is_empty() || writer == self.actor.as_str()) {
            item.authorship = Authorship::Reshare;
            (item.kind, item.parent, item.thread) = (Kind::Post, None, None);
        }
        // Long texts are articles elsewhere, with a title.
        if text(object, "type") == "Article" && item.authorship == Authorship::Own {
            item.kind = Kind::Article;
            let title = text(object, "name");
            item.text = crate::sources::web::page::dom::titled(&title, &item.text);
        }
        keep(item, NO_WORDS, found);
        None
    }
}

impl Walk for ActivityPub {
    fn name(&self) -> String {
        format!("ActivityPub account {}", self.name)
    }

    fn start(&mut self) -> Vec<Request> {
        vec![self.start.clone()]
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        match request.purpose {
            "webfinger" => self.webfinger(page, found),
            "actor" => self.actor(page, found),
            "outbox" => self.outbox(page, found),
            "post" => {
                let post = json(page, &mut found.coverage);
                let place = place(page, "activitypub", 0);
                post.and_then(|post| self.activity(&post, &place, page, found)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
