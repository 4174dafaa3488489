//! Who lives in a country: shares of ages and sexes.

use crate::builtin;
use crate::recognise::Country;

/// Shares per 100,000 people by age band, from `figures/pyramids.tsv`.
#[derive(Debug, Default)]
pub(crate) struct Population {
    bands: Vec<Band>,
}

#[derive(Debug)]
struct Band {
    from: u8,
    to: u8,
    /// Men and women in US, UK, CA, AU.
    shares: [f32; 8],
}

impl Population {
    pub(crate) fn read() -> Self {
        let band = |line: &str| {
            let mut numbers = line.split('\t').map(|number| number.parse::<f32>().ok());
            let (from, to) = (numbers.next()??, numbers.next()??);
            let mut shares = [0.0; 8];
            for share in &mut shares {
                *share = numbers.next()??;
            }
            Some(Band { from: from as u8, to: to as u8, shares })
        };
        Self { bands: builtin::PYRAMIDS_FIGURES.lines().filter_map(band).collect() }
    }

    /// The share of people of these ages and that sex among all people.
    pub(crate) fn share(&self, country: Option<Country>, ages: (u8, u8), sex: u8) -> f64 {
        let column = match country.as_ref() {
            Some(b"US") => 0,
            Some(b"CA") => 4,
            Some(b"AU" | b"NZ") => 6,
            _ => 2,
        };
        let sum = |band: &Band| {
            let years = f64::from(band.to - band.from) + 1.0;
            let (from, to) = (band.from.max(ages.0), band.to.min(ages.1));
            if from > to {
                return 0.0;
            }
            let part = (f64::from(to - from) + 1.0) / years;
            let [men, women] = [band.shares.get(column), band.shares.get(column + 1)]
                .map(|share| f64::from(share.copied().unwrap_or(0.0)));
            part * match sex {
                b'm' => men,
                b'f' => women,
                _ => men + women,
            }
        };
        let all: f64 = self.bands.iter().map(sum).sum();
        all / 100_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::Population;

    #[test]
    fn the_pyramids_are_whole() {
        let population = Population::read();
        for country in [*b"US", *b"GB", *b"CA", *b"AU"] {
            let all = population.share(Some(country), (0, 122), b'b');
            assert!((0.98..1.02).contains(&all), "{country:?} {all}");
            let women = population.share(Some(country), (0, 122), b'f');
            assert!((0.49..0.53).contains(&women), "{country:?} {women}");
        }
    }
}
