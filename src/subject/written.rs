//! What people write for a consent and for a platform.

/// What a consent's reference begins with where there is no consent.
const DENIALS: &[&str] = &[
    "none",
    "not",
    "n",
    "na",
    "nil",
    "null",
    "false",
    "never",
    "without",
    "missing",
    "unknown",
    "refused",
    "refuses",
    "declined",
    "declines",
    "denied",
    "withdrawn",
    "withdrew",
    "revoked",
    "expired",
    "pending",
    "awaiting",
    "awaited",
    "outstanding",
    "requested",
    "unsigned",
    "tbc",
    "tbd",
    "todo",
];
/// How items name platforms that people also call otherwise.
const PLATFORM_NAMES: &[(&str, &[&str])] = &[
    ("x", &["twitter", "x.com", "twitter.com"]),
    ("bluesky", &["bsky", "bsky.app", "bsky.social"]),
    ("instagram", &["ig", "insta", "instagram.com"]),
    ("facebook", &["fb", "facebook.com"]),
    ("linkedin", &["li", "linked-in", "linkedin.com"]),
    ("youtube", &["yt", "youtube.com"]),
    ("tiktok", &["tik-tok", "tt", "tiktok.com"]),
    ("threads", &["threads.net", "threads.com"]),
];

/// Whether a text can be the reference of a consent. `no`, `-` and `refused by the applicant` say that there is none;
/// `No. 114` is the number of a form.
pub(super) fn refers_to_consent(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    match words.next() {
        None => false,
        Some("no") => words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())),
        Some(first) => !DENIALS.contains(&first),
    }
}

/// The name that items give a platform which is also known by others.
fn platform_name(written: &str) -> String {
    let lower = written.trim().to_lowercase();
    let known = PLATFORM_NAMES.iter().find(|(_, others)| others.contains(&lower.as_str()));
    known.map_or(lower.as_str(), |(name, _)| name).to_owned()
}

pub(super) fn same_platform(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || platform_name(one) == platform_name(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_that_says_no_is_none() {
        for none in [
            "",
            " ",
            "-",
            "—",
            "?",
            "no",
            "No",
            "NO.",
            "n",
            "n/a",
            "N.A.",
            "none",
            "nil",
            "false",
            "not given",
            "no, refused",
            "refused by the applicant",
            "Declined 3 May",
            "withdrawn 2026-02-01",
            "pending (HR 114)",
        ] {
            assert!(!refers_to_consent(none), "{none}");
        }
        for some in [
            "HR 7",
            "yes",
            "No. 114/2026",
            "no 114",
            "form 3, nothing withdrawn",
            "2026-114",
            "Notary 12",
            "№ 7",
        ] {
            assert!(refers_to_consent(some), "{some}");
        }
    }
}
