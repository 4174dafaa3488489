//! `whitecoat profiles`.

use std::io::{self, Write};

use super::{Ending, Failure};
use crate::cli::ProfilesCommand;
use crate::profile::{BUILTIN, Loaded};

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
        ProfilesCommand::Show { name } => stdout.write_all(Loaded::find(&name)?.text.as_bytes())?,
    }
    stdout.flush()?;
    Ok(Ending::Clean)
}
