//! Bad inputs, as a user meets them: the exit code, what is said, and what is still written.
//!
//! How each is recognised is tested beside its source; here the whole command must end well.

#![allow(clippy::unwrap_used)]

mod archive_support;
mod web_support;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use archive_support::{Archive, tweet, tweets};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use web_support::{Server, reply};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Audits `input` in an empty folder and shows how that ended, without what differs from run to run.
fn audited(input: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command.current_dir(folder.path()).env_clear().stdin(Stdio::null());
    let output = command.args(["audit", "--allow-loopback", input]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let (varies, name) = shown_name(input);
    let said: Vec<&str> = said.lines().take_while(|line| *line != "Possible issues").collect();
    let said = said.join("\n").replace(&varies, &name);
    assert!(!said.contains("internal error"), "{said}");
    format!("exit code {}, {}\n{said}\n", output.status.code().unwrap(), written(&folder))
}

/// What of an input is the same in every run.
fn shown_name(input: &str) -> (String, String) {
    match input.find("/page/") {
        Some(at) => (input[..at].to_owned(), "http://HOST".to_owned()),
        None => (input.to_owned(), Path::new(input).file_name().unwrap().to_string_lossy().into_owned()),
    }
}

/// A record says `complete` if and only if everything was read; no half-written file stays behind.
fn written(folder: &TempDir) -> String {
    let names =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    if names.is_empty() {
        return "nothing written".to_owned();
    }
    assert_eq!(names, ["audit.csv", "audit.run.json"]);
    let record: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("audit.run.json")).unwrap()).unwrap();
    assert!(fs::read_to_string(folder.path().join("audit.csv")).unwrap().starts_with("severity,"));
    format!("complete: {}", record["complete"])
}

fn two_posts() -> Archive {
    Archive::new().with("data/tweets.js", tweets(&[tweet("1", "first"), tweet("2", "second")]))
}

fn zip_of(name: &str, content: &[u8]) -> Archive {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    two_posts().zipped_below("").rewritten(|_| bytes)
}

fn encrypted(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[6] |= 1;
    let listed = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[listed + 8] |= 1;
    bytes
}

fn half<T: Clone>(whole: Vec<T>) -> Vec<T> {
    whole[..whole.len() / 2].to_vec()
}

#[test]
fn bad_archives() {
    let inner = fs::read(two_posts().zipped_below("").path).unwrap();
    let bomb = [b"[".as_slice(), &vec![b' '; 32 << 20], b"]"].concat();
    let broken =
        tweets(&[tweet("1", "first"), "{\"tweet\": {\"id_str\": }}".to_owned(), tweet("3", "third")]);
    let cut = tweets(&[tweet("1", "first"), tweet("2", &"long ".repeat(200))]);
    let latin = tweets(&[tweet("1", "caf\u{e9}")]).chars().map(|c| c as u8).collect::<Vec<u8>>();
    let nulls = tweet("1", "first")
        .replace("\"lang\": \"en\"", "\"entities\": null, \"edit_info\": null, \"lang\": null");
    let cases = [
        ("truncated zip", two_posts().zipped_below("").rewritten(half)),
        ("encrypted zip", two_posts().zipped_below("").rewritten(encrypted)),
        ("zip in a zip", zip_of("download/twitter-2024.zip", &inner)),
        ("zip bomb", zip_of("data/tweets.js", &bomb)),
        ("another platform's zip", zip_of("messages/index.json", b"{}")),
        ("tweets.js cut in half", Archive::new().with("data/tweets.js", half(cut.into_bytes()))),
        ("one broken record", Archive::new().with("data/tweets.js", broken)),
        ("Latin-1", Archive::new().with("data/tweets.js", latin)),
        (
            "a post of 2 MB",
            Archive::new().with("data/tweets.js", tweets(&[tweet("1", &"word ".repeat(400_000))])),
        ),
        ("nulls for lists", Archive::new().with("data/tweets.js", tweets(&[nulls]))),
        ("empty folder", Archive::new()),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|(name, archive)| format!("# {name}\n{}", audited(&archive.path.display().to_string())))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn bad_pages() {
    const HTML: &str = "Content-Type: text/html; charset=utf-8";
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![b' '; 40 << 20]).unwrap();
    let inflates = gzip.finish().unwrap();
    assert!(inflates.len() * 900 < 40 << 20);
    let server = Server::with(move |target, stream| match target {
        "/page/inside" => {
            reply(stream, "302 Found", "Location: http://169.254.169.254/latest/meta-data/", b"")
        }
        "/page/endless" => {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{HTML}\r\n\r\n").as_bytes());
            while stream.write_all(&[b'a'; 1 << 16]).is_ok() {}
        }
        "/page/inflates" => reply(stream, "200 OK", &format!("{HTML}\r\nContent-Encoding: gzip"), &inflates),
        "/page/deep" => {
            let (open, close) = ("<div>".repeat(100_000), "</div>".repeat(100_000));
            reply(stream, "200 OK", HTML, format!("<title>Deep</title>{open}words inside{close}").as_bytes());
        }
        _ => reply(stream, "200 OK", HTML, b"<title>T</title><p>caf\xe9 and na\xefve words"),
    });
    let pages = ["inside", "endless", "inflates", "deep", "lying-charset"];
    let all: Vec<String> = pages
        .iter()
        .map(|page| format!("# {page}\n{}", audited(server.url(&format!("/page/{page}")).as_str())))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}
