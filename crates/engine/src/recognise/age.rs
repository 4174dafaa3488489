//! Ages: `32-year-old`, `67M`, `aged 9`, `ninety-six`, `6 weeks old`.

use super::{Cursor, Found, builtin, class_of};
use crate::lexicon::{ClassId, Lexicon};
use crate::signal::Builtin;
use crate::text::{TokenKind, flag};

pub(crate) const SIGNALS: &[Builtin] = &[
    builtin("age", "a person's age", "age", Some("age"), None, Some("age")),
    builtin(
        "age-over-89",
        "an age over 89, an identifier of its own",
        "age",
        Some("age"),
        Some('C'),
        Some("age"),
    ),
    builtin("age-minor", "an age under 18", "age", Some("age"), None, Some("age")),
    builtin(
        "age-and-sex",
        "age and sex in clinical shorthand, such as 67M",
        "age",
        Some("age"),
        None,
        Some("sex"),
    ),
];

/// Nobody is older; a larger number is something else.
const OLDEST: u32 = 122;

#[derive(Debug, Default)]
pub(crate) struct Words {
    year: ClassId,
    short_year: ClassId,
    month: ClassId,
    sex: ClassId,
    sex_letter: ClassId,
    before: ClassId,
    is: ClassId,
    tens: ClassId,
    teens: ClassId,
    ones: ClassId,
    old: ClassId,
    plain: ClassId,
}

impl Words {
    pub(crate) fn new(lexicon: &mut Lexicon) -> Self {
        let mut class = |name: &str, words: &str| class_of(lexicon, name, words);
        Self {
            year: class("age.year", "year years yr yrs yo yos y"),
            short_year: class("age.short-year", "yo yos"),
            month: class("age.month", "month months mo mos week weeks wk wks day days"),
            sex: class(
                "age.sex",
                "m f male female man woman boy girl lady gentleman gent guy lad lass kid child baby patient pt mum mom \
                 dad mother father nana grandad",
            ),
            sex_letter: class("age.sex-letter", "m f male female"),
            before: class("age.before", "aged age turned turning turns"),
            is: class("age.is", "'s is was she's he's"),
            tens: class("age.tens", "twenty thirty forty fifty sixty seventy eighty ninety hundred"),
            teens: class(
                "age.teens",
                "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
            ),
            ones: class("age.ones", "one two three four five six seven eight nine"),
            old: class("age.old", "old o of"),
            plain: class("age.plain", "she he they her him who and"),
        }
    }
}

impl Words {
    /// Classes of the words that an age in words begins with.
    pub(super) fn starts(&self) -> [ClassId; 2] {
        [self.teens, self.tens]
    }
}

/// An age in digits at `at`; answers where to go on.
pub(crate) fn in_digits(
    cursor: &Cursor<'_>,
    words: &Words,
    at: usize,
    out: &mut Vec<Found>,
) -> Option<usize> {
    let value = cursor.value(at).filter(|value| *value <= OLDEST)?;
    let next = cursor.past_hyphen(at + 1);
    let word = cursor.beside(at, next)?;
    if word.kind != TokenKind::Word {
        return plain(cursor, words, at, value, out);
    }
    if cursor.in_class(next, words.year) {
        // "3 years ago", "10 years of training" and "5 years old" share their first words.
        let mut end = next + 1;
        if cursor.is_sign(end, b'/') && cursor.is_joined(end) {
            end += 1;
        }
        let old = cursor.past_hyphen(end);
        let is_old = cursor.in_class(old, words.old) && !cursor.text(old).eq_ignore_ascii_case("of");
        let person = cursor.in_class(cursor.past_hyphen(end), words.sex);
        if is_old || person || cursor.in_class(next, words.short_year) {
            let end = if is_old { old + 1 } else { end };
            report(value, at, end, out);
            return Some(end);
        }
        return None;
    }
    if cursor.in_class(next, words.month) {
        let old = cursor.past_hyphen(next + 1);
        if cursor.text(old).eq_ignore_ascii_case("old") {
            report(0, at, old + 1, out);
            return Some(old + 1);
        }
        return None;
    }
    let letter = word.end - word.start == 1 && cursor.in_class(next, words.sex_letter);
    let capital = word.has(flag::CAPITAL) || cursor.is_joined(next);
    let spelled = word.end - word.start > 1 && cursor.in_class(next, words.sex_letter);
    if value > 0 && ((letter && capital && next == at + 1) || spelled) {
        report(value, at, next + 1, out);
        out.push(Found { signal: "age-and-sex", start: at, end: next + 1 });
        return Some(next + 1);
    }
    plain(cursor, words, at, value, out)
}

/// `aged 9`, `she's 96`, `the patient is 45`.
fn plain(cursor: &Cursor<'_>, words: &Words, at: usize, value: u32, out: &mut Vec<Found>) -> Option<usize> {
    let before = at.checked_sub(1)?;
    cursor.beside(at, before)?;
    let unit_follows = cursor.is_sign(at + 1, b'%')
        || cursor.is_sign(at + 1, b'/')
        || cursor.is_sign(at + 1, b':')
        || (cursor.is_joined(at + 1) && cursor.get(at + 1).is_some_and(|t| t.kind != TokenKind::Sign));
    if unit_follows || cursor.is_joined(at) {
        return None;
    }
    let aged = cursor.in_class(before, words.before);
    let is = cursor.in_class(before, words.is)
        && at
            .checked_sub(2)
            .is_some_and(|i| cursor.in_class(i, words.plain) || cursor.in_class(i, words.sex))
        && cursor
            .get(at + 1)
            .is_none_or(|t| t.kind == TokenKind::Sign || cursor.in_class(at + 1, words.plain));
    (aged || (is && value >= 2)).then(|| {
        report(value, at, at + 1, out);
        at + 1
    })
}

/// An age in words: `ninety-six`, when something says that it is an age.
pub(crate) fn in_words(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) {
    if cursor.in_class(at, words.teens) {
        return teen(cursor, words, at, out);
    }
    if !cursor.in_class(at, words.tens) {
        return;
    }
    let text = cursor.text(at).to_ascii_lowercase();
    let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"];
    let Some(index) = tens.iter().position(|ten| *ten == text) else { return };
    let mut value = (index as u32 + 2) * 10;
    let mut end = at + 1;
    if text == "hundred"
        && cursor.text(end).eq_ignore_ascii_case("and")
        && cursor.in_class(end + 1, words.ones)
    {
        end += 1;
    }
    let one = cursor.past_hyphen(end);
    if cursor.in_class(one, words.ones) {
        let ones = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let word = cursor.text(one).to_ascii_lowercase();
        value += ones.iter().position(|o| *o == word).map_or(0, |i| i as u32 + 1);
        end = one + 1;
    }
    let year = cursor.past_hyphen(end);
    let old = cursor.past_hyphen(year + 1);
    let is_old = cursor.in_class(year, words.year)
        && matches!(cursor.text(old).to_ascii_lowercase().as_str(), "old" | "young");
    let mut before = at.checked_sub(1).filter(|before| cursor.beside(at, *before).is_some());
    let article = |i: &usize| matches!(cursor.text(*i).to_ascii_lowercase().as_str(), "a" | "one");
    if text == "hundred" && before.as_ref().is_some_and(article) {
        before = before.and_then(|i| i.checked_sub(1));
    }
    let said = before.is_some_and(|before| {
        cursor.in_class(before, words.before)
            || (cursor.in_class(before, words.is)
                && cursor
                    .get(end)
                    .is_none_or(|t| t.kind == TokenKind::Sign || cursor.in_class(end, words.plain))
                && before.checked_sub(1).is_some_and(|i| cursor.in_class(i, words.plain)))
    });
    if is_old || said {
        report(value, at, if is_old { old + 1 } else { end }, out);
    }
}

/// `she is nineteen`, `aged twelve`, `fifteen years old`.
fn teen(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) {
    let year = cursor.past_hyphen(at + 1);
    let old = cursor.past_hyphen(year + 1);
    let is_old = cursor.in_class(year, words.year) && cursor.text(old).eq_ignore_ascii_case("old");
    let before = at.checked_sub(1).filter(|before| cursor.beside(at, *before).is_some());
    let stops =
        cursor.get(at + 1).is_none_or(|t| t.kind == TokenKind::Sign) || cursor.beside(at, at + 1).is_none();
    let said = before.is_some_and(|before| {
        let is = cursor.in_class(before, words.is)
            && before
                .checked_sub(1)
                .is_some_and(|i| cursor.in_class(i, words.plain) || cursor.in_class(i, words.sex));
        cursor.in_class(before, words.before) || (is && stops)
    });
    if is_old || said {
        let minor = !matches!(cursor.text(at).to_ascii_lowercase().as_str(), "eighteen" | "nineteen");
        report(if minor { 12 } else { 18 }, at, if is_old { old + 1 } else { at + 1 }, out);
    }
}

fn report(value: u32, start: usize, end: usize, out: &mut Vec<Found>) {
    let signal = match value {
        0..=17 => "age-minor",
        18..=89 => "age",
        _ => "age-over-89",
    };
    out.push(Found { signal, start, end });
}
