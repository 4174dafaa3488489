//! The main text of a page, without menus, when no markup says what it is.

use dom_query::{Attr, Document, Element, NodeData};
use dom_smoothie::{Article, Config, ParsePolicy, Readability};
use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node, Selector};
use whitecoat_engine::{Item, Kind, Media};

use super::captions::Captions;
use super::furniture::{self, Letters};
use super::{Place, beside, dom, gate};

/// Shorter than this the extractor has missed the page, and all its text is taken.
const MIN_MAIN_CHARS: usize = 250;
/// The texts of an article that are looked for in what was found, and how long they are at least.
const PROBES: usize = 8;
const MIN_PROBES: usize = 3;
const MIN_PROBE: usize = 80;
/// Shorter headings may begin the title of any page.
const MIN_TITLE: usize = 15;

/// A text with its pictures.
#[derive(Debug, Default)]
struct Text {
    text: String,
    media: Vec<Media>,
    captions: String,
}

/// The page's main text as one article, if there is any text; and what the extractor took for it, if it took something else.
/// With each what its captions say.
pub(super) fn read(document: &Html, place: &Place) -> Vec<(Item, String)> {
    let found = main(document, place).filter(|it| it.text.chars().count() >= MIN_MAIN_CHARS);
    let missed = found.as_ref().and_then(|it| missed(document, place, &it.text));
    let texts = match (missed, found) {
        (Some(missed), found) => vec![Some(missed), found],
        (None, Some(found)) => vec![Some(found)],
        (None, None) => {
            let pictures = dom::pictures(document.root_element(), place.base.as_ref());
            vec![Some(Text { text: everything(document), media: pictures, ..Text::default() })]
        }
    };
    let heading = first_text(document, "h1");
    let mut items = Vec::new();
    for Text { text, media, captions } in texts.into_iter().flatten() {
        let is_first = items.is_empty();
        let text = if !is_first || text.contains(&heading) { text } else { dom::titled(&heading, &text) };
        if !text.is_empty() {
            items.push((Item { kind: Kind::Article, text, media, ..Item::default() }, captions));
        }
    }
    items
}

fn main(document: &Html, place: &Place) -> Option<Text> {
    let article = extracted(document)?;
    Some(cleared(Html::parse_fragment(&article.content).root_element(), place))
}

/// What the extractor finds. It tries four ways until one gives enough, and copies the tree before each: where the first
/// gives enough, none is needed.
fn extracted(document: &Html) -> Option<Article> {
    // Classes tell captions.
    let config = Config { disable_json_ld: true, keep_classes: true, ..Config::default() };
    let enough = config.char_threshold;
    let reader = || Readability::with_document(copied(document), None, Some(config.clone())).ok();
    let strict = reader()?.parse_with_policy(ParsePolicy::Strict).ok();
    strict.filter(|article| has_chars(&article.text_content, enough)).or_else(|| reader()?.parse().ok())
}

/// Whether a text has so many characters, runs of spaces counted as one.
fn has_chars(text: &str, least: usize) -> bool {
    let words = text.split_whitespace().map(|word| word.chars().count() + 1);
    words
        .scan(0, |all, chars| {
            *all += chars;
            Some(*all)
        })
        .any(|all| all > least)
}

/// The text below `root` without furniture, and its pictures with their captions.
fn cleared(root: ElementRef<'_>, place: &Place) -> Text {
    let letters = Letters::of(root);
    let captions = Captions::find(root, place.base.as_ref(), &letters);
    let without = |element: ElementRef<'_>| {
        captions.holds(element) || Letters::is_beside(element) || letters.leads_elsewhere(element)
    };
    let text = dom::text_unless(root, &|element| without(element) || letters.is_small_part(element));
    // A page that consists of such parts is about them.
    let is_of_parts = text.len() * 2 < letters.all(root);
    let text = if is_of_parts { dom::text_unless(root, &without) } else { text };
    let media = captions.pictures(root, place.base.as_ref());
    Text { text: furniture::without(&text), media, captions: captions.text() }
}

/// The article that a page says is its own, where the extractor has found something else.
fn missed(document: &Html, place: &Place, found: &str) -> Option<Text> {
    let article = own_article(document)?;
    let prose = article.descendants().filter_map(|node| node.value().as_text().map(|text| (node, text)));
    let is_in_p = |node: NodeRef<'_, Node>| ElementRef::wrap(node).is_some_and(|it| it.value().name() == "p");
    let prose = prose.filter(|(node, _)| node.parent().is_some_and(is_in_p));
    let long = prose.flat_map(|(_, text)| text.lines()).map(str::trim);
    let long = long.filter(|line| line.len() >= MIN_PROBE && !line.contains("  "));
    let (mut all, mut known) = (0, 0);
    for line in long.take(PROBES) {
        all += 1;
        known += usize::from(found.contains(line));
    }
    (all >= MIN_PROBES && known * 2 < all)
        .then(|| cleared(article, place))
        .filter(|it| it.text.chars().count() >= MIN_MAIN_CHARS)
}

/// The article that holds the heading of the page: its `<h1>`, or what its title begins with.
fn own_article(document: &Html) -> Option<ElementRef<'_>> {
    let title = dom::named(document, &["title"]).next().map(|title| dom::text(title, &[]));
    let title = title.unwrap_or_default();
    let is_title = |heading: &ElementRef<'_>| {
        let said = dom::text(*heading, &[]);
        said.len() >= MIN_TITLE && title.starts_with(&said)
    };
    let mut smaller = dom::named(document, &["h2"]);
    let heading = dom::named(document, &["h1"]).next().or_else(|| smaller.find(is_title))?;
    let mut around = heading.ancestors().filter_map(ElementRef::wrap);
    around.find(|around| around.value().name() == "article")
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

/// All text that is shown, without what stands around the content; if that leaves nothing, with it.
fn everything(document: &Html) -> String {
    let root = document.root_element();
    let letters = Letters::of(root);
    let text = dom::text_unless(root, &|element| match element.value().name() {
        "ol" | "ul" if letters.is_of_links(element) => true,
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
    fn the_own_article_is_read_when_something_else_was_found() {
        let line = |n| {
            format!(
                "<p>This is what I have seen on the ward in the year {n}, and what I made of it afterwards.</p>"
            )
        };
        let page = Html::parse_document(&format!(
            "<title>What I have seen - Blog</title><article><h2>What I have seen</h2>{}{}{}{}</article><article><h2>b</h2></article>",
            line(2001),
            line(2002),
            line(2003),
            line(2004)
        ));
        let place = Place { name: String::new(), url: None, base: None, live: false, saved_at: None };
        let missed = |found: &str| missed(&page, &place, found).map(|it| it.text.lines().count());
        assert_eq!(missed("Something else"), Some(9));
        assert_eq!(missed(&dom::text(page.root_element(), &[])), None);
    }
}
