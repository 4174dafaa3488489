#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::super::testing::{self, Answers, run};
use super::*;

const ROOT: &str = "https://fenwick.example/ghost/api/content";

fn walk() -> Ghost {
    Ghost::new(&Url::parse(&format!("{ROOT}/")).unwrap(), "5a")
}

#[test]
fn fetched_posts_are_those_of_the_export() {
    let walked = run(&mut walk(), &Answers::fixture("ghost.json"));
    assert!(walked.asked.iter().all(|url| !url.starts_with('!')), "{:?}", walked.asked);
    assert_eq!(walked.ids(), ["profile-orla", "64a1", "64a2", "64b1"]);
    let live = walked.items();
    let exported = testing::archived("ghost");
    assert_eq!(exported.len(), 2);
    for exported in exported {
        let mut fetched = live.iter().find(|item| item.id == exported.id).unwrap().clone();
        // An export does not say where a post is.
        fetched.url = exported.url.clone();
        assert_eq!(fetched, exported);
    }
    assert_eq!(walked.item("64a2").visibility, Visibility::Followers);
}

#[test]
fn odd_answers_cost_only_themselves() {
    let list = |name: &str| format!("{ROOT}/{name}/?key=5a&limit=100&page=1");
    let again = json!({"posts": [{"id": 7, "title": "a", "published_at": 7}],
        "meta": {"pagination": {"next": 1}}});
    let answers = Answers::default()
        .with(&format!("{ROOT}/settings/?key=5a"), json!({"settings": null}))
        .with(&list("authors"), "[]")
        .with(&list("posts"), again)
        .with(&list("pages"), json!({"errors": [{"message": "no"}]}));
    let walked = run(&mut walk(), &answers);
    assert_eq!(walked.ids(), ["7"]);
    assert_eq!((walked.gaps("holds no list"), walked.gaps("a time")), (1, 1));
    assert_eq!(run(&mut walk(), &Answers::default()).asked.len(), 1);
}
