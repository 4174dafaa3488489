//! `whitecoat rules test`: rules on their own examples.

use std::io::{self, Write};

use whitecoat_engine::{BrokenPromise, Engine};

use super::super::Ending;
use crate::report::summary::wrapped;
use crate::wording::{counted, printable};

/// Columns of the report.
const WIDTH: usize = 90;

/// Runs every rule of the engine on its examples and says what was judged otherwise than promised.
pub(super) fn check(engine: &Engine, to: &mut dyn Write) -> io::Result<Ending> {
    let broken = engine.broken_promises();
    broken.iter().try_for_each(|promise| show(promise, to))?;
    let examples: usize = engine.rules().iter().map(|rule| rule.examples.len()).sum();
    let rules = counted(engine.rules().len() as u64, "rule", "rules");
    let examples = counted(examples as u64, "example", "examples");
    if broken.is_empty() {
        writeln!(to, "{rules}, {examples}, all as promised")?;
        return Ok(Ending::Clean);
    }
    writeln!(to, "{rules}, {examples}, {} not as promised", broken.len())?;
    Ok(Ending::Findings)
}

fn show(promise: &BrokenPromise, to: &mut dyn Write) -> io::Result<()> {
    let verdict = match promise.example.starts_with("hits") {
        true => "must make a finding, and makes none",
        false => "must make no finding, and makes one",
    };
    let number = promise.example.replace('-', " number ");
    writeln!(to, "{} ({}), {number}: {verdict}", promise.rule, printable(&promise.file))?;
    for text in [format!("“{}”", printable(&promise.text)), promise.explanation.clone()] {
        wrapped(&text, WIDTH - 2).iter().try_for_each(|line| writeln!(to, "  {line}"))?;
    }
    Ok(())
}
