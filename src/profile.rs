//! Audit profiles: how an audit is done. Shipped ones are compiled in, others are read from a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use whitecoat_engine::{Authorship, Severity};

use crate::wording::nearest;

/// The shipped profiles: name and text.
pub const BUILTIN: &[(&str, &str)] = &[("self-audit", include_str!("../profiles/self-audit.toml"))];

/// The keys of a profile, for naming the one that was meant.
const KEYS: &[&str] = &[
    "name",
    "title",
    "description",
    "rules",
    "floor",
    "confidence",
    "minimum",
    "mask",
    "authorship",
    "reader",
];

/// A profile file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// A short name, such as `self-audit`.
    pub name: String,
    /// The name in words.
    pub title: String,
    /// Who uses it and what it does.
    #[serde(default)]
    pub description: String,
    /// Which rules run: ids or patterns with `*`.
    #[serde(default = "all_rules")]
    pub rules: Vec<Spanned<String>>,
    /// The lowest severity that is shown.
    #[serde(default = "lowest")]
    pub floor: Severity,
    /// How sure a rule must be.
    #[serde(default)]
    pub confidence: Confidence,
    /// Whether excerpts are masked.
    #[serde(default = "yes")]
    pub mask: bool,
    /// Whether the reader, a small language model, reads posts beside the rules.
    #[serde(default)]
    pub reader: bool,
    /// Whose words are looked at.
    #[serde(default = "everybody")]
    pub authorship: Vec<Authorship>,
}

/// How sure a rule must be, 0 to 1.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confidence {
    /// Any rule.
    #[serde(default)]
    pub minimum: Option<Spanned<f32>>,
    /// The rules that a pattern fits.
    #[serde(default)]
    pub rules: BTreeMap<String, Spanned<f32>>,
}

fn all_rules() -> Vec<Spanned<String>> {
    vec![Spanned::new(0..0, "*".to_owned())]
}

fn lowest() -> Severity {
    Severity::Info
}

fn yes() -> bool {
    true
}

fn everybody() -> Vec<Authorship> {
    vec![Authorship::Own, Authorship::Reshare, Authorship::Tagged, Authorship::Other]
}

/// A profile and the text that it was read from, for messages that point into it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub profile: Profile,
    /// Where it came from: a path, or the name of a shipped one.
    pub origin: String,
    /// Its text.
    pub text: String,
}

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// There is none of that name.
    #[error("there is no profile {name:?}; {hint}")]
    Unknown {
        /// As given.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// The file cannot be read.
    #[error("profile {path}: {source}")]
    Open {
        /// As given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It says something that cannot be.
    #[error("profile {origin}, line {line}, column {column}: {problem}\n  try: {next}")]
    Invalid {
        /// The file.
        origin: String,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong, with the key.
        problem: String,
        /// What to do.
        next: String,
    },
}

impl Loaded {
    /// The shipped profile of that name, or the one in the file at that path.
    pub fn find(name: &str) -> Result<Self, ProfileError> {
        if let Some((name, text)) = BUILTIN.iter().find(|(shipped, _)| *shipped == name) {
            return Self::parse(name, (*text).to_owned());
        }
        let path = Path::new(name);
        if !path.exists() && path.extension().is_none() && path.components().count() == 1 {
            let names = || BUILTIN.iter().map(|(name, _)| *name);
            let hint = match nearest(name, names()) {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    format!("shipped profiles: {}; or give a path", names().collect::<Vec<_>>().join(", "))
                }
            };
            return Err(ProfileError::Unknown { name: name.to_owned(), hint });
        }
        let text = std::fs::read_to_string(path)
            .map_err(|source| ProfileError::Open { path: name.to_owned(), source })?;
        Self::parse(name, text)
    }

    /// Reads a profile's text.
    pub fn parse(origin: &str, text: String) -> Result<Self, ProfileError> {
        let profile: Profile = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            invalid(origin, &text, at, message.clone(), next_step(&message))
        })?;
        let loaded = Self { profile, origin: origin.to_owned(), text };
        let confidence = &loaded.profile.confidence;
        for value in confidence.minimum.iter().chain(confidence.rules.values()) {
            if !(0.0..=1.0).contains(value.get_ref()) {
                let problem = format!("confidence: {} is not between 0 and 1", value.get_ref());
                return Err(loaded.invalid(value.span().start, problem, "write a number such as 0.5"));
            }
        }
        Ok(loaded)
    }

    /// An error at a byte of the text.
    pub fn invalid(&self, at: usize, problem: impl Into<String>, next: impl Into<String>) -> ProfileError {
        invalid(&self.origin, &self.text, at, problem.into(), next.into())
    }

    /// A digest of the text.
    pub fn hash(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex().to_string()
    }
}

fn invalid(origin: &str, text: &str, at: usize, problem: String, next: String) -> ProfileError {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    ProfileError::Invalid { origin: origin.to_owned(), line, column, problem, next }
}

/// What to do about a message of the TOML reader.
fn next_step(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match unknown.and_then(|key| nearest(key, KEYS.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "compare with a shipped one: whitecoat profiles show self-audit".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn shipped_profiles_are_valid_and_named_like_their_key() {
        for (name, text) in BUILTIN {
            assert_eq!(Loaded::parse(name, (*text).to_owned()).unwrap().profile.name, *name);
        }
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        let cases = [
            ("name = \"a\"\ntitle = \"A\"\nflor = \"low\"\n", "line 3, column 1", "did you mean `floor`?"),
            ("name = \"a\"\ntitle = \"A\"\nfloor = \"bad\"\n", "line 3, column 9", "profiles show"),
            ("name = \"a\"\ntitle = \"A\"\n[confidence]\nminimum = 7\n", "line 4, column 11", "such as 0.5"),
            ("name = \"a\"\ntitle = \"A\"\n[confidence]\nminimun = 0.7\n", "line 4, column 1", "`minimum`"),
            ("name = \"a\n", "line 1", "profiles show"),
        ];
        for (text, place, next) in cases {
            let message = Loaded::parse("p.toml", text.to_owned()).unwrap_err().to_string();
            assert!(message.contains(place) && message.contains(next), "{message}");
        }
    }
}
