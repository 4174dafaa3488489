//! Facts: what is known about an item besides its words, as signals of their own.

use std::sync::Arc;

use crate::item::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, ParentAuthor, ParentKind, Profile, Visibility,
};
use crate::recognise::builtin;
use crate::signal::Builtin;
use crate::timeline;

/// Known only when an item's texts have been read.
pub(crate) const FAR_FROM_CARE: &str = "far-from-care";

/// The account has to do with health, the item itself with nothing of the sort.
pub(crate) const OFF_DUTY: &str = "off-duty";

/// Any of these signals has to do with health or care.
pub(crate) const OF_CARE: &[&str] = &[
    "health-context",
    "mentions-health",
    "care-place",
    "care-event",
    "my-patient",
    "in-care",
    "treats-somebody",
    "pictured-in-care",
    "clinical-picture",
    "your-care",
    "their-own-care",
    "rx-thing",
    "answers-patient",
    "answers-review",
    "media-names-patient",
];

/// All facts. A fact holds for the whole item, whatever the scope.
pub(crate) const FACTS: &[Builtin] = &[
    fact("kind-post", "it is a post"),
    fact("kind-reply", "it is a reply"),
    fact("kind-comment", "it is a comment"),
    fact("kind-review-reply", "it answers a review"),
    fact("kind-caption", "it is a caption"),
    fact("kind-article", "it is an article or a page"),
    fact("kind-message", "it is a private message"),
    fact("kind-profile", "it is a bio"),
    fact("by-self", "the account holder wrote it"),
    fact("by-reshare", "somebody else wrote it and the account holder passed it on"),
    fact("by-other", "somebody else wrote it"),
    fact("is-private", "it is not public"),
    fact("account-open", "it is the profile of an account whose settings let everybody in"),
    fact("deleted-still-visible", "its account deleted it, and everybody can still see it"),
    fact("answers-something", "it answers somebody"),
    fact("answers-patient", "it answers a patient or a patient's family"),
    fact("answers-public", "it answers somebody from the public"),
    fact("answers-colleague", "it answers a colleague"),
    fact("answers-self", "it goes on from the account holder's own post"),
    fact("answers-known-text", "the text that it answers is at hand"),
    fact("answers-review", "what it answers is a review"),
    fact("has-image", "a picture goes with it"),
    fact("has-video", "a video goes with it"),
    fact("media-has-gps", "a file with it holds the place where it was taken"),
    fact("media-names-author", "a file with it names its author or owner"),
    fact("media-names-patient", "a file with it names a patient"),
    fact("media-names-device", "a file with it holds the serial number of a camera"),
    fact("practice-account", "the account is a practice's or clinic's"),
    fact("nurse-account", "the account holder is a nurse, midwife or nursing assistant"),
    fact("therapist-account", "the account holder is a therapist, counsellor or psychologist"),
    fact("animal-account", "the account holder treats animals"),
    fact("clinician-account", "the profile names a health profession"),
    fact("employer-known", "the profile names the employer"),
    fact(FAR_FROM_CARE, "neither it nor the account has anything to do with health"),
    fact(OFF_DUTY, "nothing in it or in what it answers has to do with health"),
    fact(timeline::QUIET, "another account posted a year and a half after the last post here"),
    fact(timeline::BURST, "thirty posts or more went out within one hour"),
    fact(timeline::MIXED, "a tenth or more of its posts are about care, and as many about private life"),
    fact(timeline::ADVISES, "five of its posts or more give health advice or ask for questions"),
    fact("location-known", "the profile names a place"),
    fact("country-us", "the account is in the United States"),
    fact("country-uk", "the account is in the United Kingdom"),
    fact("country-ca", "the account is in Canada"),
    fact("country-au", "the account is in Australia"),
    fact("country-ie", "the account is in Ireland"),
    fact("country-nz", "the account is in New Zealand"),
];

const fn fact(name: &'static str, says: &'static str) -> Builtin {
    builtin(name, says, "context", None, None, None)
}

/// The names of the facts that hold for an item apart from its profile.
pub(crate) fn of_item(item: &Item) -> impl Iterator<Item = &'static str> {
    let kind = match item.kind {
        Kind::Post => "kind-post",
        Kind::Reply => "kind-reply",
        Kind::Comment => "kind-comment",
        Kind::ReviewReply => "kind-review-reply",
        Kind::Caption | Kind::Media => "kind-caption",
        Kind::Article => "kind-article",
        Kind::Message => "kind-message",
        Kind::Profile => "kind-profile",
    };
    let author = match item.authorship {
        Authorship::Own => "by-self",
        Authorship::Reshare => "by-reshare",
        Authorship::Tagged | Authorship::Other => "by-other",
    };
    let parent = item.parent.as_ref();
    let answered = parent.and_then(|parent| match parent.author {
        ParentAuthor::Unknown if parent.handle.as_deref().is_some_and(is_clinicians) => {
            Some("answers-colleague")
        }
        ParentAuthor::Patient => Some("answers-patient"),
        ParentAuthor::Public => Some("answers-public"),
        ParentAuthor::Colleague => Some("answers-colleague"),
        ParentAuthor::Own => Some("answers-self"),
        ParentAuthor::Unknown => None,
    });
    let any = |holds: fn(&Media) -> bool| item.media.iter().any(holds);
    let has = |kind: MediaKind| item.media.iter().any(|medium| medium.kind == kind);
    [
        Some(kind),
        Some(author),
        matches!(item.visibility, Visibility::Private | Visibility::Followers).then_some("is-private"),
        (item.kind == Kind::Profile
            && item.profile.as_ref().is_some_and(|profile| profile.settings.is_open()))
        .then_some("account-open"),
        (item.live_state == LiveState::StillVisible).then_some("deleted-still-visible"),
        parent.filter(|parent| parent.author != ParentAuthor::Own).map(|_| "answers-something"),
        answered,
        parent
            .and_then(|parent| parent.text.as_deref())
            .filter(|text| !text.is_empty())
            .map(|_| "answers-known-text"),
        parent.filter(|parent| parent.kind == ParentKind::Review).map(|_| "answers-review"),
        has(MediaKind::Image).then_some("has-image"),
        has(MediaKind::Video).then_some("has-video"),
        any(|medium| medium.gps.is_some()).then_some("media-has-gps"),
        any(|medium| !medium.author.is_empty()).then_some("media-names-author"),
        any(|medium| is_a_name(&medium.patient)).then_some("media-names-patient"),
        any(|medium| !medium.device.is_empty()).then_some("media-names-device"),
    ]
    .into_iter()
    .flatten()
}

/// Whether a patient's name is one, and not what stands in for it in files that were made anonymous.
fn is_a_name(patient: &str) -> bool {
    let patient = patient.to_ascii_lowercase();
    let stand_ins =
        ["anon", "removed", "deleted", "phantom", "test", "unknown", "deident", "de-ident", "pseudo"];
    patient.chars().any(char::is_alphabetic) && !stand_ins.iter().any(|word| patient.contains(word))
}

/// Whether a handle says that a clinician has it: `drlee`, `anna_md`.
fn is_clinicians(handle: &str) -> bool {
    let handle = handle.to_ascii_lowercase();
    handle.starts_with("dr") || ["md", "rn", "np", "_gp", "doc"].iter().any(|end| handle.ends_with(end))
}

/// The names of the facts that a profile gives.
pub(crate) fn of_profile(profile: &Arc<Profile>) -> impl Iterator<Item = &'static str> {
    let profession = profile.profession.to_lowercase();
    let bio = profile.bio.to_lowercase();
    let either = |stems: &[&str]| stems.iter().any(|stem| profession.contains(stem) || bio.contains(stem));
    let practice =
        names_practice(&profession) || profession.is_empty() && names_practice(&profile.name.to_lowercase());
    let nurse = ["nurse", "midwife", "nursing", "healthcare assistant", "care assistant"];
    let therapist = ["therapist", "counsel", "psycholog", "psychotherap", "social worker"];
    let bodily =
        ["physiotherap", "physical therap", "occupational therap", "respiratory therap", "radiation therap"];
    let talking = either(&therapist) && !bodily.iter().any(|stem| profession.contains(stem));
    let country = match profile.jurisdiction.to_ascii_uppercase().as_str() {
        "US" | "USA" => Some("country-us"),
        "UK" | "GB" => Some("country-uk"),
        "CA" => Some("country-ca"),
        "AU" => Some("country-au"),
        "IE" => Some("country-ie"),
        "NZ" => Some("country-nz"),
        _ => None,
    };
    [
        practice.then_some("practice-account"),
        either(&nurse).then_some("nurse-account"),
        talking.then_some("therapist-account"),
        either(&["veterinar", " vet ", "bvsc", "vet nurse"]).then_some("animal-account"),
        (!profession.is_empty()).then_some("clinician-account"),
        (!profile.employer.trim().is_empty()).then_some("employer-known"),
        (!profile.location.trim().is_empty()).then_some("location-known"),
        country,
    ]
    .into_iter()
    .flatten()
}

/// Whether a profession or a name is that of a place of care: `GP practice`, but neither `practice nurse` nor
/// `physician (general practice)`.
fn names_practice(words: &str) -> bool {
    const PLACES: &[&str] = &[
        "clinic",
        "clinics",
        "practice",
        "surgery",
        "centre",
        "center",
        "hospital",
        "pharmacy",
        "spa",
        "studio",
        "group",
        "dental",
        "dentistry",
        "orthodontics",
        "dentists",
        "physio",
        "physiotherapy",
        "aesthetics",
        "chemist",
        "trust",
    ];
    /// A person's own field.
    const FIELDS: &[&str] =
        &["general practice", "family practice", "private practice", "surgeon", "physician"];
    let head = words.split(['(', ',', '|', '-']).next().unwrap_or_default();
    let mut words = head.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let last = words.rfind(|word| !matches!(*word, "account" | "page" | "team" | "official"));
    last.is_some_and(|last| PLACES.contains(&last))
        && !FIELDS.iter().any(|field| head.contains(field))
        && !head.starts_with("dr ")
}

#[cfg(test)]
mod tests {
    use super::names_practice;

    #[test]
    fn a_practice_is_told_from_who_works_in_one() {
        for practice in [
            "gp practice",
            "dental practice",
            "fertility clinic",
            "medical spa",
            "clinic (podiatry)",
            "clinic account",
            "hale dental",
        ] {
            assert!(names_practice(practice), "{practice}");
        }
        for person in [
            "practice nurse",
            "pharmacy technician",
            "physician (general practice)",
            "general practice",
            "dr hale",
            "hospital doctor",
            "",
        ] {
            assert!(!names_practice(person), "{person}");
        }
    }
}
