//! Fits what the rules of whitecoat weigh, on labelled posts.
//!
//! ```text
//! cargo run --release -p whitecoat-tuning -- learn corpus/[!SW].jsonl      trains the learned signal
//! cargo run --release -p whitecoat-tuning -- weights corpus/[!SW].jsonl    fits the weights in the rule files
//! cargo run --release -p whitecoat-tuning -- stories corpus/[!SW].jsonl    fits what makes posts one patient's story
//! cargo run --release -p whitecoat-tuning -- story-reader --help           fits what reading a story is worth beside that
//! cargo run --release -p whitecoat-tuning -- kinds corpus/[!SW].jsonl      chooses kinds of labelled posts, for the reader's reasons
//! ```
//!
//! Sets S and W stay out: they are what the rules are measured on. Same posts, same result.

mod kinds;
mod learn;
mod logistic;
mod model;
mod posts;
mod stories;
mod story_reader;
mod weights;

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use posts::Post;
use whitecoat::quality::{self, Labelled};
use whitecoat::reader::{self, Choice};
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
        #[command(flatten)]
        posts: Posts,
        /// Where the model goes
        #[arg(short, long, default_value = "crates/engine/learned/model.bin")]
        output: PathBuf,
    },
    /// Fit the weights in the rule files, and write them there
    Weights {
        #[command(flatten)]
        posts: Posts,
        /// The folder of the rule files
        #[arg(long, default_value = "crates/engine/rules")]
        rules: PathBuf,
    },
    /// Fit what the signs of a story are worth
    Stories {
        #[command(flatten)]
        posts: Posts,
        /// Where the weights go
        #[arg(short, long, default_value = "crates/engine/figures/story.tsv")]
        output: PathBuf,
    },
    /// Fit what the reader's score of a story is worth beside its signs
    StoryReader {
        #[command(flatten)]
        posts: Posts,
        /// Weights of a reader that has not seen the held-out sets
        #[arg(long)]
        reader: PathBuf,
        /// Those sets
        #[arg(long, value_delimiter = ',', required = true)]
        held_out: Vec<String>,
        /// The score from which on posts that only stand near each other are a story: chosen from the table that is printed
        #[arg(long, default_value_t = 0.0)]
        alone: f64,
        /// Where the calibration goes
        #[arg(short, long, default_value = "training/story-calibration.json")]
        output: PathBuf,
    },
    /// Choose labelled posts that stand for the kinds of post that each rule is about
    Kinds {
        #[command(flatten)]
        posts: Posts,
        /// Where `kinds.tsv`, `kinds.bin` and `kinds.weights` go
        #[arg(short, long, default_value = "crates/reader/model")]
        output: PathBuf,
    },
}

#[derive(Args)]
struct Posts {
    /// Labelled posts (JSON Lines); posts whose ids share the part before `-` are one set, left out together
    #[arg(required = true)]
    labelled: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = anstream::stdout();
    let engine = Engine::builtin()?;
    match Cli::parse().command {
        Command::Learn { posts, output } => {
            let learned = learn::learn(&engine, &posts.read(&engine, &mut out)?, &mut out)?;
            std::fs::write(&output, model::bytes(&learned))?;
            writeln!(out, "written to {}", output.display())?;
        }
        Command::Weights { posts, rules } => {
            weights::fit(&engine, &posts.read(&engine, &mut out)?, &rules, &mut out)?;
        }
        Command::Stories { posts, output } => {
            stories::fit(&engine, &posts.labelled(&engine, &mut out)?, &output, &mut out)?;
        }
        Command::StoryReader { posts, reader, held_out, alone, output } => {
            let labelled = posts.labelled(&engine, &mut out)?;
            let (engine, _) = reader::join(engine, &Choice::File(reader))?;
            story_reader::fit(&engine, &labelled, &held_out, alone, &output, &mut out)?;
        }
        Command::Kinds { posts, output } => {
            kinds::write(&engine, &posts.labelled(&engine, &mut out)?, &output, &mut out)?;
        }
    }
    Ok(())
}

impl Posts {
    fn read(&self, engine: &Engine, out: &mut dyn Write) -> Result<Vec<Post>, Box<dyn Error>> {
        Ok(posts::scan(engine, &self.labelled(engine, out)?))
    }

    fn labelled(&self, engine: &Engine, out: &mut dyn Write) -> Result<Vec<Labelled>, Box<dyn Error>> {
        let rules: BTreeSet<&str> = engine.rules().iter().map(|rule| &*rule.id).collect();
        let mut labelled: Vec<Labelled> = Vec::new();
        let mut digest = blake3::Hasher::new();
        for path in &self.labelled {
            digest.update(&std::fs::read(path)?);
            labelled.extend(quality::read(path, &rules)?);
        }
        writeln!(out, "{} posts, digest {}", labelled.len(), digest.finalize().to_hex())?;
        Ok(labelled)
    }
}
