//! A sweep over a roster: consent, failures, resuming after a kill, the log.

#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

mod command;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;

use command::*;
use tempfile::TempDir;

const FIRST: &str = "2026-01-02T09:00:00Z";
const SECOND: &str = "2026-04-01T09:00:00Z";
const NAME: &str = "Mrs. Alvarez from bed 4 finally went home, 41 days on the vent!!";
const PROMISE: &str = "Sciatica gone in four visits, guaranteed, or the fifth is on us.";

fn posts(person: u32) -> String {
    let quiet =
        (0..20).map(|n| item(&format!("{person}0{n}"), "2025-10-01", "Flu jabs on Friday, come early."));
    let mut all: String = quiet.collect();
    all += &item(&format!("{person}91"), "2025-11-01", NAME);
    if person.is_multiple_of(2) {
        all += &item(&format!("{person}92"), "2025-11-02", PROMISE);
    }
    all.replace("orla_rn", &format!("p{person}"))
}

/// People 1 to 5, of whom 3 gave no consent, 4's archive is broken, and 5's name is awkward.
fn office() -> TempDir {
    let mut roster = "id,name,profession,jurisdiction,accounts,archives,consent,previous\n".to_owned();
    let people = [
        ("p-1", "Ann Quill", "posts/1.jsonl", "HR 1"),
        ("p-2", "Ben Quill", "posts/2.jsonl", "HR 2"),
        ("p-3", "Cy Quill", "posts/3.jsonl", ""),
        ("p-4", "Dee Quill", "posts/4.zip", "HR 4"),
        ("p/5 ü", "\"=O'Hara, \u{202e}Eve \"\"Jo\"\"\"", "posts/5.jsonl;posts/gone.jsonl", "HR 5"),
    ];
    let folder = folder(&[("posts/4.zip", "PK\x03\x04 no more")]);
    for (number, (id, name, archives, consent)) in (1..).zip(people) {
        roster += &format!("{id},{name},nurse,UK,x:p{number},{archives},{consent},\n");
        write(&folder, &format!("posts/{number}.jsonl"), &posts(number));
    }
    write(&folder, "roster.csv", &roster);
    folder
}

/// All files of a sweep but the log, which tells of its interruptions.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut open = vec![folder.to_owned()];
    let mut found = BTreeMap::new();
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("sweep.log") {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn one_persons_failure_never_stops_the_rest() {
    let folder = office();
    let output = expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 3);
    let said = stderr(&output);
    assert!(said.contains("5 people: 3 audited, 1 failed, 1 skipped, 0 waiting"), "{said}");
    let table = rows(&path(&folder, "q1/sweep.csv"));
    let states: Vec<(&str, &str, &str)> = table
        .iter()
        .map(|row| (row["id"].as_str(), row["state"].as_str(), row["complete"].as_str()))
        .collect();
    assert_eq!(
        states,
        [
            ("p-1", "done", "yes"),
            ("p-2", "done", "yes"),
            ("p-3", "skipped", ""),
            ("p-4", "failed", ""),
            ("p/5 ü", "done", "no")
        ]
    );
    assert!(table[2]["problem"].contains("no consent"));
    let why = &table[3]["problem"];
    assert!(why.starts_with("nothing could be read of what the roster names; posts/4.zip"), "{why}");
    assert_eq!((table[0]["report"].as_str(), table[3]["report"].as_str()), ("people/p-1.html", ""));
    assert_eq!(
        (table[0]["new"].as_str(), table[1]["new"].as_str()),
        (table[0]["open"].as_str(), table[1]["open"].as_str())
    );
    assert_eq!(table[0]["oldest_open_critical_days"], "0");
    assert!(table[4]["name"].starts_with("'=O'Hara, \\u{202e}Eve"), "{}", table[4]["name"]);
    let names: Vec<String> = files(&path(&folder, "q1")).into_keys().collect();
    assert_eq!(names.len(), 11, "{names:?}");
    for (name, bytes) in files(&path(&folder, "q1")) {
        assert!(!String::from_utf8(bytes).unwrap().contains("Alvarez"), "{name}");
    }
    let page = read(&folder, "q1/sweep.html");
    // Nobody who was not looked at has a row of noughts, which would look like a clean one.
    assert_eq!(page.matches("not looked at").count(), 2);
    assert!(page.contains("p-4") && page.contains("no consent on record") && !page.contains("bed 4"));
    assert!(!page.contains("<script") && !page.contains("://"));
    expect(&folder, &["sweep", "verify", "q1"], 0);

    // Nobody writes over a sweep; going on tries again only whoever failed.
    let again = expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 2);
    assert!(stderr(&again).contains("there is a sweep here already"), "{}", stderr(&again));
    fs::rename(path(&folder, "posts/4.jsonl"), path(&folder, "posts/4.zip")).unwrap();
    let output = expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--resume", "--now", FIRST], 3);
    assert!(
        stderr(&output).contains("4 audited, 0 failed, 1 skipped, 0 waiting (1 in this run, 4 before)"),
        "{}",
        stderr(&output)
    );
    assert_eq!(rows(&path(&folder, "q1/sweep.csv")).len(), 5);
    expect(&folder, &["sweep", "verify", "q1"], 0);
}

#[test]
fn the_next_sweep_knows_what_was_decided_in_the_last() {
    let folder = two_people();
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 1);
    decide(&path(&folder, "q1/people/p-2.csv"), |row| {
        row.insert("decision".into(), "not-an-issue".into());
    });
    expect(&folder, &["sweep", "verify", "q1"], 0);
    write(&folder, "posts/1.jsonl", &item("777", "2026-02-01", "Nothing to see").replace("orla_rn", "p1"));
    let args = ["sweep", "roster.csv", "-o", "q2", "--previous", "q1", "--seed", "7", "--now", SECOND];
    expect(&folder, &args, 0);
    let table = rows(&path(&folder, "q2/sweep.csv"));
    assert_eq!((table[0]["open"].as_str(), table[0]["new"].as_str()), ("0", "0"));
    assert!(table[0]["gone"].parse::<u64>().unwrap() > 0);
    assert_eq!((table[1]["open"].as_str(), table[1]["gone"].as_str()), ("0", "0"));
    assert!(read(&folder, "q2/sweep.html").contains("claims/guarantee"));
    // Old posts without findings are drawn at random, and the draw is on record.
    let record = record(&folder, "q2/people/p-2.run.json");
    assert_eq!(
        (record["sampling"]["old_items"].as_u64(), record["sampling"]["drawn"].as_u64()),
        (Some(20), Some(20))
    );
    assert_eq!(record["sampling"]["wanted"], 427);

    // A row, a record or a line of the log that somebody changed is named.
    let record = path(&folder, "q2/people/p-2.run.json");
    fs::write(
        &record,
        fs::read_to_string(&record).unwrap().replace("\"complete\": true", "\"complete\": false"),
    )
    .unwrap();
    let output = expect(&folder, &["sweep", "verify", "q2"], 1);
    assert!(stdout(&output).contains("p-2: the record was changed"), "{}", stdout(&output));
    let log = read(&folder, "q1/sweep.log");
    write(&folder, "q1/sweep.log", &log.replacen("\"open\":", "\"open\":1", 1));
    let output = expect(&folder, &["sweep", "verify", "q1"], 2);
    assert!(stderr(&output).contains("it was changed"), "{}", stderr(&output));
    write(&folder, "q1/sweep.log", &(log.lines().take(3).collect::<Vec<_>>().join("\n") + "\n"));
    let output = expect(&folder, &["sweep", "verify", "q1"], 1);
    assert!(stdout(&output).contains("does not end with the end of a sweep"), "{}", stdout(&output));
}

/// The first two people of the office.
fn two_people() -> TempDir {
    let folder = office();
    let roster = read(&folder, "roster.csv").lines().take(3).collect::<Vec<_>>().join("\n") + "\n";
    write(&folder, "roster.csv", &roster);
    folder
}

#[test]
fn everybody_gets_a_report_for_reading_unless_told_otherwise() {
    let folder = two_people();
    let sweep = |more: &[&str], code| {
        expect(&folder, &[&["sweep", "roster.csv", "--now", FIRST], more].concat(), code)
    };
    sweep(&["-o", "q1"], 1);
    let page = read(&folder, "q1/people/p-1.html");
    assert!(page.contains("<h1>Audit of public posts: Ann Quill</h1>") && page.ends_with("</html>"));
    assert!(page.contains("Excerpts are masked.") && !page.contains("Alvarez"));
    for row in rows(&path(&folder, "q1/people/p-1.csv")) {
        assert!(page.contains(&format!("<tr id=\"f-{}\"", row["finding_id"])));
    }
    assert!(read(&folder, "q1/sweep.html").contains("<a href=\"people/p-1.html\">Ann Quill</a>"));

    // One that is lost is made again, to the same bytes; one that was changed is named.
    fs::remove_file(path(&folder, "q1/people/p-1.html")).unwrap();
    sweep(&["-o", "q1", "--resume"], 1);
    assert_eq!(read(&folder, "q1/people/p-1.html"), page);
    write(&folder, "q1/people/p-1.html", &page.replace("critical", "info"));
    let output = expect(&folder, &["sweep", "verify", "q1"], 1);
    assert!(stdout(&output).contains("p-1: the report was changed"), "{}", stdout(&output));

    sweep(&["-o", "lean", "--no-reports"], 1);
    assert!(
        files(&path(&folder, "lean")).keys().all(|name| name == "sweep.html" || !name.ends_with(".html"))
    );
    assert!(!read(&folder, "lean/sweep.html").contains("href"));
    assert_eq!(rows(&path(&folder, "lean/sweep.csv"))[0]["report"], "");
    expect(&folder, &["sweep", "verify", "lean"], 0);
}

#[test]
fn a_sweep_goes_on_as_it_began() {
    let folder = two_people();
    let sweep = |more: &[&str], code| {
        let begin = ["sweep", "roster.csv", "--now", FIRST, "-o", "q2"];
        stderr(&expect(&folder, &[&begin, more].concat(), code))
    };
    expect(&folder, &["sweep", "roster.csv", "--now", FIRST, "-o", "q1"], 1);
    sweep(&["--previous", "q1"], 1);
    let before = files(&path(&folder, "q2"));
    let mut said = Vec::new();
    for more in [
        &[][..],
        &["--previous", "q1", "--no-reports"],
        &["--previous", "q1", "--columns", "rule,finding_id"],
        &["--previous", "q1", "--unmask", "--include-messages"],
    ] {
        said.push(sweep(&[&["--resume"], more].concat(), 2));
    }
    insta::assert_snapshot!("goes_on_otherwise", said.join("\n"));
    sweep(&["--resume", "--previous", "q1"], 1);
    assert_eq!(files(&path(&folder, "q2")), before);
}

#[test]
fn a_table_that_was_filled_in_is_not_written_over() {
    let folder = two_people();
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 1);
    decide(&path(&folder, "q1/people/p-2.csv"), |row| {
        row.insert("decision".into(), "not-an-issue".into());
    });
    let filled_in = read(&folder, "q1/people/p-2.csv");
    // Both rows of the roster change, so both people would be audited anew.
    let roster = read(&folder, "roster.csv").replace(",nurse,", ",midwife,");
    write(&folder, "roster.csv", &roster);
    for _ in 0..2 {
        let output = expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--resume", "--now", FIRST], 3);
        let said = stderr(&output);
        assert!(said.contains("p-2 failed: ") && said.contains("it was filled in since"), "{said}");
        assert!(said.contains("1 audited, 1 failed"), "{said}");
        assert_eq!(read(&folder, "q1/people/p-2.csv"), filled_in);
    }
    // Its place is free again once it was moved away.
    fs::rename(path(&folder, "q1/people/p-2.csv"), path(&folder, "kept.csv")).unwrap();
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--resume", "--now", FIRST], 1);
    expect(&folder, &["sweep", "verify", "q1"], 0);
}

#[test]
fn what_was_not_looked_at_is_not_counted_and_said() {
    let others = posts(1) + &posts(2).replace("\"x\"", "\"instagram\"");
    let roster = "id,accounts,archives,consent\np-1,twitter:p1,posts.jsonl,HR 1\np-2,x:p2,posts.jsonl,\"no, refused\"\n";
    let folder = folder(&[("posts.jsonl", &others), ("roster.csv", roster)]);
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 1);
    let table = rows(&path(&folder, "q1/sweep.csv"));
    assert_eq!((table[0]["state"].as_str(), table[0]["items"].as_str()), ("done", "21"));
    let problem = &table[0]["problem"];
    assert!(problem.contains("22 items not looked at: of instagram:p2; list the account"), "{problem}");
    assert_eq!(table[1]["state"], "skipped");
    assert!(table[1]["problem"].contains("consent says \"no, refused\""), "{}", table[1]["problem"]);
}

#[test]
fn what_was_added_to_a_sweep_or_changed_in_its_log_is_told() {
    let folder = two_people();
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 1);
    let verify = |code| {
        let output = expect(&folder, &["sweep", "verify", "q1"], code);
        stdout(&output) + &stderr(&output)
    };
    verify(0);
    // A spreadsheet that has a table open.
    write(&folder, "q1/people/.~lock.p-1.csv#", "");
    verify(0);
    write(&folder, "q1/people/p-9.csv", "finding_id\n");
    let said = verify(1);
    assert!(said.contains("people/p-9.csv: the log does not tell of it"), "{said}");
    fs::remove_file(path(&folder, "q1/people/p-9.csv")).unwrap();
    let log = read(&folder, "q1/sweep.log");
    write(&folder, "q1/sweep.log", &log.replace('\n', "\r\n"));
    assert!(verify(2).contains("line ends"));
    write(&folder, "q1/sweep.log", log.trim_end());
    assert!(verify(2).contains("its end is cut off"));
    write(&folder, "q1/sweep.log", &log);
    verify(0);
}

#[test]
fn masks_that_a_profile_leaves_off_are_off_in_reports_and_on_record() {
    let folder = two_people();
    let profile = "name = \"open\"\ntitle = \"Open\"\nmask = false\n";
    write(&folder, "open.toml", profile);
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--profile", "open.toml", "--now", FIRST], 1);
    let page = read(&folder, "q1/people/p-1.html");
    assert!(page.contains("Excerpts are not masked.") && page.contains("Alvarez"));
    assert!(read(&folder, "q1/sweep.log").lines().next().unwrap().contains("\"unmask\":true"));
    assert!(!read(&folder, "q1/sweep.html").contains("Alvarez"));
}

#[cfg(unix)]
#[test]
fn a_sweep_that_was_killed_goes_on_to_the_same_bytes() {
    let folder = folder(&[]);
    fs::create_dir(path(&folder, "posts")).unwrap();
    let mut roster = "id,accounts,archives,consent\n".to_owned();
    for person in 0..12 {
        roster += &format!("{person},x:p{person},posts/{person}.jsonl,HR {person}\n");
        write(&folder, &format!("posts/{person}.jsonl"), &posts(person));
    }
    write(&folder, "roster.csv", &roster);
    let args = |output| ["sweep", "roster.csv", "-o", output, "--resume", "--now", FIRST, "-q"];
    expect(&folder, &args("whole"), 1);
    let mut kills = 0;
    // Kills it when so many lines are in the log: in the middle of writing whatever comes then.
    for lines in [0, 1, 2, 5, 9, 12] {
        let mut child =
            whitecoat(&folder, &args("killed")).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let log = path(&folder, "killed/sweep.log");
        loop {
            let written = fs::read_to_string(&log).map_or(0, |text| text.lines().count());
            if child.try_wait().unwrap().is_some() {
                break;
            }
            if log.exists() && written >= lines {
                child.kill().unwrap();
                kills += 1;
                break;
            }
        }
        child.wait().unwrap();
    }
    assert!(kills > 2, "{kills}");
    expect(&folder, &args("killed"), 1);
    let (whole, killed) = (files(&path(&folder, "whole")), files(&path(&folder, "killed")));
    assert_eq!(whole.keys().collect::<Vec<_>>(), killed.keys().collect::<Vec<_>>());
    for (name, bytes) in &whole {
        assert_eq!(bytes, &killed[name], "{name}");
    }
    expect(&folder, &["sweep", "verify", "killed"], 0);
}

#[test]
fn a_roster_that_is_wrong_is_refused_whole() {
    let folder = folder(&[
        ("double.csv", "id,consent,archives\n1,a,x.zip\n2,a,x.zip\n1,a,x.zip\n,a,x.zip\n"),
        ("columns.csv", "id,concent,archives\n1,a,x.zip\n"),
        ("full/other.txt", "x"),
        ("good.csv", "id,consent,archives\n1,a,x.zip\n"),
    ]);
    let messages: Vec<String> =
        [["double.csv", "new"], ["columns.csv", "new"], ["missing.csv", "new"], ["good.csv", "full"]]
            .iter()
            .map(|[roster, output]| stderr(&expect(&folder, &["sweep", roster, "-o", output], 2)))
            .collect();
    insta::assert_snapshot!("refused_rosters", messages.join("\n"));
    assert!(!path(&folder, "new").exists());
}

#[test]
fn the_folder_of_the_last_sweep_must_be_one() {
    let folder = office();
    let sweep = |previous: &str| {
        let output = expect(&folder, &["sweep", "roster.csv", "-o", "q2", "--previous", previous], 2);
        assert!(!path(&folder, "q2").exists());
        stderr(&output)
    };
    assert!(sweep("q0").contains("--previous q0: it is not the folder of a sweep"));
    assert!(sweep("posts").contains("--previous posts: it is not the folder of a sweep"));
    expect(&folder, &["sweep", "roster.csv", "-o", "q1"], 3);
    let output = expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--resume", "--previous", "q1"], 2);
    assert!(stderr(&output).contains("it is the folder that this sweep writes to"));
    assert!(
        stderr(&expect(&folder, &["sweep", "verify", "posts"], 2))
            .contains("try: name the folder of a sweep")
    );
}

#[test]
fn a_handle_with_a_slip_is_no_clean_account() {
    let folder = folder(&[("posts/1.jsonl", &posts(1))]);
    write(&folder, "roster.csv", "id,accounts,archives,consent\n1,x:p11,posts/1.jsonl,HR 1\n");
    expect(&folder, &["sweep", "roster.csv", "-o", "q1"], 3);
    let table = rows(&path(&folder, "q1/sweep.csv"));
    assert_eq!(table[0]["state"], "failed");
    let problem = &table[0]["problem"];
    assert!(problem.contains("nothing that was read is of an account that may be looked at"), "{problem}");
    assert!(problem.contains("items of x:p1; listed as theirs: x:p11"), "{problem}");
}

#[test]
fn old_posts_are_drawn_at_random_and_the_same_again_with_the_same_seed() {
    let first = item("1", "2025-11-01", "Flu jabs on Friday, come early.");
    let roster = "id,accounts,archives,consent\n1,x:orla_rn,posts.jsonl,HR 1\n";
    let folder = folder(&[("posts.jsonl", &first), ("roster.csv", roster)]);
    expect(&folder, &["sweep", "roster.csv", "-o", "q1", "--now", FIRST], 0);
    // More than the 427 that are drawn, and each would be a finding.
    let old = |n: u32| item(&format!("7{n:03}"), "2024-05-05", &format!("{PROMISE} Number {n}"));
    write(&folder, "posts.jsonl", &(first + &(0..500).map(old).collect::<String>()));
    let drawn = |output: &str, seed: &str| {
        let args = ["sweep", "roster.csv", "-o", output, "--previous", "q1", "--seed", seed, "--now", SECOND];
        expect(&folder, &args, 1);
        let sampling = record(&folder, &format!("{output}/people/1.run.json"))["sampling"].clone();
        assert_eq!((sampling["old_items"].as_u64(), sampling["drawn"].as_u64()), (Some(501), Some(427)));
        let table = rows(&path(&folder, &format!("{output}/people/1.csv")));
        let posts: BTreeSet<String> = table.iter().map(|row| row["item_id"].clone()).collect();
        assert!((426..=427).contains(&posts.len()), "{}", posts.len());
        assert!(read(&folder, &format!("{output}/sweep.log")).contains(&format!("\"seed\":{seed}")));
        posts
    };
    let seven = drawn("q2", "7");
    assert_eq!(drawn("again", "7"), seven);
    assert_ne!(drawn("other", "8"), seven);
    let page = read(&folder, "q2/people/1.html");
    assert!(page.contains("Of 501 items older than the last audit") && page.contains("427 were drawn"));
}

#[test]
fn many_problems_are_said_once_and_stand_in_the_table() {
    let folder = folder(&[]);
    let people: String = (0..60).map(|n| format!("{n},none/{n}.zip,HR {n}\n")).collect();
    write(&folder, "roster.csv", &format!("id,archives,consent\n{people}"));
    let said = stderr(&expect(&folder, &["sweep", "roster.csv", "-o", "q1"], 3));
    assert_eq!(said.matches("there is no such file").count(), 20, "{said}");
    assert_eq!(said.matches("further problems are in sweep.csv").count(), 1, "{said}");
    assert_eq!(rows(&path(&folder, "q1/sweep.csv")).len(), 60);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_a_sweep_that_goes_on_later() {
    let folder = office();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let size = "size=16k";
    let mounted =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(&disk).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("not run: no leave to mount a small disk");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let full = run(&folder, &["sweep", "roster.csv", "-o", "disk/q1", "--now", FIRST]);
        assert_eq!(full.status.code(), Some(2), "{}", stderr(&full));
        let said = stderr(&full);
        assert!(said.contains("No space left on device") && said.contains("try: free some space"), "{said}");
        assert!(!said.contains(".whitecoat-"), "{said}");
        let grown = std::process::Command::new("mount").args(["-o", "remount,size=8m"]).arg(&disk).status();
        assert!(grown.unwrap().success());
        expect(&folder, &["sweep", "roster.csv", "-o", "disk/q1", "--resume", "--now", FIRST], 3);
        expect(&folder, &["sweep", "verify", "disk/q1"], 0);
        expect(&folder, &["sweep", "roster.csv", "-o", "whole", "--now", FIRST], 3);
        assert_eq!(files(&path(&folder, "disk/q1")), files(&path(&folder, "whole")));
    });
    std::process::Command::new("umount").arg(&disk).status().unwrap();
    outcome.unwrap();
}
