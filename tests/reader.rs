//! The reader through the binary: what it reads, what it leaves alone, and what happens where its weights are bad.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(feature = "reader")]

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::{Value, json};

/// Runs an audit of these posts of a nurse's account; gives what it printed and the record of the run.
fn audit(posts: &[&str], options: &[&str]) -> (Output, Value) {
    let folder = tempfile::tempdir().unwrap();
    let items = posts.iter().enumerate().map(|(id, text)| {
        let profile = json!({ "name": "Robin Vale", "profession": "registered nurse", "bio": "ICU nurse, tea" });
        json!({ "id": id.to_string(), "platform": "x", "account": "robinv", "text": text, "profile": profile }).to_string()
    });
    std::fs::write(folder.path().join("items.jsonl"), items.collect::<Vec<_>>().join("\n")).unwrap();
    let mut command = Command::cargo_bin("whitecoat").unwrap();
    command.current_dir(folder.path()).args(["audit", "items.jsonl", "--fail-on", "critical"]).args(options);
    let output = command.output().unwrap();
    let record = std::fs::read_to_string(folder.path().join("audit.run.json")).unwrap();
    (output, serde_json::from_str(&record).unwrap())
}

/// Two plain breaches, so that the first stage lets them be read.
const BREACH: &str = "My patient Tilda Marrow in bed 4 has leukaemia, her family does not know yet.";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_record_and_the_summary_say_how_many_posts_were_read() {
    let (output, record) = audit(&[BREACH, "😀"], &["--reader"]);
    assert_eq!(record["reader"]["state"], "used");
    assert!(record["reader"]["read"].as_u64().unwrap() >= 1, "{record:#}");
    assert_eq!(record["reader"]["passed_over"], 1, "{record:#}");
    assert_eq!(record["reader"]["weights"].as_str().unwrap().len(), 64);
    assert!(said(&output).contains("reader: "), "{}", said(&output));
}

#[test]
fn the_profile_says_whether_it_takes_part_and_the_command_has_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let silent = folder.path().join("mine.toml");
    std::fs::write(&silent, "name = \"mine\"\ntitle = \"Mine\"\n").unwrap();
    let silent = silent.to_str().unwrap();
    for options in [&[][..], &["--profile", silent, "--reader"]] {
        let (_, record) = audit(&[BREACH], options);
        assert_eq!(record["reader"]["state"], "used", "{options:?}");
    }
    for options in [&["--no-reader"][..], &["--profile", silent]] {
        let (output, record) = audit(&[BREACH], options);
        assert!(record.get("reader").is_none() && !said(&output).contains("reader:"), "{record:#}");
    }
}

#[test]
fn of_large_inputs_the_rest_is_left_to_the_rules_unless_it_is_asked_for() {
    let mut posts = vec!["😀"; 14_000];
    posts[12_000] = BREACH;
    let (output, record) = audit(&posts, &[]);
    assert_eq!(record["reader"]["read"], 0, "{:#}", record["reader"]);
    let (beyond, passed_over) = (&record["reader"]["beyond"], &record["reader"]["passed_over"]);
    assert_eq!(beyond.as_u64().unwrap() + passed_over.as_u64().unwrap(), 14_000);
    // Whole batches, and the last one where it is small.
    assert!((9_000..12_000).contains(&passed_over.as_u64().unwrap()), "{passed_over}");
    assert!(said(&output).contains("left to the rules: --reader reads all"), "{}", said(&output));
    let (_, record) = audit(&posts, &["--reader"]);
    assert_eq!((&record["reader"]["read"], &record["reader"]["beyond"]), (&json!(1), &json!(0)));
}

#[test]
fn a_run_without_posts_to_read_loads_nothing() {
    let (output, record) = audit(&["😀"], &["--reader-weights", "missing.bin"]);
    assert_eq!(record["reader"]["state"], "not needed");
    assert!(!said(&output).contains("missing.bin"), "{}", said(&output));
}

#[test]
fn bad_weights_are_named_and_the_rules_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let good =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/reader/model/reader.bin")).unwrap();
    let mut altered = good.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let files: [(&str, Option<&[u8]>, &str); 4] = [
        ("missing.bin", None, "missing.bin"),
        ("cut.bin", Some(&good[..good.len() / 2]), "it is cut short or was altered"),
        ("altered.bin", Some(&altered), "it is cut short or was altered"),
        ("other.bin", Some(b"PK\x03\x04"), "its first bytes are not `wcread3`"),
    ];
    let (_, without) = audit(&[BREACH], &["--no-reader"]);
    for (name, bytes, problem) in files {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let (output, record) = audit(&[BREACH], &["--reader-weights", path.to_str().unwrap()]);
        let state = record["reader"]["state"].as_str().unwrap();
        assert!(state.contains(problem) && state.contains("the rules went on without the reader"), "{state}");
        assert!(said(&output).contains("the rules went on without the reader"), "{}", said(&output));
        assert_eq!(record["findings"], without["findings"], "{name}");
        assert_eq!(record["complete"], true);
    }
}

#[test]
fn strange_posts_are_read_or_said_not_to_be() {
    let long = format!(
        "{} {BREACH} {}",
        "Nothing to see in this sentence. ".repeat(1_500),
        "Nor here at all. ".repeat(3_000)
    );
    let german = "Meine Patientin Tilda Marrow auf Station vier hat Leukämie, und ihre Familie weiß noch nichts davon.";
    let (_, record) = audit(&[&long, "", "😀😀😀", german, BREACH], &["--reader"]);
    assert_eq!(record["reader"]["state"], "used");
    assert_eq!(record["complete"], true);
    assert!(record["reader"]["read"].as_u64().unwrap() >= 1);
}

#[test]
fn padding_hides_nothing_that_the_rules_see() {
    let canal = "The canal was calm and we had tea. ".repeat(60);
    let hidden = format!("{canal}\n{BREACH}\n{canal}");
    for option in ["--reader", "--no-reader"] {
        let (_, of_padding) = audit(&[&canal], &[option]);
        assert_eq!(of_padding["findings"]["shown"], 0, "{option}: {:#}", of_padding["findings"]);
        let found =
            |post: &str| audit(&[post], &[option]).1["findings"]["by_rule"]["privacy/patient-name"].clone();
        assert_eq!((found(BREACH), found(&hidden)), (1.into(), 1.into()), "{option}");
    }
}

#[test]
fn the_same_posts_give_the_same_findings() {
    let run =
        || audit(&[BREACH, "Told a stranger online to stop her warfarin, she thanked me."], &["--reader"]).1;
    assert_eq!(run()["findings"], run()["findings"]);
}
