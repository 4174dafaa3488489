//! Exports of networks, blogs and chats with one damaged file: nothing panics, the damage is said, the rest is read.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use archive_support::{Archive, Read, fixture};

/// A file of each fixture.
const FILES: &[(&str, &str)] = &[
    ("mastodon", "outbox.json"),
    ("wordpress", "fenwick.wordpress.2024-05-01.xml"),
    ("blogger", "backup.xml"),
    ("tumblr", "posts/posts.xml"),
    ("medium", "posts/2018-08-11_On-tea-0123456789ab.html"),
    ("substack", "posts.csv"),
    ("ghost", "fenwick.ghost.2024-05-01.json"),
    ("telegram", "result.json"),
    ("whatsapp", "WhatsApp Chat - Tam.txt"),
    ("discord", "messages/c1/messages.json"),
];

fn whole(name: &str) -> Read {
    archive_support::read(&fixture(name), true)
}

fn bytes(name: &str, file: &str) -> Vec<u8> {
    std::fs::read(fixture(name).join(file)).unwrap()
}

/// The fixture with other bytes in one of its files. `None` where nothing of it could be read, with the message checked.
fn with(name: &str, file: &str, content: &[u8]) -> Option<Read> {
    let archive = Archive::of(&fixture(name)).with(file, content);
    match archive_support::try_read(&archive.path, true) {
        Ok(read) => Some(read),
        Err(error) => {
            assert!(error.to_string().contains("try:"), "{name} {file}: {error}");
            None
        }
    }
}

/// The fixture with a piece of text in one of its files replaced.
fn changed(name: &str, file: &str, from: &str, to: &str) -> Read {
    let text = String::from_utf8(bytes(name, file)).unwrap();
    assert!(text.contains(from), "{name} {file}: {from}");
    with(name, file, text.replacen(from, to, 1).as_bytes()).unwrap()
}

#[test]
fn other_encodings_are_the_same_words() {
    for (name, file) in FILES {
        let content = bytes(name, file);
        let marked = [b"\xEF\xBB\xBF".as_slice(), &content].concat();
        assert_eq!(with(name, file, &marked).unwrap().texts(), whole(name).texts(), "{name}");
        let text = String::from_utf8(content).unwrap();
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(with(name, file, &utf16).unwrap().texts(), whole(name).texts(), "{name}");
    }
}

#[test]
fn an_empty_file_is_said() {
    for (name, file) in FILES {
        let Some(read) = with(name, file, b"") else { continue };
        assert!(read.failed("empty (0 bytes)") >= 1, "{name}: {:?}", read.coverage);
    }
}

#[test]
fn other_content_under_the_name_is_said() {
    let contents: [&[u8]; 7] = [
        b" \n",
        b"null",
        b"[7, \"x\", null]",
        b"{\"a\": {\"b\": 1}}",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xFF\xFE\xFD",
        b"<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>",
        b"window.YTD.like.part0 = [ {\"like\": {}} ]",
    ];
    for (name, file) in FILES {
        for content in contents {
            let Some(read) = with(name, file, content) else { continue };
            let shown = String::from_utf8_lossy(content);
            assert!(read.items.len() < whole(name).items.len(), "{name} {shown}: {:?}", read.texts());
            assert!(!read.texts().iter().any(|text| text.contains("lollol")), "{name}");
            assert!(read.failed("") + read.skipped("") > 0, "{name} {shown}: {:?}", read.coverage);
        }
    }
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    // Lines of text and pages do not tell where they should end.
    let tell = |name: &str| !["whatsapp", "medium", "substack"].contains(&name);
    for (name, file) in FILES {
        let (content, expected) = (bytes(name, file), whole(name));
        let failed = expected.failed("");
        for cut in 1..40 {
            let length = content.len() * cut / 40;
            let Some(read) = with(name, file, &content[..length]) else { continue };
            assert!(read.items.len() <= expected.items.len() + 1, "{name} {length}");
            assert!(!tell(name) || read.failed("") > 0, "{name} {length}: {:?}", read.coverage);
            assert!(
                read.items.len() >= expected.items.len() || !tell(name) || read.failed("") > 0 || failed > 0
            );
        }
    }
}

#[test]
fn a_broken_record_costs_only_itself() {
    for (name, file, from, to, lost) in [
        ("mastodon", "outbox.json", "\"content\": \"<p>and", "\"content\" \"<p>and", 1),
        ("wordpress", "fenwick.wordpress.2024-05-01.xml", "<title>Later</title>", "<title>Later</titel>", 1),
        ("wordpress", "fenwick.wordpress.2024-05-01.xml", "Half a thought]]>", "Half a thought", 1),
        ("blogger", "backup.xml", "<title type='text'>About</title>", "<title type='text'>About</b>", 1),
        ("tumblr", "posts/posts.xml", "</photo-caption>", "", 1),
        ("ghost", "fenwick.ghost.2024-05-01.json", "\"id\":\"64a2\",", "\"id\":\"64a2\" \"x\",", 1),
        ("telegram", "result.json", "\"id\": 4, ", "\"id\": 4 \"x\", ", 1),
        (
            "discord",
            "messages/c1/messages.json",
            "\"Contents\": \"rewritten\"",
            "\"Contents\" \"rewritten\"",
            1,
        ),
    ] {
        let (read, expected) = (changed(name, file, from, to), whole(name));
        assert_eq!(read.items.len() + lost, expected.items.len(), "{name}: {:?}", read.coverage);
        let more =
            read.coverage.failed.keys().filter(|reason| !expected.coverage.failed.contains_key(*reason));
        assert_eq!(more.count(), 1, "{name}: {:?}", read.coverage.failed);
    }
}

#[test]
fn values_of_other_shapes_cost_only_themselves() {
    for (name, file, from, to) in [
        ("mastodon", "outbox.json", "\"attachment\": []", "\"attachment\": null"),
        ("mastodon", "outbox.json", "\"tag\": []", "\"tag\": {}"),
        ("mastodon", "outbox.json", "\"summary\": null", "\"summary\": 7"),
        ("mastodon", "actor.json", "\"attachment\": [", "\"attachment\": null, \"x\": ["),
        ("ghost", "fenwick.ghost.2024-05-01.json", "\"canonical_url\":null", "\"canonical_url\":[1]"),
        ("telegram", "result.json", "\"1682964120\"", "1682964120"),
        ("telegram", "result.json", "\"from_id\": \"user800\"", "\"from_id\": null"),
        ("discord", "messages/c1/channel.json", "\"id\": \"1\"", "\"id\": 1"),
    ] {
        let (read, expected) = (changed(name, file, from, to), whole(name));
        assert_eq!(read.items.len(), expected.items.len(), "{name} {to}: {:?}", read.coverage);
        assert_eq!(read.failed(""), expected.failed(""), "{name} {to}: {:?}", read.coverage);
    }
}

#[test]
fn a_list_that_is_none_is_said_or_empty() {
    let read =
        with("mastodon", "outbox.json", br#"{"type": "OrderedCollection", "orderedItems": null}"#).unwrap();
    assert_eq!(read.items.len(), 1, "the bio");
    let one = br#"{"type": "OrderedCollection", "orderedItems": {"type": "Create", "object": {"content": "alone"}}}"#;
    assert_eq!(with("mastodon", "outbox.json", one).unwrap().texts()[1..], ["alone"]);
}

#[test]
fn half_characters_are_repaired() {
    for (name, file, from) in [
        ("mastodon", "outbox.json", "Night all."),
        ("ghost", "fenwick.ghost.2024-05-01.json", "All of them"),
        ("telegram", "result.json", "How was it?"),
        ("discord", "messages/c1/messages.json", "rewritten"),
    ] {
        let read = changed(name, file, from, r"half \ud83d");
        assert!(read.texts().iter().any(|text| text.contains("half \u{fffd}")), "{name}: {:?}", read.texts());
    }
}

#[test]
fn deep_html_and_entities_cost_nothing() {
    let deep = "&lt;div&gt;".repeat(100_000);
    let read =
        changed("tumblr", "posts/posts.xml", "&lt;p&gt;Tea &amp;amp; toast&lt;/p&gt;", &format!("{deep}tea"));
    assert!(read.item("101").text.contains("tea"));
    let read = changed("blogger", "backup.xml", "One bed", &format!("{deep}One bed"));
    assert!(read.item("tag:blogger.com,1999:blog-77.post-1").text.contains("One bed"));
    let read = changed("mastodon", "outbox.json", "Night all.", &"<div>".repeat(100_000));
    assert_eq!(read.items.len(), whole("mastodon").items.len());
    let file = "posts/2018-08-11_On-tea-0123456789ab.html";
    let read = changed("medium", file, "I drink", &format!("{}I drink", "<div>".repeat(100_000)));
    assert!(read.texts().iter().any(|text| text.contains("I drink")));
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>";
    let read = changed(
        "wordpress",
        "fenwick.wordpress.2024-05-01.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>",
        bomb,
    );
    assert_eq!(read.texts(), whole("wordpress").texts());
    let read =
        changed("wordpress", "fenwick.wordpress.2024-05-01.xml", "<title>Gone</title>", "<title>&b;</title>");
    assert!(read.item("15").text.starts_with("&b;"), "{:?}", read.item("15").text);
    let nested = "<x>".repeat(100_000);
    let read = changed("wordpress", "fenwick.wordpress.2024-05-01.xml", "<title>Gone</title>", &nested);
    assert_eq!(read.failed("nests too deep"), 1);
}
