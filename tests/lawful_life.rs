//! What must never be a rule: lawful private life, belief, politics, one's own illness, union work, reporting to a regulator.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use whitecoat_engine::{Engine, Item, Profile};

#[test]
fn lawful_private_life_stays_silent() {
    stays_silent(&Engine::builtin().unwrap());
}

#[cfg(feature = "reader")]
#[test]
fn lawful_private_life_stays_silent_with_the_reader() {
    use whitecoat::reader::{Choice, join};
    stays_silent(&join(Engine::builtin().unwrap(), &Choice::Shipped).unwrap().0);
}

fn stays_silent(engine: &Engine) {
    let mut scanner = engine.scanner();
    let professions = ["", "registered nurse", "general practitioner", "dentist"];
    let mut found = Vec::new();
    for profession in professions {
        let profile = Profile { profession: profession.into(), ..Profile::default() };
        let profile = Arc::new(profile);
        for (line, text) in include_str!("fixtures/lawful-life.txt").lines().enumerate() {
            let item = Item {
                id: line.to_string(),
                text: text.to_owned(),
                profile: Some(Arc::clone(&profile)),
                ..Item::default()
            };
            for finding in scanner.scan(&item) {
                found.push(format!(
                    "{profession}: {} on {text:?} ({:.2})",
                    finding.rule.id, finding.confidence
                ));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
