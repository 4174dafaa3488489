//! One audit against the last one: the story of a clinician who comes back, and tables that went through spreadsheets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod command;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use command::*;
use serde_json::Value;
use tempfile::TempDir;

const FIRST: &str = "2026-01-02T09:00:00Z";
const SECOND: &str = "2026-04-01T09:00:00Z";
const NAME: &str = "Mrs. Alvarez from bed 4 finally went home, 41 days on the vent!!";
const THREAT: &str = "If that visitor comes back tonight I'll break his jaw, I don't care who is watching";
const PROMISE: &str = "We guarantee that four visits will cure your sciatica.";
const INSULT: &str = "Same three junkies in the waiting room again, it's like a season ticket 🙄";
const JAB: &str = "Another drug seeker in triage, toothache number nine this month lol. Give her an Oscar.";
const BED: &str = "Mr. Okonkwo from bed 9 had his hip done and sings all night, bless him";

fn first_quarter() -> String {
    item("1001", "2025-11-01", NAME)
        + &item("1002", "2025-11-02", THREAT)
        + &item("1003", "2025-11-03", PROMISE)
        + &item("1004", "2025-11-04", INSULT)
        + &item("1005", "2025-11-05", JAB)
        + &item("1006", "2025-11-06", BED)
}

/// Status, decision and note of the findings of a post by their rules' families.
fn became(table: &Path, post: &str) -> Vec<(String, String, String)> {
    let mut found: Vec<_> = rows(table)
        .into_iter()
        .filter(|row| row["item_id"] == post)
        .map(|row| (row["status"].clone(), row["decision"].clone(), row["note"].clone()))
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn from_quarter_to_quarter() {
    let folder = folder(&[("autumn.jsonl", &first_quarter())]);
    expect(&folder, &["audit", "autumn.jsonl", "-o", "q1.csv", "--now", FIRST], 1);
    let q1 = path(&folder, "q1.csv");
    assert!(rows(&q1).iter().all(|row| row["status"] == "new" && row["first_seen"] == "2026-01-02"));

    // In the spreadsheet.
    decide(&q1, |row| {
        let (decision, note) = match row["item_id"].as_str() {
            "1001" => ("removed", ""),
            "1002" => ("keep: quoted from a film, see the thread", "asked my union"),
            "1003" => ("not-an-issue", ""),
            "1004" => ("keep", ""),
            "1005" => ("keep: an old joke until 2026-03-01", ""),
            _ => ("", ""),
        };
        row.insert("decision".into(), decision.into());
        row.insert("note".into(), note.into());
    });
    // Two posts are deleted, one is edited, one is new; then the archive is exported again.
    let spring = item("1002", "2025-11-02", THREAT)
        + &item("1003", "2025-11-03", &PROMISE.replace("four visits", "five visits"))
        + &item("1004", "2025-11-04", INSULT)
        + &item("1005", "2025-11-05", JAB)
        + &item("1007", "2026-03-01", &NAME.replace("Alvarez", "Tamsin"));
    write(&folder, "spring.jsonl", &spring);
    let output = expect(
        &folder,
        &["audit", "spring.jsonl", "--previous", "q1.csv", "-o", "q2.csv", "--now", SECOND],
        1,
    );
    let q2 = path(&folder, "q2.csv");
    let is = |status: &str, decision: &str, note: &str| {
        vec![(status.to_owned(), decision.to_owned(), note.to_owned())]
    };
    assert_eq!(became(&q2, "1001"), is("resolved", "removed", ""));
    assert_eq!(
        became(&q2, "1002"),
        is("persisting", "keep: quoted from a film, see the thread", "asked my union")
    );
    assert_eq!(
        became(&q2, "1003"),
        is("reopened", "", "[2026-04-01: was \"not-an-issue\", the post was edited since]")
    );
    assert_eq!(became(&q2, "1004"), is("reopened", "", "[2026-04-01: was \"keep\", it gave no reason]"));
    assert_eq!(
        became(&q2, "1005"),
        is("reopened", "", "[2026-04-01: was \"keep: an old joke until 2026-03-01\", its day has passed]")
    );
    assert_eq!(became(&q2, "1006"), is("gone", "", ""));
    assert_eq!(became(&q2, "1007"), is("new", "", ""));
    let first_seen =
        |post: &str| rows(&q2).into_iter().find(|row| row["item_id"] == post).unwrap()["first_seen"].clone();
    assert_eq!((first_seen("1002").as_str(), first_seen("1007").as_str()), ("2026-01-02", "2026-04-01"));
    let said = stderr(&output);
    assert!(said.contains("Since the last audit") && said.contains("False alarms"), "{said}");
    let record = record(&folder, "q2.run.json");
    assert_eq!(record["comparison"]["false_alarms_by_rule"]["claims/guarantee"], 1);
    assert_eq!(record["comparison"]["by_status"]["new"].as_u64().unwrap() as usize, became_rows(&q2, "1007"));
    // What nobody decided on stays open; what was decided on no longer fails the run.
    let open = record["findings"]["open"].as_u64().unwrap();
    assert!(open > 0 && open < record["findings"]["shown"].as_u64().unwrap());

    // The third quarter: nothing was exported but what is settled, so that nothing is left to do.
    write(&folder, "summer.jsonl", &item("1002", "2025-11-02", THREAT));
    let args =
        ["audit", "summer.jsonl", "--previous", "q2.csv", "-o", "q3.csv", "--now", "2026-07-01T09:00:00Z"];
    expect(&folder, &args, 0);
    let q3 = path(&folder, "q3.csv");
    assert_eq!(became(&q3, "1001"), is("resolved", "removed", ""));
    assert_eq!(became(&q3, "1007"), is("gone", "", ""));
    // And what comes back is reopened.
    let args =
        ["audit", "autumn.jsonl", "--previous", "q3.csv", "-o", "q4.csv", "--now", "2026-10-01T09:00:00Z"];
    expect(&folder, &args, 1);
    assert_eq!(became(&path(&folder, "q4.csv"), "1001")[0].0, "reopened");
    assert_eq!(became(&path(&folder, "q4.csv"), "1006")[0].0, "reopened");
}

#[test]
fn what_else_was_filled_in_is_carried() {
    let folder = folder(&[("posts.jsonl", &first_quarter())]);
    let columns = ["--columns", "+reviewer,review_status,legal_hold,clinician_response,due_hint"];
    expect(&folder, &[&["audit", "posts.jsonl", "-o", "q1.csv", "--now", FIRST], &columns[..]].concat(), 1);
    decide(&path(&folder, "q1.csv"), |row| {
        assert_eq!((row["review_status"].as_str(), row["legal_hold"].as_str()), ("unconfirmed", ""));
        assert!(matches!(row["due_hint"].as_str(), "today" | "soon" | "can wait"));
        for (column, cell) in
            [("reviewer", "MB"), ("review_status", "confirmed"), ("legal_hold", "yes, case 12")]
        {
            row.insert(column.into(), cell.into());
        }
    });
    let next = ["audit", "posts.jsonl", "--previous", "q1.csv", "-o", "q2.csv", "--now", SECOND];
    expect(&folder, &[&next, &columns[..]].concat(), 1);
    for row in rows(&path(&folder, "q2.csv")) {
        let filled = (row["reviewer"].as_str(), row["review_status"].as_str(), row["legal_hold"].as_str());
        assert_eq!(filled, ("MB", "confirmed", "yes, case 12"));
        assert_eq!((row["status"].as_str(), row["clinician_response"].as_str()), ("persisting", ""));
    }
    expect(&folder, &["verify", "q2.run.json", "q2.csv"], 0);
}

fn became_rows(table: &Path, post: &str) -> usize {
    rows(table).iter().filter(|row| row["item_id"] == post).count()
}

/// What a program is called, and what it does to a table.
type Change<'c> = (&'c str, &'c dyn Fn(&Path));

/// The audit of the first quarter with decisions, and what the next one makes of it in the form `change` gives it.
fn round_trip(changes: &[Change<'_>]) {
    let folder = folder(&[("posts.jsonl", &first_quarter())]);
    expect(&folder, &["audit", "posts.jsonl", "-o", "plain.csv", "--now", FIRST], 1);
    let plain = path(&folder, "plain.csv");
    decide(&plain, |row| {
        row.insert("decision".into(), "keep: =form 12; \"signed\", café".into());
        row.insert("note".into(), "-see 3/4\nand below".into());
    });
    for (name, change) in changes {
        let last = path(&folder, "last.csv");
        fs::copy(&plain, &last).unwrap();
        fs::copy(plain.with_extension("run.json"), last.with_extension("run.json")).unwrap();
        change(&last);
        let args = ["audit", "posts.jsonl", "--previous", "last.csv", "-o", "next.csv", "--now", SECOND];
        let output = run(&folder, &args);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let next = rows(&path(&folder, "next.csv"));
        assert_eq!(next.len(), rows(&plain).len(), "{name}");
        for row in &next {
            assert_eq!(row["status"], "persisting", "{name}: {row:?}");
            assert_eq!(row["decision"], "keep: =form 12; \"signed\", café", "{name}");
            assert_eq!(row["first_seen"], "2026-01-02", "{name}");
            assert_eq!(row["note"].trim_start_matches('\''), "-see 3/4\nand below", "{name}");
        }
        fs::remove_file(path(&folder, "next.csv")).unwrap();
    }
}

/// Writes a table anew, as another program would.
fn rewritten(table: &Path, delimiter: u8, change: impl Fn(usize, &str, &str) -> String) -> Vec<u8> {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    let mut records: Vec<_> = reader.records().map(|record| record.unwrap()).collect();
    records.reverse();
    for (at, record) in records.iter().enumerate() {
        writer.write_record(header.iter().zip(record).map(|(name, cell)| change(at, name, cell))).unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn tables_that_spreadsheets_saved_are_read() {
    let keep = |_: usize, _: &str, cell: &str| cell.to_owned();
    let excel = |_: usize, name: &str, cell: &str| match name {
        "first_seen" => "1/2/2026".to_owned(),
        "posted_at" => "11/1/2025 10:00".to_owned(),
        "item_id" => "1.00E+03".to_owned(),
        "confidence" => cell.trim_end_matches('0').to_owned(),
        _ => cell.trim_start_matches('\'').to_owned(),
    };
    let german = |_: usize, name: &str, cell: &str| match name {
        "first_seen" => "02.01.2026".to_owned(),
        "confidence" => cell.replace('.', ","),
        _ => cell.to_owned(),
    };
    round_trip(&[
        ("re-sorted, CRLF", &|path| fs::write(path, rewritten(path, b',', keep)).unwrap()),
        ("Excel, US", &|path| fs::write(path, rewritten(path, b',', excel)).unwrap()),
        ("Excel, Germany", &|path| fs::write(path, rewritten(path, b';', german)).unwrap()),
        ("Excel, byte order mark", &|path| {
            fs::write(path, ["\u{feff}".as_bytes(), &rewritten(path, b';', keep)].concat()).unwrap();
        }),
        ("Excel, Unicode text", &|path| {
            let text = String::from_utf8(rewritten(path, b'\t', keep)).unwrap();
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            fs::write(path, units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        }),
        ("Windows code page", &|path| {
            let text = String::from_utf8(rewritten(path, b';', keep)).unwrap();
            let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'));
            fs::write(path, bytes.collect::<Vec<u8>>()).unwrap();
        }),
        ("further columns, empty rows", &|path| {
            let text = fs::read_to_string(path).unwrap();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let header = reader.headers().unwrap().clone();
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            writer.write_record(["Mine"].into_iter().chain(header.iter())).unwrap();
            for record in reader.records() {
                writer.write_record(["x"].into_iter().chain(record.unwrap().iter())).unwrap();
                writer.write_record(vec![""; header.len() + 1]).unwrap();
            }
            fs::write(path, writer.into_inner().unwrap()).unwrap();
        }),
    ]);
}

/// Saves a table in LibreOffice Calc: `filter` is its export filter.
fn through_calc(table: &Path, steps: &[(&str, &str)]) {
    let home = tempfile::tempdir().unwrap();
    let mut from = table.to_owned();
    for (number, (extension, filter)) in steps.iter().enumerate() {
        let out = home.path().join(number.to_string());
        let profile = format!("-env:UserInstallation=file://{}", home.path().join("profile").display());
        let output = Command::new("soffice")
            .args([profile.as_str(), "--headless", "--norestore", "--convert-to"])
            .arg(format!("{extension}{filter}"))
            .arg("--outdir")
            .arg(&out)
            // Comma, quotation mark, UTF-8.
            .arg("--infilter=CSV:44,34,76,1")
            .arg(&from)
            .output()
            .unwrap();
        from = out.join(from.with_extension(extension).file_name().unwrap());
        assert!(from.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    fs::copy(&from, table).unwrap();
}

#[test]
fn tables_that_libreoffice_saved_are_read() {
    if Command::new("soffice").arg("--version").output().is_err() {
        let _ = writeln!(std::io::stderr(), "not run: LibreOffice (soffice) is not installed");
        return;
    }
    round_trip(&[
        ("Calc, UTF-8", &|path| through_calc(path, &[("csv", ":Text - txt - csv (StarCalc):44,34,76,1")])),
        ("Calc, semicolons, Windows", &|path| {
            through_calc(path, &[("csv", ":Text - txt - csv (StarCalc):59,34,1,1")]);
        }),
        ("Calc, by way of a workbook", &|path| {
            through_calc(path, &[("xlsx", ""), ("csv", ":Text - txt - csv (StarCalc):9,34,65535,1")]);
        }),
    ]);
}

fn refused(folder: &TempDir, previous: &str) -> String {
    let args = ["audit", "posts.jsonl", "--previous", previous, "-o", "next.csv", "--now", SECOND];
    let message = stderr(&expect(folder, &args, 2));
    assert!(!path(folder, "next.csv").exists() && message.contains("try: "), "{message}");
    message
}

#[test]
fn a_last_audit_that_cannot_be_one_is_refused() {
    let folder = folder(&[
        ("posts.jsonl", &first_quarter()),
        ("others.jsonl", &first_quarter().replace("orla_rn", "somebody").replace("\"100", "\"200")),
        ("list.csv", "name,age\nx,7\n"),
        ("empty.csv", ""),
        ("nothing/readme.txt", "no audit"),
    ]);
    expect(&folder, &["audit", "others.jsonl", "-o", "others.csv", "--now", FIRST], 1);
    expect(&folder, &["audit", "posts.jsonl", "-o", "q1.csv", "--now", FIRST], 1);
    let text = read(&folder, "q1.csv");
    // In the first row, so that the message does not change with what the rules find.
    write(&folder, "cut.csv", &text[..text.find('\n').unwrap() + 40]);
    write(&folder, "later.csv", &text);
    write(
        &folder,
        "later.run.json",
        &read(&folder, "q1.run.json").replace("\"format_version\": 2", "\"format_version\": 99"),
    );
    fs::write(path(&folder, "book.csv"), b"PK\x03\x04rest").unwrap();
    let messages: Vec<String> =
        ["others.csv", "list.csv", "empty.csv", "nothing", "cut.csv", "later.csv", "book.csv", "missing.csv"]
            .iter()
            .map(|previous| match *previous {
                "missing.csv" => stderr(&expect(
                    &folder,
                    &["audit", "posts.jsonl", "--previous", previous, "-o", "next.csv"],
                    2,
                )),
                _ => refused(&folder, previous),
            })
            .collect();
    insta::assert_snapshot!("refused_previous", messages.join("\n"));
    // The last audit itself is never written over.
    let output = expect(&folder, &["audit", "posts.jsonl", "--previous", "q1.csv", "-o", "q1.csv"], 2);
    assert!(stderr(&output).contains("it is one of the inputs"), "{}", stderr(&output));
    assert_eq!(read(&folder, "q1.csv"), text);
}

#[test]
fn a_folder_gives_its_newest_audit_and_accounts_that_were_not_read_are_not_gone() {
    let elsewhere =
        item("9001", "2025-11-01", NAME).replace("\"platform\":\"x\"", "\"platform\":\"mastodon\"");
    let folder = folder(&[("posts.jsonl", &first_quarter()), ("elsewhere.jsonl", &elsewhere)]);
    fs::create_dir(path(&folder, "kept")).unwrap();
    expect(&folder, &["audit", "posts.jsonl", "elsewhere.jsonl", "-o", "kept/b.csv", "--now", FIRST], 1);
    expect(&folder, &["audit", "posts.jsonl", "-o", "kept/c.csv", "--now", "2025-12-01T00:00:00Z"], 1);
    write(&folder, "kept/a.csv", "name,age\n");
    expect(&folder, &["audit", "posts.jsonl", "--previous", "kept", "-o", "next.csv", "--now", SECOND], 1);
    let record = record(&folder, "next.run.json");
    assert!(record["comparison"]["previous"].as_str().unwrap().ends_with("b.csv"));
    assert_eq!(became(&path(&folder, "next.csv"), "9001")[0].0, "not-read");
    // A decision that nobody can read is named by its row, never by its words.
    decide(&path(&folder, "kept/b.csv"), |row| {
        row.insert("decision".into(), "Quillmark".into());
    });
    let output = expect(&folder, &["audit", "posts.jsonl", "--previous", "kept/b.csv", "-o", "third.csv"], 1);
    let said = stderr(&output);
    assert!(said.contains("a decision that was not understood") && !said.contains("Quillmark"), "{said}");
}

#[test]
fn a_report_that_was_altered_is_told_by_its_record() {
    let folder = folder(&[("posts.jsonl", &first_quarter())]);
    expect(&folder, &["audit", "posts.jsonl", "-o", "a.csv", "--now", FIRST], 1);
    expect(&folder, &["audit", "posts.jsonl", "-o", "b.jsonl", "--columns", "+evidence", "--now", FIRST], 1);
    let table = path(&folder, "a.csv");
    expect(&folder, &["verify", "b.run.json", "b.jsonl"], 0);
    expect(&folder, &["verify", "a.run.json", "a.csv", "--items", "posts.jsonl"], 0);
    // Decisions, another order and further columns are no alteration.
    decide(&table, |row| {
        row.insert("decision".into(), "removed".into());
    });
    expect(&folder, &["verify", "a.run.json", "a.csv"], 0);

    let whole = read(&folder, "a.csv");
    decide(&table, |row| {
        if row["item_id"] == "1002" {
            row.insert("severity".into(), "low".into());
        }
    });
    let output = expect(&folder, &["verify", "a.run.json", "a.csv"], 1);
    assert!(stdout(&output).contains(") was changed"), "{}", stdout(&output));
    let lines: Vec<&str> = whole.lines().collect();
    write(&folder, "a.csv", &(lines[..lines.len() - 1].join("\n") + "\n"));
    assert!(stdout(&expect(&folder, &["verify", "a.run.json", "a.csv"], 1)).contains("was taken out"));
    write(&folder, "a.csv", &format!("{whole}{}\n", lines[1]));
    assert!(stdout(&expect(&folder, &["verify", "a.run.json", "a.csv"], 1)).contains("was added"));
    write(&folder, "fewer.jsonl", &item("1001", "2025-11-01", NAME));
    let output = expect(&folder, &["verify", "a.run.json", "--items", "fewer.jsonl"], 1);
    assert!(stdout(&output).contains("1 item here, 6 there"), "{}", stdout(&output));
    // The root covers all that the record says.
    let whole = read(&folder, "a.run.json");
    for (is, was) in [
        ("\"count\": 6", "\"count\": 5"),
        ("\"complete\": true", "\"complete\": false"),
        ("\"unmask\": false", "\"unmask\": true"),
        ("\"items\": 6", "\"items\": 7"),
        ("\"skipped\": {}", "\"skipped\": {\"old\": {\"count\": 1, \"examples\": []}}"),
    ] {
        assert!(whole.contains(is), "{is}");
        write(&folder, "a.run.json", &whole.replacen(is, was, 1));
        let said = stdout(&expect(&folder, &["verify", "a.run.json"], 1));
        assert!(said.contains("does not agree with its root"), "{was}: {said}");
    }
    assert!(stderr(&expect(&folder, &["verify", "posts.jsonl"], 2)).contains("not the record of an audit"));
}

#[test]
fn a_record_of_the_first_scheme_is_still_checked_by_it() {
    // What an earlier version wrote: a root over items, rows, rules, profile and time.
    let digest = format!("{{\"count\":0,\"root\":\"{}\"}}", blake3::hash(b"").to_hex());
    let parts = ["whitecoat attestation 1", "r", "p", "2026-01-02T09:00:00Z", "0", "", "0", ""];
    let nothing = blake3::hash(b"").to_hex().to_string();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[0]);
    for (at, part) in parts.into_iter().enumerate() {
        let part = if at == 5 || at == 7 { nothing.as_str() } else { part };
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    let root = hasher.finalize().to_hex();
    let record = format!(
        "{{\"ruleset_hash\":\"r\",\"started\":\"2026-01-02T09:00:00Z\",\"complete\":true,\"profile\":{{\"blake3\":\"p\"}},\
         \"attestation\":{{\"root\":\"{root}\",\"items\":{digest},\"findings\":{digest},\"columns\":[],\"rows\":[]}}}}"
    );
    let folder = folder(&[("old.run.json", &record)]);
    let said = stdout(&expect(&folder, &["verify", "old.run.json"], 0));
    assert!(said.contains("an earlier version wrote the record"), "{said}");
    write(&folder, "old.run.json", &record.replace("09:00", "10:00"));
    expect(&folder, &["verify", "old.run.json"], 1);
    write(&folder, "old.run.json", &record.replace("\"root\":\"", "\"scheme\":7,\"root\":\""));
    assert!(stdout(&expect(&folder, &["verify", "old.run.json"], 1)).contains("scheme 7"));
}

#[test]
fn a_guard_that_was_taken_off_is_told() {
    let post = item("1", "2025-11-01", &format!("=HYPERLINK(1) {NAME}"));
    let folder = folder(&[("posts.jsonl", &post)]);
    expect(&folder, &["audit", "posts.jsonl", "-o", "a.csv", "--now", FIRST], 1);
    let table = read(&folder, "a.csv");
    assert!(table.contains("'=HYPERLINK"), "{table}");
    // What people write themselves may begin as they like.
    decide(&path(&folder, "a.csv"), |row| {
        row.insert("note".into(), "-see there".into());
    });
    expect(&folder, &["verify", "a.run.json", "a.csv"], 0);
    write(&folder, "a.csv", &table.replace("'=HYPERLINK", "=HYPERLINK"));
    let said = stdout(&expect(&folder, &["verify", "a.run.json", "a.csv"], 1));
    assert!(said.contains("would run as a formula is gone in excerpt"), "{said}");
    // A table that was wanted without guards has none.
    expect(&folder, &["audit", "posts.jsonl", "-o", "raw.csv", "--csv-raw", "--now", FIRST], 1);
    expect(&folder, &["verify", "raw.run.json", "raw.csv"], 0);
}

#[test]
fn what_is_gone_stands_in_every_format_with_its_day_as_whitecoat_writes_it() {
    let folder =
        folder(&[("posts.jsonl", &first_quarter()), ("less.jsonl", &item("1002", "2025-11-02", THREAT))]);
    expect(&folder, &["audit", "posts.jsonl", "-o", "q1.csv", "--now", FIRST], 1);
    // A spreadsheet that writes the day first, with semicolons.
    decide(&path(&folder, "q1.csv"), |row| {
        row.insert("first_seen".into(), "03/02/2026".into());
    });
    let mut reader = csv::Reader::from_path(path(&folder, "q1.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path(path(&folder, "q1s.csv")).unwrap();
    writer.write_record(&header).unwrap();
    reader.records().for_each(|row| writer.write_record(&row.unwrap()).unwrap());
    writer.flush().unwrap();
    let next = ["audit", "less.jsonl", "--previous", "q1s.csv", "--now", SECOND, "-o"];
    expect(&folder, &[&next[..], &["q2.csv"]].concat(), 1);
    let all = rows(&path(&folder, "q2.csv"));
    let gone = all.iter().filter(|row| row["status"] == "gone").count();
    assert!(gone > 2 && all.iter().all(|row| row["first_seen"] == "2026-02-03"), "{all:#?}");
    expect(&folder, &[&next[..], &["q2s.sarif"]].concat(), 1);
    let log: Value = serde_json::from_str(&read(&folder, "q2s.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), all.len());
    let absent: Vec<_> = results.iter().filter(|result| result["baselineState"] == "absent").collect();
    assert_eq!(absent.len(), gone);
    for result in absent {
        assert_eq!(result["properties"]["status"], "gone");
        assert!(!result["message"]["text"].as_str().unwrap().contains('“'), "{result}");
        assert!(result["fingerprints"]["whitecoatFindingId/v1"].is_string(), "{result}");
    }
}
