//! What the subject file adds to the profiles of items.

use std::sync::Arc;

use whitecoat_engine::{Item, Profile};

use super::Subject;

/// How the payments list is told to the rules: `firm-tie` in the profile.
const PAYMENTS: &str = "Payments list: ";

/// Fills in profiles, the same one for the items that share it.
#[derive(Debug)]
pub struct Filler<'s> {
    subject: &'s Subject,
    last: Option<(Option<Arc<Profile>>, Arc<Profile>)>,
}

impl<'s> Filler<'s> {
    /// For items of this subject.
    pub fn new(subject: &'s Subject) -> Self {
        Self { subject, last: None }
    }

    /// Gives the item the profile that the subject file completes.
    pub fn fill(&mut self, item: &mut Item) {
        let same = |known: &Option<Arc<Profile>>| match (known, &item.profile) {
            (Some(known), Some(now)) => Arc::ptr_eq(known, now) || known == now,
            (None, None) => true,
            _ => false,
        };
        let profile = match self.last.as_ref().filter(|(known, _)| same(known)) {
            Some((_, filled)) => Arc::clone(filled),
            None => {
                let given = item.profile.as_deref().cloned().unwrap_or_default();
                let filled = Arc::new(self.subject.complete(&given));
                self.last = Some((item.profile.clone(), Arc::clone(&filled)));
                filled
            }
        };
        let payers = self.subject.payers(&item.text);
        item.profile = Some(if payers.is_empty() {
            profile
        } else {
            let mut tied = Profile::clone(&profile);
            tied.bio = format!("{}\n{PAYMENTS}{}.", tied.bio, payers.join(", "));
            Arc::new(tied)
        });
    }
}
