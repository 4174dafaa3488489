//! Plume, an invented platform: one list of notes. The example of CONTRIBUTING.

use serde_json::Value;
use whitecoat_engine::{Item, Kind};

use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::fields::Fields;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::records;
use super::splitter::Start;
use crate::sources::InputError;

const NOTES: Role = "notes";
const NO_WORDS: &str = "Plume: a note without words and pictures";
const NOT_JSON: &str = "Plume: a record is not valid JSON";
const BAD_TIME: &str = "Plume: a time was not understood; the item was kept without it";
const TIMES: &[Shape] = &[("%Y-%m-%dT%H:%M:%SZ", whitecoat_engine::Precision::Second)];

/// Plume's export.
pub(super) static FORMAT: Format = Format {
    name: "Plume", // as its users call it
    files: &[
        Known("plume_notes*.json", Is::Telling(NOTES)), // the name alone tells the platform
        Known("likes.json", Is::Left("Plume: likes are not read")),
    ],
    // Files that were renamed.
    by_content: |start| memchr::memmem::find(start, b"\"plume_version\"").map(|_| NOTES),
    read,
};

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    recognised(export, ""); // says what it is, and whose
    let account = Account { platform: "plume", ..Account::default() };
    let mut gather = Gather::default();
    for entry in export.of(NOTES) {
        let Export { container, sink, .. } = &mut *export;
        records::stream(container, *sink, &entry, Start::Under(&["notes"]), &mut |chunk, sink| {
            for (offset, record) in chunk.elements() {
                let place = format!("{}#{offset}", entry.name);
                let decode = |record: &[u8]| serde_json::from_slice::<Value>(record);
                let note = records::decoded(record, NOT_JSON, || place.clone(), gather.coverage(), decode);
                let Some(fields) = note.as_ref().and_then(Fields::of) else { continue };
                let date = fields.text(&["written"]);
                let (created_at, created_precision) = clock::utc(&date, TIMES);
                if created_at.is_none() && !date.is_empty() {
                    gather.coverage().fail(BAD_TIME, &place);
                }
                let item = Item {
                    id: fields.text(&["id"]),
                    kind: Kind::Post,
                    created_at,
                    created_precision,
                    text: fields.text(&["words"]),
                    ..account.item(&place) // platform, handle, profile and place
                };
                gather.keep(item, NO_WORDS);
            }
            gather.hand_over(sink)
        })?;
    }
    gather.finish(export.sink)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sources::Options;
    use crate::sources::archive::container::Container;
    use crate::sources::archive::format;
    use crate::sources::properties::Collecting;

    #[test]
    fn the_example_of_contributing_works() {
        let notes = br#"{"plume_version": 2, "notes": [{"id": "1", "words": "A note.", "written": "2024-05-01T10:00:00Z"}, {"id": "2"}]}"#;
        let files: [(&str, &[u8]); 3] =
            [("plume_notes_1.json", notes), ("a.json", notes), ("likes.json", b"[]")];
        let mut container = Container::in_memory(files.into_iter());
        let (mut surveys, unknown) = format::survey(&mut container, &[&FORMAT]);
        let survey = surveys.pop().unwrap();
        assert_eq!((survey.files.len(), survey.left.len(), unknown.len()), (2, 1, 0));
        let (options, mut sink) = (Options::default(), Collecting::default());
        let mut export = Export {
            platform: FORMAT.name,
            name: "plume.zip",
            container: &mut container,
            files: survey.files,
            options: &options,
            sink: &mut sink,
        };
        read(&mut export).unwrap();
        assert_eq!(sink.texts(), ["A note."]);
    }

    #[test]
    fn contributing_shows_this_file() {
        let (shown, _) = include_str!("plume.rs").split_once("\n#[cfg(test)]").unwrap();
        let indented: String = shown
            .lines()
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") })
            .collect();
        assert!(include_str!("../../../CONTRIBUTING.md").contains(&indented), "{indented}");
    }
}
