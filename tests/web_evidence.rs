//! The command on loopback servers: evidence that replays offline, runs that were stopped, and archived copies.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use url::Url;
use web_support::{HTML, Server, hold, html, reply, run, stderr};

const POST: &str = "<p>Saw my patient Margaret Ellison, 67, on the ward at Larkspur Falls Hospital yesterday. She was admitted \
                    with a stroke on 3 March and her daughter told me the whole story.</p>";

fn site() -> Server {
    Server::with(|target, stream| match target {
        "/" => reply(
            stream,
            "200 OK",
            HTML,
            format!("{}{POST}", html("home", &["/one", "/broken", "/wall"])).as_bytes(),
        ),
        "/one" => reply(stream, "200 OK", HTML, html("one", &["/old"]).as_bytes()),
        "/old" => reply(stream, "301 Moved", "Location: /new", b""),
        "/new" => reply(stream, "200 OK", HTML, format!("{}{POST}", html("new", &[])).as_bytes()),
        "/wall" => reply(stream, "403 Forbidden", HTML, b"<p>no"),
        "/broken" => {}
        _ => reply(stream, "404 Not Found", "", b""),
    })
}

#[test]
fn evidence_replays_to_the_same_table() {
    let folder = tempfile::tempdir().unwrap();
    let server = site();
    let (first, second) = (server.url("/").to_string(), server.url("/one").to_string());
    let live = run(
        &folder,
        &["audit", &first, &second, "--allow-loopback", "--evidence", "e.warc.gz", "-o", "live.csv"],
    );
    assert_eq!(live.status.code(), Some(3), "{}", stderr(&live));
    let asked = server.targets().len();
    let again = run(&folder, &["audit", "e.warc.gz", "-o", "again.csv"]);
    assert_eq!(again.status.code(), Some(3), "{}", stderr(&again));
    assert_eq!(server.targets().len(), asked);

    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("live.csv").contains("privacy/"), "{}", read("live.csv"));
    assert_eq!(read("live.csv"), read("again.csv"));
    let causes = |name: &str| {
        let run: Value = serde_json::from_str(&read(name)).unwrap();
        let failed =
            run["inputs"].as_array().unwrap().iter().flat_map(|input| input["failed"].as_object().unwrap());
        failed.map(|(reason, _)| reason.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(causes("live.run.json").len(), 2);
    assert_eq!(causes("live.run.json"), causes("again.run.json"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(fs::metadata(folder.path().join("e.warc.gz")).unwrap().mode() & 0o777, 0o600);
    }
}

#[test]
fn evidence_is_a_warc_that_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = site();
    let url = server.url("/").to_string();
    run(&folder, &["extract", &url, "--allow-loopback", "--evidence", "e.warc.gz", "-o", "live.jsonl"]);
    let packed = fs::read(folder.path().join("e.warc.gz")).unwrap();
    let mut plain = Vec::new();
    MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut plain).unwrap();
    let text = String::from_utf8(plain).unwrap();
    // One member a record.
    let mut members = packed.as_slice();
    while !members.is_empty() {
        let mut member = flate2::bufread::GzDecoder::new(members);
        let mut record = String::new();
        member.read_to_string(&mut record).unwrap();
        assert_eq!(
            (record.starts_with("WARC/1.1\r\n"), record.matches("WARC-Record-ID: ").count()),
            (true, 1)
        );
        members = member.into_inner();
    }
    let count = |kind: &str| text.matches(&format!("WARC-Type: {kind}\r\n")).count();
    // robots.txt, the sitemap, five addresses with a redirect, one of them three times.
    assert_eq!((count("warcinfo"), count("request"), count("metadata")), (1, 10, 3));
    assert_eq!(count("response"), 7);
    assert!(text.starts_with("WARC/1.1\r\n") && text.contains("WARC-Payload-Digest: sha1:"));

    // Without its mark it is a WARC like any other: its pages are read one by one.
    fs::write(
        folder.path().join("foreign.warc"),
        text.replace("whitecoat-evidence: 1", "whitecoat-evidence: 0"),
    )
    .unwrap();
    let foreign = run(&folder, &["extract", "foreign.warc", "-o", "foreign.jsonl"]);
    assert_eq!(foreign.status.code(), Some(0), "{}", stderr(&foreign));
    let texts = |name: &str| {
        let lines = fs::read_to_string(folder.path().join(name)).unwrap();
        let items = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        items.map(|item| item["text"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(texts("live.jsonl"), texts("foreign.jsonl"));

    let refused = run(&folder, &["extract", &url, "--allow-loopback", "--evidence", "e.warc.gz"]);
    let message = stderr(&refused);
    assert_eq!(refused.status.code(), Some(2));
    assert!(message.contains("evidence is never replaced"), "{message}");
    assert_eq!(fs::read(folder.path().join("e.warc.gz")).unwrap(), packed);
}

#[test]
fn evidence_that_was_cut_is_refused_and_needs_a_web_input() {
    let folder = tempfile::tempdir().unwrap();
    let server = site();
    let url = server.url("/").to_string();
    run(&folder, &["extract", &url, "--allow-loopback", "--evidence", "e.warc.gz"]);
    let packed = fs::read(folder.path().join("e.warc.gz")).unwrap();
    fs::write(folder.path().join("cut.warc.gz"), &packed[..packed.len() / 2]).unwrap();
    let refused = run(&folder, &["extract", "cut.warc.gz"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("a whole file of evidence"), "{}", stderr(&refused));

    fs::write(folder.path().join("a.jsonl"), "{\"id\":\"1\",\"text\":\"a\"}\n").unwrap();
    let refused = run(&folder, &["extract", "a.jsonl", "--evidence", "f.warc.gz"]);
    assert!(stderr(&refused).contains("no input is a web address"), "{}", stderr(&refused));
}

/// Pages in a row; the one with `last` in its number is held back, once, until the client goes away.
fn held_chain(last: u32, told: std::sync::mpsc::Sender<()>) -> Server {
    let told = std::sync::Mutex::new(Some(told));
    Server::with(move |target, stream| {
        let number: u32 = target.trim_start_matches('/').parse().unwrap_or_default();
        if number > 9 || target == "/sitemap.xml" {
            return reply(stream, "404 Not Found", "", b"");
        }
        if number == last
            && let Some(told) = told.lock().unwrap().take()
        {
            told.send(()).unwrap();
            return hold(stream);
        }
        let next = format!("/{}", number + 1);
        let page = html(&format!("number {number}"), &[&next]);
        let post =
            POST.replace("Margaret Ellison", ["Margaret Ellison", "Margaret Hollis"][number as usize % 2]);
        reply(stream, "200 OK", HTML, format!("{page}{post}").as_bytes());
    })
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_a_crawl_leaves_what_there_is_and_the_next_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, held) = std::sync::mpsc::channel();
    let server = held_chain(5, sender);
    let url = server.url("/").to_string();
    let start = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
        command.current_dir(folder.path()).args(["audit", &url, "--allow-loopback"]).args(arguments);
        command.env_clear().env("XDG_CACHE_HOME", folder.path().join("cache"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let child = start(&["--evidence", "first.warc.gz", "-o", "first.csv"]);
    held.recv().unwrap();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let stopped = child.wait_with_output().unwrap();
    assert_eq!(stopped.status.code(), Some(3), "{}", stderr(&stopped));
    assert!(stderr(&stopped).contains("stopping"), "{}", stderr(&stopped));

    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let rows =
        |name: &str| csv::Reader::from_reader(read(name).as_slice()).records().map(Result::unwrap).count();
    let first = rows("first.csv");
    assert!(first > 0);
    let record: Value = serde_json::from_slice(&read("first.run.json")).unwrap();
    assert_eq!(record["complete"], false);
    // A whole file: every member unpacks, and what was read by then is in it.
    let mut plain = Vec::new();
    MultiGzDecoder::new(read("first.warc.gz").as_slice()).read_to_end(&mut plain).unwrap();
    assert!(plain.ends_with(b"\r\n\r\n"));
    let replayed = run(&folder, &["audit", "first.warc.gz", "-o", "replayed.csv"]);
    assert_eq!(replayed.status.code(), Some(3), "{}", stderr(&replayed));
    assert_eq!(rows("replayed.csv"), first);

    // What was answered is not asked for again, and stands in the new evidence as well.
    let second = start(&["--evidence", "second.warc.gz", "-o", "second.csv"]).wait_with_output().unwrap();
    assert!(matches!(second.status.code(), Some(0 | 1)), "{}", stderr(&second));
    for number in 1..=9 {
        let asked = if number == 5 { 2 } else { 1 };
        assert_eq!(server.asked(&format!("/{number}")), asked, "/{number}");
    }
    assert!(rows("second.csv") > first);
    let whole = run(&folder, &["audit", "second.warc.gz", "-o", "whole.csv"]);
    assert_eq!(whole.status.code(), second.status.code(), "{}", stderr(&whole));
    let table = |name: &str| String::from_utf8(read(name)).unwrap();
    assert_eq!(table("second.csv"), table("whole.csv"));
}

#[test]
fn archived_copies_are_asked_for_only_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let item = |id: &str, url: &str, text: &str| {
        format!("{}\n", serde_json::json!({"id": id, "text": text, "platform": "x", "url": url}))
    };
    let grave = "My patient Margaret Ellison, 67, MRN 4482913, was admitted to Larkspur Falls Hospital on 3 March with a stroke.";
    let items = [
        item("1", "https://fenwick.example/kept#top", grave),
        item("2", "https://fenwick.example/not-kept", &grave.replace("Ellison", "Hollis")),
        item("3", "http://10.0.0.7/inside", &grave.replace("Ellison", "Marlow")),
        item("4", "https://fenwick.example/broken", &grave.replace("Ellison", "Quayle")),
        item("5", "https://fenwick.example/harmless", "The clinic is open until four today."),
    ];
    fs::write(folder.path().join("a.jsonl"), items.concat()).unwrap();
    let index = Server::with(|target, stream| {
        let asked = Url::parse(&format!("http://h.example{target}")).unwrap();
        let page = asked.query_pairs().find(|(name, _)| name == "url").map(|(_, value)| value.into_owned());
        let body = match page.as_deref() {
            Some("https://fenwick.example/kept") => {
                r#"[["timestamp","original"],["20240301101112","https://fenwick.example/kept"]]"#
            }
            Some("https://fenwick.example/broken") => "<html>Down for maintenance",
            _ => "[]",
        };
        reply(stream, "200 OK", "Content-Type: application/json", body.as_bytes());
    });
    let address = index.url("/cdx/search/cdx").to_string();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();

    let plain = run(&folder, &["audit", "a.jsonl", "-o", "plain.csv"]);
    assert_eq!(plain.status.code(), Some(1), "{}", stderr(&plain));
    assert!(!read("plain.csv").contains("archived_url"));
    assert!(index.targets().is_empty());

    let told = run(
        &folder,
        &["audit", "a.jsonl", "--wayback", "--wayback-index", &address, "--allow-loopback", "-o", "told.csv"],
    );
    assert_eq!(told.status.code(), Some(3), "{}", stderr(&told));
    let said = stderr(&told);
    assert!(
        said.contains("for archived copies of 4 pages with critical findings: it is told their addresses"),
        "{said}"
    );
    let mut table = csv::Reader::from_reader(read("told.csv").into_bytes().leak() as &[u8]);
    let headers = table.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    assert_eq!(at("archived_url"), headers.len() - 1);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let copy = index.url("/web/20240301101112/https://fenwick.example/kept").to_string();
    for row in &rows {
        let kept = row[at("item_id")] == *"1" && row[at("severity")] == *"critical";
        assert_eq!(&row[at("archived_url")], if kept { copy.as_str() } else { "" }, "{row:?}");
    }
    assert!(rows.iter().any(|row| row[at("archived_url")] == copy));
    let targets = index.targets().join("\n");
    assert_eq!(index.targets().len(), 4, "{targets}");
    assert!(
        !targets.contains("harmless") && !targets.contains("10.0.0.7") && !targets.contains("%23top"),
        "{targets}"
    );

    let record: Value = serde_json::from_str(&read("told.run.json")).unwrap();
    let input = record["inputs"][0].to_string();
    assert!(input.contains("was told the addresses of 3 pages") && input.contains("127.0.0.1"), "{input}");
    assert!(
        input.contains("archived copies: not asked about, the page is not on the public internet"),
        "{input}"
    );
    assert!(
        input.contains("archived copies: the answer of the index is not what its documentation says"),
        "{input}"
    );
}
