//! When something happened: days that are named, or told by the time of the post in the author's zone.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::moment::Moment;

/// Clocks that are wrong by years say nothing: no social medium is older, and none is so new.
const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i16> = 1995..=2100;

/// A stretch of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first day.
    pub first: Date,
    /// How many days, 1 or more.
    pub days: u16,
    /// It is told by the post's own time, and not named.
    pub by_clock: bool,
}

impl Window {
    fn new(first: Date, days: u16, by_clock: bool) -> Self {
        Self { first, days: days.max(1), by_clock }
    }

    fn year(year: i16) -> Option<Self> {
        Some(Self::new(Date::new(year, 1, 1).ok()?, 365, false))
    }
}

/// The author's day on which something was posted, and how far it may be off: the offset of a place far from Greenwich is
/// often lost in exports. `None` where the clock cannot be right.
pub(crate) fn day_of(moment: Moment, zone_hours: Option<i8>) -> Option<Date> {
    let is_utc = moment.local() == moment.instant().to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let local = match zone_hours.filter(|_| is_utc) {
        Some(hours) => moment.local().checked_add(i64::from(hours).hours()).ok()?,
        None => moment.local(),
    };
    PLAUSIBLE_YEARS.contains(&local.year()).then(|| local.date())
}

/// The hour of the author's day.
pub(crate) fn hour_of(moment: Moment, zone_hours: Option<i8>) -> i8 {
    let is_utc = moment.local() == moment.instant().to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let local = moment.local();
    match zone_hours.filter(|_| is_utc) {
        Some(hours) => (local.hour() + hours).rem_euclid(24),
        None => local.hour(),
    }
}

/// A night shift ends at this hour: what is told before it is of the night before.
const NIGHT_ENDS: i8 = 8;

/// The days that the words of a hit of a date signal stand for, when said at `hour` of `today`.
pub(crate) fn of_words(words: &str, today: Option<Date>, hour: i8) -> Option<Window> {
    let text = words.to_lowercase();
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    if let Some(named) = named_day(&parts, today) {
        return Some(named);
    }
    let today = today?;
    let back = |days: i64| today.checked_sub(days.days()).ok();
    let has = |list: &[&str]| parts.iter().any(|part| list.contains(part));
    if has(&["week", "weekend", "fortnight"]) {
        return Some(Window::new(back(7)?, 7, true));
    }
    if has(&["month", "summer", "winter", "spring", "autumn", "term"]) {
        return Some(Window::new(back(60)?, 60, true));
    }
    if let Some(weekday) = parts.iter().find_map(|part| weekday(part)) {
        let since = (today.weekday().to_monday_zero_offset() - weekday.to_monday_zero_offset()).rem_euclid(7);
        return Some(Window::new(back(i64::from(since))?, 1, true));
    }
    if has(&["yesterday"]) || (has(&["night"]) && has(&["last"])) {
        return Some(Window::new(back(1)?, 1, true));
    }
    // "tonight" and "this shift" said at six in the morning are the night before.
    if has(&["tonight", "shift", "tonite", "overnight"]) && hour < NIGHT_ENDS {
        return Some(Window::new(back(1)?, 1, true));
    }
    if has(&["days", "ago"]) {
        return Some(Window::new(back(7)?, 7, true));
    }
    Some(Window::new(today, 1, true))
}

/// A day that is named by number, month, year or feast.
fn named_day(parts: &[&str], today: Option<Date>) -> Option<Window> {
    let numbers: Vec<i32> = parts.iter().filter_map(|part| number(part)).collect();
    let year = numbers.iter().copied().find(|number| (1900..=2100).contains(number));
    let year = year.and_then(|year| i16::try_from(year).ok()).or(today.map(|today| today.year()));
    if let Some(month) = parts.iter().find_map(|part| month(part)) {
        let day = numbers.iter().copied().find(|number| (1..=31).contains(number));
        let day = day.and_then(|day| i8::try_from(day).ok());
        let first = Date::new(year?, month, day.unwrap_or(1)).ok()?;
        return Some(Window::new(not_later(first, today), if day.is_some() { 1 } else { 30 }, false));
    }
    if let [a, b, c] = numbers.as_slice()
        && parts.len() == 3
    {
        return by_numbers(*a, *b, *c);
    }
    if let Some((month, day, days)) = feast(parts, year) {
        let first = Date::new(year?, month, day).ok()?;
        return Some(Window::new(not_later(first, today), days, false));
    }
    match (numbers.as_slice(), parts) {
        ([year], ["in" | "of" | "since" | "during", _]) if (1900..=2100).contains(year) => {
            Window::year(i16::try_from(*year).ok()?)
        }
        _ => None,
    }
}

fn number(part: &str) -> Option<i32> {
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    part.get(..digits).filter(|digits| (1..=4).contains(&digits.len()))?.parse().ok()
}

/// A date without a year, said after the day, is of this year; else of the last.
fn not_later(first: Date, today: Option<Date>) -> Date {
    match today {
        Some(today) if first > today.saturating_add(31.days()) && first.year() == today.year() => {
            first.checked_sub(1.year()).unwrap_or(first)
        }
        _ => first,
    }
}

fn by_numbers(a: i32, b: i32, c: i32) -> Option<Window> {
    let full = |year: i32| if year < 100 { year + if year > 50 { 1900 } else { 2000 } } else { year };
    let (year, month, day) = if a > 31 { (a, b, c) } else { (full(c), b, a) };
    // Day first, unless that cannot be.
    let (month, day) = if month > 12 { (day, month) } else { (month, day) };
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Some(Window::new(date.ok()?, 1, false))
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn month(part: &str) -> Option<i8> {
    const LONG: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = LONG
        .iter()
        .position(|name| *name == part)
        .or_else(|| MONTHS.iter().position(|name| *name == part || (part == "sept" && *name == "sep")))?;
    i8::try_from(at + 1).ok()
}

fn weekday(part: &str) -> Option<Weekday> {
    let days = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let day = days.iter().find(|(stem, _)| part.starts_with(stem))?;
    let whole = part.len() <= 5 || part.ends_with("day");
    whole.then_some(day.1)
}

/// Month, day and length of a named day.
fn feast(parts: &[&str], year: Option<i16>) -> Option<(i8, i8, u16)> {
    let has = |word: &str| parts.contains(&word);
    let fixed = match () {
        () if has("boxing") => (12, 26, 1),
        () if (has("christmas") || has("xmas")) && has("eve") => (12, 24, 1),
        () if has("christmas") || has("xmas") => (12, 25, 1),
        () if has("hogmanay") => (12, 31, 1),
        () if has("new") && has("eve") => (12, 31, 1),
        () if has("new") && has("year") => (1, 1, 1),
        () if has("halloween") => (10, 31, 1),
        () if has("valentine") || has("valentines") => (2, 14, 1),
        () if has("patrick") || has("paddys") || has("paddy") => (3, 17, 1),
        () if has("andrew") || has("andrews") => (11, 30, 1),
        () if has("anzac") => (4, 25, 1),
        () if has("australia") && has("day") => (1, 26, 1),
        () if has("canada") && has("day") => (7, 1, 1),
        () if has("july") || has("independence") => (7, 4, 1),
        () if has("bonfire") || has("fawkes") => (11, 5, 1),
        () if has("remembrance") || has("veterans") => (11, 11, 1),
        () if has("thanksgiving") => (11, 22, 7),
        _ => {
            let easter = easter(year.filter(|_| has("easter") || has("good") || has("ash"))?)?;
            let day = match () {
                () if has("good") => easter.checked_sub(2.days()).ok()?,
                () if has("monday") => easter.checked_add(1.day()).ok()?,
                () if has("ash") => easter.checked_sub(46.days()).ok()?,
                () => easter,
            };
            return Some((day.month(), day.day(), 1));
        }
    };
    Some(fixed)
}

/// Easter Sunday by the rule of Meeus, Jones and Butcher.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let n = (h + l - 7 * m + 90) / 25;
    let p = (h + l - 7 * m + 33 * n + 19) % 32;
    Date::new(i16::try_from(year).ok()?, i8::try_from(n).ok()?, i8::try_from(p).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::{day_of, easter, of_words};
    use crate::moment::Moment;

    fn window(words: &str, at: &str) -> Option<(String, u16)> {
        let moment: Moment = at.parse().expect("a time");
        let window = of_words(words, day_of(moment, None), moment.local().hour())?;
        Some((window.first.to_string(), window.days))
    }

    #[test]
    fn words_become_days_of_the_author() {
        let noon = "2024-05-15T12:00:00-05:00";
        for (words, at, day, days) in [
            ("tonight", noon, "2024-05-15", 1),
            ("tonight", "2024-05-15T05:10:00+10:00", "2024-05-14", 1),
            ("this shift", "2024-05-15T06:10:00Z", "2024-05-14", 1),
            ("yesterday", noon, "2024-05-14", 1),
            ("on Monday", noon, "2024-05-13", 1),
            ("last week", noon, "2024-05-08", 7),
            ("Christmas Eve", "2024-01-03T12:00:00Z", "2023-12-24", 1),
            ("Boxing Day", "2023-12-27T12:00:00Z", "2023-12-26", 1),
            ("Good Friday", "2024-04-02T12:00:00Z", "2024-03-29", 1),
            ("9 March", noon, "2024-03-09", 1),
            ("04/07/88", noon, "1988-07-04", 1),
            ("2021-03-04", noon, "2021-03-04", 1),
            ("in 2019", noon, "2019-01-01", 365),
            ("May 2020", noon, "2020-05-01", 30),
        ] {
            assert_eq!(window(words, at), Some((day.to_owned(), days)), "{words}");
        }
    }

    #[test]
    fn clocks_wrong_by_years_say_nothing() {
        for at in ["1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
            assert_eq!(window("tonight", at), None, "{at}");
        }
        let utc: Moment = "2024-05-15T03:00:00Z".parse().expect("a time");
        assert_eq!(day_of(utc, Some(-7)).expect("a day").to_string(), "2024-05-14");
        assert_eq!(easter(2025).expect("a day").to_string(), "2025-04-20");
    }
}
