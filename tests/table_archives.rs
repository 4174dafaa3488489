//! Archives that are sets of tables (LinkedIn, Reddit), whole and broken, through the library as a user of it would.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::path::{Path, PathBuf};

use archive_support::{self as support, Archive, Read};
use whitecoat_engine::{Authorship, Kind, ParentKind, Precision, Visibility};

fn sample(name: &str) -> Option<Read> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(name);
    path.is_dir().then(|| support::read(&path, false))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives").join(name)
}

fn of_kind(read: &Read, kind: Kind) -> usize {
    read.items.iter().filter(|item| item.kind == kind).count()
}

#[test]
fn linkedin_samples_are_read_as_far_as_known() {
    let Some(read) = sample("linkedin/sanand0-linkedin") else { return };
    assert_eq!(read.recognised, "LinkedIn archive");
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    // 14 shares have no word, and 4 rows are copies of another.
    let left = read.skipped("without words") + read.skipped("holds twice");
    assert_eq!((of_kind(&read, Kind::Post) as u64 + left, left), (202, 18));
    assert_eq!(of_kind(&read, Kind::Comment), 323);
    assert!(read.items.iter().all(|item| item.created_precision == Precision::Second));
    assert!(!read.items.iter().any(|item| item.text.contains("\"\n\"")));
}

#[test]
fn linkedin_of_2018_is_utf16_with_tabs() {
    let name = "linkedin/abhishekwebcode-Abhishek-Mathur-Complete_LinkedInDataExport_11-04-2018";
    let Some(read) = sample(name) else { return };
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    let rows = of_kind(&read, Kind::Post) as u64 + read.skipped("without words");
    assert_eq!(rows, 5);
    assert_eq!(read.skipped("skills, schools"), 1);
}

#[test]
fn reddit_samples_are_read_as_far_as_known() {
    let Some(read) = sample("reddit/GroovyJeff-reddit") else { return };
    assert_eq!(read.recognised, "Reddit archive");
    let removed = read.skipped("removed on the platform");
    assert_eq!(of_kind(&read, Kind::Comment) as u64 + removed, 1500);
    let top = read.items.iter().filter(|item| item.parent.as_ref().unwrap().kind == ParentKind::Post);
    assert_eq!((top.count(), removed), (920, 5));
    assert_eq!(read.skipped("repeats another one"), 1);
    let Some(read) = sample("reddit/lyststen-stenly") else { return };
    assert_eq!(read.recognised, "Reddit archive of u/kusnandar91");
    assert_eq!((read.items.len(), read.skipped("--include-messages")), (0, 2));
    assert_eq!(read.failed("lists is not in it"), 2);
}

#[test]
fn a_comment_of_a_picture_only_is_kept() {
    let comments = "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n\
        ab1,https://www.reddit.com/r/ward/comments/194yf/t/ab1/,2021-01-13 17:29:56 UTC,,ward,0,https://www.reddit.com/r/ward/comments/194yf/t/,,,https://i.redd.it/bay.jpg\n\
        ab2,https://www.reddit.com/r/ward/comments/194yf/t/ab2/,2021-01-13 17:29:57 UTC,,ward,0,https://www.reddit.com/r/ward/comments/194yf/t/,,[removed],\n";
    let read = Archive::new().with("comments.csv", comments).read();
    assert_eq!((read.ids(), read.skipped("removed on the platform")), (vec!["ab1"], 1));
    assert_eq!((read.items[0].text.as_str(), read.items[0].media[0].file_name.as_str()), ("", "bay.jpg"));
}

#[test]
fn a_row_that_swallows_the_next_one_is_said() {
    let shares = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n\
        2025-01-09 21:21:21,\"https://x/1\",\"one\",\"\",\"\",MEMBER_NETWORK,,\n\
        2025-01-09 21:21:22,\"https://x/2\",\"never closed\n\
        2025-01-09 21:21:23,\"https://x/3\",\"three\",\"\",\"\",MEMBER_NETWORK\n";
    let read = Archive::new().with("LinkedIn/Shares.csv", shares).read();
    assert_eq!((read.items.len(), read.failed("its quotes are broken")), (2, 1));
    assert_eq!(read.failed_examples("its quotes are broken"), ["LinkedIn/Shares.csv#line 3"]);
}

#[test]
fn linkedin_is_extracted() {
    insta::assert_snapshot!(support::extracted("linkedin", &[]));
}

#[test]
fn linkedin_messages_are_extracted_on_request() {
    let read = support::read(&fixture("linkedin"), true);
    let messages: Vec<_> = read.items.iter().filter(|item| item.kind == Kind::Message).collect();
    let shown: Vec<_> = messages.iter().map(|item| (item.text.as_str(), item.authorship)).collect();
    assert_eq!(shown, [("Lunch?", Authorship::Other), ("At & after noon", Authorship::Own)]);
    assert!(messages.iter().all(|item| item.visibility == Visibility::Private && item.thread.is_some()));
}

#[test]
fn reddit_is_extracted() {
    insta::assert_snapshot!(support::extracted("reddit", &[]));
}
