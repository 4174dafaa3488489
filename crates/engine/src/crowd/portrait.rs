//! What is known of one person, from one item or from several.

use jiff::civil::Date;

use crate::quasi::{Base, Basis, Window};
use crate::recognise::Country;

/// More traits than this add nothing: whom so much is known of is known.
const MAX_TRAITS: usize = 24;

/// What is known of one person. Small: stories keep one for each item that looks like care.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Portrait {
    /// The people that the person is one of.
    pub(crate) base: Option<Base>,
    pub(crate) country: Option<Country>,
    /// How many places were named.
    pub(crate) places: u8,
    pub(crate) age: Option<(u8, u8)>,
    pub(crate) sex: Option<u8>,
    /// The sex is told more than once: one `he` may be somebody else.
    pub(crate) sure_sex: bool,
    /// Figures, by number, each once.
    pub(crate) traits: Vec<u16>,
    pub(crate) window: Option<Window>,
    pub(crate) posted: Option<Date>,
    /// It happened, or was new, rather than being lived with.
    pub(crate) new: bool,
}

impl Portrait {
    pub(crate) fn add_trait(&mut self, figure: u16) {
        if self.traits.len() < MAX_TRAITS && !self.traits.contains(&figure) {
            self.traits.push(figure);
        }
    }

    /// The narrower of two ages that agree; the first of two that do not.
    pub(crate) fn add_age(&mut self, age: (u8, u8)) {
        self.age = Some(match self.age {
            Some((from, to)) if age.1 - age.0 < to - from && age.0 <= to && from <= age.1 => age,
            Some(before) => before,
            None => age,
        });
    }

    /// The shorter of two windows.
    pub(crate) fn add_window(&mut self, window: Window) {
        if self.window.is_none_or(|before| window.days < before.days) {
            self.window = Some(window);
        }
    }

    /// Whether the two cannot be one person: other sex, or ages that do not meet.
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        let sex =
            matches!((self.sex, other.sex), (Some(a), Some(b)) if a != b) && self.sure_sex && other.sure_sex;
        let age = matches!((self.age, other.age), (Some(a), Some(b)) if a.0 > b.1 || b.0 > a.1);
        sex || age
    }

    /// Adds what another item tells of the same person.
    pub(crate) fn join(&mut self, other: &Self) {
        for figure in &other.traits {
            self.add_trait(*figure);
        }
        if let Some(age) = other.age {
            self.add_age(age);
        }
        if let Some(window) = other.window {
            self.add_window(window);
        }
        if self.sex.is_none() || (other.sure_sex && !self.sure_sex) {
            self.sex = other.sex.or(self.sex);
            self.sure_sex |= other.sure_sex;
        }
        self.country = self.country.or(other.country);
        self.posted = self.posted.max(other.posted);
        self.new |= other.new;
        self.places = self.places.max(other.places);
        // What a text names says more than what a profile does, and of two places the smaller one.
        let rank = |base: &Base| (base.basis.is_profile() || base.basis == Basis::Country, base.people);
        self.base = match (self.base, other.base) {
            (Some(a), Some(b)) if rank(&b) < rank(&a) => Some(b),
            (a, b) => a.or(b),
        };
    }
}
