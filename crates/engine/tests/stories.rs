//! Stories: what is linked and what never is, and estimates that stay sane on bad input.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use whitecoat_engine::{
    Basis, Engine, Item, Passage, Profile, Read, Reader, Severity, StoryFinding, StoryReading, Storyteller,
    Value,
};

fn profile(location: &str, country: &str) -> Arc<Profile> {
    Arc::new(Profile {
        name: "Kit Marlow".into(),
        profession: "physician".into(),
        location: location.into(),
        jurisdiction: country.into(),
        ..Profile::default()
    })
}

fn item(id: &str, text: &str, day: &str) -> Item {
    Item {
        id: id.into(),
        account: "kit".into(),
        platform: "x".into(),
        text: text.into(),
        created_at: format!("{day}T12:00:00Z").parse().ok(),
        profile: Some(profile("Canora, SK", "CA")),
        ..Item::default()
    }
}

fn told(engine: &Engine, items: &[Item]) -> Vec<StoryFinding> {
    let mut scanner = engine.scanner();
    let mut teller = Storyteller::new(engine);
    for (at, item) in items.iter().enumerate() {
        scanner.scan(item);
        if let Some(trace) = scanner.take_trace() {
            teller.add(at, trace);
        }
    }
    assert_eq!(teller.left_out(), 0);
    teller.finish(2).0
}

fn members(found: &[StoryFinding]) -> Vec<Vec<usize>> {
    found.iter().map(|story| story.members.iter().map(|member| member.handle).collect()).collect()
}

const DIAGNOSIS: &str = "A man patted my hand today when I told him it was Parkinson's";
const JOB: &str =
    "Update on the man who patted my hand: he was our town's only bus driver, and we talked about corners";
const COMMON_JOB: &str = "Update on him: he drove the bus for thirty years, and we talked about corners";

#[test]
fn a_story_of_two_is_found_on_either_order_and_across_platforms() {
    let engine = Engine::builtin().unwrap();
    let mut items = vec![item("1", DIAGNOSIS, "2024-03-04"), item("2", JOB, "2024-03-09")];
    let found = told(&engine, &items);
    assert_eq!(members(&found), [[0, 1]]);
    assert_eq!(found[0].tip().handle, 1);
    let estimate = found[0].estimate.as_ref().unwrap();
    assert!(estimate.is_few(), "{}", estimate.reasoning());
    items.reverse();
    assert_eq!(members(&told(&engine, &items)), [[1, 0]]);
    items[0].platform = "threads".into();
    items[0].account = "kit.marlow".into();
    assert_eq!(members(&told(&engine, &items)).len(), 1, "another platform of the same person");
    items[0].profile =
        Some(Arc::new(Profile { name: "Ash Fell".into(), ..(*profile("Canora, SK", "CA")).clone() }));
    assert!(told(&engine, &items).is_empty(), "another person");
}

#[test]
fn different_patients_and_what_is_no_patient_are_not_merged() {
    let engine = Engine::builtin().unwrap();
    let pairs = [
        ("another sex", "She drove the bus for thirty years, she tells me, and she misses her corners"),
        (
            "another patient",
            "Another patient today drove the bus for thirty years, and we talked about corners",
        ),
        ("own illness", "My own tremor is worse. I drove the bus to school and my husband drove me back"),
        ("fiction", "In episode four he drove the bus off the pier, and the doctor in the series wept"),
    ];
    for (what, other) in pairs {
        let items = [item("1", DIAGNOSIS, "2024-03-04"), item("2", other, "2024-03-05")];
        assert!(told(&engine, &items).is_empty(), "{what}");
    }
    let late = [item("1", DIAGNOSIS, "2021-03-04"), item("2", JOB, "2024-03-05")];
    assert!(told(&engine, &late).is_empty(), "three years later");
    let aged = [
        item("1", "A 74-year-old man told me today that he has Parkinson's", "2024-03-04"),
        item("2", "Update on a 23-year-old man: he drove the bus for a year", "2024-03-05"),
    ];
    assert!(told(&engine, &aged).is_empty(), "another age");
}

#[test]
fn without_a_place_the_same_story_fits_many() {
    let engine = Engine::builtin().unwrap();
    let items = [item("1", DIAGNOSIS, "2024-03-04"), item("2", COMMON_JOB, "2024-03-09")];
    let nowhere = items.map(|item| Item { profile: Some(profile("", "CA")), ..item });
    assert!(told(&engine, &nowhere).is_empty());
}

#[test]
fn a_thread_of_a_hundred_thousand_posts_is_judged_in_bounded_pieces() {
    let engine = Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    let mut one = item("1", DIAGNOSIS, "2024-03-04");
    one.thread = Some("t".into());
    scanner.scan(&one);
    let trace = scanner.take_trace().unwrap();
    let mut teller = Storyteller::new(&engine);
    for at in 0..100_000 {
        teller.add(at, trace.clone());
    }
    for story in teller.finish(2).0 {
        assert!(story.members.len() <= 48);
    }
}

#[test]
fn bad_input_gives_no_nonsense() {
    let engine = Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    let mut fits = |text: &str, day: &str, location: &str| {
        let mut item = item("1", text, day);
        item.profile = Some(profile(location, "CA"));
        (scanner.fits(&item), scanner.quasi_identifiers(&item))
    };
    let (_, quasi) = fits("A 400-year-old man came to our clinic", "2024-03-04", "Canora, SK");
    assert!(!quasi.iter().any(|quasi| matches!(quasi.value, Value::Age(..))), "{quasi:?}");

    let (fit, _) = fits("A man came to our clinic with a stroke tonight", "2024-03-04", "Mars");
    assert_eq!(fit.unwrap().estimate.basis, Basis::Country, "a place that is none");

    let five = "He was seen in Toronto, in Halifax, in Calgary, in Regina and in Ottawa with a stroke";
    let (fit, _) = fits(five, "2024-03-04", "Canora, SK");
    let estimate = fit.unwrap().estimate;
    assert!(estimate.unknown.contains(&"which of several places"), "{estimate:?}");
    assert!(estimate.high / estimate.low.max(1.0) > 10.0);

    for day in ["1970-01-01", "2999-01-01"] {
        let (_, quasi) = fits("Delivered twins tonight", day, "Canora, SK");
        assert!(!quasi.iter().any(|quasi| matches!(quasi.value, Value::Date(_))), "a clock wrong by years");
    }

    let mut nowhere = item("1", "A man came to our clinic with a stroke tonight", "2024-03-04");
    nowhere.profile = None;
    assert_eq!(engine.scanner().fits(&nowhere), None, "cannot say");
}

#[test]
fn the_rewrite_names_the_smallest_change_that_is_enough() {
    let engine = Engine::builtin().unwrap();
    let item = item("1", "A woman of 32 came to our clinic with a miscarriage", "2024-03-04");
    let fits = engine.scanner().fits(&item).unwrap();
    let change = fits.change.unwrap();
    assert!(change.enough && change.people >= 1_000.0, "{change:?}");
    assert!(change.what.starts_with("hide the town"), "{change:?}");
    assert!(fits.estimate.about < change.people);
}

/// Takes whatever holds two passages with a certain number of letters for a story; and what it has to say of one that signs tie.
#[derive(Debug)]
struct Letters(u16, f32);

impl Reader for Letters {
    fn read(&self, _: &Item) -> Read {
        Read::Nothing
    }

    fn passage(&self, item: &Item) -> Option<Passage> {
        Some(Passage { own: [item.text.len() as u16].into(), around: Box::default() })
    }

    fn read_story(&self, passages: &[&Passage]) -> Option<StoryReading> {
        let known = passages.iter().filter(|passage| passage.own.contains(&self.0)).count();
        let alone = known as f32 - 1.5;
        Some(StoryReading { evidence: self.1, beside: 1.0, alone })
    }
}

#[test]
fn posts_that_only_their_sense_ties_are_a_story_where_a_reader_says_so() {
    let first = "Forty wheels of cheese rolled down the hill and into my evening";
    let second = "She says the cheese will be missed more than the leg in question";
    let between = "Rained all day; the tomatoes and I have given up";
    let items = [
        item("1", first, "2024-03-04"),
        item("2", between, "2024-03-05"),
        item("3", &second[..first.len()], "2024-03-06"),
    ];
    let engine = Engine::builtin().unwrap();
    assert!(told(&engine, &items).is_empty(), "nothing ties them");
    let engine = engine.with_reader(Arc::new(Letters(first.len() as u16, 0.0)));
    let found = told(&engine, &items);
    assert_eq!(members(&found), [[0, 2]], "and what stands between is none of it");
    assert_eq!((found[0].severity, found[0].tip().handle), (Severity::Medium, 2));
    assert!(found[0].read.is_some_and(|read| read.alone > 0.0));

    // Of an account that names no health profession nothing is read.
    let plain = items.map(|item| Item { profile: None, ..item });
    assert!(told(&engine, &plain).is_empty());
}

#[test]
fn who_names_no_health_profession_tells_a_story_only_of_somebody_treated() {
    let engine = Engine::builtin().unwrap();
    let lay = Arc::new(Profile { profession: "".into(), ..(*profile("Canora, SK", "CA")).clone() });
    let told_by = |engine: &Engine, profile: &Arc<Profile>, first: &str| {
        let both = [item("1", first, "2024-03-04"), item("2", JOB, "2024-03-09")];
        members(&told(engine, &both.map(|item| Item { profile: Some(profile.clone()), ..item })))
    };
    let words_of_care = "Our hall committee talked about Parkinson's. A man there told us they operated, a scan, a fall, the \
                         emergency room, and they discharged people far too early";
    assert!(told_by(&engine, &lay, words_of_care).is_empty(), "nobody there is anybody's patient");
    let treated =
        "My patient patted my hand on the ward today when I told him it was Parkinson's, after the scan";
    assert_eq!(told_by(&engine, &lay, treated), [[0, 1]]);

    // Where a reader doubts it, arithmetic speaks for a clinician's story of somebody treated alone.
    let clinician = profile("Canora, SK", "CA");
    assert_eq!(told_by(&engine, &clinician, DIAGNOSIS), [[0, 1]]);
    let engine = engine.with_reader(Arc::new(Letters(0, -20.0)));
    assert!(told_by(&engine, &lay, treated).is_empty());
    assert!(told_by(&engine, &clinician, DIAGNOSIS).is_empty());
    assert_eq!(told_by(&engine, &clinician, treated), [[0, 1]]);
}
