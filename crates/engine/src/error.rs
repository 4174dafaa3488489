//! What is wrong with a rule or signal file: where, what was expected, what to do next.

use std::fmt;

/// A problem in a rule or signal file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionError {
    /// The file, as it was named to the engine.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what was expected.
    pub problem: String,
    /// What to do next.
    pub next: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)?;
        if !self.next.is_empty() {
            write!(f, "\n  next: {}", self.next)?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionError {}

/// Every problem found in a set of files, in the order of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionErrors(pub Vec<DefinitionError>);

impl fmt::Display for DefinitionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionErrors {}

impl From<DefinitionError> for DefinitionErrors {
    fn from(error: DefinitionError) -> Self {
        Self(vec![error])
    }
}

/// Makes errors about one file, and finds the lines they are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceFile<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl SourceFile<'_> {
    pub(crate) fn error(&self, problem: impl Into<String>, next: impl Into<String>) -> DefinitionError {
        DefinitionError { file: self.name.to_owned(), line: None, problem: problem.into(), next: next.into() }
    }

    /// An error about the first line that holds `needle`.
    pub(crate) fn error_at(
        &self,
        needle: &str,
        problem: impl Into<String>,
        next: impl Into<String>,
    ) -> DefinitionError {
        let line = self.text.lines().position(|line| line.contains(needle)).map(|index| index + 1);
        DefinitionError { line, ..self.error(problem, next) }
    }

    pub(crate) fn toml_error(&self, error: &toml::de::Error) -> DefinitionError {
        let line = error.span().map(|span| {
            let before = self.text.get(..span.start).unwrap_or(self.text);
            before.matches('\n').count() + 1
        });
        let problem = error.message().trim().to_owned();
        if problem.starts_with("missing field") {
            // At the top of a file the parser gives the first line, which tells nothing.
            let line = line.filter(|line| *line > 1);
            return DefinitionError { line, ..self.error(problem, "add the key") };
        }
        let next = match problem.contains("unknown field") {
            true => "correct the key, or remove it",
            false => "correct the line",
        };
        DefinitionError { line, ..self.error(problem, next) }
    }
}

/// The name of `names` that is closest to `name`, when it is close enough to be meant.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let close = (name.chars().count() / 3).max(2);
    names
        .map(|other| (distance(name, other), other))
        .min()
        .filter(|(d, _)| *d <= close)
        .map(|(_, other)| other)
}

/// Edits that turn one word into the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
