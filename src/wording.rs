//! Small things that every output words the same way.

use std::fmt::Write;

use serde::Serialize;
use whitecoat_engine::{Moment, Precision};

/// The word that an items file uses for a value, such as `review-reply`.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Text that is safe to show: what could move the cursor, ring, colour or reorder is written out as an escape.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let reorders = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || reorders {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A number with a comma between thousands.
pub fn thousands(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

/// `1 item`, `2 items`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A time as exactly as it is known, in ISO 8601: `2024-05-01T18:30:00Z`, `2024-05-01` or `2024-05`.
pub fn time(moment: Moment, precision: Precision) -> String {
    match precision {
        Precision::Day => moment.date().to_string(),
        Precision::Month => moment.date().strftime("%Y-%m").to_string(),
        _ => moment.to_string(),
    }
}

/// Which of `candidates` somebody who typed `typed` may have meant.
pub fn nearest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    /// How alike, from 0 to 1.
    const ALIKE: f64 = 0.7;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(typed, candidate), candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}c\rd\u{202e}e"), "a\\u{1b}[2Jb\\u{9b}c\\u{d}d\\u{202e}e");
        assert_eq!(printable("👩‍⚕️ ok\nnext"), "👩‍⚕️ ok\nnext");
    }

    #[test]
    fn shows_no_more_of_a_time_than_is_known() {
        let moment: Moment = "2024-05-01T18:30:00Z".parse().unwrap_or_else(|_| unreachable!());
        assert_eq!(time(moment, Precision::Second), "2024-05-01T18:30:00Z");
        assert_eq!(time(moment, Precision::Day), "2024-05-01");
        assert_eq!(time(moment, Precision::Month), "2024-05");
    }
}
