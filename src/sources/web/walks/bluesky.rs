//! Bluesky accounts by the public AppView: profile and author feed, with what replies answer. Where that does not answer, the
//! account's whole repository from the server that holds it.

use std::sync::Arc;

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Authorship, Item, Kind, Media, Parent, ParentAuthor, ParentKind, Profile};

use super::super::walk::{Found, Page, Request, Walk, Want};
use super::answers::{Pages, ask, below, json, keep, place};
use crate::coverage::Coverage;
use crate::sources::archive;
use crate::sources::shapes::account::Account;
use crate::sources::shapes::bluesky::{self as record, POST, PROFILE};
use crate::sources::shapes::value::{list, some, text};

const PLATFORM: &str = "bluesky";

/// The interface for everybody, without signing in.
const APP_VIEW: &str = "https://public.api.bsky.app/";
/// Who says which server holds an account.
const DIRECTORY: &str = "https://plc.directory/";

/// How much of what a reply answers is kept, in characters.
const MAX_PARENT_CHARS: usize = 2_000;

const NO_ACCOUNT: &str = "Bluesky: the answer about the account names none";
const NO_FEED: &str = "Bluesky: an answer is no list of posts";
const NO_POST: &str = "Bluesky: an entry of the list is no post";
const NO_WORDS: &str = "Bluesky: a record without words and media";
const NO_SERVER: &str = "Bluesky: the account's document names no server that holds it";
const NO_DID: &str = "Bluesky: the host of the handle does not say whose it is";

/// A walk through one account.
pub(super) struct Bluesky {
    app_view: Option<Url>,
    /// A handle or a DID.
    actor: String,
    account: Arc<Account>,
    pages: Pages,
}

impl Bluesky {
    /// The account of a handle or DID; `None` if it is neither.
    pub(super) fn of(actor: &str) -> Option<Self> {
        let actor = actor.trim().trim_start_matches('@');
        let fits = is_did(actor) || is_handle(actor);
        fits.then(|| Self {
            app_view: Url::parse(APP_VIEW).ok(),
            actor: if is_did(actor) { actor.to_owned() } else { actor.to_ascii_lowercase() },
            account: Arc::default(),
            pages: Pages::default(),
        })
    }

    fn call(&self, method: &str, query: &[(&str, &str)]) -> Option<Url> {
        self.app_view.as_ref().map(|base| below(base, &format!("/xrpc/{method}"), query))
    }

    fn profile(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(profile) = json(page, &mut found.coverage) else { return self.fall_back() };
        let did = text(&profile, "did").into_owned();
        if did.is_empty() {
            found.coverage.fail(NO_ACCOUNT, page.url.as_str());
            return self.fall_back();
        }
        self.account = Arc::new(account_of(&did, &profile));
        found.recognised = Some(format!(
            "Bluesky account @{}, {} posts listed",
            text(&profile, "handle"),
            text(&profile, "postsCount")
        ));
        found.profile = Some(Arc::clone(&self.account.profile));
        let place = place(page, "bluesky", 0);
        let key = format!("{PROFILE}/self");
        let bio = record::item(&self.account, &key, &profile, &place, &mut found.coverage);
        bio.into_iter().for_each(|bio| keep(bio, NO_WORDS, found));
        let query = [("actor", did.as_str()), ("limit", "100"), ("filter", "posts_with_replies")];
        let Some(url) = self.call("app.bsky.feed.getAuthorFeed", &query) else { return Vec::new() };
        self.pages.first(&url);
        vec![ask(url, Want::Json, "feed")]
    }

    fn feed(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(answer) = json(page, &mut found.coverage) else { return Vec::new() };
        if !answer.get("feed").is_some_and(Value::is_array) {
            found.coverage.fail(NO_FEED, page.url.as_str());
            return Vec::new();
        }
        let entries = list(&answer, "feed");
        for (number, entry) in entries.iter().enumerate() {
            let place = place(page, "bluesky", number);
            match self.entry(entry, &place, &mut found.coverage) {
                Some(item) => keep(item, NO_WORDS, found),
                None => found.coverage.fail(NO_POST, place),
            }
        }
        let cursor = some(&text(&answer, "cursor")).filter(|_| !entries.is_empty());
        let next = cursor.map(|cursor| {
            let mut url = page.url.clone();
            let kept: Vec<(String, String)> =
                page.url.query_pairs().into_owned().filter(|(key, _)| key != "cursor").collect();
            url.query_pairs_mut().clear().extend_pairs(kept).append_pair("cursor", &cursor);
            url
        });
        let next = next.and_then(|url| self.pages.next(url, page, &mut found.coverage));
        next.map(|url| ask(url, Want::Json, "feed")).into_iter().collect()
    }

    /// A post of the account, or one that it passed on.
    fn entry(&self, entry: &Value, place: &str, coverage: &mut Coverage) -> Option<Item> {
        let post = entry.get("post")?;
        let uri = text(post, "uri");
        let key = key_of(&uri)?;
        let content = post.get("record")?;
        let writer = post.get("author").unwrap_or(&Value::Null);
        let reason = entry.get("reason").unwrap_or(&Value::Null);
        if text(reason, "$type").ends_with("reasonRepost") || text(writer, "did") != self.account.handle {
            return Some(self.reshared(post, content, reason, place, coverage));
        }
        let item = record::item(&self.account, key, content, place, coverage);
        // Without words and media there is nothing to keep, which is counted.
        let mut item = item.unwrap_or_else(|| Item { source: place.to_owned(), ..self.account.item(place) });
        if let Some(parent) = &mut item.parent {
            let above = entry.get("reply").and_then(|reply| reply.get("parent")).unwrap_or(&Value::Null);
            (parent.handle, parent.text) = self.writer_and_words(above);
        } else {
            item.parent = self.quoted(post);
        }
        addresses(&mut item.media, post);
        Some(item)
    }

    /// Who wrote a post, and what it says.
    fn writer_and_words(&self, post: &Value) -> (Option<String>, Option<String>) {
        let writer = post.get("author").unwrap_or(&Value::Null);
        let words = post.get("record").or_else(|| post.get("value")).map(record::post_text);
        let words = words.map(|words| words.chars().take(MAX_PARENT_CHARS).collect::<String>());
        let own = !self.account.handle.is_empty() && text(writer, "did") == self.account.handle;
        let handle = if own { some(&self.account.handle) } else { some(&text(writer, "handle")) };
        (handle, words.filter(|words| !words.is_empty()))
    }

    /// The post that is quoted, which is what one's own words are about.
    fn quoted(&self, post: &Value) -> Option<Parent> {
        let embed = post.get("embed")?;
        let quoted = embed.get("record")?;
        // A quote with media is wrapped once more.
        let quoted = quoted.get("record").filter(|inner| inner.get("uri").is_some()).unwrap_or(quoted);
        let uri = text(quoted, "uri");
        if !uri.contains(POST) {
            return None;
        }
        let (handle, words) = self.writer_and_words(quoted);
        let own = handle.as_deref() == Some(self.account.handle.as_str());
        Some(Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            kind: ParentKind::Post,
            id: some(&uri),
            handle,
            text: words,
        })
    }

    fn reshared(
        &self,
        post: &Value,
        content: &Value,
        reason: &Value,
        place: &str,
        coverage: &mut Coverage,
    ) -> Item {
        let uri = text(post, "uri");
        let writer = account_of(
            &text(post.get("author").unwrap_or(&Value::Null), "did"),
            post.get("author").unwrap_or(&Value::Null),
        );
        let item = key_of(&uri)
            .and_then(|key| record::item(&Arc::new(writer), key, content, place, coverage))
            .unwrap_or_default();
        let repost = text(reason, "uri");
        let mut media = item.media;
        addresses(&mut media, post);
        let created_at = text(reason, "indexedAt").parse().ok();
        Item {
            id: if repost.is_empty() { format!("repost-of-{uri}") } else { repost.into_owned() },
            kind: Kind::Post,
            authorship: Authorship::Reshare,
            text: item.text,
            media,
            url: item.url,
            created_precision: created_at.map_or_else(Default::default, |_| item.created_precision),
            created_at,
            ..self.account.item(place)
        }
    }

    /// Asks for the repository: of the server that the account's document names.
    fn fall_back(&mut self) -> Vec<Request> {
        if self.app_view.take().is_none() {
            return Vec::new();
        }
        match is_did(&self.actor) {
            true => document(&self.actor),
            false => {
                let url = format!("https://{}/.well-known/atproto-did", self.actor);
                Url::parse(&url).map(|url| ask(url, Want::Bytes, "handle")).into_iter().collect()
            }
        }
    }

    /// The DID that the host of a handle gives.
    fn handle(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let did = String::from_utf8_lossy(&page.body).trim().to_owned();
        if !is_did(&did) {
            found.coverage.fail(NO_DID, page.url.as_str());
            return Vec::new();
        }
        self.actor = did;
        document(&self.actor)
    }

    fn document(&self, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(document) = json(page, &mut found.coverage) else { return Vec::new() };
        let server = list(&document, "service")
            .iter()
            .filter(|service| text(service, "id").ends_with("#atproto_pds"))
            .find_map(|service| Url::parse(&text(service, "serviceEndpoint")).ok());
        match server.filter(|url| matches!(url.scheme(), "https" | "http")) {
            Some(server) => {
                let url = below(&server, "/xrpc/com.atproto.sync.getRepo", &[("did", &self.actor)]);
                vec![ask(url, Want::Bytes, "repository")]
            }
            None => {
                found.coverage.fail(NO_SERVER, page.url.as_str());
                Vec::new()
            }
        }
    }
}

/// Where the document of a DID is.
fn document(did: &str) -> Vec<Request> {
    let url = match did.strip_prefix("did:web:") {
        Some(host) => Url::parse(&format!("https://{host}/.well-known/did.json")),
        None => Url::parse(&format!("{DIRECTORY}{did}")),
    };
    url.map(|url| ask(url, Want::Json, "document")).into_iter().collect()
}

impl Walk for Bluesky {
    fn name(&self) -> String {
        format!("Bluesky account {}", self.actor)
    }

    fn start(&mut self) -> Vec<Request> {
        let url = self.call("app.bsky.actor.getProfile", &[("actor", &self.actor)]);
        url.map(|url| ask(url, Want::Json, "profile")).into_iter().collect()
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        match request.purpose {
            "profile" => self.profile(page, found),
            "feed" => self.feed(page, found),
            "handle" => self.handle(page, found),
            "document" => self.document(page, found),
            "repository" => {
                let (said, read) = archive::bluesky::read_bytes(&page.body, page.url.as_str());
                found.recognised = said.map(|said| format!("Bluesky repository of {said}"));
                found.coverage.absorb(read.coverage);
                read.items.into_iter().for_each(|item| keep(item, NO_WORDS, found));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn failed(&mut self, request: &Request, _reason: &str) -> Vec<Request> {
        if request.purpose == "profile" { self.fall_back() } else { Vec::new() }
    }
}

fn account_of(did: &str, profile: &Value) -> Account {
    let profile = Profile {
        name: text(profile, "displayName").into_owned(),
        bio: record::bio(profile),
        ..Profile::default()
    };
    Account { platform: PLATFORM, handle: did.to_owned(), profile: Arc::new(profile) }
}

/// Collection and key in `at://did/collection/key`.
fn key_of(uri: &str) -> Option<&str> {
    let (_, key) = uri.strip_prefix("at://")?.split_once('/')?;
    (key.split('/').count() == 2).then_some(key)
}

/// Puts the addresses that the interface gives to pictures and videos, which the record names by digest only.
fn addresses(media: &mut [Media], post: &Value) {
    let Some(embed) = post.get("embed") else { return };
    let mut addresses = Vec::new();
    for holder in [Some(embed), embed.get("media")].into_iter().flatten() {
        for key in ["images", "items"] {
            addresses.extend(list(holder, key).iter().filter_map(|image| image.get("fullsize")?.as_str()));
        }
        addresses.extend(holder.get("playlist").and_then(Value::as_str));
    }
    if addresses.len() == media.len() {
        for (medium, address) in media.iter_mut().zip(addresses) {
            medium.path = Some(address.to_owned());
        }
    }
}

/// Whether a text is a handle: a domain name of at least two labels, whose last begins with a letter.
pub(super) fn is_handle(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && last.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Whether a text is a DID: `did:method:identifier`.
pub(super) fn is_did(text: &str) -> bool {
    let Some((method, identifier)) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    text.len() <= 2048
        && !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_lowercase())
        && !identifier.is_empty()
        && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:%-".contains(&byte))
        && !identifier.ends_with([':', '%'])
}

#[cfg(test)]
mod tests;
