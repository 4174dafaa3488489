#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::{Value, json};

use super::super::testing::{self, Answers, run};
use super::*;

const AT: &str = "https://fenwick.example/feed/";

fn walk() -> Feed {
    Feed::new(&Url::parse(AT).unwrap())
}

fn read(bytes: &[u8], content_type: Option<&str>) -> Result<Entries, &'static str> {
    entries::read(bytes, content_type, &Url::parse("https://fenwick.example/feed").unwrap())
}

const RSS: &str = r#"<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Fenwick writes</title><link>https://fenwick.example/blog</link>
    <description>A GP's diary</description><generator>https://wordpress.org/?v=6.5</generator>
    <atom:link rel="next" href="https://fenwick.example/feed/?page=2"/>
    <item><title>On R&amp;R</title><link>https://fenwick.example/blog/on-rr</link><guid isPermaLink="false">https://fenwick.example/blog/?p=11</guid>
      <pubDate>Wed, 01 May 2024 03:00:00 +0000</pubDate><description><![CDATA[<p>First [&hellip;]</p>]]></description>
      <content:encoded><![CDATA[<p>First<br>second</p><img src="https://fenwick.example/desk.jpg" alt="My desk">]]></content:encoded></item>
    <item><description>Just a note that breaks off&#8230;</description><guid>https://fenwick.example/blog/?p=12</guid></item>
    <item><guid>https://fenwick.example/blog/?p=13</guid></item></channel></rss>"#;

#[test]
fn a_feed_gives_its_entries() {
    let more = json!({"version": "https://jsonfeed.org/version/1.1", "title": "Fenwick writes",
        "next_url": "/feed/?page=2", "items": [{"id": 10, "content_text": "Older", "date_published": "2024-04-01T00:00:00Z"}]});
    let answers = Answers::default().with(AT, RSS).with("https://fenwick.example/feed/?page=2", more);
    let walked = run(&mut walk(), &answers);
    insta::assert_snapshot!(testing::shown(&walked.found.items));
    assert_eq!((walked.gaps("without words"), walked.gaps("no RSS"), walked.asked.len()), (1, 0, 2));
}

#[test]
fn what_may_be_said_in_full_on_its_page_is_short() {
    let rss = |inside: &str| {
        format!(
            "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
             xmlns:media='http://search.yahoo.com/mrss/'><channel><title>F</title><item><guid>1</guid><title>A day</title>\
             <link>https://fenwick.example/1</link>{inside}</item></channel></rss>"
        )
    };
    let entry = |inside: Value| {
        let mut entry = json!({"id": "1", "title": "A day", "url": "https://fenwick.example/1"});
        entry.as_object_mut().unwrap().extend(inside.as_object().unwrap().clone());
        json!({"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": [entry]}).to_string()
    };
    for (feed, expected) in [
        (rss(""), true),
        (rss("<description>On the ward</description>"), true),
        (rss("<content:encoded>On the ward</content:encoded>"), false),
        (
            rss(
                "<media:content url='https://fenwick.example/1.jpg'><media:description>On the ward</media:description></media:content>",
            ),
            false,
        ),
        (entry(json!({})), true),
        (entry(json!({"summary": "On the ward"})), true),
        (entry(json!({"summary": "On the ward", "content_text": "On the ward by the river"})), false),
    ] {
        let mut beside = Feed::beside_pages(&Url::parse(AT).unwrap());
        let answers = Answers::default().with(AT, &feed);
        let found = [&mut beside, &mut walk()].map(|walk| run(walk, &answers).item("1").truncated);
        assert_eq!(found, [expected, false], "{feed}");
    }
}

/// The samples with the model that the parser's authors expect.
#[test]
fn real_feeds_have_the_entries_that_are_expected() {
    let Some(folder) = testing::samples("feeds") else { return };
    let (mut feeds, mut all, mut wrong) = (0, 0, Vec::new());
    for path in files(&folder).iter().filter(|path| path.to_string_lossy().ends_with(".serde.json")) {
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let stem = path.to_string_lossy().replace(".serde.json", "");
        let source = [".xml", ".json"].map(|end| format!("{stem}{end}"));
        let source = source.iter().find(|source| Path::new(source).is_file()).unwrap();
        let feed = read(&std::fs::read(source).unwrap(), None).unwrap();
        feeds += 1;
        let entries = expected["entries"].as_array().unwrap();
        if entries.len() != feed.entries.len() || feed.note.is_some() {
            wrong.push(format!("{stem}: {} entries of {}", feed.entries.len(), entries.len()));
        }
        for (ours, theirs) in feed.entries.iter().zip(entries) {
            all += 1;
            let time = theirs["published"].as_str().or(theirs["updated"].as_str());
            let time = time.and_then(|time| time.parse::<whitecoat_engine::Moment>().ok());
            let title = theirs["title"]["content"].as_str().unwrap_or_default();
            let seconds = |time: Option<whitecoat_engine::Moment>| time.map(|it| it.instant().as_second());
            if ours.title != title || seconds(ours.created_at) != seconds(time) {
                wrong.push(format!("{stem}: {:?} {:?} for {title} {time:?}", ours.title, ours.created_at));
            }
            let body = theirs["content"]["body"].as_str().or(theirs["summary"]["content"].as_str());
            // Markup around the words is another question.
            let words = |html: &str| stored_html::words(html, &mut crate::coverage::Coverage::default());
            if let Some(body) =
                body.filter(|body| !body.trim().is_empty() && words(&ours.body) != words(body))
            {
                wrong.push(format!("{stem}: body of {title}, {} for {}", ours.body.len(), body.len()));
            }
        }
    }
    assert!(
        feeds == 29 && all == 58 && wrong.is_empty(),
        "{feeds} feeds, {all} entries:\n{}",
        wrong.join("\n")
    );
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files.extend(self::files(&entry)) } else { files.push(entry) }
    }
    files.sort();
    files
}

#[test]
fn encodings_are_read_before_the_parser_sees_them() {
    let Some(folder) = testing::samples("feeds-encoding") else { return };
    let body = |name: &str, content_type: Option<&str>| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let feed = read(&bytes, content_type);
        feed.ok().and_then(|feed| feed.entries.into_iter().next()).map(|entry| entry.body)
    };
    let text = "text/xml; charset=windows-1252";
    assert_eq!(body("http_text_xml_charset_2.xml", Some(text)).as_deref(), Some("This is a £“test.”"));
    assert_eq!(body("demoronize-3.xml", None).as_deref(), Some("don&#146;t"));
    for path in files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        // Some of them hold nothing but their root.
        let _ = read(&bytes, None);
        assert!(entries::text(&bytes, None).trim_start().starts_with('<'), "{}", path.display());
    }
}

#[test]
fn reviews_keep_their_replies() {
    let Some(folder) = testing::samples("nhs-reviews") else { return };
    let text = std::fs::read_to_string(folder.join("comments-page1.atom.xml")).unwrap();
    let walked = run(&mut walk(), &Answers::default().with(AT, text));
    let of = |kind: Kind| walked.found.items.iter().filter(move |item| item.kind == kind);
    assert_eq!(
        (of(Kind::Comment).count(), of(Kind::ReviewReply).count(), walked.gaps("deleted")),
        (17, 10, 3)
    );
    assert!(of(Kind::Comment).all(|item| item.authorship == Authorship::Other));
    for reply in of(Kind::ReviewReply) {
        let parent = reply.parent.as_ref().unwrap();
        let review = walked.item(parent.id.as_deref().unwrap());
        assert_eq!((parent.author, parent.kind), (ParentAuthor::Patient, ParentKind::Review));
        assert_eq!((reply.authorship, parent.text.as_deref()), (Authorship::Own, Some(review.text.as_str())));
        assert!(!reply.text.contains("practice replied:"), "the title is no words of the practice");
        assert_eq!(reply.thread, parent.id);
    }
}

#[test]
fn one_broken_entry_does_not_cost_the_others() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Reviews</title>
        <entry><id>1</id><title>Good</title><category term="comment" scheme="commentType"/><content type="application/xml"><a><b>Kind </b>staff</a></content></entry>
        <entry><id>2</id><title>Bad</title><content type="text">Late</b></content></entry>
        <entry><id>1R</id><title>Replied:</title><category term="reply" scheme="commentType"/><content>Thank you, Mrs Ode</content>
          <in-reply-to ref="1" xmlns="http://purl.org/syndication/thread/1.0"/></entry></feed>"#;
    let read = read(feed.as_bytes(), None).unwrap();
    assert!(read.note.is_some());
    let walked = run(&mut walk(), &Answers::default().with(AT, feed));
    assert_eq!(walked.ids(), ["1", "1R"]);
    let reply = walked.item("1R");
    assert_eq!((reply.kind, reply.text.as_str()), (Kind::ReviewReply, "Thank you, Mrs Ode"));
    assert_eq!(reply.parent.as_ref().unwrap().text.as_deref(), Some("Good\n\nstaff\nKind"));
}

#[test]
fn what_is_no_feed_says_so() {
    for (body, expected) in [
        ("<!DOCTYPE html><title>Sign in</title>", "a web page came"),
        ("", "no RSS"),
        ("{\"a\": 1}", "no RSS"),
        ("{\"items\": 7}", "no RSS"),
        ("nothing like it", "no RSS"),
        ("<rss", "no RSS"),
        ("<urlset><url><loc>https://h.example/</loc></url></urlset>", "no RSS"),
    ] {
        let walked = run(&mut walk(), &Answers::default().with(AT, body));
        assert_eq!((walked.gaps(expected), walked.found.items.len()), (1, 0), "{body}");
    }
}

#[test]
fn hostile_feeds_end() {
    let deep = format!("<rss><channel><item><description>{}x", "<a>".repeat(50_000));
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel><title>t</title><item><title>&b;</title><guid>1</guid></item></channel></rss>"#;
    let utf16: Vec<u8> =
        "<?xml version='1.0' encoding='utf-16'?><rss version='2.0'><channel><title>t</title><item><title>é</title></item></channel></rss>"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
    for bytes in [deep.into_bytes(), bomb.as_bytes().to_vec(), vec![0; 1000], b"<rss>\xFF\xFE<item>".to_vec()]
    {
        let _ = read(&bytes, None);
    }
    assert_eq!(read(&utf16, None).unwrap().entries[0].title, "é");
    // The next page that is this page again.
    let circle = RSS.replace("/feed/?page=2", "/feed/");
    let walked = run(&mut walk(), &Answers::default().with(AT, circle));
    assert_eq!(walked.asked.len(), 1);
}

#[test]
fn feeds_of_comments_and_channels_are_told_apart() {
    let comments = RSS.replace("<title>Fenwick writes", "<title>Comments on: On R&amp;R");
    let walked = run(&mut walk(), &Answers::default().with(AT, comments));
    let comment = walked.item("11");
    assert_eq!((comment.kind, comment.authorship), (Kind::Comment, Authorship::Other));
    let Some(folder) = testing::samples("feeds/atom") else { return };
    let channel = std::fs::read_to_string(folder.join("atom_mediarss_youtube_1.xml")).unwrap();
    let at = "https://www.youtube.com/feeds/videos.xml?channel_id=UC7_gcs09iThXybpVgjHZ_7g";
    let mut walk = Feed::new(&Url::parse(at).unwrap());
    let walked = run(&mut walk, &Answers::default().with(at, channel));
    let video = walked.item("0A1ouV7iD8o");
    assert_eq!((video.platform.as_str(), video.kind), ("youtube", Kind::Caption));
    assert!(video.text.contains("\n\nCheck Out Weathered"));
}
