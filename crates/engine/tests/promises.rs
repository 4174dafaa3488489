//! Every rule keeps the promises of its own file: it finds its `hits` and leaves its `misses` alone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use whitecoat_engine::Engine;

#[test]
fn rules_keep_their_promises() {
    let engine =
        Engine::builtin().unwrap_or_else(|errors| panic!("the shipped rules do not load:\n{errors}"));
    let broken: Vec<String> = engine
        .broken_promises()
        .iter()
        .map(|b| format!("{}, {}: {}\n    {}", b.file, b.example, b.text, b.explanation))
        .collect();
    assert!(broken.is_empty(), "{} broken promises:\n{}", broken.len(), broken.join("\n"));
}

/// Every rule over every example of every rule: what a change of a signal or a rule moves elsewhere shows here.
#[test]
fn every_rule_over_the_whole_example_corpus() {
    let engine = Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    scanner.leave_out_learned();
    let mut lines = Vec::new();
    for rule in engine.rules() {
        for example in &rule.examples {
            let found = scanner.scan(&example.item);
            let mut rules: Vec<String> = found
                .iter()
                .map(|finding| format!("{} {}", finding.rule.id, finding.severity.name()))
                .collect();
            rules.dedup();
            lines
                .push(format!("{} {}: {}", rule.id, example.item.id, rules.join(", ")).trim_end().to_owned());
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}
