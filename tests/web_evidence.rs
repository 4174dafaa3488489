//! The command on loopback servers: evidence that replays offline, and platforms that give what their exports give.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use tempfile::TempDir;
use web_support::{Collected, Server, html, quick, reply};
use whitecoat::sources::web::Limits;
use whitecoat::sources::{Options, archive};
use whitecoat_engine::Visibility;

const HTML: &str = "Content-Type: text/html; charset=utf-8";
const POST: &str = "<p>Saw my patient Margaret Ellison, 67, on the ward at Larkspur Falls Hospital yesterday. She was admitted \
                    with a stroke on 3 March and her daughter told me the whole story.</p>";

fn run(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command
        .current_dir(folder.path())
        .args(args)
        .env_clear()
        .env("XDG_CACHE_HOME", folder.path().join("cache"));
    command.stdin(Stdio::null()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

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
    let count = |kind: &str| text.matches(&format!("WARC-Type: {kind}\r\n")).count();
    // robots.txt (twice: once as such, once for its sitemaps), the sitemap, five addresses, one of them three times.
    assert_eq!((count("warcinfo"), count("request"), count("metadata")), (1, 11, 3));
    assert_eq!(count("response"), 8);
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

#[test]
fn several_sites_are_read_at_once_and_one_that_hangs_holds_up_none() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (site(), Server::with(|_, stream| reply(stream, "404 Not Found", "", b"")));
    let (one, two) = (one.url("/").to_string(), two.url("/").to_string());
    fs::write(folder.path().join("a.jsonl"), "{\"id\":\"1\",\"text\":\"a\"}\n").unwrap();
    let output = run(&folder, &["extract", "a.jsonl", &two, &one, "--allow-loopback", "-o", "all.jsonl"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let lines = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    // What is fetched comes first, files after it.
    assert!(lines.lines().count() > 3 && lines.lines().last().unwrap().contains("\"id\":\"1\""), "{lines}");
    assert!(stderr(&output).contains("no page here any more"), "{}", stderr(&output));
    assert!(folder.path().join("cache/whitecoat").is_dir());
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// A server that answers as `origin` did, whose answers are stored in `tests/fixtures/walks`.
fn platform(stored: &str, origin: &'static str, page: (&'static str, &'static str)) -> Server {
    let text = fs::read_to_string(fixture("walks").join(stored)).unwrap();
    let stored: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    Server::with(move |target, stream| {
        let here = format!("http://{}", stream.local_addr().unwrap());
        let mut send = |kind: &str, headers: &str, body: &str| {
            let headers = format!("Content-Type: {kind}{}", headers.replace(origin, &here));
            reply(stream, "200 OK", &headers, body.replace(origin, &here).as_bytes());
        };
        if target == page.0 {
            return send("text/html", "", page.1);
        }
        let Some(answer) = stored.get(&format!("{origin}{target}")) else {
            return reply(stream, "404 Not Found", "", b"");
        };
        let headers = answer["headers"].as_object().into_iter().flatten();
        let headers: String =
            headers.map(|(name, value)| format!("\r\n{name}: {}", value.as_str().unwrap())).collect();
        send("application/json", &headers, &answer["body"].to_string());
    })
}

/// What is public in an export: kinds and words.
fn archived(name: &str) -> BTreeSet<String> {
    let mut sink = Collected::default();
    archive::read(&fixture("archives").join(name), &Options::default(), &mut sink).unwrap();
    let public = sink.items.iter().filter(|item| item.visibility == Visibility::Public);
    public.map(|item| format!("{:?} {}", item.kind, item.text)).collect()
}

#[test]
fn platforms_give_what_their_exports_give() {
    let blog =
        "<!doctype html><link rel='https://api.w.org/' href='https://fenwick.example/blog/wp-json/'><p>Notes";
    for (stored, origin, page, export) in [
        ("wordpress.json", "https://fenwick.example", ("/blog/", blog), "wordpress"),
        ("mastodon.json", "https://med.example", ("/@orla", "<p>only scripts"), "mastodon"),
    ] {
        let server = platform(stored, origin, page);
        let (sink, outcome) = server.read_within(page.0, &Limits { depth: 30, ..quick() });
        outcome.unwrap();
        let live: BTreeSet<String> =
            sink.items.iter().map(|item| format!("{:?} {}", item.kind, item.text)).collect();
        let here = server.url("/").to_string();
        let live: BTreeSet<String> =
            live.iter().map(|item| item.replace(here.trim_end_matches('/'), origin)).collect();
        let missing: Vec<_> = archived(export).difference(&live).cloned().collect();
        assert!(missing.is_empty(), "{stored}: missing {missing:#?}\nfound {live:#?}\n{:?}", sink.coverage);
    }
}

/// The items of one platform id in an items file.
fn states(lines: &str, source: &str) -> BTreeMap<String, String> {
    let items = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_source = items.filter(|item| item["source"].as_str().unwrap().starts_with(source));
    let field = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    of_source.map(|item| (field(&item, "id"), field(&item, "live_state"))).collect()
}

#[test]
fn an_archive_is_compared_with_the_live_account() {
    let folder = tempfile::tempdir().unwrap();
    let server = platform("mastodon.json", "https://med.example", ("/@orla", "<p>only scripts"));
    let url = server.url("/@orla").to_string();
    // The archive of the same account, had it been on this server.
    fs::create_dir(folder.path().join("archive")).unwrap();
    for file in fs::read_dir(fixture("archives/mastodon")).unwrap().map(Result::unwrap) {
        if let Ok(text) = fs::read_to_string(file.path()) {
            let here = server.url("/").to_string();
            let text = text.replace("https://med.example", here.trim_end_matches('/'));
            fs::write(folder.path().join("archive").join(file.file_name()), text).unwrap();
        }
    }
    let archive = "archive";
    let arguments = ["--allow-loopback", "--evidence", "e.warc.gz", "-o", "both.jsonl"];
    run(&folder, &[&["extract", archive, url.as_str()][..], &arguments].concat());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let both = states(&read("both.jsonl"), "outbox.json");
    let of = |state: &str| both.values().filter(|value| *value == state).count();
    assert_eq!((of("live"), of("deleted"), of("unknown")), (4, 0, 1), "{both:?}");

    // The same from the evidence; alone, the archive cannot know.
    run(&folder, &["extract", archive, "e.warc.gz", "-o", "again.jsonl"]);
    assert_eq!(read("both.jsonl"), read("again.jsonl"));
    run(&folder, &["extract", archive, "-o", "alone.jsonl"]);
    assert!(states(&read("alone.jsonl"), "outbox.json").values().all(|state| state == "unknown"));
}

#[test]
fn what_was_deleted_and_is_still_visible_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let item = |id: &str, state: &str| {
        format!(
            "{{\"id\":\"{id}\",\"text\":\"Lovely weather on Tuesday\",\"platform\":\"x\",\"live_state\":\"{state}\"}}\n"
        )
    };
    let items: String =
        ["live", "deleted", "still-visible", "unknown"].map(|state| item(state, state)).concat();
    fs::write(folder.path().join("a.jsonl"), items).unwrap();
    run(&folder, &["audit", "a.jsonl", "-o", "a.csv", "--columns", "rule,item_id"]);
    let table = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert_eq!(table, "rule,item_id\naccount/permanence,still-visible\n");
}
