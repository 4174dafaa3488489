//! Rules on the command line: shown, explained, and tested on their own examples.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn run(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command.current_dir(folder.path()).args(args).env_clear().stdin(Stdio::null()).output().unwrap()
}

fn shown(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("exit code {}\n{}{}", output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A rule about email addresses, and changes to its text.
fn rule(changes: &[(&str, &str)]) -> String {
    let mut text = r#"id = "privacy/mail"
title = "Address of a patient"
severity = "medium"
why = "An address leads to a person."
action = "edit"
action_detail = "Take the address out."
guidelines = ["HIPAA 45 CFR 164.514(b)(2)(i)(F)"]
identifiers = "F"
base = 0.5
focus = [{ signal = "email" }]
guards = [{ signal = "by-reshare" }]
modifiers = ["consent-stated"]
arrows = ["AU+"]
hits = ["a@b.example", "c@d.example", "e@f.example", "g@h.example", "i@j.example"]
misses = ["one", "two", "three", "four", "five"]
"#
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn settings_of_an_account_reach_their_rule() {
    let profile = |id: &str, more: &str| {
        format!(
            r#"{{"id":"{id}","kind":"profile","platform":"instagram","account":"{id}","text":"Runs, reads. {id}","profile":{{"name":"Jo"{more}}}}}"#
        ) + "\n"
    };
    let items = [
        profile("opened", r#","settings":{"private":false}"#),
        profile("closed", r#","settings":{"private":true}"#),
        profile("clinician", r#","profession":"Nurse","settings":{"private":false}"#),
        profile("listed", r#","settings":{"approves_followers":false,"findable":true}"#),
        profile("silent", ""),
    ];
    let folder = folder(&[("items.jsonl", &items.concat())]);
    let output =
        run(&folder, &["audit", "items.jsonl", "-o", "a.csv", "--quiet", "--columns", "rule,account"]);
    assert!(output.status.success(), "{}", shown(&output));
    let table = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    let found: Vec<&str> = table.lines().filter(|row| row.contains("account/privacy-settings")).collect();
    assert_eq!(found, ["account/privacy-settings,listed", "account/privacy-settings,opened"], "{table}");
}

#[test]
fn a_rule_that_keeps_its_promises_passes_alone_and_in_a_folder() {
    let folder =
        folder(&[("rules/privacy/mail.toml", &rule(&[])), ("rules/modifiers.toml", "[minor]\nstep = 1")]);
    for path in ["rules", "rules/privacy/mail.toml"] {
        let output = run(&folder, &["rules", "test", path]);
        assert_eq!(shown(&output), "exit code 0\n1 rule, 10 examples, all as promised\n", "{path}");
    }
}

#[test]
fn a_broken_promise_is_shown_with_what_counted() {
    let text = rule(&[("\"c@d.example\"", "\"no address at all\""), ("\"two\"", "\"write to k@l.example\"")]);
    let folder = folder(&[("privacy/mail.toml", &text)]);
    insta::assert_snapshot!(shown(&run(&folder, &["rules", "test", "privacy/mail.toml"])));
}

#[test]
fn every_mistake_in_a_rule_file_is_named_with_its_line_and_a_way_out() {
    let cases: [(&str, &[(&str, &str)]); 13] = [
        ("unknown key", &[("title =", "titel =")]),
        ("missing key", &[("why = \"An address leads to a person.\"\n", "")]),
        ("not TOML", &[("severity = \"medium\"", "severity = medium")]),
        ("unknown severity", &[("\"medium\"", "\"awful\"")]),
        ("unknown signal with a near one", &[("\"email\"", "\"emial\"")]),
        ("unknown signal with none near", &[("\"email\"", "\"telepathy-of-the-soul\"")]),
        ("unknown action", &[("\"edit\"", "\"delete\"")]),
        ("unknown shared modifier", &[("\"consent-stated\"", "\"consent-stted\"")]),
        ("unknown arrow", &[("AU+", "XX+")]),
        ("too few examples", &[(", \"five\"", "")]),
        ("another id than the file's name", &[("privacy/mail", "privacy/male")]),
        ("unknown key in a condition", &[("signal = \"email\"", "signal = \"email\", wieght = 1.0")]),
        ("a guard that speaks for a finding", &[("\"by-reshare\"", "\"by-reshare\", weight = 1.0")]),
    ];
    let mut all = String::new();
    for (name, changes) in cases {
        let folder = folder(&[("privacy/mail.toml", &rule(changes))]);
        all += &format!("# {name}\n{}\n", shown(&run(&folder, &["rules", "test", "privacy/mail.toml"])));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn every_file_of_a_folder_is_looked_at_before_the_errors_are_shown() {
    let (first, second) = (rule(&[("title =", "titel =")]), rule(&[("privacy/mail", "privacy/post")]));
    let third = rule(&[("privacy/mail", "privacy/fax"), ("\"email\"", "\"fxa\"")]);
    let folder = folder(&[
        ("privacy/mail.toml", &first),
        ("privacy/post.toml", &second),
        ("privacy/fax.toml", &third),
    ]);
    insta::assert_snapshot!(shown(&run(&folder, &["rules", "test", "."])));
}

#[test]
fn a_path_without_rules_says_what_was_expected() {
    let folder = folder(&[("empty/notes.txt", "nothing")]);
    fs::write(folder.path().join("latin.toml"), b"id = \"caf\xe9\"").unwrap();
    fs::write(folder.path().join("huge.toml"), vec![b'#'; 1024 * 1024 + 1]).unwrap();
    let cases = ["empty", "missing.toml", "latin.toml", "huge.toml"];
    let all =
        cases.map(|path| format!("$ rules test {path}\n{}", shown(&run(&folder, &["rules", "test", path]))));
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn every_shipped_rule_is_listed_and_explained() {
    let folder = folder(&[]);
    let list = run(&folder, &["rules", "list"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.lines().count() >= 9);
    for line in list.lines() {
        let id = line.split_whitespace().next().unwrap();
        let page = run(&folder, &["rules", "explain", id]);
        let page = String::from_utf8(page.stdout).unwrap();
        let headings =
            ["Why it matters", "What to do", "A finding is about", "Makes a finding", "Makes none"];
        for heading in headings {
            assert!(page.lines().any(|line| line == heading), "{id}: {heading}");
        }
        assert!(page.lines().all(|line| line.chars().count() <= 90), "{id}");
    }
}
