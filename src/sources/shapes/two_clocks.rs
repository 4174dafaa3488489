//! Times that an export gives twice, in UTC and by the clock of the author: together they tell the offset.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use whitecoat_engine::Moment;

/// The furthest that a clock is from UTC, in seconds, and the step of zones.
const MAX_OFFSET: i64 = 15 * 3600;
const OFFSET_STEP: i64 = 15 * 60;

/// The moment, with the offset that the clocks tell; UTC where they do not fit together.
pub(in crate::sources) fn moment(utc: DateTime, local: DateTime) -> Option<Moment> {
    let apart = local.duration_since(utc).as_secs();
    let is_zone = apart.abs() <= MAX_OFFSET && apart % OFFSET_STEP == 0;
    let offset = i32::try_from(apart).ok().filter(|_| is_zone);
    match offset.and_then(|apart| Offset::from_seconds(apart).ok()) {
        Some(offset) => Moment::of_clock(local, offset),
        None => Moment::of_clock(utc, Offset::UTC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_fit_tell_the_offset() {
        for (utc, local, expected) in [
            ("2024-05-01 03:00", "2024-04-30 20:00", Some("2024-04-30T20:00:00-07:00")),
            ("2024-05-01 03:00", "2024-05-01 03:00", Some("2024-05-01T03:00:00Z")),
            ("2024-05-01 03:00", "2024-05-07 03:00", Some("2024-05-01T03:00:00Z")),
            ("2024-05-01 03:00", "2024-05-01 03:01", Some("2024-05-01T03:00:00Z")),
        ] {
            let clock = |text: &str| text.parse::<DateTime>().unwrap_or_default();
            let shown = moment(clock(utc), clock(local)).map(|moment| moment.to_string());
            assert_eq!(shown.as_deref(), expected, "{utc} {local}");
        }
    }
}
