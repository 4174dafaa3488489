//! What pictures and documents in an export say about themselves, joined to the posts that show them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::fs;
use std::path::Path;
use std::process::Command;

use archive_support::{Archive, Read, tweets};
use whitecoat_engine::Media;

const NOTE: &str = "3 of 4 pictures and documents say";

fn media(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media").join(name)).unwrap()
}

/// A document whose information dictionary is far from its beginning.
fn letter() -> Vec<u8> {
    let info =
        b"1 0 obj\n<< /Title (Letter about Deborah W\\350lle) /Author (Zo\\353 Ravn) /Producer (x) >>\nendobj\ntrailer";
    [b"%PDF-1.4\n%".as_slice(), &[b'.'; 700_000], b"\n", info].concat()
}

fn facebook(photo: &[u8]) -> Archive {
    let folder = "your_facebook_activity/posts/media/Ward_1";
    let photos: Vec<String> = ["a.jpg", "b.dcm", "c.pdf", "plain.jpg"]
        .iter()
        .map(|name| {
            format!(
                r#"{{"uri": "{folder}/{name}", "creation_timestamp": 1700000000, "description": "{name}"}}"#
            )
        })
        .collect();
    Archive::new()
        .with("your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json", "[]")
        .with(
            "your_facebook_activity/posts/album/0.json",
            format!(r#"{{"name": "Ward", "photos": [{}]}}"#, photos.join(",")),
        )
        .with(&format!("{folder}/a.jpg"), photo)
        .with(&format!("{folder}/b.dcm"), media("scan.dcm"))
        .with(&format!("{folder}/c.pdf"), letter())
        .with(
            &format!("{folder}/plain.jpg"),
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9".as_slice(),
        )
}

fn shown<'r>(read: &'r Read, name: &str) -> &'r Media {
    read.items.iter().flat_map(|item| &item.media).find(|media| media.file_name == name).unwrap()
}

#[test]
fn facebook_media_are_looked_into_in_folder_and_zip() {
    for read in [facebook(&media("ward.jpg")).read(), facebook(&media("ward.jpg")).zipped_below("fb").read()]
    {
        let photo = shown(&read, "a.jpg");
        assert_eq!(photo.gps, Some((56.15, 10.2)));
        assert_eq!(photo.captured_at.unwrap().to_string(), "2023-11-14T22:10:00+01:00");
        assert_eq!((photo.author.as_str(), photo.device.as_str()), ("Zoe Ravn", "SN-0042"));
        assert_eq!(shown(&read, "b.dcm").patient, "WHITLOCK DEBORAH");
        let document = shown(&read, "c.pdf");
        assert_eq!(
            (document.title.as_str(), document.author.as_str()),
            ("Letter about Deborah Wèlle", "Zoë Ravn")
        );
        let plain = shown(&read, "plain.jpg");
        assert_eq!((plain.gps, plain.author.as_str()), (None, ""));
        assert!(read.coverage.notes.iter().any(|note| note.starts_with(NOTE)), "{:?}", read.coverage.notes);
    }
}

#[test]
fn damaged_media_cost_nothing() {
    let whole = media("ward.jpg");
    for cut in [0, 3, 12, 40, whole.len() / 2] {
        let read = facebook(&whole[..cut]).read();
        assert_eq!(read.items.len(), 4, "{cut}");
        assert_eq!(shown(&read, "b.dcm").patient, "WHITLOCK DEBORAH");
        assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    }
}

#[test]
fn x_media_are_joined_by_the_name_that_x_gave() {
    let tweet = r#"{"tweet": {"id_str": "7", "id": "7", "full_text": "view https://t.co/x", "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "extended_entities": {"media": [{"type": "photo", "media_url_https": "https://pbs.twimg.com/media/DpAbc.jpg", "url": "https://t.co/x"}]}}}"#;
    let read = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[tweet.to_owned()]))
        .with("data/tweets_media/7-DpAbc.jpg", media("ward.jpg"))
        .zipped_below("")
        .read();
    assert_eq!(shown(&read, "7-DpAbc.jpg").gps, Some((56.15, 10.2)));
}

#[test]
fn a_patient_in_a_file_is_a_finding() {
    let archive = facebook(&media("ward.jpg"));
    let out = archive.path.with_file_name("audit.csv");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command.arg("audit").arg(&archive.path).arg("-o").arg(&out);
    command.args(["--columns", "rule,item_id,excerpt"]).output().unwrap();
    let table = fs::read_to_string(out).unwrap();
    assert!(table.contains("privacy/media-metadata"), "{table}");
    assert!(!table.contains("WHITLOCK"), "{table}");
}
