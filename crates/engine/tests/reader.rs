//! A reader is evidence, and no oracle: what it may add and take, whatever it says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use whitecoat_engine::{
    Engine, Finding, Item, Passage, Profile, Read, Reader, Reading, RuleReading, Severity, StoryReading,
    UNDERSTOOD,
};

/// Says the same of every post and every rule.
#[derive(Debug)]
struct Always {
    rules: usize,
    said: f32,
}

impl Reader for Always {
    fn read(&self, _: &Item) -> Read {
        let said = RuleReading { log_odds: self.said, evidence: self.said, alone: self.said };
        Read::Judged(Reading {
            rules: vec![Some(said); self.rules],
            beside: 1.0,
            beside_alone: 1.0,
            in_part: false,
            windows: Vec::new(),
        })
    }

    fn passage(&self, _: &Item) -> Option<Passage> {
        None
    }

    fn read_story(&self, _: &[&Passage]) -> Option<StoryReading> {
        None
    }
}

fn engine_that_hears(said: f32) -> Engine {
    let engine = Engine::builtin().unwrap();
    let rules = engine.rules().len();
    engine.with_reader(Arc::new(Always { rules, said }))
}

fn found(engine: &Engine, profession: &str, text: &str) -> Vec<Finding> {
    let item = Item {
        id: "1".into(),
        account: "kit".into(),
        platform: "x".into(),
        text: text.into(),
        profile: Some(Arc::new(Profile {
            name: "Kit Marlow".into(),
            profession: profession.into(),
            ..Profile::default()
        })),
        ..Item::default()
    };
    engine.scanner().scan(&item)
}

fn rules(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.rule.id.to_string()).collect()
}

const PLAIN: &str = "My patient Mrs. Alvarez in bed 4, MRN 48813-77, was discharged with leukaemia today, call her on 555 0142 998";
const NEAR: &str = "A farmer from Sutton came in on Tuesday with two fingers in a hay baler.";
const HINT: &str = "Got Dorothy Fennick through her chemo, she baked for the whole ward";
const BARE: &str =
    "The third one today who thinks that a search engine went to medical school. Lovely clinic.";

#[test]
fn what_is_plain_in_the_words_stays_whatever_a_reader_says() {
    let plain = found(&Engine::builtin().unwrap(), "physician", PLAIN);
    let doubted = found(&engine_that_hears(-100.0), "physician", PLAIN);
    for rule in ["privacy/patient-name", "privacy/direct-identifier"] {
        let severity = |findings: &[Finding]| {
            findings.iter().find(|finding| &*finding.rule.id == rule).map(|finding| finding.severity)
        };
        assert_eq!(severity(&plain), Some(Severity::Critical), "{rule}");
        assert_eq!(severity(&doubted), Some(Severity::Critical), "{rule}");
    }
}

#[test]
fn what_is_near_the_bar_goes_where_a_reader_doubts_it() {
    let post = |text: &str| {
        let plain = rules(&found(&Engine::builtin().unwrap(), "physician", text));
        let doubted = rules(&found(&engine_that_hears(-100.0), "physician", text));
        (plain, doubted)
    };
    let (plain, doubted) = post(NEAR);
    assert!(plain.contains("privacy/reidentifiable-combination"), "{plain:?}");
    assert!(!doubted.contains("privacy/reidentifiable-combination"), "{doubted:?}");
}

#[test]
fn what_rests_on_a_reader_is_never_critical_and_what_nothing_else_sees_is_medium_at_most() {
    let engine = engine_that_hears(100.0);
    let words = Engine::builtin().unwrap();
    for text in [BARE, HINT] {
        let by_words = rules(&found(&words, "physician", text));
        let findings = found(&engine, "physician", text);
        let new: Vec<&Finding> =
            findings.iter().filter(|finding| !by_words.contains(&*finding.rule.id)).collect();
        assert!(new.len() > 20, "it is sure of every rule: {}", new.len());
        for finding in new {
            let name = |name: &str| finding.modifiers.iter().any(|modifier| &*modifier.name == name);
            let most = if name("reader-only") { Severity::Medium } else { Severity::High };
            assert!(finding.severity <= most, "{}: {:?}", finding.rule.id, finding.severity);
        }
    }
    let findings = found(&engine, "physician", HINT);
    let held = findings.iter().find(|finding| &*finding.rule.id == "privacy/patient-name").unwrap();
    assert_eq!(held.severity, Severity::High);
    assert!(held.modifiers.iter().any(|modifier| &*modifier.name == "rests-on-reader"));
}

#[test]
fn of_who_names_no_health_profession_a_reader_finds_nothing_by_itself() {
    let findings = found(&engine_that_hears(100.0), "", BARE);
    assert!(!findings.is_empty(), "what words hint at it may tip over");
    for finding in findings {
        let mut focus = finding.evidence.iter().filter(|evidence| evidence.scope == "focus");
        assert!(focus.all(|evidence| &*evidence.signal != UNDERSTOOD), "{}", finding.rule.id);
    }
}
