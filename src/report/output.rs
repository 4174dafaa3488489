//! Where an output goes: written beside its place and renamed, so that there is the whole file or the old one.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::NamedTempFile;

use crate::attest::FILLED_IN;
use crate::table::Table;
use crate::wording::printable;

/// What stands in columns that people fill in before they do.
const NOTHING_YET: &[&str] = &["", "unconfirmed"];
/// How much of an existing file is looked at to tell whether it is a table with columns that people fill in.
const HEADER_BYTES: u64 = 64 * 1024;
/// What the name of a file begins with until it is whole.
const TEMPORARY: &str = ".whitecoat-";

/// A place that an output can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file, replaced as a whole.
    File(PathBuf),
    /// Something that is no regular file, such as a pipe, written to directly.
    Special(PathBuf),
}

/// Why an output cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The system refuses.
    #[error("cannot write {}: {source}\n  try: {next}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// What the user can do.
        next: &'static str,
    },
    /// Standard output cannot be written to.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
    /// The file there must not be replaced.
    #[error("{} is left as it is: {problem}\n  try: {next}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: Cow<'static, str>,
        /// What the user can do.
        next: &'static str,
    },
}

impl OutputError {
    /// Whether the reader of a pipe has gone, which is no error.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Stdout(error) | Self::Write { source: error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl Destination {
    /// Checks, before any work is done, that `path` (`-` for standard output) can be written and is none of `inputs`.
    pub fn prepare<'i>(path: &Path, inputs: impl IntoIterator<Item = &'i Path>) -> Result<Self, OutputError> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        // What a link points to is replaced, not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if inputs.into_iter().any(|input| fs::canonicalize(input).is_ok_and(|input| input == target)) {
            let (problem, next) = ("it is one of the inputs", "name another file");
            return Err(OutputError::Refused { path: path.to_owned(), problem: problem.into(), next });
        }
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => {
                let (problem, next) = ("it is a folder", "name a file in it");
                return Err(OutputError::Refused { path: path.to_owned(), problem: problem.into(), next });
            }
            Ok(metadata) if !metadata.is_file() => return Ok(Self::Special(target)),
            _ => {}
        }
        temporary(&target)?;
        Ok(Self::File(target))
    }

    /// Refuses if there is a file already.
    pub fn is_new(&self) -> Result<(), OutputError> {
        match self {
            Self::File(path) if path.exists() => Err(OutputError::Refused {
                path: path.clone(),
                problem: "it is there already".into(),
                next: "name another file, or move this one away",
            }),
            _ => Ok(()),
        }
    }

    /// Refuses if the file is an audit in which somebody has filled in decisions, notes or a review.
    pub fn keep_decisions(&self) -> Result<(), OutputError> {
        let Self::File(path) = self else { return Ok(()) };
        match File::open(path).map(|file| has_decisions(file, path).unwrap_or(true)) {
            Ok(true) => Err(OutputError::Refused {
                path: path.clone(),
                problem: "people have filled in its columns, such as `decision`, `note` or `review_status` (or it cannot be read), and a new audit would lose that".into(),
                next: "write to another file, or move this one away",
            }),
            Ok(false) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(failed(path, source)),
        }
    }

    /// Refuses if the record that would be replaced is that of another output, which is still there: without its record
    /// nothing shows what that output rests on.
    pub fn keep_record(&self) -> Result<(), OutputError> {
        let (Self::File(path), Some(Self::File(record))) = (self, self.run_file()) else { return Ok(()) };
        let Some(of) = recorded_output(&record) else { return Ok(()) };
        let is_other = path.file_name().is_some_and(|name| name != of.as_os_str());
        if is_other && record.with_file_name(&of).exists() {
            return Err(OutputError::Refused {
                path: record,
                problem: format!(
                    "it is the record of {} beside it, which could not be checked without it",
                    printable(&of.to_string_lossy())
                )
                .into(),
                next: "write to a file with another name, whose record gets that name too, or move that output and its record away",
            });
        }
        Ok(())
    }

    /// The file beside this one that records the run: `audit.run.json` beside `audit.csv`.
    pub fn run_file(&self) -> Option<Self> {
        match self {
            Self::File(path) => Some(Self::File(path.with_extension("run.json"))),
            Self::Stdout | Self::Special(_) => None,
        }
    }

    /// Whether both write to one place.
    pub fn collides(&self, other: &Self) -> bool {
        match (self.path(), other.path()) {
            (Some(path), Some(other)) => resolved(path) == resolved(other),
            (path, other) => path == other,
        }
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) | Self::Special(path) => Some(path),
        }
    }

    /// Opens the place. Nothing is there before [`Open::finish`].
    pub fn open(&self) -> Result<Open, OutputError> {
        Ok(match self {
            Self::Stdout => Open::Stdout(BufWriter::new(io::stdout())),
            Self::File(path) => Open::File(BufWriter::new(temporary(path)?), path.clone()),
            Self::Special(path) => {
                let file =
                    fs::OpenOptions::new().write(true).open(path).map_err(|source| failed(path, source))?;
                Open::Special(BufWriter::new(file), path.clone())
            }
        })
    }

    /// Writes all of the output with `write`.
    pub fn write(&self, write: impl FnOnce(&mut Open) -> io::Result<()>) -> Result<(), OutputError> {
        let mut open = self.open()?;
        write(&mut open).map_err(|source| open.failed(source))?;
        open.finish()
    }
}

/// An output that is being written.
#[derive(Debug)]
pub enum Open {
    /// Standard output.
    Stdout(BufWriter<io::Stdout>),
    /// The file that will take the place of the one named.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// A pipe or device.
    Special(BufWriter<File>, PathBuf),
}

impl Open {
    /// Makes the output appear in its place, safe on the disk.
    pub fn finish(self) -> Result<(), OutputError> {
        match self {
            Self::Stdout(mut out) => out.flush().map_err(OutputError::Stdout),
            Self::Special(mut file, path) => file.flush().map_err(|source| failed(&path, source)),
            Self::File(file, path) => {
                let file = file.into_inner().map_err(|error| failed(&path, error.into_error()))?;
                file.as_file().sync_all().map_err(|source| failed(&path, source))?;
                file.persist(&path).map_err(|error| failed(&path, error.error))?;
                Ok(())
            }
        }
    }

    /// What an error while writing means for the user.
    pub fn failed(&self, source: io::Error) -> OutputError {
        match self {
            Self::Stdout(_) => OutputError::Stdout(source),
            Self::File(_, path) | Self::Special(_, path) => failed(path, source),
        }
    }
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(file, _) => file.write(bytes),
            Self::Special(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(file, _) => file.flush(),
            Self::Special(file, _) => file.flush(),
        }
    }
}

/// The name of the output that a record is of, if it is a record.
fn recorded_output(record: &Path) -> Option<OsString> {
    #[derive(Deserialize)]
    struct Record {
        output: PathBuf,
    }
    let record: Record = serde_json::from_slice(&fs::read(record).ok()?).ok()?;
    record.output.file_name().map(OsString::from)
}

/// The path with its folder as the system knows it; the file itself may not be there yet.
fn resolved(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Takes away what a killed run left half written in a folder. Only for a folder that nobody else writes to.
pub fn sweep_up(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPORARY));
        if ours && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A file in the folder of `path`, for its owner only, which is gone unless it is persisted.
fn temporary(path: &Path) -> Result<NamedTempFile, OutputError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder).map_err(|error| failed(path, error))
}

/// The error without the name of the temporary file, which means nothing to the user.
fn plain(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path \"") {
        Some((said, _)) => io::Error::new(error.kind(), said.to_owned()),
        None => error,
    }
}

fn failed(path: &Path, source: io::Error) -> OutputError {
    let source = plain(source);
    let next = match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space, or write to another disk; what was there before is unchanged"
        }
        io::ErrorKind::NotFound => "make the folder first, or name another file",
        _ => "name a file in a folder that you may write to",
    };
    OutputError::Write { path: path.to_owned(), source, next }
}

/// Whether a table has something in it that people fill in, whatever a spreadsheet did to its encoding, delimiter or header.
fn has_decisions(file: File, path: &Path) -> io::Result<bool> {
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut head = Vec::new();
    file.take(HEADER_BYTES).read_to_end(&mut head)?;
    let is_users = |name: &String| FILLED_IN.contains(&name.as_str());
    if !Table::parse(&head).header.iter().any(is_users) {
        return Ok(false);
    }
    let table = Table::open(path).map_err(io::Error::other)?;
    let named = table.header.iter().enumerate().filter(|(_, name)| is_users(name));
    let columns: Vec<usize> = named.map(|(column, _)| column).collect();
    let filled = |cell: &str| !NOTHING_YET.contains(&cell.trim().to_lowercase().as_str());
    Ok(table.rows.iter().any(|row| columns.iter().any(|column| filled(row.cell(Some(*column))))))
}
