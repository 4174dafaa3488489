//! `whitecoat audit`.

use std::path::Path;

use jiff::Timestamp;
use whitecoat_engine::{Engine, Severity};

use super::outputs::Outputs;
use super::{Ending, Failure, check_readings, recognise, settings};
use crate::audit;
use crate::cli::AuditArgs;
use crate::policy::Policy;
use crate::profile::Loaded;
use crate::progress::Progress;
use crate::report::run_file::{Counts, Start, UsedOptions, UsedProfile};
use crate::report::{Columns, Row, Run, summary};

pub(super) fn run(args: AuditArgs, progress: Progress) -> Result<Ending, Failure> {
    let columns = Columns::parse(args.columns.as_deref()).map_err(Failure::Other)?;
    let engine = Engine::builtin().map_err(|error| Failure::Other(error.to_string()))?;
    let profile = Loaded::find(&args.judge.profile)?;
    let mut policy = Policy::new(&profile, engine.rules().iter().map(AsRef::as_ref), args.judge.unmask)?;
    policy.keep_evidence = columns.show_evidence();
    let started = now(args.now)?;
    let inputs = recognise(&args.read)?;
    let outputs = Outputs::prepare(&args, columns, &inputs)?;
    let settings = settings(&args.read, progress.clone())?;
    let mut start = start(&args, started, &engine, &profile, &outputs.path);
    // A profile may leave the masks off too, and outputs must know.
    start.options.unmask = !policy.mask;

    let mut copy = outputs.open_copy()?;
    let (outcome, findings) = audit::run(inputs, &engine, &policy, &settings, copy.as_mut());
    check_readings(&outcome.readings, progress.is_quiet())?;

    let finished = args.now.map_or_else(|| now(None), Ok)?;
    let counts = Counts::of(&findings.rows, findings.hidden);
    let run = Run::new(start, finished, outcome.readings, outcome.stopped, counts);
    outputs.write(&findings.rows, &run, copy, &progress)?;
    if !progress.is_quiet() {
        let run_file = outputs.run_file();
        let width = summary::terminal_width();
        let _ = summary::write(&run, &findings.rows, run_file.as_deref(), width, &mut anstream::stderr());
    }
    Ok(ending(&run, &findings.rows, args.judge.fail_on))
}

/// Incomplete wins: what was not read may hold anything.
fn ending(run: &Run, rows: &[Row], fail_on: Severity) -> Ending {
    if !run.complete {
        Ending::Incomplete
    } else if rows.iter().any(|row| row.severity >= fail_on) {
        Ending::Findings
    } else {
        Ending::Clean
    }
}

/// The time of the run: as asked, as `SOURCE_DATE_EPOCH` says, or the clock's.
fn now(asked: Option<Timestamp>) -> Result<Timestamp, Failure> {
    if let Some(asked) = asked {
        return Ok(asked);
    }
    let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(Timestamp::now()) };
    let seconds = epoch.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    seconds.ok_or_else(|| {
        Failure::Other(format!("SOURCE_DATE_EPOCH is {epoch:?}, not a number of seconds since 1970"))
    })
}

fn start(args: &AuditArgs, started: Timestamp, engine: &Engine, profile: &Loaded, output: &Path) -> Start {
    Start {
        started,
        definition: engine.definition().to_vec(),
        rules: engine.rules().len(),
        profile: UsedProfile {
            name: profile.profile.name.clone(),
            origin: profile.origin.clone(),
            blake3: profile.hash(),
        },
        options: UsedOptions {
            include_messages: args.read.include_messages,
            allow_loopback: args.read.allow_loopback,
            unmask: args.judge.unmask,
            fail_on: args.judge.fail_on.name().to_owned(),
        },
        output: output.display().to_string(),
    }
}
