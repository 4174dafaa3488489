//! The main text of a page, without menus, when no markup says what it is.

use dom_smoothie::{Config, Readability};
use scraper::{ElementRef, Html, Selector};
use whitecoat_engine::{Item, Kind};

use super::{Place, dom};

/// Shorter than this the extractor has missed the page, and all its text is taken.
const MIN_MAIN_CHARS: usize = 250;

/// The page's main text as one article, if there is any text. `html` has passed the gate.
pub(super) fn read(html: &str, document: &Html, place: &Place) -> Option<Item> {
    let (text, media) =
        main(html, place).filter(|(text, _)| text.chars().count() >= MIN_MAIN_CHARS).unwrap_or_else(|| {
            (everything(document), dom::pictures(document.root_element(), place.base.as_ref()))
        });
    let heading = first_text(document, "h1");
    let text = if text.contains(&heading) { text } else { dom::titled(&heading, &text) };
    (!text.is_empty()).then(|| Item { kind: Kind::Article, text, media, ..Item::default() })
}

fn main(html: &str, place: &Place) -> Option<(String, Vec<whitecoat_engine::Media>)> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let article = Readability::new(html, None, Some(config)).ok()?.parse().ok()?;
    let content = Html::parse_fragment(&article.content);
    let pictures = dom::pictures(content.root_element(), place.base.as_ref());
    let text = dom::text_unless(content.root_element(), &leads_elsewhere);
    Some((text, pictures))
}

/// What the extractor leaves in a text though it is none: parts beside it, and blocks of which nearly all words are links.
/// Captions of pictures stay: they are the author's words.
fn leads_elsewhere(element: ElementRef<'_>) -> bool {
    match element.value().name() {
        "aside" | "button" | "footer" | "form" | "nav" => true,
        "li" | "ol" | "p" | "ul" => is_of_links(element),
        _ => false,
    }
}

/// Whether nearly all letters of an element are in links.
fn is_of_links(element: ElementRef<'_>) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let all: usize = element.text().map(letters).sum();
    let links = element.descendants().filter_map(ElementRef::wrap).filter(|it| it.value().name() == "a");
    let linked: usize = links.flat_map(|link| link.text()).map(letters).sum();
    all > 0 && linked * 10 >= all * 9
}

/// All text that is shown, without what stands around the content; if that leaves nothing, with it. Forms stay: some
/// frameworks put the whole page into one.
fn everything(document: &Html) -> String {
    let root = document.root_element();
    let text = dom::text_unless(root, &|element| match element.value().name() {
        "nav" | "aside" | "footer" => true,
        "ol" | "ul" => is_of_links(element),
        _ => false,
    });
    if text.is_empty() { dom::text(root, &[]) } else { text }
}

/// The text of the first element that `selector` names.
pub(super) fn first_text(document: &Html, selector: &str) -> String {
    let found = Selector::parse(selector).ok().and_then(|selector| document.select(&selector).next());
    found.map(|element| dom::text(element, &[])).unwrap_or_default()
}
