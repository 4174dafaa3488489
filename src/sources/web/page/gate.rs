//! The nesting gate: refuses pages that would make the HTML tree builder run for hours.
//!
//! The tree builder takes time quadratic in the nesting depth and in the number of attributes of one tag, and copies
//! unclosed formatting elements (`<b>`, `<font>` …) into every following block. One linear pass over the tags keeps an
//! upper bound of all three. Where the standard's rules are intricate the bound is taken generously: a page refused by
//! mistake is still read as plain text.

use super::tokens::{Token, Tokens};

/// Deepest nesting of a page that is parsed. The deepest of 311 real pages had 52.
pub(super) const MAX_DEPTH: usize = 512;
/// Most elements that parsing a page may make, copies of unclosed formatting elements included.
pub(super) const MAX_ELEMENTS: usize = 500_000;
/// Most attributes of one tag.
pub(super) const MAX_ATTRIBUTES: usize = 512;

/// Why a page is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Depth,
    Elements,
    Attributes,
}

impl Refusal {
    /// A fixed sentence that quotes the limit.
    pub(super) fn note(self) -> String {
        let what = match self {
            Refusal::Depth => format!("nests elements deeper than {MAX_DEPTH}"),
            Refusal::Elements => format!("holds more than {MAX_ELEMENTS} elements"),
            Refusal::Attributes => format!("has a tag with more than {MAX_ATTRIBUTES} attributes"),
        };
        format!("the page {what}: read as plain text only, without authors, dates and pictures")
    }
}

/// Elements without content.
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
];
/// Elements that close by themselves; those that may hold them count for them.
const OPTIONAL: &[&str] = &[
    "body", "caption", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rb", "rp",
    "rt", "rtc", "tbody", "td", "tfoot", "th", "thead", "tr",
];
/// Elements whose content is text up to their end tag.
pub(super) const RAW: &[&str] =
    &["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"];
/// Elements that the tree builder opens again after a block has closed them.
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// The standard's "special" elements, as far as they are counted: no end tag of an ordinary element closes them.
const SPECIAL: &[&str] = &[
    "address",
    "applet",
    "article",
    "aside",
    "blockquote",
    "button",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "listing",
    "main",
    "marquee",
    "menu",
    "nav",
    "noscript",
    "object",
    "ol",
    "plaintext",
    "pre",
    "search",
    "section",
    "select",
    "summary",
    "table",
    "template",
    "ul",
];
/// Elements that no end tag from inside closes, except their own.
const BARRIER: &[&str] = &["applet", "marquee", "object", "table", "template"];
/// Elements of SVG and MathML that hold HTML again.
const INTEGRATION: &[&str] =
    &["annotation-xml", "desc", "foreignobject", "mi", "mn", "mo", "ms", "mtext", "title"];
/// HTML elements that end SVG or MathML when they appear inside it. (`font` does so with some attributes only.)
const BREAKOUT: &[&str] = &[
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];

/// Checks that `html` can be parsed in reasonable time and memory.
pub(super) fn check(html: &str) -> Result<(), Refusal> {
    let mut gate = Gate::default();
    let mut tokens = Tokens::of(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(_) => {}
            Token::Start { attributes: MAX_ATTRIBUTES.., .. } => return Err(Refusal::Attributes),
            Token::Start { name, self_closing, .. } => {
                let raw = RAW.contains(&name.as_str()) && gate.reads_raw_text();
                gate.start(&name, self_closing, raw);
                if raw {
                    tokens.raw(&name);
                }
            }
            Token::End { name } => gate.end(&name),
        }
        if gate.weight + gate.formatting() > MAX_DEPTH {
            return Err(Refusal::Depth);
        }
        if gate.elements > MAX_ELEMENTS {
            return Err(Refusal::Elements);
        }
    }
    Ok(())
}

/// An open element.
#[derive(Debug)]
struct Open {
    name: String,
    weight: usize,
    foreign: bool,
    /// The formatting elements that were unclosed outside this one, when it is a barrier.
    outside: Option<Vec<usize>>,
    /// A table: formatting elements opened between its cells, and whether a cell is open.
    between_cells: usize,
    in_cell: bool,
}

#[derive(Debug, Default)]
struct Gate {
    stack: Vec<Open>,
    /// How deep the stack is, with the elements that are not on it but may be.
    weight: usize,
    /// Unclosed formatting elements by name, since the innermost barrier; the last count is for those without a name.
    unclosed: Vec<usize>,
    /// Unclosed formatting elements outside the innermost barrier.
    outside: usize,
    elements: usize,
    /// Something was met that the standard's versions treat differently: trust neither raw text nor `/>` any more.
    doubt: bool,
}

impl Gate {
    fn formatting(&self) -> usize {
        self.outside + self.unclosed.iter().sum::<usize>()
    }

    fn is_foreign(&self) -> bool {
        self.stack.last().is_some_and(|top| top.foreign && !INTEGRATION.contains(&top.name.as_str()))
    }

    fn reads_raw_text(&self) -> bool {
        !self.doubt && !self.stack.iter().any(|open| open.foreign || open.name == "select")
    }

    fn start(&mut self, name: &str, self_closing: bool, raw: bool) {
        self.elements += 1 + self.formatting();
        if self.is_foreign() && BREAKOUT.contains(&name) {
            self.leave_foreign();
        }
        self.doubt |= self.is_foreign() && name == "font";
        let foreign = self.is_foreign() || matches!(name, "svg" | "math");
        if foreign {
            if !self_closing || self.doubt {
                self.push(name, 1, true);
            }
        } else if raw || VOID.contains(&name) {
        } else if OPTIONAL.contains(&name) {
            self.table_part(name, matches!(name, "td" | "th"));
        } else if let Some(index) = FORMATTING.iter().position(|it| *it == name) {
            self.unclosed.resize(FORMATTING.len() + 1, 0);
            if let Some(count) = self.unclosed.get_mut(index) {
                // A link closes the link before it.
                *count = if matches!(name, "a" | "nobr") { 1 } else { *count + 1 };
            }
        } else {
            let weight = match name {
                "table" => 4,
                "ul" | "ol" | "menu" | "dir" | "dl" | "select" | "ruby" | "button" | "object" | "applet"
                | "marquee" | "template" => 2,
                _ => 1,
            };
            self.push(name, weight, false);
        }
    }

    fn push(&mut self, name: &str, weight: usize, foreign: bool) {
        let barrier = !foreign && BARRIER.contains(&name);
        let outside = barrier.then(|| {
            self.outside += self.unclosed.iter().sum::<usize>();
            std::mem::take(&mut self.unclosed)
        });
        self.weight += weight;
        let name = name.to_owned();
        self.stack.push(Open { name, weight, foreign, outside, between_cells: 0, in_cell: false });
    }

    fn pop(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        self.weight -= open.weight;
        if let Some(outside) = open.outside {
            let left = if open.in_cell { 0 } else { self.unclosed.iter().sum() };
            self.outside -= outside.iter().sum::<usize>() + open.between_cells;
            self.unclosed = outside;
            // What was opened between cells stands before the table in the tree, and stays open.
            self.unclosed.resize(FORMATTING.len() + 1, 0);
            if let Some(nameless) = self.unclosed.last_mut() {
                *nameless += left + open.between_cells;
            }
        }
    }

    fn leave_foreign(&mut self) {
        while self.is_foreign() {
            self.pop();
        }
    }

    /// A start or end tag of a part of a table: what a cell left unclosed ends with the cell.
    fn table_part(&mut self, name: &str, opens_cell: bool) {
        let Some(table) = self.stack.iter_mut().rev().find(|open| open.outside.is_some()) else { return };
        if table.name != "table" || !matches!(name, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot") {
            return;
        }
        if !table.in_cell {
            let between = self.unclosed.iter().sum::<usize>();
            table.between_cells += between;
            self.outside += between;
        }
        self.unclosed.clear();
        table.in_cell = opens_cell;
    }

    fn end(&mut self, name: &str) {
        self.elements += 1;
        if self.is_foreign() && matches!(name, "p" | "br") {
            self.doubt = true;
        }
        if OPTIONAL.contains(&name) {
            self.table_part(name, false);
        } else if let Some(index) = FORMATTING.iter().position(|it| *it == name) {
            if let Some(count) = self.unclosed.get_mut(index) {
                *count = count.saturating_sub(1);
            }
        } else {
            let special = SPECIAL.contains(&name);
            let found = self.stack.iter().rposition(|open| {
                let holds = |names: &[&str]| names.contains(&open.name.as_str());
                open.name == name
                    || (open.foreign && holds(INTEGRATION))
                    || (!open.foreign && if special { holds(BARRIER) } else { holds(SPECIAL) })
            });
            if let Some(at) = found
                && self.stack.get(at).is_some_and(|open| open.name == name)
            {
                while self.stack.len() > at {
                    self.pop();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_pass() {
        let rows = "<tr><td><font color=red><b>x<td><a href=1>y</tr>".repeat(2000);
        let page = format!(
            "<!doctype html><title><div></title><script>{}</script><svg><path/><g/><style>a</style></svg>
             <ul>{}</ul>{}<table>{rows}</table><p>{}",
            "<div>".repeat(2000),
            "<li><a href=x>one".repeat(2000),
            "<div><span><b>x</b></span></div>".repeat(2000),
            "<br>".repeat(2000)
        );
        assert_eq!(check(&page), Ok(()));
        assert_eq!(check(&"<div>".repeat(MAX_DEPTH)), Ok(()));
    }

    #[test]
    fn deep_pages_are_refused_however_they_hide_it() {
        for unit in [
            "<div>",
            "<ul><li>",
            "<x-y>",
            "<div></span>",
            "<b>",
            "<p><b></p>",
            "<div/>",
            "<b><div></b>",
            "<span><div></span>",
            "<div><table><td></div>",
            "<b><table><td></b></table>",
            "<a \"><div b=\">",
            "<svg><div><foo/>",
            "<svg><g>",
            "<svg><style><div>",
            "<svg><desc><foo/>",
            "<table><b></table>",
            "<select><xmp><div>",
            "<template><div></template-x>",
        ] {
            let page = unit.repeat(100_000);
            let refused = check(&page);
            assert!(matches!(refused, Err(Refusal::Depth | Refusal::Elements)), "{unit}: {refused:?}");
        }
    }

    #[test]
    fn copies_elements_and_attributes_are_counted() {
        let copies = format!("{}{}", "<b>".repeat(400), "<p>x".repeat(2000));
        assert_eq!(check(&copies), Err(Refusal::Elements));
        assert_eq!(check(&"<br>".repeat(MAX_ELEMENTS + 1)), Err(Refusal::Elements));
        assert_eq!(check(&format!("<p {}>", "a ".repeat(600))), Err(Refusal::Attributes));
        assert_eq!(check(&"</x>".repeat(MAX_ELEMENTS + 1)), Err(Refusal::Elements));
    }
}
