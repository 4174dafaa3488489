//! Where an audit writes: the table, the record of the run beside it, and what else was asked for.

use std::io;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::audit::Findings;
use crate::cli::AuditArgs;
use crate::progress::Progress;
use crate::report::output::{Destination, Open, OutputError};
#[cfg(feature = "xlsx")]
use crate::report::xlsx;
use crate::report::{Columns, Format, Run, csv, html, jsonl, redacted, sarif};
use crate::sources::input::Input;

/// All outputs of an audit, checked before anything is read.
pub(super) struct Outputs {
    /// Of the table, as the user named it.
    pub(super) path: PathBuf,
    table: Destination,
    format: Format,
    pub(super) columns: Columns,
    csv: csv::Options,
    report: Option<Destination>,
    copy: Option<Destination>,
}

impl Outputs {
    /// Refuses what cannot be written, is an input or the `last` audit, would lose decisions or is named twice.
    pub(super) fn prepare(
        args: &AuditArgs,
        columns: Columns,
        inputs: &[Input],
        last: Option<&Path>,
    ) -> Result<Self, Failure> {
        let format = args.format.unwrap_or_else(|| format_of(args.output.as_deref()));
        if format == Format::Xlsx && cfg!(not(feature = "xlsx")) {
            let next = "write a .csv, which every spreadsheet opens, or build with: cargo install --path . --features xlsx";
            return Err(Failure::Other(format!("this whitecoat was built without xlsx\n  try: {next}")));
        }
        let path = args.output.clone().unwrap_or_else(|| PathBuf::from(default_name(format)));
        let mut known = Vec::new();
        let prepare = |known: &mut Vec<(&'static str, Destination)>, option: &'static str, path: &Path| {
            let destination = Destination::prepare(path, inputs.iter().flat_map(Input::paths).chain(last))?;
            destination.keep_decisions()?;
            if let Some((other, _)) = known.iter().find(|(_, other)| other.collides(&destination)) {
                let problem = format!("{option} {0}: {other} writes to {0} too", path.display());
                return Err(Failure::Other(format!("{problem}\n  try: name another file")));
            }
            known.push((option, destination.clone()));
            Ok::<_, Failure>(destination)
        };
        let table = prepare(&mut known, "-o", &path)?;
        table.keep_record()?;
        known.extend(table.run_file().map(|record| ("the record of the run", record)));
        let report = args.report.as_deref().map(|path| prepare(&mut known, "--report", path)).transpose()?;
        let copy = args.redacted_copy.as_deref();
        let copy = copy.map(|path| prepare(&mut known, "--redacted-copy", path)).transpose()?;
        let csv = csv::Options { raw: args.csv_raw, excel: args.excel };
        Ok(Self { path, table, format, columns, csv, report, copy })
    }

    /// Opens the redacted copy, if one is wanted: it is written while the items are read.
    pub(super) fn open_copy(&self) -> Result<Option<redacted::Copy>, Failure> {
        let open = self.copy.as_ref().map(Destination::open).transpose()?;
        Ok(open.map(redacted::Copy::new))
    }

    /// Writes them all, the table first. One that fails does not keep the others from being written.
    pub(super) fn write(
        &self,
        findings: &Findings,
        run: &Run,
        copy: Option<redacted::Copy>,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let mut problems = Vec::new();
        let mut done = Vec::new();
        let mut note = |destination: &Destination, result: Result<(), OutputError>| match result {
            Ok(()) => done.extend(destination.path().map(|path| path.display().to_string())),
            Err(error) => problems.push(error),
        };
        note(&self.table, self.table.write(|to| self.write_table(findings, run, to)));
        if let Some(record) = &self.table.run_file() {
            note(record, record.write(|to| run.write(to)));
        }
        if let Some(report) = &self.report {
            note(report, report.write(|to| html::write(&findings.rows, run, to)));
        }
        if let (Some(destination), Some(copy)) = (&self.copy, copy) {
            note(destination, copy.finish().map(|counts| progress.line(&counts.to_string())));
        }
        if problems.is_empty() {
            return Ok(());
        }
        if !done.is_empty() {
            progress.line(&format!("written all the same: {}", done.join(", ")));
        }
        if problems.len() == 1 {
            return problems.into_iter().next().map_or(Ok(()), |problem| Err(problem.into()));
        }
        Err(Failure::Other(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
    }

    fn write_table(&self, findings: &Findings, run: &Run, to: &mut Open) -> io::Result<()> {
        let (rows, closed) = (&findings.rows, &findings.closed);
        match self.format {
            Format::Csv => csv::write(rows, closed, run, &self.columns, self.csv, to),
            Format::Jsonl => jsonl::write(rows, closed, run, &self.columns, to),
            Format::Sarif => sarif::write(rows, closed, run, to),
            #[cfg(feature = "xlsx")]
            Format::Xlsx => xlsx::write(rows, closed, run, &self.columns, to),
            // `prepare` has refused it.
            #[cfg(not(feature = "xlsx"))]
            Format::Xlsx => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The name of the record of the run, if there is one.
    pub(super) fn run_file(&self) -> Option<String> {
        self.table.run_file().map(|_| self.path.with_extension("run.json").display().to_string())
    }
}

/// The format that the output's name tells, else a table.
fn format_of(output: Option<&Path>) -> Format {
    let extension = output.and_then(Path::extension).map(|extension| extension.to_ascii_lowercase());
    match extension.as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("jsonl" | "ndjson") => Format::Jsonl,
        Some("sarif") => Format::Sarif,
        Some("xlsx") => Format::Xlsx,
        _ => Format::Csv,
    }
}

fn default_name(format: Format) -> &'static str {
    match format {
        Format::Csv => "audit.csv",
        Format::Jsonl => "audit.jsonl",
        Format::Sarif => "audit.sarif",
        Format::Xlsx => "audit.xlsx",
    }
}
