//! X (Twitter) archives: the layout since 2019 (`data/tweets.js`), the layout until 2019 (month files and `tweets.csv`), and
//! single files of either.

mod account;
mod csv;
mod files;
mod message;
mod note;
mod other;
mod place;
mod read;
mod stream;
mod text;
mod threads;
mod time;
mod tweet;

use std::path::Path;

use super::container::{Container, Entry};
use crate::coverage::Coverage;
use files::Role;

#[cfg(any(test, fuzzing))]
pub(super) use csv::read_rows_of_nobody;
pub(super) use read::read;

/// The short name of the platform in items.
const PLATFORM: &str = "x";

/// How many bytes tell what a file is.
const TELLING_BYTES: usize = 512;

/// How many files of unknown names are looked into.
const MAX_LOOKS: usize = 1_000;

/// A file of the archive, and what it is.
#[derive(Clone, Debug)]
struct Found {
    entry: Entry,
    role: Role,
    part: u64,
}

/// What the files of a container are, to X.
pub(in crate::sources::archive) struct Survey {
    found: Vec<Found>,
    unknown: Vec<Entry>,
    is_x: bool,
}

impl Survey {
    /// Looks at all names, and into files whose names say nothing.
    pub(super) fn of(container: &mut Container) -> Self {
        let mut survey = Self { found: Vec::new(), unknown: Vec::new(), is_x: false };
        let alone = container.entries.len() == 1;
        let mut looks = 0;
        for entry in container.entries.clone() {
            let by_name = files::role(&entry.name);
            let telling = by_name.is_some_and(|(role, _)| files::is_telling(role));
            survey.is_x |= telling && !(alone && by_name.is_some_and(|(role, _)| role == Role::Csv));
            let mut role = by_name;
            let needs_look = match by_name {
                None => may_be_data(&entry),
                Some((role, _)) => {
                    !survey.is_x && matches!(role, Role::About(_) | Role::LiveComments | Role::Csv)
                }
            };
            if needs_look && looks < MAX_LOOKS {
                looks += 1;
                let by_content = files::role_by_content(&container.peek(&entry, TELLING_BYTES));
                survey.is_x |= by_content.is_some();
                role = role.or(by_content);
            }
            match role {
                Some((role, part)) => survey.found.push(Found { entry, role, part }),
                None => survey.unknown.push(entry),
            }
        }
        // Parts by number, not by name: part 10 comes after part 9.
        survey.found.sort_by(|a, b| a.part.cmp(&b.part).then_with(|| a.entry.name.cmp(&b.entry.name)));
        survey
    }

    /// Whether this is an X archive, or a file out of one.
    pub(super) fn is_x(&self) -> bool {
        self.is_x
    }

    /// Whether files of the archive lie at the top or in the top folder `data`, and not only further down.
    pub(super) fn is_at_top(&self) -> bool {
        self.found.iter().any(|file| {
            let name = &file.entry.name;
            (!name.contains('/') || name.starts_with("data/")) && files::is_telling(file.role)
        })
    }

    /// Counts what is not read.
    fn say_what_is_left(&self, coverage: &mut Coverage) {
        for entry in &self.unknown {
            let reason = if entry.file_name().to_ascii_lowercase().ends_with(".zip") {
                "A zip inside the archive is not opened: unpack it and give it too, if it is an archive"
            } else {
                "X: a file of unknown kind, not read"
            };
            coverage.skip(reason, entry.name.clone());
        }
    }
}

/// Whether a single file is out of an X archive, by its content or, where that may be damaged, its name.
pub(super) fn claims_file(path: &Path, start: &[u8]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let by_name =
        name.ends_with(".js") && files::role(&name).is_some_and(|(role, _)| files::is_telling(role));
    by_name || files::role_by_content(start).is_some()
}

fn may_be_data(entry: &Entry) -> bool {
    let name = entry.file_name().to_ascii_lowercase();
    [".js", ".json", ".csv", ".txt"].iter().any(|ending| name.ends_with(ending)) || !name.contains('.')
}
