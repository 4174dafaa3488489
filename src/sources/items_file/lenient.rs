//! Takes what can be understood of a record that is not quite an item.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use whitecoat_engine::{Item, Media, Moment, Parent, Precision, Profile};

use crate::sources::archive::dates;

/// Unix times above this are milliseconds: as seconds they would lie after the year 5100.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// An item from a JSON value; problems with optional fields are added to `problems`, as fixed sentences.
pub(super) fn item(value: Value, problems: &mut Vec<String>) -> Result<Item, &'static str> {
    let Value::Object(map) = value else { return Err("the line is not a JSON object") };
    let mut fields = Fields { map, within: "", problems };
    let id = fields.text("id").filter(|id| !id.is_empty()).ok_or("the record has no `id`")?;
    let text = fields.text("text").ok_or("the record has no `text`")?;
    let (created_at, found) = fields.moment("created_at");
    let seen_at = fields.moment("seen_at").0;
    let stated = fields.word("created_precision");
    let created_precision = if stated == Precision::Unknown { found } else { stated };
    Ok(Item {
        id,
        text,
        created_at,
        created_precision,
        seen_at,
        kind: fields.word("kind"),
        platform: fields.text("platform").unwrap_or_default(),
        account: fields.text("account").unwrap_or_default(),
        url: fields.text("url"),
        authorship: fields.word("authorship"),
        visibility: fields.word("visibility"),
        live_state: fields.word("live_state"),
        parent: fields.object("parent").map(parent),
        thread: fields.text("thread"),
        version_of: fields.text("version_of"),
        media: media(&mut fields),
        profile: fields.object("profile").map(|fields| Arc::new(profile(fields))),
        source: fields.text("source").unwrap_or_default(),
        truncated: fields.flag("truncated"),
    })
}

fn parent(mut fields: Fields<'_>) -> Parent {
    Parent {
        author: fields.word("author"),
        kind: fields.word("kind"),
        id: fields.text("id"),
        handle: fields.text("handle"),
        text: fields.text("text"),
    }
}

fn profile(mut fields: Fields<'_>) -> Profile {
    Profile {
        name: fields.text("name").unwrap_or_default(),
        bio: fields.text("bio").unwrap_or_default(),
        profession: fields.text("profession").unwrap_or_default(),
        employer: fields.text("employer").unwrap_or_default(),
        location: fields.text("location").unwrap_or_default(),
        jurisdiction: fields.text("jurisdiction").unwrap_or_default(),
        former_names: fields.nested("former_names"),
        settings: fields.nested("settings"),
    }
}

fn media(fields: &mut Fields<'_>) -> Vec<Media> {
    let entries = match fields.take("media") {
        None => return Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(_) => {
            fields.problem("media");
            return Vec::new();
        }
    };
    let mut media = Vec::new();
    for entry in entries {
        if let Ok(medium) = serde_json::from_value(entry.clone()) {
            media.push(medium);
        } else if let Value::Object(map) = entry {
            media.push(medium(Fields { map, within: "media", problems: fields.problems }));
        } else {
            fields.problem("media");
        }
    }
    media
}

fn medium(mut fields: Fields<'_>) -> Media {
    Media {
        kind: fields.word("kind"),
        path: fields.text("path"),
        file_name: fields.text("file_name").unwrap_or_default(),
        alt: fields.text("alt").unwrap_or_default(),
        gps: fields.place("gps"),
        captured_at: fields.moment("captured_at").0,
        title: fields.text("title").unwrap_or_default(),
        author: fields.text("author").unwrap_or_default(),
        patient: fields.text("patient").unwrap_or_default(),
        device: fields.text("device").unwrap_or_default(),
    }
}

/// The fields of one object that have not been taken yet. Null is the same as absent.
struct Fields<'p> {
    map: Map<String, Value>,
    within: &'static str,
    problems: &'p mut Vec<String>,
}

impl Fields<'_> {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    fn problem(&mut self, name: &str) {
        let dot = if self.within.is_empty() { "" } else { "." };
        let within = self.within;
        self.problems.push(format!("`{within}{dot}{name}` was not understood; the item was kept without it"));
    }

    /// A string; numbers are taken as they are written.
    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                self.problem(name);
                None
            }
        }
    }

    /// One of a fixed set of words, in any case, with `-`, `_` or a space between its parts.
    fn word<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        let Some(value) = self.take(name) else { return T::default() };
        let word = value.as_str().map(|word| word.trim().to_lowercase().replace(['_', ' '], "-"));
        word.and_then(|word| serde_json::from_value(Value::String(word)).ok()).unwrap_or_else(|| {
            self.problem(name);
            T::default()
        })
    }

    /// A list or an object, or the JSON text of one.
    fn nested<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        let found = match self.take(name) {
            None => return T::default(),
            Some(Value::String(text)) => serde_json::from_str(&text),
            Some(value) => serde_json::from_value(value),
        };
        found.unwrap_or_else(|_| {
            self.problem(name);
            T::default()
        })
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(Value::String(word)) if word.eq_ignore_ascii_case("true") => true,
            Some(Value::String(word)) if word.eq_ignore_ascii_case("false") => false,
            Some(_) => {
                self.problem(name);
                false
            }
        }
    }

    fn moment(&mut self, name: &str) -> (Option<Moment>, Precision) {
        let found = match self.take(name) {
            None => return (None, Precision::Unknown),
            Some(Value::String(text)) => moment(text.trim()),
            Some(Value::Number(number)) => number.as_i64().and_then(unix_time),
            Some(_) => None,
        };
        let Some((moment, precision)) = found else {
            self.problem(name);
            return (None, Precision::Unknown);
        };
        (Some(moment), precision)
    }

    /// `[latitude, longitude]`, or the two with a comma between.
    fn place(&mut self, name: &str) -> Option<(f64, f64)> {
        let value = self.take(name)?;
        let place = match &value {
            Value::String(text) => text.split_once(',').and_then(|(latitude, longitude)| {
                Some((latitude.trim().parse().ok()?, longitude.trim().parse().ok()?))
            }),
            other => serde_json::from_value(other.clone()).ok(),
        };
        if place.is_none() {
            self.problem(name);
        }
        place
    }

    fn object(&mut self, name: &'static str) -> Option<Fields<'_>> {
        match self.take(name)? {
            Value::Object(map) => Some(Fields { map, within: name, problems: self.problems }),
            _ => {
                self.problem(name);
                None
            }
        }
    }
}

/// RFC 3339, a date and time without offset (read as UTC), a date, or a month; in words too, of many languages. `5/6/2024`
/// is not read: it is May in one country and June in another.
fn moment(text: &str) -> Option<(Moment, Precision)> {
    if let Ok(moment) = text.parse() {
        return Some((moment, Precision::Second));
    }
    let utc = |civil: DateTime| Offset::UTC.to_timestamp(civil).ok().map(Moment::utc);
    let has_clock = text.contains(['T', 't', ' ']);
    if let Some(civil) = text.parse::<DateTime>().ok().filter(|_| has_clock) {
        let precision = if text.matches(':').count() > 1 { Precision::Second } else { Precision::Minute };
        return Some((utc(civil)?, precision));
    }
    if let Ok(date) = text.parse::<Date>() {
        return Some((utc(date.at(0, 0, 0, 0))?, Precision::Day));
    }
    if let Ok(date) = format!("{text}-01").parse::<Date>() {
        return Some((utc(date.at(0, 0, 0, 0))?, Precision::Month));
    }
    let written = dates::read(text)?;
    Some((written.moment(Offset::UTC)?, written.precision))
}

fn unix_time(number: i64) -> Option<(Moment, Precision)> {
    let seconds = if number.abs() >= MILLISECONDS_FROM { number / 1000 } else { number };
    Moment::from_unix_seconds(seconds).map(|moment| (moment, Precision::Second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_as_other_tools_write_them() {
        let cases = [
            ("2024-05-01T18:30:00-07:00", "2024-05-01T18:30:00-07:00", Precision::Second),
            ("2024-05-01 18:30:05", "2024-05-01T18:30:05Z", Precision::Second),
            ("2024-05-01T18:30", "2024-05-01T18:30:00Z", Precision::Minute),
            ("2024-05-01", "2024-05-01T00:00:00Z", Precision::Day),
            ("2024-05", "2024-05-01T00:00:00Z", Precision::Month),
            ("May 1, 2024", "2024-05-01T00:00:00Z", Precision::Day),
            ("May 1, 2024 6:30 PM", "2024-05-01T18:30:00Z", Precision::Minute),
            ("1. Mai 2024", "2024-05-01T00:00:00Z", Precision::Day),
            ("1 de mayo de 2024", "2024-05-01T00:00:00Z", Precision::Day),
            ("1 May 2024", "2024-05-01T00:00:00Z", Precision::Day),
            ("September 2024", "2024-09-01T00:00:00Z", Precision::Month),
        ];
        for (text, expected, precision) in cases {
            let found = moment(text).map(|(moment, precision)| (moment.to_string(), precision));
            assert_eq!(found, Some((expected.to_owned(), precision)), "{text}");
        }
        for text in ["yesterday", "", "01/02/2024", "2024-13-01"] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(unix_time(1_714_588_200), unix_time(1_714_588_200_000));
    }
}
