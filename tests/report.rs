//! What an audit writes beside its table, through the binary.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// What the demo's posts with findings give away, and no output may.
const GIVEN_AWAY: &[&str] = &["Pellegrino", "00731845", "Rosalie", "May 30", "Danby", "tomkessler72"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn whitecoat(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"))
        .current_dir(folder)
        .args(arguments)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1762074000")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Audits the demo in an empty folder.
fn demo(arguments: &[&str]) -> (tempfile::TempDir, Output) {
    let folder = tempfile::tempdir().unwrap();
    let demo = root().join("tests/fixtures/demo").display().to_string();
    let output = whitecoat(folder.path(), &[&["audit", &demo], arguments].concat());
    (folder, output)
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn schema(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn assert_valid(validator: &jsonschema::Validator, value: &Value) {
    let problems: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert_eq!(problems, Vec::<String>::new());
}

fn files(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn assert_gives_nothing_away(text: &str) {
    for secret in GIVEN_AWAY {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret}");
    }
}

#[test]
fn the_page_has_every_row_of_the_table_and_the_same_bytes_each_time() {
    let (folder, output) = demo(&["--report", "audit.html"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let page = fs::read_to_string(folder.path().join("audit.html")).unwrap();
    let mut table = csv::Reader::from_path(folder.path().join("audit.csv")).unwrap();
    let id = table.headers().unwrap().iter().position(|name| name == "finding_id").unwrap();
    let ids: Vec<String> = table.records().map(|row| row.unwrap()[id].to_owned()).collect();
    assert!(!ids.is_empty());
    for id in &ids {
        assert_eq!(page.matches(&format!("<tr id=\"f-{id}\"")).count(), 1, "{id}");
    }
    assert_eq!(page.matches("<tr id=\"f-").count(), ids.len());
    assert_gives_nothing_away(&page);
    for address in ["src=", "@import", "url(", "<link"] {
        assert!(!page.contains(address), "{address}");
    }
    let (again, _) = demo(&["--report", "audit.html", "--jobs", "1"]);
    assert_eq!(fs::read_to_string(again.path().join("audit.html")).unwrap(), page);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("audit.html")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn sarif_is_valid_and_never_unmasked() {
    let mut official = schema("tests/fixtures/schemas/sarif-2.1.0-rtm.5.json");
    // One pattern of it has a bracket too many; nothing here has a language.
    for part in ["run", "toolComponent"] {
        official["definitions"][part]["properties"]["language"]
            .as_object_mut()
            .unwrap()
            .remove("pattern")
            .unwrap();
    }
    let validator = jsonschema::validator_for(&official).unwrap();
    let profile = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    fs::write(profile.path(), "name = \"open\"\ntitle = \"Open\"\nmask = false\n").unwrap();
    let open = format!("--profile={}", profile.path().display());
    for more in [None, Some("--unmask"), Some(&*open)] {
        let arguments: Vec<&str> =
            ["--format", "sarif", "-o", "audit.sarif"].into_iter().chain(more).collect();
        let (folder, output) = demo(&arguments);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let text = fs::read_to_string(folder.path().join("audit.sarif")).unwrap();
        assert_gives_nothing_away(&text);
        let log: Value = serde_json::from_str(&text).unwrap();
        assert_valid(&validator, &log);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert!(results.len() > 30);
        for result in results {
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["help"]["text"].as_str().unwrap().contains("What to do: "));
            let expected = match result["properties"]["severity"].as_str().unwrap() {
                "critical" | "high" => "error",
                "medium" => "warning",
                _ => "note",
            };
            assert_eq!(result["level"], expected);
            assert!(result.get("baselineState").is_none());
        }
        let fingerprints: BTreeSet<&str> = results
            .iter()
            .map(|result| result["fingerprints"]["whitecoatFindingId/v1"].as_str().unwrap())
            .collect();
        assert_eq!(fingerprints.len(), results.len());
        let place = |result: &Value| result["locations"][0]["physicalLocation"].clone();
        assert!(results.iter().any(|result| place(result)["region"]["startLine"].is_u64()));
        let address = |result: &Value| {
            place(result)["artifactLocation"]["uri"].as_str().unwrap().starts_with("https://")
        };
        assert!(results.iter().any(address));
    }
}

#[test]
fn json_lines_follow_their_published_schemas() {
    let findings = schema("docs/findings.schema.json");
    let validator = jsonschema::validator_for(&findings).unwrap();
    let columns = whitecoat::report::columns::ALL;
    let mut names: BTreeSet<&str> = columns.iter().map(|column| column.name).collect();
    names.insert("span_field");
    let published: BTreeSet<&str> =
        findings["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(published, names);
    let defaults: BTreeSet<&str> = columns
        .iter()
        .filter(|column| column.default)
        .map(|column| column.name)
        .chain(["span_field"])
        .collect();
    let required = findings["required"].as_array().unwrap();
    assert_eq!(required.iter().map(|name| name.as_str().unwrap()).collect::<BTreeSet<_>>(), defaults);

    let further: Vec<_> = columns.iter().filter(|column| !column.default).map(|column| column.name).collect();
    for more in ["".to_owned(), format!("--columns=+{}", further.join(","))] {
        let more: Vec<&str> = [more.as_str()].into_iter().filter(|more| !more.is_empty()).collect();
        let (folder, output) = demo(&[&["-o", "audit.jsonl"][..], &more].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let lines = fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
        assert!(lines.lines().count() > 30);
        for line in lines.lines() {
            assert_valid(&validator, &serde_json::from_str(line).unwrap());
        }
    }
    assert!(!validator.is_valid(&json!({ "severity": "awful" })));

    let items = jsonschema::validator_for(&schema("docs/item.schema.json")).unwrap();
    let demo = root().join("tests/fixtures/demo").display().to_string();
    let output = whitecoat(&root(), &["extract", &demo, "-q"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(lines.lines().count() > 70);
    for line in lines.lines() {
        assert_valid(&items, &serde_json::from_str(line).unwrap());
    }
    assert!(!items.is_valid(&json!({ "id": "1" })));
    assert!(!items.is_valid(&json!({ "id": "1", "text": "a", "kind": "tweet" })));
}

#[test]
fn the_redacted_copy_has_every_item_and_nothing_that_is_covered() {
    let (folder, output) = demo(&["--redacted-copy", "items.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let copy = fs::read_to_string(folder.path().join("items.jsonl")).unwrap();
    assert_gives_nothing_away(&copy);
    let said = stderr(&output).lines().find(|line| line.starts_with("redacted copy: ")).unwrap().to_owned();
    assert!(said.starts_with("redacted copy: 85 items; "), "{said}");
    assert_eq!(copy.lines().count(), 85);
    assert!(copy.contains("█████"));

    // Nothing that a mask covers in any item is left in its line; the masks are asked of the engine itself.
    let demo = root().join("tests/fixtures/demo").display().to_string();
    let items = String::from_utf8(whitecoat(&root(), &["extract", &demo, "-q"]).stdout).unwrap();
    let engine = whitecoat_engine::Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    let (mut checked, mut ids) = (0, std::collections::BTreeSet::new());
    for (item, line) in items.lines().zip(copy.lines()) {
        let item: whitecoat_engine::Item = serde_json::from_str(item).unwrap();
        let redacted: whitecoat_engine::Item = serde_json::from_str(line).unwrap();
        // Names are numbered where they hold words.
        assert_eq!(redacted.id == item.id, !item.id.starts_with("http") && !item.id.starts_with("google"));
        assert!(ids.insert((redacted.platform.clone(), redacted.id.clone())), "{}", redacted.id);
        assert!(redacted.parent.is_none_or(|parent| parent.text.is_none()));
        for mask in
            scanner.masks(&item).iter().filter(|mask| mask.span.field == whitecoat_engine::Field::Text)
        {
            let covered = &item.text[mask.span.start..mask.span.end];
            if covered.chars().count() > 3 {
                assert!(!redacted.text.contains(covered), "{}: {}", item.id, mask.label);
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "{checked}");
    let again = whitecoat(folder.path(), &["audit", "items.jsonl", "-q", "-o", "again.csv"]);
    assert!(matches!(again.status.code(), Some(0 | 1)), "{}", stderr(&again));
}

#[cfg(feature = "xlsx")]
#[test]
fn the_workbook_opens_again_with_the_same_cells_as_text() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let (folder, output) = demo(&["-o", "audit.xlsx"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let (other, _) = demo(&["-o", "audit.csv", "--csv-raw"]);
    let mut book: Xlsx<_> = open_workbook(folder.path().join("audit.xlsx")).unwrap();
    let sheet = book.worksheet_range("Findings").unwrap();
    let mut table =
        csv::ReaderBuilder::new().has_headers(false).from_path(other.path().join("audit.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(sheet.height(), rows.len());
    for (line, row) in rows.iter().enumerate() {
        for (at, expected) in row.iter().enumerate() {
            match sheet.get((line, at)) {
                None | Some(Data::Empty) => assert_eq!(expected, ""),
                Some(Data::String(text)) => assert_eq!(text, expected),
                Some(other) => assert_eq!(format!("{other:?}"), "text"),
            }
        }
    }
    let mut zip = zip::ZipArchive::new(fs::File::open(folder.path().join("audit.xlsx")).unwrap()).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml).unwrap();
    for part in ["state=\"frozen\"", "<autoFilter ", "<dataValidation type=\"list\"", "not-an-issue"] {
        assert!(xml.contains(part), "{part}");
    }
    assert!(!xml.contains("<f>"));
    let (again, _) = demo(&["-o", "audit.xlsx"]);
    let bytes = |folder: &tempfile::TempDir| fs::read(folder.path().join("audit.xlsx")).unwrap();
    assert!(bytes(&again) == bytes(&folder));
}

#[cfg(not(feature = "xlsx"))]
#[test]
fn a_build_without_workbooks_says_so_and_writes_nothing() {
    for arguments in [&["-o", "audit.xlsx"][..], &["--format", "xlsx"]] {
        let (folder, output) = demo(arguments);
        assert_eq!(output.status.code(), Some(2));
        insta::assert_snapshot!("without_xlsx", stderr(&output));
        assert_eq!(files(folder.path()), BTreeSet::new());
    }
}

#[test]
fn outputs_that_cannot_be_are_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("posts.jsonl"), "{\"id\":\"1\",\"text\":\"Clinic is open.\"}\n").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join("done.csv"), "finding_id,decision\n1,removed\n").unwrap();
    let mut said = String::new();
    for arguments in [
        &["--report", "folder"][..],
        &["--report", "missing/audit.html"],
        &["--report", "posts.jsonl"],
        &["--report", "done.csv"],
        &["--report", "./audit.csv"],
        &["--report", "folder/../audit.run.json"],
        &["--report", "-", "-o", "-"],
        &["--redacted-copy", "posts.jsonl"],
        &["--redacted-copy", "audit.html", "--report", "audit.html"],
    ] {
        let output = whitecoat(folder.path(), &[&["audit", "posts.jsonl"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        said.push_str(&format!("{arguments:?}\n{}\n", stderr(&output)));
    }
    let place = format!("{}/", fs::canonicalize(folder.path()).unwrap().display());
    insta::assert_snapshot!("refused", said.replace(&place, ""));
    assert_eq!(files(folder.path()), ["done.csv", "folder", "posts.jsonl"].map(str::to_owned).into());
}

#[test]
fn an_older_page_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("posts.jsonl"), "{\"id\":\"1\",\"text\":\"Clinic is open.\"}\n").unwrap();
    fs::write(folder.path().join("audit.html"), "old").unwrap();
    let output = whitecoat(folder.path(), &["audit", "posts.jsonl", "--report", "audit.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = fs::read_to_string(folder.path().join("audit.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>"));
    let expected = ["audit.csv", "audit.html", "audit.run.json", "posts.jsonl"];
    assert_eq!(files(folder.path()), expected.map(str::to_owned).into());
}

/// `/dev/full` takes nothing, like a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_what_is_on_it_and_not_the_table() {
    let table = ["audit.csv", "audit.run.json"];
    for (arguments, left) in [
        (&["--report", "/dev/full"][..], &table[..]),
        (&["--redacted-copy", "/dev/full"], &table),
        (&["-o", "/dev/full", "--report", "audit.html"], &["audit.html"]),
    ] {
        let (folder, output) = demo(arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        let error =
            said.lines().skip_while(|line| !line.starts_with("error: ")).collect::<Vec<_>>().join("\n");
        assert!(
            error.contains("cannot write /dev/full: No space left on device")
                && error.contains("try: free some space"),
            "{said}"
        );
        assert!(
            left.iter().all(|name| said.contains("written all the same: ") && said.contains(name)),
            "{said}"
        );
        assert_eq!(files(folder.path()), left.iter().map(ToString::to_string).collect());
    }
}
