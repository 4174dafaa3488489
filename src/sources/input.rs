//! What an input is, told from its content and never from its name alone.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use url::Url;

use super::archive::{Holds, encoding};
use super::look::{self, Look};
use super::{InputError, Options, Sink, archive, fingerprint, items_file, saved, web};
use crate::coverage::Coverage;
use crate::reading::Fingerprint;
use crate::wording::counted;

/// How much of a file is looked at.
const HEAD_BYTES: u64 = 64 * 1024;
/// How many neighbours of a missing file are compared with its name.
const NEIGHBOURS: usize = 10_000;
/// How alike two names must be, from 0 to 1, before one is offered for the other.
const ALIKE: f64 = 0.8;
/// How many files and folders a folder of inputs may hold.
const MAX_CHILDREN: usize = 1_000;
const EXPECTED: &str = "a post archive (zip, folder or single file), an items file (JSON Lines or CSV), a saved web page (HTML, MHTML, WARC, WACZ or HAR), a folder of these, a URL, a handle (@name@host, bsky:name.host), or - for items on standard input";
const NO_ARCHIVE: &str = "no post archive of a known platform";
const LINK: &str = "a symbolic link, which is not followed";
const SUBFOLDER: &str = "a folder that is no archive: name it too, if it holds inputs";

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
    Web(web::Start),
    /// A folder whose inputs stand beside this one, with what else is in it.
    Folder(PathBuf, Box<Coverage>),
    /// One archive, or all parts of one.
    Archive(Vec<PathBuf>),
    Page(PathBuf),
    /// Pages that were saved beside other things.
    Saved(PathBuf, saved::Format),
    Items(PathBuf),
}

impl Input {
    /// Finds out what all arguments of the command line are; archives that are parts of one export are one input.
    pub fn recognise_all(arguments: &[OsString]) -> (Vec<Self>, Vec<InputError>) {
        let (mut inputs, mut problems) = (Vec::new(), Vec::new());
        for group in archive::group(arguments.iter().map(PathBuf::from).collect()) {
            match group.as_slice() {
                [only] => match Self::recognise(only.as_os_str()) {
                    Ok(recognised) => inputs.extend(recognised),
                    Err(problem) => problems.push(problem),
                },
                _ => inputs.push(Self::of_parts(group)),
            }
        }
        (inputs, problems)
    }

    fn of_parts(paths: Vec<PathBuf>) -> Self {
        let first = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
        let more = counted(paths.len().saturating_sub(1) as u64, "more part", "more parts");
        Self { name: format!("{first} and {more}"), kind: Kind::Archive(paths) }
    }

    /// Finds out what an argument of the command line is: one input, or a folder and the inputs in it. Opens files,
    /// contacts nothing.
    ///
    /// # Errors
    ///
    /// When it is nothing that can be read, with what it looks like and what to try.
    pub fn recognise(argument: &OsStr) -> Result<Vec<Self>, InputError> {
        let name = argument.to_string_lossy().into_owned();
        let path = Path::new(argument);
        let kind = if name == "-" {
            Kind::Stdin
        } else if let Some(start) = web::Start::of(&name).filter(|_| !path.exists()) {
            Kind::Web(start)
        } else if metadata(path, &name)?.is_dir() {
            return recognise_folder(path, name);
        } else {
            recognise_file(path, &name)?
        };
        Ok(vec![Self { name, kind }])
    }

    /// Reads it.
    pub fn read(&self, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
        match &self.kind {
            Kind::Stdin => items_file::read(io::stdin().lock(), "standard input", options, sink),
            Kind::Web(start) => web::read(&self.name, start, options, sink),
            Kind::Folder(_, coverage) => {
                sink.recognised(&format!("a folder with {}", counted(coverage.holds, "input", "inputs")));
                sink.coverage().absorb(Coverage::clone(coverage));
                Ok(())
            }
            Kind::Archive(paths) => archive::read_parts(paths, options, sink),
            Kind::Page(path) => web::read_saved_page(path, options, sink),
            Kind::Saved(path, format) => saved::read(path, *format, options, sink),
            Kind::Items(path) => {
                let file = open(path)?;
                if let Some(metadata) = file.metadata().ok().filter(fs::Metadata::is_file) {
                    sink.progress().set_length(metadata.len());
                }
                items_file::read(file, &self.name, options, sink)
            }
        }
    }

    /// Whether it is fetched from the web.
    pub fn is_remote(&self) -> bool {
        matches!(self.kind, Kind::Web(_))
    }

    /// Whether it shows live accounts, which archives of the same run are compared with.
    pub fn shows_live(&self) -> bool {
        matches!(self.kind, Kind::Web(_) | Kind::Saved(_, saved::Format::Evidence))
    }

    /// When the run began that recorded this evidence; `None` for every other input.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        match &self.kind {
            Kind::Saved(path, saved::Format::Evidence) => saved::recorded_at(path),
            _ => None,
        }
    }

    /// Whether it is an export of an account.
    pub fn is_archive(&self) -> bool {
        matches!(self.kind, Kind::Archive(_))
    }

    /// The host that it is fetched from.
    pub fn host(&self) -> Option<&str> {
        match &self.kind {
            Kind::Web(start) => start.host(),
            _ => None,
        }
    }

    /// Which bytes it holds.
    pub fn fingerprint(&self) -> Fingerprint {
        match &self.kind {
            Kind::Stdin => fingerprint::none("standard input is not kept"),
            Kind::Web(_) => fingerprint::none("a web address has no fixed content"),
            Kind::Folder(..) => fingerprint::none("each input in the folder has its own"),
            Kind::Archive(paths) => fingerprint::of_all(paths),
            Kind::Page(path) | Kind::Saved(path, _) | Kind::Items(path) => fingerprint::of(path),
        }
    }

    /// The files or folders that the input is.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let paths = match &self.kind {
            Kind::Stdin | Kind::Web(_) => &[],
            Kind::Folder(path, _) | Kind::Page(path) | Kind::Saved(path, _) | Kind::Items(path) => {
                std::slice::from_ref(path)
            }
            Kind::Archive(paths) => paths,
        };
        paths.iter().map(PathBuf::as_path)
    }
}

fn metadata(path: &Path, name: &str) -> Result<fs::Metadata, InputError> {
    fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => missing(path, name),
        _ => InputError::Open { path: path.to_owned(), source },
    })
}

fn recognise_file(path: &Path, name: &str) -> Result<Kind, InputError> {
    let metadata = metadata(path, name)?;
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
    if let Some(format) = saved::recognise(path, &head) {
        Ok(Kind::Saved(path.to_owned(), format))
    } else if archive::claims(path) {
        Ok(Kind::Archive(vec![path.to_owned()]))
    } else if web::claims_saved_page(&head) {
        Ok(Kind::Page(path.to_owned()))
    } else {
        // Spreadsheets save text as UTF-16 too.
        let mut text = Vec::new();
        encoding::utf8(head.as_slice())
            .and_then(|mut reader| reader.read_to_end(&mut text))
            .map_err(|source| InputError::Open { path: path.to_owned(), source })?;
        match look::at(&text) {
            Look::Items(_) => Ok(Kind::Items(path.to_owned())),
            Look::Other { what, next } => Err(unreadable(name, what, &next)),
        }
    }
}

/// A folder is an archive, or it holds inputs. Marks of an export further down, such as those of another platform, count
/// only where nothing but web pages lies at the top: many exports bring a page to look at them with.
fn recognise_folder(path: &Path, name: String) -> Result<Vec<Input>, InputError> {
    let archive = |name| Ok(vec![Input { name, kind: Kind::Archive(vec![path.to_owned()]) }]);
    if saved::is_unpacked_wacz(path) {
        return Ok(vec![Input { name, kind: Kind::Saved(path.to_owned(), saved::Format::Wacz) }]);
    }
    let holds = archive::holds(path);
    if holds == Holds::Archive {
        return archive(name);
    }
    let (mut inputs, coverage) = children(path, &name)?;
    let only_pages = inputs.iter().all(|input| matches!(input.kind, Kind::Page(_) | Kind::Saved(..)));
    if holds == Holds::Marks && only_pages {
        return archive(name);
    }
    if inputs.is_empty() {
        let (problem, next) = if coverage == Coverage::default() {
            ("an empty folder", "name the folder that the archive was unpacked into")
        } else {
            (
                "a folder that is no post archive of a known platform and holds no input",
                "name the top folder of the unpacked archive, the zip itself, or a folder that holds archives, items files and saved pages",
            )
        };
        return Err(unreadable(&name, problem, next));
    }
    inputs.insert(0, Input { name, kind: Kind::Folder(path.to_owned(), Box::new(coverage)) });
    Ok(inputs)
}

/// The inputs directly in a folder, by name, and what of it is none.
fn children(folder: &Path, name: &str) -> Result<(Vec<Input>, Coverage), InputError> {
    let cannot = |source| InputError::Open { path: folder.to_owned(), source };
    let entries: Vec<fs::DirEntry> = fs::read_dir(folder)
        .map_err(cannot)?
        .take(MAX_CHILDREN + 1)
        .collect::<Result<_, _>>()
        .map_err(cannot)?;
    if entries.len() > MAX_CHILDREN {
        let problem = format!("a folder of more than {MAX_CHILDREN} files, none of them an archive's");
        return Err(unreadable(
            name,
            &problem,
            "name the inputs in it one by one, or put them into a folder of their own",
        ));
    }
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    let (mut inputs, mut coverage) = (Vec::new(), Coverage::default());
    for group in archive::group(paths) {
        let [path] = group.as_slice() else {
            inputs.push(Input::of_parts(group));
            continue;
        };
        let name = path.display().to_string();
        match recognise_child(path, &name) {
            Ok(kind) => inputs.push(Input { name, kind }),
            Err(InputError::Unreadable { problem, .. }) => {
                coverage.skip(&format!("not an input: {problem}"), name)
            }
            Err(error) => coverage.fail("a file in the folder cannot be opened", error.to_string()),
        }
    }
    coverage.holds = inputs.len() as u64;
    Ok((inputs, coverage))
}

/// Stricter than for what the user named: a zip of anything else is no input here.
fn recognise_child(path: &Path, name: &str) -> Result<Kind, InputError> {
    let kind =
        fs::symlink_metadata(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    if kind.is_symlink() {
        return Err(unreadable(name, LINK, "name what it leads to"));
    }
    if kind.is_dir() {
        if saved::is_unpacked_wacz(path) {
            return Ok(Kind::Saved(path.to_owned(), saved::Format::Wacz));
        }
        return match archive::holds(path) {
            Holds::Archive => Ok(Kind::Archive(vec![path.to_owned()])),
            Holds::Marks | Holds::Nothing => Err(unreadable(name, SUBFOLDER, "")),
        };
    }
    if !kind.is_file() {
        return Err(unreadable(name, "neither a file nor a folder", ""));
    }
    match recognise_file(path, name)? {
        Kind::Archive(_) if archive::holds(path) == Holds::Nothing => {
            Err(unreadable(name, &format!("a zip file, but {NO_ARCHIVE}"), ""))
        }
        kind => Ok(kind),
    }
}

fn open(path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })
}

fn missing(path: &Path, name: &str) -> InputError {
    if is_handle(name) {
        return unreadable(
            name,
            "looks like a handle, but not like one of Mastodon (@name@host) or Bluesky (bsky:name.host)",
            "give the whole handle, the address of the profile (https://...) or the archive that the platform exports",
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
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn problem(name: &Path) -> String {
        Input::recognise(name.as_os_str()).unwrap_err().to_string()
    }

    /// The inputs behind a path: what each is, and its name below the path.
    fn seen(path: &Path) -> Vec<String> {
        let inputs = Input::recognise(path.as_os_str()).unwrap();
        let below = |of: &Path| of.strip_prefix(path).unwrap().display().to_string();
        inputs
            .iter()
            .map(|input| match &input.kind {
                Kind::Folder(of, coverage) => format!("folder {}: {}", below(of), coverage.holds),
                Kind::Archive(of) => {
                    format!("archive {}", of.iter().map(|of| below(of)).collect::<Vec<_>>().join(" + "))
                }
                Kind::Page(of) => format!("page {}", below(of)),
                Kind::Saved(of, format) => format!("{format:?} {}", below(of)),
                Kind::Items(of) => format!("items {}", below(of)),
                Kind::Stdin | Kind::Web(_) => "other".to_owned(),
            })
            .collect()
    }

    fn write(folder: &Path, name: &str, content: &[u8]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    const POSTS: &[u8] =
        b"window.YTD.tweets.part0 = [ {\"tweet\": {\"id_str\": \"1\", \"full_text\": \"a\"}} ]";
    const PAGE: &[u8] = b"<!doctype html><title>Practice</title><p>Open on Friday";
    const COMMENTS: &[u8] = b"Comment ID,Video ID,Comment text\na,b,\"{\"\"text\"\":\"\"c\"\"}\"\n";
    const ITEM: &[u8] = b"{\"id\": \"1\", \"text\": \"a\"}\n";

    #[test]
    fn a_folder_is_an_archive_or_holds_inputs() {
        type Files = &'static [(&'static str, &'static [u8])];
        let cases: &[(Files, &[&str])] = &[
            (&[("data/tweets.js", POSTS), ("Your archive.html", PAGE)], &["archive "]),
            (&[("tweets.js", POSTS), ("notes.txt", b"milk")], &["archive "]),
            (&[("content/posts_1.json", b"[]"), ("index.html", PAGE)], &["archive "]),
            (&[("twitter-2024/data/tweets.js", POSTS)], &["folder : 1", "archive twitter-2024"]),
            (&[("Takeout/YouTube/comments/comments.csv", COMMENTS)], &["archive "]),
            (&[("me/Shares.csv", b"Date"), ("index.html", PAGE)], &["archive "]),
            (
                &[("me/Shares.csv", b"Date"), ("posts.jsonl", ITEM)],
                &["folder : 2", "archive me", "items posts.jsonl"],
            ),
            (
                &[("b.html", PAGE), ("a.jsonl", ITEM), ("x/data/tweets.js", POSTS), ("x.pdf", b"%PDF-1.7")],
                &["folder : 3", "items a.jsonl", "page b.html", "archive x"],
            ),
        ];
        for (files, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            for (name, content) in *files {
                write(folder.path(), name, content);
            }
            assert_eq!(seen(folder.path()), *expected);
        }
    }

    #[test]
    fn what_is_no_input_in_a_folder_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.jsonl", ITEM);
        write(folder.path(), "b.pdf", b"%PDF-1.7");
        write(folder.path(), "c.pdf", b"%PDF-1.7");
        write(folder.path(), "sub/d.jsonl", ITEM);
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("e.jsonl")).unwrap();
        let inputs = Input::recognise(folder.path().as_os_str()).unwrap();
        let Kind::Folder(_, coverage) = &inputs[0].kind else { panic!("{inputs:?}") };
        let counts: Vec<_> = coverage.skipped.iter().map(|(why, gap)| (why.as_str(), gap.count)).collect();
        let mut expected = vec![("not an input: a PDF document", 2)];
        expected.push(("not an input: a folder that is no archive: name it too, if it holds inputs", 1));
        #[cfg(unix)]
        expected.push(("not an input: a symbolic link, which is not followed", 1));
        expected.sort_unstable();
        assert_eq!(counts, expected);
        assert!(coverage.is_complete());
    }

    #[test]
    fn a_folder_without_input_says_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(problem(folder.path()).contains("an empty folder"));
        write(folder.path(), "a.pdf", b"%PDF-1.7");
        assert!(problem(folder.path()).contains("holds no input"));
        for number in 0..MAX_CHILDREN {
            write(folder.path(), &format!("{number}.jsonl"), ITEM);
        }
        assert!(problem(folder.path()).contains("more than 1000 files"));
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
            ("j.csv", b"\xff\xfei\0d\0,\0a\0", "without a column `text`"),
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
        const UTF16: &str = "i\0d\0,\0t\0e\0x\0t\0\n\0";
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("a.zip", "{\"id\":\"1\",\"text\":\"a\"}\n"),
            ("b.dat", "\u{feff}Id;Text\n1;a\n"),
            ("c.csv", UTF16),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            assert_eq!(seen(&path), ["items "]);
        }
    }

    #[test]
    fn offers_a_neighbour_a_scheme_or_a_profile_address() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("twitter-2024.zip"), "x").unwrap();
        assert!(problem(&folder.path().join("twiter-2024.zip")).contains("did you mean"));
        assert!(problem(Path::new("drjones.example.org/blog")).contains("https://drjones.example.org/blog"));
        for handle in ["@drjones", "bsky:drjones", "@a@localhost"] {
            assert!(problem(Path::new(handle)).contains("give the whole handle"), "{handle}");
        }
        for handle in ["@a@b.example", "bsky:drjones.example", "https://drjones.example"] {
            assert!(Input::recognise(OsStr::new(handle)).unwrap()[0].is_remote(), "{handle}");
        }
        assert!(problem(folder.path().join("nothing-like-it").as_path()).contains("check the spelling"));
    }
}
