//! How many people fit what was told of somebody, in the words of the reports.

use whitecoat_engine::{Fits, StoryFinding};

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
        let fits = story.estimate.clone().map(|estimate| Fits { estimate, change: story.change.clone() });
        let alone = fits.as_ref().map(Self::of).unwrap_or_default();
        let tip = story.tip().handle;
        let names: Vec<String> = story.members.iter().map(|member| name(member.handle)).collect();
        let others = story.members.iter().filter(|member| member.handle != tip);
        let mut others: Vec<String> = others.map(|member| name(member.handle)).collect();
        others.dedup();
        let read = story.read.filter(|read| read.evidence.max(read.alone) > 0.0);
        let read =
            read.map_or("", |_| " The reader read them as one text, and it looks like one patient's story.");
        let fits = story.estimate.as_ref().map_or_else(
            || "; how many people fit cannot be told from them".to_owned(),
            |estimate| format!(" and to fit {}: {}", estimate.words(), estimate.reasoning()),
        );
        let gives = Some(story.contributions(&name)).filter(|gives| !gives.is_empty());
        let gives = gives.map_or_else(String::new, |gives| format!(" What each gives: {gives}."));
        let count = story.members.len();
        let why = format!("{count} items together appear to tell of one patient{fits}.{gives}{read}");
        Self { why, story: others, cluster: identity::of_story(&names), ..alone }
    }
}

impl Row {
    /// Makes a row stand for a story that ends on its item.
    pub fn tell(&mut self, people: People, story: &StoryFinding) {
        if story.severity > self.severity {
            self.severity = story.severity;
            self.modifiers.clone_from(&story.modifiers);
        }
        self.confidence = self.confidence.max(story.confidence);
        self.people = Some(Box::new(people));
    }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
