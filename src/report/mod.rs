//! The outputs of an audit.
//!
//! Nothing here knows where items come from: a report is made from rows, and from the record of the run.

pub mod closed;
pub mod columns;
pub mod csv;
pub mod excerpt;
pub mod jsonl;
pub mod output;
pub mod row;
pub mod run_file;
pub mod summary;
pub mod sweep_page;
#[cfg(test)]
pub(crate) mod tests;

pub use closed::Closed;
pub use columns::{Column, Columns};
pub use row::Row;
pub use run_file::Run;

/// How the findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table, one finding a row.
    Csv,
    /// One JSON object a finding.
    Jsonl,
}
