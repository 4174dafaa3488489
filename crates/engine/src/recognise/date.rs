//! Dates and times that name a day: `12 May`, `04/07/88`, `2021-03-04`, `03:12`, `3am`.

use super::{Cursor, Found, builtin, class_of};
use crate::lexicon::{ClassId, Lexicon};
use crate::signal::Builtin;
use crate::text::TokenKind;

pub(crate) const SIGNALS: &[Builtin] = &[
    builtin("date-day", "a calendar day", "date", Some("date"), Some('C'), Some("date")),
    builtin("date-month", "a month of a year", "date", Some("date"), Some('C'), Some("date")),
    builtin("time-of-day", "a clock time", "date", Some("date"), None, None),
];

#[derive(Debug, Default)]
pub(crate) struct Words {
    month: ClassId,
    ordinal: ClassId,
    half: ClassId,
}

impl Words {
    pub(crate) fn new(lexicon: &mut Lexicon) -> Self {
        let mut class = |name: &str, words: &str| class_of(lexicon, name, words);
        Self {
            month: class(
                "date.month",
                "january february march april may june july august september october november december jan feb mar apr \
                 jun jul aug sep sept oct nov dec",
            ),
            ordinal: class("date.ordinal", "st nd rd th"),
            half: class("date.half", "am pm"),
        }
    }
}

/// A date or clock time that begins with the number at `at`; answers where to go on.
pub(crate) fn numeric(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) -> Option<usize> {
    let found = all_digits(cursor, at).map(|end| ("date-day", at, end));
    let found = found.or_else(|| with_month(cursor, words, at));
    let found = found.or_else(|| clock(cursor, words, at).map(|end| ("time-of-day", at, end)));
    let (signal, start, end) = found?;
    out.push(Found { signal, start, end });
    Some(end)
}

/// `04/07/88`, `4.7.1988`, `1988-07-04`.
fn all_digits(cursor: &Cursor<'_>, at: usize) -> Option<usize> {
    let separator = cursor.get(at + 1)?.sign;
    if !matches!(separator, b'/' | b'-' | b'.') || !cursor.is_sign(at + 3, separator) {
        return None;
    }
    if !(at + 1..=at + 4).all(|i| cursor.is_joined(i)) || cursor.is_joined(at) {
        return None;
    }
    let (a, b, c) = (cursor.value(at)?, cursor.value(at + 2)?, cursor.value(at + 4)?);
    let year = |digits: usize, value: u32| digits == 2 || (digits == 4 && (1880..=2100).contains(&value));
    let day_month = |a: u32, b: u32| (1..=31).contains(&a) && (1..=12).contains(&b);
    let little = (day_month(a, b) || day_month(b, a)) && year(cursor.digits(at + 4), c);
    let big = cursor.digits(at) == 4 && year(4, a) && day_month(c, b);
    (little || big).then_some(at + 5)
}

/// `20250801`, as cameras and recorders name their files.
pub(crate) fn eight_digits(cursor: &Cursor<'_>, at: usize, out: &mut Vec<Found>) -> Option<usize> {
    let value = cursor.value(at).filter(|_| cursor.digits(at) == 8)?;
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    let sound = (1990..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    sound.then(|| {
        out.push(Found { signal: "date-day", start: at, end: at + 1 });
        at + 1
    })
}

/// `12 May`, `3rd of May 2020`, `May 12th`, `May 2020`.
fn with_month(cursor: &Cursor<'_>, words: &Words, at: usize) -> Option<(&'static str, usize, usize)> {
    let value = cursor.value(at)?;
    let is_month = |i: usize| {
        // "may" and "march" are months only with a capital.
        cursor.beside(at, i).is_some_and(|t| t.kind == TokenKind::Word)
            && cursor.in_class(i, words.month)
            && (cursor.get(i).is_some_and(|t| t.is_capitalised_word())
                || !matches!(cursor.text(i), "may" | "march" | "mar" | "dec" | "sep" | "jan"))
    };
    let day = (1..=31).contains(&value);
    let year = cursor.digits(at) == 4 && (1880..=2100).contains(&value);
    let mut after = at + 1;
    if cursor.in_class(after, words.ordinal) && cursor.is_joined(after) {
        after += 1;
    }
    let mut month = after;
    if cursor.text(month).eq_ignore_ascii_case("of") {
        month += 1;
    }
    if day && is_month(month) {
        let with_year = cursor.past_hyphen(month + 1);
        let end = if cursor.digits(with_year) == 4 { with_year + 1 } else { month + 1 };
        return Some(("date-day", at, end));
    }
    let before = at.checked_sub(1)?;
    let before = if cursor.is_sign(before, b',') || cursor.is_sign(before, b'.') {
        before.checked_sub(1)?
    } else {
        before
    };
    if is_month(before) {
        if day && !year {
            return Some(("date-day", before, after));
        }
        if year {
            return Some(("date-month", before, at + 1));
        }
    }
    None
}

/// `03:12`, `3am`, `14:30`.
fn clock(cursor: &Cursor<'_>, words: &Words, at: usize) -> Option<usize> {
    let military = cursor.digits(at) == 4
        && cursor.text(at).starts_with('0')
        && at.checked_sub(1).is_some_and(|i| cursor.text(i).eq_ignore_ascii_case("at"));
    if military {
        return Some(at + 1);
    }
    let hour = cursor.value(at).filter(|hour| *hour <= 24)?;
    if cursor.is_sign(at + 1, b':') && cursor.is_joined(at + 2) && cursor.digits(at + 2) == 2 {
        let minute = cursor.value(at + 2)?;
        // A ratio such as 1:30 has no leading zero and no half of the day; accept 3:05pm and 03:05.
        let half = cursor.in_class(at + 3, words.half);
        let sound = minute < 60 && (half || cursor.digits(at) == 2);
        return sound.then_some(at + 3 + usize::from(half));
    }
    (hour <= 12 && cursor.in_class(at + 1, words.half)).then_some(at + 2)
}
