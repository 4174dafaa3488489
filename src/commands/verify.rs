//! `whitecoat verify`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{Ending, Failure, recognise, settings};
use crate::cli::{ReadArgs, VerifyArgs};
use crate::progress::Progress;
use crate::verify::{self, Record, Verdict};
use crate::wording::counted;

pub(super) fn run(args: VerifyArgs, progress: Progress) -> Result<Ending, Failure> {
    let bytes = fs::read(&args.record)
        .map_err(|error| Failure::Other(format!("{}: {error}", args.record.display())))?;
    let record = Record::parse(&args.record, &bytes).map_err(Failure::Other)?;
    let mut verdict = record.check();
    if let Some(report) = &args.report {
        verdict.absorb(verify::report(&record, report)?);
    }
    if !args.items.is_empty() {
        verdict.absorb(items(&args, &record, progress)?);
    }
    tell(&args, &record, &verdict)?;
    Ok(if verdict.problems.is_empty() { Ending::Clean } else { Ending::Findings })
}

/// Reads the inputs again.
fn items(args: &VerifyArgs, record: &Record, progress: Progress) -> Result<Verdict, Failure> {
    let read = ReadArgs {
        inputs: args.items.clone(),
        include_messages: args.include_messages,
        ..ReadArgs::default()
    };
    let inputs = recognise(&read)?;
    let settings = settings(&read, &inputs, jiff::Timestamp::now(), progress)?;
    Ok(verify::items(record, inputs, &settings))
}

fn tell(args: &VerifyArgs, record: &Record, verdict: &Verdict) -> io::Result<()> {
    let mut out = io::stdout();
    for line in &verdict.good {
        writeln!(out, "ok: {line}")?;
    }
    for problem in &verdict.problems {
        writeln!(out, "ALTERED: {problem}")?;
    }
    writeln!(out, "root: {}", record.attestation.root)?;
    if verdict.problems.is_empty() {
        let name = args.report.as_deref().unwrap_or(&args.record);
        writeln!(out, "{} is as the audit wrote it.", name_of(name))
    } else {
        let count = counted(verdict.problems.len() as u64, "alteration", "alterations");
        writeln!(out, "{count}. A spreadsheet that changed dates or numbers on saving is one too.")?;
        if !args.items.is_empty() {
            writeln!(
                out,
                "Items are compared with all that the audit read: name every input of it, in the same order."
            )?;
        }
        Ok(())
    }
}

fn name_of(path: &Path) -> String {
    path.display().to_string()
}
