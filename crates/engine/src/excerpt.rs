//! The part of an item that a finding quotes, and what of it must be covered when it is shown.

use crate::finding::{Mask, Span};
use crate::reading::Hit;
use crate::signal::Signals;
use crate::text::{Document, Token, TokenKind, flag};

/// An excerpt is widened by whole sentences until it has this many bytes.
const EXCERPT_BYTES: usize = 90;

/// A number with this many digits is covered in a masked report whatever it is.
const MASKED_DIGITS: usize = 2;

/// The sentence of the focus, widened by its neighbours while it is short.
pub(crate) fn excerpt(document: &Document<'_>, focus: Hit, span: Span) -> Span {
    let (mut from, mut to) = (focus.sentence, focus.sentence);
    let cut = |from: u32, to: u32| {
        let (start, end) = (document.sentence(from).0, document.sentence(to).1);
        let (first, last) = (document.tokens().get(start)?, document.tokens().get(end.checked_sub(1)?)?);
        let span = document.span(start, end)?;
        (first.segment == last.segment).then_some(span)
    };
    let mut best = cut(from, to).unwrap_or(span);
    while best.end - best.start < EXCERPT_BYTES {
        let forward = ((to as usize + 1) < document.sentence_count()).then(|| cut(from, to + 1)).flatten();
        let backward = from.checked_sub(1).and_then(|before| cut(before, to));
        match (backward, forward) {
            (Some(wider), _) => {
                best = wider;
                from -= 1;
            }
            (None, Some(wider)) => {
                best = wider;
                to += 1;
            }
            (None, None) => break,
        }
    }
    best
}

/// Whether a number in a text must not be repeated: more than one digit, or part of a clock time or a date.
fn is_telling_number(document: &Document<'_>, token: &Token) -> bool {
    let digits = document.word(token).bytes().filter(u8::is_ascii_digit).count();
    match token.kind {
        TokenKind::Number => digits >= MASKED_DIGITS || token.has(flag::JOINED),
        TokenKind::Mention | TokenKind::Url => digits >= MASKED_DIGITS,
        _ => false,
    }
}

/// What must be covered when the excerpt is shown: overlapping stretches merged, in order.
pub(crate) fn masks(document: &Document<'_>, own: &[Hit], signals: &Signals, excerpt: Span) -> Vec<Mask> {
    let mut masks: Vec<Mask> = Vec::new();
    let inside =
        |span: &Span| span.field == excerpt.field && span.start < excerpt.end && excerpt.start < span.end;
    for hit in own {
        let Some(label) = signals.info(hit.signal).mask else { continue };
        let span = document.span(hit.start as usize, hit.end as usize);
        masks.extend(span.filter(inside).map(|span| Mask { span, label }));
    }
    for (at, token) in document.tokens().iter().enumerate() {
        let clock =
            document.tokens().get(at + 1).is_some_and(|next| next.sign == b':' && next.has(flag::JOINED));
        if is_telling_number(document, token) || (token.kind == TokenKind::Number && clock) {
            let span = document.span(at, at + 1);
            masks.extend(span.filter(inside).map(|span| Mask { span, label: "number" }));
        }
    }
    masks.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut merged: Vec<Mask> = Vec::with_capacity(masks.len());
    for mask in masks {
        match merged.last_mut() {
            Some(last) if mask.span.start < last.span.end => last.span.end = last.span.end.max(mask.span.end),
            _ => merged.push(mask),
        }
    }
    merged
}
