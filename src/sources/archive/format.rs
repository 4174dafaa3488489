//! What an importer tells about its platform's export, and which importers fit what lies in a container.

use super::container::{Container, Entry};
use crate::sources::{InputError, Options, Sink};

/// How many bytes tell what a file is.
const TELLING_BYTES: usize = 1024;

/// How many files of unknown names are looked into.
const MAX_LOOKS: usize = 1_000;

/// Why what the computer put there by itself is not read.
pub(super) const SYSTEM: &str =
    "Files of the computer's own, not read because they hold no data of the archive";

/// Whether a file was put there by the computer: lists of icons, previews, and what macOS keeps beside each file.
pub(super) fn is_of_system(path: &str) -> bool {
    const FILES: &[&str] = &[".ds_store", "thumbs.db", "desktop.ini"];
    const FOLDERS: &[&str] = &["__macosx", ".git", ".spotlight-v100", ".trashes"];
    let path = path.to_ascii_lowercase();
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    FILES.contains(&file) || file.starts_with("._") || folders.split('/').any(|part| FOLDERS.contains(&part))
}

/// A platform's export. One a file; adding it to [`super::FORMATS`] is all that makes it known.
pub(super) struct Format {
    /// The platform as its users call it.
    pub(super) name: &'static str,
    /// Its files; the first that fits a path counts.
    pub(super) files: &'static [Known],
    /// What a file is by its first bytes, whatever its name. What it recognises is telling.
    pub(super) by_content: fn(&[u8]) -> Option<Role>,
    /// Reads what was found. What is broken or left out inside goes to the coverage; an error means that nothing of it can
    /// be read, or that the run was stopped.
    pub(super) read: fn(&mut Export<'_>) -> Result<(), InputError>,
}

/// A file that the export may hold: its path, and what it is.
///
/// A path is in lower case and means the end of the entry's path, from a `/` on; `*` is any run of characters without `/`.
/// One that ends in `/` is a folder anywhere in the path, with all in it.
pub(super) struct Known(pub(super) &'static str, pub(super) Is);

/// The importer's own word for a sort of file.
pub(super) type Role = &'static str;

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// It is read, and its name alone tells the platform.
    Telling(Role),
    /// It is read where the platform is known from other files.
    Part(Role),
    /// It is not read, for this reason (a whole sentence, beginning with the platform's name).
    Left(&'static str),
}

/// What an importer works on.
pub(super) struct Export<'e> {
    /// The platform as its users call it.
    pub(super) platform: &'static str,
    /// The input, for messages.
    pub(super) name: &'e str,
    /// The opened input.
    pub(super) container: &'e mut Container,
    /// The files to read, by path.
    pub(super) files: Vec<Found>,
    pub(super) options: &'e Options,
    pub(super) sink: &'e mut dyn Sink,
}

impl Export<'_> {
    /// The files of one sort, by path.
    pub(super) fn of(&self, role: Role) -> Vec<Entry> {
        self.files.iter().filter(|file| file.role == role).map(|file| file.entry.clone()).collect()
    }
}

/// A file to read, and what it is.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) entry: Entry,
    pub(super) role: Role,
}

/// What of a container belongs to one platform.
pub(super) struct Survey {
    pub(super) format: &'static Format,
    pub(super) files: Vec<Found>,
    /// Files that are known and left out, with the reason.
    pub(super) left: Vec<(Entry, &'static str)>,
    is_there: bool,
}

/// Looks at all names, and into files whose names do not tell. Returns the platforms that are there, in the order of the
/// list, and the files that belong to none of them.
pub(super) fn survey(container: &mut Container, formats: &[&'static Format]) -> (Vec<Survey>, Vec<Entry>) {
    let mut surveys: Vec<Survey> = formats
        .iter()
        .map(|format| Survey { format, files: Vec::new(), left: Vec::new(), is_there: false })
        .collect();
    let mut looks = 0;
    // For each file the surveys that took it: unknown is what no platform that is there has taken.
    let mut takers: Vec<(Entry, Vec<usize>)> = Vec::new();
    for entry in container.entries.clone() {
        if is_of_system(&entry.name) {
            takers.push((entry, Vec::new()));
            continue;
        }
        let path = format!("/{}", entry.name.to_ascii_lowercase());
        let mut taken = Vec::new();
        let mut told = false;
        for (at, survey) in surveys.iter_mut().enumerate() {
            let Some(known) = survey.format.files.iter().find(|known| fits(&path, known.0)) else { continue };
            told |= matches!(known.1, Is::Telling(_) | Is::Left(_));
            survey.take(&entry, known.1);
            taken.push(at);
        }
        if !told && may_be_data(&entry) && looks < MAX_LOOKS {
            looks += 1;
            let start = container.peek(&entry, TELLING_BYTES);
            for (at, survey) in surveys.iter_mut().enumerate() {
                let Some(role) = (survey.format.by_content)(&start) else { continue };
                if taken.contains(&at) {
                    survey.is_there = true;
                } else {
                    survey.take(&entry, Is::Telling(role));
                    taken.push(at);
                }
            }
        }
        takers.push((entry, taken));
    }
    let is_there: Vec<bool> = surveys.iter().map(|survey| survey.is_there).collect();
    let unknown = takers
        .into_iter()
        .filter(|(_, taken)| !taken.iter().any(|at| is_there.get(*at) == Some(&true)))
        .map(|(entry, _)| entry)
        .collect();
    surveys.retain(|survey| survey.is_there);
    (surveys, unknown)
}

impl Survey {
    /// Whether files of the export lie at the top, and not only further down.
    pub(super) fn is_at_top(&self) -> bool {
        let files = self.files.iter().map(|file| &file.entry);
        files.chain(self.left.iter().map(|(entry, _)| entry)).any(|entry| !entry.name.contains('/'))
    }

    fn take(&mut self, entry: &Entry, is: Is) {
        match is {
            Is::Telling(role) | Is::Part(role) => {
                self.is_there |= matches!(is, Is::Telling(_));
                self.files.push(Found { entry: entry.clone(), role });
            }
            Is::Left(reason) => self.left.push((entry.clone(), reason)),
        }
    }
}

/// Whether a path (in lower case, beginning with `/`) ends as the pattern says, or lies in the folder that it names.
fn fits(path: &str, pattern: &str) -> bool {
    if pattern.ends_with('/') {
        let parts = pattern.matches('/').count();
        let folders: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
        return folders.windows(parts + 1).any(|run| match (run.first(), run.last()) {
            (Some(from), Some(to)) => matches(path.get(from + 1..to + 1).unwrap_or_default(), pattern),
            _ => false,
        });
    }
    let parts = pattern.matches('/').count() + 1;
    let from = path.rmatch_indices('/').nth(parts - 1).map(|(at, _)| at + 1);
    from.and_then(|from| path.get(from..)).is_some_and(|end| matches(end, pattern))
}

/// Glob with `*` for any run of characters without `/`.
fn matches(text: &str, pattern: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(tail) = text.strip_prefix(before) else { return false };
    let reach = tail.find('/').unwrap_or(tail.len());
    (0..=reach).any(|skip| tail.get(skip..).is_some_and(|tail| matches(tail, rest)))
}

fn may_be_data(entry: &Entry) -> bool {
    const ENDINGS: &[&str] = &[".json", ".csv", ".txt", ".xml", ".html", ".htm", ".js", ".car"];
    let name = entry.file_name().to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::{fits, is_of_system};

    #[test]
    fn knows_files_of_the_computer() {
        for (path, expected) in [
            ("__MACOSX/export/._posts_1.json", true),
            ("export/._posts_1.json", true),
            ("export/.DS_Store", true),
            ("Thumbs.db", true),
            ("export/posts_1.json", false),
            (".hidden/posts_1.json", false),
        ] {
            assert_eq!(is_of_system(path), expected, "{path}");
        }
    }

    #[test]
    fn paths_fit_from_the_end() {
        for (path, pattern, expected) in [
            ("/a/posts/your_posts_1.json", "posts/your_posts_*.json", true),
            ("/your_posts_1.json", "posts/your_posts_*.json", false),
            ("/your_posts_12.json", "your_posts_*.json", true),
            ("/not_your_posts_1.json", "your_posts_*.json", false),
            ("/takeout/youtube and youtube music/comments/comments.csv", "comments/*.csv", true),
            ("/me/ads_information/a/b.json", "ads_information/", true),
            ("/ads_information", "ads_information/", false),
            ("/x/messages/inbox/tom_1/message_1.json", "messages/*/*/message_*.json", true),
            ("/x/messages/inbox/photos/1.jpg", "messages/inbox/", true),
            ("/é/é.json", "*.json", true),
        ] {
            assert_eq!(fits(path, pattern), expected, "{path} {pattern}");
        }
    }
}
