//! The demonstration that the README begins with: it reads whole, shows every rule, and repeats no breach.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

const ARCHIVE: &str = "tests/fixtures/demo/x-archive-2025-11-02.zip";

/// What the posts with findings give away, and no output may.
const GIVEN_AWAY: &[&str] = &["Pellegrino", "00731845", "Rosalie", "May 30", "103", "Danby", "tomkessler72"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn command(output: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command.current_dir(root()).args(["audit", "tests/fixtures/demo", "-o"]).arg(output);
    command.env_clear().env("SOURCE_DATE_EPOCH", "1762074000").stdin(Stdio::null());
    command
}

fn audit(output: &Path) -> Output {
    command(output).output().unwrap()
}

fn rules() -> BTreeSet<String> {
    let engine = whitecoat_engine::Engine::builtin().unwrap();
    engine.rules().iter().map(|rule| rule.id.to_string()).collect()
}

#[test]
fn the_demo_is_read_whole_and_shows_every_family() {
    let folder = tempfile::tempdir().unwrap();
    let output = audit(&folder.path().join("audit.csv"));
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));

    let record: Value =
        serde_json::from_slice(&fs::read(folder.path().join("audit.run.json")).unwrap()).unwrap();
    assert_eq!(record["complete"], true);
    let inputs: Vec<(&str, u64)> = record["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| (input["input"].as_str().unwrap(), input["items"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        inputs,
        [
            ("tests/fixtures/demo", 0),
            ("tests/fixtures/demo/instagram-and-google.jsonl", 14),
            ("tests/fixtures/demo/practice-page.html", 8),
            (ARCHIVE, 63),
        ]
    );

    let mut table = csv::Reader::from_path(folder.path().join("audit.csv")).unwrap();
    let column = table.headers().unwrap().iter().position(|name| name == "rule").unwrap();
    let shown: BTreeSet<String> = table.records().map(|row| row.unwrap()[column].to_owned()).collect();
    let family = |rule: &str| rule.split('/').next().unwrap_or_default().to_owned();
    let families: BTreeSet<String> = shown.iter().map(|rule| family(rule)).collect();
    let missing: BTreeSet<String> =
        rules().iter().map(|rule| family(rule)).filter(|family| !families.contains(family)).collect();
    assert!(
        missing.is_empty(),
        "no post of the demo shows {missing:?}: add one to tests/fixtures/demo-source"
    );
}

#[cfg(feature = "reader")]
#[test]
fn one_finding_is_the_readers_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let scorn = |options: &[&str]| {
        let path = folder.path().join(format!("{}.csv", options.len()));
        let output = command(&path).args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let mut table = csv::Reader::from_path(path).unwrap();
        let headers = table.headers().unwrap().clone();
        let column = |name| headers.iter().position(|other| other == name).unwrap();
        let (rule, why, excerpt) = (column("rule"), column("why"), column("excerpt"));
        let rows = table.records().map(Result::unwrap);
        let scorn = |row: &csv::StringRecord| {
            &row[rule] == "conduct/derogatory-patient" && row[excerpt].contains("campfire")
        };
        rows.filter(scorn).map(|row| row[why].to_owned()).next()
    };
    assert_eq!(scorn(&["--no-reader"]), None);
    let why = scorn(&[]).expect("the reader does not find the scorn");
    let said =
        "Found by the reader, a language model, where the rule alone was not sure; like a post labelled: ";
    assert!(why.contains(said), "{why}");
}

#[test]
fn no_output_repeats_what_was_given_away() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["table.csv", "lines.jsonl"] {
        let path = folder.path().join(name);
        let output = audit(&path);
        let texts = [
            fs::read_to_string(&path).unwrap(),
            fs::read_to_string(path.with_extension("run.json")).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        ];
        for secret in GIVEN_AWAY {
            let line = texts.iter().flat_map(|text| text.lines()).find(|line| holds_word(line, secret));
            assert_eq!(line, None, "{name} gives {secret:?} away");
        }
    }
}

/// Whether `word` stands in `line` and is no part of a longer word or number.
fn holds_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// The archive is its readable source, packed. After a change of the source: `UPDATE_DEMO=1 cargo test --test demo`.
#[test]
fn the_archive_is_its_source_packed() {
    let source = files(&root().join("tests/fixtures/demo-source/x-archive"));
    let path = root().join(ARCHIVE);
    if std::env::var_os("UPDATE_DEMO").is_some() {
        fs::write(&path, pack(&source)).unwrap();
    }
    let mut archive = ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    let mut packed = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        packed.push((entry.name().unwrap().into_owned(), content));
    }
    assert!(packed == source, "the archive is not its source: run UPDATE_DEMO=1 cargo test --test demo");
}

/// All files below a folder by their paths, sorted.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut open, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let parts: Vec<_> =
                    path.strip_prefix(folder).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
                files.push((parts.join("/"), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The same files give the same zip: no times, one order.
fn pack(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The rows of the rule about details in combination for the demo's story, as edited by `edit`: estimate, related, why.
fn story_rows(edit: impl Fn(String) -> String) -> Vec<(String, String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("tests/fixtures/demo/instagram-and-google.jsonl")).unwrap();
    let story: Vec<String> = text.lines().filter(|line| line.contains("\"ig-1")).map(str::to_owned).collect();
    let items = folder.path().join("items.jsonl");
    fs::write(&items, edit(story.join("\n"))).unwrap();
    let output = folder.path().join("audit.csv");
    let done = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"))
        .args(["audit", "-q", "-o"])
        .args([&output, &items])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(done.status.code().unwrap() < 2, "{}", String::from_utf8_lossy(&done.stderr));
    let mut table = csv::Reader::from_path(&output).unwrap();
    let headers = table.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let [rule, people, related, why] = ["rule", "people_estimate", "related", "why"].map(column);
    let rows = table.records().map(Result::unwrap);
    rows.filter(|row| &row[rule] == "privacy/reidentifiable-combination")
        .map(|row| (row[people].to_owned(), row[related].to_owned(), row[why].to_owned()))
        .collect()
}

#[test]
fn four_harmless_posts_are_one_finding_and_without_the_town_none() {
    let rows = story_rows(|text| text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let (people, related, why) = &rows[0];
    assert_eq!(people, "1 person");
    assert_eq!(related, "instagram:ig-11; instagram:ig-12; instagram:ig-13");
    assert!(why.contains("men aged 72 to 76") && why.contains("a bus or train driver"), "{why}");

    let nowhere = story_rows(|text| {
        text.replace(", Larkspur Falls, Vermont", "")
            .replace("Larkspur Falls Family Practice", "")
            .replace("Larkspur Falls, Vermont", "")
            .replace("the bus here", "a bus")
    });
    assert!(nowhere.is_empty(), "{nowhere:?}");
}
