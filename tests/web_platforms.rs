//! The command on servers that answer as platforms do: live accounts and sites give what their exports give, offline too.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use web_support::{HTML, Server, reply, run, stderr};

/// What of a finding does not say where its item was read.
const COLUMNS: &str = "rule,severity,excerpt,kind,posted_at,item_id,finding_id";

/// What an export holds.
#[derive(Clone, Copy)]
enum Export {
    Whole,
    /// Not the words that a reply answers.
    WithoutParents,
}

/// What is the same however an item was read: kind, author, time, words, and what it answers; without the words that it
/// answers where `export` is of a platform that leaves them out.
fn told(lines: &str, export: Export) -> BTreeSet<String> {
    let told = |item: Value| {
        let parent = &item["parent"];
        let parent = match (parent.is_null(), export) {
            (true, _) => Value::Null,
            (false, Export::Whole) => json!([parent["author"], parent["text"]]),
            (false, Export::WithoutParents) => json!([parent["author"]]),
        };
        format!("{} {} {} {} {parent}", item["kind"], item["authorship"], item["created_at"], item["text"])
    };
    lines.lines().map(|line| told(serde_json::from_str(line).unwrap())).collect()
}

/// Reads a server and the export of what is on it: both give the same items and findings, and so does the evidence.
/// Returns how many items there are.
#[track_caller]
fn same_as_export(folder: &TempDir, live: &str, export: &str, sort: Export) -> usize {
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let extract = |input: &str, out: &str| {
        let output = run(folder, &["extract", input, "--allow-loopback", "-o", out]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        told(&read(out), sort)
    };
    let (fetched, exported) = (extract(live, "live.jsonl"), extract(export, "export.jsonl"));
    assert_eq!(fetched, exported);

    let audit = |input: &str, out: &str, more: &[&str]| {
        let arguments = ["audit", input, "--allow-loopback", "--columns", COLUMNS, "-o", out];
        let output = run(folder, &[&arguments, more].concat());
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
        read(out)
    };
    let findings = audit(live, "live.csv", &["--evidence", "live.warc.gz"]);
    assert_eq!(audit(export, "export.csv", &[]), findings);
    assert_eq!(audit("live.warc.gz", "again.csv", &[]), findings);
    assert!(findings.contains("privacy/"), "{findings}");
    fetched.len()
}

const PATIENT: &str = "Saw my patient Margaret Ellison, 67, on the ward at Larkspur Falls Hospital yesterday. She was \
                       admitted with a stroke on 3 March and her daughter told me the whole story.";

/// Identifier, title, text and day of a post on a blog.
const POSTS: &[(u32, &str, &str, &str)] = &[
    (11, "On rest", "Rest days are for rest, whatever the rota says about them.", "2024-04-30"),
    (12, "A story", PATIENT, "2024-05-02"),
];
/// Identifier, what it answers, author, their number among the users, and words of a comment on the first post.
const COMMENTS: &[(u32, u32, &str, u32, &str)] =
    &[(1, 0, "Tam", 0, "You saw me on Monday!"), (2, 1, "Orla", 3, "I did, and your knee was fine.")];

fn wxr(here: &str) -> String {
    let comments: String = COMMENTS
        .iter()
        .map(|(id, parent, author, user, words)| {
            format!(
                "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>{author}</wp:comment_author>\
                 <wp:comment_date>2024-05-01 04:0{id}:00</wp:comment_date><wp:comment_date_gmt>2024-05-01 04:0{id}:00\
                 </wp:comment_date_gmt><wp:comment_content><![CDATA[{words}]]></wp:comment_content>\
                 <wp:comment_approved>1</wp:comment_approved><wp:comment_parent>{parent}</wp:comment_parent>\
                 <wp:comment_user_id>{user}</wp:comment_user_id></wp:comment>"
            )
        })
        .collect();
    let post = |(id, title, words, day): &(u32, &str, &str, &str)| {
        let comments = if *id == 11 { comments.as_str() } else { "" };
        format!(
            "<item><title>{title}</title><link>{here}/{id}</link><dc:creator><![CDATA[orla]]></dc:creator>\
             <content:encoded><![CDATA[<p>{words}</p>]]></content:encoded><wp:post_id>{id}</wp:post_id>\
             <wp:post_date>{day} 20:00:00</wp:post_date><wp:post_date_gmt>{day} 20:00:00</wp:post_date_gmt>\
             <wp:status>publish</wp:status><wp:post_type>post</wp:post_type>{comments}</item>"
        )
    };
    format!(
        "<?xml version='1.0'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>Notes</title>\
         <link>{here}</link><description>A diary</description><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>{here}\
         </wp:base_blog_url><wp:author><wp:author_id>3</wp:author_id><wp:author_login>orla</wp:author_login>\
         <wp:author_display_name>Orla</wp:author_display_name></wp:author>{}</channel></rss>",
        POSTS.iter().map(post).collect::<String>()
    )
}

fn wordpress(here: &str, list: &str) -> Option<Value> {
    let posts = POSTS.iter().map(|(id, title, words, day)| {
        let date = format!("{day}T20:00:00");
        json!({"id": id, "date": date, "date_gmt": date, "link": format!("{here}/{id}"), "status": "publish", "type": "post",
               "author": 3, "title": {"rendered": title}, "content": {"rendered": format!("<p>{words}</p>\n"), "protected": false},
               "excerpt": {"rendered": "", "protected": false}})
    });
    let comments = COMMENTS.iter().map(|(id, parent, author, user, words)| {
        let date = format!("2024-05-01T04:0{id}:00");
        json!({"id": id, "post": 11, "parent": parent, "author": user, "author_name": author, "date": date, "date_gmt": date,
               "content": {"rendered": format!("<p>{words}</p>\n")}, "link": format!("{here}/11#comment-{id}"), "type": "comment"})
    });
    Some(match list {
        "" => {
            json!({"name": "Notes", "description": "A diary", "url": here, "home": here, "namespaces": ["wp/v2"]})
        }
        "wp/v2/users" => {
            json!([{"id": 3, "name": "Orla", "slug": "orla", "link": format!("{here}/author/orla/")}])
        }
        "wp/v2/posts" => posts.collect(),
        "wp/v2/comments" => comments.collect(),
        "wp/v2/pages" | "wp/v2/media" => json!([]),
        "wp/v2/types" => json!({"post": {"name": "Posts", "slug": "post", "rest_base": "posts"}}),
        _ => return None,
    })
}

#[test]
fn a_blog_gives_what_its_export_gives() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::with(|target, stream| {
        let here = format!("http://{}", stream.local_addr().unwrap());
        if target == "/" {
            let page = "<!doctype html><title>Notes</title><link rel='https://api.w.org/' href='/wp-json/'><p>A diary";
            return reply(stream, "200 OK", HTML, page.as_bytes());
        }
        let list = target.strip_prefix("/wp-json/").map(|rest| rest.split('?').next().unwrap_or_default());
        match list.and_then(|list| wordpress(&here, list)) {
            Some(body) => {
                let headers = "Content-Type: application/json\r\nX-WP-TotalPages: 1";
                reply(stream, "200 OK", headers, body.to_string().as_bytes());
            }
            None => reply(stream, "404 Not Found", "", b""),
        }
    });
    let url = server.url("/").to_string();
    fs::write(folder.path().join("export.xml"), wxr(url.trim_end_matches('/'))).unwrap();
    // Two posts, two comments, and what the blog says of itself.
    assert_eq!(same_as_export(&folder, &url, "export.xml", Export::Whole), 5);
}

/// Identifier, what it answers, and words of a post.
const STATUSES: &[(u32, Option<u32>, &str)] = &[
    (1, None, "Long day, and more of them to come."),
    (2, Some(1), "Longer still than I thought this morning."),
    (3, None, PATIENT),
];
const BIO: &str = "<p>GP in Larkspur Falls. Views mine.</p>";

fn at(id: u32) -> String {
    format!("2024-03-0{id}T18:30:00Z")
}

/// The account as an export of Mastodon has it: its files.
fn exported(here: &str) -> [(&'static str, Value); 2] {
    let actor = format!("{here}/users/orla");
    let public = "https://www.w3.org/ns/activitystreams#Public";
    let posts = STATUSES.iter().map(|(id, answers, words)| {
        let note = format!("{actor}/statuses/{id}");
        let above = answers.map(|above| format!("{actor}/statuses/{above}"));
        json!({"id": format!("{note}/activity"), "type": "Create", "actor": actor, "published": at(*id), "to": [public],
            "cc": [format!("{actor}/followers")], "object": {"id": note, "type": "Note", "summary": null, "inReplyTo": above,
            "published": at(*id), "url": format!("{here}/@orla/{id}"), "attributedTo": actor, "to": [public],
            "cc": [format!("{actor}/followers")], "content": format!("<p>{words}</p>"), "attachment": [], "tag": []}})
    });
    let outbox = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection",
        "totalItems": STATUSES.len(), "orderedItems": posts.collect::<Value>()});
    let actor = json!({"@context": ["https://www.w3.org/ns/activitystreams"], "id": actor, "type": "Person",
        "preferredUsername": "orla", "name": "Orla Fenwick", "summary": BIO, "url": format!("{here}/@orla"),
        "manuallyApprovesFollowers": false, "discoverable": true, "attachment": []});
    [("actor.json", actor), ("outbox.json", outbox)]
}

fn mastodon(here: &str, target: &str) -> Option<Value> {
    let account = json!({"id": "7", "username": "orla", "acct": "orla", "display_name": "Orla Fenwick", "note": BIO,
        "locked": false, "discoverable": true, "url": format!("{here}/@orla"), "uri": format!("{here}/users/orla"),
        "statuses_count": STATUSES.len(), "fields": []});
    let statuses = STATUSES.iter().rev().map(|(id, answers, words)| {
        json!({"id": id.to_string(), "created_at": at(*id), "in_reply_to_id": answers.map(|above| above.to_string()),
            "in_reply_to_account_id": answers.map(|_| "7"), "visibility": "public", "spoiler_text": "",
            "uri": format!("{here}/users/orla/statuses/{id}"), "url": format!("{here}/@orla/{id}"),
            "content": format!("<p>{words}</p>"), "reblog": null, "account": account, "media_attachments": [], "mentions": []})
    });
    match target {
        "/api/v1/accounts/lookup?acct=orla" => Some(account.clone()),
        "/api/v1/accounts/7/statuses?limit=40" => Some(statuses.collect()),
        _ => None,
    }
}

#[test]
fn an_account_gives_what_its_export_gives() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::with(|target, stream| {
        let here = format!("http://{}", stream.local_addr().unwrap());
        match mastodon(&here, target) {
            Some(body) => {
                reply(stream, "200 OK", "Content-Type: application/json", body.to_string().as_bytes())
            }
            None => reply(stream, "404 Not Found", "", b""),
        }
    });
    let here = server.url("/").to_string();
    fs::create_dir(folder.path().join("export")).unwrap();
    for (name, file) in exported(here.trim_end_matches('/')) {
        fs::write(folder.path().join("export").join(name), file.to_string()).unwrap();
    }
    // Three posts and the bio.
    assert_eq!(same_as_export(&folder, server.url("/@orla").as_str(), "export", Export::WithoutParents), 4);
}

#[test]
fn a_static_site_gives_what_its_files_give() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixture("static-site");
    let server = Server::with({
        let source = source.clone();
        move |target, stream| {
            let file = if target == "/" { "index.html" } else { target.trim_start_matches('/') };
            match fs::read(source.join(file)) {
                Ok(page) => reply(stream, "200 OK", HTML, &page),
                Err(_) => reply(stream, "404 Not Found", "", b""),
            }
        }
    });
    let url = server.url("/").to_string();
    let live = run(&folder, &["extract", &url, "--allow-loopback", "-o", "live.jsonl"]);
    assert_eq!(live.status.code(), Some(0), "{}", stderr(&live));
    let files = run(&folder, &["extract", source.to_str().unwrap(), "-o", "files.jsonl"]);
    assert_eq!(files.status.code(), Some(0), "{}", stderr(&files));
    let read = |name: &str| told(&fs::read_to_string(folder.path().join(name)).unwrap(), Export::Whole);
    let (live, files) = (read("live.jsonl"), read("files.jsonl"));
    assert_eq!(live, files);
    assert!(live.len() >= 6, "{live:#?}");
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// A server that answers as `origin` did, whose answers are stored in `tests/fixtures/walks`.
fn platform(stored: &str, origin: &'static str, page: (&'static str, &'static str)) -> Server {
    let text = fs::read_to_string(fixture("walks").join(stored)).unwrap();
    let stored: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    Server::with(move |target, stream| {
        let here = format!("http://{}", stream.local_addr().unwrap());
        let mut send = |kind: &str, headers: &str, body: &str| {
            let headers = format!("Content-Type: {kind}{}", headers.replace(origin, &here));
            reply(stream, "200 OK", &headers, body.replace(origin, &here).as_bytes());
        };
        if target == page.0 {
            return send("text/html", "", page.1);
        }
        let Some(answer) = stored.get(&format!("{origin}{target}")) else {
            return reply(stream, "404 Not Found", "", b"");
        };
        let headers = answer["headers"].as_object().into_iter().flatten();
        let headers: String =
            headers.map(|(name, value)| format!("\r\n{name}: {}", value.as_str().unwrap())).collect();
        send("application/json", &headers, &answer["body"].to_string());
    })
}

/// The items of one platform id in an items file.
fn states(lines: &str, source: &str) -> BTreeMap<String, String> {
    let items = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_source = items.filter(|item| item["source"].as_str().unwrap().starts_with(source));
    let field = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    of_source.map(|item| (field(&item, "id"), field(&item, "live_state"))).collect()
}

#[test]
fn an_archive_is_compared_with_the_live_account() {
    let folder = tempfile::tempdir().unwrap();
    let server = platform("mastodon.json", "https://med.example", ("/@orla", "<p>only scripts"));
    let url = server.url("/@orla").to_string();
    // The archive of the same account, had it been on this server.
    fs::create_dir(folder.path().join("archive")).unwrap();
    for file in fs::read_dir(fixture("archives/mastodon")).unwrap().map(Result::unwrap) {
        if let Ok(text) = fs::read_to_string(file.path()) {
            let here = server.url("/").to_string();
            let text = text.replace("https://med.example", here.trim_end_matches('/'));
            fs::write(folder.path().join("archive").join(file.file_name()), text).unwrap();
        }
    }
    let archive = "archive";
    let arguments = ["--allow-loopback", "--evidence", "e.warc.gz", "-o", "both.jsonl"];
    run(&folder, &[&["extract", archive, url.as_str()][..], &arguments].concat());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let both = states(&read("both.jsonl"), "outbox.json");
    let of = |state: &str| both.values().filter(|value| *value == state).count();
    assert_eq!((of("live"), of("deleted"), of("unknown")), (4, 0, 1), "{both:?}");

    // The same from the evidence; alone, the archive cannot know.
    run(&folder, &["extract", archive, "e.warc.gz", "-o", "again.jsonl"]);
    assert_eq!(read("both.jsonl"), read("again.jsonl"));
    run(&folder, &["extract", archive, "-o", "alone.jsonl"]);
    assert!(states(&read("alone.jsonl"), "outbox.json").values().all(|state| state == "unknown"));
}

#[test]
fn what_was_deleted_and_is_still_visible_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let item = |id: &str, state: &str| {
        format!(
            "{{\"id\":\"{id}\",\"text\":\"Lovely weather on Tuesday\",\"platform\":\"x\",\"live_state\":\"{state}\"}}\n"
        )
    };
    let items: String =
        ["live", "deleted", "still-visible", "unknown"].map(|state| item(state, state)).concat();
    fs::write(folder.path().join("a.jsonl"), items).unwrap();
    run(&folder, &["audit", "a.jsonl", "-o", "a.csv", "--columns", "rule,item_id"]);
    let table = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert_eq!(table, "rule,item_id\naccount/permanence,still-visible\n");
}
