//! The outputs, from findings made by hand.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use whitecoat_engine::{
    Engine, Evidence, Field, Finding, Item, Kind, Mask, Media, Modifier, Parent, ParentAuthor, Precision,
    Profile, Rule, Severity, Span, Visibility,
};

use super::run_file::{Counts, Start, UsedOptions, UsedProfile};
use super::*;
use crate::reading::{self, Ended, Reading};

/// A rule with nothing special about it.
pub(crate) fn rule(id: &str, severity: Severity) -> Arc<Rule> {
    let text = format!(
        "id = {id:?}\ntitle = \"Title of {id}\"\nseverity = {:?}\nwhy = \"Why it matters.\"\naction = \"edit\"\n\
         action_detail = \"Say it without the detail.\"\nguidelines = [\"AMA 2.3.2\", \"GMC SM 18\"]\nbase = 0.0\n\
         focus = [{{ signal = \"email\" }}]\nhits = [\"a\", \"b\", \"c\", \"d\", \"e\"]\n\
         misses = [\"a\", \"b\", \"c\", \"d\", \"e\"]\n",
        severity.name()
    );
    let engine = Engine::with_rules(&[(&format!("{id}.toml"), &text)]).unwrap();
    engine.rules()[0].clone()
}

/// A finding with nothing special about it.
pub(crate) fn finding(rule: Arc<Rule>, span: Span, excerpt: Span) -> Finding {
    Finding {
        severity: rule.severity,
        rule,
        modifiers: Vec::new(),
        confidence: 0.9,
        span,
        ordinal: 0,
        further: 0,
        excerpt,
        masks: Vec::new(),
        evidence: Vec::new(),
        identifiers: Vec::new(),
        quasi_identifiers: Vec::new(),
        crowd: None,
    }
}

fn span_of(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span { field: Field::Text, start, end: start + part.len() }
}

fn item(text: &str) -> Item {
    Item {
        id: "77".into(),
        kind: Kind::Reply,
        platform: "x".into(),
        account: "drk".into(),
        text: text.into(),
        created_at: "2024-05-01T18:30:00+02:00".parse().ok(),
        created_precision: Precision::Second,
        url: Some("https://social.example/drk/77".into()),
        visibility: Visibility::Public,
        parent: Some(Parent { author: ParentAuthor::Patient, id: Some("70".into()), ..Parent::default() }),
        profile: Some(Arc::new(Profile { jurisdiction: "UK".into(), ..Profile::default() })),
        source: "posts.jsonl#line 3".into(),
        ..Item::default()
    }
}

/// A name on 3 May, masked, with evidence for and against.
fn name_finding(item: &Item) -> Finding {
    let masked = |part: &str, label| Mask { span: span_of(&item.text, part), label };
    let evidence = |signal: &str, weight| Evidence {
        signal: signal.into(),
        scope: "sentence",
        weight,
        span: None,
        words: Vec::new(),
        resembles: None,
    };
    let whole = Span { field: Field::Text, start: 0, end: item.text.len() };
    Finding {
        modifiers: vec![Modifier { name: "minor".into(), step: 1 }],
        masks: vec![masked("Mr Ode", "name"), masked("3 May", "date")],
        evidence: vec![evidence("person-name", 2.5), evidence("own-family", -1.0)],
        identifiers: vec!['A', 'C'],
        quasi_identifiers: vec!["age"],
        ..finding(rule("privacy/patient-name", Severity::Critical), span_of(&item.text, "Mr Ode"), whole)
    }
}

fn rows() -> Vec<Row> {
    let first = item("👩‍⚕️ Mr Ode went\nhome on 3 May, \u{1b}[31mat last");
    let second = Item { id: "78".into(), created_at: None, ..item("=HYPERLINK(\"http://x\") best clinic") };
    let span = span_of(&second.text, "best clinic");
    let whole = Span { field: Field::Text, start: 0, end: second.text.len() };
    let boast = finding(rule("claims/superiority", Severity::Low), span, whole);
    let mut rows = vec![Row::of(&second, &boast, true), Row::of(&first, &name_finding(&first), true)];
    row::sort(&mut rows);
    rows
}

pub(crate) fn run(rows: &[Row]) -> Run {
    let mut reading = Reading::of("posts.jsonl");
    reading.coverage.recognised = "items as JSON Lines".into();
    reading.coverage.fail("the line is not JSON", "posts.jsonl#line 9");
    reading.coverage.skip_many("private messages are left out", "posts.jsonl#line 10", 1234);
    reading.counts = reading::Counts::of(&[item("a"), item("b")]);
    reading.ended = Ended::Complete;
    let start = Start {
        started: "2025-02-03T04:05:06Z".parse().unwrap(),
        definition: b"rules".to_vec(),
        rules: 2,
        profile: UsedProfile {
            name: "self-audit".into(),
            origin: "self-audit".into(),
            blake3: "00".into(),
            ..UsedProfile::default()
        },
        options: UsedOptions { fail_on: "high".into(), ..UsedOptions::default() },
        output: "audit.csv".into(),
    };
    let finished = "2025-02-03T04:06:00Z".parse().unwrap();
    let counts = Counts::of(rows, BTreeMap::from([("account/cadence".into(), 3)]));
    let mut run = Run::new(start, finished, vec![reading], false, counts);
    run.tool_version = "0.0.0";
    run
}

fn csv_text(columns: Option<&str>, options: csv::Options) -> String {
    let rows = rows();
    let mut bytes = Vec::new();
    csv::write(&rows, &[], &run(&rows), &Columns::parse(columns).unwrap(), options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_has_the_columns_of_the_contract() {
    insta::assert_snapshot!(csv_text(None, csv::Options::default()));
}

#[test]
fn columns_are_chosen_or_added() {
    let chosen = csv_text(Some("finding_id,rule"), csv::Options::default());
    assert!(chosen.starts_with("finding_id,rule\n"));
    let added = csv_text(Some("+evidence,parent_ref"), csv::Options::default());
    assert!(added.lines().next().unwrap().ends_with("finding_id,item_version,evidence,parent_ref"));
    assert!(added.contains("person-name@sentence:+2.50; own-family@sentence:-1.00,70"));
    assert!(Columns::parse(Some("severty")).unwrap_err().contains("did you mean severity?"));
}

#[test]
fn csv_is_guarded_unless_raw_and_suits_excel_on_request() {
    assert!(csv_text(Some("excerpt"), csv::Options::default()).contains("\"'=HYPERLINK("));
    assert!(csv_text(Some("excerpt"), csv::Options { raw: true, excel: false }).contains("\"=HYPERLINK("));
    let excel = csv_text(Some("excerpt,rule"), csv::Options { raw: false, excel: true });
    assert!(excel.starts_with("\u{feff}excerpt,rule\r\n") && excel.ends_with("\r\n"));
}

#[test]
fn every_further_column_can_be_filled() {
    let all: Vec<_> =
        columns::ALL.iter().filter(|column| !column.default).map(|column| column.name).collect();
    insta::assert_snapshot!(csv_text(Some(&all.join(",")), csv::Options::default()));
}

#[test]
fn jsonl_has_the_same_fields_with_types() {
    let rows = rows();
    let mut bytes = Vec::new();
    jsonl::write(&rows, &[], &run(&rows), &Columns::parse(None).unwrap(), &mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn the_record_says_what_was_done() {
    let mut run = run(&rows());
    run.checklist.truncate(1);
    let mut bytes = Vec::new();
    run.write(&mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn the_summary_reads_well_and_is_safe_on_a_terminal() {
    let rows = rows();
    let mut page = anstream::StripStream::new(Vec::new());
    summary::write(&run(&rows), &rows, Some("audit.run.json"), 80, &mut page).unwrap();
    let page = String::from_utf8(page.into_inner()).unwrap();
    assert!(!page.contains('\u{1b}') && !page.contains("Ode"));
    insta::assert_snapshot!(page);
}

#[test]
fn excerpts_are_masked_folded_and_cut_around_the_span() {
    let text = format!("{} Mr Ode went\n\n home. {}", "before ".repeat(60), "after ".repeat(60));
    let item = item(&text);
    let whole = Span { field: Field::Text, start: 0, end: text.len() };
    let mut long = finding(rule("privacy/patient-name", Severity::High), span_of(&text, "Mr Ode"), whole);
    long.masks = vec![
        Mask { span: span_of(&text, "Mr Ode"), label: "name" },
        Mask { span: span_of(&text, "Ode went"), label: "other" },
    ];
    let masked = excerpt::of(&item, &long, true);
    assert!(
        masked.starts_with('…') && masked.ends_with('…') && masked.contains("before [name] home. after"),
        "{masked}"
    );
    assert!(masked.chars().count() <= excerpt::EXCERPT_CHARS + "[name]".len() + 2, "{masked}");
    let full = excerpt::of(&item, &long, false);
    assert!(
        full.starts_with("before before")
            && full.contains("before Mr Ode went home. after")
            && full.ends_with("after")
    );
}

#[test]
fn an_excerpt_that_does_not_fit_its_text_is_empty_and_no_panic() {
    let item = item("é");
    for (start, end) in [(1, 2), (0, 99), (7, 3)] {
        let span = Span { field: Field::Text, start, end };
        assert_eq!(excerpt::of(&item, &finding(rule("a/b", Severity::Low), span, span), true), "");
    }
}

#[test]
fn spans_of_media_name_their_field() {
    let item = Item { media: vec![Media { alt: "Bett 4 ör".into(), ..Media::default() }], ..item("") };
    let span = Span { field: Field::MediaAlt(0), start: 7, end: 10 };
    let rows = [Row::of(&item, &finding(rule("a/b", Severity::Low), span, span), true)];
    let columns = Columns::parse(Some("span,excerpt")).unwrap();
    let mut bytes = Vec::new();
    csv::write(&rows, &[], &run(&rows), &columns, csv::Options::default(), &mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), "span,excerpt\nmedia.0.alt:7-9,ör\n");
}

#[test]
fn masked_rows_hold_nothing_that_was_masked() {
    let item = item("Mr Ode went home on 3 May");
    let shown = format!("{:?}", Row::of(&item, &name_finding(&item), true));
    assert!(!shown.contains("Ode") && !shown.contains("3 May"), "{shown}");
}
