//! Ghost by its content interface, with the key that every page of the site hands to every visitor.

use std::sync::Arc;

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Item, Kind, Profile, Visibility};

use super::super::walk::{Found, Page, Request, Walk, Want};
use super::answers::{Pages, ask, json, keep, place};
use crate::sources::shapes::account::Account;
use crate::sources::shapes::ghost::{self, NO_WORDS, PLATFORM, SEVERAL};
use crate::sources::shapes::value::{list, some, text};

/// The lists, in the order in which they are read.
const LISTS: &[&str] = &["settings", "authors", "posts", "pages"];

/// How many posts are asked for at once: the most that Ghost gives since version 6.
const PAGE: &str = "100";

const NO_LIST: &str = "Ghost: an answer holds no list";

/// A walk through one site.
pub(super) struct Ghost {
    /// Where the interface is: `https://host/ghost/api/content/`.
    root: Url,
    key: String,
    account: Account,
    pages: Pages,
}

impl Ghost {
    /// The site whose content interface is at `root`.
    pub(super) fn new(root: &Url, key: &str) -> Self {
        Self {
            root: root.clone(),
            key: key.to_owned(),
            account: Account { platform: PLATFORM, ..Account::default() },
            pages: Pages::default(),
        }
    }

    fn list(&self, list: &'static str, number: &str) -> Request {
        let mut url = self.root.clone();
        url.set_path(&format!("{}/{list}/", url.path().trim_end_matches('/')));
        let mut query = url.query_pairs_mut();
        query.clear().append_pair("key", &self.key);
        if list != "settings" {
            query.append_pair("limit", PAGE).append_pair("page", number);
        }
        drop(query);
        ask(url, Want::Json, list)
    }

    fn after(&mut self, list: &str) -> Vec<Request> {
        let next = LISTS.iter().skip_while(|name| **name != list).nth(1);
        let next = next.map(|next| self.list(next, "1"));
        next.iter().for_each(|next| self.pages.first(&next.url));
        next.into_iter().collect()
    }

    fn settings(&mut self, answer: &Value, found: &mut Found) {
        let settings = answer.get("settings").unwrap_or(&Value::Null);
        let profile = Profile {
            name: text(settings, "title").into_owned(),
            bio: text(settings, "description").into_owned(),
            ..Profile::default()
        };
        found.recognised = Some(format!("Ghost site {}", self.root.host_str().unwrap_or_default()));
        self.account.profile = Arc::new(profile);
        found.profile = Some(Arc::clone(&self.account.profile));
    }

    /// The only author is the account; of several, the site.
    fn authors(&mut self, answer: &Value, page: &Page, found: &mut Found) {
        let authors = list(answer, "authors");
        if let [only] = authors {
            self.account.handle = text(only, "slug").into_owned();
            self.account.profile = Arc::new(ghost::profile(only));
            found.profile = Some(Arc::clone(&self.account.profile));
        } else if authors.len() > 1 {
            found.coverage.note(SEVERAL);
        }
        if let Some(bio) = self.account.bio(&place(page, "ghost", 0), Visibility::Public) {
            keep(bio, NO_WORDS, found);
        }
        for (number, author) in authors.iter().enumerate().filter(|_| authors.len() > 1) {
            let item = Item {
                id: format!("author-{}", text(author, "id")),
                kind: Kind::Profile,
                text: text(author, "bio").into_owned(),
                url: some(&text(author, "url")),
                visibility: Visibility::Public,
                ..self.account.item(&place(page, "ghost", number))
            };
            if !item.text.is_empty() {
                keep(item, NO_WORDS, found);
            }
        }
    }
}

impl Walk for Ghost {
    fn name(&self) -> String {
        format!("Ghost site {}", self.root.host_str().unwrap_or_default())
    }

    fn start(&mut self) -> Vec<Request> {
        vec![self.list("settings", "1")]
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        let name = request.purpose;
        let Some(answer) = json(page, &mut found.coverage) else { return self.after(name) };
        match name {
            "settings" => self.settings(&answer, found),
            "authors" => self.authors(&answer, page, found),
            _ => {
                if !answer.get(name).is_some_and(Value::is_array) {
                    found.coverage.fail(NO_LIST, page.url.as_str());
                }
                for (number, post) in list(&answer, name).iter().enumerate() {
                    let place = place(page, "ghost", number);
                    // Everything that the interface shows is published, though it does not say so.
                    let mut post = post.clone();
                    if let Some(post) = post.as_object_mut() {
                        post.insert("status".to_owned(), Value::from("published"));
                    }
                    let item = ghost::item(&self.account, &post, &place, &mut found.coverage);
                    let url = some(&text(&post, "url")).filter(|url| url.starts_with("http"));
                    keep(Item { url: item.url.or(url), ..item }, NO_WORDS, found);
                }
            }
        }
        let next = answer.get("meta").and_then(|meta| meta.get("pagination")?.get("next"));
        let next = next.map(crate::sources::shapes::value::spelled).filter(|next| !next.is_empty());
        let next = next.map(|next| self.list(name, &next));
        let next = next.filter(|_| !list(&answer, name).is_empty()).and_then(|next| {
            let url = self.pages.next(next.url.clone(), page, &mut found.coverage)?;
            Some(Request { url, ..next })
        });
        next.map_or_else(|| self.after(name), |next| vec![next])
    }

    fn failed(&mut self, request: &Request, _reason: &str) -> Vec<Request> {
        if request.purpose == "settings" { Vec::new() } else { self.after(request.purpose) }
    }
}

#[cfg(test)]
mod tests;
