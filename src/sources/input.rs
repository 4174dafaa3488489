//! What an input is, told from its content and never from its name alone.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use url::Url;

use super::look::{self, Look};
use super::{InputError, Options, Sink, archive, fingerprint, items_file, web};
use crate::reading::Fingerprint;

/// How much of a file is looked at.
const HEAD_BYTES: u64 = 64 * 1024;
/// How many neighbours of a missing file are compared with its name.
const NEIGHBOURS: usize = 10_000;
/// How alike two names must be, from 0 to 1, before one is offered for the other.
const ALIKE: f64 = 0.8;
const EXPECTED: &str = "a post archive (zip, folder or single file), an items file (JSON Lines or CSV), a saved web page, a URL, or - for items on standard input";

/// One input that the user named, recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// As the user typed it.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Stdin,
    Url(Url),
    Archive(PathBuf),
    Page(PathBuf),
    Items(PathBuf),
}

impl Input {
    /// Finds out what an argument of the command line is. Opens files, contacts nothing.
    pub fn recognise(argument: &OsStr) -> Result<Self, InputError> {
        let name = argument.to_string_lossy().into_owned();
        let path = Path::new(argument);
        let kind = if name == "-" {
            Kind::Stdin
        } else if let Some(url) = web_address(&name) {
            Kind::Url(url)
        } else {
            recognise_path(path, &name)?
        };
        Ok(Self { name, kind })
    }

    /// Reads it.
    pub fn read(&self, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
        match &self.kind {
            Kind::Stdin => items_file::read(io::stdin().lock(), "standard input", options, sink),
            Kind::Url(url) => {
                if let Some(host) = url.host_str() {
                    sink.coverage().contacted(host);
                }
                web::read_url(url, options, sink)
            }
            Kind::Archive(path) => archive::read(path, options, sink),
            Kind::Page(path) => web::read_saved_page(path, options, sink),
            Kind::Items(path) => {
                let file = open(path)?;
                if let Some(metadata) = file.metadata().ok().filter(fs::Metadata::is_file) {
                    sink.progress().set_length(metadata.len());
                }
                items_file::read(file, &self.name, options, sink)
            }
        }
    }

    /// Which bytes it holds.
    pub fn fingerprint(&self) -> Fingerprint {
        match &self.kind {
            Kind::Stdin => fingerprint::none("standard input is not kept"),
            Kind::Url(_) => fingerprint::none("a web address has no fixed content"),
            Kind::Archive(path) | Kind::Page(path) | Kind::Items(path) => fingerprint::of(path),
        }
    }

    /// The file or folder, for an input that is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Stdin | Kind::Url(_) => None,
            Kind::Archive(path) | Kind::Page(path) | Kind::Items(path) => Some(path),
        }
    }
}

fn web_address(name: &str) -> Option<Url> {
    Url::parse(name).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn recognise_path(path: &Path, name: &str) -> Result<Kind, InputError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing(path, name)),
        Err(source) => return Err(InputError::Open { path: path.to_owned(), source }),
    };
    if metadata.is_dir() {
        return recognise_folder(path, name);
    }
    if !metadata.is_file() {
        // A pipe can be read only once: it holds items, or the reader says what it saw instead.
        return Ok(Kind::Items(path.to_owned()));
    }
    if metadata.len() == 0 {
        return Err(unreadable(name, "an empty file (0 bytes)", "export or download it again"));
    }
    let mut head = Vec::new();
    open(path)?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    if archive::claims(path) {
        Ok(Kind::Archive(path.to_owned()))
    } else if web::claims_saved_page(&head) {
        Ok(Kind::Page(path.to_owned()))
    } else {
        match look::at(&head) {
            Look::Items(_) => Ok(Kind::Items(path.to_owned())),
            Look::Other { what, next } => Err(unreadable(name, what, &next)),
        }
    }
}

fn recognise_folder(path: &Path, name: &str) -> Result<Kind, InputError> {
    let mut entries =
        fs::read_dir(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    if entries.next().is_none() {
        return Err(unreadable(
            name,
            "an empty folder",
            "name the folder that the archive was unpacked into",
        ));
    }
    if archive::claims(path) {
        return Ok(Kind::Archive(path.to_owned()));
    }
    Err(unreadable(
        name,
        "a folder that is no post archive of a known platform",
        "name the top folder of the unpacked archive, or the zip itself; give single pages and items files one by one",
    ))
}

fn open(path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })
}

fn missing(path: &Path, name: &str) -> InputError {
    if is_handle(name) {
        return unreadable(
            name,
            "looks like a handle; handles come with a later version",
            "give the address of the profile (https://...) or the archive that the platform exports",
        );
    }
    let next = if let Some(neighbour) = similar_neighbour(path) {
        format!("did you mean {}?", neighbour.display())
    } else if name.contains("://") {
        "only http and https addresses can be read".to_owned()
    } else if Url::parse(&format!("https://{name}"))
        .is_ok_and(|url| url.host_str().is_some_and(|h| h.contains('.')))
        && !name.contains('\\')
        && name.contains('/')
        && !name.starts_with(['/', '.'])
    {
        format!("check the path, or write https://{name} if it is a web address")
    } else {
        "check the spelling and the folder".to_owned()
    };
    unreadable(name, "there is no such file or folder", &next)
}

/// `@name@host`, `@name` or `bsky:name`.
fn is_handle(name: &str) -> bool {
    (name.len() > 1 && name.starts_with('@') && !name.contains(['/', '\\'])) || name.starts_with("bsky:")
}

fn similar_neighbour(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::read_dir(folder)
        .ok()?
        .take(NEIGHBOURS)
        .filter_map(|entry| entry.ok())
        .map(|entry| {
            let name = entry.file_name();
            (strsim::jaro_winkler(&wanted, &name.to_string_lossy().to_lowercase()), name)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, a_name), (b, b_name)| a.total_cmp(b).then_with(|| b_name.cmp(a_name)))
        .map(|(_, name)| path.with_file_name(name))
}

fn unreadable(name: &str, problem: &str, next: &str) -> InputError {
    InputError::Unreadable {
        input: name.to_owned(),
        problem: problem.to_owned(),
        expected: EXPECTED.to_owned(),
        next: next.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn problem(name: &Path) -> String {
        Input::recognise(name.as_os_str()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_a_wrong_input_looks_like() {
        let folder = tempfile::tempdir().unwrap();
        let cases: &[(&str, &[u8], &str)] = &[
            ("a.zip", b"%PDF-1.7\n", "a PDF document"),
            ("b.zip", b"\x1f\x8b\x08\0\0", "a gzip file"),
            ("c.zip", b"7z\xbc\xaf\x27\x1c\0", "a 7-Zip archive"),
            ("d.jsonl", b"\xff\xd8\xff\xe0", "a JPEG picture"),
            ("f.json", b"{\n  \"posts\": []\n}\n", "a JSON document"),
            ("g.json", b"[{\"id\": \"1\", \"text\": \"a\"}]", "a JSON array"),
            ("h.csv", b"who,what\na,b\n", "without a column `text`"),
            ("i.txt", b"Just a note to myself.\n", "plain text"),
            ("j.csv", b"\xff\xfei\0d\0,\0", "UTF-16"),
            ("k.csv", b"", "empty file"),
        ];
        for (name, bytes, expected) in cases {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            assert!(problem(&path).contains(expected), "{name}: {}", problem(&path));
        }
    }

    #[test]
    fn recognises_items_whatever_they_are_called() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in
            [("a.zip", "{\"id\":\"1\",\"text\":\"a\"}\n"), ("b.dat", "\u{feff}Id;Text\n1;a\n")]
        {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let input = Input::recognise(path.as_os_str()).unwrap();
            assert_eq!(input.kind, Kind::Items(path));
        }
    }

    #[test]
    fn offers_a_neighbour_a_scheme_or_a_profile_address() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("twitter-2024.zip"), "x").unwrap();
        assert!(problem(&folder.path().join("twiter-2024.zip")).contains("did you mean"));
        assert!(problem(Path::new("drjones.example.org/blog")).contains("https://drjones.example.org/blog"));
        for handle in ["@a@b.example", "bsky:drjones.example", "@drjones"] {
            assert!(problem(Path::new(handle)).contains("later version"), "{handle}");
        }
        assert!(problem(folder.path().join("nothing-like-it").as_path()).contains("check the spelling"));
    }
}
