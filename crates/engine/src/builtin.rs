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
    "account",
    "accuse",
    "advice",
    "befriend",
    "bio",
    "boundary",
    "care",
    "channel",
    "claim",
    "clinical-picture",
    "colleague",
    "comments",
    "contempt",
    "conversation",
    "employer",
    "event",
    "falsehood",
    "guards",
    "hate",
    "health",
    "image",
    "intoxication",
    "lookup",
    "medicine",
    "metadata",
    "misdeed",
    "oppose",
    "organisation",
    "own-contact",
    "people",
    "praise",
    "prescribe",
    "product",
    "profession",
    "profile",
    "promise",
    "protected",
    "quasi",
    "reach",
    "record",
    "result",
    "review",
    "rival",
    "romance",
    "sensitive",
    "service",
    "sexualised",
    "solicit",
    "sponsor",
    "status",
    "story",
    "swearing",
    "threaten",
    "ties",
    "time",
    "title",
    "trade",
);

/// Rule files, by id.
pub(crate) const RULES: &[(&str, &str)] = files!("rules":
    "account/cadence",
    "account/mixed-use",
    "account/no-advice-notice",
    "account/own-contact",
    "account/permanence",
    "account/privacy-settings",
    "account/profile-accuracy",
    "account/unmoderated-comments",
    "boundary/customer-service",
    "boundary/individual-advice",
    "boundary/patient-contact",
    "boundary/patient-lookup",
    "boundary/patient-relationship",
    "boundary/remote-prescribing",
    "boundary/review-response",
    "boundary/testimonial-solicitation",
    "boundary/unsecured-channel",
    "claims/credential",
    "claims/guarantee",
    "claims/misinformation",
    "claims/outcome-misrepresentation",
    "claims/prescription-promotion",
    "claims/product-promotion",
    "claims/superiority",
    "claims/testimonial-use",
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
    "disclosure/affiliation",
    "disclosure/conflict-of-interest",
    "disclosure/identity",
    "disclosure/opinion-disclaimer",
    "disclosure/sponsorship",
    "privacy/clinical-image",
    "privacy/date-or-age",
    "privacy/direct-identifier",
    "privacy/media-metadata",
    "privacy/organisational",
    "privacy/patient-image",
    "privacy/patient-name",
    "privacy/patient-narrative",
    "privacy/private-conversation",
    "privacy/record-or-screen",
    "privacy/reidentifiable-combination",
    "privacy/small-geography",
    "privacy/status-confirmation",
);

/// Modifiers that rules share.
pub(crate) const MODIFIERS: (&str, &str) = ("rules/modifiers.toml", include_str!("../rules/modifiers.toml"));

/// The learned model; see `learned/README.md`.
pub(crate) const MODEL: &[u8] = include_bytes!("../learned/model.bin");

/// Places and their sizes.
pub(crate) const PLACES: &str = include_str!("../lexicons/places.txt");

/// States, provinces, counties and countries.
pub(crate) const REGIONS: &str = include_str!("../lexicons/regions.txt");

/// Figures behind the estimate of how many people fit a description; each file says what its columns are.
pub(crate) const CONDITIONS_FIGURES: &str = include_str!("../figures/conditions.tsv");
pub(crate) const PROCEDURES_FIGURES: &str = include_str!("../figures/procedures.tsv");
pub(crate) const MECHANISMS_FIGURES: &str = include_str!("../figures/mechanisms.tsv");
pub(crate) const OCCUPATIONS_FIGURES: &str = include_str!("../figures/occupations.tsv");
pub(crate) const TRAITS_FIGURES: &str = include_str!("../figures/traits.tsv");
pub(crate) const PYRAMIDS_FIGURES: &str = include_str!("../figures/pyramids.tsv");
pub(crate) const REGIONS_FIGURES: &str = include_str!("../figures/regions.tsv");
/// All figures behind estimates.
pub(crate) const FIGURES: &[&str] = &[
    CONDITIONS_FIGURES,
    PROCEDURES_FIGURES,
    MECHANISMS_FIGURES,
    OCCUPATIONS_FIGURES,
    TRAITS_FIGURES,
    PYRAMIDS_FIGURES,
    REGIONS_FIGURES,
    CATCHMENTS_FIGURES,
];
pub(crate) const STORY: &str = include_str!("../figures/story.tsv");
pub(crate) const CATCHMENTS_FIGURES: &str = include_str!("../figures/catchments.tsv");

const DRUGS: &str = include_str!("../lexicons/drugs.txt");
const CONDITIONS: &str = include_str!("../lexicons/conditions.txt");
const GIVEN_NAMES: &str = include_str!("../lexicons/given-names.txt");
const SURNAMES: &str = include_str!("../lexicons/surnames.txt");

/// Puts names into the classes `given-name`, `given-name-or-word`, `surname` and `surname-or-word`.
pub(crate) fn load_names(lexicon: &mut Lexicon) {
    let regions: rustc_hash::FxHashSet<&str> =
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
