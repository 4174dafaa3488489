//! Where an audit writes: the table, the record of the run beside it, and what else was asked for.

use std::path::{Path, PathBuf};

use super::{Failure, format};
use crate::cli::AuditArgs;
use crate::report::output::Destination;
use crate::report::{Columns, Format, Row, Run, csv, html, jsonl};
use crate::sources::input::Input;

/// All outputs of an audit, checked before anything is read.
pub(super) struct Outputs {
    /// Of the table, as the user named it.
    pub(super) path: PathBuf,
    table: Destination,
    format: Format,
    columns: Columns,
    csv: csv::Options,
    report: Option<Destination>,
}

impl Outputs {
    /// Refuses what cannot be written, is an input, would lose decisions or is named twice.
    pub(super) fn prepare(args: &AuditArgs, columns: Columns, inputs: &[Input]) -> Result<Self, Failure> {
        let format = format(args.format, args.output.as_deref(), Format::Csv);
        let path = args.output.clone().unwrap_or_else(|| PathBuf::from(default_name(format)));
        let mut known = Vec::new();
        let prepare = |known: &mut Vec<(&'static str, Destination)>, option: &'static str, path: &Path| {
            let destination = Destination::prepare(path, inputs.iter().flat_map(Input::paths))?;
            destination.keep_decisions()?;
            if let Some((other, _)) = known.iter().find(|(_, other)| other.collides(&destination)) {
                let problem = format!("{option} {0}: {other} writes to {0} too", path.display());
                return Err(Failure::Other(format!("{problem}\n  try: name another file")));
            }
            known.push((option, destination.clone()));
            Ok::<_, Failure>(destination)
        };
        let table = prepare(&mut known, "-o", &path)?;
        known.extend(table.run_file().map(|record| ("the record of the run", record)));
        let report = args.report.as_deref().map(|path| prepare(&mut known, "--report", path)).transpose()?;
        let csv = csv::Options { raw: args.csv_raw, excel: args.excel };
        Ok(Self { path, table, format, columns, csv, report })
    }

    /// Writes them all, the table first: what fails later does not take it away.
    pub(super) fn write(&self, rows: &[Row], run: &Run) -> Result<(), Failure> {
        self.table.write(|to| match self.format {
            Format::Csv => csv::write(rows, run, &self.columns, self.csv, to),
            Format::Jsonl => jsonl::write(rows, run, &self.columns, to),
        })?;
        if let Some(run_file) = self.table.run_file() {
            run_file.write(|to| run.write(to))?;
        }
        if let Some(report) = &self.report {
            report.write(|to| html::write(rows, run, to))?;
        }
        Ok(())
    }

    /// The name of the record of the run, if there is one.
    pub(super) fn run_file(&self) -> Option<String> {
        self.table.run_file().map(|_| self.path.with_extension("run.json").display().to_string())
    }
}

fn default_name(format: Format) -> &'static str {
    match format {
        Format::Csv => "audit.csv",
        Format::Jsonl => "audit.jsonl",
    }
}
