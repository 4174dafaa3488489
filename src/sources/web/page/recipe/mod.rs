//! Recipes: for sites without markup that says what is what, a file of CSS selectors. Shipped ones are compiled in.

mod read;

use std::path::Path;

use scraper::Selector;
use serde::Deserialize;
use toml::Spanned;

use crate::wording::nearest;

pub(super) use read::read;
pub use read::{Missing, Tried, try_on};

/// The shipped recipes: name and text. To add one: a file in `profiles/sites/`, and a line here.
pub const SITES: &[(&str, &str)] = &[
    ("elfsight", include_str!("../../../../../profiles/sites/elfsight.toml")),
    ("quotes", include_str!("../../../../../profiles/sites/quotes.toml")),
    ("review-lists", include_str!("../../../../../profiles/sites/review-lists.toml")),
    ("richplugins", include_str!("../../../../../profiles/sites/richplugins.toml")),
    ("squarespace", include_str!("../../../../../profiles/sites/squarespace.toml")),
    ("static-comments", include_str!("../../../../../profiles/sites/static-comments.toml")),
    ("testimonials", include_str!("../../../../../profiles/sites/testimonials.toml")),
    ("trustindex", include_str!("../../../../../profiles/sites/trustindex.toml")),
    ("wix", include_str!("../../../../../profiles/sites/wix.toml")),
    ("wordpress-comments", include_str!("../../../../../profiles/sites/wordpress-comments.toml")),
    ("x", include_str!("../../../../../profiles/sites/x.toml")),
];

/// The keys of a recipe, for naming the one that was meant.
const KEYS: &[&str] = &[
    "name",
    "title",
    "hosts",
    "marks",
    "paths",
    "items",
    "what",
    "each",
    "text",
    "heading",
    "author",
    "by",
    "time",
    "time_attribute",
    "link",
    "owner",
    "reply",
];

/// A recipe file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    title: String,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    marks: Vec<Spanned<String>>,
    #[serde(default)]
    paths: Vec<String>,
    items: Spanned<Vec<WrittenItem>>,
}

/// One sort of thing on the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenItem {
    what: What,
    each: Spanned<String>,
    text: Option<Spanned<String>>,
    heading: Option<Spanned<String>>,
    author: Option<Spanned<String>>,
    by: Option<Spanned<String>>,
    time: Option<Spanned<String>>,
    time_attribute: Option<String>,
    link: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    reply: Option<WrittenReply>,
}

/// The owner's reply to a review.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReply {
    each: Spanned<String>,
    text: Option<Spanned<String>>,
    time: Option<Spanned<String>>,
    time_attribute: Option<String>,
}

/// What an element holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// A blog post or a text of the site.
    Article,
    /// A comment. One inside another answers it; the others answer the page.
    Comment,
    /// A post in a list of posts, which may be another person's.
    Post,
    /// What the site says about its owner.
    Profile,
    /// A review: a patient's words in a place for them.
    Review,
    /// A testimonial: a patient's words that the owner has put there.
    Testimonial,
}

/// A recipe that can be used.
#[derive(Debug)]
pub struct Recipe {
    /// A short name, such as `trustindex`.
    pub name: String,
    /// The name in words.
    pub title: String,
    hosts: Vec<String>,
    marks: Vec<Mark>,
    /// Words, one of which the page's path must hold; none for any path.
    paths: Vec<String>,
    items: Vec<Part>,
}

/// A selector that tells a page, and a word that such a page must hold: looking for it is much cheaper.
#[derive(Debug)]
struct Mark {
    selector: Selector,
    word: String,
}

/// How one sort of thing is found.
#[derive(Debug)]
struct Part {
    what: What,
    each: Selector,
    text: Option<Selector>,
    heading: Option<Selector>,
    author: Option<Selector>,
    by: Option<Selector>,
    time: Time,
    link: Option<Selector>,
    owner: Option<Selector>,
    reply: Option<Reply>,
}

#[derive(Debug)]
struct Reply {
    each: Selector,
    text: Option<Selector>,
    time: Time,
}

/// Where a time stands: in an element or the item itself, as its text or in an attribute.
#[derive(Debug, Default)]
struct Time {
    element: Option<Selector>,
    attribute: Option<String>,
}

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// There is none of that name.
    #[error("there is no recipe {name:?}; {hint}")]
    Unknown {
        /// As given.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// The file cannot be read.
    #[error("recipe {path}: {source}")]
    Open {
        /// As given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It says something that cannot be.
    #[error("recipe {origin}, line {line}, column {column}: {problem}\n  try: {next}")]
    Invalid {
        /// The file.
        origin: String,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong, with the key.
        problem: String,
        /// What to do.
        next: String,
    },
}

/// The text of a shipped recipe.
pub fn text_of(name: &str) -> Result<&'static str, RecipeError> {
    let found = SITES.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text);
    found.ok_or_else(|| {
        let names = || SITES.iter().map(|(name, _)| *name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("shipped recipes: {}", names().collect::<Vec<_>>().join(", ")),
        };
        RecipeError::Unknown { name: name.to_owned(), hint }
    })
}

/// Reads the recipe in a file, or the shipped one of that name.
pub fn load(name: &str) -> Result<Recipe, RecipeError> {
    let path = Path::new(name);
    if path.extension().is_none() && path.components().count() == 1 && !path.exists() {
        return Recipe::parse(name, text_of(name)?);
    }
    let text = std::fs::read_to_string(path)
        .map_err(|source| RecipeError::Open { path: name.to_owned(), source })?;
    Recipe::parse(name, &text)
}

impl Recipe {
    /// Reads a recipe's text; `origin` is named in errors.
    pub fn parse(origin: &str, text: &str) -> Result<Self, RecipeError> {
        let file = File { origin, text };
        let written: Written = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            let next = next_step(&message);
            file.invalid(at, message, next)
        })?;
        if written.hosts.is_empty() && written.marks.is_empty() {
            let next = "name `hosts`, or `marks`: selectors that find something on such pages only";
            return Err(file.invalid(0, "the recipe does not say which pages it is for", next));
        }
        let mark = |mark: &Spanned<String>| {
            Ok(Mark { selector: file.selector("marks", mark)?, word: word_of(mark.get_ref()) })
        };
        let marks = written.marks.iter().map(mark).collect::<Result<_, _>>()?;
        if written.items.get_ref().is_empty() {
            let next = "write an [[items]] with `what` and `each`";
            return Err(file.invalid(written.items.span().start, "items: the list is empty", next));
        }
        let items = written.items.get_ref().iter().map(|item| file.part(item)).collect::<Result<_, _>>()?;
        let Written { name, title, hosts, paths, .. } = written;
        Ok(Self { name, title, hosts, marks, paths, items })
    }
}

/// A file that is being read, for messages that point into it.
struct File<'a> {
    origin: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn part(&self, item: &WrittenItem) -> Result<Part, RecipeError> {
        let reply = item.reply.as_ref().map(|reply| {
            Ok(Reply {
                each: self.selector("reply.each", &reply.each)?,
                text: self.optional("reply.text", reply.text.as_ref())?,
                time: self.time("reply.time", reply.time.as_ref(), reply.time_attribute.as_ref())?,
            })
        });
        Ok(Part {
            what: item.what,
            each: self.selector("each", &item.each)?,
            text: self.optional("text", item.text.as_ref())?,
            heading: self.optional("heading", item.heading.as_ref())?,
            author: self.optional("author", item.author.as_ref())?,
            by: self.optional("by", item.by.as_ref())?,
            time: self.time("time", item.time.as_ref(), item.time_attribute.as_ref())?,
            link: self.optional("link", item.link.as_ref())?,
            owner: self.optional("owner", item.owner.as_ref())?,
            reply: reply.transpose()?,
        })
    }

    fn time(
        &self,
        key: &str,
        element: Option<&Spanned<String>>,
        attribute: Option<&String>,
    ) -> Result<Time, RecipeError> {
        Ok(Time { element: self.optional(key, element)?, attribute: attribute.cloned() })
    }

    fn optional(
        &self,
        key: &str,
        selector: Option<&Spanned<String>>,
    ) -> Result<Option<Selector>, RecipeError> {
        selector.map(|selector| self.selector(key, selector)).transpose()
    }

    fn selector(&self, key: &str, selector: &Spanned<String>) -> Result<Selector, RecipeError> {
        Selector::parse(selector.get_ref()).map_err(|error| {
            let problem = format!("{key}: {:?} is not a CSS selector: {error}", selector.get_ref());
            self.invalid(selector.span().start, problem, "write one such as \".review .text\"")
        })
    }

    fn invalid(&self, at: usize, problem: impl Into<String>, next: impl Into<String>) -> RecipeError {
        let before = self.text.get(..at).unwrap_or(self.text);
        RecipeError::Invalid {
            origin: self.origin.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            problem: problem.into(),
            next: next.into(),
        }
    }
}

/// The longest name in a selector, which stands in every page that it fits as it is written. Nothing for a selector of
/// elements only, whose names may be written in capitals.
fn word_of(selector: &str) -> String {
    if !selector.contains(['.', '#', '[']) {
        return String::new();
    }
    let words = selector.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    words.max_by_key(|word| word.len()).unwrap_or_default().to_owned()
}

/// What to do about a message of the TOML reader.
fn next_step(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match unknown.and_then(|key| nearest(key, KEYS.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "compare with a shipped one: whitecoat sites show testimonials".to_owned(),
    }
}

#[cfg(test)]
mod tests;
