//! The main text of a page, without menus, when no markup says what it is.

use dom_smoothie::{Config, Readability, TextMode};
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
    let text = if text.contains(&heading) || std::env::var("WC_H").is_ok() { text } else { dom::titled(&heading, &text) };
    (!text.is_empty()).then(|| Item { kind: Kind::Article, text, media, ..Item::default() })
}

fn main(html: &str, place: &Place) -> Option<(String, Vec<whitecoat_engine::Media>)> {
    let config = Config { text_mode: TextMode::Formatted, disable_json_ld: true, ..Config::default() };
    let article = Readability::new(html, None, Some(config)).ok()?.parse().ok()?;
    let content = Html::parse_fragment(&article.content);
    let pictures = dom::pictures(content.root_element(), place.base.as_ref());
    let v = std::env::var("WC_V").unwrap_or_default();
    let text = match v.as_str() {
        "dom" => dom::text(content.root_element(), &[]),
        "cap" => dom::text(content.root_element(), &["figcaption", "aside", "nav", "footer", "form", "button"]),
        "list" => dom::text_unless(content.root_element(), &|e| {
            matches!(e.value().name(), "ul" | "ol") && is_of_links(e)
        }),
        "links" => dom::text_unless(content.root_element(), &|e| {
            matches!(e.value().name(), "ul" | "ol" | "li" | "p" | "h2" | "h3" | "h4" | "h5" | "h6") && is_of_links(e)
        }),
        "both" => dom::text_unless(content.root_element(), &|e| {
            matches!(e.value().name(), "figcaption" | "aside" | "nav" | "footer" | "form" | "button")
                || matches!(e.value().name(), "ul" | "ol" | "li" | "p" | "h2" | "h3" | "h4" | "h5" | "h6") && is_of_links(e)
        }),
        _ => tidy(&article.text_content),
    };
    Some((text, pictures))
}

/// Whether nearly all words of an element are links: it leads elsewhere.
fn is_of_links(element: ElementRef<'_>) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let all: usize = element.text().map(letters).sum();
    let links = element.descendants().filter_map(ElementRef::wrap).filter(|it| it.value().name() == "a");
    let linked: usize = links.flat_map(|link| link.text()).map(letters).sum();
    all > 0 && linked * 10 >= all * 9
}

/// All text that is shown, without what stands around the content; if that leaves nothing, with it.
fn everything(document: &Html) -> String {
    let root = document.root_element();
    let text = dom::text(root, &["nav", "aside", "footer"]);
    if text.is_empty() { dom::text(root, &[]) } else { text }
}

/// Lines without spaces at their ends, and at most one empty line between them.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim();
        if !line.is_empty() || !(out.is_empty() || out.ends_with("\n\n")) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The text of the first element that `selector` names.
pub(super) fn first_text(document: &Html, selector: &str) -> String {
    let found = Selector::parse(selector).ok().and_then(|selector| document.select(&selector).next());
    found.map(|element| dom::text(element, &[])).unwrap_or_default()
}
