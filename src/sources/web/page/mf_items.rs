//! Microformats to items: cards, entries, feeds, citations and reviews.

use scraper::{ElementRef, Html, Selector};
use whitecoat_engine::{Authorship, Item, Kind, Media, Parent, ParentAuthor, ParentKind, Profile};

use super::microformats::{Format, parse};
use super::people::{country, same_person};
use super::{Found, Place, dates, dom};

/// Reads all microformats of a page.
pub(super) fn read(document: &Html, place: &Place) -> Found {
    let formats = parse(document.root_element(), place.base.as_ref());
    let mut reader = Reader { place, found: Found::default() };
    for format in &formats {
        reader.any(format, "");
    }
    reader.found
}

/// The lines in the entries, reviews and citations of a page, for telling what of its main text belongs to them.
pub(super) fn lines_around(document: &Html) -> String {
    let Ok(marked) = Selector::parse(".h-entry, .h-review, .h-cite, .hentry, .hreview") else {
        return String::new();
    };
    let outer = document
        .select(&marked)
        .filter(|it| !it.ancestors().filter_map(ElementRef::wrap).any(|above| marked.matches(&above)));
    outer.map(|element| dom::text(element, &[])).collect::<Vec<_>>().join("\n")
}

struct Reader<'a> {
    place: &'a Place,
    found: Found,
}

/// What a comment answers.
struct Above<'a> {
    parent: Parent,
    /// Who wrote what stands at the top: the post, or the review.
    author: &'a str,
    /// Whether that is a review.
    on_review: bool,
}

impl Reader<'_> {
    /// Reads a format that is no comment. `author` is that of the feed around it.
    fn any(&mut self, format: &Format<'_>, author: &str) {
        let named = format.first(&["author", "reviewer"]);
        let author = if named.is_empty() { author } else { named.as_str() };
        if format.is("h-card") {
            self.card(format);
        } else if format.is("h-entry") {
            self.entry(format, author);
        } else if format.is("h-review") {
            self.review(format, author);
        } else if format.is("h-cite") {
            self.cite(format);
        }
        // Cards of authors and reviewed practices tell about themselves too.
        let inner = format
            .properties
            .iter()
            .filter(|(name, _)| matches!(*name, "author" | "item" | "entry" | "review"));
        for inner in inner.filter_map(|(_, property)| property.format.as_ref()).chain(&format.children) {
            self.any(inner, author);
        }
    }

    fn card(&mut self, card: &Format<'_>) {
        let address = card.all("adr").find_map(|adr| adr.format.as_ref()).unwrap_or(card);
        let location: Vec<String> = ["locality", "region"]
            .iter()
            .map(|name| address.first(&[name]))
            .filter(|words| !words.is_empty())
            .collect();
        let bio = card.first(&["note"]);
        let profile = Profile {
            name: card.first(&["name"]),
            bio: bio.clone(),
            profession: card.first(&["job-title", "role", "category"]),
            employer: card.first(&["org"]),
            location: location.join(", "),
            jurisdiction: country(&address.first(&["country-name"])).to_owned(),
            ..Profile::default()
        };
        let mut item = self.item(card, Kind::Profile, bio);
        item.account = card.first(&["nickname"]).trim_start_matches('@').to_owned();
        if self.found.profile.is_none() && !profile.name.is_empty() {
            self.found.profile = Some(profile.clone());
        }
        item.profile = Some(profile.into());
        self.push(item);
    }

    fn entry(&mut self, entry: &Format<'_>, author: &str) {
        let title = entry.first(&["name"]);
        let mut body = entry.first(&["content"]);
        let truncated = body.is_empty();
        if truncated {
            body = entry.first(&["summary"]);
        }
        let shared = entry.all("repost-of").next();
        let answered = entry.all("in-reply-to").next();
        // A note has no name, or its own text again as its name.
        let is_note = title.is_empty() || title.starts_with(&body);
        let kind = match () {
            () if answered.is_some() => Kind::Reply,
            () if is_note => Kind::Post,
            () => Kind::Article,
        };
        let mut item = self.item(
            entry,
            kind,
            if body.is_empty() {
                title
            } else if is_note {
                body.clone()
            } else {
                dom::titled(&title, &body)
            },
        );
        item.truncated = truncated && !body.is_empty();
        if let Some(shared) = shared {
            item.authorship = Authorship::Reshare;
            if let (true, Some(cite)) = (item.text.is_empty(), &shared.format) {
                item.text = cite.first(&["content", "summary", "name"]);
            }
        }
        item.parent = answered.map(|property| {
            let cite = property.format.as_ref();
            Parent {
                id: Some(property.value.clone()).filter(|id| id.starts_with("http")),
                text: cite
                    .map(|cite| cite.first(&["content", "summary", "name"]))
                    .filter(|text| !text.is_empty()),
                ..Parent::default()
            }
        });
        let above = Parent {
            author: ParentAuthor::Own,
            id: Some(item.id.clone()).filter(|id| !id.is_empty()),
            text: Some(item.text.clone()),
            ..Parent::default()
        };
        self.push(item);
        self.comments(entry, &Above { parent: above, author, on_review: false });
    }

    fn review(&mut self, review: &Format<'_>, author: &str) {
        let body = review.first(&["content", "description", "summary"]);
        let title = review.first(&["name"]);
        let mut item = self.item(review, Kind::Comment, dom::titled(&title, &body));
        item.authorship = Authorship::Other;
        let parent = Parent {
            author: ParentAuthor::Patient,
            kind: ParentKind::Review,
            id: Some(item.id.clone()).filter(|id| !id.is_empty()),
            text: Some(item.text.clone()),
            ..Parent::default()
        };
        self.push(item);
        self.comments(review, &Above { parent, author, on_review: true });
    }

    fn cite(&mut self, cite: &Format<'_>) {
        let mut item = self.item(cite, Kind::Post, cite.first(&["content", "summary"]));
        item.authorship = Authorship::Other;
        self.push(item);
    }

    /// Reads the comments on something, and those on them.
    fn comments(&mut self, format: &Format<'_>, above: &Above<'_>) {
        for comment in format.all("comment").filter_map(|property| property.format.as_ref()) {
            let author = comment.first(&["author"]);
            // Under a review the reviewer may answer again; under a post its author.
            let own = same_person(&author, above.author) != above.on_review;
            let kind = if above.on_review && own { Kind::ReviewReply } else { Kind::Comment };
            let mut item = self.item(comment, kind, comment.first(&["content", "summary", "name"]));
            item.authorship = if own { Authorship::Own } else { Authorship::Other };
            item.parent = Some(above.parent.clone());
            let parent = Parent {
                author: if own { ParentAuthor::Own } else { ParentAuthor::Public },
                kind: ParentKind::Comment,
                id: Some(item.id.clone()).filter(|id| !id.is_empty()),
                handle: None,
                text: Some(item.text.clone()).filter(|text| !text.is_empty()),
            };
            self.push(item);
            self.comments(comment, &Above { parent, ..*above });
        }
    }

    fn item(&self, format: &Format<'_>, kind: Kind, text: String) -> Item {
        let (created_at, created_precision) =
            dates::parse(&format.first(&["published", "reviewed", "updated"]));
        let address =
            format.all("url").chain(format.all("uid")).next().map(|property| property.value.as_str());
        let url =
            address.and_then(|address| dom::resolve(self.place.base.as_ref(), address)).map(String::from);
        Item {
            id: url.clone().unwrap_or_default(),
            kind,
            text,
            created_at,
            created_precision,
            // A card's address is often another site; it is not where the card is seen.
            url: if kind == Kind::Profile { None } else { url },
            media: self.media(format),
            ..Item::default()
        }
    }

    fn media(&self, format: &Format<'_>) -> Vec<Media> {
        let base = self.place.base.as_ref();
        let marked: Vec<Media> = ["photo", "featured"]
            .iter()
            .flat_map(|name| format.all(name))
            .map(|photo| dom::picture(base, &photo.value, photo.alt.as_deref().unwrap_or_default()))
            .collect();
        match format.element {
            Some(element) if marked.is_empty() && format.is("h-entry") => dom::pictures(element, base),
            _ => marked,
        }
    }

    fn push(&mut self, item: Item) {
        if !item.text.is_empty() {
            self.found.items.push(item);
        }
    }
}
