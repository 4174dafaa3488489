//! The nesting gate: refuses pages that would make the HTML tree builder run for hours.
//!
//! The tree builder takes time quadratic in the nesting depth and in the number of attributes of one tag, and copies
//! unclosed formatting elements (`<b>`, `<font>` …) into every following block. One linear pass over the tags keeps an
//! upper bound of all three. Where the standard's rules are intricate the bound is taken generously: a page refused by
//! mistake is still read as plain text.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use super::elements::{BARRIER, BREAKOUT, FORMATTING, INTEGRATION, OPTIONAL, RAW, SPECIAL, VOID};
use super::tokens::{Token, Tokens};

/// Deepest nesting of a page that is parsed. The deepest of 311 real pages had 52.
pub(super) const MAX_DEPTH: usize = 512;
/// Most elements that parsing a page may make, copies of unclosed formatting elements included.
pub(super) const MAX_ELEMENTS: usize = 500_000;
/// Most attributes of one tag.
pub(super) const MAX_ATTRIBUTES: usize = 512;

/// Why a page is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) enum Refusal {
    Depth,
    Elements,
    Attributes,
    Unclear,
}

impl Refusal {
    /// A fixed sentence that quotes the limit.
    pub(in crate::sources) fn reason(self) -> String {
        let what = match self {
            Refusal::Depth => format!("nests elements deeper than {MAX_DEPTH}"),
            Refusal::Elements => format!("holds more than {MAX_ELEMENTS} elements"),
            Refusal::Attributes => format!("has a tag with more than {MAX_ATTRIBUTES} attributes"),
            Refusal::Unclear => {
                "mixes scripts, drawings and lists so that their ends cannot be told".to_owned()
            }
        };
        format!("the page {what}: read as plain text only, without authors, dates, pictures and links")
    }
}

/// Checks that `html` can be parsed in reasonable time and memory.
pub(in crate::sources) fn check(html: &str) -> Result<(), Refusal> {
    pass(html, |_| {}).map(drop)
}

/// What one pass over a page tells of it. Places are bytes.
pub(super) enum Seen<'s> {
    /// An element with raw text: where its tag stands, with what is passed over before it, and where its text.
    Raw { name: &'s str, tag: Range<usize>, text: Range<usize> },
    /// A start tag and where it ends. Plain: it stands in HTML, and has an end tag.
    Start { name: &'s str, plain: bool, end: usize },
    /// An end tag and where it, with what is passed over before it, starts.
    End { name: &'s str, start: usize },
}

/// Passes over the page, and tells of its elements. Returns how many it has at most.
pub(super) fn pass(html: &str, mut tell: impl FnMut(Seen<'_>)) -> Result<usize, Refusal> {
    let mut gate = Gate::default();
    let mut tokens = Tokens::of(html);
    loop {
        let before = tokens.at();
        tokens.in_foreign = gate.stack.last().is_some_and(|top| top.foreign);
        let Some(token) = tokens.next() else { break };
        match token {
            Token::Text(_) => {}
            Token::Start { attributes: MAX_ATTRIBUTES.., .. } => return Err(Refusal::Attributes),
            Token::Start { name, self_closing, .. } => {
                let raw = RAW.contains(&name.as_ref()) && gate.reads_raw_text();
                if !raw
                    && RAW.contains(&name.as_ref())
                    && !gate.reads_markup()
                    && tokens.raw_is_doubtful(&name)
                {
                    return Err(Refusal::Unclear);
                }
                let plain = !self_closing && !gate.doubt && !gate.is_foreign();
                gate.start(&name, self_closing, raw);
                let start = tokens.at();
                if raw {
                    tokens.raw(&name);
                    tell(Seen::Raw { name: &name, tag: before..start, text: start..tokens.at() });
                } else {
                    tell(Seen::Start { name: &name, plain, end: start });
                }
            }
            Token::End { name } => {
                gate.end(&name);
                tell(Seen::End { name: &name, start: before });
            }
        }
        if gate.weight + gate.formatting() > MAX_DEPTH {
            return Err(Refusal::Depth);
        }
        if gate.elements > MAX_ELEMENTS {
            return Err(Refusal::Elements);
        }
    }
    Ok(gate.elements)
}

/// An open element.
#[derive(Debug)]
struct Open<'a> {
    name: Cow<'a, str>,
    weight: usize,
    foreign: bool,
    /// The formatting elements that were unclosed outside this one, when it is a barrier.
    outside: Option<Vec<usize>>,
    /// A table: formatting elements opened between its cells, and whether a cell is open.
    between_cells: usize,
    in_cell: bool,
}

#[derive(Debug, Default)]
struct Gate<'a> {
    stack: Vec<Open<'a>>,
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

impl<'a> Gate<'a> {
    fn formatting(&self) -> usize {
        self.outside + self.unclosed.iter().sum::<usize>()
    }

    fn is_foreign(&self) -> bool {
        self.stack.last().is_some_and(|top| top.foreign && !INTEGRATION.contains(&top.name.as_ref()))
    }

    fn reads_raw_text(&self) -> bool {
        !self.doubt
            && !self
                .stack
                .iter()
                .any(|open| open.foreign || matches!(open.name.as_ref(), "select" | "frameset"))
    }

    /// Whether it is certain that what is raw text elsewhere is markup here.
    fn reads_markup(&self) -> bool {
        !self.doubt && self.is_foreign()
    }

    #[expect(clippy::ptr_arg, reason = "a borrowed name stays borrowed when it is kept")]
    fn start(&mut self, tag: &Cow<'a, str>, self_closing: bool, raw: bool) {
        let name = tag.as_ref();
        self.elements += 1 + self.formatting();
        if self.is_foreign() && BREAKOUT.contains(&name) {
            self.leave_foreign();
        }
        self.doubt |= self.is_foreign() && name == "font";
        let foreign = self.is_foreign() || matches!(name, "svg" | "math");
        if foreign {
            if !self_closing || self.doubt {
                self.push(tag, 1, true);
            }
        } else if raw || VOID.contains(&name) {
        } else if OPTIONAL.contains(&name) {
            self.table_part(name, matches!(name, "td" | "th"));
        } else if let Some(index) = FORMATTING.iter().position(|it| *it == name) {
            self.unclosed.resize(FORMATTING.len() + 1, 0);
            if let Some(count) = self.unclosed.get_mut(index) {
                // A link closes the link before it.
                *count = if name == "a" { 1 } else { *count + 1 };
            }
        } else {
            self.close_implied(name);
            let weight = match name {
                "table" => 4,
                "button" | "object" | "applet" | "marquee" | "template" => 2,
                _ => 1,
            };
            self.push(tag, weight, false);
        }
    }

    #[expect(clippy::ptr_arg, reason = "a borrowed name stays borrowed when it is kept")]
    fn push(&mut self, name: &Cow<'a, str>, weight: usize, foreign: bool) {
        let barrier = !foreign && BARRIER.contains(&name.as_ref());
        let outside = barrier.then(|| {
            self.outside += self.unclosed.iter().sum::<usize>();
            std::mem::take(&mut self.unclosed)
        });
        self.weight += weight;
        let name = name.clone();
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
            self.end_counted(name);
        }
    }

    fn end_counted(&mut self, name: &str) {
        let special = SPECIAL.contains(&name);
        let found = self.stack.iter().rposition(|open| {
            let holds = |names: &[&str]| names.contains(&open.name.as_ref());
            open.name == name
                || (open.foreign && holds(INTEGRATION))
                || (!open.foreign && if special { holds(BARRIER) } else { holds(SPECIAL) })
                || (name == "li" && holds(&["ol", "ul"]))
        });
        let Some(at) = found.filter(|at| self.stack.get(*at).is_some_and(|open| open.name == name)) else {
            return;
        };
        if name == "form" {
            // A form ends without closing what is in it.
            self.weight -= self.stack.remove(at).weight;
            return;
        }
        while self.stack.len() > at {
            self.pop();
        }
    }

    /// What the start tag of a list item or an option closes.
    fn close_implied(&mut self, name: &str) {
        let closes: &[&str] = match name {
            "li" => &["li"],
            "dd" | "dt" => &["dd", "dt"],
            "option" | "optgroup" => {
                if self.stack.last().is_some_and(|top| top.name == "option") {
                    self.pop();
                }
                return;
            }
            _ => return,
        };
        let found = self.stack.iter().rposition(|open| {
            let name = open.name.as_ref();
            !open.foreign
                && (closes.contains(&name) || (SPECIAL.contains(&name) && !matches!(name, "address" | "div")))
        });
        if let Some(at) =
            found.filter(|at| self.stack.get(*at).is_some_and(|it| closes.contains(&it.name.as_ref())))
        {
            while self.stack.len() > at {
                self.pop();
            }
        }
    }
}
