//! Many audits: a roster, two or more people at once, a log, and going on after an interruption.
//!
//! A person is done when the log says so, and the log says so only after their files are on the disk. Whatever moment a
//! sweep is killed at, it goes on with the people who are not in the log.

mod hosts;
mod log;
mod person;
mod roster;
mod summary;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use whitecoat_engine::Engine;

pub use log::{Event, Line, LogError, Outcome, State, Terms};
pub use roster::{Person, Roster};
pub use verify::verify;

use self::hosts::Hosts;
use self::log::Log;
use self::summary::Summary;
use crate::interrupt::Interrupt;
use crate::pipeline::Settings;
use crate::policy::{Policy, this_second};
use crate::profile::Loaded;
use crate::progress::Progress;
use crate::reader::Joined;
use crate::report::Columns;
use crate::report::output::{self, Destination, OutputError};
use crate::report::run_file::UsedOptions;
use crate::sources::Options;
use crate::sources::web;
use crate::wording::counted;

/// Where the files of single people stand.
pub const PEOPLE: &str = "people";
const LOG: &str = "sweep.log";
const TABLE: &str = "sweep.csv";
const PAGE: &str = "sweep.html";
/// Progress is said after so many people.
const SAID_EVERY: usize = 25;
/// So many problems are said as they come; `sweep.csv` has all.
const PROBLEMS_SAID: usize = 20;

/// What a sweep goes by, besides its roster.
#[derive(Debug)]
pub struct Sweep<'s> {
    /// The rules.
    pub engine: &'s Engine,
    /// The language model that the engine asks.
    pub reader: &'s Joined,
    /// How.
    pub profile: &'s Loaded,
    /// The same, made ready.
    pub policy: &'s Policy,
    /// What is shown.
    pub columns: &'s Columns,
    /// What else was asked for.
    pub options: &'s UsedOptions,
    /// Where everything goes.
    pub folder: &'s Path,
    /// The folder of the last sweep.
    pub previous: Option<&'s Path>,
    /// What chance is made of.
    pub seed: u64,
    /// The time that every audit counts as its own.
    pub started: Timestamp,
    /// When audits are said to have ended; `None` for when they do.
    pub finished: Option<Timestamp>,
    /// How many people at once.
    pub at_once: usize,
    /// Whether everybody gets a report for reading.
    pub reports: bool,
    /// When to stop early.
    pub interrupt: Interrupt,
    /// Where progress is shown.
    pub progress: Progress,
}

/// What a sweep came to.
#[derive(Debug)]
pub struct Ended {
    /// By id.
    pub outcomes: BTreeMap<String, Outcome>,
    /// How many were done with in this run, and how many before.
    pub now: usize,
    /// Those whom the log knew already.
    pub before: usize,
    /// The user stopped it.
    pub stopped: bool,
    /// The digest of the log's last line.
    pub head: String,
}

/// Why a sweep cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The folder or one of its files.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The folder is not what it should be.
    #[error("{0}")]
    Folder(String),
}

impl Sweep<'_> {
    fn settings(&self) -> Settings {
        Settings {
            jobs: 1,
            options: Options {
                include_messages: self.options.include_messages,
                web: Arc::new(web::Session::new(web::Settings {
                    allow_loopback: self.options.allow_loopback,
                    ..web::Settings::default()
                })),
            },
            progress: Progress::new(true),
            interrupt: self.interrupt.clone(),
        }
    }

    fn terms(&self, roster: &Roster) -> Terms {
        Terms {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            ruleset: blake3::hash(self.engine.definition()).to_hex().to_string(),
            profile: self.profile.profile.name.clone(),
            profile_blake3: self.profile.hash(),
            roster: roster.digest.clone(),
            people: roster.people.len() as u64,
            seed: self.seed,
            started: self.started.to_string(),
            unmask: self.options.unmask,
            reader: self.profile.profile.reader.clone(),
            include_messages: self.options.include_messages,
            language_model: self.reader.takes_part(),
            columns: self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(","),
            reports: self.reports,
            previous: self.previous.map(last_log).unwrap_or_default(),
        }
    }

    fn at(&self) -> String {
        self.finished.unwrap_or_else(this_second).to_string()
    }
}

/// The digest of the last sweep's log, by which a sweep that goes on tells that its predecessor is the same one.
fn last_log(folder: &Path) -> String {
    let log = std::fs::read(folder.join(LOG)).unwrap_or_default();
    blake3::hash(&log).to_hex().to_string()
}

/// The terms of the sweep in a folder, if there is one: going on means going on with its time and its seed.
pub fn terms_in(folder: &Path, resume: bool) -> Result<Option<Terms>, SweepError> {
    let path = folder.join(LOG);
    let said = |problem: &str, next: &str| {
        SweepError::Folder(format!("{}: {problem}\n  try: {next}", folder.display()))
    };
    if path.metadata().is_ok_and(|log| log.len() > 0) {
        if !resume {
            return Err(said(
                "there is a sweep here already",
                "go on with it with --resume, or name another folder",
            ));
        }
        let (_, lines) = Log::open(&path)?;
        return Ok(lines.into_iter().find_map(|line| match line.event {
            Event::Start(terms) => Some(terms),
            _ => None,
        }));
    }
    let other = |name: &std::ffi::OsStr| name != LOG && name != PEOPLE;
    let holds_other = std::fs::read_dir(folder)
        .is_ok_and(|entries| entries.filter_map(Result::ok).any(|entry| other(&entry.file_name())));
    if holds_other {
        return Err(said("it is not empty, and no sweep", "name a new folder"));
    }
    Ok(None)
}

/// Checks that the folder of the last sweep is one: without it, all that was decided would come back as new, unsaid.
pub fn check_previous(previous: &Path, folder: &Path) -> Result<(), SweepError> {
    let same = |one: &Path| std::fs::canonicalize(one).ok();
    let problem = match () {
        () if !previous.join(PEOPLE).is_dir() => "it is not the folder of a sweep",
        () if same(previous) == same(folder) => "it is the folder that this sweep writes to",
        () => return Ok(()),
    };
    Err(SweepError::Folder(format!(
        "--previous {}: {problem}\n  expected: the folder of the last sweep, with sweep.log and {PEOPLE}/\n  \
         try: name that one, or leave --previous out if this is the first",
        previous.display()
    )))
}

/// Audits everybody whom the log does not know as done.
pub fn run(sweep: &Sweep<'_>, roster: &Roster, known: Option<&Terms>) -> Result<Ended, SweepError> {
    make_folder(&sweep.folder.join(PEOPLE))?;
    let terms = sweep.terms(roster);
    if let Some(known) = known {
        same_terms(known, &terms, sweep.folder)?;
    }
    let (mut log, lines) = Log::open(&sweep.folder.join(LOG))?;
    // Nobody else writes here: the log is locked.
    for folder in [sweep.folder, &sweep.folder.join(PEOPLE)] {
        output::sweep_up(folder)
            .map_err(|error| SweepError::Folder(format!("{}: {error}", folder.display())))?;
    }
    let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
    for line in lines {
        if let Event::Person(outcome) = line.event {
            outcomes.insert(outcome.id.clone(), *outcome);
        }
    }
    let is_done = |person: &&Person| {
        outcomes.get(&person.id).is_some_and(|outcome| {
            let kept = outcome.state == State::Done && person::files_are_there(sweep, person);
            outcome.row == person.digest && (kept || outcome.state == State::Skipped)
        })
    };
    let waiting: Vec<Waiting<'_>> = (roster.people.iter().filter(|person| !is_done(person)))
        .map(|person| Waiting { person, last_table: written_before(&outcomes, person) })
        .collect();
    let before = roster.people.len() - waiting.len();
    if before > 0 {
        sweep.progress.line(&format!(
            "{} of the last run",
            counted(before as u64, "person is done with", "people are done with")
        ));
    }
    log.add(
        sweep.at(),
        if known.is_some() { Event::Resume(terms.clone()) } else { Event::Start(terms.clone()) },
    )?;
    let now = everybody(sweep, &waiting, |outcome| {
        let added = log.add(sweep.at(), Event::Person(Box::new(outcome.clone())));
        outcomes.insert(outcome.id.clone(), outcome);
        added
    })?;
    let stopped = now < waiting.len();
    let summary = Summary { roster, outcomes: &outcomes, terms: &terms, profile: &sweep.profile.profile };
    let table = write(&sweep.folder.join(TABLE), |to| summary.table(to))?;
    let page = write(&sweep.folder.join(PAGE), |to| summary.page(to))?;
    log.add(sweep.at(), if stopped { Event::Stop } else { Event::End { table, page } })?;
    Ok(Ended { now, before, stopped, head: log.head().to_owned(), outcomes })
}

/// Somebody whose turn has not come.
#[derive(Debug)]
struct Waiting<'r> {
    person: &'r Person,
    /// Digest of the table that this sweep wrote for them before, when their row in the roster was another one.
    last_table: String,
}

fn written_before(outcomes: &BTreeMap<String, Outcome>, person: &Person) -> String {
    outcomes.get(&person.id).map(|outcome| outcome.table.clone()).unwrap_or_default()
}

/// Audits people side by side; what came of each is handed over one at a time. Says how many there were.
fn everybody(
    sweep: &Sweep<'_>,
    people: &[Waiting<'_>],
    mut collect: impl FnMut(Outcome) -> Result<(), LogError>,
) -> Result<usize, SweepError> {
    let hosts = Hosts::new(web::BETWEEN_REQUESTS);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = crossbeam_channel::bounded(0);
    let (mut done, mut problems) = (0, 0);
    std::thread::scope(|scope| {
        for _ in 0..sweep.at_once {
            let (sender, hosts, next) = (sender.clone(), &hosts, &next);
            scope.spawn(move || {
                while !sweep.interrupt.is_asked() {
                    let Some(person) = people.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    let Some(result) = person::audit(sweep, person.person, &person.last_table, hosts) else {
                        return;
                    };
                    // Nobody takes it any more once the log cannot be written.
                    if sender.send(result).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for outcome in receiver {
            done += 1;
            if !outcome.problem.is_empty() {
                problems += 1;
                match problems {
                    ..=PROBLEMS_SAID => sweep.progress.line(&format!(
                        "{} {}: {}",
                        outcome.id,
                        outcome.state.name(),
                        outcome.problem
                    )),
                    at if at == PROBLEMS_SAID + 1 => {
                        sweep.progress.line(&format!("further problems are in {TABLE}"));
                    }
                    _ => {}
                }
            }
            collect(outcome)?;
            if done % SAID_EVERY == 0 {
                sweep
                    .progress
                    .line(&format!("{done} of {}", counted(people.len() as u64, "person", "people")));
            }
        }
        Ok(done)
    })
}

/// Writes a file, and gives the digest of what was written.
fn write(path: &Path, make: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<String, OutputError> {
    let mut bytes = Vec::new();
    // Writing into memory fails only by a defect; then the file says so by being short.
    let _ = make(&mut bytes);
    Destination::prepare(path, [])?.write(|to| std::io::Write::write_all(to, &bytes))?;
    Ok(blake3::hash(&bytes).to_hex().to_string())
}

fn make_folder(path: &Path) -> Result<(), SweepError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| {
        SweepError::Folder(format!(
            "cannot make the folder {}: {error}\n  try: name another one with -o",
            path.display()
        ))
    })
}

/// A sweep goes on by the rules and the profile that it began with.
fn same_terms(known: &Terms, now: &Terms, folder: &Path) -> Result<(), SweepError> {
    let changed = [
        ("the rules", known.ruleset != now.ruleset),
        ("the profile", known.profile_blake3 != now.profile_blake3),
        ("masks (--unmask)", known.unmask != now.unmask),
        ("--include-messages", known.include_messages != now.include_messages),
        ("--reader", known.language_model != now.language_model),
        ("--columns", known.columns != now.columns),
        ("--no-reports", known.reports != now.reports),
        ("--previous", known.previous != now.previous),
    ];
    let changed: Vec<&str> = changed.iter().filter(|(_, changed)| *changed).map(|(what, _)| *what).collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(SweepError::Folder(format!(
        "{}: this sweep began otherwise: {}\n  why: its people would not have been audited alike\n  try: give the same command as before, or begin a new sweep in another folder, with --previous {}",
        folder.display(),
        changed.join(", "),
        folder.display()
    )))
}
