//! Rules: which signals make a finding, and what to tell its reader.

use std::sync::Arc;

use serde::Deserialize;

use crate::condition::{Condition, RawCondition};
use crate::contradiction;
use crate::error::{DefinitionError, SourceFile, nearest};
use crate::finding::Severity;
use crate::item::{Authorship, Item, Kind};
use crate::signal::Signals;

/// What to do first about a finding.
pub const ACTIONS: &[&str] = &[
    "keep",
    "edit",
    "restrict",
    "hide-preserve-remove",
    "document-consent",
    "ask-privacy-officer",
    "counsel-first",
    "board-advice",
];

/// Examples that a rule file must bring of each sort.
pub const MIN_EXAMPLES: usize = 5;

/// A rule, compiled.
#[derive(Debug)]
pub struct Rule {
    /// `family/name`.
    pub id: Arc<str>,
    /// A few words.
    pub title: String,
    /// How bad a finding is before modifiers.
    pub severity: Severity,
    /// Why it matters: one or two sentences.
    pub why: String,
    /// What to do first: one of [`ACTIONS`].
    pub action: String,
    /// What to do, in a sentence or two.
    pub action_detail: String,
    /// The guidance that it rests on, with sections.
    pub guidelines: Vec<String>,
    /// Texts that must and must not make a finding.
    pub examples: Vec<Example>,
    /// The file that it was read from, for messages.
    pub file: String,
    pub(crate) per: Per,
    pub(crate) base: f32,
    /// The score, in log-odds, that a finding must reach.
    pub(crate) needed_score: f32,
    /// The confidence below which a finding is medium at most.
    pub(crate) sure: f32,
    pub(crate) identifiers: Vec<char>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) authorship: Vec<Authorship>,
    pub(crate) focus: Vec<Weighted>,
    pub(crate) evidence: Vec<Weighted>,
    pub(crate) modifiers: Vec<Step>,
}

/// Something that adds to, or takes from, a finding's score.
#[derive(Clone, Debug)]
pub(crate) struct Weighted {
    pub(crate) condition: Condition,
    pub(crate) weight: f32,
}

/// Something that moves a finding's severity.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: Arc<str>,
    pub(crate) condition: Condition,
    pub(crate) step: i32,
}

/// How many findings a rule makes on one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Per {
    /// One, on its strongest match.
    #[default]
    Item,
    /// One for each distinct text matched.
    Match,
}

/// A text that a rule file promises to hit or to miss.
#[derive(Clone, Debug)]
pub struct Example {
    /// The item.
    pub item: Item,
    /// Whether the rule must make a finding on it.
    pub hit: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: String,
    title: String,
    severity: Severity,
    why: String,
    action: String,
    action_detail: String,
    guidelines: Vec<String>,
    #[serde(default)]
    identifiers: String,
    #[serde(default)]
    per: Per,
    base: f32,
    #[serde(default = "even")]
    threshold: f32,
    #[serde(default)]
    sure: f32,
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    authorship: Vec<Authorship>,
    focus: Vec<RawCondition>,
    #[serde(default)]
    evidence: Vec<RawCondition>,
    #[serde(default)]
    guards: Vec<RawCondition>,
    #[serde(default)]
    modifiers: Vec<RawModifier>,
    #[serde(default)]
    arrows: Vec<String>,
    hits: Vec<RawExample>,
    misses: Vec<RawExample>,
}

fn even() -> f32 {
    0.5
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawModifier {
    Shared(String),
    Own(RawCondition),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawExample {
    Text(String),
    Item(Box<ExampleItem>),
}

/// An example with context. Everything but `text` is optional.
#[derive(Debug, Deserialize)]
struct ExampleItem {
    #[serde(flatten)]
    item: toml::Table,
}

/// Modifiers that several rules share, by name.
pub(crate) struct SharedModifiers(Vec<(String, Step)>);

impl SharedModifiers {
    /// Reads the shared modifiers' file.
    pub(crate) fn parse(file: &SourceFile<'_>, signals: &Signals) -> Result<Self, DefinitionError> {
        let raw: std::collections::BTreeMap<String, RawCondition> =
            toml::from_str(file.text).map_err(|error| file.toml_error(&error))?;
        let mut list = Vec::new();
        for (name, raw) in raw {
            let step = raw.step.ok_or_else(|| {
                file.error_at(
                    &name,
                    format!("modifier `{name}` has no `step`"),
                    "give it `step = 1` or `step = -1`",
                )
            })?;
            let condition = Condition::resolve(&raw, file, signals)?;
            list.push((name.clone(), Step { name: name.as_str().into(), condition, step }));
        }
        Ok(Self(list))
    }
}

impl Rule {
    /// Compiles a rule file.
    pub(crate) fn parse(
        file: &SourceFile<'_>,
        signals: &Signals,
        shared: &SharedModifiers,
    ) -> Result<Self, DefinitionError> {
        let raw: RuleFile = toml::from_str(file.text).map_err(|error| file.toml_error(&error))?;
        if !file.name.trim_end_matches(".toml").ends_with(&raw.id) {
            let next = "name the file after its id, family/name.toml";
            return Err(file.error_at("id", format!("the id `{}` is not the file's name", raw.id), next));
        }
        if !ACTIONS.contains(&raw.action.as_str()) {
            let problem = format!("action `{}` is not known", raw.action);
            return Err(file.error_at("action", problem, format!("use one of: {}", ACTIONS.join(", "))));
        }
        for (key, confidence) in [("threshold", raw.threshold), ("sure", raw.sure)] {
            if !(0.0..1.0).contains(&confidence) {
                let problem = format!("`{key}` is {confidence}, not a confidence");
                return Err(file.error_at(key, problem, "give a number from 0 to below 1"));
            }
        }
        for (key, list) in [("focus", &raw.focus), ("evidence", &raw.evidence), ("guards", &raw.guards)] {
            for condition in list {
                if let Some(problem) = contradiction::find(condition, &raw.kinds, &raw.authorship) {
                    let first = condition.names().next().unwrap_or(key);
                    let problem = format!("a condition of `{key}` can never be met: {problem}");
                    return Err(file.error_at(
                        &format!("\"{first}\""),
                        problem,
                        "correct or remove the condition",
                    ));
                }
            }
        }
        let weighted = |raw: &RawCondition, default: f32| {
            let condition = Condition::resolve(raw, file, signals)?;
            Ok(Weighted { condition, weight: raw.weight.unwrap_or(default) })
        };
        let focus: Vec<Weighted> = raw.focus.iter().map(|c| weighted(c, 0.0)).collect::<Result<_, _>>()?;
        if focus.is_empty() {
            let next = "name at least one signal that a finding is about";
            return Err(file.error_at("focus", "`focus` is empty", next));
        }
        let mut evidence: Vec<Weighted> =
            raw.evidence.iter().map(|c| weighted(c, 1.0)).collect::<Result<_, _>>()?;
        for entry in evidence.iter_mut().filter(|entry| entry.weight > 0.0) {
            entry.condition.keep_to_passage();
        }
        for guard in &raw.guards {
            let guard = weighted(guard, -3.0)?;
            if guard.weight > 0.0 {
                return Err(file.error_at(
                    "guards",
                    "a guard has a positive weight",
                    "move it to `evidence`",
                ));
            }
            evidence.push(guard);
        }
        let mut modifiers = Vec::new();
        for modifier in &raw.modifiers {
            modifiers.push(resolve_modifier(modifier, file, signals, shared)?);
        }
        for arrow in &raw.arrows {
            modifiers.push(resolve_arrow(arrow, file, signals)?);
        }
        let examples = examples(&raw, file)?;
        Ok(Self {
            id: raw.id.into(),
            title: raw.title,
            severity: raw.severity,
            why: raw.why,
            action: raw.action,
            action_detail: raw.action_detail,
            guidelines: raw.guidelines,
            examples,
            file: file.name.to_owned(),
            per: raw.per,
            base: raw.base,
            // Weights have one decimal; sums of them should not miss the mark by rounding.
            needed_score: (raw.threshold / (1.0 - raw.threshold)).ln() - 1e-4,
            sure: raw.sure,
            identifiers: raw.identifiers.chars().collect(),
            kinds: raw.kinds,
            authorship: raw.authorship,
            focus,
            evidence,
            modifiers,
        })
    }

    /// The part of the id before `/`.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// The names of what may move a finding's severity.
    pub fn modifier_names(&self) -> impl Iterator<Item = &str> {
        self.modifiers.iter().map(|step| &*step.name)
    }

    /// Whether the rule looks at items of this kind and authorship. By default, at everything of one's own and reshared.
    pub fn applies_to(&self, item: &Item) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&item.kind);
        let author = match self.authorship.as_slice() {
            [] => matches!(item.authorship, Authorship::Own | Authorship::Reshare),
            list => list.contains(&item.authorship),
        };
        kind && author
    }
}

fn resolve_modifier(
    raw: &RawModifier,
    file: &SourceFile<'_>,
    signals: &Signals,
    shared: &SharedModifiers,
) -> Result<Step, DefinitionError> {
    match raw {
        RawModifier::Shared(name) => {
            shared.0.iter().find(|(other, _)| other == name).map(|(_, step)| step.clone()).ok_or_else(|| {
                let near = nearest(name, shared.0.iter().map(|(name, _)| name.as_str()));
                let next = near.map_or_else(
                    || "define it in rules/modifiers.toml".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                file.error_at(name, format!("no shared modifier is called `{name}`"), next)
            })
        }
        RawModifier::Own(raw) => {
            let (Some(name), Some(step)) = (&raw.name, raw.step) else {
                let next = "give it `name` and `step`";
                return Err(file.error_at("modifiers", "a modifier has no name or no step", next));
            };
            let condition = Condition::resolve(raw, file, signals)?;
            Ok(Step { name: name.as_str().into(), condition, step })
        }
    }
}

/// `AU+`: one step up there; `RN+` for nurses, `TH+` for therapists.
fn resolve_arrow(arrow: &str, file: &SourceFile<'_>, signals: &Signals) -> Result<Step, DefinitionError> {
    let fact = match arrow {
        "US+" => "country-us",
        "UK+" => "country-uk",
        "CA+" => "country-ca",
        "AU+" => "country-au",
        "RN+" => "nurse-account",
        "TH+" => "therapist-account",
        _ => {
            let next = "use one of: US+, UK+, CA+, AU+, RN+, TH+";
            return Err(file.error_at(arrow, format!("arrow `{arrow}` is not known"), next));
        }
    };
    let raw = RawCondition { signal: Some(fact.to_owned()), ..RawCondition::default() };
    Ok(Step { name: arrow.into(), condition: Condition::resolve(&raw, file, signals)?, step: 1 })
}

fn examples(raw: &RuleFile, file: &SourceFile<'_>) -> Result<Vec<Example>, DefinitionError> {
    let mut examples = Vec::new();
    for (list, hit, key) in [(&raw.hits, true, "hits"), (&raw.misses, false, "misses")] {
        if list.len() < MIN_EXAMPLES {
            let problem = format!("`{key}` has {} examples, expected at least {MIN_EXAMPLES}", list.len());
            return Err(file.error_at(key, problem, "write more, each of another kind"));
        }
        for (index, example) in list.iter().enumerate() {
            let mut item = match example {
                RawExample::Text(text) => Item { text: text.clone(), ..Item::default() },
                RawExample::Item(given) => {
                    let mut table = given.item.clone();
                    table.entry("id").or_insert_with(|| toml::Value::String(String::new()));
                    toml::Value::Table(table).try_into().map_err(|error: toml::de::Error| {
                        let problem = format!("`{key}` number {}: {}", index + 1, error.message());
                        file.error_at(
                            key,
                            problem,
                            "write it as an item: text, kind, parent, media, profile …",
                        )
                    })?
                }
            };
            item.id = format!("{key}-{}", index + 1);
            examples.push(Example { item, hit });
        }
    }
    Ok(examples)
}
