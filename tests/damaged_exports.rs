//! Exports of every table and page reader with one damaged file: nothing panics, the damage is said, the rest is read.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::path::{Path, PathBuf};

use archive_support::{Archive, Read};

/// Each fixture with a file of it, and how many items come from that file.
const FILES: &[(&str, &str, usize)] = &[
    ("linkedin", "Shares.csv", 3),
    ("linkedin", "Comments_10012.csv", 2),
    ("linkedin", "Articles/asthma-made-simple-ingrid-falk.html", 1),
    ("reddit", "comments.csv", 2),
    ("reddit", "posts.csv", 2),
    ("takeout", "Takeout/YouTube and YouTube Music/videos/videos.csv", 1),
    ("takeout", "Takeout/Maps (your places)/Reviews.json", 2),
    ("takeout", "Takeout/Google Business Profile/account-1/location-2/reviews.json", 1),
    ("takeout", "Takeout/Google+ Stream/Posts/20181201 - Night shift.json", 1),
    ("takeout", "Takeout/Google+ Stream/Posts/20110910 - Lots of good.html", 1),
    ("tiktok", "user_data_tiktok.json", 6),
    ("pinterest", "pinterest.html", 3),
    ("quora", "index.html", 2),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives").join(name)
}

fn whole(name: &str) -> Read {
    Archive::of(&fixture(name)).read()
}

/// The fixture with other bytes in one of its files. `None` where nothing of it could be read, with the message checked.
fn damaged(name: &str, file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Option<Read> {
    let archive = Archive::of(&fixture(name));
    let bytes = std::fs::read(archive.path.join(file)).unwrap();
    let archive = archive.with(file, change(bytes));
    match archive_support::try_read(&archive.path, true) {
        Ok(read) => Some(read),
        Err(error) => {
            assert!(error.to_string().contains("try:"), "{name} {file}: {error}");
            None
        }
    }
}

/// Texts of all items but private messages.
fn texts(read: &Read) -> Vec<&str> {
    let public = read.items.iter().filter(|item| item.kind != whitecoat_engine::Kind::Message);
    public.map(|item| item.text.as_str()).collect()
}

fn said(read: &Read) -> u64 {
    read.failed("") + read.skipped("")
}

#[test]
fn the_table_is_right() {
    for (name, file, count) in FILES {
        let found = whole(name).items.iter().filter(|item| item.source.starts_with(file)).count();
        // The account of TikTok stands in the same file.
        assert_eq!(found - usize::from(*name == "tiktok"), *count, "{name} {file}");
    }
}

#[test]
fn other_encodings_are_the_same_words() {
    for (name, file, _) in FILES {
        let expected = whole(name);
        let with_mark = |bytes: Vec<u8>| [b"\xEF\xBB\xBF".as_slice(), &bytes].concat();
        let utf16 = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        };
        assert_eq!(texts(&damaged(name, file, with_mark).unwrap()), texts(&expected), "{name} {file}");
        assert_eq!(texts(&damaged(name, file, utf16).unwrap()), texts(&expected), "{name} {file}");
    }
}

#[test]
fn an_empty_file_is_said() {
    for (name, file, count) in FILES {
        let Some(read) = damaged(name, file, |_| Vec::new()) else { panic!("{name} {file}") };
        assert!(read.failed("empty (0 bytes)") >= 1, "{name} {file}: {:?}", read.coverage);
        assert!(texts(&read).len() + count <= texts(&whole(name)).len(), "{name} {file}");
    }
}

#[test]
fn other_content_under_the_name_is_said() {
    let contents: [&[u8]; 8] = [
        b" \n",
        b"null",
        b"[]",
        b"{\"a\": {\"b\": 1}}",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xFF\xFE\xFD",
        b"id,permalink,date,ip,subreddit,gildings,url\nx,y,z\n",
        b"<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>",
        b"window.YTD.like.part0 = [ {\"like\": {}} ]",
    ];
    for (name, file, count) in FILES {
        for content in contents {
            let Some(read) = damaged(name, file, |_| content.to_vec()) else { continue };
            let expected = whole(name);
            let shown = String::from_utf8_lossy(content);
            let kept = texts(&expected).len() - count;
            // A page of other words may be one item; the record of nothing is none.
            assert!(texts(&read).len() <= kept + 1, "{name} {file} {shown}: {:?}", texts(&read));
            assert!(!texts(&read).iter().any(|text| text.contains("lollol")), "{name} {file}");
            let silent = matches!(content, b" \n" | b"null" | b"[]") && !file.ends_with(".csv");
            assert!(silent || said(&read) > 0, "{name} {file} {shown}: {:?}", read.coverage);
        }
    }
}

#[test]
fn a_file_that_is_cut_off_is_read_as_far_as_it_goes() {
    for (name, file, _) in FILES {
        let length = std::fs::metadata(fixture(name).join(file)).unwrap().len() as usize;
        for cut in [length / 4, length / 2, length * 9 / 10, length - 1] {
            let Some(read) = damaged(name, file, |bytes| bytes[..cut].to_vec()) else { continue };
            let expected = whole(name);
            assert!(texts(&read).len() <= texts(&expected).len(), "{name} {file} {cut}");
            // Pages and tables may end anywhere; JSON may not. A beginning that is too short tells nothing.
            let noticed = !read.coverage.is_complete() || read.skipped("unknown kind") > 0;
            assert!(noticed || !file.ends_with(".json"), "{name} {file} {cut}: {:?}", read.coverage);
        }
    }
}

#[test]
fn a_page_nested_without_end_costs_that_page() {
    for (name, file, _) in FILES.iter().filter(|(_, file, _)| file.ends_with(".html")) {
        let deep = "<div>".repeat(100_000);
        let read = damaged(name, file, |bytes| {
            String::from_utf8(bytes).unwrap().replacen("<div", &format!("{deep}<div"), 1).into_bytes()
        });
        let read = read.unwrap_or_else(|| panic!("{name} {file}"));
        let noted = read.coverage.notes.iter().any(|note| note.contains("too deep"));
        assert!(noted || read.failed("too deep") > 0, "{name} {file}: {:?}", read.coverage);
    }
}

/// A file of the fixture, what is replaced in it by what, what is said then, and how many items fewer there are.
const RECORDS: &[(&str, &str, &str, &str, &str, usize)] = &[
    ("reddit", "comments.csv", ",Agreed,", ",\"Agreed,", "never closed", 1),
    ("reddit", "comments.csv", "2024-01-12 18:00:00 UTC", "12 janvier 2024", "time was not understood", 0),
    ("reddit", "comments.csv", "kh2,", ",", "has no id", 1),
    ("linkedin", "Comments_10012.csv", "Congratulations!", "\"Congratulations!", "never closed", 1),
    ("takeout", "Takeout/Maps (your places)/Reviews.json", "\"Best rolls.\"", "Best", "", 1),
    ("takeout", "Takeout/Maps (your places)/Reviews.json", "\"Best rolls.\"", "null", "without words", 1),
    (
        "takeout",
        "Takeout/Maps (your places)/Reviews.json",
        "\"2024-06-03T19:30:00Z\"",
        "17",
        "time was not",
        0,
    ),
    ("tiktok", "user_data_tiktok.json", "\"Second\"", "\"Sec\\ud83d\"", "", 0),
    ("tiktok", "user_data_tiktok.json", "\"Second\"", "[\"x\"]", "without words", 1),
    (
        "tiktok",
        "user_data_tiktok.json",
        "\"2024-05-06 20:00:00\"",
        "\"2024-02-31 20:00:00\"",
        "time was not",
        0,
    ),
    ("tiktok", "user_data_tiktok.json", "\"Not in my ward", "Not in my ward", "not valid JSON", 1),
    ("tiktok", "user_data_tiktok.json", "\"Regretted\"\n        }", "\"Regretted\"\n        },", "", 0),
];

#[test]
fn a_broken_record_costs_no_more_than_itself() {
    for (name, file, from, to, reason, lost) in RECORDS {
        let read = damaged(name, file, |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{name} {from}");
            text.replacen(from, to, 1).into_bytes()
        });
        let read = read.unwrap_or_else(|| panic!("{name} {file}"));
        let fewer = texts(&whole(name)).len() - texts(&read).len();
        assert_eq!(fewer, *lost, "{name} {to}: {:?}", read.coverage);
        assert!(
            reason.is_empty() || read.failed(reason) + read.skipped(reason) > 0,
            "{to}: {:?}",
            read.coverage
        );
    }
}
