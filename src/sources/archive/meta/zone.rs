//! The zone in which the clock of Facebook's pages hangs: the account's own, which the export may name in a file of its own.

use std::io::Read;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::sources::archive::container::{Container, Entry};

/// How much of the file is looked at.
const MAX_BYTES: u64 = 256 * 1024;

/// The longest name of a zone.
const MAX_NAME_BYTES: usize = 64;

/// What is known of a page's clock.
#[derive(Clone, Debug, Default)]
pub(in crate::sources::archive) enum Zone {
    #[default]
    Unknown,
    /// The offset of the day of the export; summer time is not known.
    Today(Offset),
    Named(TimeZone),
}

impl Zone {
    /// The offset at a time that this clock shows.
    pub(in crate::sources::archive) fn offset(&self, clock: DateTime) -> Offset {
        match self {
            Self::Unknown => Offset::UTC,
            Self::Today(offset) => *offset,
            Self::Named(zone) => zone
                .to_ambiguous_timestamp(clock)
                .compatible()
                .map_or(Offset::UTC, |instant| zone.to_offset(instant)),
        }
    }
}

/// The zone that a file names, such as `{"timezone_v2": "Europe\/London"}` or a table with the name in a cell.
pub(in crate::sources::archive) fn named(container: &mut Container, entry: &Entry) -> Option<TimeZone> {
    let mut bytes = Vec::new();
    container.read(entry).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    in_text(&String::from_utf8_lossy(&bytes).replace("\\/", "/"))
}

fn in_text(text: &str) -> Option<TimeZone> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    let words = text.split(|c| !of_name(c));
    let names = words.filter(|word| {
        let from_city = word.split_once('/').is_some_and(|(area, _)| {
            area.starts_with(|c: char| c.is_ascii_uppercase())
                && area.bytes().all(|b| b.is_ascii_alphabetic())
        });
        from_city && word.len() <= MAX_NAME_BYTES
    });
    names.into_iter().find_map(|name| TimeZone::get(name).ok())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_named_zone_knows_summer_time() {
        for (text, summer, winter) in [
            (r#"{"timezone_v2": "Europe/London"}"#, 1, 0),
            (r#"{"label_values": [{"label": "Timezone", "value": "America/New_York"}]}"#, -4, -5),
            ("<td class=\"_a6_q\">Tijdzone</td><td>Europe/Amsterdam</td></tr>", 2, 1),
        ] {
            let zone = in_text(text).map_or(Zone::Unknown, Zone::Named);
            let hours = |month| zone.offset(date(2024, month, 15).at(12, 0, 0, 0)).seconds() / 3600;
            assert_eq!((hours(7), hours(1)), (summer, winter), "{text}");
        }
        // An hour that comes twice counts as the first, and one that does not come as that of summer.
        let zone = in_text("Europe/London").map_or(Zone::Unknown, Zone::Named);
        assert_eq!(zone.offset(date(2024, 10, 27).at(1, 30, 0, 0)), Offset::constant(1));
        assert_eq!(zone.offset(date(2024, 3, 31).at(1, 30, 0, 0)), Offset::constant(1));
    }

    #[test]
    fn what_is_no_zone_is_none() {
        for text in ["", "Mars/Phobos", "text/html", "</div></td>", "a/b", "{\"timezone_v2\": \"\"}"] {
            assert!(in_text(text).is_none(), "{text}");
        }
    }
}
