//! TikTok, Pinterest, Snapchat and Quora, whole and broken, through the library as a user of it would.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::path::Path;

use archive_support::{self as support, Archive, Read};
use whitecoat_engine::{Authorship, ParentKind, Visibility};

fn sample(name: &str) -> Option<Read> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(name);
    path.exists().then(|| support::read(&path, false))
}

#[test]
fn an_emptied_tiktok_account_is_read() {
    let Some(read) = sample("tiktok/LamineLSU-Privacy-Cost-of-Fun") else { return };
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    // The profile has no bio, and is there for its settings.
    let only = read.item("profile-user");
    assert_eq!((read.recognised.as_str(), read.items.len()), ("TikTok archive of @user", 1));
    assert!(only.profile.as_ref().unwrap().settings.private.is_some());
    assert!(read.skipped("watched") > 10, "{:?}", read.coverage);
}

#[test]
fn the_pinterest_sample_is_read() {
    let Some(read) = sample("pinterest/ChowSinWon-pinterest-export-parser") else { return };
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    let pin = read.item("123456789");
    assert_eq!((pin.text.as_str(), pin.account.as_str()), ("some text", "me"));
    assert_eq!((pin.authorship, pin.visibility), (Authorship::Reshare, Visibility::Public));
    assert_eq!(pin.created_at.unwrap().to_string(), "2017-02-13T15:35:01Z");
}

#[test]
fn tiktok_is_extracted() {
    insta::assert_snapshot!(support::extracted("tiktok", &["--include-messages"]));
}

#[test]
fn tiktok_reviews_questions_and_streams_are_read() {
    let data = r#"{"Comment": {"Comments": {"CommentsList": [{"date": "2026-01-02 03:04:05", "comment": "So did I", "original post link": "https://www.tiktokv.com/share/video/7300111/"}]}},
        "TikTok Shop": {"Product Reviews": {"ProductReviewHistories": [{"ReviewTime": "2025-01-01 00:00:00", "ReviewText": "Good shoes"}]}},
        "TikTok Live": {"Go Live History": {"GoLiveList": [{"RoomTitle": "Live from ward 7", "LiveStartTime": "2025-01-02 00:00:00"}]},
        "Watch Live History": {"WatchLiveMap": {"123": {"Comments": [{"CommentTime": "2025-01-03 00:00:00", "CommentContent": "hello"}], "Questions": [{"QuestionTime": "2025-01-03 00:00:01", "QuestionContent": "and who pays?"}]}}}}}"#;
    let read = Archive::new().with("user_data_tiktok.json", data).read();
    assert_eq!(read.texts(), ["So did I", "Good shoes", "Live from ward 7", "hello", "and who pays?"]);
    let parent = read.items[0].parent.as_ref().unwrap();
    assert_eq!((parent.kind, parent.id.as_deref()), (ParentKind::Post, Some("7300111")));
    assert_eq!(read.items[4].thread.as_deref(), Some("123"));
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
}

#[test]
fn a_line_that_begins_as_a_field_does_not_end_a_comment() {
    let comments = "Date: 2024-01-02 03:04:05 UTC\nComment: We moved.\nDate: Friday at three\nPhoto: N/A\n\nDate: 2024-01-03 03:04:05 UTC\nComment: next\n";
    let read = Archive::new().with("TikTok/Comments/Comments.txt", comments).read();
    assert_eq!(read.texts(), ["We moved.\nDate: Friday at three", "next"]);
}

#[test]
fn tiktok_as_text_is_extracted() {
    insta::assert_snapshot!(support::extracted("tiktok-text", &[]));
}

#[test]
fn tiktok_as_text_is_read_in_dutch_and_by_content() {
    let comment = "Datum: 2024-02-03 04:05:06 UTC\nReactie: Dat zegt mijn patiënt ook\nFoto: n.v.t.\n";
    let whole = Archive::new()
        .with("TikTok/Reacties/Reacties.txt", comment)
        .with(
            "TikTok/Berichten/Onlangs verwijderde berichten.txt",
            "Er staan geen gegevens in dit gedeelte\n",
        )
        .with("TikTok/Profiel/Profielinformatie.txt", "Gebruikersnaam: ola\nBiografie: Verpleegkundige\n")
        .read();
    assert!(whole.coverage.is_complete(), "{:?}", whole.coverage);
    assert_eq!(whole.texts(), ["Verpleegkundige", "Dat zegt mijn patiënt ook"]);
    assert_eq!(whole.recognised, "TikTok archive of @ola");
    let alone = Archive::new().with("download.txt", comment).alone().read();
    assert_eq!(alone.texts(), ["Dat zegt mijn patiënt ook"]);
}

#[test]
fn tiktok_as_text_in_another_language_is_said() {
    let read = Archive::new()
        .with(
            "Posts/Recently Deleted Posts.txt",
            "Fecha: 2024-02-03\nTítulo: uno\n\nFecha: 2024-02-04\nTítulo: dos\n",
        )
        .read();
    assert_eq!((read.items.len(), read.failed("new layout or language")), (0, 1));
}

#[test]
fn pinterest_is_extracted() {
    insta::assert_snapshot!(support::extracted("pinterest", &[]));
}

#[test]
fn quora_is_extracted() {
    insta::assert_snapshot!(support::extracted("quora", &[]));
}

#[test]
fn snapchat_is_extracted() {
    insta::assert_snapshot!(support::extracted("snapchat", &["--include-messages"]));
}
