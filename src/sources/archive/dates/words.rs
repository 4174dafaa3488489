//! The words of dates: English, Spanish, French, German, Portuguese, Italian, Dutch, Polish, Russian, Czech, Danish, Norwegian,
//! Swedish, Turkish, Finnish, Ukrainian, Romanian, Indonesian; and the marks of Japanese, Chinese and Korean.

use jiff::tz::Offset;

pub(super) use super::months::month;

/// Words that stand in dates and say nothing.
pub(super) const FILLERS: &[&str] = &[
    "a", "alle", "at", "de", "del", "den", "do", "em", "g", "kl", "klo", "la", "las", "le", "o", "om", "on",
    "ore", "roku", "t", "uhr", "um", "v", "ve", "w", "à", "às", "в", "г", "года", "о", "р", "року", "年",
    "月", "日", "년", "월", "일",
];

/// Halves of a day of more than one word, with spaces or points in them, or that are other words elsewhere.
pub(super) const HALVES: &[(&str, &str)] = &[
    ("a. m.", "am"),
    ("p. m.", "pm"),
    ("a.m.", "am"),
    ("p.m.", "pm"),
    ("przed południem", "am"),
    ("po południu", "pm"),
    ("de la mañana", "am"),
    ("de la tarde", "pm"),
    ("de la noche", "pm"),
    ("da manhã", "am"),
    ("da tarde", "pm"),
    ("da noite", "pm"),
    ("午前", "am"),
    ("午後", "pm"),
    ("上午", "am"),
    ("下午", "pm"),
    ("오전", "am"),
    ("오후", "pm"),
    ("di mattina", "am"),
    ("di sera", "pm"),
];

/// Zones whose names have one meaning in these languages, with their hours.
const ZONES: &[(&str, i8)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("wet", 0),
    ("west", 1),
    ("bst", 1),
    ("cet", 1),
    ("mez", 1),
    ("cest", 2),
    ("mesz", 2),
    ("eet", 2),
    ("eest", 3),
    ("msk", 3),
    ("ast", -4),
    ("adt", -3),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("akst", -9),
    ("akdt", -8),
    ("hst", -10),
    ("awst", 8),
    ("aest", 10),
    ("aedt", 11),
    ("nzst", 12),
    ("nzdt", 13),
];

/// The halves of a day on a clock of twelve hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// The half of the day that a word in lower case means.
pub(super) fn half(word: &str) -> Option<Half> {
    match word {
        "am" | "dopol" | "vorm" | "утра" | "дп" | "fm" | "ap" | "öö" | "dop" => Some(Half::Morning),
        "pm" | "odpol" | "nachm" | "дня" | "вечера" | "пп" | "ip" | "ös" | "pop" => {
            Some(Half::Afternoon)
        }
        _ => None,
    }
}

/// The offset that the name of a zone means.
pub(super) fn zone(name: &str) -> Option<Offset> {
    ZONES.iter().find(|(zone, _)| *zone == name).map(|(_, hours)| Offset::constant(*hours))
}
