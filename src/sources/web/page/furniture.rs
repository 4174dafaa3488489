//! What is left around a text that was found: lines that the software of a site writes, and parts that lead elsewhere.

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use super::dom;
use crate::sources::archive::dates::is_time_word;

/// Longer lines are somebody's words.
const MAX_CREDIT_WORDS: usize = 8;
/// Longer lines are no notice of rights.
const MAX_RIGHTS_WORDS: usize = 14;
/// Shorter lines may be meant to be repeated.
const MIN_REPEATED: usize = 40;
/// How many lines before may hold the same.
const NEAR: usize = 6;
/// Parts of links with more letters are texts that one can click on.
const MAX_LINK_LETTERS: usize = 200;
/// Longer parts are not only there to sign up.
const MAX_SIGN_UP_LETTERS: usize = 300;
/// What stands in a line that says when a text was published, besides numbers, months, zones and the like.
const TIMES: &[&str] = &[
    "published",
    "updated",
    "posted",
    "last",
    "first",
    "on",
    "at",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
/// How lines begin that lead to another page.
const LEADS: &[&str] =
    &["related:", "read more:", "see more:", "see also:", "more:", "read next:", "don't miss:"];
/// Lines that are labels of what can be clicked, or headings above links that are left out.
const LABELS: &[&str] = &[
    "advert",
    "advertisement",
    "advertisements",
    "caption",
    "close",
    "continue reading",
    "hide comments",
    "leave a comment",
    "leave a reply",
    "loading content",
    "next post",
    "post a comment",
    "post comment",
    "previous post",
    "print",
    "read more",
    "related articles",
    "related posts",
    "related stories",
    "share",
    "share this article",
    "share this post",
    "show comments",
    "sign up",
    "subscribe",
    "view comments",
    "you may also like",
    "you might also like",
];
/// What a line consists of that offers to pass a page on.
const SHARING: &[&str] = &[
    "a",
    "by",
    "copy",
    "email",
    "facebook",
    "link",
    "linkedin",
    "mail",
    "messenger",
    "on",
    "pin",
    "pinterest",
    "post",
    "print",
    "reddit",
    "send",
    "share",
    "telegram",
    "this",
    "to",
    "tumblr",
    "tweet",
    "twitter",
    "via",
    "whatsapp",
    "with",
    "x",
];
/// Of these at least one.
const NETWORKS: &[&str] = &[
    "email",
    "facebook",
    "linkedin",
    "messenger",
    "pinterest",
    "reddit",
    "telegram",
    "tumblr",
    "tweet",
    "twitter",
    "whatsapp",
];
/// How lines begin that ask to sign up.
const SIGN_UP_LINES: &[&str] = &[
    "follow us on ",
    "sign up for our newsletter",
    "sign up to our newsletter",
    "subscribe to our newsletter",
    "subscribe to our mailing list",
];
/// Names of parts to sign up for letters with.
const SIGN_UPS: &[&str] = &["newsletter", "signup", "sign-up", "subscribe"];

/// The words of an article that its page marks as its body: without blocks of links, and dates that are marked themselves.
pub(super) fn body(element: ElementRef<'_>) -> String {
    let letters = Letters::of(element);
    let text = dom::text_unless(element, &|inner| {
        let is_date = || inner.attr("itemprop").is_some_and(|name| name.trim().starts_with("date"));
        letters.leads_elsewhere(inner) || is_date()
    });
    without(&text)
}

/// A text without the lines that the software of a site writes around it, and without long lines that galleries show
/// twice.
pub(super) fn without(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !is_furniture(line)) {
        let is_repeated = || {
            lines.iter().rev().filter(|before| !before.is_empty()).take(NEAR).any(|before| *before == line)
        };
        if line.len() < MIN_REPEATED || !is_repeated() {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// Lines that the software of a site writes around a text.
fn is_furniture(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let starts = |with: &[&str]| with.iter().any(|start| line.starts_with(start));
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match words.as_slice() {
        ["image" | "photo" | "picture" | "slide", at, "of", all] => is_number(at) && is_number(all),
        _ if starts(&["(image credit", "image credit:", "photo credit:", "picture credit:"]) => {
            words.len() <= MAX_CREDIT_WORDS
        }
        _ if starts(&["copyright", "©"]) => {
            words.len() <= MAX_RIGHTS_WORDS && (line.contains('©') || line.ends_with("all rights reserved."))
        }
        // A day and a time, or a day and a year, and nothing else: a line that says more is somebody's words.
        _ if starts(&["published", "updated", "posted", "last updated", "first published", "| updated"]) => {
            let is_time = |word: &&str| {
                TIMES.contains(word)
                    || is_time_word(word)
                    || word.starts_with(|first: char| first.is_ascii_digit()) && word.len() <= 4
            };
            line.bytes().filter(u8::is_ascii_digit).count() >= 5 && words.iter().all(is_time)
        }
        _ if words.len() <= MAX_RIGHTS_WORDS && starts(SIGN_UP_LINES) => true,
        _ => is_label(&words),
    }
}

fn is_label(words: &[&str]) -> bool {
    let one_of = |all: &[&str]| words.iter().any(|word| all.contains(word));
    words.len() <= MAX_CREDIT_WORDS
        && (LABELS.contains(&words.join(" ").as_str())
            || one_of(NETWORKS) && words.iter().all(|word| SHARING.contains(word)))
}

/// How many letters an element has, and how many of them are in links.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: usize,
    linked: usize,
    /// The links in it; none where it stands in one.
    links: usize,
}

/// The letters of all elements of a tree.
pub(super) struct Letters(HashMap<NodeId, Count>);

impl Letters {
    pub(super) fn of(root: ElementRef<'_>) -> Self {
        let (mut counts, mut open, mut links) = (HashMap::new(), vec![Count::default()], 0_usize);
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Element(element) => {
                        let link = usize::from(element.name() == "a");
                        links += link;
                        open.push(Count { links: link, ..Count::default() });
                    }
                    Node::Text(text) if !dom::is_hidden(node.parent()) => {
                        let all = text.chars().filter(|c| c.is_alphanumeric()).count();
                        if let Some(last) = open.last_mut() {
                            last.all += all;
                            last.linked += if links > 0 { all } else { 0 };
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) => {
                    let Some(element) = node.value().as_element() else { continue };
                    links -= usize::from(element.name() == "a");
                    let count = open.pop().unwrap_or_default();
                    if let Some(above) = open.last_mut() {
                        above.all += count.all;
                        above.linked += count.linked;
                        above.links += count.links;
                    }
                    counts.insert(node.id(), count);
                }
            }
        }
        Self(counts)
    }

    /// How many letters an element has.
    pub(super) fn all(&self, element: ElementRef<'_>) -> usize {
        self.count(element).all
    }

    fn count(&self, element: ElementRef<'_>) -> Count {
        self.0.get(&element.id()).copied().unwrap_or_default()
    }

    /// How many letters of a hundred in an element are in links.
    fn linked_share(&self, element: ElementRef<'_>) -> usize {
        let Count { all, linked, .. } = self.count(element);
        (linked * 100).checked_div(all).unwrap_or_default()
    }

    /// Whether nearly all letters of an element are in links.
    pub(super) fn is_of_links(&self, element: ElementRef<'_>) -> bool {
        self.linked_share(element) >= 90
    }

    /// Parts beside a text, which the extractor leaves in it.
    pub(super) fn is_beside(element: ElementRef<'_>) -> bool {
        matches!(element.value().name(), "aside" | "button" | "footer" | "form" | "nav")
    }

    /// Blocks of which nearly all words are links.
    pub(super) fn leads_elsewhere(&self, element: ElementRef<'_>) -> bool {
        matches!(element.value().name(), "li" | "ol" | "p" | "ul")
            && (self.is_of_links(element) && self.count(element).links > 0 || self.is_lead(element))
    }

    /// Short parts that only lead elsewhere, or to a form: teasers of other pages, words that the page is filed under.
    pub(super) fn is_small_part(&self, element: ElementRef<'_>) -> bool {
        let Count { all, links, .. } = self.count(element);
        match element.value().name() {
            "div" | "section" => {
                all <= MAX_LINK_LETTERS && links != 1 && self.is_of_links(element) || self.is_sign_up(element)
            }
            "li" | "p" => all <= MAX_LINK_LETTERS && links == 0 && self.is_of_links(element),
            _ => false,
        }
    }

    /// "Read more:" and a link.
    fn is_lead(&self, element: ElementRef<'_>) -> bool {
        let start: String =
            element.text().flat_map(str::chars).skip_while(|c| c.is_whitespace()).take(16).collect();
        let start = start.to_lowercase().replace('’', "'");
        LEADS.iter().any(|lead| start.starts_with(lead)) && self.linked_share(element) >= 60
    }

    /// A short part to sign up for letters with, by its name.
    fn is_sign_up(&self, element: ElementRef<'_>) -> bool {
        self.all(element) <= MAX_SIGN_UP_LETTERS
            && element.value().classes().any(|name| {
                let name = name.to_ascii_lowercase();
                SIGN_UPS.iter().any(|word| name.contains(word))
            })
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn furniture_is_told_from_words() {
        for (line, expected) in [
            ("Image 1 of 5", true),
            ("Image 1 of / 5", true),
            ("ADVERTISEMENT", true),
            ("(Image credit: A Person/Agency)", true),
            ("Share this on WhatsApp", true),
            ("Share on Facebook", true),
            ("Follow us on Facebook", true),
            ("You may also like", true),
            ("Copyright © 2019 Fenwick Surgery. All rights reserved.", true),
            ("Sign up to our newsletter for more of this", true),
            ("Sharing this on WhatsApp was wrong of me", false),
            ("To my patients on Facebook", false),
            ("Copyright of her X-ray is hers", false),
            ("Sign up to our clinic in May", false),
            ("Updated Nov 19, 6:55 AM; Posted Nov 19, 6:51 AM", true),
            ("PUBLISHED: 10:48, Tue, Nov 19, 2019", true),
            ("Posted to Kabul in 2012 as a medic", false),
            ("Posted 12.04.2012: bed 14, Mr Harlan", false),
            ("Updated: 0123456789 is her chart", false),
            ("(Image: Jo Harlan, 41, after her operation)", false),
            ("Updated advice for parents", false),
            ("Image of a knee", false),
            ("My patient asked for an advertisement", false),
            ("", false),
        ] {
            assert_eq!(is_furniture(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_that_lead_elsewhere_are_no_text() {
        for (html, expected) in [
            ("<p>Related: <a href=/a>Ten ways to sleep</a></p>", true),
            ("<p><b>Read more:</b> <a href=/a>Ten ways to sleep</a></p>", true),
            ("<p>Related: what I said last year, in <a href=/a>this post</a></p>", false),
            ("<p>I wrote about <a href=/a>sleep in a hot summer on the ward</a></p>", false),
        ] {
            let page = Html::parse_fragment(html);
            let all = Selector::parse("p").ok();
            let found = all.and_then(|all| {
                page.select(&all).next().map(|it| Letters::of(page.root_element()).leads_elsewhere(it))
            });
            assert_eq!(found, Some(expected), "{html}");
        }
    }

    #[test]
    fn small_parts_that_lead_elsewhere_are_no_text() {
        for (html, expected) in [
            ("<div><a href=/a>Ten ways to sleep</a>, <a href=/b>Knees</a></div>", true),
            ("<div><a href=/a>https://larkspur.example/sleep</a></div>", false),
            ("<div>See <a href=/a>Ten ways to sleep</a> and <a href=/b>Knees</a></div>", false),
            ("<div class=newsletter-box>Letters from the ward, weekly.</div>", true),
            ("<div class=text>Letters from the ward, weekly.</div>", false),
        ] {
            let page = Html::parse_fragment(html);
            let div = Selector::parse("div").ok();
            let letters = Letters::of(page.root_element());
            let found = div.and_then(|div| page.select(&div).next().map(|it| letters.is_small_part(it)));
            assert_eq!(found, Some(expected), "{html}");
        }
    }

    #[test]
    fn galleries_say_it_once() {
        let caption = "Dr Varga and the whole team of the ward in front of the new building";
        let far = "a\nb\nc\nd\ne\nf\ng";
        for (text, expected) in [
            (format!("{caption}\n\nPhoto: A. N.\n{caption}\nEnd"), format!("{caption}\n\nPhoto: A. N.\nEnd")),
            (format!("{caption}\n{far}\n{caption}"), format!("{caption}\n{far}\n{caption}")),
            ("No.\nNo.".to_owned(), "No.\nNo.".to_owned()),
        ] {
            assert_eq!(without(&text), expected);
        }
    }
}
