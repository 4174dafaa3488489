//! HTML that records hold: the words as a reader sees them, and the pictures.

use scraper::{ElementRef, Html};
use whitecoat_engine::Media;

use crate::coverage::Coverage;
use crate::sources::web::page::{dom, fragment};

const FLAT: &str = "Some texts nest their HTML too deep or hold too many elements: they were read as plain text, without pictures";

/// What a piece of HTML says.
#[derive(Debug, Default, PartialEq)]
pub(in crate::sources) struct Stored {
    /// The words, one line a block.
    pub(in crate::sources) text: String,
    /// The pictures, with their descriptions.
    pub(in crate::sources) media: Vec<Media>,
}

/// Reads a text that may be HTML.
pub(in crate::sources) fn read(html: &str, coverage: &mut Coverage) -> Stored {
    if !html.contains(['<', '&']) {
        return Stored { text: html.trim().to_owned(), media: Vec::new() };
    }
    match tree(html, coverage) {
        Some(tree) => of(tree.root_element(), &[]),
        None => Stored { text: dom::text_without_tree(html), media: Vec::new() },
    }
}

/// The words alone.
pub(in crate::sources) fn words(html: &str, coverage: &mut Coverage) -> String {
    read(html, coverage).text
}

/// What an element says, elements of some names left out of the words.
pub(in crate::sources) fn of(root: ElementRef<'_>, without: &[&str]) -> Stored {
    Stored { text: dom::text(root, without), media: dom::pictures(root, None) }
}

/// The tree of a piece of HTML; `None`, with a remark, where building it could take for ever.
pub(in crate::sources) fn tree(html: &str, coverage: &mut Coverage) -> Option<Html> {
    let tree = fragment(html);
    if tree.is_none() {
        coverage.note(FLAT);
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_and_pictures() {
        let mut coverage = Coverage::default();
        let stored = read(
            r#"<p>One &amp; <a href="https://example.org/x"><span class="invisible">https://</span>example.org/x</a></p>
            <p>two<img src="https://example.org/a/scan.png?w=1" alt=" an X-ray "><img src="local.jpg"></p>"#,
            &mut coverage,
        );
        assert_eq!(stored.text, "One & https://example.org/x\n\ntwo");
        let shown: Vec<_> = stored.media.iter().map(|m| (m.file_name.as_str(), m.alt.as_str())).collect();
        assert_eq!(shown, [("scan.png", "an X-ray"), ("local.jpg", "")]);
        assert_eq!(words(" plain\nlines ", &mut coverage), "plain\nlines");
        assert_eq!(coverage, Coverage::default());
    }

    #[test]
    fn deep_html_costs_its_pictures_only() {
        let mut coverage = Coverage::default();
        let stored = read(&format!("{}words", "<b><div>".repeat(100_000)), &mut coverage);
        assert_eq!((stored.text.as_str(), coverage.notes.len()), ("words", 1));
    }
}
