//! The main text of a page, without menus, when no markup says what it is.

use dom_query::{Attr, Document, Element, NodeData};
use dom_smoothie::{Config, Readability};
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node, Selector};
use whitecoat_engine::{Item, Kind};

use super::{Place, beside, dom, gate};
use crate::sources::archive::dates::is_time_word;

/// Shorter than this the extractor has missed the page, and all its text is taken.
const MIN_MAIN_CHARS: usize = 250;
/// Longer lines are somebody's words.
const MAX_CREDIT_WORDS: usize = 8;
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

/// The page's main text as one article, if there is any text.
pub(super) fn read(document: &Html, place: &Place) -> Option<Item> {
    let (text, media) =
        main(document, place).filter(|(text, _)| text.chars().count() >= MIN_MAIN_CHARS).unwrap_or_else(
            || (everything(document), dom::pictures(document.root_element(), place.base.as_ref())),
        );
    let heading = first_text(document, "h1");
    let text = if text.contains(&heading) { text } else { dom::titled(&heading, &text) };
    (!text.is_empty()).then(|| Item { kind: Kind::Article, text, media, ..Item::default() })
}

fn main(document: &Html, place: &Place) -> Option<(String, Vec<whitecoat_engine::Media>)> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let article = Readability::with_document(copied(document), None, Some(config)).ok()?.parse().ok()?;
    let content = Html::parse_fragment(&article.content);
    let pictures = dom::pictures(content.root_element(), place.base.as_ref());
    let text = dom::text_unless(content.root_element(), &leads_elsewhere);
    let lines: Vec<&str> = text.lines().filter(|line| !is_furniture(line)).collect();
    Some((lines.join("\n").trim().to_owned(), pictures))
}

/// The same tree as the extractor's sort, for it to take apart, without banners that may be longer than the text. Cheaper
/// than parsing the page again.
fn copied(document: &Html) -> Document {
    let copy = Document::default();
    let (mut above, mut left) = (vec![copy.tree.root().id], gate::MAX_ELEMENTS);
    for edge in document.tree.root().traverse().skip(1) {
        let (Edge::Open(node), Some(&parent)) = (edge, above.last()) else {
            above.pop();
            continue;
        };
        let data = match node.value() {
            Node::Element(element) => {
                let attrs = element.attrs.iter();
                let attrs = attrs.map(|(name, value)| Attr { name: name.clone(), value: value.clone() });
                NodeData::Element(Element::new(element.name.clone(), attrs.collect(), None, false))
            }
            // This tree was built as if scripts could run, the extractor looks for pictures where they cannot.
            Node::Text(text) if node.parent().is_some_and(|parent| is_noscript(parent.value())) => {
                // The gate takes one within it for text, and the extractor does not.
                let is_plain = !text.to_ascii_lowercase().contains("<noscript");
                if let (Ok(count), Some(parent)) = (gate::pass(text, |_| {}), copy.tree.get(&parent))
                    && is_plain
                    && count <= left
                {
                    left -= count;
                    parent.append_html(text.text.clone());
                }
                above.push(parent);
                continue;
            }
            Node::Text(text) => NodeData::Text { contents: text.text.clone() },
            Node::Comment(comment) => NodeData::Comment { contents: comment.comment.clone() },
            // What is in a template is not shown.
            _ => NodeData::Fragment,
        };
        let is_consent = || ElementRef::wrap(node).is_some_and(beside::is_consent);
        let is_beside = matches!(data, NodeData::Fragment) || is_consent();
        let id = copy.tree.create_node(data);
        if !is_beside {
            copy.tree.append_child_of(&parent, &id);
        }
        above.push(id);
    }
    copy
}

fn is_noscript(node: &Node) -> bool {
    node.as_element().is_some_and(|element| element.name() == "noscript")
}

/// Lines that the software of a site writes around a text.
fn is_furniture(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let starts = |with: &[&str]| with.iter().any(|start| line.starts_with(start));
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match words.as_slice() {
        ["advert" | "advertisement" | "advertisements"] | ["view" | "show" | "hide", "comments"] => true,
        ["image" | "photo" | "picture" | "slide", at, "of", all] => is_number(at) && is_number(all),
        _ if starts(&["(image credit", "image credit:", "photo credit:", "picture credit:"]) => {
            words.len() <= MAX_CREDIT_WORDS
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
        _ => false,
    }
}

/// What the extractor leaves in a text though it is none: parts beside it, and blocks of which nearly all words are links.
/// Captions of pictures stay: they are the author's words.
fn leads_elsewhere(element: ElementRef<'_>) -> bool {
    match element.value().name() {
        "aside" | "button" | "footer" | "form" | "nav" => true,
        "li" | "ol" | "p" | "ul" => is_of_links(element) || is_lead(element),
        _ => false,
    }
}

/// Whether nearly all letters of an element are in links.
fn is_of_links(element: ElementRef<'_>) -> bool {
    linked_share(element) >= 90
}

/// "Read more:" and a link.
fn is_lead(element: ElementRef<'_>) -> bool {
    let start: String =
        element.text().flat_map(str::chars).skip_while(|c| c.is_whitespace()).take(16).collect();
    let start = start.to_lowercase().replace('’', "'");
    LEADS.iter().any(|lead| start.starts_with(lead)) && linked_share(element) >= 60
}

/// How many letters of a hundred in an element are in links.
fn linked_share(element: ElementRef<'_>) -> usize {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let all: usize = element.text().map(letters).sum();
    let links = element.descendants().filter_map(ElementRef::wrap).filter(|it| it.value().name() == "a");
    let linked: usize = links.flat_map(|link| link.text()).map(letters).sum();
    (linked * 100).checked_div(all).unwrap_or_default()
}

/// All text that is shown, without what stands around the content; if that leaves nothing, with it.
fn everything(document: &Html) -> String {
    let root = document.root_element();
    let text = dom::text_unless(root, &|element| match element.value().name() {
        "ol" | "ul" if is_of_links(element) => true,
        "form" if is_filled_in(element) => true,
        _ => beside::is_beside(element),
    });
    if text.is_empty() { dom::text(root, &[]) } else { text }
}

/// Whether a form is one to comment, search or sign in with. Some frameworks put the whole page into a form.
fn is_filled_in(form: ElementRef<'_>) -> bool {
    let has = |selector: &str| Selector::parse(selector).is_ok_and(|it| form.select(&it).next().is_some());
    has("textarea, input[type=email i], input[type=search i], input[type=password i]")
        && !has("h1, main, article")
}

/// The text of the first element of a name.
pub(super) fn first_text(document: &Html, name: &str) -> String {
    dom::named(document, &[name]).next().map(|element| dom::text(element, &[])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extractor_is_given_the_tree_that_it_would_have_built() {
        let prose = "I have looked after families in Larkspur Falls for years, and this is what I learned. "
            .repeat(9);
        for page in [
            format!(
                "<!doctype html><title>t</title><article><p>{prose}<p>{prose}</article><nav><a href=/>Home</a></nav>"
            ),
            // Tag soup.
            format!(
                "<body class=a><b><p>{prose}</b><i>{prose}<table><tr><td>{prose}<div>c</table></body>d<font color=red>{prose}"
            ),
            // A picture that is loaded by a script, and the same one without.
            format!(
                "<head><noscript><link href=a.css rel=stylesheet></noscript></head><article><p>{prose}</p><p>{prose}\
                 <img class=lazy data-src=small.jpg><noscript><img src=large.jpg alt=ward></noscript></p></article>"
            ),
            format!("<!-- a --><main><p>{prose}<svg><title>x</title></svg><math><mi>y</math>"),
            format!("<p>{prose}<br><br>{prose}<br> <br>{prose}<!-- b -->"),
            "<p>short".to_owned(),
            String::new(),
        ] {
            let document = Html::parse_document(&page);
            let content = |document| {
                let article = Readability::with_document(document, None, None).map(|mut it| it.parse());
                article.ok().and_then(Result::ok).map(|article| (article.title, article.content))
            };
            let shown =
                |found: Option<(String, _)>| found.map(|(title, content)| format!("{title}: {content}"));
            assert_eq!(
                shown(content(copied(&document))),
                shown(content(Document::from(page.as_str()))),
                "{page}"
            );
        }
    }

    #[test]
    fn furniture_is_told_from_words() {
        for (line, expected) in [
            ("Image 1 of 5", true),
            ("Image 1 of / 5", true),
            ("ADVERTISEMENT", true),
            ("(Image credit: A Person/Agency)", true),
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
            let found = all.and_then(|all| page.select(&all).next().map(leads_elsewhere));
            assert_eq!(found, Some(expected), "{html}");
        }
    }
}
