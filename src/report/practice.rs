//! What a clinician appears to do well. Counted, never scored: guidelines name these, and their absence is no finding.

use crate::wording::counted;

/// A good practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Practice {
    /// A health question was sent to those who can answer it.
    Redirect,
    /// A reviewer was offered a private talk.
    PrivateTalk,
    /// Praise said that it was paid for, or that there is a tie.
    DeclaredInterest,
    /// A bio says whose views these are, or that they are no medical advice.
    Disclaimer,
}

impl Practice {
    /// All, in the order of the report.
    pub const ALL: [Self; 4] = [Self::Redirect, Self::PrivateTalk, Self::DeclaredInterest, Self::Disclaimer];

    /// As the record of the run calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::PrivateTalk => "private-talk",
            Self::DeclaredInterest => "declared-interest",
            Self::Disclaimer => "disclaimer",
        }
    }

    /// What was counted so often, in words: `2 reviews answered with ...`.
    pub fn says(self, count: u64) -> String {
        let (one, many, which) = match self {
            Self::Redirect => (
                "health question",
                "health questions",
                "answered by sending the person to their own clinician or to emergency care",
            ),
            Self::PrivateTalk => ("review", "reviews", "answered with the offer of a private talk"),
            Self::DeclaredInterest => {
                ("recommendation", "recommendations", "with a word on who paid or what the tie is")
            }
            Self::Disclaimer => (
                "bio",
                "bios",
                "with a line on whose views they are, or that nothing there is medical advice",
            ),
        };
        format!("{} {which}", counted(count, one, many))
    }
}
