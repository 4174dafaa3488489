//! The stretch of a post that a report shows: masked, on one line, cut around what the finding is about.

use whitecoat_engine::{Field, Finding, Item, Mask};

use crate::identity::field_text;
use crate::wording::printable;

/// Characters of a masked excerpt.
pub const EXCERPT_CHARS: usize = 240;
/// Characters of an unmasked one: the most that a spreadsheet cell holds, with room for escapes.
pub const UNMASKED_CHARS: usize = 30_000;

/// The excerpt of a finding in `item`, with its masks applied if `mask`.
pub fn of(item: &Item, finding: &Finding, mask: bool) -> String {
    let span = finding.excerpt;
    let text = field_text(item, span.field);
    let masks = if mask { covered(&finding.masks, span.field) } else { Vec::new() };
    let focus = (finding.span.field == span.field).then_some(finding.span.start..finding.span.end);
    let mut pieces = Pieces::default();
    let mut at = span.start;
    for (start, end, label) in masks {
        if end <= at || start >= span.end {
            continue;
        }
        pieces.text(text, at, start.max(at), &focus);
        let in_focus = focus.as_ref().is_some_and(|focus| start < focus.end && end > focus.start);
        pieces.push(format!("[{label}]"), in_focus);
        at = end;
    }
    pieces.text(text, at, span.end, &focus);
    pieces.cut(if mask { EXCERPT_CHARS } else { UNMASKED_CHARS })
}

/// The masks of one text in order, those that overlap joined under the first one's label.
fn covered(masks: &[Mask], field: Field) -> Vec<(usize, usize, &'static str)> {
    let mut sorted: Vec<_> = masks.iter().filter(|mask| mask.span.field == field).collect();
    sorted.sort();
    let mut joined: Vec<(usize, usize, &'static str)> = Vec::new();
    for mask in sorted {
        match joined.last_mut() {
            Some((_, end, _)) if mask.span.start < *end => *end = (*end).max(mask.span.end),
            _ => joined.push((mask.span.start, mask.span.end, mask.label)),
        }
    }
    joined
}

/// Characters and labels, which are never cut in two.
#[derive(Default)]
struct Pieces {
    pieces: Vec<(String, bool)>,
}

impl Pieces {
    /// Adds the bytes `from..to` of a text, white space folded. A span that does not fit the text adds nothing.
    fn text(&mut self, text: &str, from: usize, to: usize, focus: &Option<std::ops::Range<usize>>) {
        for (offset, c) in text.get(from..to).unwrap_or_default().char_indices() {
            let in_focus = focus.as_ref().is_some_and(|focus| focus.contains(&(from + offset)));
            if c.is_whitespace() {
                if self.pieces.last().is_some_and(|(piece, _)| piece != " ") {
                    self.push(" ".to_owned(), in_focus);
                }
            } else {
                self.push(printable(c.encode_utf8(&mut [0; 4])), in_focus);
            }
        }
    }

    fn push(&mut self, piece: String, in_focus: bool) {
        self.pieces.push((piece, in_focus));
    }

    /// At most about `limit` characters, with the focus in the middle and `…` where something was left out.
    fn cut(&self, limit: usize) -> String {
        let first = self.pieces.iter().position(|(_, in_focus)| *in_focus).unwrap_or(0);
        let last = self.pieces.iter().rposition(|(_, in_focus)| *in_focus).unwrap_or(first);
        let before = limit.saturating_sub(last - first) / 2;
        let after_start = self.pieces.len().saturating_sub(limit);
        let start = first.saturating_sub(before).min(after_start);
        let shown: Vec<_> =
            self.pieces.iter().skip(start).take(limit).map(|(piece, _)| piece.as_str()).collect();
        let (lead, tail) = (start > 0, start + shown.len() < self.pieces.len());
        let body = shown.concat();
        format!("{}{}{}", if lead { "…" } else { "" }, body.trim(), if tail { "…" } else { "" })
    }
}
