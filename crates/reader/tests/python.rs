//! The Rust forward pass gives what the Python one gives for the same whole-number weights (`tests/python.jsonl`, made with
//! `training/model.py`), through both tokenizers: long and short posts, parents, pictures, emoji and accents.
#![allow(clippy::unwrap_used)]

mod posts;

use std::path::Path;

use serde_json::Value;
use whitecoat_engine::{Item, Passage, Read, Reader as _};
use whitecoat_reader::{Reader, WEIGHTS};

/// Python sums in another order, with another `exp`.
const NEAR: f64 = 0.02;

fn reader() -> Reader {
    Reader::load(WEIGHTS, ["privacy/patient-name", "no/rule"].into_iter()).unwrap()
}

fn lines(name: &str) -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let lines = std::fs::read_to_string(file).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn labelled(id: &str) -> Item {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../corpus/{}.jsonl", &id[..1]));
    let posts = std::fs::read_to_string(set).unwrap();
    let start = format!("{{\"id\": \"{id}\"");
    posts::item(posts.lines().find(|post| post.starts_with(&start)).unwrap()).unwrap()
}

#[test]
fn kinds_of_posts_were_chosen_with_these_weights() {
    let made_with = whitecoat_reader::kinds::OF_WEIGHTS.trim();
    assert_eq!(
        reader().digest(),
        made_with,
        "choose them again: cargo run --release -p whitecoat-tuning -- kinds"
    );
}

#[test]
fn rust_and_python_agree() {
    let reader = reader();
    let expected = lines("python.jsonl");
    assert_eq!(expected.len(), 18);
    for expected in expected {
        let id = expected["id"].as_str().unwrap();
        let (scores, left_out) = reader.scores(&labelled(id));
        assert_eq!(left_out, 0);
        for (found, right) in scores.iter().zip(expected["scores"].as_array().unwrap()) {
            assert!((f64::from(*found) - right.as_f64().unwrap()).abs() < NEAR, "{id}: {found} {right}");
        }
    }
}

#[test]
fn rust_and_python_agree_on_stories() {
    let reader = reader();
    let expected = lines("stories.jsonl");
    assert_eq!(expected.len(), 4);
    for expected in expected {
        let ids = expected["items"].as_array().unwrap();
        let passages: Vec<Passage> =
            ids.iter().map(|id| reader.passage(&labelled(id.as_str().unwrap())).unwrap()).collect();
        let found = reader.score_of_story(&passages.iter().collect::<Vec<_>>());
        let right = expected["score"].as_f64().unwrap();
        assert!((f64::from(found) - right).abs() < NEAR, "{ids:?}: {found} {right}");
    }
}

#[test]
fn the_same_item_gives_the_same_bits() {
    let reader = reader();
    let item = Item { text: "Bed 4 is my uncle, he hates my cooking. 🤷".into(), ..Item::default() };
    assert_eq!(reader.read(&item), reader.read(&item));
    assert_eq!(reader.read(&item), self::reader().read(&item));
}

#[test]
fn what_is_not_judged_says_so() {
    let reader = reader();
    let read = |text: &str| reader.read(&Item { text: text.into(), ..Item::default() });
    assert_eq!((read(""), read("😀😀😀"), read("1234 !!")), (Read::Nothing, Read::Nothing, Read::Nothing));
    let german = "Meine Patientin auf Station vier hat Leukämie, und ihre Familie weiß noch nichts davon.";
    assert_eq!(read(german), Read::OtherLanguage);
    let Read::Judged(reading) = read("My patient Tilda Marrow in bed 4 has leukaemia.") else { return };
    assert!(reading.rules[0].is_some() && reading.rules[1].is_none() && !reading.in_part);
}

/// A sentence that a short post would surely be found for stands out between thousands of others too. `tests/reader.rs` has one that the
/// rules find. How much of what is less sure padding hides: docs/reader.md, Limits.
#[test]
fn padding_hides_nothing() {
    let reader = reader();
    let score = |text: String| {
        let (scores, left_out) = reader.scores(&Item { text, ..Item::default() });
        assert_eq!(left_out, 0);
        scores[0]
    };
    let breaches = [
        "Take two of the antibiotics you have left and send me a photo of the rash here.",
        "Our frequent flyer in bay two faked another seizure, so we let her lie on the floor for an hour.",
        "Looked up my ex's new girlfriend on the hospital system and, well, that explains the rash.",
    ];
    let paddings = [
        "The canal was calm and we had tea. ".repeat(60),
        "The canal was calm. We had tea and the dog swam twice. Nobody has mowed the lawn since May. "
            .repeat(25),
    ];
    for padding in paddings {
        let plain = score(padding.clone());
        for breach in breaches {
            let hidden = score(format!("{padding}\n{breach}\n{padding}"));
            assert!(hidden > plain + 0.5, "{breach}: {hidden} {plain}");
        }
    }
}

/// Posts of 100,000 characters: what is left out is counted.
#[test]
fn very_long_posts_are_read_in_part_and_say_so() {
    let text = "So it goes on and on and on in here. ".repeat(2_800);
    assert!(text.len() > 100_000);
    let (_, left_out) = reader().scores(&Item { text, ..Item::default() });
    assert!(left_out > 0);
}
