#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::super::testing::{self, Answers, run};
use super::*;

const ROOT: &str = "https://fenwick.example/blog/wp-json";

fn walk(root: &str) -> WordPress {
    WordPress::new(&Url::parse(root).unwrap())
}

fn first(list: &str) -> String {
    let order = if list == "comments" { "&order=asc&orderby=id" } else { "" };
    format!("{ROOT}/wp/v2/{list}?per_page=100&page=1{order}")
}

fn root() -> Value {
    json!({"name": "Notes", "home": "https://fenwick.example/blog"})
}

#[test]
fn a_blog_gives_all_that_it_shows() {
    let walked = run(&mut walk(&format!("{ROOT}/")), &Answers::fixture("wordpress.json"));
    insta::assert_snapshot!(testing::shown(&walked.found.items));
    assert!(walked.asked.iter().all(|url| !url.starts_with('!')), "{:?}", walked.asked);
    assert_eq!((walked.gaps("password"), walked.gaps("without words")), (1, 1));
}

#[test]
fn fetched_entries_are_those_of_the_export() {
    let walked = run(&mut walk(&format!("{ROOT}/")), &Answers::fixture("wordpress.json"));
    let live = walked.items();
    let exported = testing::archived("wordpress");
    let ids: Vec<&str> = exported.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["profile-fenwick.example/blog", "11", "comment-1", "comment-2"]);
    for mut exported in exported {
        let mut fetched = live.iter().find(|item| item.id == exported.id).unwrap().clone();
        // An export gives comments no address, and only some of them their local time.
        if exported.kind == Kind::Comment {
            (fetched.url, exported.created_at) = (None, fetched.created_at);
        }
        assert_eq!(fetched, exported);
    }
}

#[test]
fn closed_lists_cost_only_themselves() {
    let posts = json!([{"id": 1, "author": 4, "content": "<p>a</p>", "title": null, "date": "never"}]);
    let comments = json!([
        {"id": 5, "post": 1, "author": 4, "parent": 9, "content": {"rendered": "by the author"}},
        {"id": 6, "post": 1, "author": 0, "parent": 5, "content": {"rendered": "by a reader"}},
        {"id": null, "content": null}, null,
    ]);
    let answers = Answers::default()
        .with(&format!("{ROOT}/"), root())
        .with(&first("posts"), posts)
        .with(&first("pages"), "<html><title>Log in</title>")
        .with(&first("media"), json!({"code": "rest_forbidden", "error": "no"}))
        .with(&first("comments"), comments);
    let walked = run(&mut walk(&format!("{ROOT}/")), &answers);
    // Without a list of users, who writes posts is one of the blog's own.
    let own: Vec<_> = walked.found.items.iter().map(|item| (item.id.as_str(), item.authorship)).collect();
    assert_eq!(
        own,
        [("1", Authorship::Own), ("comment-5", Authorship::Own), ("comment-6", Authorship::Other)]
    );
    let parent = walked.item("comment-6").parent.as_ref().unwrap();
    assert_eq!(parent.text.as_deref(), Some("by the author"));
    assert_eq!((walked.gaps("not visible"), walked.gaps("a time was not understood")), (2, 1));
    // Neither users nor types of entries.
    assert_eq!(walked.asked.iter().filter(|url| url.starts_with('!')).count(), 2);
}

#[test]
fn pages_end() {
    for pages in ["1000000000000000000000", "nonsense", "2"] {
        let answers = Answers::default().with(&format!("{ROOT}/"), root()).with_header(
            &first("posts"),
            json!([{"id": 1, "content": "a"}]),
            "x-wp-totalpages",
            pages,
        );
        let walked = run(&mut walk(&format!("{ROOT}/")), &answers);
        assert!(walked.asked.len() < 10, "{pages}: {:?}", walked.asked);
        assert_eq!(walked.ids(), ["1"]);
    }
    // A server that always has another page.
    let mut answers = Answers::default().with(&format!("{ROOT}/"), root());
    for number in 1..=3_000 {
        let url = format!("{ROOT}/wp/v2/posts?per_page=100&page={number}");
        answers =
            answers.with_header(&url, json!([{"id": number, "content": "a"}]), "x-wp-totalpages", "9999999");
    }
    let walked = run(&mut walk(&format!("{ROOT}/")), &answers);
    assert_eq!((walked.found.items.len() < 2_001, walked.gaps("more pages")), (true, 1));
}

#[test]
fn blogs_without_pretty_addresses_are_read() {
    let root = "https://fenwick.example/index.php?rest_route=/";
    let mut walk = walk(root);
    let answers = Answers::default().with(root, json!({"name": "Notes", "home": "https://fenwick.example"}));
    let walked = run(&mut walk, &answers);
    let users = "!https://fenwick.example/index.php?rest_route=%2Fwp%2Fv2%2Fusers&per_page=100&page=1";
    assert_eq!(walked.asked[1], users);
}

#[test]
fn beginnings_are_known() {
    for (excerpt, whole, expected) in [
        ("One two […]", "One\ntwo three", true),
        ("One two… Continue reading", "One two three", true),
        ("One two", "One two", true),
        ("In short: rest.", "One two three", false),
        ("", "One", true),
    ] {
        assert_eq!(is_beginning(excerpt, whole), expected, "{excerpt}");
    }
}
