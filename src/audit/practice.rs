//! Which good practice an item shows. Narrow on purpose: praise that is not deserved is worse than none.

use whitecoat_engine::{Authorship, Item, Kind, Scanner};

use crate::report::Practice;

const SENT_ON: &[&str] = &["advice-declined", "advice-own-clinician", "advice-emergency"];
const HEALTH_QUESTION: &[&str] = &["asks-own-health"];
const PRIVATE_TALK: &[&str] = &["review-redirect"];
const DECLARED: &[&str] = &["sponsor-labelled", "tie-stated"];
const RECOMMENDS: &[&str] =
    &["endorses", "endorses-mildly", "sponsor-praise", "sponsor-product", "sponsor-gift", "sponsor-code"];
const DISCLAIMERS: &[&str] = &["views-own", "notice-given"];

/// The practice of the item that `scanner` scanned last, in which nothing was found.
pub(super) fn of(item: &Item, scanner: &Scanner<'_>) -> Option<Practice> {
    if item.authorship != Authorship::Own {
        return None;
    }
    let says = |signals: &[&str]| signals.iter().any(|signal| scanner.said(signal));
    let asked = |signals: &[&str]| signals.iter().any(|signal| scanner.parent_said(signal));
    match item.kind {
        Kind::Reply | Kind::Comment => {
            (asked(HEALTH_QUESTION) && says(SENT_ON)).then_some(Practice::Redirect)
        }
        Kind::ReviewReply => says(PRIVATE_TALK).then_some(Practice::PrivateTalk),
        Kind::Post | Kind::Caption | Kind::Article => {
            (says(DECLARED) && says(RECOMMENDS)).then_some(Practice::DeclaredInterest)
        }
        Kind::Profile => says(DISCLAIMERS).then_some(Practice::Disclaimer),
        Kind::Message | Kind::Media => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use whitecoat_engine::{Engine, Parent};

    use super::*;

    #[test]
    fn what_is_done_well_is_told_from_what_only_looks_like_it() {
        let engine = Engine::builtin().unwrap();
        let mut scanner = engine.scanner();
        let asked = "My son has had a fever for three days, should I give him more ibuprofen?";
        let mut practice = |kind, parent: &str, text: &str| {
            let parent =
                (!parent.is_empty()).then(|| Parent { text: Some(parent.into()), ..Parent::default() });
            let item = Item { kind, text: text.into(), parent, ..Item::default() };
            scanner.scan(&item);
            of(&item, &scanner)
        };
        for (kind, parent, text, expected) in [
            (
                Kind::Reply,
                asked,
                "I can't advise on this here, please ring your own GP today.",
                Some(Practice::Redirect),
            ),
            (Kind::Reply, asked, "Poor thing, hope he is better soon.", None),
            (Kind::Reply, "Which tram goes to the zoo?", "Ask your GP, he knows everything.", None),
            (
                Kind::ReviewReply,
                "",
                "Thank you for your feedback. Please call our practice manager.",
                Some(Practice::PrivateTalk),
            ),
            (
                Kind::Post,
                "",
                "Ad | Paid partnership with Velora: I love their serum and so will you.",
                Some(Practice::DeclaredInterest),
            ),
            (Kind::Post, "", "I love their serum and so will you.", None),
            (Kind::Profile, "", "Nurse. Views my own.", Some(Practice::Disclaimer)),
            (Kind::Profile, "", "Nurse, baker, terrible drummer.", None),
            (Kind::Post, "", "Views my own.", None),
        ] {
            assert_eq!(practice(kind, parent, text), expected, "{text}");
        }
    }
}
