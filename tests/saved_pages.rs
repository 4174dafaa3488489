//! Pages saved beside other things: MHTML, WARC, WACZ and HAR.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use archive_support::{Read, shown};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use whitecoat::sources::input::Input;
use whitecoat::sources::{InputError, Options};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/saved").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

/// Reads one input, whose folder is taken out of all that is said.
fn try_read(path: &Path) -> Result<Read, InputError> {
    let folder = format!("{}/", path.parent().unwrap().display());
    let mut read = Read::default();
    let inputs = Input::recognise(path.as_os_str())?;
    assert_eq!(inputs.len(), 1);
    inputs[0].read(&Options::default(), &mut read)?;
    for item in &mut read.items {
        item.source = item.source.replace(&folder, "");
    }
    for gap in read.coverage.skipped.values_mut().chain(read.coverage.failed.values_mut()) {
        gap.examples = gap.examples.iter().map(|example| example.replace(&folder, "")).collect();
    }
    Ok(read)
}

/// Reads bytes as an input with a name that says nothing.
fn read_bytes(bytes: &[u8]) -> Result<Read, InputError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    fs::write(&path, bytes).unwrap();
    try_read(&path)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A WARC whose records are packed one by one, as most are.
fn packed(warc: &[u8]) -> Vec<u8> {
    let mut starts: Vec<usize> = memchr::memmem::find_iter(warc, b"WARC/1.0\r\n").collect();
    starts.push(warc.len());
    starts.windows(2).flat_map(|ends| gzip(&warc[ends[0]..ends[1]])).collect()
}

fn wacz(warc_name: &str, warc: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [
        ("datapackage.json", b"{\"profile\": \"data-package\"}".as_slice()),
        ("pages/pages.jsonl", b"{\"format\": \"json-pages-1.0\"}\n"),
        (warc_name, warc),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A response in a WARC.
fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let block = [format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes(), body].concat();
    let record = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [record.as_bytes(), &block, b"\r\n\r\n"].concat()
}

const PAGE: &[u8] =
    b"<!doctype html><title>Hours</title><p>We open at nine in the morning, from Monday to Friday.</p>";

#[test]
fn reads_each_format() {
    for name in ["hip.mhtml", "surgery.warc", "visit.har", "single.html"] {
        insta::assert_snapshot!(name, shown(&try_read(&fixture(name)).unwrap()));
    }
}

#[test]
fn packing_changes_nothing() {
    let warc = bytes("surgery.warc");
    let plain = read_bytes(&warc).unwrap();
    assert_eq!(plain.items.len(), 3);
    for same in [packed(&warc), gzip(&warc)] {
        assert_eq!(shown(&read_bytes(&same).unwrap()), shown(&plain));
    }
    for (name, warc) in [("archive/data.warc.gz", packed(&warc)), ("archive/data.warc", warc)] {
        let read = read_bytes(&wacz(name, &warc)).unwrap();
        assert_eq!(read.texts(), plain.texts());
        assert!(
            read.recognised.starts_with("collection of WARC files with 4 pages of drhale.example"),
            "{}",
            read.recognised
        );
        assert_eq!(read.skipped("A file beside the WARC files (index, list of pages, digests): no page"), 2);
        assert!(read.items[0].source.starts_with(&format!("{name}#3#")), "{}", read.items[0].source);
    }
}

#[test]
fn an_unpacked_wacz_is_one_input() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("archive")).unwrap();
    fs::write(folder.path().join("archive/a.warc"), bytes("surgery.warc")).unwrap();
    assert!(try_read(folder.path()).is_err());
    fs::write(folder.path().join("datapackage.json"), "{}").unwrap();
    assert_eq!(try_read(folder.path()).unwrap().items.len(), 3);
}

#[test]
fn wrong_lengths_cost_one_record() {
    let warc = bytes("surgery.warc");
    let text = String::from_utf8_lossy(&warc).into_owned();
    let lost = "A WARC record does not begin where the one before it ends";
    let at = text.find("Content-Length: 4").unwrap();
    let end = at + text[at..].find('\r').unwrap();
    for (length, reason) in [
        ("Content-Length: 9", lost),
        ("Content-Length: 720", lost),
        ("Content-Length: many", "A WARC record does not say how long it is"),
        ("Content-Length: -1", "A WARC record does not say how long it is"),
        ("No-Length: 1", "A WARC record does not say how long it is"),
    ] {
        let broken = format!("{}{length}{}", &text[..at], &text[end..]);
        let read = read_bytes(broken.as_bytes()).unwrap();
        assert!(read.failed(reason) > 0, "{length}: {:?}", read.coverage);
        assert!(read.texts().iter().any(|text| text.contains("now open every weekday")), "{length}");
    }
    let far = format!("{}Content-Length: 18446744073709551615{}", &text[..at], &text[end..]);
    assert!(read_bytes(far.as_bytes()).err().unwrap().to_string().contains("ends within a WARC record"));
}

#[test]
fn cut_files_give_what_they_hold() {
    let warc = bytes("surgery.warc");
    let whole = packed(&warc);
    let read = read_bytes(&whole[..whole.len() - 100]).unwrap();
    assert!(!read.coverage.is_complete() && read.items.len() >= 2, "{:?}", read.coverage);
    let mhtml = bytes("hip.mhtml");
    let read = read_bytes(&mhtml[..mhtml.len() - 200]).unwrap();
    assert_eq!(read.failed("The MHTML file ends within its last part"), 1);
    assert!(read.texts()[0].contains("Six weeks after"));
    let har = bytes("visit.har");
    let read = read_bytes(&har[..har.len() - 400]).unwrap();
    assert!(!read.coverage.is_complete() && read.items.len() == 2, "{:?}", read.coverage);
}

#[test]
fn packed_bodies_are_read_and_bombs_are_not() {
    let packed = response("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &gzip(PAGE));
    assert!(read_bytes(&packed).unwrap().texts()[0].contains("at nine"));
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let inner = response("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &bomb);
    let read = read_bytes(&[inner, response("Content-Type: text/html\r\n", PAGE)].concat()).unwrap();
    assert_eq!((read.items.len(), read.failed("A page is larger than the limit of 16 MiB")), (1, 1));
    let outer = gzip(&[response("Content-Type: text/html\r\n", PAGE), vec![b' '; 40 << 20]].concat());
    let read = read_bytes(&outer).unwrap();
    assert!(read.coverage.failed.keys().any(|reason| reason.contains("like a bomb")), "{:?}", read.coverage);
    assert_eq!(read.items.len(), 1);
}

#[test]
fn a_file_without_a_page_says_what_is_in_it() {
    let picture = response("Content-Type: image/png\r\n", b"PNG");
    let error = read_bytes(&picture).err().unwrap().to_string();
    assert!(error.contains("this WARC file holds no page that can be read: 1 x A picture"), "{error}");
    let error = read_bytes(b"{\"log\": {\"creator\": {}, \"entries\": []}}").err().unwrap().to_string();
    assert!(error.contains("this HAR file holds no record"), "{error}");
    let head = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n";
    let error = read_bytes(head.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("this MHTML file holds no record"), "{error}");
}

#[test]
fn mail_and_plain_json_are_not_claimed() {
    for (content, expected) in [
        (
            "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n",
            "plain text",
        ),
        ("{\"log\": [1, 2]}", "JSON"),
        ("{\"id\": \"1\", \"log\": {}}", "JSON"),
    ] {
        let error = read_bytes(content.as_bytes()).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn parts_in_parts_and_odd_boundaries() {
    let page = String::from_utf8_lossy(PAGE).into_owned();
    let mhtml = format!(
        "MIME-Version: 1.0\nContent-Type: multipart/related; type=\"text/html\"; boundary=out\n\nA preamble.\n--out\nContent-Type: \
         multipart/alternative; boundary=\"in\"\n\n--in\nContent-Type: text/plain\n\nplain\n--in\nContent-Type: \
         text/html\nContent-Location: https://a.example/x\n\n{page}\n--inner is no boundary\n--in--\nan epilogue\n--out\nno head\n--out"
    );
    let read = read_bytes(mhtml.as_bytes()).unwrap();
    assert_eq!(read.items.len(), 1, "{:?}", read.coverage);
    assert_eq!(read.items[0].url.as_deref(), Some("https://a.example/x"));
    assert!(read.texts()[0].contains("no boundary"));
    assert_eq!(read.skipped("Text that is no HTML page"), 1);
}

#[test]
fn sample_warcs() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages");
    if !pages.exists() {
        return;
    }
    let mut lines = Vec::new();
    for folder in ["warc", "wacz"] {
        let mut files: Vec<_> =
            fs::read_dir(pages.join(folder)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let line = match try_read(&file) {
                Ok(read) => {
                    let failed: u64 = read.coverage.failed.values().map(|gap| gap.count).sum();
                    let skipped: u64 = read.coverage.skipped.values().map(|gap| gap.count).sum();
                    let items = read.items.len();
                    format!("{name}: {items} items, {skipped} left out, {failed} failed; {}", read.recognised)
                }
                Err(error) => format!(
                    "{name}: {}",
                    error.to_string().lines().next().unwrap().replace(&*pages.to_string_lossy(), "PAGES")
                ),
            };
            lines.push(line);
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is damaged, the reading ends, and what it gives came from the file.
    #[test]
    fn damage_never_makes_it_panic(
        which in 0..4_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match which {
            0 => bytes("hip.mhtml"),
            1 => bytes("surgery.warc"),
            2 => packed(&bytes("surgery.warc")),
            _ => bytes("visit.har"),
        };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut.index(bytes.len() / 4));
        if let Ok(read) = read_bytes(&bytes) {
            prop_assert!(read.items.iter().all(|item| !item.id.is_empty() && item.source.starts_with("input")));
        }
    }
}
