//! Whether the rules do better by some people than by others: posts counted by country, profession and kind.

use std::collections::BTreeMap;

use whitecoat_engine::Item;

/// A group with fewer clean posts than this stands among the others: its share would say nothing.
const LEAST_CLEAN: u64 = 10;

/// What groups of fewer posts are called together.
const OTHERS: &str = "others";

/// By what posts are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The country of the profile.
    Country,
    /// The profession of the profile.
    Profession,
    /// Post, reply, caption and so on.
    Kind,
}

impl By {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Profession => "profession",
            Self::Kind => "kind of item",
        }
    }
}

/// How a group was judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Posts without anything in them.
    pub clean: u64,
    /// Those of them with a finding.
    pub alarmed: u64,
    /// Posts with something in them.
    pub there: u64,
    /// Those of them with a finding of a right family.
    pub noticed: u64,
}

/// All groups.
#[derive(Clone, Debug, Default)]
pub struct Groups(BTreeMap<(By, String), Group>);

impl Groups {
    /// Counts a post; `got`: a false alarm on a clean one, or a right finding on another.
    pub(super) fn count(&mut self, item: &Item, is_clean: bool, got: bool) {
        let profile = item.profile.as_ref();
        let text = |of: Option<&String>| of.map_or_else(String::new, |text| text.trim().to_lowercase());
        let country = text(profile.map(|profile| &profile.jurisdiction)).to_uppercase();
        let profession = text(profile.map(|profile| &profile.profession));
        let kind = serde_json::to_value(item.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        for (by, name) in
            [(By::Country, country), (By::Profession, profession), (By::Kind, kind.unwrap_or_default())]
        {
            let name = if name.is_empty() { "not said".to_owned() } else { name };
            let group = self.0.entry((by, name)).or_default();
            let (posts, hits) = if is_clean {
                (&mut group.clean, &mut group.alarmed)
            } else {
                (&mut group.there, &mut group.noticed)
            };
            *posts += 1;
            *hits += u64::from(got);
        }
    }

    /// The groups of one sort, the largest first, small ones together at the end.
    pub fn by(&self, by: By) -> Vec<(&str, Group)> {
        let mut large: Vec<(&str, Group)> = Vec::new();
        let mut others = Group::default();
        for ((_, name), group) in self.0.iter().filter(|((other, _), _)| *other == by) {
            if group.clean >= LEAST_CLEAN {
                large.push((name, *group));
            } else {
                others.clean += group.clean;
                others.alarmed += group.alarmed;
                others.there += group.there;
                others.noticed += group.noticed;
            }
        }
        large.sort_by(|a, b| b.1.clean.cmp(&a.1.clean).then(a.0.cmp(b.0)));
        if others != Group::default() {
            large.push((OTHERS, others));
        }
        large
    }
}
