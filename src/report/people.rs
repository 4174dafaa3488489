//! How many people fit what was told of somebody, in the words of the reports.

use whitecoat_engine::{Fits, Modifier, StoryFinding};

use super::Row;
use crate::identity;

/// What a row says about the people who fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// `about 4 people (1 to 20)`.
    pub estimate: String,
    /// The arithmetic, and for a story what each item gives.
    pub why: String,
    /// Which detail to coarsen; empty where nothing has to be.
    pub change: String,
    /// `platform:id` of the other items of the story.
    pub story: Vec<String>,
    /// What the items of one story share; empty for an item alone.
    pub cluster: String,
}

impl People {
    /// Of a finding on one item.
    pub fn of(fits: &Fits) -> Self {
        let estimate = fits.estimate.words();
        let hint = if fits.estimate.basis.is_profile() { "; the profile gives the place" } else { "" };
        let why = format!("As written it appears to fit {estimate}{hint}: {}.", fits.estimate.reasoning());
        let change = fits.change.as_ref().map(|change| sentence(&change.words())).unwrap_or_default();
        Self { estimate, why, change, ..Self::default() }
    }

    /// Of a story; `name` names its items.
    pub fn of_story(story: &StoryFinding, name: impl Fn(usize) -> String) -> Self {
        let fits = Fits { estimate: story.estimate.clone(), change: story.change.clone() };
        let alone = Self::of(&fits);
        let tip = story.tip().handle;
        let names: Vec<String> = story.members.iter().map(|member| name(member.handle)).collect();
        let others = story.members.iter().filter(|member| member.handle != tip);
        let mut others: Vec<String> = others.map(|member| name(member.handle)).collect();
        others.dedup();
        let why = format!(
            "{} items together appear to tell of one patient and to fit {}: {}. What each gives: {}.",
            story.members.len(),
            alone.estimate,
            story.estimate.reasoning(),
            story.contributions(&name)
        );
        Self { why, story: others, cluster: identity::of_story(&names), ..alone }
    }
}

impl Row {
    /// Makes a row stand for a story that ends on its item.
    pub fn tell(&mut self, people: People, story: &StoryFinding) {
        let modifiers: Vec<Modifier> =
            story.modifiers.iter().filter(|new| !self.modifiers.contains(new)).cloned().collect();
        self.modifiers.extend(modifiers);
        self.severity = self.severity.max(story.severity);
        self.confidence = self.confidence.max(story.confidence);
        self.people = Some(Box::new(people));
    }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
