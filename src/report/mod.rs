//! The outputs of an audit.
//!
//! Nothing here knows where items come from: a report is made from rows, and from the record of the run.

pub mod closed;
pub mod columns;
pub mod csv;
pub mod excerpt;
pub mod html;
pub mod jsonl;
pub mod output;
mod people;
pub mod practice;
pub mod redacted;
pub mod row;
pub mod run_file;
pub mod sarif;
pub mod summary;
pub mod sweep_page;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(feature = "xlsx")]
pub mod xlsx;

pub use closed::Closed;
pub use columns::{Column, Columns};
pub use people::People;
pub use practice::Practice;
pub use row::Row;
pub use run_file::Run;

/// How the findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table, one finding a row.
    Csv,
    /// One JSON object a finding.
    Jsonl,
    /// For tools that show the results of static analysis (SARIF 2.1.0).
    Sarif,
    /// A workbook, if built with the feature `xlsx`.
    Xlsx,
}
