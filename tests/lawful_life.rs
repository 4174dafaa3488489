//! What must stay silent: lawful private life (belief, politics, one's own illness, union work, reporting to a regulator), and
//! what everybody posts, with the names that platforms give to pictures.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use whitecoat_engine::{Engine, Item, Media, Profile};

/// As in an export of Instagram.
const PICTURE: &str = "18300080_1899267363650621_4428162448121397248_n_17854347424164915.jpg";

#[test]
fn private_life_stays_silent() {
    stays_silent(&Engine::builtin().unwrap());
}

#[cfg(feature = "reader")]
#[test]
fn private_life_stays_silent_with_the_reader() {
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
        let lawful = include_str!("fixtures/lawful-life.txt").lines().map(|text| (text, None));
        let ordinary = include_str!("fixtures/ordinary-life.txt").lines().map(|text| (text, Some(PICTURE)));
        for (line, (text, picture)) in lawful.chain(ordinary).enumerate() {
            let medium = |name: &str| Media { file_name: name.to_owned(), ..Media::default() };
            let item = Item {
                id: line.to_string(),
                text: text.to_owned(),
                media: picture.map(medium).into_iter().collect(),
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
