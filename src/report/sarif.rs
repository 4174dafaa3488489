//! The audit as SARIF 2.1.0, for tools that show the results of static analysis.
//!
//! Severity becomes a level: critical and high are `error`, medium is `warning`, low and info are `note`; the severity
//! itself stands in the properties, and the confidence is the `rank`, 0 to 100. Such files travel further than tables
//! do, so they never hold an excerpt without masks.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Value, json};
use whitecoat_engine::{Rule, Severity};

use super::columns::{self, action};
use super::{Closed, Row, Run};
use crate::coverage::Gap;
use crate::wording::printable;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The name of the fingerprint, with the version of how it is made.
const FINGERPRINT: &str = "whitecoatFindingId/v1";

/// Writes one log with one run: the findings, then what is left of the last audit.
pub fn write(rows: &[Row], closed: &[Closed], run: &Run, mut to: impl Write) -> io::Result<()> {
    let rules: BTreeMap<&str, &Rule> = rows.iter().map(|row| (&*row.rule.id, &*row.rule)).collect();
    let numbers: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let compared = !closed.is_empty() || rows.iter().any(|row| cell("status", row, run) != "new");
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [SarifRun {
            tool: json!({ "driver": {
                "name": "whitecoat",
                "version": run.tool_version,
                "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }}),
            automation_details: json!({ "id": format!("whitecoat/{}/{}", run.profile.name, run.run_id) }),
            invocations: [invocation(run)],
            column_kind: "unicodeCodePoints",
            properties: json!({
                "rulesetHash": run.ruleset_hash,
                "profile": run.profile.name,
                "complete": run.complete,
                "notShownByRule": run.findings.not_shown_by_rule,
            }),
            results: Results { rows, closed, run, numbers: &numbers, compared },
        }],
    };
    serde_json::to_writer(&mut to, &log)?;
    to.write_all(b"\n")?;
    to.flush()
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'r> {
    tool: Value,
    automation_details: Value,
    invocations: [Value; 1],
    column_kind: &'static str,
    properties: Value,
    #[serde(serialize_with = "Results::stream")]
    results: Results<'r>,
}

/// The results, made one by one while they are written.
struct Results<'r> {
    rows: &'r [Row],
    closed: &'r [Closed],
    run: &'r Run,
    numbers: &'r BTreeMap<&'r str, usize>,
    /// There is an earlier audit that the statuses compare with.
    compared: bool,
}

impl Results<'_> {
    fn stream<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self.rows.iter().map(|row| self.result(row));
        serializer.collect_seq(shown.chain(self.closed.iter().map(|row| self.earlier(row))))
    }

    fn result(&self, row: &Row) -> Value {
        let (status, decision) = (cell("status", row, self.run), cell("decision", row, self.run));
        let mut result = json!({
            "ruleId": &*row.rule.id,
            "ruleIndex": self.numbers.get(&*row.rule.id),
            "level": level(row.severity),
            "rank": (f64::from(row.confidence) * 100.0).round(),
            "message": { "text": message(row, self.run) },
            "locations": [location(row)],
            "fingerprints": { FINGERPRINT: row.finding_id },
            "occurrenceCount": row.occurrences(),
            "properties": {
                "severity": row.severity,
                "action": action(row),
                "platform": row.platform,
                "account": row.account,
                "kind": row.kind,
                "postedAt": cell("posted_at", row, self.run),
                "status": status,
                "span": cell("span", row, self.run),
            },
        });
        if self.compared
            && let Some(state) = baseline(&status)
        {
            result["baselineState"] = json!(state);
        }
        suppress(&mut result, &decision);
        result
    }

    /// A finding of the last audit, as its table had it. The table may have been written without masks, so its excerpt
    /// stays out.
    fn earlier(&self, row: &Closed) -> Value {
        let (rule, status) = (row.cell("rule"), row.status.name());
        let severity = row.cell("severity");
        let known = Severity::ALL.into_iter().find(|known| known.name() == severity);
        let (title, source) = (row.cell("title"), row.cell("source"));
        let item = row.cell("item_id");
        let mut result = json!({
            "ruleId": rule,
            "level": level(known.unwrap_or(Severity::Info)),
            "message": { "text": printable(if title.is_empty() { &rule } else { &title }) },
            "locations": [place(Some(&row.cell("url")), &source, (&item, format!("{}:{item}", row.cell("platform"))))],
            "fingerprints": { FINGERPRINT: row.finding_id() },
            "properties": {
                "severity": severity,
                "platform": row.cell("platform"),
                "account": row.cell("account"),
                "kind": row.cell("kind"),
                "postedAt": row.cell("posted_at"),
                "status": status,
            },
        });
        if let Some(number) = self.numbers.get(rule.as_str()) {
            result["ruleIndex"] = json!(number);
        }
        if let Some(state) = baseline(status) {
            result["baselineState"] = json!(state);
        }
        suppress(&mut result, &row.cell("decision"));
        result
    }
}

/// What an earlier audit says of a finding. What was not read this time is as it was, as far as anybody knows.
fn baseline(status: &str) -> Option<&'static str> {
    match status {
        "new" | "reopened" => Some("new"),
        "persisting" | "not-read" => Some("unchanged"),
        "resolved" | "gone" | "rule-changed" => Some("absent"),
        _ => None,
    }
}

/// A decision to leave a finding as it is.
fn suppress(result: &mut Value, decision: &str) {
    if decision.starts_with("keep") || decision.starts_with("not-an-issue") {
        result["suppressions"] = json!([{ "kind": "external", "justification": decision }]);
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    let detail = if rule.action_detail.is_empty() { &rule.action } else { &rule.action_detail };
    let rests = match rule.guidelines.as_slice() {
        [] => String::new(),
        guidelines => format!("\n\nRests on {}.", guidelines.join("; ")),
    };
    json!({
        "id": &*rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.why },
        "help": { "text": format!("{}\n\nWhat to do: {detail}{rests}", rule.why) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "severity": rule.severity, "tags": [rule.family()] },
    })
}

/// The rule's title and the masked excerpt; without masks only the title.
fn message(row: &Row, run: &Run) -> String {
    if run.options.unmask || row.excerpt.is_empty() {
        return row.rule.title.clone();
    }
    format!("{}: “{}”", row.rule.title, printable(&row.excerpt))
}

/// The post's address if it has one, else its file and line; and the item by name.
fn location(row: &Row) -> Value {
    place(row.url.as_deref(), &row.source, (&row.item_id, row.item_ref()))
}

/// The same for an item given by name and full name.
fn place(url: Option<&str>, source: &str, (name, full_name): (&str, String)) -> Value {
    let web = url.and_then(|url| url::Url::parse(url).ok());
    let (file, record) = source.split_once('#').unwrap_or((source, ""));
    let physical = match web {
        Some(url) => json!({ "artifactLocation": { "uri": url.as_str() } }),
        None => {
            let mut physical = json!({ "artifactLocation": { "uri": reference(file) } });
            let line = record.strip_prefix("line ").and_then(|line| line.parse::<u64>().ok());
            if let Some(line) = line.filter(|line| *line > 0) {
                physical["region"] = json!({ "startLine": line });
            }
            physical
        }
    };
    json!({
        "physicalLocation": physical,
        "logicalLocations": [{ "name": name, "fullyQualifiedName": full_name, "kind": "item" }],
    })
}

/// A path as a reference that is valid in a URI: all but letters, digits and a few signs escaped.
fn reference(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// When the run was, whether it read all, and what it could not read.
fn invocation(run: &Run) -> Value {
    let notice = |level: &str, reason: &str, gap: &Gap| {
        let places = gap.places("");
        let places = if places.is_empty() { places } else { format!(" ({places})") };
        json!({ "level": level, "message": { "text": format!("{} x {reason}{places}", gap.count) } })
    };
    let notices: Vec<Value> = run
        .inputs
        .iter()
        .flat_map(|reading| {
            let failed =
                reading.coverage.failed.iter().map(move |(reason, gap)| notice("error", reason, gap));
            failed
                .chain(reading.coverage.skipped.iter().map(move |(reason, gap)| notice("note", reason, gap)))
        })
        .collect();
    json!({
        "executionSuccessful": run.complete,
        "startTimeUtc": run.started.instant().to_string(),
        "endTimeUtc": run.finished.instant().to_string(),
        "toolExecutionNotifications": notices,
    })
}

/// What the table has in a column.
fn cell(name: &str, row: &Row, run: &Run) -> String {
    let column = columns::ALL.iter().find(|column| column.name == name);
    column.map(|column| column.cell(row, run)).unwrap_or_default()
}
