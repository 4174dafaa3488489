//! The three ways in which X has written times.

use std::cell::Cell;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use whitecoat_engine::{Moment, Precision};

use crate::coverage::Coverage;

const NO_TIME: &str = "X: a time was not understood; the item was kept without it";

/// Reads `Wed Oct 10 20:19:24 +0000 2018`, `2013-03-25 00:16:47 +0000` and RFC 3339, and says how exact the time is.
pub(super) fn read(text: &str) -> Option<(Moment, Precision)> {
    let text = text.trim();
    let moment =
        fixed(text).or_else(|| text.parse().ok()).or_else(|| slow(text)).or_else(|| milliseconds(text))?;
    Some((moment, precision(moment)))
}

/// How many times of a record were there and were not understood.
#[derive(Debug, Default)]
pub(super) struct Misread(Cell<u64>);

impl Misread {
    /// [`read`]; counts what is no time.
    pub(super) fn read(&self, text: &str) -> Option<(Moment, Precision)> {
        let time = read(text);
        if time.is_none() && !text.trim().is_empty() {
            self.0.set(self.0.get() + 1);
        }
        time
    }

    /// Says what was counted so far, at the place of the record.
    pub(super) fn say(&self, place: impl FnOnce() -> String, coverage: &mut Coverage) {
        let count = self.0.take();
        if count > 0 {
            coverage.fail_many(NO_TIME, place(), count);
        }
    }
}

/// How exact a time is that was read from text.
pub(super) fn precision_of(moment: Option<Moment>) -> Precision {
    moment.map_or(Precision::Unknown, precision)
}

/// The fixed places of the usual shapes in UTC, which is all that X writes; anything else goes the slow way.
fn fixed(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let number = |from: usize, count: usize| {
        bytes
            .get(from..from + count)?
            .iter()
            .try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    let small = |from| number(from, 2).and_then(|number| i8::try_from(number).ok());
    let (year, month, day, clock) = match (bytes.len(), bytes.get(19..26)) {
        (30, Some(b" +0000 ")) => (number(26, 4)?, month(bytes.get(4..7)?)?, small(8)?, 11),
        (25, Some(b" +0000")) => (number(0, 4)?, small(5)?, small(8)?, 11),
        _ => return None,
    };
    let time = Time::new(small(clock)?, small(clock + 3)?, small(clock + 6)?, 0).ok()?;
    let written = DateTime::from_parts(Date::new(year, month, day).ok()?, time);
    Offset::UTC.to_timestamp(written).ok().map(Moment::utc)
}

fn month(name: &[u8]) -> Option<i8> {
    const NAMES: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    NAMES.chunks_exact(3).zip(1_i8..).find(|(month, _)| *month == name).map(|(_, number)| number)
}

fn slow(text: &str) -> Option<Moment> {
    let timestamp = |format| Timestamp::strptime(format, text).ok();
    timestamp("%a %b %d %H:%M:%S %z %Y").or_else(|| timestamp("%Y-%m-%d %H:%M:%S %z")).map(Moment::utc)
}

/// Milliseconds since 1970, which live comments may have.
fn milliseconds(text: &str) -> Option<Moment> {
    let number: i64 = text.parse().ok()?;
    Timestamp::from_millisecond(number).ok().map(Moment::utc)
}

/// Until 4 November 2010 the month files hold the day only, with the time of day zeroed.
fn precision(moment: Moment) -> Precision {
    let local = moment.local();
    let first_exact = Date::constant(2010, 11, 5);
    if local.date() < first_exact && local.time() == Time::midnight() {
        Precision::Day
    } else {
        Precision::Second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_shapes() {
        use Precision::{Day, Second};
        for (text, expected) in [
            ("Wed Oct 10 20:19:24 +0000 2018", Some(("2018-10-10T20:19:24Z", Second))),
            ("2013-03-25 00:16:47 +0000", Some(("2013-03-25T00:16:47Z", Second))),
            ("2010-03-01 00:00:00 +0000", Some(("2010-03-01T00:00:00Z", Day))),
            ("2010-11-05 00:00:00 +0000", Some(("2010-11-05T00:00:00Z", Second))),
            ("Wed Oct 10 20:19:24 +0200 2018", Some(("2018-10-10T18:19:24Z", Second))),
            ("2024-05-01T18:30:00.000Z", Some(("2024-05-01T18:30:00Z", Second))),
            ("1714588200000", Some(("2024-05-01T18:30:00Z", Second))),
            ("Wed Foo 10 20:19:24 +0000 2018", None),
            ("Wed Oct 99 20:19:24 +0000 2018", None),
            ("yesterday", None),
            ("", None),
        ] {
            let found = read(text).map(|(moment, precision)| (moment.to_string(), precision));
            assert_eq!(found, expected.map(|(moment, precision)| (moment.to_owned(), precision)), "{text}");
        }
    }
}
