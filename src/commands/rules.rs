//! `whitecoat rules`.

use std::io::{self, Write};

use whitecoat_engine::{Engine, Rule};

use super::{Ending, Failure};
use crate::cli::RulesCommand;
use crate::report::summary::wrapped;
use crate::wording::nearest;

/// Columns of a page.
const WIDTH: usize = 90;

pub(super) fn run(command: RulesCommand) -> Result<Ending, Failure> {
    let engine = Engine::builtin().map_err(|error| Failure::Other(error.to_string()))?;
    let mut stdout = anstream::stdout();
    match command {
        RulesCommand::List => list(&engine, &mut stdout)?,
        RulesCommand::Explain { id } => {
            let rule =
                engine.rules().iter().find(|rule| *rule.id == *id).ok_or_else(|| unknown(&engine, &id))?;
            explain(rule, &mut stdout)?;
        }
    }
    stdout.flush()?;
    Ok(Ending::Clean)
}

fn list(engine: &Engine, to: &mut dyn Write) -> io::Result<()> {
    let width = engine.rules().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    engine
        .rules()
        .iter()
        .try_for_each(|rule| writeln!(to, "{:width$}  {:8}  {}", rule.id, rule.severity.name(), rule.title))
}

fn explain(rule: &Rule, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}  ({})\n{}\n", rule.id, rule.severity.name(), rule.title)?;
    let guidelines = rule.guidelines.join("; ");
    let action = format!("{}: {}", rule.action, rule.action_detail);
    for (heading, text) in
        [("Why it matters", &rule.why), ("What to do", &action), ("Guidelines", &guidelines)]
    {
        writeln!(to, "{heading}")?;
        for line in wrapped(text, WIDTH) {
            writeln!(to, "  {line}")?;
        }
    }
    Ok(())
}

fn unknown(engine: &Engine, id: &str) -> Failure {
    let hint = match nearest(id, engine.rules().iter().map(|rule| &*rule.id)) {
        Some(near) => format!("did you mean {near}?"),
        None => "see the ids with: whitecoat rules list".to_owned(),
    };
    Failure::Other(format!("there is no rule {id:?}; {hint}"))
}
