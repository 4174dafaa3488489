//! The `whitecoat` command.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use whitecoat::cli::Cli;

fn main() -> ExitCode {
    // The standard message of a panic may quote the text that was worked on: only the place may be shown.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ =
            writeln!(std::io::stderr(), "internal error at {place}: please report it (without any posts)");
    }));
    whitecoat::commands::run(Cli::parse())
}
