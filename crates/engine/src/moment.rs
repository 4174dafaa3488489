//! A point in time that remembers the offset it was written with.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant, and the offset from UTC that its source gave, so that "today" means the author's day.
///
/// Read and written as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    instant: Timestamp,
    offset: Offset,
}

/// The text is not an RFC 3339 time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an RFC 3339 time such as 2024-05-01T18:30:00Z")]
pub struct MomentError(String);

impl Moment {
    /// An instant given in UTC.
    pub fn utc(instant: Timestamp) -> Self {
        Self { instant, offset: Offset::UTC }
    }

    /// What calendar and clock showed where the offset holds, or `None` outside of the years -9999 to 9999.
    pub fn of_clock(clock: DateTime, offset: Offset) -> Option<Self> {
        offset.to_timestamp(clock).ok().map(|instant| Self { instant, offset })
    }

    /// Seconds since 1970 in UTC, or `None` where they leave the years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(Self::utc)
    }

    /// The instant, for comparing and sorting.
    pub fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The calendar date and the time of day where the author was, as far as the offset tells.
    pub fn local(&self) -> DateTime {
        self.offset.to_datetime(self.instant)
    }

    /// The calendar date where the author was.
    pub fn date(&self) -> Date {
        self.local().date()
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || MomentError(text.chars().take(40).collect());
        let instant: Timestamp = text.parse().map_err(|_| bad())?;
        let offset = jiff::fmt::temporal::DateTimeParser::new()
            .parse_pieces(text)
            .ok()
            .and_then(|pieces| pieces.to_numeric_offset())
            .unwrap_or(Offset::UTC);
        Ok(Self { instant, offset })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset == Offset::UTC {
            return write!(f, "{}", self.instant);
        }
        let zoned = Zoned::new(self.instant, TimeZone::fixed(self.offset));
        write!(f, "{}", zoned.strftime("%Y-%m-%dT%H:%M:%S%:z"))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time such as 2024-05-01T18:30:00Z")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::Moment;

    #[test]
    fn keeps_the_authors_day() {
        let moment: Moment = "2024-05-01T23:30:00-07:00".parse().expect("valid");
        assert_eq!(moment.date().to_string(), "2024-05-01");
        assert_eq!(moment.instant().to_string(), "2024-05-02T06:30:00Z");
        assert_eq!(moment.to_string(), "2024-05-01T23:30:00-07:00");
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        assert!("yesterday".parse::<Moment>().is_err());
        assert!("".parse::<Moment>().is_err());
    }
}
