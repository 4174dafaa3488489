//! One record of an HTML page: a box with a title, words, pictures, tables and a date.
//!
//! Meta's class names are short and have outlived every change of layout; where they are missing, what a text looks like
//! decides.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};
use whitecoat_engine::{Media, Moment, Precision};

use super::media::Files;
use super::zone::Zone;
use crate::sources::archive::dates::{self, Written};
use crate::sources::web;

/// Of the title above a record, since 2021 and before.
const TITLE: &[&str] = &["_a6-h", "_2lek"];
/// Of what the record holds.
const BODY: &[&str] = &["_a6-p", "_2let"];
/// Of its date.
const DATE: &[&str] = &["_a72d", "_a6-o", "_2lem"];
/// Of one part of what it holds.
const CELL: &str = "_2pin";
/// Of the words below a picture, and of a line such as `Group: ICU nurses` above own words.
const DESCRIPTION: &str = "_3-95";
/// Of what such a line begins with.
const LABEL: &str = "_a6_m";
/// Of the line in the head that says who made the page, and when.
const GENERATED: &str = "_aoaa";

/// How the address of a record begins.
const RECORD_LINK: &str = "https://www.facebook.com/dyi/l/";

/// How many words may stand in front of the date in a line such as `Updated Jul 26, 2024 1:35:01pm`.
const WORDS_BEFORE_DATE: usize = 3;

/// How many pictures of one record are listed.
const MAX_MEDIA: usize = 1_000;

/// What a box holds.
#[derive(Debug, Default)]
pub(in crate::sources::archive) struct PageBox {
    /// The heading: a sentence of Facebook's, or the caption on Instagram and Threads.
    pub(in crate::sources::archive) title: String,
    /// Texts that stand on their own.
    pub(in crate::sources::archive) words: Vec<String>,
    /// All texts of the body but tables, links and dates.
    pub(in crate::sources::archive) all_words: Vec<String>,
    /// What stands below pictures.
    pub(in crate::sources::archive) captions: Vec<String>,
    /// Rows of tables: label and value.
    pub(in crate::sources::archive) rows: Vec<(String, String)>,
    pub(in crate::sources::archive) media: Vec<Media>,
    pub(in crate::sources::archive) date: Stamp,
    /// The address of what the record is about, which Facebook puts behind the date.
    pub(in crate::sources::archive) link: Option<String>,
    /// There is nothing in it: it stands around the box of the record.
    pub(in crate::sources::archive) is_bare: bool,
}

/// The date of a box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sources::archive) enum Stamp {
    /// There is none.
    #[default]
    None,
    /// It is in a language or an order that is not known.
    Unknown,
    Known(Written),
}

impl PageBox {
    /// The rows of its tables.
    pub(in crate::sources::archive) fn rows(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.rows.iter().map(|(label, value)| (label.as_str(), value.as_str()))
    }

    /// When it was published, for a clock that hangs in this zone; in UTC where that is not known.
    pub(in crate::sources::archive) fn moment(&self, zone: &Zone) -> (Option<Moment>, Precision) {
        let Stamp::Known(date) = self.date else { return (None, Precision::Unknown) };
        match date.moment(zone.offset(date.clock)) {
            Some(moment) => (Some(moment), date.precision),
            None => (None, Precision::Unknown),
        }
    }
}

/// Reads one box. `None` where it cannot be parsed in reasonable time.
pub(in crate::sources::archive) fn read(html: &str, files: &Files) -> Option<PageBox> {
    let tree = web::fragment(html)?;
    let root = tree.root_element();
    let printed = printed(root);
    let date = stamp(root, printed.as_deref());
    let mut found = PageBox { date, link: link(root), media: media(root, files), ..PageBox::default() };
    let printed = printed.unwrap_or_default();
    found.is_bare =
        found.media.is_empty() && found.link.is_none() && root.text().all(|text| text.trim().is_empty());
    found.title = first(root, TITLE).map(words_of).unwrap_or_default();
    for row in all(root).filter(|element| element.value().name() == "tr") {
        found.rows.extend(label_and_value(row));
    }
    let Some(body) = first(root, BODY) else { return Some(found) };
    for element in all(body) {
        if element.value().name() != "div" || !is_leaf(element) || is_inside(element, body, &["a", "table"]) {
            continue;
        }
        let words = words_of(element);
        if words.is_empty() || is_furniture(&words) || repeats_date(&words, &printed) {
            continue;
        }
        let parent = element.parent().and_then(ElementRef::wrap);
        if has(element, DESCRIPTION) {
            found.captions.push(words);
        } else {
            if parent.is_some_and(|parent| has(parent, CELL)) && element.value().classes().next().is_none() {
                found.words.push(words.clone());
            }
            found.all_words.push(words);
        }
    }
    Some(found)
}

/// The line in a page's head that says by whom and when it was made.
pub(in crate::sources::archive) fn generated(head: &str) -> Option<String> {
    // The head alone: its style sheets are long, and of no interest.
    let body = head.rfind("<body").and_then(|at| head.get(at..))?;
    let tree = web::fragment(body)?;
    first(tree.root_element(), &[GENERATED]).map(words_of)
}

/// All elements below `root`, in order.
fn all<'t>(root: ElementRef<'t>) -> impl Iterator<Item = ElementRef<'t>> {
    root.descendants().filter_map(ElementRef::wrap)
}

/// The first element with one of the classes; an earlier class counts before a later one.
fn first<'t>(root: ElementRef<'t>, classes: &[&str]) -> Option<ElementRef<'t>> {
    classes
        .iter()
        .find_map(|class| all(root).find(|element| element.value().classes().any(|it| it == *class)))
}

fn has(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|it| it == class)
}

/// Whether an element is a line such as `Group: ICU nurses`, which Facebook puts above own words.
fn is_labelled(element: ElementRef<'_>) -> bool {
    has(element, DESCRIPTION) && element.child_elements().next().is_some_and(|first| has(first, LABEL))
}

fn is_inside(element: ElementRef<'_>, root: ElementRef<'_>, names: &[&str]) -> bool {
    element
        .ancestors()
        .take_while(|node| node.id() != root.id())
        .filter_map(ElementRef::wrap)
        .any(|outer| names.contains(&outer.value().name()))
}

/// Whether no block, link or picture stands in an element, but for a labelled line.
fn is_leaf(element: ElementRef<'_>) -> bool {
    const NEVER: &[&str] = &["div", "table", "img", "video", "a", "section", "h2"];
    // A link within own words is part of them; one alone is something shared.
    let links_only = all(element).skip(1).any(|inner| inner.value().name() == "a") && {
        let own: String =
            element.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect();
        own.trim().is_empty()
    };
    let holds =
        |name: &str| all(element).skip(1).any(|inner| inner.value().name() == name && !is_labelled(inner));
    !links_only && !NEVER.iter().filter(|name| **name != "a").any(|name| holds(name))
}

/// The words of an element without labelled lines: line ends where they are printed, tags gone.
fn words_of(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    let mut after_break = false;
    let mut left_out = None;
    for edge in element.traverse() {
        let node = match edge {
            Edge::Open(node) => node,
            Edge::Close(node) => {
                left_out = left_out.filter(|left_out| *left_out != node.id());
                continue;
            }
        };
        if left_out.is_some() {
            continue;
        }
        if ElementRef::wrap(node).is_some_and(is_labelled) {
            left_out = Some(node.id());
            continue;
        }
        match node.value() {
            Node::Text(text) => {
                // Meta puts a space behind each break.
                let text = if after_break { text.strip_prefix(' ').unwrap_or(text) } else { text };
                after_break = false;
                words.push_str(text);
            }
            Node::Element(tag) if tag.name() == "br" => {
                words.push('\n');
                after_break = true;
            }
            Node::Element(tag) if tag.name() == "li" && !words.is_empty() => words.push('\n'),
            _ => {}
        }
    }
    words.trim().to_owned()
}

/// `Updated Jul 26, 2024 1:35:01pm`, or the date alone. Facebook prints a clock with it; own words seldom have one.
fn is_furniture(line: &str) -> bool {
    let mut rest = line;
    for _ in 0..=WORDS_BEFORE_DATE {
        if dates::read(rest).is_some_and(Written::has_clock) {
            return true;
        }
        match rest.split_once(' ') {
            Some((_, tail)) => rest = tail,
            None => return false,
        }
    }
    false
}

/// Whether a line ends in a date of the same look as the record's own, which may be in a language that is not known.
fn repeats_date(line: &str, printed: &str) -> bool {
    let look =
        |text: &str| -> String { text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect() };
    let (line, printed) = (look(line), look(printed));
    let before = line.strip_suffix(printed.as_str()).filter(|_| printed.contains('0'));
    before.is_some_and(|before| before.split_whitespace().count() <= WORDS_BEFORE_DATE)
}

/// The only address of a record that Facebook gives. It opens for the account holder alone.
fn link(root: ElementRef<'_>) -> Option<String> {
    let links =
        all(root).filter(|element| element.value().name() == "a").filter_map(|link| link.attr("href"));
    links.into_iter().find(|address| address.starts_with(RECORD_LINK)).map(str::to_owned)
}

/// The date as it is printed below the record. Instagram leaves its place empty under comments.
fn printed(root: ElementRef<'_>) -> Option<String> {
    let texts = |class: &&str| {
        let class = *class;
        let dated = all(root).filter(move |element| has(*element, class));
        dated.map(words_of).find(|text| !text.is_empty())
    };
    DATE.iter().find_map(texts)
}

fn stamp(root: ElementRef<'_>, printed: Option<&str>) -> Stamp {
    if let Some(text) = printed {
        return dates::read(text).map_or(Stamp::Unknown, Stamp::Known);
    }
    let texts = root.descendants().filter_map(|node| node.value().as_text().map(|text| text.trim()));
    let dated = texts.filter_map(dates::read).filter(|date| date.precision != Precision::Month);
    dated.last().map_or(Stamp::None, Stamp::Known)
}

/// Pictures and videos of the export; what lies on the web is something shared.
fn media(root: ElementRef<'_>, files: &Files) -> Vec<Media> {
    let mut media: Vec<Media> = Vec::new();
    for element in all(root) {
        let (address, alt) = match element.value().name() {
            "img" | "video" => (element.attr("src"), element.attr("alt").unwrap_or_default()),
            "a" => (element.attr("href"), ""),
            _ => continue,
        };
        let is_local = |address: &&str| {
            let lower = address.to_ascii_lowercase();
            !address.is_empty()
                && !lower.contains(':')
                && !lower.starts_with(['#', '/'])
                && !lower.ends_with(".html")
        };
        let Some(medium) = address.filter(is_local).and_then(|address| files.media(address)) else {
            continue;
        };
        match media.iter().position(|known| known.path == medium.path) {
            Some(at) => {
                if let Some(known) = media.get_mut(at).filter(|known| known.alt.is_empty()) {
                    alt.clone_into(&mut known.alt);
                }
            }
            None if media.len() < MAX_MEDIA => media.push(Media { alt: alt.to_owned(), ..medium }),
            None => {}
        }
    }
    media
}

/// The label and the value of a row: in two cells, or one below the other in one cell.
fn label_and_value(row: ElementRef<'_>) -> Option<(String, String)> {
    let mut cells = row.child_elements().filter(|cell| matches!(cell.value().name(), "td" | "th"));
    let (cell, second) = (cells.next()?, cells.next());
    if let Some(second) = second {
        return Some((words_of(cell), words_of(second)));
    }
    let direct: String =
        cell.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect();
    let mut blocks = cell.child_elements().filter(|block| block.value().name() == "div");
    let label = match direct.trim() {
        "" => words_of(blocks.next()?),
        label => label.to_owned(),
    };
    Some((label, words_of(blocks.next()?)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn boxed(html: &str) -> PageBox {
        read(html, &Files::default()).unwrap()
    }

    #[test]
    fn reads_a_facebook_post() {
        let found = boxed(
            r#"<div class="_a6-g"><div class="_2ph_ _a6-h _a6-i">Jane Roe added a photo.</div><div class="_2ph_ _a6-p"><div>
            <div class="_2pin"><div>Two lines,<br /> no more. See <a href="https://example.org">example.org</a> &amp; go</div><div></div></div>
            <div class="_2pin"><div><div><a href="media/1.jpg"><img src="media/1.jpg" /></a><div>Timeline photos</div><div class="_3-95">A caption</div></div></div></div>
            <div class="_2pin"><div><div><a href="https://example.org/shared">https://example.org/shared</a></div></div></div>
            <div class="_2pin"><div>Updated Jul 26, 2024 1:35:01pm</div></div></div></div>
            <div class="_3-94 _a6-o"><a href="https://www.facebook.com/dyi/l/?l=x"><div class="_a72d">Jul 26, 2024 1:35:01pm</div></a></div></div>"#,
        );
        assert_eq!(found.title, "Jane Roe added a photo.");
        assert_eq!(found.words, ["Two lines,\nno more. See example.org & go"]);
        assert_eq!(found.captions, ["A caption"]);
        assert_eq!(found.media.iter().map(|medium| medium.file_name.as_str()).collect::<Vec<_>>(), ["1.jpg"]);
        assert!(matches!(found.date, Stamp::Known(date) if date.precision == Precision::Second));
    }

    #[test]
    fn reads_a_comment_below_the_name_of_its_group() {
        let found = boxed(
            r#"<div class="_a6-g"><div class="_2ph_ _a6-h _a6-i">Jane Roe commented on a post.</div><div class="_2ph_ _a6-p"><div>
            <div class="_2pin"><div><div class="_3-95"><span class="_a6_m">Group: </span>Ward nurses</div>Seen that<br /> last week</div></div></div></div></div>"#,
        );
        assert_eq!((found.words, found.captions.len()), (vec!["Seen that\nlast week".to_owned()], 0));
    }

    #[test]
    fn own_words_may_end_in_a_date() {
        for (words, expected) in [
            ("Verlegt am 3. März 2021", true),
            ("Geburt 12.03.2021", true),
            ("May 2020", true),
            ("Updated Jul 26, 2024 1:35:01pm", false),
            ("Aktualisiert 32. Julember 2024 13:35:01", false),
        ] {
            let found = boxed(&format!(
                r#"<div class="_a6-p"><div class="_2pin"><div>{words}</div></div></div><div class="_a72d">32. Julember 2024 13:35:07</div>"#
            ));
            assert_eq!(!found.words.is_empty(), expected, "{words}");
        }
    }

    #[test]
    fn an_empty_footer_does_not_hide_the_date() {
        let found = boxed(
            r#"<div class="_a6-g"><div class="_a6-p"><table><tr><td>Comment<div><div>Well said</div></div></td></tr>
            <tr><td>Time<div><div>Jul 26, 2024 1:35 pm</div></div></td></tr></table></div><div class="_3-94 _a6-o"></div></div>"#,
        );
        assert!(matches!(found.date, Stamp::Known(date) if date.precision == Precision::Minute));
        assert!(!found.is_bare);
        assert!(boxed(r#"<div class="_3-95 _a6-g"><div class="_a6-p"> "#).is_bare);
    }

    #[test]
    fn reads_tables_with_labels_in_the_head() {
        let found = boxed(
            r#"<div class="uiBoxWhite"><table class="_a6_n"><tr><th>Name</th><td>Jane Roe<br /></td></tr>
            <tr><th>Work</th><td><ul><li>Sunny Surgery<br />Nurse</li><li>Old Mill</li></ul></td></tr></table></div>"#,
        );
        let rows = [("Name", "Jane Roe"), ("Work", "Sunny Surgery\nNurse\nOld Mill")];
        assert_eq!(found.rows, rows.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }

    #[test]
    fn reads_tables_of_both_forms() {
        let found = boxed(
            r#"<div class="_a6-g"><div class="_a6-p"><table><tr><td class="_a6_q">Comment</td><td class="_a6_r">So true</td></tr>
            <tr><td colspan="2" class="_2pin _a6_q"><div class="_a6-q">Taken</div><div><div class="_a6-q">Jul 26, 2024</div></div></td></tr>
            <tr><td colspan="2" class="_2pin _a6_q">Media Owner<div><div>janeroe</div></div></td></tr><tr></tr></table></div>
            <div class="_a6-o">32. julember 2024</div></div>"#,
        );
        let rows = [("Comment", "So true"), ("Taken", "Jul 26, 2024"), ("Media Owner", "janeroe")];
        assert_eq!(found.rows, rows.map(|(label, value)| (label.to_owned(), value.to_owned())));
        assert_eq!((found.words.len(), found.date), (0, Stamp::Unknown));
    }

    #[test]
    fn survives_what_is_no_box() {
        assert_eq!(boxed("").date, Stamp::None);
        assert!(read(&"<div>".repeat(100_000), &Files::default()).is_none());
        assert_eq!(
            generated("<html><body><div class=\"_aoaa\"><div>Generated by A</div>"),
            Some("Generated by A".into())
        );
        assert_eq!(generated("no page"), None);
    }
}
