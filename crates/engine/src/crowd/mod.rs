//! How many people fit a description: an order of magnitude, with the arithmetic behind it.
//!
//! People of the place, times the share of that age and sex, times how common each trait is, times the length of time in
//! which it happened. Each factor has a likely range; the ranges add up as independent errors of a logarithm do. What is not
//! known widens the range and is named. `docs/crowd.md` says what this can and cannot do.

mod coarsen;
mod estimate;
mod figures;
mod population;
mod portrait;
mod words;

pub use coarsen::Change;
pub use estimate::Estimate;
pub use figures::Sort;
pub(crate) use figures::{CUE, Figure, Figures};
pub(crate) use portrait::Portrait;

use population::Population;

/// Fewer people than this: somebody who knows one of them can tell who it is.
pub const FEW: f64 = 11.0;

/// Fewer than this: it fits the one person and nobody else.
pub const ONE: f64 = 2.0;

/// A description that fits so many people identifies nobody.
pub const MANY: f64 = 1_000.0;

/// Estimates; made once.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    population: Population,
}

impl Crowd {
    pub(crate) fn read() -> Self {
        Self { population: Population::read() }
    }
}
