//! Small things that all readers need of the tree: text, pictures, addresses.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node};
use url::Url;
use whitecoat_engine::{Media, MediaKind};

use super::tokens::{Token, Tokens};
use super::{elements, gate};

/// Elements whose content is never shown.
const HIDDEN: &[&str] = &["head", "noscript", "script", "style", "svg", "template"];
/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
];
/// Blocks with an empty line around them.
const PARAGRAPHS: &[&str] = &["article", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "section"];

/// The text below `root` as a reader sees it: one line a block, an empty line between paragraphs, spaces collapsed.
/// Elements named in `without` are left out.
pub(in crate::sources) fn text(root: ElementRef<'_>, without: &[&str]) -> String {
    text_unless(root, &|element| without.contains(&element.value().name()))
}

/// The same without the elements that `unless` says.
pub(super) fn text_unless(root: ElementRef<'_>, unless: &dyn Fn(ElementRef<'_>) -> bool) -> String {
    shown(root, unless, usize::MAX)
}

/// The same up to somewhere behind its first `bytes`.
pub(super) fn beginning(root: ElementRef<'_>, bytes: usize) -> String {
    shown(root, &|_| false, bytes)
}

fn shown(root: ElementRef<'_>, unless: &dyn Fn(ElementRef<'_>) -> bool, most: usize) -> String {
    let mut lines = Lines::default();
    let mut hidden = 0_usize;
    for edge in root.traverse() {
        if lines.text.len() > most {
            break;
        }
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(text) if opens && hidden == 0 => lines.push(text),
            Node::Element(element) => {
                let name = element.name();
                let is_left = || ElementRef::wrap(node).is_some_and(unless);
                if node.id() != root.id() && (HIDDEN.contains(&name) || is_left()) {
                    hidden = if opens { hidden + 1 } else { hidden.saturating_sub(1) };
                } else if PARAGRAPHS.contains(&name) {
                    lines.end(2);
                } else if BLOCKS.contains(&name) {
                    lines.end(1);
                } else if matches!(name, "td" | "th") {
                    lines.push(" ");
                }
            }
            _ => {}
        }
    }
    lines.text
}

/// Whether nothing below an element is shown.
pub(super) fn is_hidden(element: Option<NodeRef<'_, Node>>) -> bool {
    let element = element.and_then(|element| element.value().as_element());
    element.is_some_and(|element| HIDDEN.contains(&element.name()))
}

/// Text that collapses spaces and remembers line ends until more text comes.
#[derive(Default)]
struct Lines {
    text: String,
    space: bool,
    ends: usize,
}

impl Lines {
    fn push(&mut self, text: &str) {
        let is_space = |c: char| c.is_whitespace() && c != '\u{a0}';
        let mut rest = text;
        loop {
            let (word, after) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
            if !word.is_empty() {
                self.separate();
                self.text.push_str(word);
            }
            if after.is_empty() {
                return;
            }
            self.space = true;
            rest = after.trim_start_matches(is_space);
        }
    }

    fn separate(&mut self) {
        if !self.text.is_empty() {
            match self.ends {
                0 if self.space => self.text.push(' '),
                0 => {}
                1 => self.text.push('\n'),
                _ => self.text.push_str("\n\n"),
            }
        }
        (self.space, self.ends) = (false, 0);
    }

    fn end(&mut self, lines: usize) {
        self.ends = self.ends.max(lines);
    }
}

/// The elements of these names, in the order in which a selector finds them, which looks at each element far more closely.
pub(in crate::sources::web) fn named<'d>(
    document: &'d Html,
    names: &'d [&'d str],
) -> impl Iterator<Item = ElementRef<'d>> {
    let elements = document.tree.nodes().filter_map(ElementRef::wrap);
    elements.filter(|element| names.contains(&element.value().name()) && element.parent().is_some())
}

/// The text of HTML that is not parsed into a tree: everything between tags, hidden elements left out.
pub(in crate::sources) fn text_without_tree(html: &str) -> String {
    let mut tokens = Tokens::of(html);
    let mut markup = String::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => markup.push_str(&text.replace('<', "&lt;")),
            Token::Start { name, .. } if elements::RAW.contains(&name.as_ref()) => {
                tokens.raw(&name);
            }
            Token::Start { name, .. } | Token::End { name } if BLOCKS.contains(&name.as_ref()) => {
                markup.push_str("<br>");
            }
            _ => {}
        }
    }
    // Flat by construction: text, entities and line ends only.
    text(Html::parse_fragment(&markup).root_element(), &[])
}

/// The tree of a piece of HTML; `None` where building it could take hours.
pub(in crate::sources) fn fragment(html: &str) -> Option<Html> {
    gate::check(html).ok().map(|()| Html::parse_fragment(html))
}

/// The text of a string that may hold markup or entities, as many JSON-LD strings do.
pub(in crate::sources) fn plain(text_or_html: &str) -> String {
    let trimmed = text_or_html.trim();
    if !trimmed.contains(['<', '&']) {
        return trimmed.to_owned();
    }
    if gate::check(trimmed).is_err() {
        return text_without_tree(trimmed);
    }
    let once = unescaped(trimmed);
    // Some sites escape twice.
    if is_escaped(&once) && gate::check(&once).is_ok() { unescaped(&once) } else { once }
}

fn unescaped(text_or_html: &str) -> String {
    // Line ends in a string are meant; in HTML they are spaces.
    let is_html = text_or_html.contains('<');
    let lines = if is_html { text_or_html.to_owned() } else { text_or_html.replace('\n', "<br>") };
    text(Html::parse_fragment(&lines).root_element(), &[])
}

/// Whether a text shows markup or entities that were meant to be read.
fn is_escaped(text: &str) -> bool {
    const SHOWN: &[&str] = &[
        "&quot;", "&amp;", "&nbsp;", "&#39;", "&#8217;", "&rsquo;", "</p>", "</a>", "</div>", "</em>", "<br",
    ];
    text.contains(['<', '&']) && SHOWN.iter().any(|shown| text.contains(shown))
}

/// A title above its text, unless the text begins with it.
pub(in crate::sources) fn titled(title: &str, body: &str) -> String {
    match (title.is_empty(), body.is_empty()) {
        (false, false) if !body.starts_with(title) => format!("{title}\n\n{body}"),
        (_, true) => title.to_owned(),
        _ => body.to_owned(),
    }
}

/// `href` as an absolute http or https address.
pub(in crate::sources) fn resolve(base: Option<&Url>, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() {
        return None;
    }
    let url = match base {
        Some(base) => base.join(href).ok()?,
        None => Url::parse(href).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The last part of an address's path: the file name.
pub(in crate::sources) fn file_name(address: &str) -> String {
    if address.starts_with("data:") {
        return String::new();
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A picture at `address`, which may be relative or a `data:` address.
pub(in crate::sources) fn picture(base: Option<&Url>, address: &str, alt: &str) -> Media {
    Media {
        kind: MediaKind::Image,
        path: resolve(base, address).map(String::from),
        file_name: file_name(address),
        alt: alt.trim().to_owned(),
        ..Media::default()
    }
}

/// The pictures below `root` that are shown.
pub(in crate::sources) fn pictures(root: ElementRef<'_>, base: Option<&Url>) -> Vec<Media> {
    shown_pictures(root, base).map(|(_, media)| media).collect()
}

/// The same with their elements; without those of one or two pixels, which count visitors.
pub(super) fn shown_pictures<'d>(
    root: ElementRef<'d>,
    base: Option<&Url>,
) -> impl Iterator<Item = (ElementRef<'d>, Media)> {
    root.descendants()
        .filter_map(ElementRef::wrap)
        .filter(|element| element.value().name() == "img")
        .filter(|element| {
            !["width", "height"].iter().any(|side| matches!(element.attr(side), Some("0" | "1" | "2")))
        })
        .filter_map(move |element| {
            let address = element.attr("src").or_else(|| element.attr("data-src")).unwrap_or_default();
            let media = picture(base, address, element.attr("alt").unwrap_or_default());
            (!media.file_name.is_empty() || !media.alt.is_empty()).then_some((element, media))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_lines_and_drops_what_is_hidden() {
        let html = Html::parse_document(
            "<title>t</title><p>One  <b>two</b>\n three<br>four<script>x</script><ul><li>a<li>b</ul>\
             <table><tr><td>c<td>d</table><nav>menu</nav><p>end",
        );
        assert_eq!(text(html.root_element(), &["nav"]), "One two three\nfour\n\na\nb\nc d\n\nend");
    }

    #[test]
    fn text_without_a_tree_is_the_same_words() {
        assert_eq!(
            text_without_tree("<title>t</title><div>a &amp; b<div>c</div>&lt;i><script>x</script> 1 < 2"),
            "a & b\nc\n<i> 1 < 2"
        );
    }

    #[test]
    fn plain_reads_markup_in_strings() {
        assert_eq!(plain(" a &amp; b\nc "), "a & b\nc");
        assert_eq!(plain("<p>a</p><p>b"), "a\n\nb");
        assert_eq!(plain("&lt;p&gt;a &amp;amp; b&lt;/p&gt;\n&lt;p&gt;c&lt;/p&gt;"), "a & b\n\nc");
        assert_eq!(plain("&amp;quot;Well&amp;quot;\nsaid"), "\"Well\"\nsaid");
        assert_eq!(plain("if a &lt; b &amp; c"), "if a < b & c");
        assert_eq!(plain(&"<div>".repeat(100_000)), "");
    }

    #[test]
    fn addresses_are_resolved_and_only_http() {
        let base = Url::parse("https://h.example/a/b").ok();
        let show = |href| resolve(base.as_ref(), href).map(String::from);
        assert_eq!(show("c?d").as_deref(), Some("https://h.example/a/c?d"));
        assert_eq!(show("javascript:x"), None);
        assert_eq!(resolve(None, "c"), None);
        assert_eq!(file_name("https://h.example/a/b.jpg?w=1#x"), "b.jpg");
        assert_eq!(file_name("data:image/png;base64,AA/BB"), "");
    }
}
