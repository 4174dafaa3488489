//! What the recognisers see, and what they must not take for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use whitecoat_engine::{Engine, Item, Profile};

/// A text, signals that must be seen in it, and signals that must not.
const TEXTS: &[(&str, &[&str], &[&str])] = &[
    ("Bloke in the ute, rego 1AB-2CD, your wallet is here", &["serial-number"], &[]),
    ("The aid with S/N 31K0455 whistles again", &["serial-number"], &[]),
    ("Her portal was opened from 192.0.2.44 last night", &["ip-address"], &["phone", "date-day"]),
    ("Version 3.5.1 of the form is out", &[], &["ip-address"]),
    ("Insurance ID: QRS-443322 bounced again", &["record-number"], &[]),
    ("Seen for asthma (policy #ZX-998877)", &["record-number"], &[]),
    ("NHS 111 can sort it", &[], &["national-id"]),
    ("NHS number 943 476 5919", &["national-id"], &[]),
    ("clip_20240229_1934.mp4", &["date-day"], &["long-number"]),
    ("A count of 20241399 cells", &[], &["date-day"]),
    ("She is nineteen and fearless", &[], &["age-minor"]),
    ("My boy is aged twelve", &["age-minor"], &["age"]),
    ("She is nineteen.", &["age"], &["age-minor"]),
    ("He is sixteen", &["age-minor"], &[]),
    ("There are twelve of them", &[], &["age-minor"]),
    ("So steady on the new dose, Gwenhwyfar!", &["person-addressed"], &[]),
    ("We had bread, butter, croissants!", &[], &["person-addressed"]),
    ("An African American man with gout", &[], &["person-given", "person-full"]),
    (
        "The fall in Wells score surprised us",
        &[],
        &["place-small", "place-town", "place-large", "place-unknown"],
    ),
    ("Flew her out past Ardnabrone", &["place-unknown"], &[]),
];

#[test]
fn sees_what_it_should_and_no_more() {
    let engine = Engine::builtin().expect("the built-in rules compile");
    let mut scanner = engine.scanner();
    let mut wrong = Vec::new();
    for (text, seen, unseen) in TEXTS {
        let item = Item { text: (*text).to_owned(), ..Item::default() };
        let signals = scanner.signals(&item);
        let has = |name: &&&str| signals.iter().any(|signal| signal == **name);
        wrong.extend(
            seen.iter().filter(|name| !has(name)).map(|name| format!("{text}: no {name} in {signals:?}")),
        );
        wrong.extend(unseen.iter().filter(has).map(|name| format!("{text}: {name} in {signals:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn off_duty_is_what_has_nothing_to_do_with_health_on_a_clinicians_account() {
    let engine = Engine::builtin().expect("the built-in rules compile");
    let mut scanner = engine.scanner();
    for (text, profession, off_duty, far) in [
        ("Rain since yesterday morning", "midwife", true, false),
        ("Rain since yesterday morning, and the ward is full", "midwife", false, false),
        ("Rain since yesterday morning", "", false, true),
    ] {
        let profile = Profile { profession: profession.into(), ..Profile::default() };
        let item = Item { text: text.into(), profile: Some(profile.into()), ..Item::default() };
        let why = scanner.explain(&item, "privacy/date-or-age");
        let seen = (why.contains("off-duty"), why.contains("far-from-care"));
        assert_eq!(seen, (off_duty, far), "{text}, by {profession:?}: {why}");
    }
}
