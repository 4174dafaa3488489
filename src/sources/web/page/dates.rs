//! Dates as pages write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime, temporal};
use jiff::tz::Offset;
use whitecoat_engine::{Moment, Precision};

/// Longest text that is looked at.
const MAX_LENGTH: usize = 64;

/// A time and how exact it is; unknown when `text` is none of the usual forms.
pub(in crate::sources::web) fn parse(text: &str) -> (Option<Moment>, Precision) {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH {
        return (None, Precision::Unknown);
    }
    iso(text)
        .or_else(|| iso(&padded(text)?))
        .or_else(|| words(text))
        .map_or((None, Precision::Unknown), |(moment, precision)| (Some(moment), precision))
}

/// The same, and seconds since 1970, as some widgets write them.
pub(super) fn parse_or_seconds(text: &str) -> (Option<Moment>, Precision) {
    let text = text.trim();
    let seconds = text.parse().ok().filter(|_| text.len() == 10);
    match seconds.and_then(Moment::from_unix_seconds) {
        Some(moment) => (Some(moment), Precision::Second),
        None => parse(text),
    }
}

/// ISO 8601 and its relatives: `2024`-`05`-`01`, with or without time and offset, `T` or a space between.
fn iso(text: &str) -> Option<(Moment, Precision)> {
    let precision = match text.as_bytes() {
        [_, _, _, _, b'-', _, _] => {
            return day(
                strtime::parse("%Y-%m-%d", format!("{text}-01")).ok()?.to_date().ok()?,
                Precision::Month,
            );
        }
        [_, _, _, _, _, _, _, _] if text.bytes().all(|byte| byte.is_ascii_digit()) => Precision::Day,
        [_, _, _, _, _, _, _, _, _, _] => Precision::Day,
        [_, _, _, _, b'-', _, _, b'-', _, _, _, _, _, b':', _, _, b':', ..] => Precision::Second,
        [_, _, _, _, _, _, _, _, b'T', ..] => Precision::Second,
        [_, _, _, _, b'-', ..] => Precision::Minute,
        _ => return None,
    };
    let pieces = temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let Some(time) = pieces.time() else { return day(pieces.date(), Precision::Day) };
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    Some((at(pieces.date().to_datetime(time), offset)?, precision))
}

/// `2024-3-9` as `2024-03-09`; nothing for what does not begin with a year, a month and a day.
fn padded(text: &str) -> Option<String> {
    let (day, time) = text.split_at(text.find(['T', ' ']).unwrap_or(text.len()));
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = year.len() == 4 && month.len() <= 2 && day.len() <= 2;
    (fits && [year, month, day].into_iter().all(is_number))
        .then(|| format!("{year}-{month:0>2}-{day:0>2}{time}"))
}

/// Mail dates, and a day in English words.
fn words(text: &str) -> Option<(Moment, Precision)> {
    if let Ok(zoned) = rfc2822::DateTimeParser::new().parse_zoned(text) {
        return Some((at(zoned.datetime(), zoned.offset())?, Precision::Second));
    }
    // "on 2 July 2024 at 10:00 am": comments of some themes.
    let text = text.strip_prefix("on ").unwrap_or(text);
    let text = text.split_once(" at ").map_or(text, |(day, _)| day.trim());
    let date = ["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%A, %B %d, %Y", "%Y/%m/%d"]
        .iter()
        .find_map(|form| strtime::parse(form, text).ok()?.to_date().ok())?;
    day(date, Precision::Day)
}

fn day(date: Date, precision: Precision) -> Option<(Moment, Precision)> {
    Some((at(date.to_datetime(jiff::civil::Time::midnight()), Offset::UTC)?, precision))
}

/// A local time with its offset; through its written form, which is how a [`Moment`] learns its offset.
fn at(local: DateTime, offset: Offset) -> Option<Moment> {
    let instant: Timestamp = offset.to_timestamp(local).ok()?;
    temporal::DateTimePrinter::new().timestamp_with_offset_to_string(&instant, offset).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_usual_forms() {
        for (text, expected) in [
            ("2024-05-01T18:30:15-07:00", Some(("2024-05-01T18:30:15-07:00", Precision::Second))),
            ("2024-05-01T18:30:15.123Z", Some(("2024-05-01T18:30:15.123Z", Precision::Second))),
            ("2024-05-01T18:30:15+0200", Some(("2024-05-01T18:30:15+02:00", Precision::Second))),
            ("2024-05-01 18:30:15", Some(("2024-05-01T18:30:15Z", Precision::Second))),
            ("2024-05-01T18:30", Some(("2024-05-01T18:30:00Z", Precision::Minute))),
            ("2024-05-01T18:30+02:00", Some(("2024-05-01T18:30:00+02:00", Precision::Minute))),
            ("2024-05-01", Some(("2024-05-01T00:00:00Z", Precision::Day))),
            ("20240501", Some(("2024-05-01T00:00:00Z", Precision::Day))),
            ("2024-05", Some(("2024-05-01T00:00:00Z", Precision::Month))),
            ("Wed, 01 May 2024 18:30:15 +0200", Some(("2024-05-01T18:30:15+02:00", Precision::Second))),
            ("May 1, 2024", Some(("2024-05-01T00:00:00Z", Precision::Day))),
            ("1 May 2024", Some(("2024-05-01T00:00:00Z", Precision::Day))),
            (" 2024-05-01 ", Some(("2024-05-01T00:00:00Z", Precision::Day))),
            ("2024-3-9", Some(("2024-03-09T00:00:00Z", Precision::Day))),
            ("2024-10-9", Some(("2024-10-09T00:00:00Z", Precision::Day))),
            ("2024-3-09T18:30:15Z", Some(("2024-03-09T18:30:15Z", Precision::Second))),
            ("2024-3-9 18:30", Some(("2024-03-09T18:30:00Z", Precision::Minute))),
            ("2024", None),
            ("2024-3", None),
            ("2024-3-9-1", None),
            ("2024-13-9", None),
            ("24-3-9", None),
            ("2024-13-01", None),
            ("2024-02-30", None),
            ("yesterday", None),
            ("", None),
            ("99999999", None),
        ] {
            let (moment, precision) = parse(text);
            let found = moment.map(|moment| (moment.to_string(), precision));
            assert_eq!(found, expected.map(|(moment, precision)| (moment.to_owned(), precision)), "{text}");
        }
    }
}
