//! Where an output goes: written beside its place and renamed, so that there is the whole file or the old one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// How much of an existing table is looked at to tell what stands between its cells.
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
        problem: &'static str,
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
            return Err(OutputError::Refused { path: path.to_owned(), problem, next });
        }
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => {
                let (problem, next) = ("it is a folder", "name a file in it");
                return Err(OutputError::Refused { path: path.to_owned(), problem, next });
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
                problem: "it is there already",
                next: "name another file, or move this one away",
            }),
            _ => Ok(()),
        }
    }

    /// Refuses if the file is an audit in which somebody has filled in decisions or notes.
    pub fn keep_decisions(&self) -> Result<(), OutputError> {
        let Self::File(path) = self else { return Ok(()) };
        match File::open(path).map(|file| has_decisions(file).unwrap_or(true)) {
            Ok(true) => Err(OutputError::Refused {
                path: path.clone(),
                problem: "its `decision` or `note` column is filled in (or it cannot be read), and a new audit would lose that",
                next: "write to another file, or move this one away",
            }),
            Ok(false) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(failed(path, source)),
        }
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

/// Whether a table has a decision or a note in it. A spreadsheet may have changed its delimiter.
fn has_decisions(mut file: File) -> io::Result<bool> {
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut head = Vec::new();
    (&mut file).take(HEADER_BYTES).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let header = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let cells = |delimiter: u8| header.iter().filter(|&&byte| byte == delimiter).count();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| cells(delimiter)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(file);
    let is_users = |name: &[u8]| matches!(name.trim_ascii(), b"decision" | b"note");
    let names = reader.byte_headers()?.iter().enumerate();
    let columns: Vec<usize> = names.filter(|(_, name)| is_users(name)).map(|(column, _)| column).collect();
    if columns.is_empty() {
        return Ok(false);
    }
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        if columns.iter().any(|&column| record.get(column).is_some_and(|cell| !cell.trim_ascii().is_empty()))
        {
            return Ok(true);
        }
    }
    Ok(false)
}
