//! Times as exports write them without a zone.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;
use whitecoat_engine::{Moment, Precision};

/// A way of writing times, and how exact it is.
pub(super) type Shape = (&'static str, Precision);

/// Reads a time in one of these shapes, in UTC where it has no offset of its own.
pub(super) fn utc(text: &str, shapes: &[Shape]) -> (Option<Moment>, Precision) {
    let text = text.trim();
    let found = shapes.iter().find_map(|(shape, precision)| Some((read(text, shape)?, *precision)));
    found.map_or((None, Precision::Unknown), |(moment, precision)| (Some(moment), precision))
}

fn read(text: &str, shape: &str) -> Option<Moment> {
    let mut time = BrokenDownTime::parse(shape, text).ok()?;
    if time.day().is_none() {
        time.set_day(Some(1)).ok()?;
    }
    let date: Date = time.to_date().ok()?;
    let clock = time.to_time().ok().unwrap_or_default();
    let offset = time.offset().unwrap_or(Offset::UTC);
    let instant = offset.to_timestamp(DateTime::from_parts(date, clock)).ok()?;
    let written = jiff::Zoned::new(instant, jiff::tz::TimeZone::fixed(offset));
    // Keeps the offset, which tells the author's day.
    written.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use Precision::{Minute, Month, Second};

    use super::*;

    #[test]
    fn reads_the_shapes_it_is_given() {
        let shapes: &[Shape] = &[
            ("%Y-%m-%d %H:%M:%S UTC", Second),
            ("%Y-%m-%d %H:%M:%S%z", Second),
            ("%m/%d/%y, %I:%M %p", Minute),
            ("%b %Y", Month),
        ];
        for (text, expected, precision) in [
            ("2024-01-12 17:29:56 UTC", Some("2024-01-12T17:29:56Z"), Second),
            (" 2011-09-10 09:58:06-0700", Some("2011-09-10T09:58:06-07:00"), Second),
            ("11/27/24, 09:51 PM", Some("2024-11-27T21:51:00Z"), Minute),
            ("Jun 2018", Some("2018-06-01T00:00:00Z"), Month),
            ("2024-02-31 17:29:56 UTC", None, Precision::Unknown),
            ("12 janvier 2024", None, Precision::Unknown),
            ("", None, Precision::Unknown),
        ] {
            let (moment, found) = utc(text, shapes);
            let moment = moment.map(|moment| moment.to_string());
            assert_eq!((moment.as_deref(), found), (expected, precision), "{text}");
        }
    }
}
