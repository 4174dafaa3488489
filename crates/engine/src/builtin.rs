//! The rules, signals and lexicons that are compiled in: one line a file.

use crate::lexicon::Lexicon;

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../", $folder, "/", $name, ".toml")))),*]
    };
}

/// Signal files, by topic.
pub(crate) const SIGNALS: &[(&str, &str)] = files!("signals":
    "abuse",
    "accuse",
    "advice",
    "care",
    "channel",
    "colleague",
    "contempt",
    "employer",
    "event",
    "guards",
    "hate",
    "image",
    "intoxication",
    "misdeed",
    "oppose",
    "people",
    "promise",
    "reach",
    "review",
    "sensitive",
    "sexualised",
    "sponsor",
    "status",
    "swearing",
    "threaten",
    "time",
);

/// Rule files, by id.
pub(crate) const RULES: &[(&str, &str)] = files!("rules":
    "boundary/individual-advice",
    "boundary/review-response",
    "boundary/unsecured-channel",
    "claims/guarantee",
    "conduct/defamation-risk",
    "conduct/derogatory-colleague",
    "conduct/derogatory-patient",
    "conduct/discriminatory",
    "conduct/employer-criticism",
    "conduct/harassment",
    "conduct/profanity",
    "conduct/sexual",
    "conduct/substance",
    "conduct/threat",
    "conduct/unlawful",
    "disclosure/sponsorship",
    "privacy/date-or-age",
    "privacy/direct-identifier",
    "privacy/patient-image",
    "privacy/patient-name",
    "privacy/patient-narrative",
    "privacy/reidentifiable-combination",
    "privacy/small-geography",
    "privacy/status-confirmation",
);

/// Modifiers that rules share.
pub(crate) const MODIFIERS: (&str, &str) = ("rules/modifiers.toml", include_str!("../rules/modifiers.toml"));

/// Places and their sizes.
pub(crate) const PLACES: &str = include_str!("../lexicons/places.txt");

/// States, provinces, counties and countries.
pub(crate) const REGIONS: &str = include_str!("../lexicons/regions.txt");

const DRUGS: &str = include_str!("../lexicons/drugs.txt");
const CONDITIONS: &str = include_str!("../lexicons/conditions.txt");
const GIVEN_NAMES: &str = include_str!("../lexicons/given-names.txt");
const SURNAMES: &str = include_str!("../lexicons/surnames.txt");

/// Puts names into the classes `given-name`, `given-name-or-word`, `surname` and `surname-or-word`.
pub(crate) fn load_names(lexicon: &mut Lexicon) {
    let regions: std::collections::BTreeSet<&str> =
        REGIONS.lines().filter_map(|line| line.split('\t').next()).collect();
    for (list, class) in [(GIVEN_NAMES, "given-name"), (SURNAMES, "surname")] {
        let certain = lexicon.intern_class(class);
        let ambiguous = lexicon.intern_class(&format!("{class}-or-word"));
        for line in list.lines() {
            let (name, flag) = line.split_once('\t').unwrap_or((line, ""));
            let word = lexicon.intern(name);
            // America, Ireland and Arizona are given names too, but rarely meant.
            let perhaps = flag == "w" || regions.contains(name);
            lexicon.add_to_class(if perhaps { ambiguous } else { certain }, word);
        }
    }
}

/// Puts the medicines and conditions that are one plain word into the classes `drug` and `condition`. Entries that
/// are also ordinary words are left out.
pub(crate) fn load_medical_terms(lexicon: &mut Lexicon) {
    for (list, class) in [(DRUGS, "drug"), (CONDITIONS, "condition")] {
        let class = lexicon.intern_class(class);
        for line in list.lines() {
            let mut columns = line.split('\t');
            let (term, flag) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
            if flag != "w" && term.chars().all(char::is_alphabetic) {
                let word = lexicon.intern(term);
                lexicon.add_to_class(class, word);
            }
        }
    }
}
