#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{self, Answers, run};
use super::*;

fn walk() -> ActivityPub {
    ActivityPub::of_handle(&Url::parse("https://med.example/").unwrap(), "orla")
}

#[test]
fn an_outbox_gives_what_the_export_gives() {
    let walked = run(&mut walk(), &Answers::fixture("activitypub.json"));
    let fetched = walked.items();
    let exported = testing::archived("mastodon");
    assert_eq!(exported.len(), 4);
    for mut item in exported {
        let mut same = fetched.iter().find(|fetched| fetched.id == item.id).unwrap().clone();
        for item in [&mut item, &mut same] {
            item.media.iter_mut().for_each(|medium| medium.path = None);
        }
        assert_eq!(same, item);
    }
    assert_eq!((walked.gaps("boost"), walked.gaps("not for everybody")), (1, 2));
    assert!(walked.found.coverage.notes.iter().any(|note| note.contains("read before")));
    // A post that is only named is asked for.
    assert!(walked.asked.contains(&"https://med.example/users/orla/statuses/1/activity".to_owned()));
}

#[test]
fn recorded_documents_are_read() {
    let Some(folder) = testing::samples("activitypub") else { return };
    let stored = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let stored: Value = serde_json::from_str(&text).unwrap();
        stored["body"].as_str().unwrap().to_owned()
    };
    let answers = Answers::default()
        .with(
            "https://notiz.blog/.well-known/webfinger?resource=acct%3Apfefferle%40notiz.blog",
            stored("notiz-blog-well-known-webfinger.json"),
        )
        .with(
            "https://notiz.blog/author/matthias-pfefferle/",
            stored("notiz-blog-author-matthias-pfefferle.json"),
        );
    let mut walk = ActivityPub::of_handle(&Url::parse("https://notiz.blog/").unwrap(), "pfefferle");
    let walked = run(&mut walk, &answers);
    assert_eq!(walked.asked.len(), 3, "{:?}", walked.asked);
    assert!(walked.asked[2].starts_with("!https://notiz.blog/"), "{:?}", walked.asked);
    assert!(!walked.found.items.is_empty() && walked.found.profile.unwrap().name.starts_with("Matthias"));

    let actor = Url::parse("https://lemmy.ml/u/pfefferle").unwrap();
    let answers = Answers::default().with(actor.as_str(), stored("lemmy-ml-u-pfefferle.json"));
    let walked = run(&mut ActivityPub::of_actor(&actor), &answers);
    assert_eq!(walked.asked[1], "!https://lemmy.ml/u/pfefferle/outbox");
}

#[test]
fn outboxes_come_in_many_shapes() {
    let note = json!({"type": "Note", "id": "https://med.example/1", "content": "<p>Hello</p>",
        "to": "as:Public", "attributedTo": "https://med.example/a"});
    let create = json!({"type": "Create", "to": ["as:Public"], "object": note});
    let actor = json!({"id": "https://med.example/a", "preferredUsername": "a", "outbox": "/a/outbox"});
    let article = json!({"type": "Article", "id": "https://med.example/2", "name": "Title", "content": "<p>Body</p>",
        "to": ["as:Public"]});
    let others = json!({"type": "Announce", "to": "as:Public", "object": {"type": "Note", "id": "https://o.example/1",
        "content": "Theirs", "attributedTo": "https://o.example/b", "to": "as:Public"}});
    for (outbox, items, gaps) in [
        (json!({"orderedItems": [create]}), 1, 0),
        (json!({"orderedItems": note}), 1, 0),
        (json!({"first": {"orderedItems": [create], "next": null}}), 1, 0),
        (json!({"items": [create, article, others]}), 3, 0),
        (json!({"totalItems": 12}), 0, 1),
        (json!({"totalItems": 0}), 0, 0),
        (json!({"orderedItems": [null, 7, "x", {"object": null}]}), 0, 4),
        (json!({"orderedItems": [create], "next": "https://med.example/a/outbox"}), 1, 0),
        (json!({"orderedItems": [create], "next": "https://o.example/"}), 1, 1),
        (json!("nothing"), 0, 1),
    ] {
        let answers = Answers::default()
            .with("https://med.example/a", &actor)
            .with("https://med.example/a/outbox", &outbox);
        let walked = run(&mut ActivityPub::of_actor(&Url::parse("https://med.example/a").unwrap()), &answers);
        assert_eq!((walked.found.items.len(), walked.gaps("")), (items, gaps), "{outbox}");
    }
    let none = Answers::default().with("https://med.example/a", json!({"id": "https://med.example/a"}));
    let walked = run(&mut ActivityPub::of_actor(&Url::parse("https://med.example/a").unwrap()), &none);
    assert_eq!(walked.gaps("no outbox"), 1);
}
