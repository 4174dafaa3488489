//! The estimate of a crowd against published figures: `crowd.tsv`, which was written before the estimate was tuned.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::sync::Arc;

use whitecoat_engine::{Engine, Item, Profile};

const TABLE: &str = include_str!("crowd.tsv");

/// The share of the table that must be within a factor of ten.
const WITHIN_TEN: f64 = 0.85;

/// Too many people is the dangerous mistake: never by more than this.
const TOWARDS_SAFETY: f64 = 30.0;

struct Row {
    item: Item,
    published: f64,
}

fn rows() -> Vec<Row> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.enumerate()
        .map(|(number, line)| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [text, country, location, day, published, _] = columns[..] else { panic!("{line}") };
            let profile = Profile {
                profession: "physician".into(),
                jurisdiction: country.into(),
                location: location.into(),
                ..Profile::default()
            };
            let item = Item {
                id: number.to_string(),
                text: text.into(),
                created_at: format!("{day}T12:00:00Z").parse().ok(),
                profile: Some(Arc::new(profile)),
                ..Item::default()
            };
            Row { item, published: published.parse().unwrap() }
        })
        .collect()
}

#[test]
fn sixty_descriptions_are_within_a_factor_of_ten_of_published_figures() {
    let engine = Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    let rows = rows();
    assert_eq!(rows.len(), 60);
    let (mut near, mut report, mut too_safe) = (0_u32, String::new(), 0);
    for row in &rows {
        let fits = scanner.fits(&row.item).expect("every row has a country");
        let times = fits.estimate.about / row.published;
        let good = (0.1..=10.0).contains(&times);
        near += u32::from(good);
        too_safe += u32::from(times > TOWARDS_SAFETY);
        let mark = if good { ' ' } else { '!' };
        writeln!(report, "{mark} {times:8.2} {:?} {}", row.item.text, fits.estimate.reasoning()).unwrap();
    }
    assert!(f64::from(near) >= WITHIN_TEN * rows.len() as f64, "{near} of {}\n{report}", rows.len());
    assert_eq!(too_safe, 0, "{report}");
}
