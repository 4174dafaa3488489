//! Lines of an exported chat: `[20/12/2021, 12:10:11] Name: text` on iPhones, `20/12/21, 12:10 - Name: text` on Android.

use jiff::civil::{Date, DateTime, Time};
use whitecoat_engine::{Moment, Precision};

use jiff::tz::Offset;

/// The longest stamp, in bytes.
const MAX_STAMP_BYTES: usize = 60;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 100;

/// The mark in front of what WhatsApp has written itself.
pub(super) const SYSTEM_MARK: char = '\u{200e}';

/// A line that begins a message or tells of an event.
#[derive(Debug, PartialEq)]
pub(super) struct Line<'l> {
    pub(super) stamp: Stamp,
    /// The stamp as it is written.
    pub(super) written: &'l str,
    /// Who wrote it; none for an event.
    pub(super) name: Option<&'l str>,
    pub(super) text: &'l str,
}

/// A time, the order of whose numbers depends on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    numbers: [i16; 3],
    year_first: bool,
    dotted: bool,
    time: Time,
    precision: Precision,
}

/// In what order the numbers of a date stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

impl<'l> Line<'l> {
    /// Reads a line; `None` where it goes on with the message before it.
    pub(super) fn of(line: &'l str) -> Option<Self> {
        let line = line.trim_start_matches([SYSTEM_MARK, '\u{200f}', '\u{feff}', '\u{202a}']);
        let (written, rest) = match line.strip_prefix('[') {
            Some(inner) => inner.split_once("] ")?,
            None => line.split_once(" - ")?,
        };
        let stamp = Stamp::of(written)?;
        let by_name = rest.split_once(": ").or_else(|| Some((rest.strip_suffix(':')?, "")));
        let by_name = by_name.filter(|(name, _)| !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS);
        Some(match by_name {
            Some((name, text)) => Self { stamp, written, name: Some(bare(name)), text },
            None => Self { stamp, written, name: None, text: rest },
        })
    }
}

/// A name without the marks that set its direction.
fn bare(name: &str) -> &str {
    name.trim_matches(|c: char| {
        c.is_whitespace() || ('\u{200e}'..='\u{200f}').contains(&c) || ('\u{202a}'..='\u{202e}').contains(&c)
    })
}

impl Stamp {
    fn of(text: &str) -> Option<Self> {
        if text.len() > MAX_STAMP_BYTES {
            return None;
        }
        let text = plain(text);
        let (first, rest) = number(&text)?;
        let separator = rest.chars().next().filter(|c| "./-".contains(*c))?;
        // `2023. 12. 31.` in some languages.
        let next = |rest: &'_ str| Some(rest.strip_prefix(separator)?.trim_start().to_owned());
        let rest = next(rest)?;
        let (second, rest) = number(&rest)?;
        let rest = next(rest)?;
        let (third, rest) = number(&rest)?;
        let clock = rest.strip_prefix('.').unwrap_or(rest).strip_prefix([',', ' '])?;
        let numbers = [first.parse().ok()?, second.parse().ok()?, third.parse().ok()?];
        let (time, precision) = clock_of(clock)?;
        Some(Self { numbers, year_first: first.len() == 4, dotted: separator == '.', time, precision })
    }

    /// The moment, by the clock of the phone as if it were in UTC.
    pub(super) fn moment(self, order: Option<Order>) -> Option<Moment> {
        Moment::of_clock(self.clock(order)?, Offset::UTC)
    }

    pub(super) fn precision(self) -> Precision {
        self.precision
    }

    fn clock(self, order: Option<Order>) -> Option<DateTime> {
        let [first, second, third] = self.numbers;
        let (year, month, day) = match (self.year_first, order) {
            (true, _) => (first, second, third),
            (false, Some(Order::DayFirst)) => (third, second, first),
            (false, Some(Order::MonthFirst)) => (third, first, second),
            (false, None) => return None,
        };
        let year = if year < 100 { year + 2000 } else { year };
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(DateTime::from_parts(date, self.time))
    }
}

/// The digits of all scripts as ASCII, all spaces and commas alike, without marks of direction.
fn plain(text: &str) -> String {
    const ZEROS: [char; 3] = ['\u{660}', '\u{6f0}', '\u{966}'];
    let digit = |letter: char| {
        let value = ZEROS
            .iter()
            .find_map(|zero| (letter as u32).checked_sub(*zero as u32).filter(|value| *value < 10));
        value.and_then(|value| char::from_digit(value, 10))
    };
    let letters = text.chars().filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'));
    letters
        .map(|letter| match letter {
            '\u{60c}' => ',',
            space if space.is_whitespace() => ' ',
            other => digit(other).unwrap_or(other),
        })
        .collect()
}

/// The number that a text begins with, and the rest.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (1..=4).contains(&end).then(|| text.split_at(end))
}

/// What may stand around a clock and says nothing.
const PLAIN: &[&str] = &["", "à", "klo", "kl", "um", "г", "ч", "h"];

const BEFORE_NOON: &[&str] =
    &["am", "πμ", "ص", "오전", "上午", "午前", "凌晨", "早上", "清晨", "पूर्वाह्न", "pg", "de", "sa"];

const AFTER_NOON: &[&str] = &["pm", "μμ", "م", "오후", "下午", "午後", "晚上", "अपराह्न", "ptg", "du", "ch"];

/// Which half of the day words around a clock name.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    None,
    Before,
    After,
}

impl Half {
    /// `None` for words that are not known to stand there.
    fn of(words: &str) -> Option<Self> {
        let letters =
            |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        let words = letters(words);
        let is_in = |list: &[&str]| list.iter().any(|known| letters(known) == words);
        match () {
            () if is_in(PLAIN) => Some(Self::None),
            () if is_in(BEFORE_NOON) => Some(Self::Before),
            () if is_in(AFTER_NOON) => Some(Self::After),
            () => None,
        }
    }
}

/// `12:10`, `12:10:11`, `12:10 p. m.`, `à 12:10`.
fn clock_of(text: &str) -> Option<(Time, Precision)> {
    let (before, text) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(text.len());
    let (digits, after) = text.split_at(end);
    let numbers: Option<Vec<i8>> =
        digits.trim_end_matches('.').split([':', '.']).map(|part| part.parse().ok()).collect();
    let (hour, minute, second) = match numbers?.as_slice() {
        [hour, minute] => (*hour, *minute, None),
        [hour, minute, second] => (*hour, *minute, Some(*second)),
        _ => return None,
    };
    let half = match (Half::of(before)?, Half::of(after)?) {
        (Half::None, half) | (half, Half::None) => half,
        _ => return None,
    };
    // An hour of 0 or above 12 is by the clock of 24 hours, whatever stands beside it.
    let hour = match half {
        Half::Before if hour == 12 => 0,
        Half::After if hour < 12 && hour > 0 => hour + 12,
        _ => hour,
    };
    let precision = if second.is_some() { Precision::Second } else { Precision::Minute };
    Some((Time::new(hour, minute, second.unwrap_or(0), 0).ok()?, precision))
}

/// Finds out the order of the numbers from all lines of a chat.
#[derive(Debug, Default)]
pub(super) struct Orders {
    day_first: Seen,
    month_first: Seen,
    dotted: bool,
}

/// How dates look when they are read in one order.
#[derive(Debug, Default)]
struct Seen {
    impossible: u64,
    /// How often a line is earlier than the one before it.
    backwards: u64,
    last: Option<DateTime>,
}

impl Orders {
    pub(super) fn add(&mut self, stamp: Stamp) {
        self.dotted |= stamp.dotted;
        for (seen, order) in
            [(&mut self.day_first, Order::DayFirst), (&mut self.month_first, Order::MonthFirst)]
        {
            match stamp.clock(Some(order)) {
                Some(clock) => {
                    seen.backwards += u64::from(seen.last.is_some_and(|last| clock < last));
                    seen.last = Some(clock);
                }
                None => seen.impossible += 1,
            }
        }
    }

    /// The order, unless both read as well.
    pub(super) fn found(&self) -> Option<Order> {
        let faults = |seen: &Seen| (seen.impossible, seen.backwards);
        match faults(&self.day_first).cmp(&faults(&self.month_first)) {
            std::cmp::Ordering::Less => Some(Order::DayFirst),
            std::cmp::Ordering::Greater => Some(Order::MonthFirst),
            // With points the day always comes first.
            std::cmp::Ordering::Equal => self.dotted.then_some(Order::DayFirst),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shown(line: &str, order: Order) -> Option<(String, Option<&str>, &str)> {
        let line = Line::of(line)?;
        Some((line.stamp.moment(Some(order))?.to_string(), line.name, line.text))
    }

    #[test]
    fn reads_the_lines_of_all_phones() {
        use Order::{DayFirst, MonthFirst};
        for (line, order, time, name, text) in [
            (
                "\u{200e}[20/12/2021, 12:10:11] Ann: \u{200e}image omitted",
                DayFirst,
                "2021-12-20T12:10:11Z",
                Some("Ann"),
                "\u{200e}image omitted",
            ),
            (
                "[12/20/21, 1:10:11\u{202f}PM] Ann B: a: b",
                MonthFirst,
                "2021-12-20T13:10:11Z",
                Some("Ann B"),
                "a: b",
            ),
            ("20.12.21, 00:08 - You were added", DayFirst, "2021-12-20T00:08:00Z", None, "You were added"),
            ("12/20/2021, 08:49 p. m. - Ann: x", MonthFirst, "2021-12-20T20:49:00Z", Some("Ann"), "x"),
            (
                "2021-12-20 12.10 - \u{202a}+1 555 0100\u{202c}: x",
                DayFirst,
                "2021-12-20T12:10:00Z",
                Some("+1 555 0100"),
                "x",
            ),
            ("6/20/20, 12:08 AM - Ann:", MonthFirst, "2020-06-20T00:08:00Z", Some("Ann"), ""),
            ("26/09/2019 à 22:39 - Marie: x", DayFirst, "2019-09-26T22:39:00Z", Some("Marie"), "x"),
            ("[٣١/١٢/٢٠٢٣، ١١:٥٨:٠١ م] Ali: x", DayFirst, "2023-12-31T23:58:01Z", Some("Ali"), "x"),
            ("[2023. 12. 31. 오후 11:58:01] Kim: x", DayFirst, "2023-12-31T23:58:01Z", Some("Kim"), "x"),
            ("[2023/12/31 上午12:58:01] Li: x", DayFirst, "2023-12-31T00:58:01Z", Some("Li"), "x"),
            ("31.12.2023 klo 23.58 - Liisa: x", DayFirst, "2023-12-31T23:58:00Z", Some("Liisa"), "x"),
            ("[2023. 12. 31. 23:58:01] Éva: x", DayFirst, "2023-12-31T23:58:01Z", Some("Éva"), "x"),
            ("31. 12. 2023, 23:58 - Jan: x", DayFirst, "2023-12-31T23:58:00Z", Some("Jan"), "x"),
            ("31.12.23 г., 23:58 ч. - Ivan: x", DayFirst, "2023-12-31T23:58:00Z", Some("Ivan"), "x"),
            ("31/12/23, 11:58 μ.μ. - Nikos: x", DayFirst, "2023-12-31T23:58:00Z", Some("Nikos"), "x"),
            ("31/12/23, 11:59 अपराह्न - Rao: x", DayFirst, "2023-12-31T23:59:00Z", Some("Rao"), "x"),
            ("01/01/24, 12:00 PG - Lim: x", DayFirst, "2024-01-01T00:00:00Z", Some("Lim"), "x"),
        ] {
            assert_eq!(shown(line, order), Some((time.to_owned(), name, text)), "{line}");
        }
        for line in [
            "",
            "text",
            "12:30 - x",
            "[note] x: y",
            "20/12/2021 - Ann: x",
            "20/12/2021, 25:10 - Ann: x",
            "1/2/3/4, 12:10 - a: b",
            "1/2/2023 we met at 12:10 - a: b",
        ] {
            assert_eq!(Line::of(line), None, "{line}");
        }
    }

    #[test]
    fn all_lines_tell_the_order() {
        let found = |stamps: &[&str]| {
            let mut orders = Orders::default();
            stamps.iter().for_each(|stamp| orders.add(Stamp::of(stamp).unwrap()));
            orders.found()
        };
        assert_eq!(found(&["01/02/20, 12:10", "13/02/20, 12:10"]), Some(Order::DayFirst));
        assert_eq!(found(&["01/02/20, 12:10", "02/13/20, 12:10"]), Some(Order::MonthFirst));
        assert_eq!(found(&["05/01/20, 12:10", "03/02/20, 12:10"]), Some(Order::DayFirst));
        assert_eq!(found(&["01/02/20, 12:10", "02/03/20, 12:10"]), None);
        assert_eq!(found(&["01.02.20, 12:10"]), Some(Order::DayFirst));
    }
}
