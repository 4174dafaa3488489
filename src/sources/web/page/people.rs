//! Comparing names of people, and naming countries.

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

#[cfg(test)]
mod tests {
    use super::same_person;

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
