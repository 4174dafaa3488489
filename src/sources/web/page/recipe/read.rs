//! A recipe applied to a page.

use std::collections::BTreeMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};
use url::Url;
use whitecoat_engine::{Authorship, Item, Kind, Moment, Parent, ParentAuthor, ParentKind, Precision};

use super::super::{Place, dates, dom, gate};
use super::{Part, Recipe, Reply, SITES, Time, What};
use crate::sources::web::decode::decode;

/// Most items that a recipe finds on one page.
const MAX_ITEMS: usize = 10_000;

thread_local! {
    /// The shipped recipes, read once a thread. That all of them can be read is tested.
    static SHIPPED: Vec<(&'static str, Recipe)> = SITES
        .iter()
        .filter_map(|(name, text)| Some((*name, Recipe::parse(name, text).ok()?)))
        .collect();
}

/// What the shipped recipes find on a page, by recipe.
pub(in super::super) fn read(html: &str, document: &Html, place: &Place) -> Vec<(&'static str, Tried)> {
    SHIPPED.with(|recipes| {
        let fitting = recipes.iter().filter(|(_, recipe)| recipe.fits(html, document, place));
        fitting.map(|(name, recipe)| (*name, recipe.apply(document, place))).collect()
    })
}

/// What a recipe finds on one page.
#[derive(Debug, Default)]
pub struct Tried {
    /// The items, in the order of the page.
    pub items: Vec<Item>,
    /// Whether the recipe is for such a page, by its hosts and marks.
    pub fits: bool,
    /// What was not found where it was looked for: `items[1].time` and how often.
    pub missing: Vec<Missing>,
    /// The lines of the elements that hold the items, texts of the site's own excepted.
    pub(in super::super) around: String,
}

/// A selector that found nothing in some items.
#[derive(Debug, PartialEq)]
pub struct Missing {
    /// The key, such as `items[1].time`.
    pub key: String,
    /// In how many items.
    pub count: usize,
    /// Of how many.
    pub of: usize,
}

/// Applies a recipe to the bytes of a saved page, which is called `name`. `None` for a page that nests too deep to be parsed.
pub fn try_on(recipe: &Recipe, page: &[u8], name: &str) -> Option<Tried> {
    let html = decode(page, None).text;
    gate::check(&html).ok()?;
    let document = Html::parse_document(&html);
    let url = super::super::saved::origin(&html, &document);
    let place = Place { name: name.to_owned(), base: url.clone(), url, live: false, saved_at: None };
    let mut tried = recipe.apply(&document, &place);
    tried.fits = recipe.fits(&html, &document, &place);
    Some(tried)
}

impl Recipe {
    /// Whether the page is of such a site.
    fn fits(&self, html: &str, document: &Html, place: &Place) -> bool {
        let path = place.url.as_ref().map(|url| url.path().to_ascii_lowercase()).unwrap_or_default();
        if !self.paths.is_empty() && !self.paths.iter().any(|word| path.contains(word.as_str())) {
            return false;
        }
        let host = place.url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
        let of_host = self.hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(above) => host.strip_suffix(above).is_some_and(|rest| rest.ends_with('.')),
            None => host == pattern,
        });
        let holds = |word: &str| memchr::memmem::find(html.as_bytes(), word.as_bytes()).is_some();
        let mut marks = self.marks.iter().filter(|mark| holds(&mark.word));
        of_host || marks.any(|mark| document.select(&mark.selector).next().is_some())
    }

    fn apply(&self, document: &Html, place: &Place) -> Tried {
        let mut tried = Tried::default();
        for (number, part) in self.items.iter().enumerate() {
            let mut reading =
                Reading { part, place, document, found: BTreeMap::new(), missed: BTreeMap::new() };
            let mut all = 0;
            for element in document.select(&part.each).take(MAX_ITEMS) {
                all += 1;
                let is_inner = element.ancestors().any(|node| reading.found.contains_key(&node.id()));
                if !matches!(part.what, What::Article | What::Profile) && !is_inner {
                    tried.around.push_str(&dom::text(element, &[]));
                    tried.around.push('\n');
                }
                reading.item(element, &mut tried.items);
            }
            tried.missing.extend(reading.missed.into_iter().map(|(key, count)| Missing {
                key: format!("items[{number}].{key}"),
                count,
                of: all,
            }));
        }
        tried
    }
}

/// One sort of thing being read.
struct Reading<'r, 'd> {
    part: &'r Part,
    place: &'r Place,
    document: &'d Html,
    /// What was read from an element, for those inside it: as a parent.
    found: BTreeMap<NodeId, Parent>,
    missed: BTreeMap<&'static str, usize>,
}

impl<'d> Reading<'_, 'd> {
    fn item(&mut self, element: ElementRef<'d>, items: &mut Vec<Item>) {
        let part = self.part;
        let body = self.words("text", element, part.text.as_ref());
        let heading = match &part.heading {
            Some(selector) => self.words("heading", element, Some(selector)),
            None => String::new(),
        };
        let text = dom::titled(&heading, &body);
        let mut media = match part.what {
            What::Article | What::Post => dom::pictures(element, self.place.base.as_ref()),
            _ => Vec::new(),
        };
        if part.what == What::Post {
            // The others are portraits and symbols.
            media.retain(|medium| medium.alt.contains(char::is_alphabetic));
        }
        if text.is_empty() && (media.is_empty() || part.what != What::Post) {
            return;
        }
        if let Some(author) = &part.author {
            self.words("author", element, Some(author));
        }
        let (created_at, created_precision) = self.time("time", element, &part.time);
        let url = part.link.as_ref().and_then(|link| {
            let found = self.first("link", element, link)?;
            dom::resolve(self.place.base.as_ref(), found.attr("href")?).map(String::from)
        });
        let own = part
            .owner
            .as_ref()
            .is_some_and(|owner| owner.matches(&element) || self.inside(element, owner).next().is_some());
        let own = match &part.by {
            Some(by) => own || self.is_by_owner(element, by),
            None => own || matches!(part.what, What::Article | What::Post | What::Profile),
        };
        let parent = (part.what == What::Comment).then(|| self.parent(element)).flatten();
        let item = Item {
            id: url.clone().unwrap_or_default(),
            kind: match part.what {
                What::Article => Kind::Article,
                What::Post => Kind::Post,
                What::Profile => Kind::Profile,
                What::Comment | What::Review => Kind::Comment,
                What::Testimonial => Kind::Post,
            },
            text,
            created_at,
            created_precision,
            url,
            authorship: match part.what {
                _ if own => Authorship::Own,
                What::Testimonial => Authorship::Reshare,
                _ => Authorship::Other,
            },
            parent,
            media,
            ..Item::default()
        };
        let as_parent = Parent {
            author: match (part.what, own) {
                (What::Review | What::Testimonial, _) => ParentAuthor::Patient,
                (_, true) => ParentAuthor::Own,
                (_, false) => ParentAuthor::Public,
            },
            kind: match part.what {
                What::Review | What::Testimonial => ParentKind::Review,
                What::Comment => ParentKind::Comment,
                What::Article | What::Post | What::Profile => ParentKind::Post,
            },
            id: Some(item.id.clone()).filter(|id| !id.is_empty()),
            handle: None,
            text: Some(item.text.clone()),
        };
        items.push(item);
        if let Some(reply) = &part.reply {
            self.replies(element, reply, &as_parent, items);
        }
        self.found.insert(element.id(), as_parent);
    }

    /// Whether the author's address begins as the page's own does: `/orla` of `/orla/status/1`.
    fn is_by_owner(&mut self, element: ElementRef<'d>, by: &Selector) -> bool {
        let first = |url: &Url| {
            let name = url.path_segments().and_then(|mut parts| parts.next()).unwrap_or_default();
            Some(name.to_lowercase()).filter(|name| !name.is_empty())
        };
        let link = self.first("by", element, by).and_then(|link| link.attr("href"));
        let author = link.and_then(|href| dom::resolve(self.place.base.as_ref(), href));
        let author = author.as_ref().and_then(first);
        author.is_some() && author == self.place.url.as_ref().and_then(first)
    }

    fn replies(&mut self, element: ElementRef<'d>, reply: &Reply, parent: &Parent, items: &mut Vec<Item>) {
        let all: Vec<_> = self.inside(element, &reply.each).collect();
        for answer in all {
            let text = match &reply.text {
                Some(selector) => {
                    answer.select(selector).map(|it| dom::text(it, &[])).collect::<Vec<_>>().join("\n\n")
                }
                None => dom::text(answer, &[]),
            };
            if text.is_empty() {
                *self.missed.entry("reply.text").or_default() += 1;
                continue;
            }
            let (created_at, created_precision) = self.time("reply.time", answer, &reply.time);
            items.push(Item {
                kind: Kind::ReviewReply,
                text,
                created_at,
                created_precision,
                parent: Some(parent.clone()),
                ..Item::default()
            });
        }
    }

    /// What a comment answers: the comment that it stands in, else the page.
    fn parent(&self, element: ElementRef<'d>) -> Option<Parent> {
        let above = element.ancestors().find_map(|node| self.found.get(&node.id()));
        above.cloned().or_else(|| {
            let title = super::super::title(self.document);
            Some(Parent {
                author: ParentAuthor::Own,
                kind: ParentKind::Post,
                id: self.place.url.as_ref().map(|url| url.to_string()),
                handle: None,
                text: Some(title).filter(|title| !title.is_empty()),
            })
        })
    }

    /// The elements that fit and belong to this item, not to one inside it.
    fn inside<'s>(
        &'s self,
        element: ElementRef<'d>,
        selector: &'s Selector,
    ) -> impl Iterator<Item = ElementRef<'d>> + 's {
        let each = &self.part.each;
        element.select(selector).filter(move |found| !each.matches(found)).filter(move |found| {
            let mut around = found.ancestors().filter_map(ElementRef::wrap);
            let nearest = around.find(|around| each.matches(around));
            nearest.is_some_and(|nearest| nearest.id() == element.id())
        })
    }

    fn first(
        &mut self,
        key: &'static str,
        element: ElementRef<'d>,
        selector: &Selector,
    ) -> Option<ElementRef<'d>> {
        let found = self.inside(element, selector).next();
        if found.is_none() {
            *self.missed.entry(key).or_default() += 1;
        }
        found
    }

    /// The text of all elements that fit; of the item itself where there is no selector.
    fn words(&mut self, key: &'static str, element: ElementRef<'d>, selector: Option<&Selector>) -> String {
        let Some(selector) = selector else { return dom::text(element, &[]) };
        let all: Vec<String> = self.inside(element, selector).map(|found| dom::text(found, &[])).collect();
        let words = all.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n\n");
        if words.is_empty() {
            *self.missed.entry(key).or_default() += 1;
        }
        words
    }

    fn time(
        &mut self,
        key: &'static str,
        element: ElementRef<'d>,
        time: &Time,
    ) -> (Option<Moment>, Precision) {
        if time.element.is_none() && time.attribute.is_none() {
            return Default::default();
        }
        // The first that is not in an item inside this one; a reply is part of its item.
        let found = match &time.element {
            Some(selector) if self.part.each.matches(&element) => self.inside(element, selector).next(),
            Some(selector) => element.select(selector).next(),
            None => Some(element),
        };
        let words = found.map(|found| match &time.attribute {
            Some(name) => found.attr(name).unwrap_or_default().to_owned(),
            None => found.attr("datetime").map_or_else(|| dom::text(found, &[]), str::to_owned),
        });
        let read = dates::parse_or_seconds(&words.unwrap_or_default());
        if read.0.is_none() {
            *self.missed.entry(key).or_default() += 1;
        }
        read
    }
}
