//! What each signal means for the picture of a person.

/// Of the author's own body, family or animals: no patient.
pub(crate) const OWN: u8 = 1;

/// Of nobody who lives, or of an animal in care: a thread that says so is no story at all.
pub(crate) const UNREAL: u8 = 2;

/// What a signal means for the picture of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Role {
    #[default]
    None,
    Figure(u16),
    Age,
    AgeAndSex,
    Place,
    Unlisted,
    Region,
    SmallPlace,
    Date,
    Unit,
    New,
    RefersBack,
    OtherPatient,
    /// Tells of one person in care, so surely.
    Care(f32),
    /// Speaks against a real patient of the author's, so surely.
    Guard(f32),
    /// The author's own body and family, animals, fiction: no story about a patient at all.
    NoPatient(u8),
}

/// Signals and what they mean. Weights are hand-set on the stories of corpus set M.
pub(super) const ROLES: &[(&str, Role)] = &[
    ("age", Role::Age),
    ("age-minor", Role::Age),
    ("age-over-89", Role::Age),
    ("quasi-age-of", Role::Age),
    ("quasi-age-band", Role::Age),
    ("age-and-sex", Role::AgeAndSex),
    ("place-large", Role::Place),
    ("place-town", Role::Place),
    ("place-small", Role::Place),
    ("place-unknown", Role::Unlisted),
    ("place-region", Role::Region),
    ("small-place-word", Role::SmallPlace),
    ("date-day", Role::Date),
    ("date-month", Role::Date),
    ("date-same-day", Role::Date),
    ("date-recent", Role::Date),
    ("date-holiday", Role::Date),
    ("quasi-year", Role::Date),
    ("bed-number", Role::Unit),
    ("quasi-new", Role::New),
    ("just-happened", Role::New),
    ("quasi-refers-back", Role::RefersBack),
    ("quasi-other-patient", Role::OtherPatient),
    ("my-patient", Role::Care(2.0)),
    ("a-patient", Role::Care(1.5)),
    ("a-person", Role::Care(0.6)),
    ("a-case", Role::Care(1.5)),
    ("they", Role::Care(0.4)),
    ("bedside", Role::Care(0.8)),
    ("case-history", Role::Care(1.2)),
    ("came-to-author", Role::Care(1.2)),
    ("treats-somebody", Role::Care(1.2)),
    ("named-in-care", Role::Care(1.0)),
    ("care-act", Role::Care(0.8)),
    ("care-event", Role::Care(0.8)),
    ("they-ill", Role::Care(0.8)),
    ("clinical-word", Role::Care(0.7)),
    ("care-place", Role::Care(0.4)),
    ("quasi-one-person", Role::Care(0.7)),
    ("hints-who", Role::Care(0.5)),
    ("patients-in-general", Role::Guard(0.8)),
    ("education", Role::Guard(0.7)),
    ("published", Role::Guard(1.5)),
    ("general-piece", Role::Guard(1.0)),
    ("clinical-question", Role::Guard(1.5)),
    ("notice", Role::Guard(0.7)),
    ("consent-stated", Role::Guard(2.0)),
    ("quasi-public-health", Role::NoPatient(UNREAL)),
    ("long-ago", Role::NoPatient(UNREAL)),
    ("quoting-to-criticise", Role::Guard(0.8)),
    ("mentor-tale", Role::Guard(1.0)),
    ("own-illness", Role::NoPatient(OWN)),
    ("own-tale", Role::NoPatient(OWN)),
    ("quasi-own", Role::NoPatient(OWN)),
    ("family-tale", Role::NoPatient(OWN)),
    ("animal", Role::Guard(0.6)),
    ("fiction", Role::NoPatient(UNREAL)),
    ("composite", Role::NoPatient(UNREAL)),
    ("made-up-person", Role::NoPatient(UNREAL)),
    ("quasi-not-real", Role::NoPatient(UNREAL)),
];
