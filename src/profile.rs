//! Audit profiles: how an audit is done. Shipped ones are compiled in, others are read from a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use whitecoat_engine::{Authorship, Severity};

use crate::toml_file::{self, Mistake};
use crate::wording::nearest;

/// The shipped profiles: name and text.
pub const BUILTIN: &[(&str, &str)] = &[
    ("self-audit", include_str!("../profiles/self-audit.toml")),
    ("pre-hire", include_str!("../profiles/pre-hire.toml")),
    ("quarterly", include_str!("../profiles/quarterly.toml")),
];

/// What `profiles init` writes: every key, with what it means.
pub const TEMPLATE: &str = include_str!("../profiles/template.toml");

/// The keys of a profile, for naming the one that was meant.
const KEYS: &[&str] = &[
    "name",
    "title",
    "description",
    "reader",
    "authority",
    "rules",
    "floor",
    "authorship",
    "mask",
    "unmask",
    "language_model",
    "patient_data",
    "columns",
    "history",
    "identity",
    "consent",
    "retention",
    "inputs",
    "archives",
    "public_only",
    "refusal",
    "window",
    "years",
    "undated",
    "sampling",
    "old_items",
    "second_reader",
    "rate",
    "chance",
    "confidence",
    "minimum",
    "only",
    "rule",
    "any",
    "says",
    "suppress",
    "classes",
    "place",
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
    /// Who may read what comes out.
    #[serde(default)]
    pub reader: String,
    /// What allows such an audit.
    #[serde(default)]
    pub authority: String,
    /// How long what comes out may be kept.
    #[serde(default)]
    pub retention: String,
    /// Which rules run: ids or patterns with `*`.
    #[serde(default = "all_rules")]
    pub rules: Vec<Spanned<String>>,
    /// The lowest severity that is shown.
    #[serde(default = "lowest")]
    pub floor: Severity,
    /// Whose words are looked at.
    #[serde(default = "everybody")]
    pub authorship: Vec<Authorship>,
    /// Whether excerpts are masked.
    #[serde(default = "yes")]
    pub mask: bool,
    /// Whether `--unmask` may lift the masks.
    #[serde(default)]
    pub unmask: Unmask,
    /// Whether the reader, a small language model, reads posts beside the rules.
    #[serde(default)]
    pub language_model: bool,
    /// Whether excerpts are shown of what may hold a patient's data.
    #[serde(default = "yes")]
    pub patient_data: bool,
    /// The columns of the table, unless `--columns` chooses others.
    #[serde(default)]
    pub columns: Option<Spanned<String>>,
    /// Whether the audit may be compared with the last one.
    #[serde(default = "yes")]
    pub history: bool,
    /// Which accounts are looked at.
    #[serde(default)]
    pub identity: Identity,
    /// Whether there must be a consent on record.
    #[serde(default)]
    pub consent: bool,
    /// What may be read.
    #[serde(default)]
    pub inputs: Inputs,
    /// From when on posts are looked at.
    #[serde(default)]
    pub window: Option<Window>,
    /// What is drawn at random.
    #[serde(default)]
    pub sampling: Sampling,
    /// How sure a rule must be.
    #[serde(default)]
    pub confidence: Confidence,
    /// Conditions under which a rule's findings are shown.
    #[serde(default)]
    pub only: Vec<Only>,
    /// What is never shown.
    #[serde(default)]
    pub suppress: Suppress,
}

/// Whether the masks may be lifted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmask {
    /// By whoever runs the audit.
    #[default]
    Allowed,
    /// Yes, and it is written into the record and the log.
    Recorded,
    /// No.
    Refused,
}

/// Which accounts are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// All that was read: the owner runs the audit.
    #[default]
    NotNeeded,
    /// Those that the subject file lists, if it lists any.
    Register,
    /// Those that the subject file lists with more than a possible match, and nothing else.
    Matched,
}

/// What may be read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Exports of accounts.
    #[serde(default = "yes")]
    pub archives: bool,
    /// Only items that are known to be public.
    #[serde(default)]
    pub public_only: bool,
    /// Why the others are refused, and what to do.
    #[serde(default)]
    pub refusal: String,
}

impl Default for Inputs {
    fn default() -> Self {
        Self { archives: true, public_only: false, refusal: String::new() }
    }
}

/// From when on posts are looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// So many years before the run.
    pub years: Spanned<u16>,
    /// Whether what has no date is looked at.
    #[serde(default = "yes")]
    pub undated: bool,
}

/// What is drawn at random.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Of items older than the last audit.
    #[serde(default)]
    pub old_items: Option<Spanned<Draw>>,
    /// Of the people of a sweep, for a second reader.
    #[serde(default)]
    pub second_reader: Option<Spanned<Draw>>,
}

/// How many are drawn: so many that one case among them is seen with this chance.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// How frequent the cases are, from 0 to 1.
    pub rate: f64,
    /// The chance of seeing at least one, from 0 to 1.
    pub chance: f64,
}

impl Draw {
    /// How many: the least n with 1 - (1 - rate)^n at least `chance`.
    pub fn count(&self) -> usize {
        let n = (1.0 - self.chance).ln() / (1.0 - self.rate).ln();
        if n.is_finite() && n > 0.0 { n.ceil() as usize } else { 0 }
    }

    fn is_valid(&self) -> bool {
        let inside = |value: f64| value > 0.0 && value < 1.0;
        inside(self.rate) && inside(self.chance)
    }
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

/// A condition under which a rule's findings are shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    /// The rule, or a pattern.
    pub rule: Spanned<String>,
    /// Names of signals and modifiers; one of them must be there.
    pub any: Vec<Spanned<String>>,
    /// The same in words.
    #[serde(default)]
    pub says: String,
}

/// What is never shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// Names of the classes in `profiles/never-shown.toml`, or patterns.
    #[serde(default)]
    pub classes: Vec<Spanned<String>>,
    /// Whether a row without its words still says where they stand.
    #[serde(default)]
    pub place: bool,
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
    #[error(
        "profile {path}: {source}\n  expected: a profile's name, or the path of a file with one\n  try: see the shipped ones with `whitecoat profiles list`, or begin one with: whitecoat profiles init mine.toml"
    )]
    Open {
        /// As given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It says something that cannot be.
    #[error(transparent)]
    Invalid(#[from] Mistake),
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
        let example = "compare with a shipped one: whitecoat profiles show self-audit";
        let profile = toml_file::parse("profile", origin, &text, KEYS, example)?;
        let loaded = Self { profile, origin: origin.to_owned(), text };
        loaded.check()?;
        Ok(loaded)
    }

    fn check(&self) -> Result<(), ProfileError> {
        let confidence = &self.profile.confidence;
        for value in confidence.minimum.iter().chain(confidence.rules.values()) {
            if !(0.0..=1.0).contains(value.get_ref()) {
                let problem = format!("confidence: {} is not between 0 and 1", value.get_ref());
                return Err(self.invalid(value.span().start, problem, "write a number such as 0.5"));
            }
        }
        let sampling = &self.profile.sampling;
        for draw in sampling.old_items.iter().chain(&sampling.second_reader) {
            if !draw.get_ref().is_valid() {
                let next = "write both between 0 and 1, such as { rate = 0.007, chance = 0.95 }";
                return Err(self.invalid(
                    draw.span().start,
                    "sampling: `rate` or `chance` is out of range",
                    next,
                ));
            }
        }
        if let Some(window) = self.profile.window.as_ref().filter(|window| *window.years.get_ref() == 0) {
            let at = window.years.span().start;
            return Err(self.invalid(at, "window: 0 years leave nothing to look at", "write 1 or more"));
        }
        Ok(())
    }

    /// An error at a byte of the text.
    pub fn invalid(&self, at: usize, problem: impl Into<String>, next: impl Into<String>) -> ProfileError {
        Mistake::at("profile", &self.origin, &self.text, at, problem, next).into()
    }

    /// A digest of the text.
    pub fn hash(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex().to_string()
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
        assert_eq!(Loaded::parse("t", TEMPLATE.to_owned()).unwrap().profile.name, "mine");
        for key in KEYS {
            assert!(TEMPLATE.contains(&format!("{key} =")) || TEMPLATE.contains(&format!("{key}]")), "{key}");
        }
    }

    #[test]
    fn draws_are_as_large_as_the_guidance_states() {
        for (rate, count) in [(0.007, 427), (0.002, 1497), (0.1, 29)] {
            assert_eq!(Draw { rate, chance: 0.95 }.count(), count);
        }
        assert_eq!(Draw { rate: 0.0, chance: 0.95 }.count(), 0);
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        let cases = [
            ("name = \"a\"\ntitle = \"A\"\nflor = \"low\"\n", "line 3, column 1", "did you mean `floor`?"),
            ("name = \"a\"\ntitle = \"A\"\nfloor = \"bad\"\n", "line 3, column 9", "profiles show"),
            ("name = \"a\"\ntitle = \"A\"\n[confidence]\nminimum = 7\n", "line 4, column 11", "such as 0.5"),
            ("name = \"a\"\ntitle = \"A\"\n[confidence]\nminimun = 0.7\n", "line 4, column 1", "`minimum`"),
            ("name = \"a\"\ntitle = \"A\"\n[window]\nyear = 7\n", "line 4, column 1", "`years`"),
            ("name = \"a\"\ntitle = \"A\"\n[window]\nyears = 0\n", "line 4, column 9", "1 or more"),
            (
                "name = \"a\"\ntitle = \"A\"\n[sampling]\nold_items = { rate = 7, chance = 0.9 }\n",
                "line 4, column 13",
                "rate = 0.007",
            ),
            ("name = \"a\n", "line 1", "profiles show"),
        ];
        for (text, place, next) in cases {
            let message = Loaded::parse("p.toml", text.to_owned()).unwrap_err().to_string();
            assert!(message.contains(place) && message.contains(next), "{message}");
        }
    }
}
