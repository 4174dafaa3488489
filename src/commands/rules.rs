//! `whitecoat rules`.

mod explain;
mod load;
mod promises;
mod score;

use std::io::{self, Write};

use whitecoat_engine::Engine;

use super::{Ending, Failure};
use crate::cli::RulesCommand;
use crate::reader;
use crate::wording::nearest;

pub(super) fn run(command: RulesCommand) -> Result<Ending, Failure> {
    let mut stdout = anstream::stdout();
    let ending = match command {
        RulesCommand::List => {
            list(&builtin()?, &mut stdout)?;
            Ending::Clean
        }
        RulesCommand::Explain { id } => {
            let engine = builtin()?;
            let rule =
                engine.rules().iter().find(|rule| *rule.id == *id).ok_or_else(|| unknown(&engine, &id))?;
            explain::write(rule, &engine.guidance(rule), &mut stdout)?;
            Ending::Clean
        }
        RulesCommand::Test { path: None } => promises::check(&builtin()?, &mut stdout)?,
        RulesCommand::Score(args) => {
            let engine = args.rules.as_deref().map_or_else(builtin, load::engine)?;
            let choice = args.reader.choice(true);
            let (engine, reader) = reader::join(engine, &choice).map_err(Failure::Other)?;
            let ending = score::run(&engine, &args, &mut stdout)?;
            // A figure for the reader that was measured without it would be a lie.
            if let Some(problem) = reader.problem() {
                return Err(Failure::Other(problem));
            }
            ending
        }
        RulesCommand::Test { path: Some(path) } => promises::check(&load::engine(&path)?, &mut stdout)?,
    };
    stdout.flush()?;
    Ok(ending)
}

fn builtin() -> Result<Engine, Failure> {
    Engine::builtin().map_err(|errors| Failure::Other(errors.to_string()))
}

fn list(engine: &Engine, to: &mut dyn Write) -> io::Result<()> {
    let width = engine.rules().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    engine
        .rules()
        .iter()
        .try_for_each(|rule| writeln!(to, "{:width$}  {:8}  {}", rule.id, rule.severity.name(), rule.title))
}

fn unknown(engine: &Engine, id: &str) -> Failure {
    let hint = match nearest(id, engine.rules().iter().map(|rule| &*rule.id)) {
        Some(near) => format!("did you mean {near}?"),
        None => "see the ids with: whitecoat rules list".to_owned(),
    };
    Failure::Other(format!("there is no rule {id:?}; {hint}"))
}
