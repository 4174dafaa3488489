//! The command, as a user meets it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

const NOW: &str = "2025-02-03T04:05:06Z";
const TWO_POSTS: &str = "{\"id\":\"1\",\"text\":\"Clinic is open until 4\",\"platform\":\"x\",\"created_at\":\"2019-05-01T10:00:00Z\"}\n\
     {\"id\":\"2\",\"text\":\"Flu jabs on Friday\",\"kind\":\"reply\",\"authorship\":\"reshare\",\"created_at\":\"2024-05-01T10:00:00Z\"}\n";

fn whitecoat(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command.current_dir(folder.path()).args(args).env_clear().stdin(Stdio::null());
    command
}

fn run(folder: &TempDir, args: &[&str]) -> Output {
    whitecoat(folder, args).output().unwrap()
}

/// Exit code, standard output and standard error in one text, for snapshots.
fn shown(output: &Output) -> String {
    format!(
        "exit code {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Starts the command with pipes on all sides.
fn start(folder: &TempDir, args: &[&str]) -> Child {
    whitecoat(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn help_teaches() {
    let folder = folder(&[]);
    for command in ["", "audit", "extract", "check", "sweep", "init", "verify", "rules", "profiles", "sites"]
    {
        let args: Vec<_> = [command, "--help"].into_iter().filter(|arg| !arg.is_empty()).collect();
        insta::assert_snapshot!(format!("help_{command}"), shown(&run(&folder, &args)));
    }
}

#[test]
fn an_audit_writes_a_table_a_record_and_a_summary() {
    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes())]);
    let output = run(&folder, &["audit", "posts.jsonl", "--now", NOW]);
    insta::assert_snapshot!(shown(&output));
    assert_eq!(names(&folder), ["audit.csv", "audit.run.json", "posts.jsonl"]);
    assert!(read(&folder, "audit.csv").starts_with("severity,rule,title,excerpt,why,action,platform,"));
    let record: serde_json::Value = serde_json::from_str(&read(&folder, "audit.run.json")).unwrap();
    assert_eq!(record["complete"], true);
    assert_eq!(record["inputs"][0]["items"], 2);
    assert_eq!(
        record["inputs"][0]["fingerprint"]["blake3"],
        blake3::hash(TWO_POSTS.as_bytes()).to_hex().as_str()
    );
}

#[test]
fn quiet_says_nothing() {
    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes())]);
    let output = run(&folder, &["audit", "posts.jsonl", "-q"]);
    assert_eq!(shown(&output), "exit code 0\n--- stdout\n--- stderr\n");
}

#[cfg(unix)]
#[test]
fn outputs_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes())]);
    run(&folder, &["audit", "posts.jsonl"]);
    run(&folder, &["extract", "posts.jsonl", "-o", "items.csv"]);
    for name in ["audit.csv", "audit.run.json", "items.csv"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_broken_line_makes_the_audit_incomplete() {
    let text = format!("{TWO_POSTS}not json\n");
    let folder = folder(&[("posts.jsonl", text.as_bytes())]);
    insta::assert_snapshot!(shown(&run(&folder, &["audit", "posts.jsonl", "--now", NOW])));
    assert!(read(&folder, "audit.run.json").contains("\"complete\": false"));
}

#[test]
fn a_folder_of_inputs_is_read_input_by_input() {
    let folder = folder(&[
        ("posts.jsonl", TWO_POSTS.as_bytes()),
        ("damaged.zip", b"PK\x03\x04 and no more"),
        ("letter.pdf", b"%PDF-1.7\n"),
    ]);
    let output = run(&folder, &["audit", ".", "--now", NOW]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let record: serde_json::Value = serde_json::from_str(&read(&folder, "audit.run.json")).unwrap();
    let inputs: Vec<_> = record["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| {
            (input["input"].as_str().unwrap(), input["items"].as_u64().unwrap(), &input["ended"]["state"])
        })
        .collect();
    assert_eq!(
        inputs,
        [
            (".", 0, &"complete".into()),
            ("./damaged.zip", 0, &"unreadable".into()),
            ("./posts.jsonl", 2, &"complete".into())
        ]
    );
    assert_eq!(record["inputs"][0]["skipped"]["not an input: a PDF document"]["count"], 1);
}

#[test]
fn bad_inputs_say_what_they_are_and_what_to_do() {
    let folder = folder(&[
        ("archive.zip", b"%PDF-1.7\n"),
        ("empty.csv", b""),
        ("notes.txt", b"Buy milk\n"),
        ("table.csv", b"who,what\na,b\n"),
    ]);
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let inputs = ["archive.zip", "empty.csv", "notes.txt", "table.csv", "nothing", "archve.zip", "@drjones"];
    let output = run(&folder, &[&["audit"], &inputs[..]].concat());
    insta::assert_snapshot!(shown(&output));
    assert!(!names(&folder).contains(&"audit.csv".to_owned()));
}

#[test]
fn wrong_usage_and_configuration_is_two_with_a_way_out() {
    let profile = "name = \"mine\"\ntitle = \"Mine\"\nflor = \"low\"\n";
    let folder = folder(&[
        ("posts.jsonl", TWO_POSTS.as_bytes()),
        ("mine.toml", profile.as_bytes()),
        ("none.toml", b"name = \"n\"\ntitle = \"N\"\nrules = [\"no-such-family/*\"]\n"),
    ]);
    let cases: [&[&str]; 8] = [
        &["audit"],
        &["audit", "posts.jsonl", "--profile", "self-audti"],
        &["audit", "posts.jsonl", "--profile", "mine.toml"],
        &["audit", "posts.jsonl", "--profile", "none.toml"],
        &["audit", "posts.jsonl", "--columns", "severty"],
        &["audit", "posts.jsonl", "--fail-on", "awful"],
        &["audit", "posts.jsonl", "-o", "no/such/folder.csv"],
        &["rules", "explain", "no/such-rule"],
    ];
    let all: Vec<_> =
        cases.iter().map(|args| format!("$ {}\n{}", args.join(" "), shown(&run(&folder, args)))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_table_with_decisions_is_never_replaced() {
    for decided in [
        "severity,rule,decision,note\nhigh,a/b,removed,\n",
        "\u{feff}severity;decision;note\r\nhigh;;\"see\r\nme\"\r\n",
    ] {
        let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes()), ("audit.csv", decided.as_bytes())]);
        let output = run(&folder, &["audit", "posts.jsonl"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("decision") && stderr(&output).contains("write to another file"),
            "{}",
            stderr(&output)
        );
        assert_eq!(read(&folder, "audit.csv"), decided);
    }
    let folder =
        folder(&[("posts.jsonl", TWO_POSTS.as_bytes()), ("audit.csv", b"severity,decision\nhigh,\n")]);
    assert_eq!(run(&folder, &["audit", "posts.jsonl"]).status.code(), Some(0));
}

#[test]
fn extract_does_not_replace_decisions_either_and_stdin_is_read_once() {
    let decided = "rule,decision\na/b,removed\n";
    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes()), ("audit.csv", decided.as_bytes())]);
    assert_eq!(run(&folder, &["extract", "posts.jsonl", "-o", "audit.csv"]).status.code(), Some(2));
    assert_eq!(read(&folder, "audit.csv"), decided);
    let twice = run(&folder, &["extract", "-", "-"]);
    assert!(twice.status.code() == Some(2) && stderr(&twice).contains("only once"));
}

#[test]
fn an_input_is_never_the_output() {
    let folder = folder(&[("posts.csv", b"id,text\n1,a\n")]);
    for command in ["audit", "extract"] {
        let output = run(&folder, &[command, "posts.csv", "-o", "./posts.csv"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
    assert_eq!(read(&folder, "posts.csv"), "id,text\n1,a\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_a_device_is_written_to_in_place() {
    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes())]);
    let output = run(&folder, &["extract", "posts.jsonl", "-o", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("free some space"), "{}", stderr(&output));
    assert_eq!(run(&folder, &["audit", "posts.jsonl", "-o", "/dev/null"]).status.code(), Some(0));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

/// Enough items for many batches.
fn many_items() -> String {
    (1..=30_000)
        .map(|id| match id % 1000 {
            0 => "broken\n".to_owned(),
            _ => format!("{{\"id\":\"{id}\",\"text\":\"post number {id}, long enough to fill a batch\"}}\n"),
        })
        .collect()
}

#[test]
fn one_worker_and_eight_give_equal_bytes() {
    let folder = folder(&[("posts.jsonl", many_items().as_bytes())]);
    let outputs = ["1", "8"].map(|jobs| {
        let extracted = run(&folder, &["extract", "posts.jsonl", "--jobs", jobs]);
        let audited = run(&folder, &["audit", "posts.jsonl", "--jobs", jobs, "--now", NOW]);
        (shown(&extracted), shown(&audited), read(&folder, "audit.csv"), read(&folder, "audit.run.json"))
    });
    assert!(outputs[0] == outputs[1]);
    assert_eq!(outputs[0].0.lines().filter(|line| line.starts_with('{')).count(), 29_970);
    assert!(outputs[0].3.contains("\"count\": 30"));
}

#[test]
fn extract_feeds_audit_through_a_pipe() {
    let folder = folder(&[("posts.csv", b"text,date\n\"=1+1, or so\",2024-05-01\nb,\n")]);
    let extracted = run(&folder, &["extract", "posts.csv"]);
    assert_eq!(extracted.status.code(), Some(0));
    let mut audit = start(&folder, &["audit", "-", "-o", "-", "--format", "jsonl"]);
    audit.stdin.take().unwrap().write_all(&extracted.stdout).unwrap();
    let output = audit.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("2 items"), "{}", stderr(&output));
    assert_eq!(names(&folder), ["posts.csv"]);
}

#[test]
fn extract_writes_tables_that_it_reads_again() {
    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes())]);
    run(&folder, &["extract", "posts.jsonl", "-o", "items.csv"]);
    run(&folder, &["extract", "items.csv", "-o", "again.jsonl"]);
    let direct = run(&folder, &["extract", "posts.jsonl"]);
    assert_eq!(read(&folder, "again.jsonl"), String::from_utf8(direct.stdout).unwrap());
}

#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let folder = folder(&[("posts.jsonl", many_items().replace("broken\n", "").as_bytes())]);
    let mut child = start(&folder, &["extract", "posts.jsonl", "--quiet"]);
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with("{\"id\":\"1\""));
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Reads standard error up to a line that holds `text`.
fn wait_for(stream: &mut impl BufRead, text: &str) {
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 0 {
        if line.contains(text) {
            return;
        }
        line.clear();
    }
    panic!("the command ended before it said {text:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_valid_audit_that_says_it_is_incomplete() {
    let folder = folder(&[]);
    let mut child = start(&folder, &["audit", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(TWO_POSTS.as_bytes()).unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut stderr, "items as JSON Lines");
    interrupt(&child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{rest}");
    assert!(rest.contains("interrupted") && rest.contains("not read to its end"), "{rest}");
    assert!(read(&folder, "audit.csv").starts_with("severity,"));
    let record: serde_json::Value = serde_json::from_str(&read(&folder, "audit.run.json")).unwrap();
    assert_eq!((&record["interrupted"], &record["complete"]), (&true.into(), &false.into()));
    drop(stdin);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_items_that_were_extracted() {
    let folder = folder(&[]);
    let mut child = start(&folder, &["extract", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(TWO_POSTS.as_bytes()).unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    wait_for(&mut stdout, "Clinic");
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("incomplete"));
    drop(stdin);
}

#[test]
fn one_bad_input_of_two_does_not_lose_the_other() {
    let folder = folder(&[("posts.jsonl", TWO_POSTS.as_bytes())]);
    let mut child = start(&folder, &["audit", "posts.jsonl", "-"]);
    child.stdin.take().unwrap().write_all(b"%PDF-1.7\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("a PDF document"), "{}", stderr(&output));
    assert!(Path::new(&folder.path().join("audit.csv")).exists());
}

#[test]
fn a_draft_is_checked_from_the_command_line_or_a_pipe() {
    let folder = folder(&[]);
    let output = run(&folder, &["check", "The clinic is open until 4 today"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let mut child = start(&folder, &["check", "-"]);
    child.stdin.take().unwrap().write_all(b"\xff\xfe").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("not valid UTF-8"));
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[test]
fn a_draft_is_checked_with_what_the_subject_file_says() {
    let folder = folder(&[(
        "me.toml",
        b"location = \"Bodmin\"\njurisdiction = \"UK\"\nnot_mine = [\"x:draft\"]\n[[account]]\nhandle = \"me\"\n",
    )]);
    let draft = "Long shift. Our 93 year old lighthouse keeper went home with her new hip";
    let together = "privacy/reidentifiable-combination";
    let bare = shown(&run(&folder, &["check", draft]));
    for profile in ["self-audit", "quarterly"] {
        let output = run(&folder, &["check", draft, "--subject", "me.toml", "--profile", profile]);
        assert!(shown(&output).contains(together), "{}", shown(&output));
        assert_ne!(shown(&output), bare, "the town of the subject file counts");
    }
    let output = run(&folder, &["check", draft, "--subject", "nobody.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("try: write one with: whitecoat init me.toml"));
}

#[test]
fn recipes_are_shown_and_tried() {
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str| format!("{}/tests/fixtures/sites/{name}.html", env!("CARGO_MANIFEST_DIR"));
    let list = String::from_utf8(run(&folder, &["sites", "list"]).stdout).unwrap();
    assert!(list.lines().count() >= 8 && list.contains("trustindex"), "{list}");
    let shown = run(&folder, &["sites", "show", "trustindex"]).stdout;
    std::fs::write(folder.path().join("mine.toml"), &shown).unwrap();
    let tried = run(&folder, &["sites", "test", "mine.toml", &page("trustindex")]);
    assert!(tried.status.success());
    let tried = String::from_utf8(tried.stdout).unwrap().replace(&page("trustindex"), "PAGE");
    insta::assert_snapshot!("sites_test", tried);
    // A page that the recipe is not for, a name that is nearly right, a page that is not there.
    assert_eq!(run(&folder, &["sites", "test", "wix", &page("trustindex")]).status.code(), Some(1));
    for (args, words) in [
        (["sites", "test", "trustindx", &page("wix")], "did you mean trustindex?"),
        (["sites", "test", "wix", "none.html"], "none.html: No such file"),
    ] {
        let failed = run(&folder, &args);
        let message = String::from_utf8(failed.stderr).unwrap();
        assert!(failed.status.code() == Some(2) && message.contains(words), "{message}");
    }
}

#[test]
fn profiles_are_shown_as_they_can_be_copied() {
    let folder = folder(&[]);
    let shown = run(&folder, &["profiles", "show", "self-audit"]);
    fs::write(folder.path().join("mine.toml"), &shown.stdout).unwrap();
    let output = run(&folder, &["check", "hello", "--profile", "mine.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(run(&folder, &["profiles", "list"]).stdout.starts_with(b"self-audit"));
}

#[test]
fn completions_are_printed_for_every_shell() {
    let folder = folder(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&folder, &["completions", shell]);
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("extract"),
            "{shell}"
        );
    }
}

#[test]
fn explain_shows_each_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let explained = |inputs: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
        command.current_dir(&root).args(["-q", "extract", "--explain"]).args(inputs);
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    let (table, code) = explained(&["archives/facebook/json", "saved/surgery.warc"]);
    insta::assert_snapshot!(table);
    assert_eq!(code, Some(3));
    let (table, code) = explained(&["archives/facebook/json", "--include-messages"]);
    assert!(table.contains("messages/inbox") && !table.contains("Private messages"), "{table}");
    assert_eq!(code, Some(0));
    assert_eq!(explained(&["saved/hip.mhtml", "-o", "x.jsonl"]).1, Some(2));
}
