//! What is wrong with a TOML file of the user's: where, what, and what to do.

use serde::de::DeserializeOwned;

use crate::wording::nearest;

/// A mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {origin}, line {line}, column {column}: {problem}\n  try: {next}")]
pub struct Mistake {
    /// What the file is, such as `profile`.
    pub what: &'static str,
    /// Its path, or the name of a shipped one.
    pub origin: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong, with the key.
    pub problem: String,
    /// What to do.
    pub next: String,
}

impl Mistake {
    /// One at a byte of the text.
    pub fn at(
        what: &'static str,
        origin: &str,
        text: &str,
        at: usize,
        problem: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { what, origin: origin.to_owned(), line, column, problem: problem.into(), next: next.into() }
    }
}

/// Reads a file's text. A key that is not known is a mistake; the nearest of `keys` is offered, else `example`.
pub fn parse<T: DeserializeOwned>(
    what: &'static str,
    origin: &str,
    text: &str,
    keys: &[&str],
    example: &str,
) -> Result<T, Mistake> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
        let next = match unknown.and_then(|key| nearest(key, keys.iter().copied())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => example.to_owned(),
        };
        Mistake::at(what, origin, text, at, message, next)
    })
}
