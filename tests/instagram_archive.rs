//! Exports of Instagram and Threads of every layout, JSON and HTML, whole and broken.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use archive_support::{self as support, Archive, fixture, sample, shown};
use whitecoat_engine::{Kind, LiveState, MediaKind, ParentAuthor, Precision, Visibility};

const POSTS: &str = "your_instagram_activity/media/posts_1.json";

#[test]
fn reads_json() {
    insta::assert_snapshot!(shown(&support::read(&fixture("instagram/json"), true)));
}

#[test]
fn reads_html() {
    insta::assert_snapshot!(shown(&support::read(&fixture("instagram/html"), false)));
}

#[test]
fn reads_threads_html() {
    insta::assert_snapshot!(shown(&support::read(&fixture("threads/html"), false)));
}

#[test]
fn reads_a_zip_with_a_top_folder_alike() {
    let folder = support::read(&fixture("instagram/json"), false);
    let zip =
        Archive::of(&fixture("instagram/json")).zipped_below("instagram-zoe.ravn-2024-05-01-aB3x").read();
    assert_eq!(folder.texts(), zip.texts());
    assert_eq!(zip.recognised, "Instagram archive of @zoe.ravn; Threads archive of @zoe.ravn");
    assert_eq!(zip.skipped("Private messages, read only with --include-messages"), 1);
}

#[test]
fn says_who_sees_and_who_is_answered() {
    let read = Archive::of(&fixture("instagram/json")).read();
    let item = |text: &str| read.items.iter().find(|item| item.text == text).expect(text);
    assert_eq!(item("Night shift 🌙").visibility, Visibility::Followers);
    assert_eq!(
        (item("Old one").visibility, item("Gone").live_state),
        (Visibility::Private, LiveState::Deleted)
    );
    assert_eq!(item("Two of us").media[1].kind, MediaKind::Video);
    let parent = |text: &str| item(text).parent.clone().unwrap();
    assert_eq!(parent("Lovely 💛").handle.as_deref(), Some("tom.poe"));
    assert_eq!(parent("Спасибо, Том").author, ParentAuthor::Own);
    assert_eq!(parent("Καλή ανάρρωση").handle.as_deref(), Some("tom.poe"));
    assert_eq!((item("and on").kind, parent("and on").author), (Kind::Reply, ParentAuthor::Own));
    assert_eq!((item("who knows").kind, parent("who knows").handle), (Kind::Reply, None));
    assert_eq!(
        (item("First thread ☀️").kind, item("First thread ☀️").platform.as_str()),
        (Kind::Post, "threads")
    );
}

#[test]
fn reads_older_layouts() {
    for (top, comments, comment) in [
        (
            "",
            "comments/post_comments.json",
            r#"{"comments_media_comments": [{"title": "tom.poe", "media_list_data": [], "string_list_data": [{"href": "", "value": "hello", "timestamp": 1550618520}]}]}"#,
        ),
        (
            "instagram/",
            "comments/post_comments.json",
            r#"{"comments_media_comments": [{"title": "", "string_map_data": {"Comment": {"href": "", "value": "hello", "timestamp": 0}, "Comment creation time": {"href": "", "value": "", "timestamp": 1550618520}, "Media owner": {"href": "", "value": "tom.poe", "timestamp": 0}}}]}"#,
        ),
        (
            "me/your_instagram_activity/",
            "comments/post_comments_1.json",
            r#"[{"timestamp": 1550618520, "label_values": [{"label": "Comment", "value": "hello"}, {"label": "Media Owner", "value": "tom.poe"}]}]"#,
        ),
    ] {
        let read = Archive::new()
            .with(&format!("{top}content/posts_1.json"), r#"[{"media": [{"uri": "media/posts/201902/1.jpg", "creation_timestamp": 1550618519, "title": "one"}]}]"#)
            .with(&format!("{top}media/posts/201902/1.jpg"), "")
            .with(&format!("{top}{comments}"), comment)
            .read();
        assert_eq!(read.texts(), ["one", "hello"], "{top}");
        let comment = &read.items[1];
        assert_eq!(comment.parent.as_ref().unwrap().handle.as_deref(), Some("tom.poe"), "{top}");
        assert_eq!(comment.created_at.unwrap().to_string(), "2019-02-19T23:22:00Z", "{top}");
        assert!(read.coverage.is_complete(), "{:?}", read.coverage.failed);
        assert_eq!(read.items[0].media[0].path, Some(format!("{top}media/posts/201902/1.jpg")));
    }
}

#[test]
fn reads_media_and_times_of_labels() {
    let post = |caption: &str, seconds: u32| {
        format!(
            r#"{{"label_values": [{{"label": "Media", "media": [{{"uri": "media/posts/202403/17999999999999112.jpg", "creation_timestamp": 1}}]}}, {{"label": "Caption", "value": "{caption}"}}, {{"label": "Creation time", "timestamp_value": {seconds}}}]}}"#
        )
    };
    let posts = [post("ward seven", 1_710_000_005), post("", 1_710_000_006), post("and more", 1_710_000_007)];
    let read = Archive::new()
        .with(POSTS, format!("[{}]", posts.join(",")))
        .with("your_instagram_activity/comments/post_comments_1.json", r#"[{"label_values": [{"label": "Comment", "value": "hello"}, {"label": "Time", "timestamp_value": 1710000008}]}]"#)
        .read();
    // The second shows the same picture, and says nothing.
    assert_eq!((read.texts(), read.skipped("repeat others")), (vec!["ward seven", "and more", "hello"], 1));
    assert_eq!(read.items[0].media[0].file_name, "17999999999999112.jpg");
    let times: Vec<_> =
        read.items.iter().map(|item| item.created_at.unwrap().instant().as_second()).collect();
    assert_eq!(times, [1_710_000_005, 1_710_000_007, 1_710_000_008]);
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
}

#[test]
fn comments_on_pages_have_their_time_in_a_table() {
    let page = r#"<div class="_a6-g uiBoxWhite"><div class="_3-95 _a6-p"><div class="_a6-g uiBoxWhite"><div class="_a6-p"><table><tr><td class="_a6_q">Comment</td><td class="_a6_r">See you soon</td></tr>
        <tr><td class="_a6_q">Time</td><td class="_a6_r">Jul 05, 2026 9:03 pm</td></tr></table></div></div></div><div class="_3-94 _a6-o"></div></div>"#;
    let read = Archive::new().with("your_instagram_activity/comments/post_comments_1.html", page).read();
    assert_eq!((read.texts(), read.failed("")), (vec!["See you soon"], 0));
    assert_eq!(read.items[0].created_at.unwrap().to_string(), "2026-07-05T21:03:00-08:00");
}

#[test]
fn reads_the_layout_before_2021() {
    let picture = |path: &str, caption: &str| {
        format!(
            r#"{{"caption": "{caption}", "taken_at": "2018-05-01T10:11:12", "location": "Leeds", "path": "{path}"}}"#
        )
    };
    let photos = [picture("photos/201805/a.jpg", "Two of us"), picture("photos/201805/b.jpg", "Two of us")];
    let read = Archive::new()
        .with("zoe_20190501/media.json", format!(r#"{{"photos": [{}], "stories": [{}], "profile": [{}]}}"#, photos.join(","), picture("stories/201805/c.jpg", ""), picture("profile/201805/d.jpg", "")))
        .with("zoe_20190501/photos/201805/a.jpg", "")
        .with("zoe_20190501/comments.json", r#"{"media_comments": [["2018-06-01T10:00:00+00:00", "See you on Monday", "tom.poe"], ["2018-06-01T10:00:01", "", "tom.poe"]], "live_comments": []}"#)
        .with("zoe_20190501/profile.json", r#"{"username": "zoe.ravn", "name": "Zoe Ravn", "biography": "Nurse", "private_account": true}"#)
        .read();
    assert_eq!(read.recognised, "Instagram archive of @zoe.ravn");
    assert_eq!(read.texts(), ["Nurse", "Two of us", "", "", "See you on Monday"]);
    assert_eq!((read.items[1].media.len(), read.items[1].visibility), (2, Visibility::Followers));
    assert_eq!(read.items[1].created_at.unwrap().to_string(), "2018-05-01T10:11:12Z");
    assert_eq!((read.items[3].kind, read.items[3].visibility), (Kind::Media, Visibility::Public));
    assert_eq!(read.items[4].parent.as_ref().unwrap().handle.as_deref(), Some("tom.poe"));
    assert_eq!((read.skipped("without words and pictures"), read.failed("")), (1, 0));
}

#[test]
fn html_and_json_give_the_same_ids() {
    let json = r#"[{"media": [{"uri": "media/posts/202604/18080000000000001.jpg", "creation_timestamp": 1775395860, "title": "same"}]}]"#;
    let html = r#"<div class="uiBoxWhite"><h2 class="_a6-h">same</h2><div class="_a6-p"><img src="media/posts/202604/9_n_18080000000000001.jpg" /></div><div class="_a6-o">Apr 05, 2026 5:31 am</div></div>"#;
    let json = Archive::new().with(POSTS, json).read();
    let html = Archive::new().with("your_instagram_activity/content/posts_1.html", html).read();
    assert_eq!(json.ids(), ["18080000000000001"]);
    assert_eq!(json.ids(), html.ids());
    assert_eq!(json.items[0].created_at.unwrap().instant(), html.items[0].created_at.unwrap().instant());
    assert_eq!(html.items[0].created_precision, Precision::Minute);
}

/// What a file holds, how many items come of it, and a part of the reason for the rest.
const BAD: &[(&str, &str, usize, &str)] = &[
    ("empty file", "", 0, "A file is empty"),
    ("null", "null", 0, "No list of records begins here"),
    ("a page", "<html><body class=\"a=b\">moved</body></html>", 0, "No list of records begins here"),
    ("an empty list", "[]", 0, ""),
    ("an empty object", "{}", 0, "no post"),
    ("null for lists", "[{\"media\": null, \"title\": \"a\", \"creation_timestamp\": 1500000000}]", 1, ""),
    ("an object for a list", "[{\"media\": {\"uri\": \"1.jpg\", \"title\": \"a\"}}]", 1, ""),
    (
        "numbers as texts",
        "[{\"media\": [{\"uri\": \"1.jpg\", \"creation_timestamp\": \"1500000000\", \"title\": 7}]}]",
        1,
        "",
    ),
    (
        "places as texts",
        "[{\"media\": [{\"uri\": \"1.jpg\", \"media_metadata\": {\"photo_metadata\": {\"exif_data\": [{\"latitude\": \"91\", \"longitude\": \"x\"}]}}}]}]",
        1,
        "",
    ),
    (
        "an impossible date",
        "[{\"title\": \"a\", \"creation_timestamp\": 99999999999999999}]",
        1,
        "date that cannot be read",
    ),
    ("half a pair", "[{\"title\": \"a \\ud83d b\", \"creation_timestamp\": 1500000000}]", 1, ""),
    ("Facebook's posts", "[{\"timestamp\": 1500000000, \"data\": [{\"post\": \"a\"}]}]", 0, "no post"),
    ("cut off", "[{\"title\": \"a\"}, {\"title\": \"b", 1, "ends in the middle"),
    (
        "one broken in the middle",
        "[{\"title\": \"a\"}, {\"title\": what, \"media\": [}, {\"title\": \"b\"}]",
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
        }
    }
}

#[test]
fn survives_bad_threads() {
    for (what, content, items, failures) in [
        ("null", "{\"text_post_app_text_posts\": null}", 0, 0),
        ("empty", "", 0, 1),
        (
            "texts for truth",
            "{\"text_post_app_text_posts\": [{\"media\": [{\"title\": \"a\", \"text_app_post\": {\"is_reply\": \"true\"}}]}]}",
            1,
            0,
        ),
        (
            "lists for objects",
            "{\"text_post_app_text_posts\": [{\"media\": [{\"title\": \"a\", \"text_app_post\": []}]}]}",
            1,
            0,
        ),
    ] {
        let read = Archive::new().with("threads/threads_and_replies.json", content).read();
        assert_eq!((read.items.len(), read.failed("")), (items, failures), "{what}: {:?}", read.coverage);
        assert_eq!(read.recognised, "Threads archive", "{what}");
    }
}

#[test]
fn real_exports_give_what_they_hold() {
    let Some(path) = sample("instagram/sr4136-IG-Import") else { return };
    let read = support::read(&path, false);
    assert_eq!(read.items.len(), 1_057);
    let carousels = read.items.iter().filter(|item| item.media.len() > 1);
    assert_eq!(carousels.filter(|item| !item.text.is_empty()).count(), 88);
    let single = read.items.iter().filter(|item| item.media.len() == 1);
    assert_eq!(single.filter(|item| !item.text.is_empty()).count(), 811);
    assert!(read.coverage.is_complete());

    let read = support::read(&sample("instagram/southernadd-cmyk-whatisart").unwrap(), false);
    // The 94th `uiBoxWhite` stands in the page's style sheet.
    assert_eq!(read.items.len(), 93);
    assert!(read.items.iter().all(|item| item.created_at.is_some() && item.media.len() >= 3));

    let emptied =
        "instagram/d3i-infra-ddp-inspector/ddpinspect/tests/data/instagram/instagram_2022_09_26.zip";
    let read = support::read(&sample(emptied).unwrap(), false);
    assert_eq!((read.items.len(), read.failed("A file is empty")), (0, 8));

    let read = support::read(&sample("threads/writingafterdev-hocnoihocviet").unwrap(), false);
    let replies = read.items.iter().filter(|item| item.kind == Kind::Reply);
    let parents: Vec<_> = replies.map(|item| item.parent.as_ref().unwrap().handle.is_some()).collect();
    assert_eq!((read.items.len(), parents.len()), (8, 7));
    assert_eq!(parents.iter().filter(|named| !**named).count(), 1);
}
