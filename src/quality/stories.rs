//! How right stories are: those that were found, and tales that only look like one and were taken for one.

use std::collections::BTreeMap;

use whitecoat_engine::{Engine, StoryFinding, Storyteller};

use super::labelled::{Labelled, StoryPart};
use super::tally::Scan;

const RULE: &str = "privacy/reidentifiable-combination";

/// Stories and decoys of labelled posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stories {
    /// Labelled stories.
    pub stories: u64,
    /// Those of which two items were linked, or of which the last one alone has a finding.
    pub found: u64,
    /// Those with the finding on their last item.
    pub on_last: u64,
    /// Labelled tales that are no stories of a patient.
    pub decoys: u64,
    /// Those with a finding, of one item or of several.
    pub alarmed: u64,
}

impl Stories {
    /// Links the posts; the findings of stories are added to those of the items that they stand on.
    pub(super) fn measure(engine: &Engine, posts: &[Labelled], scans: &mut [Scan]) -> Self {
        let mut teller = Storyteller::new(engine);
        let mut anchors = BTreeMap::new();
        for (at, scan) in scans.iter_mut().enumerate() {
            if let Some(mut trace) = scan.trace.take() {
                anchors.extend(trace.anchor.take().map(|finding| (at, finding)));
                teller.add(at, trace);
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (told, _) = teller.finish(cores);
        for story in &told {
            let at = story.tip().handle;
            let Some(scan) = scans.get_mut(at) else { continue };
            if !scan.findings.iter().any(|finding| &*finding.rule.id == RULE)
                && let Some(mut finding) = anchors.remove(&at)
            {
                (finding.severity, finding.confidence) = (story.severity, story.confidence);
                scan.findings.push(*finding);
            }
        }
        Self::count(posts, scans, &told)
    }

    fn count(posts: &[Labelled], scans: &[Scan], told: &[StoryFinding]) -> Self {
        let by_id: BTreeMap<&str, usize> =
            posts.iter().enumerate().map(|(at, post)| (post.item.id.as_str(), at)).collect();
        let alone = |at: usize| {
            scans.get(at).is_some_and(|scan| scan.findings.iter().any(|finding| &*finding.rule.id == RULE))
        };
        let linked = |items: &[usize], least: usize| {
            told.iter().any(|story| {
                story.members.iter().filter(|member| items.contains(&member.handle)).count() >= least
            })
        };
        let mut stories = Self::default();
        let mut decoys: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, post) in posts.iter().enumerate() {
            match &post.story {
                Some(StoryPart::Last(ids)) => {
                    let items: Vec<usize> =
                        ids.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
                    stories.stories += 1;
                    stories.on_last += u64::from(alone(at));
                    stories.found += u64::from(alone(at) || linked(&items, 2));
                }
                Some(StoryPart::Decoy(name)) => decoys.entry(name).or_default().push(at),
                None => {}
            }
        }
        for items in decoys.values() {
            stories.decoys += 1;
            let alarmed = items.iter().any(|at| alone(*at)) || linked(items, 1);
            stories.alarmed += u64::from(alarmed);
        }
        stories
    }
}
