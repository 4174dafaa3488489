//! The author's zone, where an export gives times in UTC only: the standard offset of a state, a province or a country.

use crate::recognise::Country;

/// Hours from Greenwich by the last part of a place, and by country. Summer time is left out: an hour moves few days.
const REGIONS: &[(&str, i8)] = &[
    ("alaska", -9),
    ("hawaii", -10),
    ("california", -8),
    ("ca", -8),
    ("washington", -8),
    ("wa", -8),
    ("oregon", -8),
    ("or", -8),
    ("nevada", -8),
    ("nv", -8),
    ("arizona", -7),
    ("az", -7),
    ("colorado", -7),
    ("co", -7),
    ("utah", -7),
    ("ut", -7),
    ("idaho", -7),
    ("id", -7),
    ("montana", -7),
    ("mt", -7),
    ("wyoming", -7),
    ("wy", -7),
    ("new mexico", -7),
    ("nm", -7),
    ("texas", -6),
    ("tx", -6),
    ("illinois", -6),
    ("il", -6),
    ("iowa", -6),
    ("ia", -6),
    ("kansas", -6),
    ("ks", -6),
    ("minnesota", -6),
    ("mn", -6),
    ("missouri", -6),
    ("mo", -6),
    ("oklahoma", -6),
    ("ok", -6),
    ("wisconsin", -6),
    ("wi", -6),
    ("nebraska", -6),
    ("ne", -6),
    ("louisiana", -6),
    ("la", -6),
    ("tennessee", -6),
    ("tn", -6),
    ("alabama", -6),
    ("al", -6),
    ("mississippi", -6),
    ("ms", -6),
    ("arkansas", -6),
    ("ar", -6),
    ("north dakota", -6),
    ("south dakota", -6),
    ("british columbia", -8),
    ("bc", -8),
    ("yukon", -7),
    ("yt", -7),
    ("alberta", -7),
    ("ab", -7),
    ("saskatchewan", -6),
    ("sk", -6),
    ("manitoba", -6),
    ("mb", -6),
    ("nova scotia", -4),
    ("ns", -4),
    ("new brunswick", -4),
    ("nb", -4),
    ("newfoundland", -4),
    ("western australia", 8),
    ("south australia", 9),
    ("sa", 9),
    ("northern territory", 9),
    ("nt", 9),
];

/// The offset in whole hours; `None` where the place is not known.
pub(crate) fn hours(location: &str, country: Option<Country>) -> Option<i8> {
    let last = location.rsplit(',').next().unwrap_or_default().trim().to_lowercase();
    if country == Some(*b"AU") {
        let west = matches!(last.as_str(), "wa" | "western australia");
        let middle =
            REGIONS.iter().find(|(name, hours)| *name == last && *hours >= 8).map(|(_, hours)| *hours);
        return Some(if west { 8 } else { middle.unwrap_or(10) });
    }
    let region = REGIONS.iter().find(|(name, hours)| *name == last && *hours < 0).map(|(_, hours)| *hours);
    match &country? {
        b"US" | b"CA" => Some(region.unwrap_or(-5)),
        b"GB" | b"IE" => Some(0),
        b"NZ" => Some(12),
        _ => None,
    }
}
