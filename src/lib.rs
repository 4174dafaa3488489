//! whitecoat reads what a clinician has said in public and writes an audit of privacy and boundary issues.
//!
//! The library behind the `whitecoat` command. The rules are in [`whitecoat_engine`].

pub mod coverage;
pub mod sources;
