//! Fits what the rules of whitecoat weigh, on labelled posts.
//!
//! `cargo run --release -p whitecoat-tuning -- learn corpus/*.jsonl` trains the learned signal. Same posts, same bytes.

mod learn;
mod logistic;
mod model;

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use whitecoat::quality::{self, Labelled};
use whitecoat_engine::Engine;

#[derive(Parser)]
#[command(about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train the learned signal: one linear model over hashed words and signals, with a head for every rule
    Learn {
        /// Labelled posts (JSON Lines); posts whose ids share the part before `-` are one set, left out together
        #[arg(required = true)]
        labelled: Vec<PathBuf>,
        /// Where the model goes
        #[arg(short, long, default_value = "crates/engine/learned/model.bin")]
        output: PathBuf,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    let Command::Learn { labelled, output } = Cli::parse().command;
    let engine = Engine::builtin()?;
    let rules: BTreeSet<&str> = engine.rules().iter().map(|rule| &*rule.id).collect();
    let mut posts: Vec<Labelled> = Vec::new();
    let mut digest = blake3::Hasher::new();
    for path in &labelled {
        digest.update(&std::fs::read(path)?);
        posts.extend(quality::read(path, &rules)?);
    }
    let mut out = anstream::stdout();
    let learned = learn::learn(&engine, &posts, &mut out)?;
    std::fs::write(&output, model::bytes(&learned))?;
    writeln!(out, "{} posts, digest {}", posts.len(), digest.finalize().to_hex())?;
    writeln!(out, "written to {}", output.display())?;
    Ok(())
}
