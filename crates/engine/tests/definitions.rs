//! Mistakes in signal and rule files, as their author meets them.

#![allow(clippy::unwrap_used)]

use whitecoat_engine::Engine;

fn problem(signals: &str) -> String {
    match Engine::new(&[("signals/mine", signals)], ("rules/modifiers.toml", ""), &[]) {
        Ok(_) => "no problem".to_owned(),
        Err(errors) => errors.to_string(),
    }
}

fn signal(patterns: &str) -> String {
    format!("# A topic.\n\n[signal.bed]\nsays = \"a bed\"\ncue = \"care\"\npatterns = [{patterns}]\n")
}

#[test]
fn a_good_signal_file_has_no_problem() {
    assert_eq!(problem(&signal(r#""bed <number>", "in my ward""#)), "no problem");
}

#[test]
fn mistakes_are_named_with_their_place_and_a_way_out() {
    let cases = [
        ("a group that is never closed", signal(r#""in (my|our ward""#)),
        ("a bracket too many", signal(r#""in my) ward""#)),
        ("a gap that is too long", signal(r#""bed _99 window""#)),
        ("a class that is never closed", signal(r#""my <kin""#)),
        ("nothing to start from", signal(r#""<number> _2""#)),
        ("an empty pattern", signal(r#""""#)),
        ("an unknown class with a near one", signal(r#""by <emial> in bed""#)),
        ("an unknown class with none near", signal(r#""by <quartermaster> in bed""#)),
        ("groups that multiply", signal(&format!("\"{}bed\"", "(a b|c d|e f|g h) ".repeat(6)))),
        ("an unknown key", signal("\"bed\"").replace("cue", "que")),
        ("a key that is missing", signal("\"bed\"").replace("says = \"a bed\"\n", "")),
        ("not TOML", signal("\"bed")),
        ("a signal about itself", signal(r#""<bed> again""#)),
        ("an unknown mask", signal("\"bed\"").replace("cue = \"care\"", "mask = \"nmae\"")),
        ("an unknown trait", signal("\"bed\"").replace("cue = \"care\"", "quasi = \"agge\"")),
    ];
    let all: Vec<String> = cases.iter().map(|(name, text)| format!("# {name}\n{}", problem(text))).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn all_files_are_looked_at_before_the_problems_are_shown() {
    let (first, second) =
        (signal(r#""in (my""#), signal(r#""at) work""#).replace("signal.bed", "signal.job"));
    let errors =
        Engine::new(&[("signals/a", &first), ("signals/b", &second)], ("modifiers", ""), &[]).unwrap_err();
    let files: Vec<&str> = errors.0.iter().map(|error| error.file.as_str()).collect();
    assert_eq!(files, ["signals/a", "signals/b"]);
}

/// A sound rule file with `key` replaced by `value`.
fn rule(key: &str, value: &str) -> String {
    let examples = "[\"a\", \"b\", \"c\", \"d\", \"e\"]";
    let keys = [
        ("id", "\"privacy/mine\""),
        ("title", "\"A rule\""),
        ("severity", "\"low\""),
        ("why", "\"Because.\""),
        ("action", "\"edit\""),
        ("action_detail", "\"Edit it.\""),
        ("guidelines", "[\"A guideline\"]"),
        ("base", "0.0"),
        ("kinds", "[]"),
        ("focus", "[{ signal = \"date-recent\" }]"),
        ("evidence", "[]"),
        ("guards", "[]"),
        ("hits", examples),
        ("misses", examples),
    ];
    let line =
        |(name, given): (&str, &str)| format!("{name} = {}\n", if name == key { value } else { given });
    keys.into_iter().map(line).collect()
}

fn problem_of_rule(text: &str) -> String {
    match Engine::with_rules(&[("rules/privacy/mine", text)]) {
        Ok(_) => "no problem".to_owned(),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn rules_that_contradict_themselves_are_named_with_their_place_and_a_way_out() {
    assert_eq!(problem_of_rule(&rule("", "")), "no problem");
    let cases = [
        (
            "a signal that must and must not be seen",
            "guards",
            r#"[{ all = ["date-recent"], none = ["date-recent"] }]"#,
        ),
        ("two kinds at once", "evidence", r#"[{ all = ["kind-post", "kind-reply"], weight = 1.0 }]"#),
        ("a guard for other people's words", "guards", r#"[{ signal = "by-other" }]"#),
        ("evidence that no signal gives", "evidence", r#"[{ signal = "date-recnet", weight = 1.0 }]"#),
        ("a guard that speaks for the rule", "guards", r#"[{ signal = "fiction", weight = 1.0 }]"#),
        ("an unknown action", "action", r#""delete""#),
        ("an unknown key", "base", "0.0\nbasis = 1"),
        ("surer than sure", "base", "0.0\nsure = 90"),
        ("too few examples", "hits", r#"["a"]"#),
        ("another id", "id", r#""privacy/yours""#),
    ];
    let all = cases.map(|(name, key, value)| format!("# {name}\n{}", problem_of_rule(&rule(key, value))));
    insta::assert_snapshot!(all.join("\n\n"));
}
