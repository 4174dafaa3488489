//! Ways to reach somebody: telephone numbers, mail addresses, handles, links.

use super::{Cursor, Found, builtin};
use crate::signal::Builtin;

pub(crate) const SIGNALS: &[Builtin] = &[
    builtin("phone", "a telephone number", "contact", Some("contact"), Some('D'), None),
    builtin("email", "a mail address", "contact", Some("contact"), Some('F'), None),
    builtin("handle", "an account's handle", "contact", Some("handle"), None, None),
    builtin(
        "leading-handle",
        "the handle of the account that a reply answers",
        "contact",
        Some("handle"),
        None,
        None,
    ),
    builtin("link", "a web address", "contact", Some("link"), None, None),
];

/// Most groups of digits in a telephone number.
const MOST_GROUPS: usize = 6;

/// A telephone number at `at`: groups of digits joined by one space, hyphen, stop, or in brackets.
///
/// Length by the numbering plans: 7 or 10 digits (North America), 10 or 11 with a leading 0 (UK, AU), up to 15 after `+`
/// (ITU-T E.164).
pub(crate) fn phone(cursor: &Cursor<'_>, at: usize, out: &mut Vec<Found>) -> Option<usize> {
    let international = at > 0 && cursor.is_sign(at - 1, b'+') && cursor.is_joined(at);
    let bracketed = at > 0 && cursor.is_sign(at - 1, b'(') && cursor.is_joined(at);
    if cursor.is_joined(at) && !international && !bracketed {
        return None;
    }
    let mut groups: Vec<usize> = Vec::with_capacity(MOST_GROUPS);
    let mut hyphens = 0;
    let mut end = at;
    let mut next = at;
    while groups.len() < MOST_GROUPS && cursor.digits(next) > 0 && cursor.beside(at, next).is_some() {
        groups.push(cursor.digits(next));
        end = next + 1;
        next = end;
        if cursor.is_sign(next, b')') {
            next += 1;
        }
        if (cursor.is_sign(next, b'-') || cursor.is_sign(next, b'.')) && cursor.is_joined(next + 1) {
            hyphens += 1;
            next += 1;
        } else if cursor.is_sign(next, b'(') && cursor.is_joined(next + 1) {
            next += 1;
        }
    }
    let start_digit = cursor.text(at).as_bytes().first().copied();
    let plausible = plausible(&groups, start_digit, international, bracketed, hyphens);
    let unit_follows =
        cursor.is_joined(end) && cursor.get(end).is_some_and(|t| t.sign == 0 || t.sign == b'%');
    if !plausible || unit_follows {
        return None;
    }
    let start = at - usize::from(international || bracketed);
    out.push(Found { signal: "phone", start, end });
    Some(end)
}

fn plausible(
    groups: &[usize],
    first: Option<u8>,
    international: bool,
    bracketed: bool,
    hyphens: usize,
) -> bool {
    let total: usize = groups.iter().sum();
    if international {
        return (8..=15).contains(&total);
    }
    match groups {
        [3, 3, 4] => (hyphens > 0 || bracketed) && first != Some(b'0') || (first == Some(b'0')),
        [1, 3, 3, 4] => first == Some(b'1'),
        [3, 4] => hyphens == 1,
        [10] => matches!(first, Some(b'2'..=b'9')) && bracketed,
        // UK and AU: 0 first, then two or more groups.
        [a, rest @ ..] if first == Some(b'0') && (2..=5).contains(a) && !rest.is_empty() => {
            (10..=11).contains(&total) && rest.iter().all(|g| (2..=8).contains(g))
        }
        [11] => first == Some(b'0'),
        _ => false,
    }
}
