//! The arithmetic.

use super::figures::{Figure, Figures, Sort};
use super::portrait::Portrait;
use super::words::people;
use super::{Crowd, FEW, ONE};
use crate::quasi::{Base, Basis};

/// An illness that is told of beside a rarer one is most often part of it: it counts as one in three.
const ALSO_ILL: (f64, f64) = (1.0 / 3.0, 3.0);

/// A second job, role or event is often the first one told again.
const ALSO_KNOWN: (f64, f64) = (0.5, 3.0);

/// An illness at an age or sex at which it hardly occurs.
const UNUSUAL: (f64, f64) = (0.02, 5.0);

/// When it happened is not said: within about three months of the post.
const UNDATED: (f64, f64) = (90.0, 2.0);

/// A range is never given as narrower than this.
const LEAST_SPREAD: f64 = 2.0;

/// Two standard deviations of a logarithm, taken from a spread that is meant as likely.
const LIKELY: f64 = 1.0;

/// A detail that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    Place,
    Day,
    Age,
    Sex,
    Trait(u16),
}

/// How many people fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Likely at least so many.
    pub low: f64,
    /// About so many. Under 1: only the person told of.
    pub about: f64,
    /// Likely at most so many.
    pub high: f64,
    /// One step of the arithmetic each.
    pub lines: Vec<String>,
    /// What was not known and widens the range.
    pub unknown: Vec<&'static str>,
    /// How the place is known.
    pub basis: Basis,
    /// How many details other than place, age, sex and day count.
    pub traits: usize,
}

impl Estimate {
    /// `about 4 people (1 to 20)`.
    pub fn words(&self) -> String {
        let range = format!("{} to {}", people(self.low), people(self.high));
        match () {
            () if self.high < 1.5 => "1 person".to_owned(),
            () if self.about < 1.5 => format!("about 1 person ({range})"),
            () => format!("about {} people ({range})", people(self.about)),
        }
    }

    /// The arithmetic in one line.
    pub fn reasoning(&self) -> String {
        let mut text = self.lines.join(" -> ");
        if !self.unknown.is_empty() {
            text.push_str("; not known: ");
            text.push_str(&self.unknown.join(", "));
        }
        text
    }

    /// So few that somebody who knows one of them can tell.
    pub fn is_few(&self) -> bool {
        self.about < FEW
    }

    /// Nobody else fits.
    pub fn is_one(&self) -> bool {
        self.about < ONE
    }
}

/// One factor.
struct Step {
    factor: f64,
    spread: f64,
    says: String,
}

impl Crowd {
    /// How many people a portrait fits; `None` where nothing tells of how many people to begin with.
    pub(crate) fn estimate(&self, portrait: &Portrait, figures: &Figures) -> Option<Estimate> {
        let base = portrait.base?;
        let mut unknown = Vec::new();
        if base.basis == Basis::Country {
            unknown.push("the place");
        }
        if portrait.places >= 3 {
            unknown.push("which of several places");
        }
        let mut steps = Vec::new();
        let traits = self.steps(portrait, figures, &mut steps, &mut unknown);
        let mut about = f64::from(base.people);
        let mut log = f64::from(base.spread).ln().powi(2);
        let mut lines = vec![describe(&base)];
        for step in steps {
            about *= step.factor;
            log += step.spread.max(1.0).ln().powi(2);
            lines.push(format!("{}: {}", step.says, people(about)));
        }
        let spread = (log.sqrt() * LIKELY).exp().max(LEAST_SPREAD);
        // The person told of exists.
        let whole = |number: f64| number.max(if number < 0.5 { 0.0 } else { 1.0 });
        Some(Estimate {
            low: whole(about / spread),
            about,
            high: (about * spread).max(1.0),
            lines,
            unknown,
            basis: base.basis,
            traits,
        })
    }

    /// The factors in order; answers how many traits count.
    fn steps(
        &self,
        portrait: &Portrait,
        figures: &Figures,
        steps: &mut Vec<Step>,
        unknown: &mut Vec<&'static str>,
    ) -> usize {
        let list: Vec<(u16, &Figure)> =
            portrait.traits.iter().filter_map(|index| Some((*index, figures.get(*index)?))).collect();
        let mut ill: Vec<&Figure> =
            list.iter().map(|(_, figure)| *figure).filter(|figure| is_ill(figure)).collect();
        let rate = |figure: &Figure| rate_of(figure, portrait).0;
        ill.sort_by(|a, b| rate(a).total_cmp(&rate(b)).then(a.key.cmp(b.key)));
        let first = ill.first().copied();
        steps.extend(self.age_and_sex(portrait, first));
        if let Some(figure) = first {
            steps.push(ill_step(figure, portrait, unknown));
        }
        for figure in ill.iter().skip(1) {
            let says = format!("and {} (counted as one in three)", figure.says);
            steps.push(Step { factor: ALSO_ILL.0, spread: ALSO_ILL.1, says });
        }
        let rest = list.iter().map(|(_, figure)| *figure).filter(|figure| !is_ill(figure));
        let mut rest: Vec<&Figure> = rest.collect();
        rest.sort_by(|a, b| a.living.total_cmp(&b.living).then(a.key.cmp(b.key)));
        let mut known: Vec<Group> = Vec::new();
        for figure in &rest {
            let group = group(figure.sort);
            let again = known.contains(&group);
            known.push(group);
            steps.push(trait_step(figure, again, first));
        }
        ill.len() + rest.len()
    }

    fn age_and_sex(&self, portrait: &Portrait, ill: Option<&Figure>) -> Option<Step> {
        let sex = portrait.sex.unwrap_or(b'b');
        if portrait.age.is_none() && portrait.sex.is_none() {
            return None;
        }
        let ages = portrait.age.unwrap_or((0, 122));
        let share = self.population.share(portrait.country, ages, sex);
        let says = who(portrait.age, portrait.sex);
        let Some(figure) = ill else {
            return Some(Step { factor: share, spread: 1.3, says });
        };
        // Among those whom the illness or injury befalls.
        let of = self.population.share(portrait.country, figure.ages, figure.sex);
        let (from, to) = (ages.0.max(figure.ages.0), ages.1.min(figure.ages.1));
        let fits = matches!((figure.sex, sex), (b'b', _) | (_, b'b')) || figure.sex == sex;
        if from > to || !fits {
            // A baby's illness told with the mother's age, or the other way round.
            let of_child =
                figure.ages.1 <= 2 || portrait.age.is_some_and(|(_, to)| to <= 2) || figure.sex == b'f';
            return (!of_child).then(|| Step {
                factor: UNUSUAL.0,
                spread: UNUSUAL.1,
                says: format!("{says}, unusual for {}", figure.says),
            });
        }
        let one_sex = if figure.sex == b'b' { sex } else { figure.sex };
        let part = self.population.share(portrait.country, (from, to), one_sex);
        Some(Step { factor: (part / of.max(1e-6)).min(1.0), spread: 1.5, says })
    }
}

/// Traits that say much the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Work,
    Known,
    Family,
    Other(Sort),
}

fn group(sort: Sort) -> Group {
    match sort {
        Sort::Occupation => Group::Work,
        Sort::Role | Sort::Event | Sort::Identity | Sort::Rarity => Group::Known,
        Sort::Kin => Group::Family,
        other => Group::Other(other),
    }
}

fn is_ill(figure: &Figure) -> bool {
    matches!(figure.sort, Sort::Condition | Sort::Mechanism | Sort::Procedure)
}

/// How common an illness is in the time told of, and whether it was counted as new in that time.
fn rate_of(figure: &Figure, portrait: &Portrait) -> (f64, bool) {
    let dated = portrait.window.is_some() && portrait.new;
    let happens = figure.living < figure.new || figure.living == 0.0;
    let counted = figure.new > 0.0 && (dated || happens);
    if !counted {
        return (f64::from(figure.living) / 100_000.0, false);
    }
    let days = portrait.window.map_or(UNDATED.0, |window| f64::from(window.days));
    (f64::from(figure.new) / 100_000.0 * days / 365.0, true)
}

fn ill_step(figure: &Figure, portrait: &Portrait, unknown: &mut Vec<&'static str>) -> Step {
    let (factor, new) = rate_of(figure, portrait);
    let spread = f64::from(figure.spread);
    if !new {
        return Step { factor, spread, says: figure.says.to_owned() };
    }
    let when = match portrait.window.map(|window| window.days) {
        Some(1) => "on that day".to_owned(),
        Some(365) => "in that year".to_owned(),
        Some(days) => format!("within {days} days"),
        None => {
            unknown.push("when");
            "within about three months".to_owned()
        }
    };
    let wider = if portrait.window.is_none() { UNDATED.1 } else { 1.0 };
    Step { factor, spread: spread * wider, says: format!("{} {when}", figure.says) }
}

fn trait_step(figure: &Figure, again: bool, ill: Option<&Figure>) -> Step {
    let goes_along = ill.is_some_and(|ill| !ill.goes_with.is_empty() && ill.goes_with == figure.key);
    if goes_along {
        let says = format!("{} (most of whom it happens to)", figure.says);
        return Step { factor: 0.5, spread: 1.5, says };
    }
    if again {
        let says = format!("and {} (counted as one in two)", figure.says);
        return Step { factor: ALSO_KNOWN.0, spread: ALSO_KNOWN.1, says };
    }
    let factor = f64::from(figure.living) / 100_000.0;
    Step { factor, spread: f64::from(figure.spread), says: figure.says.to_owned() }
}

/// `women aged 30 to 34`.
pub(crate) fn who(age: Option<(u8, u8)>, sex: Option<u8>) -> String {
    let people = match (sex, age.is_some_and(|(_, to)| to < 18)) {
        (Some(b'f'), false) => "women",
        (Some(b'm'), false) => "men",
        (Some(b'f'), true) => "girls",
        (Some(b'm'), true) => "boys",
        (_, true) => "children",
        _ => "people",
    };
    match age {
        Some((from, to)) if from == to => format!("{people} aged {from}"),
        Some((from, to)) => format!("{people} aged {from} to {to}"),
        None => people.to_owned(),
    }
}

fn describe(base: &Base) -> String {
    let (served, town) = (people(f64::from(base.people)), people(f64::from(base.town)));
    match base.basis {
        Basis::Named if base.town < 100_000.0 => format!("town of {town}"),
        Basis::Named => format!("city of {town}"),
        Basis::Unlisted => format!("a place in no list of places, taken as {town}"),
        Basis::Region => format!("state, province or country of {town}"),
        Basis::Country => format!("country of {town}"),
        Basis::Geotag => format!("the geotag's surroundings, taken as {served}"),
        Basis::Location if base.people == base.town => format!("the profile's place of {town}"),
        Basis::Location => {
            format!("the profile's place ({town}), whose clinics and hospitals serve {served}")
        }
        Basis::Employer => {
            format!("the place in the employer's name ({town}), whose clinics and hospitals serve {served}")
        }
        Basis::Bio => format!("the place in the bio ({town}), whose clinics and hospitals serve {served}"),
    }
}
