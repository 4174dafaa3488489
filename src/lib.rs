//! whitecoat reads what a clinician has said in public and writes an audit of privacy and boundary issues.
//!
//! The library behind the `whitecoat` command. The rules are in [`whitecoat_engine`].

pub mod attest;
pub mod audit;
pub mod cli;
pub mod commands;
pub mod coverage;
pub mod explain;
pub mod formula;
pub mod history;
pub mod identity;
pub mod interrupt;
pub mod pipeline;
pub mod policy;
pub mod profile;
pub mod progress;
pub mod quality;
pub mod reader;
pub mod reading;
pub mod report;
pub mod sources;
pub mod stories;
pub mod subject;
pub mod suppress;
pub mod sweep;
pub mod table;
pub mod toml_file;
pub mod verify;
pub mod wording;
