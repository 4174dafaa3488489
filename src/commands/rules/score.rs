//! `whitecoat rules score`: how right the rules are on labelled posts.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};

use whitecoat_engine::Engine;

use super::super::{Ending, Failure};
use crate::cli::ScoreArgs;
use crate::quality::{self, Floor, Labelled, LabelledError, Quality};

/// Measures, prints, writes the page, and fails where a least value is not reached.
pub(super) fn run(engine: &Engine, args: &ScoreArgs, to: &mut dyn Write) -> Result<Ending, Failure> {
    let floor = args.at_least.as_deref().map(Floor::read).transpose();
    let floor = floor.map_err(|error| Failure::Other(error.to_string()))?;
    let rules: BTreeSet<&str> = engine.rules().iter().map(|rule| &*rule.id).collect();
    let posts: Result<Vec<Vec<Labelled>>, LabelledError> =
        args.labelled.iter().map(|path| quality::read(path, &rules)).collect();
    let posts: Vec<Labelled> =
        posts.map_err(|error| Failure::Other(error.to_string()))?.into_iter().flatten().collect();
    let quality = Quality::measure(engine, &posts, false);
    to.write_all(quality::plain(&quality).as_bytes())?;
    if let Some(path) = &args.report {
        let cannot =
            |error: io::Error| Failure::Other(format!("{}: cannot be written: {error}", path.display()));
        let without = engine.has_reader().then(|| Quality::measure(engine, &posts, true));
        fs::write(path, quality::markdown(&quality, without.as_ref(), &command(args))).map_err(cannot)?;
    }
    let broken = floor.map(|floor| floor.broken(&quality)).unwrap_or_default();
    for sentence in &broken {
        writeln!(to, "worse than before: {sentence}")?;
    }
    Ok(if broken.is_empty() { Ending::Clean } else { Ending::Findings })
}

/// The command as it was typed, for the page.
fn command(args: &ScoreArgs) -> String {
    let files: Vec<String> = args.labelled.iter().map(|path| path.display().to_string()).collect();
    format!("whitecoat rules score {}", files.join(" "))
}
