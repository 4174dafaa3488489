//! Every way in which a finding can go on, by hand.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, OnceLock};

use whitecoat_engine::{Field, Item, Rule, Severity, Span};

use super::*;
use crate::identity;

const TODAY: &str = "2026-04-01";

fn item(id: &str, text: &str) -> Item {
    Item { platform: "x".into(), account: "drk".into(), id: id.into(), text: text.into(), ..Item::default() }
}

fn row(item: &Item) -> Row {
    // Compiling an engine takes a while.
    static RULE: OnceLock<Arc<Rule>> = OnceLock::new();
    let rule = RULE.get_or_init(|| crate::report::tests::rule("privacy/patient-name", Severity::High));
    let span = Span { field: Field::Text, start: 0, end: 1 };
    Row::of(item, &crate::report::tests::finding(Arc::clone(rule), span, span), true)
}

/// The last audit had a finding in `item`, with these cells besides.
fn previous(item: &Item, cells: &[(&str, &str)]) -> Previous {
    let row = row(item);
    let mut all: BTreeMap<String, String> = [
        ("rule", "privacy/patient-name"),
        ("platform", "x"),
        ("account", "drk"),
        ("status", "new"),
        ("first_seen", "2026-01-02"),
    ]
    .into_iter()
    .chain(cells.iter().copied())
    .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
    .collect();
    all.insert("finding_id".into(), row.finding_id.clone());
    let version = Version::parse(&row.item_version);
    let cell = |name: &str| all.get(name).cloned().unwrap_or_default();
    let entry = Entry {
        row: 2,
        decision: Decision::parse(&cell("decision"), &cell("note")),
        status: Status::ALL.into_iter().find(|status| status.name() == cell("status")),
        version,
        first_seen: cell("first_seen").parse().ok(),
        cells: all,
    };
    Previous { entries: BTreeMap::from([(row.finding_id, entry)]), ..Previous::default() }
}

fn seen(items: &[Item], complete: bool) -> Seen {
    let mut seen = Seen { complete, ..Seen::default() };
    for item in items {
        let version = identity::of_version(item, &identity::of_item(item));
        seen.versions.entry(version.item).or_default().insert(version.words);
        seen.accounts.insert(format!("{}:{}", item.platform, item.account));
    }
    seen
}

#[test]
fn what_is_found_again() {
    let (then, now) = (item("1", "Bed 4"), item("1", "Bed 4, again"));
    for (decision, edited, status, settled, carried) in [
        ("", false, Status::Persisting, false, ""),
        ("", true, Status::Persisting, false, ""),
        ("keep: form 12", false, Status::Persisting, true, "keep: form 12"),
        ("keep: form 12", true, Status::Reopened, false, ""),
        ("keep", false, Status::Reopened, false, ""),
        ("keep: form 12 until 2026-03-31", false, Status::Reopened, false, ""),
        ("keep: form 12 until 2026-04-01", false, Status::Persisting, true, "keep: form 12 until 2026-04-01"),
        ("not-an-issue", false, Status::Persisting, true, "not-an-issue"),
        ("not-an-issue", true, Status::Reopened, false, ""),
        ("removed", false, Status::Reopened, false, ""),
        ("edited", true, Status::Reopened, false, ""),
        ("fine", false, Status::Reopened, false, ""),
    ] {
        let previous = previous(&then, &[("decision", decision)]);
        let mut rows = [row(if edited { &now } else { &then })];
        let (closed, comparison) = compare(&previous, &mut rows, &Seen::default(), TODAY.parse().unwrap());
        assert!(closed.is_empty());
        assert_eq!((rows[0].status, rows[0].settled), (status, settled), "{decision} {edited}");
        assert_eq!(rows[0].decision, carried, "{decision} {edited}");
        assert_eq!(rows[0].first_seen.as_deref(), Some("2026-01-02"));
        assert_eq!(rows[0].note.contains(&format!("was \"{decision}\"")), status == Status::Reopened);
        assert_eq!(comparison.by_status, BTreeMap::from([(status.name(), 1)]));
    }
}

#[test]
fn what_was_closed_and_is_there_again_is_reopened() {
    let then = item("1", "Bed 4");
    for status in ["resolved", "gone", "rule-changed"] {
        let mut rows = [row(&then)];
        let previous = previous(&then, &[("status", status)]);
        compare(&previous, &mut rows, &Seen::default(), TODAY.parse().unwrap());
        assert_eq!(rows[0].status, Status::Reopened, "{status}");
    }
    let deleted = Item { live_state: LiveState::Deleted, ..then.clone() };
    let mut rows = [row(&deleted)];
    compare(
        &previous(&then, &[("decision", "removed")]),
        &mut rows,
        &Seen::default(),
        TODAY.parse().unwrap(),
    );
    assert_eq!((rows[0].status, rows[0].settled), (Status::Persisting, true));
}

#[test]
fn what_is_found_no_more() {
    let (then, edited) = (item("1", "Bed 4"), item("1", "Nothing"));
    let other = item("2", "Something else");
    let elsewhere = Item { account: "drk2".into(), ..item("3", "Elsewhere") };
    for (cells, now, complete, status) in [
        (&[][..], vec![edited.clone()], true, Status::Resolved),
        (&[], vec![then.clone()], true, Status::RuleChanged),
        (&[], vec![other.clone()], true, Status::Gone),
        (&[("decision", "removed")], vec![other.clone()], true, Status::Resolved),
        (&[], vec![other.clone()], false, Status::NotRead),
        (&[], vec![elsewhere], true, Status::NotRead),
        (&[("status", "resolved")], vec![then.clone()], true, Status::Resolved),
        (&[("status", "gone")], vec![other], true, Status::Gone),
        (&[("status", "not-read")], vec![edited], true, Status::Resolved),
    ] {
        let previous = previous(&then, cells);
        let (closed, _) = compare(&previous, &mut [], &seen(&now, complete), TODAY.parse().unwrap());
        assert_eq!(closed[0].status, status, "{cells:?}");
        assert_eq!(closed[0].cell("status"), status.name());
        assert_eq!(closed[0].cell("first_seen"), "2026-01-02");
    }
    let previous = previous(&then, &[]);
    let hidden =
        Seen { hidden: previous.entries.keys().cloned().collect(), complete: true, ..Seen::default() };
    let (closed, _) = compare(&previous, &mut [], &hidden, TODAY.parse().unwrap());
    assert_eq!(closed[0].status, Status::RuleChanged);
}

#[test]
fn false_alarms_are_counted_by_rule() {
    let then = item("1", "Bed 4");
    let previous = previous(&then, &[("decision", "not-an-issue")]);
    let (_, comparison) = compare(&previous, &mut [row(&then)], &Seen::default(), TODAY.parse().unwrap());
    let once = BTreeMap::from([("privacy/patient-name".to_owned(), 1)]);
    assert_eq!((&comparison.false_alarms_by_rule, &comparison.decided_by_rule), (&once, &once));
}

#[test]
fn an_audit_of_somebody_else_is_told() {
    let then = item("1", "Bed 4");
    let previous = previous(&then, &[]);
    let elsewhere = Item { account: "somebody".into(), ..item("9", "Elsewhere") };
    let message = stranger(&previous, &seen(&[elsewhere], true)).unwrap();
    assert!(message.contains("x:drk") && message.contains("x:somebody"), "{message}");
    assert_eq!(stranger(&previous, &seen(&[item("9", "Else")], true)), None);
    assert_eq!(stranger(&previous, &Seen::default()), None);
    let nameless = self::previous(&then, &[("account", ""), ("item_version", "")]);
    assert_eq!(stranger(&nameless, &seen(&[item("9", "Else")], true)), None);
}
