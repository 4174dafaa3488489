//! The columns of an audit, in one list that every table-like output is made from.

use serde_json::{Value, json};
use whitecoat_engine::Severity;

use super::row::APART;
use super::{Row, Run};
use crate::wording::{self, nearest, word};

/// One column.
pub struct Column {
    /// Its name in the header and in JSON.
    pub name: &'static str,
    /// Whether it is there unless columns are chosen.
    pub default: bool,
    value: fn(&Row, &Run) -> Value,
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Column {
    /// The value for JSON.
    pub fn value(&self, row: &Row, run: &Run) -> Value {
        (self.value)(row, run)
    }

    /// The value for a table: lists joined, a span as `start-end` after its field unless that is the text.
    pub fn cell(&self, row: &Row, run: &Run) -> String {
        rendered(self.name, self.value(row, run), &row.span_field)
    }
}

/// The cell of a table for a value for JSON, in the column `name`; `field` is the text that a span cuts.
pub fn rendered(name: &str, value: Value, field: &str) -> String {
    let lead = if field == "text" || field.is_empty() { String::new() } else { format!("{field}:") };
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(values) if name == "span" => {
            lead + &values.iter().map(Value::to_string).collect::<Vec<_>>().join("-")
        }
        Value::Array(values) => {
            let joined: Vec<_> = values.iter().map(|value| value.as_str().unwrap_or_default()).collect();
            joined.join("; ")
        }
        other => other.to_string(),
    }
}

/// Where an archive keeps a copy of the page; there once archives were asked.
pub const ARCHIVED_URL: &str = "archived_url";

const fn shown(name: &'static str, value: fn(&Row, &Run) -> Value) -> Column {
    Column { name, default: true, value }
}

const fn further(name: &'static str, value: fn(&Row, &Run) -> Value) -> Column {
    Column { name, default: false, value }
}

/// All columns: the default ones in their order, then the others.
pub const ALL: &[Column] = &[
    shown("severity", |row, _| json!(row.severity)),
    shown("rule", |row, _| json!(&*row.rule.id)),
    shown("title", |row, _| json!(row.rule.title)),
    shown("excerpt", |row, _| json!(row.excerpt)),
    shown("why", |row, _| json!(why(row))),
    shown("action", |row, _| json!(action(row))),
    shown("platform", |row, _| json!(row.platform)),
    shown("account", |row, _| json!(row.account)),
    shown("kind", |row, _| json!(row.kind)),
    shown("posted_at", |row, _| json!(row.posted_at.map(|moment| wording::time(moment, row.precision)))),
    shown("url", |row, _| json!(row.url)),
    shown("source", |row, _| json!(row.source)),
    shown("status", |row, _| json!(row.status)),
    shown("decision", |row, _| text(&row.decision)),
    shown("note", |row, _| text(&row.note)),
    shown("confidence", |row, _| json!(hundredths(row.confidence))),
    shown("modifiers", |row, _| json!(modifiers(row))),
    shown("identifiers", |row, _| json!(row.identifiers.iter().map(char::to_string).collect::<Vec<_>>())),
    shown("people_estimate", |row, _| json!(row.people.as_ref().map(|people| &people.estimate))),
    shown("related", |row, _| json!(related(row))),
    shown("guidelines", |row, _| json!(row.rule.guidelines)),
    shown("authorship", |row, _| json!(row.authorship)),
    shown("visibility", |row, _| json!(row.visibility)),
    shown("live_state", |row, _| json!(row.live_state)),
    shown("first_seen", |row, run| json!(row.first_seen.clone().unwrap_or_else(|| run.date()))),
    shown("occurrences", |row, _| json!(row.occurrences())),
    shown("item_id", |row, _| json!(row.item_id)),
    shown("span", |row, _| json!([row.span.0, row.span.1])),
    shown("finding_id", |row, _| json!(row.finding_id)),
    further("cluster_id", |row, _| json!(cluster(row))),
    shown("item_version", |row, _| text(&row.item_version)),
    further(ARCHIVED_URL, |row, _| json!(row.archived_url)),
    further("run_id", |_, run| json!(run.run_id)),
    further("run_utc", |_, run| json!(run.started.to_string())),
    further("tool_version", |_, run| json!(run.tool_version)),
    further("ruleset_hash", |_, run| json!(run.ruleset_hash)),
    further("profile", |_, run| json!(run.profile.name)),
    further("jurisdiction", |row, _| json!(row.profile.as_ref().map(|profile| &profile.jurisdiction))),
    further("profession", |row, _| json!(row.profile.as_ref().map(|profile| &profile.profession))),
    further("parent_ref", |row, _| json!(row.parent_ref)),
    further("parent_author", |row, _| json!(row.parent_author)),
    further("created_precision", |row, _| json!(row.precision)),
    further("severity_base", |row, _| json!(row.rule.severity)),
    further("evidence", |row, _| list(&row.evidence)),
    further("guards_considered", |row, _| list(&row.guards)),
    further("quasi_identifiers", |row, _| json!(row.quasi_identifiers)),
    further("possible_patient_data", |row, _| json!(if possible_patient_data(row) { "yes" } else { "no" })),
    further("action_code", |row, _| json!(row.rule.action)),
    further("action_detail", |row, _| json!(action_detail(row))),
    further("identity_match", |row, _| json!(row.identity_match)),
    further("identity_basis", |row, _| text(&row.identity_basis)),
    further("employer_visible", |row, _| json!(if row.withheld { "without its words" } else { "yes" })),
    further("preserve_first", |row, _| json!(if preserve_first(row) { "yes" } else { "no" })),
    further("escalate_to", |row, _| json!(escalate_to(row))),
    further("due_hint", |row, _| json!(due(row))),
    further("review_status", |row, _| {
        json!(row.filled_in.get("review_status").map_or("unconfirmed", |cell| cell))
    }),
    further("reviewer", |row, _| json!(row.filled_in.get("reviewer"))),
    further("review_outcome", |row, _| json!(row.filled_in.get("review_outcome"))),
    further("review_note", |row, _| json!(row.filled_in.get("review_note"))),
    further("applicant_response", |row, _| json!(row.filled_in.get("applicant_response"))),
    further("clinician_response", |row, _| json!(row.filled_in.get("clinician_response"))),
    further("legal_hold", |row, _| json!(row.filled_in.get("legal_hold"))),
    further("privileged", |row, _| json!(row.filled_in.get("privileged"))),
    further("resolution_evidence", |row, _| json!(row.filled_in.get("resolution_evidence"))),
];

/// Which columns, in which order.
#[derive(Clone, Debug)]
pub struct Columns(Vec<&'static Column>);

impl Columns {
    /// Reads `--columns`: a list of names chooses, a list that begins with `+` adds to the default ones.
    pub fn parse(list: Option<&str>) -> Result<Self, String> {
        let defaults = || ALL.iter().filter(|column| column.default);
        let Some(list) = list else { return Ok(Self(defaults().collect())) };
        let mut columns: Vec<&Column> =
            if list.trim_start().starts_with('+') { defaults().collect() } else { vec![] };
        for name in list.split(',').map(|name| name.trim().trim_start_matches('+')) {
            let column = ALL.iter().find(|column| column.name == name).ok_or_else(|| unknown(name))?;
            if !columns.iter().any(|chosen| chosen.name == name) {
                columns.push(column);
            }
        }
        Ok(Self(columns))
    }

    /// Adds a column, unless it is there.
    #[must_use]
    pub fn and(mut self, name: &str) -> Self {
        let is_there = self.0.iter().any(|column| column.name == name);
        self.0.extend(ALL.iter().filter(|column| column.name == name && !is_there));
        self
    }

    /// Whether any of them says what counted for a finding or against it.
    pub fn show_evidence(&self) -> bool {
        self.iter().any(|column| matches!(column.name, "evidence" | "guards_considered"))
    }

    /// The columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Column> {
        self.0.iter().copied()
    }
}

fn unknown(name: &str) -> String {
    let names = || ALL.iter().map(|column| column.name);
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("columns: {}", names().collect::<Vec<_>>().join(", ")),
    };
    format!("--columns: there is no column {name:?}; {hint}")
}

/// Why it matters, and how many people fit what is told.
pub fn why(row: &Row) -> String {
    let people = row.people.as_ref().map(|people| people.why.as_str());
    let parts = [Some(row.rule.why.as_str()), row.reading.as_deref(), people];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Other versions and copies of the item, and the other items of its story.
fn related(row: &Row) -> Vec<&str> {
    let story = row.people.iter().flat_map(|people| &people.story);
    let mut related: Vec<&str> = row.related.iter().chain(story).map(String::as_str).collect();
    related.sort_unstable();
    related.dedup();
    related
}

fn cluster(row: &Row) -> Option<&str> {
    row.people.as_ref().map(|people| people.cluster.as_str()).filter(|cluster| !cluster.is_empty())
}

/// What to do in words: the rule's advice, then the smallest change after which enough people fit.
pub fn action_detail(row: &Row) -> String {
    let change = row.people.as_ref().map(|people| people.change.as_str()).unwrap_or_default();
    [&row.rule.action_detail, change]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The rule's action: its code, then what to do in words.
pub fn action(row: &Row) -> String {
    let detail = action_detail(row);
    match (row.rule.action.as_str(), detail.as_str()) {
        (code, "") => code.to_owned(),
        ("", detail) => detail.to_owned(),
        (code, detail) => format!("{code}: {detail}"),
    }
}

/// Whether the post may hold a patient's data, so that deleting it alone is not enough.
pub fn possible_patient_data(row: &Row) -> bool {
    (row.rule.id.starts_with("privacy/") && row.severity > Severity::Info)
        || row.rule.id.starts_with("boundary/review-response")
        || !row.identifiers.is_empty()
}

/// Whether a copy has to be kept before anything is removed.
fn preserve_first(row: &Row) -> bool {
    row.rule.action == "hide-preserve-remove" || possible_patient_data(row)
}

/// Who is told besides whoever reads the table.
fn escalate_to(row: &Row) -> Option<&'static str> {
    match row.rule.action.as_str() {
        "counsel-first" => Some("counsel"),
        "board-advice" => Some("board or defence organisation"),
        "ask-privacy-officer" => Some("privacy officer"),
        _ => possible_patient_data(row).then_some("privacy officer"),
    }
}

/// How soon, in the words of the report.
fn due(row: &Row) -> &'static str {
    match row.severity {
        Severity::Critical => "today",
        Severity::High => "soon",
        Severity::Medium | Severity::Low | Severity::Info => "can wait",
    }
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// The entries of a list kept as one string.
fn list(entries: &str) -> Value {
    json!(entries.split(APART).filter(|entry| !entry.is_empty()).collect::<Vec<_>>())
}

fn modifiers(row: &Row) -> Vec<String> {
    row.modifiers.iter().map(|modifier| format!("{} {:+}", modifier.name, modifier.step)).collect()
}

/// Two decimals: more would claim a precision that is not there.
fn hundredths(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}

/// The name in words, for tables that show a kind or an authorship.
pub fn words(value: &impl serde::Serialize) -> String {
    word(value).replace('-', " ")
}
