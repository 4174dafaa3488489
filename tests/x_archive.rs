//! X archives of every layout, whole and broken, through the library as a user of it would.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::path::Path;

use archive_support::{self as support, Archive, tweet, tweets};
use whitecoat_engine::{Authorship, Kind, LiveState, MediaKind, ParentAuthor, Precision, Visibility};

#[test]
fn reads_the_layout_since_2019_zipped_in_a_top_folder() {
    let archive = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[tweet("1", "first"), tweet("2", "second")]))
        .zipped_below("twitter-2024-05-01");
    let read = archive.read();
    assert_eq!(read.recognised, "X archive of @drexample, 2 posts listed");
    assert_eq!(read.texts(), ["Internist. Views mine.", "first", "second"]);
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    let first = read.item("1");
    assert_eq!(first.url.as_deref(), Some("https://x.com/drexample/status/1"));
    assert_eq!((first.platform.as_str(), first.account.as_str()), ("x", "drexample"));
    assert_eq!(first.created_at.unwrap().to_string(), "2018-10-10T20:19:24Z");
    assert_eq!(first.created_precision, Precision::Second);
    assert_eq!((first.authorship, first.visibility), (Authorship::Own, Visibility::Unknown));
    assert!(first.source.starts_with("twitter-2024-05-01/data/tweets.js#"), "{}", first.source);
    let profile = first.profile.as_ref().unwrap();
    assert_eq!((profile.name.as_str(), profile.location.as_str()), ("Dr Example", "Springfield"));
    assert_eq!(profile.profession, "Medical & Health");
    let bio = &read.items[0];
    assert_eq!((bio.kind, bio.visibility), (Kind::Profile, Visibility::Public));
    assert_eq!(bio.url.as_deref(), Some("https://x.com/drexample"));
}

#[test]
fn decodes_text_after_links() {
    let record = r#"{"tweet": {"id_str": "1", "full_text": "R &lt;90 &amp;lt; https://t.co/a",
        "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://example.org/?a=1&lt;=2"}]}}}"#;
    let read = Archive::new().with("tweets.js", tweets(&[record.to_owned()])).read();
    assert_eq!(read.item("1").text, "R <90 &lt; https://example.org/?a=1&lt;=2");
}

#[test]
fn reads_parts_in_the_order_of_their_numbers() {
    let mut archive = Archive::new();
    for part in [0, 9, 10, 2] {
        let name = if part == 0 { "data/tweets.js".to_owned() } else { format!("data/tweets-part{part}.js") };
        archive = archive.with(&name, tweets(&[tweet(&part.to_string(), "text")]));
    }
    assert_eq!(archive.read().ids(), ["0", "2", "9", "10"]);
}

#[test]
fn says_whose_words_they_are_and_what_they_answer() {
    let reply = |id: &str, rest: &str| {
        format!(r#"{{"tweet": {{"id_str": "{id}", "full_text": "@a hello", {rest}}}}}"#)
    };
    let read = Archive::new()
        .with_account()
        .with(
            "data/tweets.js",
            tweets(&[
                reply("1", r#""in_reply_to_status_id_str": "77", "in_reply_to_user_id_str": "12345""#),
                reply("2", r#""in_reply_to_status_id": 78, "in_reply_to_user_id": 9, "in_reply_to_screen_name": "a""#),
                reply("3", r#""in_reply_to_user_id_str": "9", "in_reply_to_screen_name": "a""#),
                tweet("4", "RT @someone: their words that go on and on…"),
            ]),
        )
        .read();
    let parent = |id: &str| read.item(id).parent.clone().unwrap();
    assert_eq!((parent("1").author, read.item("1").kind), (ParentAuthor::Own, Kind::Reply));
    assert_eq!(read.item("1").thread.as_deref(), Some("77"));
    assert_eq!((parent("2").author, parent("2").id.as_deref()), (ParentAuthor::Unknown, Some("78")));
    assert_eq!(parent("2").handle.as_deref(), Some("a"));
    assert_eq!((read.item("3").kind, parent("3").id), (Kind::Post, None));
    assert_eq!((read.item("4").authorship, read.item("4").truncated), (Authorship::Reshare, true));
}

#[test]
fn a_thread_is_one_thread_in_whatever_order_its_posts_stand() {
    let reply = |id: &str, to: &str| {
        format!(
            r#"{{"tweet": {{"id_str": "{id}", "full_text": "on", "in_reply_to_status_id_str": "{to}"}}}}"#
        )
    };
    let read = Archive::new()
        .with(
            "data/tweets.js",
            tweets(&[reply("31", "22"), tweet("11", "It began"), reply("22", "11"), tweet("40", "b")]),
        )
        .with("data/tweets-part1.js", tweets(&[reply("33", "31")]))
        .with("data/deleted-tweets.js", tweets(&[reply("32", "22")]))
        .read();
    for id in ["11", "22", "31", "32", "33"] {
        assert_eq!(read.item(id).thread.as_deref(), Some("11"), "{id}");
    }
    assert_eq!(read.item("31").parent.as_ref().and_then(|parent| parent.id.as_deref()), Some("22"));
    assert_eq!(read.item("40").thread, None);
}

#[test]
fn groups_the_versions_of_an_edited_post() {
    let read = Archive::new()
        .with(
            "tweets.js",
            tweets(&[
                r#"{"tweet": {"id_str": "1", "full_text": "frist", "edit_info": {"initial": {"editTweetIds": ["1", "2"]}}}}"#.to_owned(),
                r#"{"tweet": {"id_str": "2", "full_text": "first", "edit_info": {"edit": {"initialTweetId": "1", "editControlInitial": {"editTweetIds": ["1", "2"]}}}}}"#.to_owned(),
                r#"{"tweet": {"id_str": "3", "full_text": "other", "edit_info": {"initial": {"editTweetIds": ["3"]}}}}"#.to_owned(),
            ]),
        )
        .read();
    let version = |id: &str| read.item(id).version_of.clone();
    assert_eq!(
        (version("1").as_deref(), version("2").as_deref(), version("3")),
        (Some("1"), Some("1"), None)
    );
}

#[test]
fn joins_long_posts_to_their_beginnings() {
    let long = format!("A &lt;long&gt; story: {}", "and then we talked about it ".repeat(20));
    let whole = long.replace("&lt;", "<").replace("&gt;", ">");
    let cut: String = long.chars().take(270).collect();
    let note = |id: &str, second: u32, text: &str| {
        format!(
            r#"{{"noteTweet": {{"noteTweetId": "{id}", "createdAt": "2018-10-10T20:19:{second}.000Z", "core": {{"text": "{text} https://t.co/n", "urls": [{{"shortUrl": "https://t.co/n", "expandedUrl": "https://example.org/n"}}]}}}}}}"#
        )
    };
    let read = Archive::new()
        .with_account()
        .with(
            "data/note-tweet.js",
            format!(
                "window.YTD.note_tweet.part0 = [{}, {}]",
                note("501", 24, &whole),
                note("502", 25, "another story")
            ),
        )
        .with(
            "data/tweets.js",
            tweets(&[tweet("1", &format!("@a {cut}… https://t.co/z")), tweet("2", "short")]),
        )
        .read();
    assert_eq!(read.item("1").text, format!("{whole} https://example.org/n"));
    assert!(!read.item("1").truncated);
    assert_eq!(read.item("2").text, "short");
    let alone = read.item("502");
    assert_eq!((alone.text.as_str(), alone.url.as_deref()), ("another story https://example.org/n", None));
    assert_eq!(read.items.len(), 4, "bio, two posts, one note alone");
}

#[test]
fn flags_a_long_post_without_its_note() {
    let cut = format!("{}… https://t.co/z", "word ".repeat(54));
    let read = Archive::new().with("tweets.js", tweets(&[tweet("1", &cut)])).read();
    assert!(read.item("1").truncated);
}

#[test]
fn reads_deleted_community_and_circle_posts_and_live_comments() {
    let read = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[]))
        .with("data/deleted-tweets.js", tweets(&[tweet("1", "gone")]))
        .with("data/community-tweet.js", tweets(&[tweet("2", "among us")]))
        .with("data/twitter-circle-tweet.js", tweets(&[tweet("3", "for few")]))
        .with(
            "data/periscope-comments-made-by-user.js",
            r#"window.YTD.periscope_comments_made_by_user.part0 = [{"periscopeCommentsMadeByUser": {"broadcastId": "b1",
            "byAccountId": "12345", "createdAt": "2021-03-04T05:06:07.000Z", "text": "live words"}}]"#,
        )
        .read();
    assert_eq!(read.item("1").live_state, LiveState::Deleted);
    assert_eq!(read.item("2").visibility, Visibility::Unknown);
    assert_eq!(read.item("3").visibility, Visibility::Followers);
    let comment = read.items.iter().find(|item| item.kind == Kind::Comment).unwrap();
    assert_eq!((comment.text.as_str(), comment.thread.as_deref()), ("live words", Some("b1")));
    assert!(comment.id.starts_with("derived-"), "{comment:?}");
}

#[test]
fn reads_community_notes_moments_and_articles() {
    let read = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[tweet("1", "a"), tweet("2", "b")]))
        .with(
            "data/community-note.js",
            r#"window.YTD.community_note.part0 = [{"communityNote": {"noteId": "70", "userId": "12345", "tweetId": "99", "createdAt": "2023-01-02T03:04:05.000Z", "summary": "The trial was withdrawn in May."}}]"#,
        )
        .with(
            "data/moment.js",
            r#"window.YTD.moment.part0 = [{"moment": {"momentId": "80", "title": "On call", "description": "A week of nights", "tweets": [{"momentTweet": {"text": "not mine"}}]}}]"#,
        )
        .with(
            "data/article.js",
            r#"window.YTD.article.part0 = [{"article": {"id": "90", "title": "On triage", "data": [{"text": "First."}, {"text": "Second."}]}}]"#,
        )
        .with("data/article-metadata.js", r#"window.YTD.article_metadata.part0 = [{"articleMetadata": {"visibility": "Draft"}}]"#)
        .with("data/reply-prompt.js", r#"window.YTD.reply_prompt.part0 = [{"replyPrompt": {"proposedTweetText": "no"}}]"#)
        .with("data/community-note-rating.js", "window.YTD.community_note_rating.part0 = [ ]")
        .read();
    assert!(read.coverage.is_complete(), "{:?}", read.coverage.failed);
    let note = read.item("70");
    assert_eq!((note.kind, note.parent.as_ref().unwrap().id.as_deref()), (Kind::Comment, Some("99")));
    assert_eq!(read.item("80").text, "On call\n\nA week of nights");
    assert_eq!(
        (read.item("90").kind, read.item("90").text.as_str()),
        (Kind::Article, "On triage\n\nFirst.\n\nSecond.")
    );
    assert_eq!((read.skipped("asked to reconsider"), read.skipped("ratings of community notes")), (1, 1));
    assert_eq!(read.skipped("unknown kind"), 0);
}

#[test]
fn says_where_posts_were_written_and_which_times_are_none() {
    let post = |id: &str, text: &str, rest: &str| {
        format!(r#"{{"tweet": {{"id_str": "{id}", "full_text": "{text}", {rest}}}}}"#)
    };
    let place = r#""place": {"full_name": "St Bride Infirmary"}, "geo": {"coordinates": ["56.1", "-3.2"]}"#;
    let read = Archive::new()
        .with_account()
        .with(
            "data/tweets.js",
            tweets(&[post("1", "On duty", place), post("2", "RT @a: Hello", place), post("3", "x", r#""created_at": "soon""#)]),
        )
        .with(
            "data/community-note.js",
            r#"window.YTD.community_note.part0 = [{"communityNote": {"noteId": "4", "summary": "No.", "createdAt": "x"}}]"#,
        )
        .with(
            "data/periscope-profile-description.js",
            r#"window.YTD.periscope_profile_description.part0 = [{"periscopeProfileDescription": {"description": "Live from the ward"}}]"#,
        )
        .with("data/spaces-metadata.js", "window.YTD.spaces_metadata.part0 = [ ]")
        .read();
    assert_eq!(read.item("1").text, "On duty\nPlace: St Bride Infirmary");
    assert_eq!(read.item("2").text, "RT @a: Hello", "a place is not of whom is passed on");
    assert!(read.coverage.notes.iter().any(|note| note.contains("coordinates")), "{:?}", read.coverage);
    assert_eq!((read.item("3").created_at, read.failed("a time was not understood")), (None, 2));
    assert!(read.texts().contains(&"Live from the ward"));
    assert_eq!(read.skipped("only one's own comments are read"), 1);
}

#[test]
fn names_media_and_reads_none() {
    let record = r#"{"tweet": {"id_str": "7", "full_text": "look https://t.co/p", "extended_entities": {"media": [
        {"type": "photo", "media_url": "http://pbs.example/media/Abc.jpg", "ext_alt_text": "a &amp; b"},
        {"type": "video", "media_url": "http://pbs.example/thumb.jpg", "video_info": {"variants": [
            {"bitrate": "256000", "url": "https://v.example/low.mp4"},
            {"bitrate": "2176000", "url": "https://v.example/high.mp4?tag=10"},
            {"url": "https://v.example/list.m3u8"}]}}]}}}"#;
    let read = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[record.to_owned()]))
        .with("data/tweets_media/7-Abc.jpg", "not read")
        .read();
    let media = &read.item("7").media;
    assert_eq!(media[0].path.as_deref(), Some("data/tweets_media/7-Abc.jpg"));
    assert_eq!((media[0].alt.as_str(), media[0].kind), ("a & b", MediaKind::Image));
    assert_eq!((media[1].file_name.as_str(), media[1].kind), ("7-high.mp4", MediaKind::Video));
    assert_eq!(read.skipped("only the names"), 1);
}

#[test]
fn reads_messages_only_when_asked() {
    let messages = r#"window.YTD.direct_messages.part0 = [{"dmConversation": {"conversationId": "9-12345", "messages": [
        {"messageCreate": {"id": "m1", "senderId": "12345", "recipientId": "9", "text": "mine", "createdAt": "2021-03-04T05:06:07.000Z"}},
        {"messageCreate": {"id": "m2", "senderId": "9", "recipientId": "12345", "text": "theirs", "mediaUrls": null}},
        {"messageCreate": {"id": "m3", "id": "m3"}},
        {"joinConversation": {"initiatingUserId": "9"}}]}}]"#;
    let archive = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[]))
        .with("data/direct-messages.js", messages);
    let read = archive.read();
    assert!(read.items.iter().all(|item| item.kind != Kind::Message));
    assert_eq!(read.skipped("--include-messages"), 1);
    let read = archive.read_with_messages();
    let (mine, theirs) = (read.item("m1"), read.item("m2"));
    assert_eq!(
        (mine.kind, mine.authorship, mine.visibility),
        (Kind::Message, Authorship::Own, Visibility::Private)
    );
    assert_eq!((theirs.authorship, theirs.thread.as_deref()), (Authorship::Other, Some("9-12345")));
    assert_eq!(read.failed("message of a conversation"), 1);
}

#[test]
fn reads_the_layout_until_2019_and_counts_posts_once() {
    let month = |posts: &str| format!("Grailbird.data.tweets_2010_10 = \n [ {posts} ]");
    let post = |id: u64, text: &str, rest: &str| {
        format!(
            r#"{{"id": {id}, "id_str": "{id}", "text": "{text}", "created_at": "2010-10-01 00:00:00 +0000",
            "user": {{"screen_name": "old", "id_str": "5", "protected": false}} {rest}}}"#
        )
    };
    let original =
        r#", "retweeted_status": {"text": "the whole &amp; full text", "user": {"screen_name": "b"}}"#;
    let read = Archive::new()
        .with("data/js/user_details.js", r#"var user_details =  {"screen_name": "old", "id": "5", "bio": "GP"}"#)
        .with("data/js/payload_details.js", r#"var payload_details = {"tweets": 21112}"#)
        .with("data/js/tweet_index.js", r#"var tweet_index = [{"file_name": "data/js/tweets/2010_10.js", "year": 2010, "tweet_count": 3}, {"year": "2012"}]"#)
        .with("data/js/tweets/2010_10.js", month(&[post(1, "one", ""), post(2, "RT @b: the whole ...", original)].join(",")))
        .with("tweets.csv", "tweet_id,in_reply_to_status_id,in_reply_to_user_id,retweeted_status_id,retweeted_status_user_id,timestamp,source,text,expanded_urls\n1,,,,,2010-10-01 00:00:00 +0000,web,one\n3,9,5,,,2013-01-01 10:00:00 +0000,web,\"later &lt;3\"\n4,,,,,soon,web,see http://t.co/a,http://example.org/x\n")
        .read();
    assert_eq!(read.recognised, "X archive (layout until 2019) of @old, 21,112 posts listed, 2010-2012");
    assert_eq!(read.ids(), ["profile-5", "1", "2", "3", "4"]);
    assert_eq!(read.item("4").text, "see http://example.org/x");
    assert_eq!(read.failed_examples("a time was not understood"), ["tweets.csv#3"]);
    let one = read.item("1");
    assert_eq!((one.created_precision, one.visibility), (Precision::Day, Visibility::Public));
    let two = read.item("2");
    assert_eq!(two.text, "RT @b: the whole & full text");
    assert_eq!((two.authorship, two.truncated), (Authorship::Reshare, false));
    let three = read.item("3");
    assert_eq!((three.text.as_str(), three.kind), ("later <3", Kind::Reply));
    assert_eq!(three.parent.as_ref().unwrap().author, ParentAuthor::Own);
    assert_eq!(read.skipped("not counted twice"), 1);
    assert_eq!(read.failed_examples("fewer records"), ["data/js/tweets/2010_10.js: 2 of 3"]);
}

#[test]
fn reads_a_single_file_by_its_content() {
    for (name, content) in [
        ("tweets.js", tweets(&[tweet("1", "a")])),
        ("anything.txt", tweets(&[tweet("1", "a")])),
        ("plain.json", format!("[{}]", tweet("1", "a"))),
        ("month.js", "Grailbird.data.tweets_2013_02 = [{\"id_str\": \"1\", \"text\": \"a\"}]".to_owned()),
        ("posts.csv", "\"tweet_id\",\"text\"\n\"1\",\"a\"\n".to_owned()),
    ] {
        let archive = Archive::new().with(name, content).alone();
        assert!(whitecoat::sources::archive::claims(&archive.path), "{name}");
        let read = archive.read();
        assert_eq!(read.ids(), ["1"], "{name}");
        assert_eq!(read.recognised, format!("{name} of an X archive"));
        assert_eq!(read.items[0].url.as_deref(), Some("https://x.com/i/web/status/1"));
    }
    let notes = Archive::new().with("notes.txt", "just notes").alone();
    assert!(!whitecoat::sources::archive::claims(&notes.path));
}

#[test]
fn says_what_is_not_read_and_why() {
    let read = Archive::new()
        .with_account()
        .with("data/tweets.js", tweets(&[tweet("1", "a"), tweet("2", "b")]))
        .with("data/like.js", "window.YTD.like.part0 = [ ]")
        .with("data/ip-audit.js", "window.YTD.ip_audit.part0 = [ ]")
        .with("data/ad-impressions.js", "window.YTD.ad_impressions.part0 = [ ]")
        .with("data/from-the-future.js", "window.YTD.from_the_future.part0 = [ ]")
        .with("data/inner.zip", "PK")
        .read();
    assert_eq!(read.skipped("likes"), 7, "the manifest's count");
    for reason in ["IP addresses", "advertising", "unknown kind", "zip inside"] {
        assert_eq!(read.skipped(reason), 1, "{reason}");
    }
    assert!(read.coverage.is_complete());
}

#[test]
fn checks_the_manifests_counts() {
    let read = Archive::new().with_account().with("data/tweets.js", tweets(&[tweet("1", "only one")])).read();
    assert_eq!(read.failed_examples("fewer records"), ["data/tweets.js: 1 of 2"]);
    let read = Archive::new().with_account().with("data/tweets-part7.js", tweets(&[])).read();
    assert_eq!(read.failed_examples("not in it"), ["tweets.js (2 records)"]);
}

#[test]
fn keeps_every_record_but_the_broken_ones() {
    let broken = r#"{"tweet": {"id_str": "2", "full_text": "no end}}"#.to_owned();
    let list =
        tweets(&[tweet("1", "a"), broken, tweet("3", "c"), "{\"tweet\": [}".to_owned(), tweet("5", "e")]);
    let at = list.find("{\"tweet\": {\"id_str\": \"2\"").unwrap();
    let read = Archive::new().with("data/tweets.js", list).read();
    assert_eq!(read.ids(), ["1", "3", "5"]);
    assert_eq!(read.failed_examples("A text is not closed"), [format!("data/tweets.js#{at}")]);
    assert_eq!(
        read.coverage.failed.values().map(|gap| gap.count).sum::<u64>(),
        2,
        "{:?}",
        read.coverage.failed
    );
}

#[test]
fn keeps_what_stands_before_a_cut() {
    let list = tweets(&[tweet("1", "a"), tweet("2", "b"), tweet("3", "c")]);
    let cut = &list[..list.find("\"3\"").unwrap()];
    let read = Archive::new().with("data/tweets.js", cut).read();
    assert_eq!(read.ids(), ["1", "2"]);
    assert_eq!(read.failed("ends in the middle"), 1);
}

#[test]
fn reads_other_encodings() {
    let list = tweets(&[tweet("1", "Café 5 µg")]);
    let latin: Vec<u8> = list.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let wide: Vec<u8> =
        std::iter::once(0xFEFF).chain(list.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (encoding, content, noted) in [("latin", latin, true), ("utf-16", wide, false)] {
        let read = Archive::new().with("data/tweets.js", content).read();
        assert_eq!(read.item("1").text, "Café 5 µg", "{encoding}");
        assert_eq!(read.coverage.notes.iter().any(|note| note.contains("Windows-1252")), noted, "{encoding}");
    }
    let halves = r#"{"tweet": {"id_str": "1", "full_text": "cut emoji \ud83d"}}"#;
    let read = Archive::new().with("tweets.js", tweets(&[halves.to_owned()])).read();
    assert_eq!(read.item("1").text, "cut emoji \u{FFFD}");
}

#[test]
fn caps_a_monstrous_text_and_says_so() {
    let read = Archive::new()
        .with("tweets.js", tweets(&[tweet("1", &"x".repeat(2_000_000)), tweet("2", "b")]))
        .read();
    assert!(read.item("1").truncated && read.item("1").text.len() == 128 * 1024);
    assert_eq!(read.item("2").text, "b");
    assert!(read.coverage.failed.keys().any(|reason| reason.contains("128 KiB")));
}

#[test]
fn accepts_wrong_shapes() {
    let records = [
        r#"{"tweet": {"id": 1, "full_text": "numbers", "entities": null, "extended_entities": {"media": null}}}"#,
        r#"{"tweet": {"id_str": "2", "full_text": "lists", "entities": {"urls": {}, "media": "none"}, "edit_info": [], "in_reply_to_user_id": false}}"#,
        r#"{"tweet": {"full_text": "no number"}}"#,
        r#"{"tweet": {"id_str": "4"}}"#,
        r#"{"tweet": null}"#,
        "17",
        r#"{"id_str": "7", "full_text": "bare"}"#,
    ];
    let read = Archive::new().with("tweets.js", tweets(&records.map(str::to_owned))).read();
    assert_eq!(read.texts(), ["numbers", "lists", "no number", "bare"]);
    assert_eq!(read.failed("without text"), 2);
    assert_eq!(read.failed("not valid JSON"), 1);
    assert!(read.items[2].id.starts_with("derived-") && read.items[2].url.is_none());
}

#[test]
fn reports_empty_files() {
    let read = Archive::new().with_account().with("data/tweets.js", "").zipped_below("").read();
    assert_eq!(read.failed_examples("empty (0 bytes)"), ["data/tweets.js"]);
}

#[test]
fn reads_the_samples_in_place() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/twitter");
    if !samples.exists() {
        return;
    }
    let read = |name: &str| {
        let folder = support::read(&samples.join(name), false);
        let zipped = Archive::of(&samples.join(name)).zipped_below("export").read();
        assert_eq!(folder.texts(), zipped.texts(), "{name}");
        folder
    };
    let posts = |read: &support::Read| read.items.iter().filter(|item| item.kind != Kind::Profile).count();

    let andre = read("andreruffert-twitter");
    assert_eq!(andre.recognised, "X archive of @andreruffert, 1,986 posts listed");
    assert_eq!(posts(&andre), 1986);
    let count =
        |test: &dyn Fn(&whitecoat_engine::Item) -> bool| andre.items.iter().filter(|item| test(item)).count();
    assert_eq!(count(&|item| item.authorship == Authorship::Reshare), 643);
    assert_eq!(count(&|item| item.parent.as_ref().is_some_and(|parent| parent.id.is_some())), 485);
    assert_eq!(count(&|item| item.parent.as_ref().is_some_and(|parent| parent.id.is_none())), 68);
    assert_eq!(count(&|item| !item.media.is_empty()), 146);
    assert_eq!(count(&|item| item.text.contains("&amp;") || item.text.contains("&lt;")), 0);
    assert_eq!(andre.skipped("likes"), 1359);
    assert!(andre.coverage.is_complete(), "{:?}", andre.coverage.failed);

    let denchi = read("denchi-lumeninferiusarchive");
    assert_eq!(
        (posts(&denchi), denchi.items.iter().filter(|item| item.kind == Kind::Reply).count()),
        (22, 9)
    );
    assert!(denchi.coverage.is_complete(), "{:?}", denchi.coverage.failed);

    let months = read("06b-Twitter-Archive");
    assert_eq!(posts(&months), 1024);
    let zeroed = months.items.iter().filter(|item| item.created_precision == Precision::Day);
    assert_eq!(zeroed.count(), 459);
    let reshared = months.items.iter().filter(|item| item.authorship == Authorship::Reshare);
    assert!(reshared.count() >= 218);

    let both = read("AGUSTINCORDOBAJ-TwitterArchive");
    assert_eq!((posts(&both), both.skipped("not counted twice")), (59, 49));
    assert!(both.coverage.is_complete(), "{:?}", both.coverage.failed);
}
