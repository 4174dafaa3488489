//! Comparing names of people, and naming countries and professions.

use heck::ToSnakeCase;

/// Titles and credentials that tell nothing about who somebody is.
const TITLES: &[&str] = &[
    "cnm",
    "crna",
    "dds",
    "dmd",
    "do",
    "dpm",
    "dr",
    "dvm",
    "facp",
    "facs",
    "frcp",
    "frcs",
    "gp",
    "mb",
    "mbbs",
    "md",
    "miss",
    "mr",
    "mrs",
    "ms",
    "np",
    "od",
    "pa",
    "phd",
    "prof",
    "professor",
    "rn",
];

/// Whether two names are those of one person or practice: the words of one are all among the words of the other,
/// titles aside. An empty name is nobody's.
pub(super) fn same_person(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    if one.is_empty() || other.is_empty() {
        return false;
    }
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    few.iter().all(|word| many.contains(word))
}

fn words(name: &str) -> Vec<String> {
    name.to_lowercase()
        .replace(['.', '\'', '\u{2019}'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1 && !TITLES.contains(word))
        .map(str::to_owned)
        .collect()
}

/// The code of a country that the engine knows rules for, else nothing.
pub(super) fn country(name: &str) -> &'static str {
    match name.trim().to_ascii_lowercase().as_str() {
        "us" | "usa" | "united states" | "united states of america" => "US",
        "gb" | "uk" | "gbr" | "united kingdom" | "great britain" | "england" | "scotland" | "wales"
        | "northern ireland" => "UK",
        "ca" | "can" | "canada" => "CA",
        "au" | "aus" | "australia" => "AU",
        "ie" | "irl" | "ireland" => "IE",
        "nz" | "nzl" | "new zealand" => "NZ",
        _ => "",
    }
}

/// A profession as people write it: schema.org's `https://schema.org/PrimaryCare` is primary care, and a practice for that where a
/// business says it of itself.
pub(super) fn profession_of(written: &str, by_business: bool) -> String {
    let name = written.rsplit('/').next().unwrap_or_default();
    // No degree: in a term a small letter follows every capital.
    let is_term = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphabetic())
        && !name.ends_with(|c: char| c.is_ascii_uppercase())
        && !name.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase));
    if !is_term {
        return name.to_owned();
    }
    let words = name.to_snake_case().replace('_', " ");
    if by_business { format!("{words} practice") } else { words }
}

#[cfg(test)]
mod tests {
    use super::{profession_of, same_person};

    #[test]
    fn terms_of_schema_org_become_words() {
        for (written, by_business, words) in [
            ("https://schema.org/PrimaryCare", true, "primary care practice"),
            ("PrimaryCare", false, "primary care"),
            ("Dermatology", true, "dermatology practice"),
            ("Consultant cardiologist", false, "Consultant cardiologist"),
            ("MD", false, "MD"),
            ("PhD", false, "PhD"),
            ("DPhil", false, "DPhil"),
            ("", true, ""),
        ] {
            assert_eq!(profession_of(written, by_business), words, "{written}");
        }
    }

    #[test]
    fn names_are_compared_without_titles() {
        for (one, other, expected) in [
            ("Jane Roe, M.D.", "Dr. Jane Roe", true),
            ("Dr. Roe", "Jane A. Roe", true),
            ("Jane Roe", "John Roe", false),
            ("", "Jane Roe", false),
            ("Dr.", "Jane Roe", false),
        ] {
            assert_eq!(same_person(one, other), expected, "{one} / {other}");
        }
    }
}
