//! `whitecoat audit`.

use std::path::PathBuf;

use whitecoat_engine::{Engine, Severity};

use super::{Ending, Failure, check_readings, fixed_time, format, now, recognise, settings};
use crate::audit::{self, Order};
use crate::cli::AuditArgs;
use crate::history::Previous;
use crate::policy::{Policy, day};
use crate::profile::Loaded;
use crate::progress::Progress;
use crate::report::output::Destination;
use crate::report::run_file::UsedOptions;
use crate::report::{Columns, Format, Row, Run, csv, jsonl, summary};
use crate::sources::input::Input;
use crate::subject::Subject;

pub(super) fn run(args: AuditArgs, progress: Progress) -> Result<Ending, Failure> {
    let engine = Engine::builtin().map_err(|error| Failure::Other(error.to_string()))?;
    let profile = Loaded::find(&args.judge.profile)?;
    let columns = columns(args.columns.as_deref(), &profile)?;
    let started = now(args.now)?;
    let mut policy = Policy::new(&profile, &engine, args.judge.unmask, day(started))?;
    policy.keep_evidence = columns.show_evidence();
    let subject = args.subject.as_deref().map(Subject::open).transpose()?;
    let previous = args.previous.as_deref().map(Previous::open).transpose()?;
    let inputs = recognise(&args.read)?;
    audit::admit(&profile, subject.as_ref(), previous.as_ref(), &inputs).map_err(Failure::Inputs)?;
    let format = format(args.format, args.output.as_deref(), Format::Csv);
    let path = args.output.clone().unwrap_or_else(|| default_output(format));
    let read = inputs.iter().flat_map(Input::paths).chain(previous.as_ref().map(|last| last.path.as_path()));
    let destination = Destination::prepare(&path, read)?;
    destination.keep_decisions()?;
    let settings = settings(&args.read, progress.clone())?;

    let output = path.display().to_string();
    let order = Order {
        engine: &engine,
        profile: &profile,
        policy: &policy,
        subject: subject.as_ref(),
        previous: previous.as_ref(),
        columns: &columns,
        options: &options(&args),
        seed: args.seed.unwrap_or_else(|| audit::place(0, &started.to_string())),
        started,
        finished: args.now.or(fixed_time()?),
        unreadable: &[],
        output: &output,
    };
    let (run, findings) =
        audit::conduct(inputs, &order, &settings).map_err(|error| Failure::Other(error.to_string()))?;
    check_readings(&run.inputs, progress.is_quiet())?;
    destination.write(|to| match format {
        Format::Csv => {
            let options = csv::Options { raw: args.csv_raw, excel: args.excel };
            csv::write(&findings.rows, &findings.closed, &run, &columns, options, to)
        }
        Format::Jsonl => jsonl::write(&findings.rows, &findings.closed, &run, &columns, to),
    })?;
    let run_file = destination.run_file();
    if let Some(run_file) = &run_file {
        run_file.write(|to| run.write(to))?;
    }
    if !progress.is_quiet() {
        let run_file = run_file.as_ref().map(|_| path.with_extension("run.json").display().to_string());
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

fn default_output(format: Format) -> PathBuf {
    PathBuf::from(match format {
        Format::Csv => "audit.csv",
        Format::Jsonl => "audit.jsonl",
    })
}

fn options(args: &AuditArgs) -> UsedOptions {
    UsedOptions {
        include_messages: args.read.include_messages,
        allow_loopback: args.read.allow_loopback,
        unmask: args.judge.unmask,
        fail_on: args.judge.fail_on.name().to_owned(),
    }
}
