//! Account rules see the whole timeline, and stand on the bio.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use whitecoat_engine::{Engine, Item, Kind, Profile, Timeline};

fn item(kind: Kind, account: &str, at: &str, text: &str) -> Item {
    let profile = Profile { profession: "dentist".into(), ..Profile::default() };
    Item {
        id: text.into(),
        kind,
        platform: "x".into(),
        account: account.into(),
        text: text.into(),
        created_at: at.parse().ok(),
        profile: Some(Arc::new(profile)),
        ..Item::default()
    }
}

/// The rules that the timelines of `items` break, with the accounts. Joined from two parts, in either order.
fn rules(items: &[Item]) -> Vec<String> {
    let engine = Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    let mut of = |items: &[Item]| {
        let mut timeline = Timeline::default();
        for item in items {
            scanner.scan(item);
            timeline.add(item, &scanner);
        }
        timeline
    };
    let (first, second) = items.split_at(items.len() / 2);
    let [forward, backward] = [[first, second], [second, first]].map(|parts| {
        let mut whole = Timeline::default();
        parts.into_iter().for_each(|part| whole.absorb(of(part)));
        let found = whole.finish(&mut engine.scanner());
        let names = found.iter().flat_map(|(bio, findings)| {
            findings.iter().map(|finding| format!("{} {}", bio.account, finding.rule.id))
        });
        names.collect::<Vec<_>>()
    });
    assert_eq!(forward, backward);
    forward
}

fn bio(account: &str, text: &str) -> Item {
    item(Kind::Profile, account, "", text)
}

#[test]
fn an_account_that_fell_silent_is_named_and_the_other_is_not() {
    let items = [
        bio("old", "Smiles in Fareham since 1998"),
        item(Kind::Post, "old", "2021-03-01T10:00:00Z", "Our new chairs are here"),
        bio("new", "Dentist, reader, walker"),
        item(Kind::Post, "new", "2024-03-01T10:00:00Z", "Spring at last"),
    ];
    assert_eq!(rules(&items), ["old account/cadence"]);
    assert_eq!(rules(&items[..2]), [""; 0], "one account alone is as old as its export");
}

#[test]
fn thirty_posts_in_an_hour_are_a_burst() {
    let post = |minute: u32| {
        let at = format!("2024-03-01T01:{minute:02}:00Z");
        item(Kind::Reply, "drx", &at, &format!("No, and number {minute} is wrong too"))
    };
    let mut items = vec![bio("drx", "Dentist, reader, walker")];
    items.extend((0..30).map(post));
    assert_eq!(rules(&items), ["drx account/cadence"]);
    assert_eq!(rules(&items[..20]), [""; 0]);
}

#[test]
fn care_and_private_life_in_one_timeline_are_mixed_use() {
    let post = |n: u32, text: &str| {
        item(Kind::Post, "drx", &format!("2024-03-{:02}T10:{:02}:00Z", n % 28 + 1, n), &format!("{text} {n}"))
    };
    let timeline = |private: &str| {
        let mut items = vec![bio("drx", "Dentist, reader, walker")];
        items.extend((0..40).map(|n| {
            post(n, if n % 5 == 0 { private } else { "Flossing matters more than your toothpaste" })
        }));
        rules(&items)
    };
    let mixed = timeline("Karaoke with the girls again, we were so drunk");
    assert!(mixed.contains(&"drx account/mixed-use".to_owned()), "{mixed:?}");
    let apart = timeline("A new leaflet is out");
    assert!(!apart.contains(&"drx account/mixed-use".to_owned()), "{apart:?}");
}

#[test]
fn health_questions_answered_without_a_notice_are_named_on_the_bio() {
    let timeline = |text: &str| {
        let mut items = vec![bio("drx", text)];
        let ask = |n: u32| {
            item(
                Kind::Post,
                "drx",
                &format!("2024-03-{:02}T10:00:00Z", n + 1),
                &format!("Day {n}: drop your questions about your teeth below"),
            )
        };
        items.extend((0..6).map(ask));
        rules(&items)
    };
    assert_eq!(timeline("Dentist, reader, walker"), ["drx account/no-advice-notice"]);
    assert_eq!(
        timeline("Dentist. General information, not medical advice. In an emergency call 999."),
        [""; 0]
    );
}
