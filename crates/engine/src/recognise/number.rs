//! Numbers that identify somebody, and numbers that measure something.

use super::{Cursor, Found, builtin, class_of};
use crate::lexicon::{ClassId, Lexicon};
use crate::signal::Builtin;
use crate::text::{TokenKind, flag};

pub(crate) const SIGNALS: &[Builtin] = &[
    builtin(
        "record-number",
        "a record, account or case number",
        "identifier",
        Some("number"),
        Some('H'),
        None,
    ),
    builtin(
        "national-id",
        "a national identity or health number",
        "identifier",
        Some("number"),
        Some('G'),
        None,
    ),
    builtin(
        "serial-number",
        "a device, accession or vehicle number",
        "identifier",
        Some("number"),
        Some('M'),
        None,
    ),
    builtin("ip-address", "the address of a computer", "identifier", Some("number"), Some('O'), None),
    builtin("long-number", "a long number of unknown kind", "identifier", Some("number"), Some('R'), None),
    builtin("dose", "an amount of a medicine", "dose", None, None, None),
    builtin("percent", "a percentage", "measure", None, None, None),
    builtin("price", "an amount of money", "measure", None, None, None),
];

/// Platforms number posts with so many digits; people, records and devices have fewer.
const PLATFORM_ID_DIGITS: usize = 17;

#[derive(Debug, Default)]
pub(crate) struct Words {
    record: ClassId,
    national: ClassId,
    serial: ClassId,
    plate: ClassId,
    public_code: ClassId,
    number_word: ClassId,
    unit: ClassId,
}

impl Words {
    pub(crate) fn new(lexicon: &mut Lexicon) -> Self {
        let mut class = |name: &str, words: &str| class_of(lexicon, name, words);
        Self {
            record: class(
                "number.record",
                "mrn urn uhid chi chart record records hospital policy claim member beneficiary account acct encounter csn \
                 visit patient pt pid case file ref reference registration referral booking insurance insurer ins plan subscriber \
                 hosp rx prescription",
            ),
            national: class("number.national", "nhs ssn medicare medicaid ohip phn pps ihi dva passport"),
            serial: class(
                "number.serial",
                "accession acc serial sn s udi lot implant device plate licence license vin reg rego episode specimen",
            ),
            plate: class("number.plate", "plate plates rego registration vin licence license"),
            public_code: class(
                "number.public",
                "npi nct pmid doi isbn isrctn gmc nmc ahpra ein recall lot trial version grant protocol irb rec batch",
            ),
            number_word: class("number.word", "no number num id nr is was n"),
            unit: class(
                "dose.unit",
                "mg mcg g ml units unit iu mgs mls mcgs milligrams micrograms puffs puff tablets tabs tablet tab gtt drops \
                 mmol meq sprays",
            ),
        }
    }
}

/// A number that stands for a person, a device or a case, at `at`; answers where to go on.
pub(crate) fn identifier(
    cursor: &Cursor<'_>,
    words: &Words,
    at: usize,
    out: &mut Vec<Found>,
) -> Option<usize> {
    if let Some(end) = ip_address(cursor, at) {
        out.push(Found { signal: "ip-address", start: at, end });
        return Some(end);
    }
    let (start, end, digits) = extent(cursor, at);
    if is_plate(cursor, words, start, end) {
        out.push(Found { signal: "serial-number", start, end });
        return Some(end);
    }
    if digits.len() < 3 {
        return None;
    }
    // A post's own number on its platform, as in the names of exported pictures.
    if digits.len() >= PLATFORM_ID_DIGITS {
        return Some(end);
    }
    if said_before(cursor, words.public_code, words, start) {
        return Some(end);
    }
    let social = is_social_security(cursor, at);
    // Shorter ones are service lines, such as NHS 111.
    let national = digits.len() >= 6 && said_before(cursor, words.national, words, start);
    let signal = if social || national || is_nhs_number(cursor, at, &digits) {
        "national-id"
    } else if digits.len() >= 4 && said_before(cursor, words.serial, words, start) {
        "serial-number"
    } else if digits.len() >= 4 && said_before(cursor, words.record, words, start) {
        "record-number"
    } else if digits.len() >= 6 && start < at {
        "serial-number"
    } else if digits.len() >= 7 && !thousands(cursor, at) {
        "long-number"
    } else {
        return None;
    };
    out.push(Found { signal, start, end });
    Some(end)
}

/// The whole code around a number: letters and digits joined by hyphens, and its digits.
fn extent(cursor: &Cursor<'_>, at: usize) -> (usize, usize, String) {
    let mut start = at;
    let code_letters = |i: usize| {
        cursor.get(i).is_some_and(|t| {
            t.kind == TokenKind::Word
                && t.end - t.start <= 5
                && (t.has(flag::ALL_CAPS) || t.has(flag::CAPITAL))
        })
    };
    // After `#AB` the hyphen does not count as joined.
    let touches =
        |i: usize| cursor.get(i - 1).is_some_and(|t| cursor.get(i).is_some_and(|u| t.end == u.start));
    while start > 0 && cursor.is_joined(start) {
        let before = start - 1;
        if code_letters(before) {
            start = before;
        } else if cursor.is_sign(before, b'-') && before > 0 && code_letters(before - 1) && touches(before) {
            start = before - 1;
        } else {
            break;
        }
    }
    let mut end = at + 1;
    let mut digits = cursor.text(at).to_owned();
    while cursor.is_joined(end) && digits.len() < 32 {
        let piece = if cursor.is_sign(end, b'-') && cursor.is_joined(end + 1) { end + 1 } else { end };
        let is_number = cursor.digits(piece) > 0;
        if !is_number && !code_letters(piece) {
            break;
        }
        if is_number {
            digits.push_str(cursor.text(piece));
        }
        end = piece + 1;
    }
    // NHS numbers are written 3 3 4 with spaces.
    if digits.len() == 3 && cursor.digits(at + 1) == 3 && cursor.digits(at + 2) == 4 && end == at + 1 {
        digits = [at, at + 1, at + 2].map(|i| cursor.text(i)).concat();
        end = at + 3;
    }
    (start, end, digits)
}

/// `rego 1FK-7QX`: letters and digits mixed, of which a numberplate may have few.
fn is_plate(cursor: &Cursor<'_>, words: &Words, start: usize, end: usize) -> bool {
    const SHORTEST: u32 = 5;
    let (Some(first), Some(last)) = (cursor.get(start), cursor.get(end.saturating_sub(1))) else {
        return false;
    };
    end > start + 1 && last.end - first.start >= SHORTEST && said_before(cursor, words.plate, words, start)
}

/// `192.168.1.1`: four numbers up to 255.
fn ip_address(cursor: &Cursor<'_>, at: usize) -> Option<usize> {
    let part = |i: usize| cursor.value(i).is_some_and(|value| value <= 255) && cursor.digits(i) <= 3;
    let dotted = |i: usize| cursor.is_sign(i, b'.') && cursor.is_joined(i) && cursor.is_joined(i + 1);
    let address = (0..4).all(|n| part(at + 2 * n)) && (0..3).all(|n| dotted(at + 2 * n + 1));
    (address && !cursor.is_joined(at)).then_some(at + 7)
}

/// Whether a word of `class` stands up to three tokens before `start`, with nothing but "number", "no." or signs between.
fn said_before(cursor: &Cursor<'_>, class: ClassId, words: &Words, start: usize) -> bool {
    if cursor.in_class(start, class) {
        return true;
    }
    let mut at = start;
    for _ in 0..4 {
        let Some(before) = at.checked_sub(1).filter(|i| cursor.beside(start, *i).is_some()) else {
            return false;
        };
        if cursor.in_class(before, class) {
            return true;
        }
        let between = cursor.in_class(before, words.number_word)
            || cursor
                .get(before)
                .is_some_and(|t| matches!(t.sign, b':' | b'#' | b'.' | b'-' | b'(' | b'=' | b'/'))
            || cursor.text(before).eq_ignore_ascii_case("id");
        if !between {
            return false;
        }
        at = before;
    }
    false
}

/// `123-45-6789` within the ranges that were ever issued (Social Security Administration).
fn is_social_security(cursor: &Cursor<'_>, at: usize) -> bool {
    let shape = cursor.digits(at) == 3
        && cursor.is_sign(at + 1, b'-')
        && cursor.digits(at + 2) == 2
        && cursor.is_sign(at + 3, b'-')
        && cursor.digits(at + 4) == 4;
    shape && cursor.value(at).is_some_and(|area| area != 0 && area != 666 && area < 900)
}

/// Ten digits in groups of 3, 3 and 4 whose last is the modulus-11 check digit (NHS Data Dictionary).
fn is_nhs_number(cursor: &Cursor<'_>, at: usize, digits: &str) -> bool {
    if digits.len() != 10 || !(cursor.digits(at) == 3 || cursor.digits(at) == 10) {
        return false;
    }
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some((check, rest)) = values.split_last() else { return false };
    let sum: u32 = rest.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let expected = (11 - sum % 11) % 11;
    expected != 10 && expected == *check && rest.iter().any(|d| d != check)
}

/// `2,000,000`: a count, not an identifier.
fn thousands(cursor: &Cursor<'_>, at: usize) -> bool {
    cursor.is_sign(at + 1, b',')
        || (at > 0 && matches!(cursor.get(at - 1).map(|t| t.sign), Some(b'$' | b',')))
}

/// A dose, percentage or price at `at`; answers where to go on.
pub(crate) fn quantity(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) -> Option<usize> {
    let mut end = at + 1;
    if (cursor.is_sign(end, b'.') || cursor.is_sign(end, b','))
        && cursor.is_joined(end + 1)
        && cursor.digits(end + 1) > 0
    {
        end += 2;
    }
    if cursor.is_sign(end, b'%') {
        out.push(Found { signal: "percent", start: at, end: end + 1 });
        return Some(end + 1);
    }
    if cursor.in_class(end, words.unit) && cursor.beside(at, end).is_some() {
        out.push(Found { signal: "dose", start: at, end: end + 1 });
        return Some(end + 1);
    }
    let before = at.checked_sub(1)?;
    let money = cursor.is_sign(before, b'$') || matches!(cursor.text(before), "£" | "€");
    money.then(|| {
        out.push(Found { signal: "price", start: before, end });
        end
    })
}
