//! The rewrite: which detail to coarsen so that enough people fit.

use super::estimate::{Detail, Estimate, who};
use super::figures::Figures;
use super::portrait::Portrait;
use super::words::people;
use super::{Crowd, MANY};
use crate::quasi::{Areas, Basis};

/// A change to a text, or to the profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What to do, such as `drop the town`.
    pub what: String,
    /// How many people it fits then.
    pub people: f64,
    /// Whether that is enough.
    pub enough: bool,
}

impl Change {
    /// `drop the town and it fits about 40,000 people`.
    pub fn words(&self) -> String {
        let fits = format!("{} and it fits about {} people", self.what, people(self.people));
        if self.enough {
            fits
        } else {
            format!("{fits}, which is not enough: leave the story out, or make a composite of several")
        }
    }
}

/// At most so many details are coarsened together.
const MOST: usize = 3;

impl Crowd {
    /// The smallest change that is enough; else the one that does most.
    pub(crate) fn change(&self, portrait: &Portrait, figures: &Figures, areas: &Areas) -> Option<Change> {
        let mut without = portrait.clone();
        let mut what: Vec<String> = Vec::new();
        let mut left = details(portrait);
        for _ in 0..MOST {
            let mut tries: Vec<(f64, Detail, Portrait)> = Vec::new();
            for detail in &left {
                let coarser = coarsened(&without, *detail, areas);
                if let Some(estimate) = self.estimate(&coarser, figures) {
                    tries.push((estimate.about, *detail, coarser));
                }
            }
            // Enough with as little as possible; else as much as possible.
            let enough = tries.iter().filter(|(about, ..)| *about >= MANY).min_by(|a, b| a.0.total_cmp(&b.0));
            let best = enough.or_else(|| tries.iter().max_by(|a, b| a.0.total_cmp(&b.0)))?;
            let (about, detail, coarser) = best.clone();
            what.push(words(detail, portrait, figures));
            if about >= MANY || what.len() == MOST {
                return Some(Change { what: what.join(", "), people: about, enough: about >= MANY });
            }
            left.retain(|other| *other != detail);
            without = coarser;
        }
        None
    }
}

fn details(portrait: &Portrait) -> Vec<Detail> {
    let mut list = vec![];
    if portrait.base.is_some_and(|base| base.basis != Basis::Country) && portrait.country.is_some() {
        list.push(Detail::Place);
    }
    list.extend(portrait.window.map(|_| Detail::Day));
    list.extend(portrait.age.map(|_| Detail::Age));
    list.extend(portrait.sex.map(|_| Detail::Sex));
    list.extend(portrait.traits.iter().map(|index| Detail::Trait(*index)));
    list
}

fn coarsened(portrait: &Portrait, detail: Detail, areas: &Areas) -> Portrait {
    let mut coarser = portrait.clone();
    match detail {
        Detail::Place => coarser.base = portrait.country.and_then(|country| areas.of_code(country)),
        Detail::Day => {
            coarser.window = portrait.window.map(|window| crate::quasi::Window { days: 365, ..window });
        }
        Detail::Age => coarser.age = None,
        Detail::Sex => coarser.sex = None,
        Detail::Trait(index) => coarser.traits.retain(|other| *other != index),
    }
    coarser
}

fn words(detail: Detail, portrait: &Portrait, figures: &Figures) -> String {
    match detail {
        Detail::Place => match portrait.base.map(|base| base.basis) {
            Some(basis) if basis.is_profile() => "hide the town and the employer in the profile".to_owned(),
            _ => "drop the place".to_owned(),
        },
        Detail::Day => "drop the day (and post it months later)".to_owned(),
        Detail::Age => format!("drop the age ({})", who(portrait.age, None)),
        Detail::Sex => "drop the sex".to_owned(),
        Detail::Trait(index) => {
            format!("drop “{}”", figures.get(index).map_or("the detail", |figure| figure.says))
        }
    }
}

impl Estimate {
    /// Whether so many people fit that nobody is identified, even at the low end of the range.
    pub fn is_many(&self) -> bool {
        self.about >= MANY && self.low >= super::FEW
    }
}
