//! Facebook's exports of every layout, JSON and HTML, whole and broken.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use archive_support::{self as support, Archive, fixture, sample, shown};
use whitecoat_engine::{Authorship, Kind, LiveState, ParentAuthor, Visibility};

const POSTS: &str = "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json";

fn post(time: u64, text: &str) -> String {
    format!(
        r#"{{"timestamp": {time}, "data": [{{"post": "{text}"}}], "title": "Somebody updated a status."}}"#
    )
}

#[test]
fn reads_json() {
    let read = support::read(&fixture("facebook/json"), true);
    insta::assert_snapshot!(shown(&read));
}

#[test]
fn reads_html() {
    let read = support::read(&fixture("facebook/html"), false);
    insta::assert_snapshot!(shown(&read));
}

#[test]
fn the_same_words_within_three_minutes_are_one_post() {
    let list =
        [post(1_600_000_000, "Echo"), post(1_600_000_120, "Echo"), post(1_600_000_500, "Echo")].join(",");
    let read = Archive::new().with(POSTS, format!("[{list}]")).read();
    assert_eq!((read.texts(), read.skipped("repeat others of the export")), (vec!["Echo", "Echo"], 1));
}

#[test]
fn reads_a_zip_with_a_top_folder_alike() {
    let folder = support::read(&fixture("facebook/json"), false);
    let zip = Archive::of(&fixture("facebook/json")).zipped_below("facebook-zoeravn").read();
    assert_eq!(folder.texts(), zip.texts());
    assert_eq!(folder.ids(), zip.ids());
    assert_eq!(zip.recognised, "Facebook archive of Zoë Ravn");
    assert_eq!(zip.skipped("Private messages, read only with --include-messages"), 1);
}

#[test]
fn reads_the_layout_until_2021() {
    let read = Archive::new()
        .with("profile_information/profile_information.json", r#"{"profile": {"name": {"full_name": "Zo\u00c3\u00ab Ravn"}, "username": "zoe"}}"#)
        .with("posts/your_posts_1.json", format!("[{}]", post(1_500_000_000, "old")))
        .with("comments/comments.json", r#"{"comments": [{"timestamp": 1500000001, "data": [{"comment": {"comment": "hm", "author": "Zo\u00c3\u00ab Ravn"}}], "title": "x"}]}"#)
        .with("groups/your_posts_and_comments_in_groups.json", r#"{"group_posts": {"activity_log_data": [{"timestamp": 1500000002, "data": [{"post": "in a group"}]}]}}"#)
        .with("photos_and_videos/album/0.json", r#"{"name": "A", "photos": [{"uri": "photos_and_videos/A_1/1.jpg", "creation_timestamp": 1500000003, "description": "me", "photo_metadata": {"latitude": 1.5, "longitude": 2.5, "taken_timestamp": 1490000000}}]}"#)
        .with("photos_and_videos/A_1/1.jpg", "")
        .zipped_below("facebook-zoe")
        .read();
    assert_eq!(read.texts(), ["old", "in a group", "hm", "me"]);
    assert!(read.coverage.is_complete(), "{:?}", read.coverage.failed);
    let photo = &read.items[3].media[0];
    assert_eq!(photo.path.as_deref(), Some("facebook-zoe/photos_and_videos/A_1/1.jpg"));
    assert_eq!((photo.gps, photo.captured_at.is_some()), (Some((1.5, 2.5)), true));
    assert_eq!(read.items[0].account, "zoe");
}

#[test]
fn reads_the_layout_of_2018() {
    let archive = Archive::new()
        .with("profile_information/profile_information.json", r#"{"profile": {"name": {"full_name": "Zo\u00c3\u00ab Ravn"}}}"#)
        .with("posts/your_posts.json", format!(r#"{{"status_updates": [{}, {{"timestamp": what}}, {}]}}"#, post(1_500_000_000, "first"), post(1_500_001_000, "second")))
        .with("groups/your_posts_and_comments_in_groups.json", r#"{"group_posts": [{"timestamp": 1500000002, "data": [{"post": "in a group"}]}, {"timestamp": 1500000003, "data": [{"comment": {"comment": "and under it"}}]}]}"#)
        .with("messages/TomPoe_abc/message.json", r#"{"messages": [{"sender_name": "Zo\u00c3\u00ab Ravn", "timestamp_ms": 1500000004000, "content": "to Tom"}]}"#);
    let read = archive.read();
    assert_eq!(read.texts(), ["first", "second", "in a group", "and under it"], "{:?}", read.coverage);
    assert_eq!((read.items[3].kind, read.failed("")), (Kind::Comment, 1));
    assert_eq!(read.skipped("Private messages, read only with --include-messages"), 1);
    let message = archive.read_with_messages().items.pop().unwrap();
    assert_eq!((message.text.as_str(), message.authorship), ("to Tom", Authorship::Own));
    assert_eq!(message.thread.as_deref(), Some("TomPoe_abc"));
}

#[test]
fn comments_under_another_name_are_own() {
    let comment = |text: &str, author: &str| {
        format!(
            r#"{{"timestamp": 1600000000, "data": [{{"comment": {{"comment": "{text}", "author": "{author}"}}}}]}}"#
        )
    };
    let comments = [comment("before I married", "Zoe Holm"), comment("for the surgery", "Mill Lane Surgery")];
    let read = Archive::new()
        .with("personal_information/profile_information/profile_information.json", r#"{"profile_v2": {"name": {"full_name": "Zoe Ravn"}, "previous_names": [{"name": "Zoe Holm"}]}}"#)
        .with("your_facebook_activity/comments_and_reactions/comments.json", format!(r#"{{"comments_v2": [{}]}}"#, comments.join(",")))
        .read();
    assert_eq!(read.texts(), ["before I married", "for the surgery"]);
    assert!(read.items.iter().all(|item| item.authorship == Authorship::Own));
}

#[test]
fn other_words_under_a_taken_id_are_another_item() {
    let record = |text: &str| {
        format!(
            r#"{{"timestamp": 1710000100, "label_values": [{{"label": "Text", "value": "{text}"}}], "fbid": "778"}}"#
        )
    };
    let list = [record("one"), record("two"), record("one"), record("two")].join(",");
    let read = Archive::new()
        .with("your_facebook_activity/posts/posts_on_other_pages_and_profiles.json", format!("[{list}]"))
        .read();
    assert_eq!((read.texts(), read.skipped("repeat others of the export")), (vec!["one", "two"], 2));
    assert_eq!(read.ids()[0], "778");
    assert_ne!(read.ids()[1], "778");
}

#[test]
fn reads_the_profile_on_a_page() {
    let profile = r#"<html><body><div role="main"><div class="pam uiBoxWhite noborder"><table class="_a6_n"><tr><th>Name</th><td>Zoe Ravn<br /></td></tr>
        <tr><th>Current City</th><td>Odense<br /></td></tr><tr><th>Work</th><td><ul><li>Mill Lane Surgery<br />Nurse<br />(Sep 16, 2020 12:41:03am)</li></ul></td></tr>
        <tr><th>Intro</th><td>Renal nurse. Ask me<br />(Aug 02, 2020 11:07:57pm)</td></tr></table></div></div></body></html>"#;
    let page = r#"<div class="_a6-g"><div class="_a6-p"><div class="_2pin"><div>hello</div></div></div><div class="_a72d">Aug 02, 2020 11:07:57pm</div></div>"#;
    let read = Archive::new()
        .with("personal_information/profile_information/profile_information.html", profile)
        .with("your_facebook_activity/posts/your_posts_1.html", page)
        .read();
    assert_eq!(read.recognised, "Facebook archive of Zoe Ravn");
    assert_eq!(read.texts(), ["Renal nurse. Ask me", "hello"]);
    let profile = read.items[1].profile.as_ref().unwrap();
    assert_eq!((profile.location.as_str(), profile.employer.as_str()), ("Odense", "Mill Lane Surgery"));
}

#[test]
fn boxes_around_boxes_are_no_records() {
    let page = r#"<div class="_3-95 _a6-g"><div class="_a6-p"><div class="_3-95 _a6-g"><div class="_a6-p"><table><tr><td class="_a6_q">Meddelande</td><td class="_a6_r">Grattis Tom!</td></tr>
        <tr><td class="_a6_q">Senast ändrad</td><td class="_a6_r">Jul 12, 2020 8:41:15pm</td></tr></table></div></div></div><div class="_a6-o"><div class="_a72d">Jul 12, 2020 8:41:15pm</div></div></div>"#;
    let read = Archive::new()
        .with("your_facebook_activity/posts/posts_on_other_pages_and_profiles.html", page)
        .read();
    assert_eq!((read.texts(), read.coverage.skipped.len()), (vec!["Grattis Tom!"], 0));
    assert_eq!(read.items[0].created_at.unwrap().to_string(), "2020-07-12T20:41:15Z");
}

#[test]
fn says_whose_words_and_where_they_are() {
    let read = Archive::of(&fixture("facebook/json")).read_with_messages();
    let item = |text: &str| read.items.iter().find(|item| item.text == text).expect(text);
    assert_eq!(item("Should not have said this").live_state, LiveState::Deleted);
    assert_eq!(item("Only for me now").visibility, Visibility::Private);
    assert_eq!(item("Yes, on Monday").parent.as_ref().unwrap().author, ParentAuthor::Own);
    assert_eq!(
        (item("See you at 9").authorship, item("When is it?").authorship),
        (Authorship::Own, Authorship::Other)
    );
    assert_eq!(item("See you at 9").thread.as_deref(), Some("tompoe_100012"));
    assert!(read.items.iter().all(|item| item.url.is_none() || item.kind == Kind::Profile));
}

#[test]
fn pages_have_the_time_of_the_accounts_zone() {
    let page = |date: &str| {
        format!(
            r#"<html><body><div class="_aoaa"><div>Generated by A on Friday 2 August 2024 at 11:40 UTC+02:00</div></div><div role="main"><div class="_a6-g"><div class="_a6-p"><div class="_2pin"><div>words</div></div></div><div class="_a6-o"><div class="_a72d">{date}</div></div></div></div></body></html>"#
        )
    };
    let winter = || Archive::new().with("posts/your_posts_1.html", page("Jan 26, 2024 1:35:01pm"));
    let read = winter().read();
    assert_eq!(read.items[0].created_at.unwrap().to_string(), "2024-01-26T13:35:01+02:00");
    assert!(read.coverage.notes.iter().any(|note| note.contains("some are an hour off")));
    let zone = r#"{"timezone_v2": "Europe\/Copenhagen"}"#;
    let read = winter().with("logged_information/location/timezone.json", zone).read();
    assert_eq!(read.items[0].created_at.unwrap().to_string(), "2024-01-26T13:35:01+01:00");
    assert!(read.coverage.notes.is_empty() && read.coverage.skipped.is_empty(), "{:?}", read.coverage);
}

#[test]
fn lists_under_unknown_keys_are_read_and_empty_ones_no_loss() {
    let known = || Archive::new().with(POSTS, "[]");
    let listed = format!(
        r#"{{"posts_v9": [{}], "settings": {{"groups_v9": [{}]}}}}"#,
        post(1_600_000_000, "one"),
        post(1_600_001_000, "two")
    );
    let read = known().with("your_facebook_activity/posts/your_posts_2.json", listed).read();
    assert_eq!(read.texts(), ["one", "two"]);
    assert!(read.coverage.is_complete(), "{:?}", read.coverage.failed);
    let read = known()
        .with("your_facebook_activity/reviews/reviews.json", r#"{"reviews_v9": [], "x": null, "y": {}}"#)
        .read();
    assert!(read.items.is_empty() && read.coverage.is_complete(), "{:?}", read.coverage);
    let read = known()
        .with("your_facebook_activity/reviews/reviews.json", r#"{"reviews_v9": [{"sterne": 5}], "z": 3}"#)
        .read();
    assert_eq!(read.failed("neither a post nor a comment"), 1);
}

#[test]
fn one_file_is_enough() {
    let read =
        Archive::new().with("renamed.json", format!("[{}]", post(1_500_000_000, "alone"))).alone().read();
    assert_eq!(
        (read.recognised.as_str(), read.texts()),
        ("renamed.json of a Facebook archive", vec!["alone"])
    );
    let read = Archive::new()
        .with(
            "your_posts_1.html",
            std::fs::read(fixture(
                "facebook/html/your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.html",
            ))
            .unwrap(),
        )
        .alone()
        .read();
    assert_eq!(read.items.len(), 3);
}

#[test]
fn reads_json_and_not_its_page() {
    let read = Archive::new()
        .with("posts/your_posts_1.json", format!("[{}]", post(1_500_000_000, "exact")))
        .with("posts/your_posts_1.html", "<div class=\"_a6-g\"><div class=\"_a6-p\"><div class=\"_2pin\"><div>exact</div></div></div></div>")
        .read();
    assert_eq!((read.texts(), read.skipped("as JSON too")), (vec!["exact"], 1));
}

/// What a file holds, how many items come of it, and a part of the reason for the rest.
const BAD: &[(&str, &str, usize, &str)] = &[
    ("empty file", "", 0, "A file is empty"),
    ("white space", "  \n ", 0, "No list of records begins here"),
    ("null", "null", 0, "No list of records begins here"),
    ("a text", "\"posts\"", 0, "No list of records begins here"),
    ("a page", "<html><body class=\"a=b\">moved</body></html>", 0, "No list of records begins here"),
    (
        "cut off",
        "[{\"timestamp\": 1500000000, \"data\": [{\"post\": \"whole\"}]}, {\"timestamp\": 15000",
        1,
        "ends in the middle",
    ),
    ("an empty list", "[]", 0, ""),
    ("an empty object", "{}", 0, "neither a post nor a comment"),
    (
        "null for a record",
        "[null, {\"timestamp\": 1500000000, \"data\": [{\"post\": \"a\"}]}]",
        1,
        "not valid JSON",
    ),
    (
        "null for lists",
        "[{\"timestamp\": 1500000000, \"data\": null, \"attachments\": null, \"tags\": null}]",
        0,
        "",
    ),
    (
        "objects for lists",
        "[{\"timestamp\": 1500000000, \"data\": {\"post\": \"a\"}, \"attachments\": {\"data\": {\"media\": {\"uri\": \"1.jpg\"}}}}]",
        1,
        "",
    ),
    (
        "lists for texts",
        "[{\"timestamp\": 1500000000, \"title\": [1], \"data\": [{\"post\": \"a\"}, {\"post\": [\"b\"]}]}]",
        1,
        "",
    ),
    ("numbers as texts", "[{\"timestamp\": \"1500000000\", \"data\": [{\"post\": 7}]}]", 1, ""),
    (
        "numbers as floats",
        "[{\"timestamp\": 1.5e9, \"fbid\": 1.2345678901234567e17, \"data\": [{\"post\": \"a\"}]}]",
        1,
        "",
    ),
    (
        "an impossible date",
        "[{\"timestamp\": 99999999999999999, \"data\": [{\"post\": \"a\"}]}]",
        1,
        "date that cannot be read",
    ),
    (
        "a date before the platform",
        "[{\"timestamp\": -5, \"data\": [{\"post\": \"a\"}]}]",
        1,
        "date that cannot be read",
    ),
    ("half a pair", "[{\"timestamp\": 1500000000, \"data\": [{\"post\": \"a \\ud83d b\"}]}]", 1, ""),
    ("a mark of byte order", "\u{feff}[{\"timestamp\": 1500000000, \"data\": [{\"post\": \"a\"}]}]", 1, ""),
    (
        "Instagram's posts",
        "[{\"media\": [{\"uri\": \"media/1.jpg\", \"creation_timestamp\": 1500000000, \"title\": \"a\"}]}]",
        0,
        "neither a post nor a comment",
    ),
    (
        "Mastodon's posts",
        "{\"type\": \"OrderedCollection\", \"orderedItems\": [{\"type\": \"Create\"}]}",
        0,
        "neither a post nor a comment",
    ),
    (
        "one broken in the middle",
        "[{\"timestamp\": 1500000000, \"data\": [{\"post\": \"a\"}]}, {\"timestamp\": what, \"data\": [}, {\"timestamp\": 1500000001, \"data\": [{\"post\": \"b\"}]}]",
        2,
        "not valid JSON",
    ),
];

#[test]
fn survives_bad_files() {
    for (what, content, items, reason) in BAD {
        let read = Archive::new().with(POSTS, *content).read();
        assert_eq!(read.items.len(), *items, "{what}: {:?}", read.texts());
        if reason.is_empty() {
            assert!(read.coverage.is_complete(), "{what}: {:?}", read.coverage.failed);
        } else {
            assert_eq!(read.failed(reason), 1, "{what}: {:?}", read.coverage.failed);
            assert!(read.failed_examples(reason)[0].starts_with(POSTS), "{what}");
        }
    }
}

#[test]
fn reads_utf16_and_keeps_what_is_not_mojibake() {
    let json = "[{\"timestamp\": 1500000000, \"data\": [{\"post\": \"f\u{f8}j \u{1f602}\"}]}]";
    let bytes: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = Archive::new().with(POSTS, [b"\xFF\xFE", bytes.as_slice()].concat()).read();
    assert_eq!(read.texts(), ["f\u{f8}j \u{1f602}"]);
}

#[test]
fn work_grows_with_the_file_only() {
    let photos: Vec<String> = (0..60_000)
        .map(|at| format!(r#"{{"data": [{{"media": {{"uri": "{at}.jpg", "description": "No. {at}"}}}}]}}"#))
        .collect();
    let long = format!(
        r#"[{{"timestamp": 1500000000, "attachments": [{}]}}, {}]"#,
        photos.join(","),
        post(1_500_000_000, &"@[".repeat(1_000_000))
    );
    let started = std::time::Instant::now();
    let read = Archive::new().with(POSTS, long).read();
    assert_eq!((read.items.len(), read.items[0].media.len()), (2, 60_000));
    assert!(read.items.iter().all(|item| item.truncated), "both are longer than 128 KiB");
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn survives_bad_pages() {
    const PAGE: &str = "your_facebook_activity/posts/your_posts_1.html";
    let good = "<div class=\"_a6-g\"><div class=\"_a6-p\"><div class=\"_2pin\"><div>good</div></div></div><div class=\"_a72d\">Jul 26, 2024 1:35:01pm</div></div>";
    let deep = format!("<div class=\"_a6-g\">{}</div>{good}", "<div>".repeat(100_000));
    for (what, html, items, failures) in [
        ("empty", String::new(), 0, 1),
        ("no records", "<html><body>nothing</body></html>".to_owned(), 0, 0),
        ("nested deep", deep, 1, 1),
        ("cut off", good[..good.len() - 40].to_owned(), 1, 0),
        ("a date in an unknown language", good.replace("Jul", "július"), 1, 1),
        ("an impossible date", good.replace("26,", "36,"), 1, 1),
        ("entities", good.replace("good", "&lol;&#0;&#xD800;&amp;"), 1, 0),
    ] {
        let read = Archive::new().with(PAGE, html).read();
        assert_eq!((read.items.len(), read.failed("")), (items, failures), "{what}: {:?}", read.coverage);
    }
}

#[test]
fn real_exports_give_what_they_hold() {
    let Some(path) = sample("facebook/kis81-dataday3") else { return };
    let read = support::read(&path, false);
    // 401 posts have words, 3 are life events, 1 has a caption only; 1,313 records in all.
    assert_eq!(read.items.len(), 405);
    assert_eq!(read.items.len() as u64 + read.skipped("Facebook: records without own words"), 1_313);
    assert!(read.items.iter().all(|item| item.created_at.is_some()));
    assert!(read.coverage.is_complete());

    let read = support::read(&sample("facebook/squirreljizz-squizzwhizz").unwrap(), false);
    let posts = read.items.iter().filter(|item| item.kind == Kind::Post).count() as u64;
    assert_eq!(posts + read.skipped("Facebook: records without own words"), 88);
    assert!(read.items.iter().all(|item| item.created_at.is_some()));
    assert!(read.coverage.is_complete());

    let read = support::read(&sample("facebook/NorseKode-Waultar-App").unwrap(), false);
    assert_eq!(read.recognised, "Facebook archive of REDACTED FULLNAME");
    assert!(read.texts().iter().any(|text| text.contains("Dojang i Holbæk")));
}
