//! Rules that are not the shipped ones.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use whitecoat_engine::Engine;

use super::super::Failure;

/// A rule is a page or two of text.
const MAX_RULE_FILE_BYTES: u64 = 1024 * 1024;
/// More files than this are not a folder of rules.
const MAX_RULE_FILES: usize = 10_000;
/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 8;
/// Shared modifiers are no rule; those that are shipped apply.
const MODIFIERS: &str = "modifiers.toml";

/// An engine with the rules of a file or folder on top of the shipped signals; or, of a folder with `rules` and `signals`,
/// with nothing shipped but lexicons.
pub(super) fn engine(path: &Path) -> Result<Engine, Failure> {
    let (rules, signals) = (path.join("rules"), path.join("signals"));
    let loaded = if rules.is_dir() && signals.is_dir() {
        let modifiers = read(&rules.join(MODIFIERS))?;
        Engine::new(&pairs(&texts(&signals)?), (&modifiers.0, &modifiers.1), &pairs(&texts(&rules)?))
    } else {
        Engine::with_rules(&pairs(&texts(path)?))
    };
    loaded.map_err(|errors| Failure::Other(errors.to_string()))
}

fn pairs(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

/// Names and texts of a file, or of all files in a folder.
fn texts(path: &Path) -> Result<Vec<(String, String)>, Failure> {
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
    files.iter().map(|file| read(file)).collect()
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
    let cannot = |error: io::Error| {
        let what = "expected: a rule file (family/name.toml), or a folder of such files";
        let next = "try: check the path; docs/rules.md says how to write one";
        failure(path, &format!("cannot be read: {error}\n  {what}\n  {next}"))
    };
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
