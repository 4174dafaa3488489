//! `whitecoat completions`.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Ending, Failure};
use crate::cli::Cli;

pub(super) fn run(shell: Shell) -> Result<Ending, Failure> {
    // Through a buffer: the generator panics on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "whitecoat", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Ending::Clean)
}
