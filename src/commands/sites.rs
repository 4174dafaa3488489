//! `whitecoat sites`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::{Ending, Failure};
use crate::cli::SitesCommand;
use crate::sources::web::{MAX_SAVED_BYTES, Recipe, SITES, Tried, load_recipe, recipe_text, try_recipe};
use crate::wording::{counted, printable, time, word};

/// How much of a text is shown.
const SHOWN: usize = 72;

pub(super) fn run(command: SitesCommand) -> Result<Ending, Failure> {
    let mut stdout = anstream::stdout();
    let failed = |error: &dyn std::fmt::Display| Failure::Other(error.to_string());
    let ending = match command {
        SitesCommand::List => {
            let width = SITES.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, text) in SITES {
                let recipe = Recipe::parse(name, text).map_err(|error| failed(&error))?;
                writeln!(stdout, "{name:width$}  {}", recipe.title)?;
            }
            Ending::Clean
        }
        SitesCommand::Show { name } => {
            stdout.write_all(recipe_text(&name).map_err(|error| failed(&error))?.as_bytes())?;
            Ending::Clean
        }
        SitesCommand::Test { recipe, page } => {
            let recipe = load_recipe(&recipe).map_err(|error| failed(&error))?;
            let name = page.display().to_string();
            let html = read(&page).map_err(|error| Failure::Other(format!("{name}: {error}")))?;
            let Some(tried) = try_recipe(&recipe, &html, &name) else {
                return Err(Failure::Other(format!(
                    "{name}: the page nests too deep or holds too many elements to be parsed"
                )));
            };
            show(&tried, &page, &mut stdout)?
        }
    };
    stdout.flush()?;
    Ok(ending)
}

/// The bytes of a page.
fn read(page: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(page)?.take(MAX_SAVED_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SAVED_BYTES {
        return Err(io::Error::other(format!("longer than a page may be ({} MiB)", MAX_SAVED_BYTES >> 20)));
    }
    Ok(bytes)
}

/// Shows what a recipe found, and what it looked for in vain.
fn show(tried: &Tried, page: &Path, out: &mut impl Write) -> io::Result<Ending> {
    for item in &tried.items {
        let when = item.created_at.map(|at| format!(" {}", time(at, item.created_precision)));
        let answers = item.parent.as_ref().map(|parent| format!(", answers a {}", word(&parent.kind)));
        let text = printable(&item.text.split_whitespace().collect::<Vec<_>>().join(" "));
        let more = if text.chars().count() > SHOWN { "..." } else { "" };
        let text: String = text.chars().take(SHOWN).collect();
        writeln!(
            out,
            "{} by {}{}{}\n  {text}{more}",
            word(&item.kind),
            word(&item.authorship),
            when.unwrap_or_default(),
            answers.unwrap_or_default()
        )?;
    }
    writeln!(out, "{} found in {}", counted(tried.items.len() as u64, "item", "items"), page.display())?;
    for missing in &tried.missing {
        writeln!(out, "{} found nothing in {} of {}", missing.key, missing.count, missing.of)?;
    }
    if !tried.fits {
        writeln!(
            out,
            "neither `hosts` nor `marks` say that the recipe is for this page: an audit would not use it"
        )?;
    }
    // As with rules: 1 says that the example is judged otherwise.
    Ok(if tried.items.is_empty() || !tried.fits { Ending::Findings } else { Ending::Clean })
}
