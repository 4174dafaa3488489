//! The command in a folder of its own, for tests that look at what it writes.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

pub(crate) fn whitecoat(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command.current_dir(folder.path()).args(args).env_clear().stdin(Stdio::null());
    command
}

pub(crate) fn run(folder: &TempDir, args: &[&str]) -> Output {
    whitecoat(folder, args).output().unwrap()
}

/// Runs it, and says what it wrote where the exit code is another one.
pub(crate) fn expect(folder: &TempDir, args: &[&str], code: i32) -> Output {
    let output = run(folder, args);
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{}{}", stdout(&output), stderr(&output));
    output
}

/// Runs it with answers on standard input.
pub(crate) fn answered(folder: &TempDir, args: &[&str], answers: &str) -> Output {
    let mut command = whitecoat(folder, args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn path(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

pub(crate) fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(path(folder, name)).unwrap()
}

pub(crate) fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(path(folder, name), text).unwrap();
}

pub(crate) fn record(folder: &TempDir, name: &str) -> Value {
    serde_json::from_str(&read(folder, name)).unwrap()
}

/// The rows of a table by column.
pub(crate) fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row =
        |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Changes cells of a table, as a reader does in a spreadsheet: `change` sees each row and its columns.
pub(crate) fn decide(path: &Path, change: impl Fn(&mut BTreeMap<String, String>)) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut table = rows(path);
    table.iter_mut().for_each(change);
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(&header).unwrap();
    for row in &table {
        writer.write_record(header.iter().map(|name| row[name].as_str())).unwrap();
    }
    writer.flush().unwrap();
}

/// An item as a line of an items file.
pub(crate) fn item(id: &str, day: &str, text: &str) -> String {
    let line = serde_json::json!({
        "id": id, "platform": "x", "account": "orla_rn", "text": text, "visibility": "public",
        "created_at": format!("{day}T10:00:00Z"), "created_precision": "second",
        "url": format!("https://social.example/orla_rn/{id}"),
        "profile": {"profession": "nurse"},
    });
    format!("{line}\n")
}
