#![allow(clippy::unwrap_used)]

use serde_json::json;
use whitecoat_engine::LiveState;

use super::super::testing::{self, Answers, run};
use super::*;

const ACCOUNT: &str = "https://med.example/api/v1/accounts/lookup?acct=orla";
const STATUSES: &str = "https://med.example/api/v1/accounts/7/statuses?limit=40";

fn walk() -> Mastodon {
    Mastodon::new(&Url::parse("https://med.example/@orla").unwrap(), "orla")
}

fn account() -> Value {
    json!({"id": 7, "username": "orla", "url": "https://med.example/@orla", "note": null, "fields": null})
}

fn status(id: u64) -> Value {
    json!({"id": id, "uri": format!("https://med.example/s/{id}"), "created_at": "2024-01-01T00:00:00Z",
        "content": format!("<p>Note {id}</p>"), "account": account()})
}

#[test]
fn an_account_gives_all_that_it_shows() {
    let walked = run(&mut walk(), &Answers::fixture("mastodon.json"));
    insta::assert_snapshot!(testing::shown(&walked.found.items));
    assert_eq!(
        walked.found.recognised.as_deref(),
        Some("Mastodon account @orla@med.example, 9 posts listed")
    );
    assert!(walked.found.coverage.is_complete(), "{:?}", walked.found.coverage);
    assert!(walked.found.items.iter().all(|item| item.live_state == LiveState::Live));
}

#[test]
fn fetched_posts_are_those_of_the_export() {
    let walked = run(&mut walk(), &Answers::fixture("mastodon.json"));
    let live = walked.items();
    let mut same = 0;
    for mut exported in testing::archived("mastodon") {
        let mut fetched = live.iter().find(|item| item.id == exported.id).unwrap().clone();
        // The live answer knows what was answered; an export knows the files, and names threads in its own way.
        for item in [&mut exported, &mut fetched] {
            item.thread = None;
            item.parent.iter_mut().for_each(|parent| parent.text = None);
            item.media.iter_mut().for_each(|medium| medium.path = None);
        }
        assert_eq!(fetched, exported);
        same += 1;
    }
    assert_eq!(same, 4);
}

#[test]
fn recorded_answers_are_read() {
    let Some((_, headers, body)) = testing::exchange("mastodon-rest", "test_fetch_next_previous.11.json")
    else {
        return;
    };
    let (_, _, account) =
        testing::exchange("mastodon-rest", "test_account_update_credentials_quote_policy.1.json").unwrap();
    let base = "http://localhost:3000/api/v1/accounts";
    let first = format!("{base}/117020565966271181/statuses?limit=40");
    let (_, link) = headers.iter().find(|(name, _)| name == "link").unwrap();
    let answers = Answers::default()
        .with(&format!("{base}/lookup?acct=mastodonpy_test"), account)
        .with_header(&first, body, "link", link);
    let mut walk = Mastodon::new(&Url::parse("http://localhost:3000/").unwrap(), "mastodonpy_test");
    let walked = run(&mut walk, &answers);
    assert_eq!(walked.found.items.len(), 6);
    let (bio, post) = (&walked.found.items[0], &walked.found.items[1]);
    assert_eq!(bio.text, "I walk funny\nbread: toasty.\nlasagna: no!!!");
    assert_eq!(
        (post.text.as_str(), post.account.as_str()),
        ("Toot number 9!", "mastodonpy_test@localhost:3000")
    );
    assert_eq!(post.visibility, Visibility::Public);
    assert_eq!(post.id, "http://localhost:3000/ap/users/117020565966271181/statuses/117020580518794573");
    // The next page is asked for as the header says it.
    assert!(walked.asked.iter().any(|url| url.starts_with('!') && url.contains("max_id=117020580489281910")));
}

#[test]
fn a_closed_interface_leads_to_the_outbox() {
    let outbox = Answers::fixture("activitypub.json");
    let walked = run(&mut walk(), &outbox);
    assert_eq!(walked.asked[0], format!("!{ACCOUNT}"));
    assert!(walked.found.recognised.unwrap().contains("@orla@med.example"));
    let closed = Answers::fixture("activitypub.json")
        .with(ACCOUNT, json!({"error": "This method requires an authenticated user"}));
    let walked = run(&mut walk(), &closed);
    assert_eq!((walked.gaps("not visible"), walked.found.items.len() > 3), (1, true));
    // Lists of posts may be closed where the account is not.
    let half = Answers::fixture("activitypub.json").with(ACCOUNT, account());
    let walked = run(&mut walk(), &half);
    assert!(walked.found.items.iter().any(|item| item.id == "https://med.example/users/orla/statuses/1"));
}

#[test]
fn lists_without_end_end() {
    let next = |url: &str| format!("<{url}>; rel=\"next\"");
    let same = Answers::default().with(ACCOUNT, account()).with_header(
        STATUSES,
        json!([status(1)]),
        "link",
        &next(STATUSES),
    );
    let walked = run(&mut walk(), &same);
    assert_eq!((walked.asked.len(), walked.found.coverage.notes.len()), (2, 1));
    let away = Answers::default().with(ACCOUNT, account()).with_header(
        STATUSES,
        json!([status(1)]),
        "link",
        &next("https://127.0.0.1/"),
    );
    assert_eq!(run(&mut walk(), &away).gaps("another host"), 1);
    // Kin without links: the last identifier leads on, and an empty page ends it.
    let page: Vec<Value> = (1..=40).rev().map(status).collect();
    let kin = Answers::default()
        .with(ACCOUNT, account())
        .with(STATUSES, Value::from(page))
        .with(&format!("{STATUSES}&max_id=1"), "[]");
    let walked = run(&mut walk(), &kin);
    assert_eq!((walked.found.items.len(), walked.asked.len()), (40, 3));
}

#[test]
fn what_a_reply_answers_is_asked_for_within_a_limit() {
    let replies: Vec<Value> = (0..MAX_CONTEXTS as u64 + 5)
        .map(|id| {
            let mut reply = status(id);
            reply["in_reply_to_id"] = json!(format!("other{id}"));
            reply["in_reply_to_account_id"] = json!("9");
            reply
        })
        .collect();
    let answers = Answers::default().with(ACCOUNT, account()).with(STATUSES, Value::from(replies));
    let walked = run(&mut walk(), &answers);
    assert_eq!(walked.found.items.len(), MAX_CONTEXTS + 5);
    assert_eq!(walked.gaps("was not asked for"), 5);
    assert_eq!(walked.asked.iter().filter(|url| url.ends_with("/context")).count(), MAX_CONTEXTS);
}

#[test]
fn odd_answers_cost_only_themselves() {
    let deep = format!("[{}1{}]", "[".repeat(90), "]".repeat(90));
    for (body, items, gaps) in [
        ("null".to_owned(), 0, 1),
        ("{}".to_owned(), 0, 1),
        (r#"[{"id": 1, "uri": "u", "content": "a""#.to_owned(), 0, 1),
        ("<!doctype html><title>Sign in</title>".to_owned(), 0, 1),
        (deep, 0, 1),
        (json!([null, 7, {"id": null}, {"id": 99_999_999_999_999_999_999.0}]).to_string(), 0, 4),
        (
            json!([{"id": 1, "uri": "u", "content": "a", "created_at": "2024-02-31T00:00:00Z", "poll": [],
                "mentions": null, "media_attachments": {"type": 7, "url": null}, "reblog": false, "account": null}])
            .to_string(),
            1,
            1,
        ),
    ] {
        let answers = Answers::default().with(ACCOUNT, account()).with(STATUSES, &body);
        let walked = run(&mut walk(), &answers);
        assert_eq!(walked.found.items.len(), items, "{body}");
        assert!(walked.gaps("") >= gaps, "{body}: {:?}", walked.found.coverage);
    }
    let nobody = Answers::default().with(ACCOUNT, json!({"id": null}));
    assert_eq!(run(&mut walk(), &nobody).gaps("names none"), 1);
}
