//! The log of a sweep: only ever added to, each line with a digest over itself and the line before.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What the first line follows.
const BEFORE_ALL: &str = "";
const HASH: &str = ",\"hash\":\"";

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number, from 0.
    pub n: u64,
    /// When it was written.
    pub at: String,
    /// The digest of the line before.
    pub prev: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The sweep began.
    Start(Terms),
    /// It went on, perhaps with another roster.
    Resume(Terms),
    /// A person is done with.
    Person(Box<Outcome>),
    /// It was interrupted.
    Stop,
    /// It came to its end, and wrote these.
    End {
        /// Digest of `sweep.csv`.
        table: String,
        /// Digest of `sweep.html`.
        page: String,
    },
}

/// What a sweep goes by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Terms {
    pub tool_version: String,
    pub ruleset: String,
    pub profile: String,
    pub profile_blake3: String,
    pub roster: String,
    pub people: u64,
    pub seed: u64,
    /// The time that every audit of the sweep counts as its own.
    pub started: String,
    pub unmask: bool,
    pub reader: String,
    #[serde(default)]
    pub include_messages: bool,
    /// Whether the small language model read too.
    #[serde(default)]
    pub language_model: bool,
    /// Names, apart by commas.
    #[serde(default)]
    pub columns: String,
    /// Whether everybody gets a report for reading.
    #[serde(default)]
    pub reports: bool,
    /// Digest of the last sweep's log; nothing if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub previous: String,
}

/// How it went with one person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whose.
    pub id: String,
    /// The digest of their row in the roster.
    pub row: String,
    /// What came of it.
    pub state: State,
    /// Why it failed or was skipped.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub problem: String,
    /// Whether all that was named was read.
    pub complete: bool,
    /// Items that were looked at.
    pub items: u64,
    /// Rows by severity.
    #[serde(default)]
    pub by_severity: BTreeMap<String, u64>,
    /// Rows that somebody still has to look at.
    pub open: u64,
    /// The worst severity of those; nothing if there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub worst_open: String,
    /// Rows by status.
    #[serde(default)]
    pub by_status: BTreeMap<String, u64>,
    /// By rule, of the last audit: decisions that called a finding no issue, and all decisions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decided: BTreeMap<String, (u64, u64)>,
    /// How many days ago the oldest open critical finding was first seen.
    pub oldest_open_critical: Option<i64>,
    /// The root of the attestation.
    #[serde(default)]
    pub root: String,
    /// Digest of the person's table.
    #[serde(default)]
    pub table: String,
    /// Digest of the person's record.
    #[serde(default)]
    pub record: String,
    /// Digest of the person's report, if the sweep writes them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub page: String,
}

/// What came of a person's audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Their files are there.
    Done,
    /// They could not be audited.
    Failed,
    /// There was no leave to audit them, or nothing to read.
    Skipped,
    /// Their turn has not come.
    #[default]
    Waiting,
}

impl State {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
        }
    }
}

/// Why a log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system refuses.
    #[error("{}: {source}\n  try: {next}", path.display())]
    File {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// What to do.
        next: &'static str,
    },
    /// Another sweep writes to it.
    #[error("{}: another sweep is writing here\n  try: wait for it, or stop it first", path.display())]
    InUse {
        /// The log.
        path: PathBuf,
    },
    /// A line does not follow from the one before.
    #[error("{}, line {line}: {problem}\n  expected: a log that only whitecoat has written to\n  try: take the log from a backup; the people's files are not touched", path.display())]
    Broken {
        /// The log.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
}

fn failed(path: &Path, source: io::Error) -> LogError {
    let next = match source.kind() {
        io::ErrorKind::NotFound => "name the folder of a sweep, the one after -o",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space and give the same command with --resume: whoever is in the log is done"
        }
        _ => "make it a file that you may read and write",
    };
    LogError::File { path: path.to_owned(), source, next }
}

/// A log that is being written.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: PathBuf,
    next: u64,
    last: String,
}

impl Log {
    /// Opens a log, or begins one. A line that a kill cut short is taken off; it never counted.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Line>), LogError> {
        let failed = |source| failed(path, source);
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(failed)?;
        file.try_lock().map_err(|_| LogError::InUse { path: path.to_owned() })?;
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut text)).map_err(failed)?;
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).and_then(|()| file.sync_all()).map_err(failed)?;
            text.truncate(whole);
        }
        let (lines, last) = chain(path, &text)?;
        let next = lines.len() as u64;
        Ok((Self { file, path: path.to_owned(), next, last }, lines))
    }

    /// Adds a line; when this returns, it is on the disk, unless it only says that nothing was done.
    pub(super) fn add(&mut self, at: String, event: Event) -> Result<(), LogError> {
        let failed = |source| failed(&self.path, source);
        let of_weight = match &event {
            Event::Person(outcome) => outcome.state == State::Done,
            _ => true,
        };
        let line = Line { n: self.next, at, prev: self.last.clone(), event };
        let body = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        let body = body.strip_suffix('}').unwrap_or(&body);
        let hash = blake3::hash(body.as_bytes()).to_hex().to_string();
        let written = format!("{body}{HASH}{hash}\"}}\n");
        self.file.write_all(written.as_bytes()).map_err(failed)?;
        if of_weight {
            self.file.sync_data().map_err(failed)?;
        }
        (self.next, self.last) = (self.next + 1, hash);
        Ok(())
    }

    /// The digest of the last line: note it elsewhere, and the log cannot be cut unseen.
    pub(super) fn head(&self) -> &str {
        &self.last
    }
}

/// Reads a log, without changing it.
pub(super) fn read(path: &Path) -> Result<(Vec<Line>, String), LogError> {
    let text = std::fs::read(path).map_err(|source| failed(path, source))?;
    chain(path, &text)
}

/// Checks that every line follows from the one before.
fn chain(path: &Path, text: &[u8]) -> Result<(Vec<Line>, String), LogError> {
    let mut lines = Vec::new();
    let mut last = BEFORE_ALL.to_owned();
    let text = String::from_utf8_lossy(text);
    let whole = text.strip_suffix('\n');
    let count = text.matches('\n').count() + usize::from(whole.is_none() && !text.is_empty());
    for (at, written) in whole.unwrap_or(&text).split('\n').take(count).enumerate() {
        let broken = |problem| LogError::Broken { path: path.to_owned(), line: at + 1, problem };
        if written.ends_with('\r') {
            return Err(broken("its end was changed, as by an editor that writes the line ends of Windows"));
        }
        let (body, hash) =
            written.rsplit_once(HASH).ok_or_else(|| broken("it is cut, or no line of a log"))?;
        let hash = hash.strip_suffix("\"}").ok_or_else(|| broken("it is cut"))?;
        if blake3::hash(body.as_bytes()).to_hex().as_str() != hash {
            return Err(broken("it was changed"));
        }
        let line: Line = serde_json::from_str(&format!("{body}}}"))
            .map_err(|_| broken("it is no line of this version"))?;
        if line.prev != last || line.n != lines.len() as u64 {
            return Err(broken(
                "it does not follow from the line before: lines were taken out, added or moved",
            ));
        }
        last = hash.to_owned();
        lines.push(line);
    }
    if whole.is_none() && count > 0 {
        return Err(LogError::Broken { path: path.to_owned(), line: count, problem: "its end is cut off" });
    }
    Ok((lines, last))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn event(id: &str) -> Event {
        Event::Person(Box::new(Outcome { id: id.to_owned(), ..Outcome::default() }))
    }

    #[test]
    fn lines_follow_each_other_and_a_torn_one_is_taken_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweep.log");
        let (mut log, lines) = Log::open(&path).unwrap();
        assert!(lines.is_empty());
        assert!(matches!(Log::open(&path).unwrap_err(), LogError::InUse { .. }));
        for id in ["a", "b", "c"] {
            log.add("2026-01-01T00:00:00Z".into(), event(id)).unwrap();
        }
        let head = log.head().to_owned();
        drop(log);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}{{\"n\":3,\"at\":")).unwrap();
        let (log, lines) = Log::open(&path).unwrap();
        assert_eq!((lines.len(), log.head()), (3, head.as_str()));
        drop(log);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);

        let lines: Vec<&str> = whole.lines().collect();
        for (text, line) in [
            (whole.replacen("\"b\"", "\"x\"", 1), 2),
            (format!("{}\n{}\n", lines[0], lines[2]), 2),
            (format!("{}\n{}\n", lines[1], lines[0]), 1),
            (format!("{}\nnothing\n", lines[0]), 2),
            (whole.replace('\n', "\r\n"), 1),
            (whole.trim_end().to_owned(), 3),
        ] {
            std::fs::write(&path, text).unwrap();
            match read(&path).unwrap_err() {
                LogError::Broken { line: found, .. } => assert_eq!(found, line),
                other => unreachable!("{other}"),
            }
        }
    }
}
