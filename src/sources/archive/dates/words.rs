//! The words of dates: English, Spanish, French, German, Portuguese, Italian, Dutch, Polish, Russian, Czech.

use jiff::tz::Offset;

/// Names of months, in full (also as they follow a day) and short, without points. No word means two months.
const MONTHS: [&[&str]; 12] = [
    &[
        "january",
        "jan",
        "enero",
        "ene",
        "janvier",
        "janv",
        "januar",
        "jänner",
        "jän",
        "janeiro",
        "gennaio",
        "gen",
        "januari",
        "styczeń",
        "stycznia",
        "sty",
        "январь",
        "января",
        "янв",
        "leden",
        "ledna",
        "led",
    ],
    &[
        "february",
        "feb",
        "febrero",
        "février",
        "févr",
        "fév",
        "februar",
        "fevereiro",
        "fev",
        "febbraio",
        "februari",
        "luty",
        "lutego",
        "lut",
        "февраль",
        "февраля",
        "февр",
        "фев",
        "únor",
        "února",
        "úno",
    ],
    &[
        "march",
        "mar",
        "marzo",
        "mars",
        "märz",
        "mär",
        "março",
        "maart",
        "mrt",
        "marzec",
        "marca",
        "март",
        "марта",
        "мар",
        "březen",
        "března",
        "bře",
    ],
    &[
        "april",
        "apr",
        "abril",
        "abr",
        "avril",
        "avr",
        "aprile",
        "kwiecień",
        "kwietnia",
        "kwi",
        "апрель",
        "апреля",
        "апр",
        "duben",
        "dubna",
        "dub",
    ],
    &[
        "may", "mayo", "mai", "maio", "maggio", "mag", "mei", "maj", "maja", "май", "мая", "květen",
        "května", "kvě",
    ],
    &[
        "june", "jun", "junio", "juin", "juni", "junho", "giugno", "giu", "czerwiec", "czerwca", "cze",
        "июнь", "июня", "июн", "červen", "června", "čvn",
    ],
    &[
        "july",
        "jul",
        "julio",
        "juillet",
        "juil",
        "juli",
        "julho",
        "luglio",
        "lug",
        "lipiec",
        "lipca",
        "lip",
        "июль",
        "июля",
        "июл",
        "červenec",
        "července",
        "čvc",
    ],
    &[
        "august",
        "aug",
        "agosto",
        "ago",
        "août",
        "augustus",
        "sierpień",
        "sierpnia",
        "sie",
        "август",
        "августа",
        "авг",
        "srpen",
        "srpna",
        "srp",
    ],
    &[
        "september",
        "sep",
        "sept",
        "septiembre",
        "setiembre",
        "septembre",
        "setembro",
        "set",
        "settembre",
        "sett",
        "wrzesień",
        "września",
        "wrz",
        "сентябрь",
        "сентября",
        "сент",
        "сен",
        "září",
        "zář",
    ],
    &[
        "october",
        "oct",
        "octubre",
        "octobre",
        "oktober",
        "okt",
        "outubro",
        "out",
        "ottobre",
        "ott",
        "październik",
        "października",
        "paź",
        "октябрь",
        "октября",
        "окт",
        "říjen",
        "října",
        "říj",
    ],
    &[
        "november",
        "nov",
        "noviembre",
        "novembre",
        "novembro",
        "listopad",
        "listopada",
        "listopadu",
        "lis",
        "ноябрь",
        "ноября",
        "нояб",
        "ноя",
    ],
    &[
        "december",
        "dec",
        "diciembre",
        "dic",
        "décembre",
        "déc",
        "dezember",
        "dez",
        "dezembro",
        "dicembre",
        "grudzień",
        "grudnia",
        "gru",
        "декабрь",
        "декабря",
        "дек",
        "prosinec",
        "prosince",
        "pro",
    ],
];

/// Words that stand in dates and say nothing.
pub(super) const FILLERS: &[&str] = &[
    "a", "alle", "at", "de", "del", "den", "do", "em", "g", "kl", "la", "las", "le", "o", "om", "on", "ore",
    "roku", "t", "uhr", "um", "v", "ve", "w", "à", "às", "в", "г", "года",
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

/// The month that a word in lower case means.
pub(super) fn month(word: &str) -> Option<i8> {
    (1..).zip(MONTHS).find(|(_, names)| names.contains(&word)).map(|(number, _)| number)
}

/// The half of the day that a word in lower case means.
pub(super) fn half(word: &str) -> Option<Half> {
    match word {
        "am" | "dopol" | "vorm" | "утра" | "дп" => Some(Half::Morning),
        "pm" | "odpol" | "nachm" | "дня" | "вечера" | "пп" => Some(Half::Afternoon),
        _ => None,
    }
}

/// The offset that the name of a zone means.
pub(super) fn zone(name: &str) -> Option<Offset> {
    ZONES.iter().find(|(zone, _)| *zone == name).map(|(_, hours)| Offset::constant(*hours))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::MONTHS;

    #[test]
    fn no_word_means_two_months() {
        let all: Vec<&str> = MONTHS.concat();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}
