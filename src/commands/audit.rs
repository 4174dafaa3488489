//! `whitecoat audit`.

use std::io::Write as _;

use whitecoat_engine::Severity;

use super::outputs::Outputs;
use super::{Ending, Failure, check_readings, engine, finish_evidence, fixed_time, now, recognise, settings};
use crate::audit::{self, Order};
use crate::cli::AuditArgs;
use crate::history::Previous;
use crate::policy::{Policy, day};
use crate::profile::Loaded;
use crate::progress::Progress;
use crate::report::columns::ARCHIVED_URL;
use crate::report::run_file::UsedOptions;
use crate::report::{Columns, Row, Run, summary};
use crate::subject::Subject;
use crate::wording::printable;

pub(super) fn run(args: AuditArgs, progress: Progress) -> Result<Ending, Failure> {
    let profile = Loaded::find(&args.judge.profile)?;
    let (engine, reader) = engine(&args.judge.reader.choice(profile.profile.language_model))?;
    let mut columns = columns(args.columns.as_deref(), &profile)?;
    if args.wayback {
        columns = columns.and(ARCHIVED_URL);
    }
    let subject = args.subject.as_deref().map(Subject::open).transpose()?;
    let previous = args.previous.as_deref().map(Previous::open).transpose()?;
    let inputs = recognise(&args.read)?;
    // What was recorded is judged as on the day when it was.
    let recorded = match inputs.as_slice() {
        [only] => only.recorded_at(),
        _ => None,
    };
    let fixed = args.now.or(recorded);
    let started = now(fixed)?;
    let mut policy = Policy::new(&profile, &engine, args.judge.unmask, day(started))?;
    policy.keep_evidence = columns.show_evidence();
    if args.redacted_copy.is_some() && policy.suppresses() {
        let name = &profile.profile.name;
        return Err(Failure::Other(format!(
            "--redacted-copy: a copy holds every post, and profile {name} never shows what some of them are about\n  \
             try: leave it out; the owner of the accounts may make such a copy with profile self-audit"
        )));
    }
    audit::admit(&profile, subject.as_ref(), previous.as_ref(), &inputs).map_err(Failure::Inputs)?;
    let last = previous.as_ref().map(|last| last.path.as_path());
    let outputs = Outputs::prepare(&args, columns, &inputs, last)?;
    let settings = settings(&args.read, &inputs, started, progress.clone())?;

    let output = outputs.path.display().to_string();
    let order = Order {
        engine: &engine,
        reader: &reader,
        profile: &profile,
        policy: &policy,
        subject: subject.as_ref(),
        previous: previous.as_ref(),
        columns: &outputs.columns,
        options: &options(&args, &policy),
        seed: args.seed.unwrap_or_else(|| audit::place(0, &started.to_string())),
        started,
        finished: fixed.or(fixed_time()?),
        unreadable: &[],
        output: &output,
        wayback: args.wayback.then_some(&args.wayback_index),
    };
    let mut copy = outputs.open_copy()?;
    let (run, findings) = audit::conduct(inputs, &order, &settings, copy.as_mut())
        .map_err(|error| Failure::Other(error.to_string()))?;
    finish_evidence(&args.read, &settings)?;
    check_readings(&run.inputs, progress.is_quiet())?;
    if let Some(problem) = reader.problem().filter(|_| progress.is_quiet()) {
        let _ = writeln!(std::io::stderr(), "{}", printable(&problem));
    }
    outputs.write(&findings, &run, copy, &progress)?;
    if !progress.is_quiet() {
        let run_file = outputs.run_file();
        let width = summary::terminal_width();
        let _ = summary::write(&run, &findings.rows, run_file.as_deref(), width, &mut anstream::stderr());
    }
    Ok(ending(&run, &findings.rows, args.judge.fail_on))
}

/// The columns that were asked for, else the profile's.
pub(super) fn columns(asked: Option<&str>, loaded: &Loaded) -> Result<Columns, Failure> {
    let wished = loaded.profile.columns.as_ref();
    match (asked, wished) {
        (None, Some(wished)) => Columns::parse(Some(wished.get_ref())).map_err(|problem| {
            let problem = problem.trim_start_matches("--columns: ").to_owned();
            loaded.invalid(wished.span().start, problem, "see the columns in docs/design.md").into()
        }),
        _ => Columns::parse(asked).map_err(Failure::Other),
    }
}

/// Incomplete wins: what was not read may hold anything. What was decided on is no longer a finding.
pub(super) fn ending(run: &Run, rows: &[Row], fail_on: Severity) -> Ending {
    if !run.complete {
        Ending::Incomplete
    } else if rows.iter().any(|row| row.is_open() && row.severity >= fail_on) {
        Ending::Findings
    } else {
        Ending::Clean
    }
}

fn options(args: &AuditArgs, policy: &Policy) -> UsedOptions {
    UsedOptions {
        include_messages: args.read.include_messages,
        allow_loopback: args.read.allow_loopback,
        // A profile may leave the masks off too, and outputs must know.
        unmask: !policy.mask,
        csv_raw: args.csv_raw,
        fail_on: args.judge.fail_on.name().to_owned(),
    }
}
