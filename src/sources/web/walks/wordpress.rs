//! WordPress by its REST interface: posts, pages, pictures and comments, a hundred at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Authorship, Item, Kind, Media, MediaKind, Profile, Visibility};

use super::super::walk::{Found, Page, Request, Walk, Want};
use super::answers::{Pages, ask, json, keep, place};
use crate::coverage::Coverage;
use crate::sources::shapes::account::Account;
use crate::sources::shapes::stored_html::words;
use crate::sources::shapes::value::text;
use crate::sources::shapes::wordpress::{
    MAX_PARENT_CHARS, NO_WORDS, PLATFORM, SEVERAL, answers_comment, answers_post, article, comment_id, time,
};
use crate::sources::web::page::dom::{file_name, titled};

/// The lists, in the order in which they are read: comments last, when the authors are known.
const LISTS: &[&str] = &["users", "posts", "pages", "media", "types", "comments"];

/// Types that every WordPress has. Those that a site adds, such as services, are entries like posts; those of testimonials
/// hold patients' words.
const COMMON_TYPES: &[&str] = &[
    "attachment",
    "nav_menu_item",
    "page",
    "post",
    "wp_block",
    "wp_font_face",
    "wp_font_family",
    "wp_global_styles",
    "wp_navigation",
    "wp_template",
    "wp_template_part",
];

/// How many types of entries a site may have added.
const MAX_TYPES: usize = 50;

/// How many comments are remembered for those that answer them.
const MAX_REMEMBERED: usize = 20_000;

const NO_LIST: &str = "WordPress: an answer is no list";
const LOCKED: &str = "WordPress: an entry that asks for a password";

/// A walk through one blog.
pub(super) struct WordPress {
    /// Where the interface is: `https://host/wp-json/`.
    root: Url,
    account: Account,
    pages: Pages,
    /// The blog's own people, by number.
    people: BTreeSet<String>,
    comments: BTreeMap<String, (bool, String)>,
    /// Whether the site's own words about itself were handed over.
    introduced: bool,
    /// Where the types of entries are listed that the site has added and that were not read yet.
    added: Vec<String>,
}

impl WordPress {
    /// The blog whose interface is at `root`, such as `https://host/wp-json/`.
    pub(super) fn new(root: &Url) -> Self {
        Self {
            root: root.clone(),
            account: Account { platform: PLATFORM, ..Account::default() },
            pages: Pages::default(),
            people: BTreeSet::new(),
            comments: BTreeMap::new(),
            introduced: false,
            added: Vec::new(),
        }
    }

    /// Page `number` of a list. Blogs without pretty addresses name the list in `rest_route`.
    fn list(&self, purpose: &'static str, list: &str, number: usize) -> Request {
        let mut url = self.root.clone();
        let kept: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let is_plain = kept.iter().any(|(key, _)| key == "rest_route");
        if !is_plain {
            let path = format!("{}/wp/v2/{list}", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        {
            let mut query = url.query_pairs_mut();
            query.clear();
            for (key, value) in kept {
                match key.as_str() {
                    "rest_route" => {
                        query.append_pair(&key, &format!("{}/wp/v2/{list}", value.trim_end_matches('/')))
                    }
                    _ => query.append_pair(&key, &value),
                };
            }
            if list != "types" {
                query.append_pair("per_page", "100").append_pair("page", &number.to_string());
            }
            if list == "comments" {
                // What is answered comes before the answer.
                query.append_pair("order", "asc").append_pair("orderby", "id");
            }
        }
        if url.query() == Some("") {
            url.set_query(None);
        }
        Request { about: Some(list.into()), ..ask(url, Want::Json, purpose) }
    }

    /// The first page of the list after `list`.
    fn after(&mut self, list: &'static str) -> Vec<Request> {
        let next = match self.added.pop() {
            Some(added) => Some(self.list("types", &added, 1)),
            None => {
                let next = LISTS.iter().skip_while(|name| **name != list).nth(1);
                next.map(|next| self.list(next, next, 1))
            }
        };
        next.iter().for_each(|next| self.pages.first(&next.url));
        next.into_iter().collect()
    }

    fn root(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let about = json(page, &mut found.coverage).unwrap_or_default();
        let address = [text(&about, "home"), text(&about, "url")];
        let address = address.iter().find(|address| !address.is_empty()).map_or(self.root.as_str(), |it| it);
        let handle = address.split_once("://").map_or(address, |(_, rest)| rest);
        let handle = handle.split("/wp-json").next().unwrap_or(handle);
        let profile = Profile {
            name: words(&text(&about, "name"), &mut found.coverage),
            bio: words(&text(&about, "description"), &mut found.coverage),
            ..Profile::default()
        };
        let handle = handle.trim_end_matches('/').to_owned();
        self.account = Account { platform: PLATFORM, handle, profile: Arc::new(profile) };
        found.recognised = Some(format!("WordPress site {}", self.account.handle));
        let first = self.list("users", "users", 1);
        self.pages.first(&first.url);
        vec![first]
    }

    /// Hands over what the site says about itself, once its author is known.
    fn introduce(&mut self, found: &mut Found) {
        if !std::mem::replace(&mut self.introduced, true)
            && let Some(bio) = self.account.bio(&format!("{}#wordpress:1", self.root), Visibility::Public)
        {
            keep(bio, NO_WORDS, found);
        }
    }

    /// Who writes there. The only author gives the account its name.
    fn users(&mut self, users: &[Value], page: &Page, found: &mut Found) {
        self.people.extend(users.iter().map(|user| text(user, "id").into_owned()));
        if self.people.len() > 1 {
            found.coverage.note(SEVERAL);
        }
        if let [only] = users
            && self.people.len() == 1
        {
            let name = words(&text(only, "name"), &mut found.coverage);
            let profile = Profile { name, ..(*self.account.profile).clone() };
            self.account.profile = Arc::new(profile);
        }
        for (number, user) in users.iter().enumerate() {
            let bio = words(&text(user, "description"), &mut found.coverage);
            if !bio.is_empty() {
                let item = Item {
                    id: format!("user-{}", text(user, "id")),
                    kind: Kind::Profile,
                    text: bio,
                    url: address(user),
                    ..self.account.item(&place(page, "wordpress", number))
                };
                keep(item, NO_WORDS, found);
            }
        }
    }

    fn entry(&mut self, entry: &Value, base: &str, place: &str, found: &mut Found) {
        let coverage = &mut found.coverage;
        let part = |name: &str| rendered(entry, name);
        let content = entry.get("content").unwrap_or(&Value::Null);
        if content.get("protected").and_then(Value::as_bool) == Some(true) && part("content").is_empty() {
            return coverage.skip(LOCKED, place);
        }
        self.people.extend(Some(text(entry, "author").into_owned()).filter(|id| !matches!(&**id, "" | "0")));
        let (created_at, created_precision) = stamp(entry, place, coverage);
        let mut excerpt = part("excerpt");
        let whole = words(&part("content"), coverage);
        // WordPress makes one of the beginning where the author gave none.
        if is_beginning(&words(&excerpt, coverage), &whole) {
            excerpt.clear();
        }
        let is_testimonial = base.to_ascii_lowercase().contains("testimonial");
        let (text_of, media) = article(&part("title"), &part("content"), &excerpt, coverage);
        let item = Item {
            id: text(entry, "id").into_owned(),
            kind: if is_testimonial { Kind::Post } else { Kind::Article },
            // A patient's words that the owner shows.
            authorship: if is_testimonial { Authorship::Reshare } else { Authorship::Own },
            text: text_of,
            media,
            created_at,
            created_precision,
            url: address(entry),
            visibility: Visibility::Public,
            ..self.account.item(place)
        };
        keep(item, NO_WORDS, found);
    }

    fn medium(&self, entry: &Value, place: &str, found: &mut Found) {
        let coverage = &mut found.coverage;
        let (created_at, created_precision) = stamp(entry, place, coverage);
        let caption = words(&rendered(entry, "caption"), coverage);
        // The description that is shown holds the picture too; what the picture is called says nothing.
        let description = words(&rendered(entry, "description"), coverage);
        let alt = text(entry, "alt_text").into_owned();
        if caption.is_empty() && description.is_empty() && alt.is_empty() {
            return coverage.skip(NO_WORDS, place);
        }
        let link = text(entry, "source_url");
        let path = link.split('?').next().unwrap_or_default().to_owned();
        let kind = match text(entry, "mime_type").split('/').next() {
            Some("image") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            _ => MediaKind::Document,
        };
        let item = Item {
            id: text(entry, "id").into_owned(),
            kind: Kind::Media,
            text: titled(&caption, &description),
            media: vec![Media {
                kind,
                file_name: file_name(&path),
                path: Some(path),
                alt,
                ..Media::default()
            }],
            created_at,
            created_precision,
            url: address(entry),
            visibility: Visibility::Public,
            ..self.account.item(place)
        };
        keep(item, NO_WORDS, found);
    }

    fn comment(&mut self, comment: &Value, place: &str, found: &mut Found) {
        let coverage = &mut found.coverage;
        let (created_at, created_precision) = stamp(comment, place, coverage);
        let said = words(&rendered(comment, "content"), coverage);
        let number = text(comment, "id").into_owned();
        let post = text(comment, "post").into_owned();
        let own = self.people.contains(text(comment, "author").as_ref());
        let parent = match text(comment, "parent").as_ref() {
            "" | "0" => answers_post(&post),
            answered => answers_comment(answered, self.comments.get(answered).cloned()),
        };
        if self.comments.len() < MAX_REMEMBERED {
            let beginning = said.chars().take(MAX_PARENT_CHARS).collect();
            self.comments.insert(number.clone(), (own, beginning));
        }
        let item = Item {
            id: comment_id(&number),
            kind: Kind::Comment,
            text: said,
            created_at,
            created_precision,
            url: address(comment),
            authorship: if own { Authorship::Own } else { Authorship::Other },
            visibility: Visibility::Public,
            parent: Some(parent),
            thread: Some(post),
            ..self.account.item(place)
        };
        keep(item, NO_WORDS, found);
    }

    /// The types of entries that the site has added: an object by name.
    fn types(&mut self, types: &Value) {
        let types = types.as_object().into_iter().flatten();
        let added = types.filter(|(name, _)| !COMMON_TYPES.contains(&name.as_str()));
        let bases = added.filter_map(|(name, kind)| {
            let own = text(kind, "rest_namespace");
            let base = text(kind, "rest_base");
            let base = if base.is_empty() { name.clone() } else { base.into_owned() };
            let is_plain = base.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            (is_plain && matches!(own.as_ref(), "" | "wp/v2")).then_some(base)
        });
        self.added = bases.take(MAX_TYPES).collect();
    }

    fn entries(&mut self, list: &'static str, base: &str, page: &Page, found: &mut Found) -> Vec<Request> {
        let Some(answer) = json(page, &mut found.coverage) else { return self.after(list) };
        if base == "types" {
            self.types(&answer);
            return self.after(list);
        }
        let Some(entries) = answer.as_array() else {
            found.coverage.fail(NO_LIST, page.url.as_str());
            return self.after(list);
        };
        if list == "users" {
            self.users(entries, page, found);
            found.profile = Some(Arc::clone(&self.account.profile));
        }
        self.introduce(found);
        for (number, entry) in entries.iter().enumerate().filter(|_| list != "users") {
            let place = place(page, "wordpress", number);
            match list {
                "comments" => self.comment(entry, &place, found),
                "media" => self.medium(entry, &place, found),
                _ => self.entry(entry, base, &place, found),
            }
        }
        self.further(list, base, entries.len(), page, &mut found.coverage).unwrap_or_else(|| self.after(list))
    }

    /// The next page of the same list.
    fn further(
        &mut self,
        list: &'static str,
        base: &str,
        entries: usize,
        page: &Page,
        coverage: &mut Coverage,
    ) -> Option<Vec<Request>> {
        let asked = page.url.query_pairs().find(|(key, _)| key == "page");
        let number: usize = asked.and_then(|(_, number)| number.parse().ok()).unwrap_or(1);
        let last = page.header("x-wp-totalpages").and_then(|pages| pages.trim().parse::<usize>().ok());
        if entries == 0 || number >= last.unwrap_or(number) {
            return None;
        }
        let next = self.list(list, base, number.checked_add(1)?);
        let url = self.pages.next(next.url.clone(), page, coverage)?;
        Some(vec![Request { url, ..next }])
    }
}

impl Walk for WordPress {
    fn name(&self) -> String {
        format!("WordPress site {}", self.root.host_str().unwrap_or_default())
    }

    fn start(&mut self) -> Vec<Request> {
        vec![ask(self.root.clone(), Want::Json, "root")]
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        match request.purpose {
            "root" => self.root(page, found),
            list => self.entries(list, request.about.as_deref().unwrap_or(list), page, found),
        }
    }

    fn failed(&mut self, request: &Request, _reason: &str) -> Vec<Request> {
        match request.purpose {
            "root" => Vec::new(),
            list => self.after(list),
        }
    }

    fn finish(&mut self, found: &mut Found) {
        if !self.account.handle.is_empty() {
            self.introduce(found);
        }
    }
}

/// The HTML of a part of an entry.
fn rendered(entry: &Value, name: &str) -> String {
    let part = entry.get(name).unwrap_or(&Value::Null);
    match part {
        Value::String(html) => html.clone(),
        part => part.get("rendered").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

fn stamp(
    entry: &Value,
    place: &str,
    coverage: &mut Coverage,
) -> (Option<whitecoat_engine::Moment>, whitecoat_engine::Precision) {
    time(&text(entry, "date_gmt"), &text(entry, "date"), "", place, coverage)
}

fn address(entry: &Value) -> Option<String> {
    Some(text(entry, "link").into_owned()).filter(|link| link.starts_with("http"))
}

/// Whether an excerpt is the beginning of the text, whatever stands at its end for the rest.
fn is_beginning(excerpt: &str, whole: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let end = ["[…]", "[...]", "…", "..."].iter().find_map(|end| excerpt.trim_end().strip_suffix(end));
    // A link to the whole text may follow the dots.
    let cut = end.or_else(|| excerpt.rfind('…').and_then(|at| excerpt.get(..at)));
    letters(whole).starts_with(&letters(cut.unwrap_or(excerpt)))
}

#[cfg(test)]
mod tests;
