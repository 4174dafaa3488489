//! `whitecoat rules test`: rules on their own examples.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use whitecoat_engine::{BrokenPromise, Engine};

use super::super::{Ending, Failure};
use crate::report::summary::wrapped;
use crate::wording::{counted, printable};

/// Columns of the report.
const WIDTH: usize = 90;
/// A rule is a page or two of text.
const MAX_RULE_FILE_BYTES: u64 = 1024 * 1024;
/// More files than this are not a folder of rules.
const MAX_RULE_FILES: usize = 10_000;
/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 8;
/// Shared modifiers are no rule; those that are shipped apply.
const MODIFIERS: &str = "modifiers.toml";

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

/// An engine with the rules of a file or folder on top of the shipped signals.
pub(super) fn load(path: &Path) -> Result<Engine, Failure> {
    let mut files = Vec::new();
    if path.is_dir() {
        collect(path, 0, &mut files)?;
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    if files.is_empty() {
        return Err(failure(path, "there is no rule file (family/name.toml) in this folder"));
    }
    let texts: Vec<(String, String)> = files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    let rules: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Engine::with_rules(&rules).map_err(|errors| Failure::Other(errors.to_string()))
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries =
        fs::read_dir(folder).map_err(|error| failure(folder, &format!("cannot be read: {error}")))?;
    for entry in entries {
        let entry = entry.map_err(|error| failure(folder, &format!("cannot be read: {error}")))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| failure(&path, &format!("cannot be read: {error}")))?;
        if kind.is_dir() {
            if depth == MAX_DEPTH {
                return Err(failure(&path, &format!("is more than {MAX_DEPTH} folders deep")));
            }
            collect(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml")
            && entry.file_name() != MODIFIERS
        {
            files.push(path);
        }
        if files.len() > MAX_RULE_FILES {
            return Err(failure(folder, &format!("holds more than {MAX_RULE_FILES} rule files")));
        }
    }
    Ok(())
}

/// A rule file's name, with `/` between its folders, and text.
fn read(path: &Path) -> Result<(String, String), Failure> {
    let cannot = |error: io::Error| failure(path, &format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_RULE_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(cannot)?;
    if bytes.len() as u64 > MAX_RULE_FILE_BYTES {
        return Err(failure(path, "is longer than 1 MiB; expected a rule file (family/name.toml)"));
    }
    let text = String::from_utf8(bytes).map_err(|_| failure(path, "is not UTF-8 text; save it as UTF-8"))?;
    Ok((path.display().to_string().replace('\\', "/"), text))
}

fn failure(path: &Path, problem: &str) -> Failure {
    Failure::Other(format!("{}: {problem}", path.display()))
}
