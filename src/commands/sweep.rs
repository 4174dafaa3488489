//! `whitecoat sweep`.

use std::io::{self, Write};

use whitecoat_engine::Severity;

use super::audit::columns;
use super::{Ending, Failure, engine, fixed_time, now};
use crate::audit::place;
use crate::cli::{SweepArgs, SweepCommand, SweepRunArgs};
use crate::interrupt::Interrupt;
use crate::policy::{Policy, day};
use crate::profile::Loaded;
use crate::progress::Progress;
use crate::report::run_file::UsedOptions;
use crate::sweep::{self, Ended, Roster, State, Sweep};
use crate::wording::counted;

/// Two people at once keep the disk and the cores busy, even on a small machine.
const LEAST_AT_ONCE: usize = 2;

pub(super) fn run(args: SweepArgs, progress: Progress) -> Result<Ending, Failure> {
    match args.command {
        Some(SweepCommand::Verify { folder }) => {
            let verdict = sweep::verify(&folder).map_err(|error| Failure::Other(error.to_string()))?;
            let mut out = io::stdout();
            for line in &verdict.good {
                writeln!(out, "ok: {line}")?;
            }
            for problem in &verdict.problems {
                writeln!(out, "ALTERED: {problem}")?;
            }
            Ok(if verdict.problems.is_empty() { Ending::Clean } else { Ending::Findings })
        }
        None => go(&args.run, progress),
    }
}

fn go(args: &SweepRunArgs, progress: Progress) -> Result<Ending, Failure> {
    let other = |error: &dyn std::error::Error| Failure::Other(error.to_string());
    let (Some(roster_path), Some(folder)) = (&args.roster, &args.output) else {
        return Err(Failure::Other(
            "sweep needs a roster and a folder: whitecoat sweep ROSTER.csv -o DIR".to_owned(),
        ));
    };
    let profile = Loaded::find(&args.profile)?;
    let (engine, reader) = engine(&args.reader.choice(profile.profile.language_model))?;
    let columns = columns(args.columns.as_deref(), &profile)?;
    let roster = Roster::open(roster_path)?;
    if let Some(previous) = &args.previous {
        sweep::check_previous(previous, folder).map_err(|error| other(&error))?;
    }
    let known = sweep::terms_in(folder, args.resume).map_err(|error| other(&error))?;
    // A sweep that goes on keeps its time and its seed: the people of one sweep are audited alike.
    let started = match &known {
        Some(terms) => terms.started.parse().map_err(|error| other(&error))?,
        None => now(args.now)?,
    };
    let seed = known.as_ref().map(|terms| terms.seed).or(args.seed);
    let mut policy = Policy::new(&profile, &engine, args.unmask, day(started))?;
    policy.keep_evidence = columns.show_evidence();
    for note in &roster.notes {
        progress.line(&format!("{}: {note}", roster_path.display()));
    }
    let interrupt = Interrupt::on_ctrl_c()
        .map_err(|error| Failure::Other(format!("cannot listen to Ctrl-C: {error}")))?;
    let cores = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, usize::from);
    let options = UsedOptions {
        include_messages: args.include_messages,
        allow_loopback: args.allow_loopback,
        // A profile may leave the masks off too, and outputs must know.
        unmask: !policy.mask,
        csv_raw: false,
        fail_on: args.fail_on.name().to_owned(),
    };
    let sweep = Sweep {
        engine: &engine,
        reader: &reader,
        profile: &profile,
        policy: &policy,
        columns: &columns,
        options: &options,
        folder,
        previous: args.previous.as_deref(),
        seed: seed.unwrap_or_else(|| place(0, &started.to_string())),
        started,
        finished: args.now.or(fixed_time()?),
        at_once: cores.max(LEAST_AT_ONCE),
        reports: !args.no_reports,
        interrupt,
        progress: progress.clone(),
    };
    let ended = sweep::run(&sweep, &roster, known.as_ref()).map_err(|error| other(&error))?;
    if !progress.is_quiet() {
        tell(&ended, &roster, args)?;
    }
    Ok(ending(&ended, &roster, args.fail_on))
}

fn tell(ended: &Ended, roster: &Roster, args: &SweepRunArgs) -> io::Result<()> {
    let mut out = io::stderr();
    let in_state =
        |state| roster.people.iter().filter(|person| state_of(ended, &person.id) == state).count() as u64;
    let folder = args.output.as_deref().map(|folder| folder.display().to_string()).unwrap_or_default();
    writeln!(
        out,
        "{}: {} audited, {} failed, {} skipped, {} waiting ({} in this run, {} before)",
        counted(roster.people.len() as u64, "person", "people"),
        in_state(State::Done),
        in_state(State::Failed),
        in_state(State::Skipped),
        in_state(State::Waiting),
        ended.now,
        ended.before
    )?;
    writeln!(out, "A row a person: {folder}/sweep.csv. For the officer: {folder}/sweep.html.")?;
    if ended.stopped || in_state(State::Failed) > 0 {
        writeln!(out, "Go on, and try again those that failed: the same command with --resume.")?;
    }
    writeln!(out, "Last line of the log, to note elsewhere: {}", ended.head)
}

fn state_of(ended: &Ended, id: &str) -> State {
    ended.outcomes.get(id).map_or(State::Waiting, |outcome| outcome.state)
}

fn ending(ended: &Ended, roster: &Roster, fail_on: Severity) -> Ending {
    let mut outcomes = roster.people.iter().map(|person| ended.outcomes.get(&person.id));
    let incomplete = outcomes.clone().any(|outcome| {
        outcome.is_none_or(|outcome| match outcome.state {
            State::Done => !outcome.complete,
            State::Failed | State::Waiting => true,
            State::Skipped => false,
        })
    });
    let bad =
        |name: &str| Severity::ALL.iter().any(|severity| severity.name() == name && *severity >= fail_on);
    let found = outcomes.any(|outcome| outcome.is_some_and(|outcome| bad(&outcome.worst_open)));
    match (ended.stopped || incomplete, found) {
        (true, _) => Ending::Incomplete,
        (false, true) => Ending::Findings,
        (false, false) => Ending::Clean,
    }
}
