//! One file a subcommand, thin.

mod audit;
mod check;
mod completions;
mod extract;
mod init;
mod outputs;
mod profiles;
mod rules;
mod sites;
mod sweep;
mod verify;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use whitecoat_engine::Engine;

use crate::cli::{Cli, Command, ReadArgs};
use crate::interrupt::Interrupt;
use crate::pipeline::Settings;
use crate::policy::this_second;
use crate::profile::ProfileError;
use crate::progress::Progress;
use crate::reader::{self, Choice, Joined};
use crate::reading::{Ended, Reading};
use crate::report::output::OutputError;
use crate::sources::input::Input;
use crate::sources::web::{self, Limits, Session, cache_folder};
use crate::sources::{InputError, Options};
use crate::subject::SubjectError;
use crate::table::TableError;
use crate::wording::printable;

/// How a command ended when nothing went wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Clean and complete.
    Clean,
    /// There are findings at or above `--fail-on`.
    Findings,
    /// Not everything was read.
    Incomplete,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A subject file cannot be used.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A table cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Inputs cannot be read at all; one message each.
    #[error("{}", .0.join("\n"))]
    Inputs(Vec<String>),
    /// Something else about the command line or the machine.
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(OutputError::Stdout(error))
    }
}

/// Runs a command and gives the exit code; errors are written to standard error.
pub fn run(cli: Cli) -> ExitCode {
    let progress = Progress::new(cli.quiet);
    let result = match cli.command {
        Command::Audit(args) => audit::run(args, progress),
        Command::Extract(args) => extract::run(args, progress),
        Command::Check(args) => check::run(args, cli.quiet),
        Command::Sweep(args) => sweep::run(args, progress),
        Command::Init(args) => init::run(args),
        Command::Verify(args) => verify::run(args, progress),
        Command::Rules { command } => rules::run(command),
        Command::Profiles { command } => profiles::run(command),
        Command::Sites { command } => sites::run(command),
        Command::Completions { shell } => completions::run(shell),
    };
    match result {
        Ok(Ending::Clean) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(1),
        Ok(Ending::Incomplete) => ExitCode::from(3),
        Err(Failure::Output(error)) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            for message in failure.to_string().lines() {
                let lead = if message.starts_with(' ') { "" } else { "error: " };
                let _ = writeln!(io::stderr(), "{lead}{}", printable(message));
            }
            ExitCode::from(2)
        }
    }
}

/// Recognises all inputs, those in named folders too, or says of every argument that is none why.
fn recognise(args: &ReadArgs) -> Result<Vec<Input>, Failure> {
    let (inputs, problems) = Input::recognise_all(&args.inputs);
    let mut problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if args.inputs.iter().filter(|input| *input == "-").count() > 1 {
        problems.push("-: standard input can be read only once".to_owned());
    }
    if problems.is_empty() { Ok(inputs) } else { Err(Failure::Inputs(problems)) }
}

/// The shipped rules with the reader that was chosen.
fn engine(choice: &Choice) -> Result<(Engine, Joined), Failure> {
    let engine = Engine::builtin().map_err(|error| Failure::Other(error.to_string()))?;
    reader::join(engine, choice).map_err(Failure::Other)
}

/// How a run reads that began at `at`.
fn settings(
    args: &ReadArgs,
    inputs: &[Input],
    at: Timestamp,
    progress: Progress,
) -> Result<Settings, Failure> {
    let interrupt = Interrupt::on_ctrl_c()
        .map_err(|error| Failure::Other(format!("cannot listen to Ctrl-C: {error}")))?;
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, usize::from);
    let options =
        Options { include_messages: args.include_messages, web: Arc::new(session(args, inputs, at)?) };
    Ok(Settings { jobs, options, progress, interrupt })
}

/// How the web is read, and where the evidence goes.
fn session(args: &ReadArgs, inputs: &[Input], at: Timestamp) -> Result<Session, Failure> {
    let mut limits = Limits::default();
    limits.pages = args.max_pages.unwrap_or(limits.pages);
    limits.depth = args.depth.unwrap_or(limits.depth);
    let cache = if args.no_cache { None } else { cache_folder() };
    let settings = web::Settings { limits, allow_loopback: args.allow_loopback, cache };
    let Some(path) = &args.evidence else { return Ok(Session::new(settings)) };
    let starts: Vec<String> =
        inputs.iter().filter(|input| input.is_remote()).map(|input| input.name.clone()).collect();
    if starts.is_empty() {
        return Err(Failure::Other(
            "--evidence records what is fetched, but no input is a web address\n  expected: at least one address such as https://drlee.example/blog\n  \
             try: leave --evidence out, or name the page to read"
                .to_owned(),
        ));
    }
    Session::with_evidence(settings, path, starts, at).map_err(|error| unwritten(path, &error))
}

/// Puts the evidence, if any is wanted, into its place.
fn finish_evidence(args: &ReadArgs, settings: &Settings) -> Result<(), Failure> {
    let Some(path) = &args.evidence else { return Ok(()) };
    settings.options.web.finish().map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let next = match error.kind() {
        io::ErrorKind::AlreadyExists => "name a new file: evidence is never replaced",
        _ => "name a file in a folder that you may write to, on a disk with room",
    };
    Failure::Other(format!("cannot write the evidence to {}: {error}\n  try: {next}", path.display()))
}

/// An error if no input could be read at all. If single ones could not, the summary says so, or this if it is quiet.
fn check_readings(readings: &[Reading], quiet: bool) -> Result<(), Failure> {
    let unreadable = |reading: &Reading| match &reading.ended {
        Ended::Unreadable(problem) => Some(problem.clone()),
        Ended::Complete | Ended::Interrupted => None,
    };
    let problems: Vec<String> = readings.iter().filter_map(unreadable).collect();
    let nothing = readings.iter().all(|reading| reading.counts.items == 0);
    if nothing && problems.len() == readings.len() {
        return Err(Failure::Inputs(problems));
    }
    for message in problems.iter().filter(|_| quiet).flat_map(|problem| problem.lines()) {
        let _ = writeln!(io::stderr(), "{}", printable(message));
    }
    Ok(())
}

/// The time of the run: as asked, as `SOURCE_DATE_EPOCH` says, or the clock's.
fn now(asked: Option<Timestamp>) -> Result<Timestamp, Failure> {
    Ok(asked.or(fixed_time()?).unwrap_or_else(this_second))
}

/// What `SOURCE_DATE_EPOCH` says.
fn fixed_time() -> Result<Option<Timestamp>, Failure> {
    let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = epoch.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let problem = || format!("SOURCE_DATE_EPOCH is {epoch:?}, not a number of seconds since 1970");
    seconds.map(Some).ok_or_else(|| Failure::Other(problem()))
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Failure::Inputs(vec![error.to_string()])
    }
}
