//! Writes items.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use whitecoat_engine::{Item, Media, Parent, Profile};

use super::table::COLUMNS;
use crate::formula;
use crate::wording::word;

/// How items are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Written {
    /// A table; cells that a spreadsheet would take for a formula get an apostrophe, which reading takes off again.
    #[value(help = "A table, one item a row")]
    Csv,
    /// One JSON object a line.
    #[value(name = "jsonl", help = "One JSON object an item")]
    JsonLines,
}

impl Written {
    /// What the name of a file tells, else JSON Lines.
    pub fn of(path: &Path) -> Self {
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_csv { Self::Csv } else { Self::JsonLines }
    }
}

/// Writes items one after another.
#[derive(Debug)]
pub struct Writer<W: Write>(W);

impl<W: Write> Writer<W> {
    /// Writes to `to`, beginning with the header of a table.
    pub fn new(mut to: W, format: Written) -> io::Result<Self> {
        if format == Written::Csv {
            to.write_all(&row(COLUMNS)?)?;
        }
        Ok(Self(to))
    }

    /// Writes items that [`encode`] made.
    pub fn write(&mut self, encoded: &[u8]) -> io::Result<()> {
        self.0.write_all(encoded)?;
        self.0.flush()
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.0
    }
}

/// The bytes of some items.
pub fn encode(items: &[Item], format: Written) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for item in items {
        match format {
            Written::JsonLines => {
                serde_json::to_writer(&mut bytes, item)?;
                bytes.push(b'\n');
            }
            Written::Csv => bytes.extend(row(&cells(item)?)?),
        }
    }
    Ok(bytes)
}

fn row<C: AsRef<[u8]>>(cells: &[C]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// One cell for each of [`COLUMNS`].
fn cells(item: &Item) -> io::Result<Vec<String>> {
    let none = (Parent::default(), Profile::default(), Media::default());
    let parent = item.parent.as_ref();
    let profile = item.profile.as_deref().unwrap_or(&none.1);
    let medium = item.media.first();
    let more = item.media.get(1..).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let inner = |text: Option<&Option<String>>| text.cloned().flatten().unwrap_or_default();
    let place = |place: (f64, f64)| format!("{},{}", place.0, place.1);
    let cells = vec![
        item.id.clone(),
        word(&item.kind),
        item.platform.clone(),
        item.account.clone(),
        item.text.clone(),
        item.created_at.map(|moment| moment.to_string()).unwrap_or_default(),
        word(&item.created_precision),
        item.seen_at.map(|moment| moment.to_string()).unwrap_or_default(),
        text(&item.url),
        word(&item.authorship),
        word(&item.visibility),
        word(&item.live_state),
        optional(parent.map(|parent| &parent.author)),
        optional(parent.map(|parent| &parent.kind)),
        inner(parent.map(|parent| &parent.id)),
        inner(parent.map(|parent| &parent.handle)),
        inner(parent.map(|parent| &parent.text)),
        text(&item.thread),
        text(&item.version_of),
        optional(medium.map(|medium| &medium.kind)),
        inner(medium.map(|medium| &medium.path)),
        medium.unwrap_or(&none.2).file_name.clone(),
        medium.unwrap_or(&none.2).alt.clone(),
        medium.and_then(|medium| medium.gps).map(place).unwrap_or_default(),
        medium.and_then(|medium| medium.captured_at).map(|moment| moment.to_string()).unwrap_or_default(),
        medium.unwrap_or(&none.2).title.clone(),
        medium.unwrap_or(&none.2).author.clone(),
        medium.unwrap_or(&none.2).patient.clone(),
        medium.unwrap_or(&none.2).device.clone(),
        nested(&more, more.is_empty())?,
        profile.name.clone(),
        profile.bio.clone(),
        profile.profession.clone(),
        profile.employer.clone(),
        profile.location.clone(),
        profile.jurisdiction.clone(),
        nested(&profile.former_names, profile.former_names.is_empty())?,
        nested(&profile.settings, profile.settings.is_empty())?,
        item.source.clone(),
        if item.truncated { "true".to_owned() } else { String::new() },
    ];
    Ok(cells.into_iter().map(|cell| formula::guarded(&cell).into_owned()).collect())
}

/// What has no column of its own, as JSON.
fn nested<T: Serialize>(value: &T, is_empty: bool) -> io::Result<String> {
    if is_empty { Ok(String::new()) } else { Ok(serde_json::to_string(value)?) }
}

fn optional<T: Serialize>(value: Option<&T>) -> String {
    value.map(word).unwrap_or_default()
}
