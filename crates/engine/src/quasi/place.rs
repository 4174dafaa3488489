//! How many people a person is one of before anything else is known: those of the place, or those that a place of care serves.

use crate::builtin;
use crate::item::Profile;
use crate::recognise::{Country, Gazetteer, country};

/// How the place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The text names the place.
    Named,
    /// The text names a place that is in no list of places of 1,000 people and more.
    Unlisted,
    /// The text names a state, a province or a country.
    Region,
    /// The profile's place: whom a place of care there serves.
    Location,
    /// A place in the employer's name.
    Employer,
    /// A place in the bio.
    Bio,
    /// A picture's geotag.
    Geotag,
    /// Only the country is known.
    Country,
}

impl Basis {
    /// Whether the text names it.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Named | Self::Unlisted)
    }

    /// Whether the place comes from the account and not from the item.
    pub fn is_profile(self) -> bool {
        matches!(self, Self::Location | Self::Employer | Self::Bio)
    }
}

/// The people that somebody is one of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Base {
    /// How many.
    pub people: f32,
    /// Likely between that divided by and multiplied with this.
    pub spread: f32,
    /// How it is known.
    pub basis: Basis,
    /// Inhabitants of the town, where `people` are those that its places of care serve.
    pub town: f32,
}

impl Base {
    /// A place that is named: its inhabitants, and some from around it.
    pub(crate) fn named(people: f32) -> Self {
        Self { people, spread: 1.5, basis: Basis::Named, town: people }
    }

    /// A name that no list has: a village, a quarter, or a small town elsewhere.
    pub(crate) fn unlisted() -> Self {
        Self { people: 2_000.0, spread: 6.0, basis: Basis::Unlisted, town: 2_000.0 }
    }

    /// "In this town", where the profile says which.
    pub(crate) fn here(self) -> Self {
        Self { people: self.town, spread: self.spread.max(2.0), ..self }
    }

    pub(crate) fn region(people: f32) -> Self {
        Self { people, spread: 1.2, basis: Basis::Region, town: people }
    }
}

/// Rows of `figures/catchments.tsv` and `figures/regions.tsv`.
#[derive(Debug, Default)]
pub(crate) struct Areas {
    /// Town from, town to, people served, spread.
    catchments: Vec<(f32, f32, f32, f32)>,
    regions: Vec<(&'static str, &'static str, f32)>,
}

impl Areas {
    pub(crate) fn read() -> Self {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<f32>().ok());
        let catchment = |line: &'static str| {
            let mut columns = line.split('\t');
            let mut next = || number(columns.next());
            Some((next()?, next()?, next()?, next()?))
        };
        let region = |line: &'static str| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.next()?, number(columns.next())?))
        };
        Self {
            catchments: builtin::CATCHMENTS_FIGURES.lines().filter_map(catchment).collect(),
            regions: builtin::REGIONS_FIGURES.lines().filter_map(region).collect(),
        }
    }

    /// Whom places of care serve in a town of so many people.
    pub(crate) fn served(&self, town: f32, basis: Basis) -> Option<Base> {
        let row = self.catchments.iter().find(|(from, to, ..)| (*from..*to).contains(&town))?;
        Some(Base { people: row.2, spread: row.3, basis, town })
    }

    /// The people of a state, a province or a country.
    pub(crate) fn region(&self, name: &str) -> Option<f32> {
        let name = name.trim().to_lowercase();
        let name = name.strip_prefix("the ").unwrap_or(&name);
        self.regions.iter().find(|(other, ..)| *other == name).map(|(.., people)| *people)
    }

    /// The people of a country, by the profile's code.
    pub(crate) fn country(&self, code: &str) -> Option<Base> {
        let name = match code.to_ascii_uppercase().as_str() {
            "US" | "USA" => "united states",
            "UK" | "GB" => "united kingdom",
            "CA" => "canada",
            "AU" => "australia",
            "IE" => "ireland",
            "NZ" => "new zealand",
            _ => return None,
        };
        let people = self.region(name)?;
        Some(Base { people, spread: 1.1, basis: Basis::Country, town: people })
    }

    /// The people of a country, by its two letters.
    pub(crate) fn of_code(&self, code: Country) -> Option<Base> {
        self.country(std::str::from_utf8(&code).unwrap_or_default())
    }

    /// What a profile tells of the place: its place, then a place in the employer's name, then one in the bio.
    pub(crate) fn of_profile(&self, profile: &Profile, gazetteer: &Gazetteer) -> Option<Base> {
        let country = code_of(&profile.jurisdiction);
        let location = profile.location.trim();
        let first = location.split(',').next().unwrap_or_default().trim();
        let says_region = location.contains(',');
        if let Some(known) = gazetteer.known(first, country) {
            // "Mars" alone is a joke as often as a town.
            if (known.in_country || country.is_none())
                && (!known.ambiguous || says_region || country.is_some())
            {
                return self.served(known.people, Basis::Location);
            }
        }
        if let Some(people) = self.region(first) {
            return Some(Base { basis: Basis::Location, ..Base::region(people) });
        }
        // Further parts: "West Coast, Hokitika".
        let parts = location.split([',', '/', '|']).skip(1);
        let known = |name: &str| {
            gazetteer.known(name.trim(), country).filter(|known| known.in_country && !known.ambiguous)
        };
        if let Some(known) = parts.filter(|part| part.trim().len() > 2).find_map(known) {
            return self.served(known.people, Basis::Location);
        }
        // A place that no list has, in a region that one has: a village or a small town.
        if !NOWHERE.iter().any(|word| first.eq_ignore_ascii_case(word))
            && location.split(',').skip(1).any(|part| is_region(part, gazetteer))
        {
            let (_, _, people, _) = self.catchments.first()?;
            return Some(Base { people: *people, basis: Basis::Location, ..Base::unlisted() });
        }
        let in_words = |text: &str, basis| {
            let words: Vec<&str> =
                text.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '-').collect();
            let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
            let pairs = words.windows(2).filter(|pair| pair.iter().all(&capital));
            let names = pairs.map(|pair| pair.join(" ")).chain(
                words.iter().filter(|word| capital(word) && word.len() > 3).map(|word| (*word).to_owned()),
            );
            let found = names.filter_map(|name| known(&name)).next();
            found.and_then(|known| self.served(known.people, basis))
        };
        in_words(&profile.employer, Basis::Employer)
            .or_else(|| in_words(&profile.bio, Basis::Bio))
            .or_else(|| self.country(&profile.jurisdiction))
    }
}

/// First parts of places that are jokes or say nothing: "Somewhere, OR".
const NOWHERE: &[&str] =
    &["", "somewhere", "anywhere", "nowhere", "everywhere", "here", "there", "earth", "home", "the internet"];

/// "QC", "Co. Wexford", "NT (pop. 340)".
fn is_region(part: &str, gazetteer: &Gazetteer) -> bool {
    let part = part.split('(').next().unwrap_or_default().trim();
    let county = ["Co. ", "Co ", "County "].iter().find_map(|prefix| part.strip_prefix(prefix));
    gazetteer.is_region(county.unwrap_or(part))
}

/// The country as the list of places writes it.
pub(crate) fn code_of(jurisdiction: &str) -> Option<Country> {
    match jurisdiction.to_ascii_uppercase().as_str() {
        "UK" | "GB" => Some(*b"GB"),
        "USA" => Some(*b"US"),
        code => country(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_no_list_has_counts_where_its_region_is_known() {
        let gazetteer =
            Gazetteer::parse("hokitika\tNZ\t3000\n", "on\tCA\tabbr\nwexford\tIE\tcounty\nnt\tAU\tabbr\n");
        let areas = Areas::read();
        for (location, jurisdiction, expected) in [
            ("Alder Inlet, ON", "CA", Basis::Location),
            ("Kilbrannock, Co. Wexford", "IE", Basis::Location),
            ("Nyarrin, NT (pop. 340)", "AU", Basis::Location),
            ("Hokitika", "NZ", Basis::Location),
            ("Alder Inlet", "CA", Basis::Country),
            ("Somewhere, ON", "CA", Basis::Country),
            ("Left of the sofa, mostly", "CA", Basis::Country),
            (", ON", "CA", Basis::Country),
        ] {
            let (location, jurisdiction) = (location.into(), jurisdiction.into());
            let profile = Profile { location, jurisdiction, ..Profile::default() };
            let base = areas.of_profile(&profile, &gazetteer);
            assert_eq!(base.map(|base| base.basis), Some(expected), "{}", profile.location);
        }
    }
}
