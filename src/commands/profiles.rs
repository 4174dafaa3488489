//! `whitecoat profiles`.

use std::io::{self, Write};

use super::{Ending, Failure};
use crate::cli::ProfilesCommand;
use crate::profile::{BUILTIN, Loaded, TEMPLATE};
use crate::report::output::Destination;

pub(super) fn run(command: ProfilesCommand) -> Result<Ending, Failure> {
    let mut stdout = io::stdout();
    match command {
        ProfilesCommand::List => {
            let width = BUILTIN.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, _) in BUILTIN {
                let profile = Loaded::find(name)?.profile;
                writeln!(stdout, "{name:width$}  {}: {}", profile.title, profile.description)?;
            }
        }
        ProfilesCommand::Init { output } => {
            let destination = Destination::prepare(&output, [])?;
            destination.is_new()?;
            destination.write(|to| to.write_all(TEMPLATE.as_bytes()))?;
            writeln!(stdout, "{}: a profile with every key explained", output.display())?;
        }
        ProfilesCommand::Show { name } => stdout.write_all(Loaded::find(&name)?.text.as_bytes())?,
    }
    stdout.flush()?;
    Ok(Ending::Clean)
}
