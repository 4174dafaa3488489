//! Zips, folders and files that are damaged, hostile, or not what they seem.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::fs;
use std::io::{Cursor, Write};

use archive_support::{Archive, read, try_read, tweet, tweets};
use proptest::prelude::*;
use whitecoat::sources::archive::claims;
use zip::write::{FileOptions, SimpleFileOptions};
use zip::{CompressionMethod, ZipWriter};

fn two_posts() -> Archive {
    Archive::new().with("data/tweets.js", tweets(&[tweet("1", "a"), tweet("2", "b")]))
}

/// An archive whose zip the test writes itself.
fn custom(write: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Archive {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    write(&mut zip);
    let bytes = zip.finish().unwrap().into_inner();
    two_posts().zipped_below("").rewritten(|_| bytes)
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
}

fn assert_says(archive: &Archive, parts: &[&str]) {
    assert!(claims(&archive.path), "{}", archive.path.display());
    let error = archive.error();
    for part in parts.iter().chain(&["expected:", "try:"]) {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

#[test]
fn refuses_a_truncated_zip() {
    let cut = two_posts().zipped_below("").rewritten(|mut bytes| {
        bytes.truncate(bytes.len() / 2);
        bytes
    });
    assert_says(&cut, &["archive.zip", "cut off or damaged", "download it again"]);
}

#[test]
fn reports_a_damaged_entry_and_reads_the_others() {
    let archive = two_posts().with("data/tweets-part1.js", tweets(&[tweet("3", "c")])).zipped_below("");
    let damaged = archive.rewritten(|mut bytes| {
        // In the packed bytes of the first entry: behind its header of 30 bytes and its name.
        bytes[30 + "data/tweets.js".len() + 20] ^= 0xFF;
        bytes
    });
    let read = damaged.read();
    assert!(read.ids().contains(&"3"), "{:?}", read.ids());
    assert_eq!(read.failed("cannot be read further"), 1, "{:?}", read.coverage.failed);
}

#[test]
fn refuses_an_encrypted_zip() {
    // The flag that says "encrypted", in the local header and in the list of entries.
    let encrypted = two_posts().zipped_below("").rewritten(|mut bytes| {
        bytes[6] |= 1;
        let listed = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        bytes[listed + 8] |= 1;
        bytes
    });
    assert_says(&encrypted, &["encrypted", "unpack it with its password"]);
}

#[test]
fn refuses_a_zip_in_a_zip() {
    let inner = fs::read(two_posts().zipped_below("").path).unwrap();
    let outer = custom(|zip| add(zip, "download/twitter-2024.zip", &inner));
    assert_says(&outer, &["another zip inside", "download/twitter-2024.zip", "give the inner one"]);
}

#[test]
fn stops_at_a_bomb_and_says_why() {
    let zeros = vec![b' '; 32 * 1024 * 1024];
    let bomb = custom(|zip| {
        add(zip, "data/tweets.js", &[b"[".as_slice(), &zeros, b"]"].concat());
        add(zip, "data/deleted-tweets.js", tweets(&[tweet("9", "small")]).as_bytes());
    });
    let read = bomb.read();
    assert_eq!(read.ids(), ["9"]);
    assert_eq!(read.failed("more than 200 times its size"), 1, "{:?}", read.coverage.failed);
}

#[test]
fn refuses_overlapping_entries() {
    let overlapping = custom(|zip| {
        add(zip, "data/tweets.js", tweets(&[tweet("1", "a")]).as_bytes());
        zip.shallow_copy_file("data/tweets.js", "data/tweets-part1.js").unwrap();
    });
    assert_says(&overlapping, &["lie over one another", "zip bomb"]);
}

#[test]
fn refuses_a_part_of_a_split_zip() {
    let part =
        two_posts().zipped_below("").rewritten(|bytes| [b"PK\x07\x08", bytes.get(..60).unwrap()].concat());
    assert_says(&part, &["one part of a split zip", "zip -s 0"]);
    let archive = two_posts().zipped_below("");
    let last = archive.rewritten(|bytes| bytes.get(100..200).unwrap().to_vec());
    let first = last.path.with_extension("z01");
    fs::write(&first, b"anything").unwrap();
    let error = try_read(&first, false).err().unwrap().to_string();
    assert!(error.contains("one part of a split zip"), "{error}");
}

#[test]
fn never_follows_names_that_lead_outside() {
    let hostile = custom(|zip| {
        add(zip, "../../data/tweets.js", tweets(&[tweet("1", "outside")]).as_bytes());
        add(zip, "/data/tweets-part1.js", tweets(&[tweet("2", "outside")]).as_bytes());
        add(zip, "data/tweets-part2.js", tweets(&[tweet("3", "inside")]).as_bytes());
    });
    let read = hostile.read();
    assert_eq!(read.ids(), ["3"]);
    assert_eq!(read.skipped("leads outside"), 2);
}

#[test]
fn reads_stored_entries_and_windows_separators() {
    let archive = custom(|zip| {
        let options = FileOptions::<()>::default().compression_method(CompressionMethod::Stored);
        zip.start_file("export\\data\\tweets.js", options).unwrap();
        zip.write_all(tweets(&[tweet("1", "a")]).as_bytes()).unwrap();
    });
    assert_eq!(archive.read().ids(), ["1"]);
}

#[test]
fn refuses_what_is_empty() {
    assert_says(&Archive::new(), &["the folder holds no files"]);
    assert_says(&custom(|_| {}), &["the zip holds no files"]);
}

#[test]
fn refuses_what_is_no_archive() {
    let text = Archive::new().with("notes.txt", "just notes").alone();
    assert!(!claims(&text.path));
    let error = text.error();
    assert!(error.contains("no archive") && error.contains("items file"), "{error}");
    let folder = Archive::new().with("holiday/plan.txt", "sun").with("holiday/a.jpg", "x");
    assert_says(&folder, &["none of its 2 files is known", "holiday/plan.txt"]);
    let missing = try_read(&folder.path.join("nowhere"), false).err().unwrap().to_string();
    assert!(missing.contains("nowhere"), "{missing}");
}

#[test]
fn names_the_other_platform() {
    for (file, platform) in [
        ("outbox.json", "Mastodon"),
        ("Takeout/archive_browser.html", "Google Takeout"),
        ("Shares.csv", "LinkedIn"),
        ("comment_headers.csv", "Reddit"),
    ] {
        assert_says(
            &Archive::new().with(file, "x").zipped_below("me"),
            &[platform, "reads archives of X", "items file"],
        );
    }
}

#[cfg(unix)]
#[test]
fn never_follows_links() {
    let outside = two_posts();
    let archive = Archive::new().with("data/tweets.js", tweets(&[tweet("7", "mine")]));
    std::os::unix::fs::symlink(
        outside.path.join("data/tweets.js"),
        archive.path.join("data/tweets-part1.js"),
    )
    .unwrap();
    std::os::unix::fs::symlink(&archive.path, archive.path.join("circle")).unwrap();
    let read = archive.read();
    assert_eq!(read.ids(), ["7"]);
    assert_eq!(read.skipped("symbolic link"), 2);
}

#[test]
fn names_the_platforms_of_the_samples() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    if !samples.exists() {
        return;
    }
    for (folder, platform) in [
        ("linkedin", "LinkedIn"),
        ("mastodon", "Mastodon"),
        ("reddit", "Reddit"),
        ("tiktok", "TikTok"),
        ("google-takeout", "Google Takeout"),
        ("bluesky", "Bluesky"),
        ("tumblr", "Tumblr"),
        ("medium", "Medium"),
        ("whatsapp", "WhatsApp"),
    ] {
        let error = try_read(&samples.join(folder), false).err().unwrap().to_string();
        assert!(error.contains(&format!("export of {platform}")), "{folder}: {error}");
    }
    let x = samples.join("twitter/denchi-lumeninferiusarchive/data");
    assert_eq!(read(&x, false).items.len(), 23, "a folder inside of the archive will do");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn survives_damaged_zips(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let archive = two_posts().with_account().zipped_below("top").rewritten(|mut bytes| {
            for (place, byte) in places {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        });
        if let Err(error) = try_read(&archive.path, true) {
            prop_assert!(error.to_string().contains("try:"), "{}", error);
        }
    }

    #[test]
    fn survives_damaged_records(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        file in prop::sample::select(vec!["tweets.js", "note-tweet.js", "direct-messages.js", "manifest.js", "tweets.csv"]),
    ) {
        let mut content = match file {
            "tweets.csv" => b"tweet_id,timestamp,text\n1,2013-01-01 10:00:00 +0000,\"a\"\n".to_vec(),
            "note-tweet.js" => br#"window.YTD.note_tweet.part0 = [{"noteTweet": {"noteTweetId": "1", "createdAt": "2018-10-10T20:19:24.000Z", "core": {"text": "a"}}}]"#.to_vec(),
            "direct-messages.js" => br#"window.YTD.direct_messages.part0 = [{"dmConversation": {"messages": [{"messageCreate": {"id": "1", "text": "a"}}]}}]"#.to_vec(),
            "manifest.js" => br#"window.__THAR_CONFIG = {"userInfo": {"userName": "a"}, "dataTypes": {"tweets": {"files": [{"fileName": "data/tweets.js", "count": "2"}]}}}"#.to_vec(),
            _ => tweets(&[tweet("1", "a"), tweet("2", "b"), tweet("3", "c")]).into_bytes(),
        };
        for (place, byte) in places {
            let at = place.index(content.len());
            content[at] = byte;
        }
        let archive = two_posts().with(&format!("data/{file}"), content);
        archive.read_with_messages();
    }
}
