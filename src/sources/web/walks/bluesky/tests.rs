#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::super::testing::{self, Answers, run};
use super::*;

const PROFILE_OF: &str = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=";
const FEED_OF: &str = "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=did%3Aplc%3Ax&limit=100&filter=posts_with_replies";

#[test]
fn an_account_gives_all_that_it_shows() {
    let walked = run(&mut Bluesky::of("orla.example").unwrap(), &Answers::fixture("bluesky.json"));
    insta::assert_snapshot!(testing::shown(&walked.found.items));
    assert_eq!(walked.found.recognised.as_deref(), Some("Bluesky account @orla.example, 6 posts listed"));
    assert_eq!((walked.asked.len(), walked.found.coverage.is_complete()), (4, true));
}

/// A record gives the same item, whether it comes from a repository or from the AppView.
#[test]
fn fetched_posts_are_those_of_the_repository() {
    let Some(path) = testing::samples("../samples/bluesky/at-microcosm-repo-stream/car-samples") else {
        return;
    };
    let bytes = std::fs::read(path.join("tiny.car")).unwrap();
    let (said, read) = archive::bluesky::read_bytes(&bytes, "tiny.car");
    assert!(said.unwrap().starts_with("did:plc:") && read.items.len() == 4);
    let from_file = testing::archived_at(&path.join("tiny.car"));
    let bare = |item: &Item| Item {
        source: String::new(),
        live_state: whitecoat_engine::LiveState::Live,
        ..item.clone()
    };
    assert_eq!(read.items.iter().map(bare).collect::<Vec<_>>(), from_file);
}

#[test]
fn recorded_feeds_are_read() {
    let Some(folder) = testing::samples("bluesky") else { return };
    let text = std::fs::read_to_string(folder.join("author-feed.json")).unwrap();
    // The samples stand placeholders in for identifiers.
    let text = text.replace("user(0)", "did:plc:x");
    let mut named = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("record(") {
        let (number, after) = after.split_once(')').unwrap();
        named.push_str(&format!("{before}at://did:plc:x/app.bsky.feed.post/{number}"));
        rest = after;
    }
    named.push_str(rest);
    let feeds: serde_json::Map<String, Value> = serde_json::from_str(&named).unwrap();
    let (mut entries, mut kept, mut replies, mut with_words) = (0, 0, 0, 0);
    for feed in feeds.values() {
        let count = feed.as_array().unwrap().len();
        let answers = Answers::default()
            .with(&format!("{PROFILE_OF}alice.test"), json!({"did": "did:plc:x", "handle": "alice.test"}))
            .with(FEED_OF, json!({"feed": feed}));
        let walked = run(&mut Bluesky::of("alice.test").unwrap(), &answers);
        entries += count;
        kept += walked.found.items.len();
        assert_eq!(walked.gaps("no post"), 0);
        let above: Vec<_> = walked.found.items.iter().filter_map(|item| item.parent.as_ref()).collect();
        replies += above.len();
        with_words += above.iter().filter(|parent| parent.text.is_some()).count();
    }
    assert_eq!((entries, kept, replies, with_words), (29, 29, 9, 9));
}

#[test]
fn handles_and_identifiers_follow_the_published_syntax() {
    let Some(folder) = testing::samples("bluesky-syntax") else { return };
    let mut wrong = Vec::new();
    for (file, expected) in [("valid", true), ("invalid", false)] {
        for (name, fits) in [("handle", is_handle as fn(&str) -> bool), ("did", is_did)] {
            let text = std::fs::read_to_string(folder.join(format!("{name}_syntax_{file}.txt"))).unwrap();
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            wrong.extend(
                lines.filter(|line| fits(line) != expected).map(|line| format!("{name} {file}: {line}")),
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn without_the_app_view_the_repository_is_asked_for() {
    let document = json!({"id": "did:plc:x", "service": [
        {"id": "#atproto_labeler", "serviceEndpoint": "https://label.example"},
        {"id": "#atproto_pds", "serviceEndpoint": "https://pds.example"}]});
    let answers = Answers::default()
        .with("https://orla.example/.well-known/atproto-did", "did:plc:x\n")
        .with("https://plc.directory/did:plc:x", &document)
        .with("https://pds.example/xrpc/com.atproto.sync.getRepo?did=did%3Aplc%3Ax", "no car");
    let walked = run(&mut Bluesky::of("orla.example").unwrap(), &answers);
    assert_eq!((walked.asked.len(), walked.gaps("no CAR file")), (4, 1));
    let web = Answers::default().with("https://h.example/.well-known/did.json", &document);
    let walked = run(&mut Bluesky::of("did:web:h.example").unwrap(), &web);
    assert_eq!(walked.asked.len(), 3);
    let lost = Answers::default().with("https://orla.example/.well-known/atproto-did", "<html>");
    assert_eq!(run(&mut Bluesky::of("orla.example").unwrap(), &lost).gaps("does not say whose"), 1);
}

#[test]
fn odd_answers_cost_only_themselves() {
    let post =
        |uri: &str| json!({"post": {"uri": uri, "author": {"did": "did:plc:x"}, "record": {"text": "a"}}});
    for (body, items, gaps) in [
        (json!({"feed": null}), 0, 1),
        (json!({"feed": [null, {}, {"post": 7}, post("at://did:plc:x"), post("https://h.example/")]}), 0, 5),
        (json!({"feed": [post("at://did:plc:x/app.bsky.feed.post/1")], "cursor": 7}), 1, 0),
        (json!({"feed": [], "cursor": "again"}), 0, 0),
        (json!({"error": "AccountTakedown"}), 0, 1),
        (
            json!({"feed": [{"post": {"uri": "at://did:plc:x/app.bsky.feed.post/2", "author": {"did": "did:plc:x"},
            "record": {"text": null, "embed": 7, "reply": [], "createdAt": "2024-13-01"}}}]}),
            0,
            1,
        ),
    ] {
        let answers = Answers::default()
            .with(&format!("{PROFILE_OF}did%3Aplc%3Ax"), json!({"did": "did:plc:x"}))
            .with(FEED_OF, &body);
        let walked = run(&mut Bluesky::of("did:plc:x").unwrap(), &answers);
        assert_eq!((walked.found.items.len(), walked.gaps("")), (items, gaps), "{body}");
    }
    // The same cursor again ends the list.
    let again = json!({"feed": [post("at://did:plc:x/app.bsky.feed.post/1")], "cursor": "c"});
    let answers = Answers::default()
        .with(&format!("{PROFILE_OF}did%3Aplc%3Ax"), json!({"did": "did:plc:x"}))
        .with(FEED_OF, &again)
        .with(&format!("{FEED_OF}&cursor=c"), &again);
    let walked = run(&mut Bluesky::of("did:plc:x").unwrap(), &answers);
    assert_eq!(
        (walked.asked.len(), walked.found.coverage.notes.iter().any(|it| it.contains("before"))),
        (3, true)
    );
}
