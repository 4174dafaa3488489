//! `whitecoat extract`.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use whitecoat_engine::Item;

use super::{Ending, Failure, check_readings, finish_evidence, recognise, settings};
use crate::cli::ExtractArgs;
use crate::explain::Files;
use crate::pipeline::{self, Settings};
use crate::progress::Progress;
use crate::reading::{Ended, Reading};
use crate::report::output::{Destination, Open};
use crate::sources::input::Input;
use crate::sources::items_file::{Writer, Written, encode};
use crate::wording::{counted, printable};

pub(super) fn run(args: ExtractArgs, progress: Progress) -> Result<Ending, Failure> {
    let inputs = recognise(&args.read)?;
    if args.explain {
        let settings = settings(&args.read, &inputs, Timestamp::now(), progress)?;
        let ending = explain(inputs, &settings);
        finish_evidence(&args.read, &settings)?;
        return ending;
    }
    let path = args.output.as_deref().unwrap_or(Path::new("-"));
    let destination = Destination::prepare(path, inputs.iter().flat_map(Input::paths))?;
    destination.keep_decisions()?;
    let format = args.format.unwrap_or_else(|| Written::of(path));
    let settings = settings(&args.read, &inputs, Timestamp::now(), progress.clone())?;
    let mut writer = Writer::new(destination.open()?, format)?;
    let mut written: io::Result<()> = Ok(());
    let outcome = pipeline::run(
        inputs,
        &settings,
        || |_, items: Vec<Item>| encode(&items, format),
        |encoded| {
            written = encoded.and_then(|encoded| writer.write(&encoded));
            if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    finish_evidence(&args.read, &settings)?;
    let open: Open = writer.into_inner();
    if let Err(error) = written {
        return Err(open.failed(error).into());
    }
    check_readings(&outcome.readings, progress.is_quiet())?;
    open.finish()?;
    if !progress.is_quiet() {
        report(&outcome.readings, path);
    }
    let complete = !outcome.stopped && outcome.readings.iter().all(Reading::is_complete);
    Ok(if complete { Ending::Clean } else { Ending::Incomplete })
}

/// Reads the inputs one after another, and says what was in each instead of writing its items.
fn explain(inputs: Vec<Input>, settings: &Settings) -> Result<Ending, Failure> {
    let (mut readings, mut stopped) = (Vec::new(), false);
    for input in inputs {
        let mut files = Files::default();
        let outcome = pipeline::run(
            vec![input],
            settings,
            || |_, items: Vec<Item>| Files::of(&items),
            |part| {
                files.absorb(part);
                ControlFlow::Continue(())
            },
        );
        for reading in outcome.readings {
            files.write(&reading, &mut io::stdout().lock())?;
            readings.push(reading);
        }
        stopped |= outcome.stopped;
        if stopped {
            break;
        }
    }
    check_readings(&readings, settings.progress.is_quiet())?;
    let complete = !stopped && readings.iter().all(Reading::is_complete);
    Ok(if complete { Ending::Clean } else { Ending::Incomplete })
}

/// Says on standard error what was read and what was not.
fn report(readings: &[Reading], output: &Path) {
    let mut stderr = io::stderr();
    for reading in readings {
        if let Ended::Unreadable(problem) = &reading.ended {
            let _ = writeln!(stderr, "{}", printable(problem));
        }
        let (count, one, many) = match reading.coverage.holds {
            0 => (reading.counts.items, "item", "items"),
            inputs => (inputs, "input", "inputs"),
        };
        let line = format!("{}: {}", reading.coverage.input, counted(count, one, many));
        let _ = writeln!(stderr, "{}", printable(&line));
        for (label, gaps) in [("failed", &reading.coverage.failed), ("left out", &reading.coverage.skipped)] {
            for (reason, gap) in gaps {
                let examples: Vec<_> = gap.examples.iter().map(String::as_str).collect();
                let line = format!("  {label}: {} x {reason} ({})", gap.count, examples.join(", "));
                let _ = writeln!(stderr, "{}", printable(&line));
            }
        }
    }
    if !readings.iter().all(Reading::is_complete) {
        let _ = writeln!(
            stderr,
            "incomplete: {} does not hold everything",
            printable(&output.display().to_string())
        );
    }
}
