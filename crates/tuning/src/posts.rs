//! Labelled posts as fitting sees them.

use std::collections::{BTreeMap, BTreeSet};

use whitecoat::quality::{Answer, Labelled};
use whitecoat_engine::{Considered, Engine, Item};

/// Groups of sets that are left out in turn.
const FOLDS: usize = 8;

/// One post.
pub(crate) struct Post {
    /// The part of its id before `-`: posts of one writer, left out together.
    pub(crate) set: String,
    pub(crate) features: Vec<(u16, f32)>,
    /// The same of the post as a bare archive holds it, without a profile.
    pub(crate) bare_features: Vec<(u16, f32)>,
    /// What each rule looked at.
    pub(crate) considered: BTreeMap<String, Vec<Considered>>,
    /// The same without a profile.
    pub(crate) bare_considered: BTreeMap<String, Vec<Considered>>,
    expect: BTreeSet<String>,
    also_ok: BTreeSet<String>,
}

impl Post {
    /// Whether the rule should make a finding; `None` where it does not matter.
    pub(crate) fn wants(&self, rule: &str) -> Option<bool> {
        match (self.expect.contains(rule), self.also_ok.contains(rule)) {
            (false, true) => None,
            (wanted, _) => Some(wanted),
        }
    }

    /// How far the rule is from a finding by its own signals, if it sees anything.
    pub(crate) fn score(&self, rule: &str) -> Option<f64> {
        let places = self.considered.get(rule)?;
        places.iter().map(|place| f64::from(place.score)).max_by(f64::total_cmp)
    }
}

/// Scans the posts that have labels for all rules.
pub(crate) fn scan(engine: &Engine, labelled: &[Labelled]) -> Vec<Post> {
    let mut scanner = engine.scanner();
    let mut posts = Vec::new();
    for post in labelled {
        let Answer::Rules { expect, also_ok } = &post.answer else { continue };
        let bare = Item { profile: None, ..post.item.clone() };
        let mut considered = |item: &Item| {
            let considered = scanner.considered(item).into_iter();
            considered.map(|(rule, places)| (rule.to_owned(), places)).collect()
        };
        let (considered, bare_considered) = (considered(&post.item), considered(&bare));
        posts.push(Post {
            set: post.item.id.split('-').next().unwrap_or_default().to_owned(),
            features: scanner.features(&post.item),
            bare_features: scanner.features(&bare),
            considered,
            bare_considered,
            expect: expect.clone(),
            also_ok: also_ok.clone(),
        });
    }
    posts
}

/// The sets that there are.
pub(crate) fn sets(posts: &[Post]) -> BTreeSet<&str> {
    posts.iter().map(|post| post.set.as_str()).collect()
}

/// The sets in groups, each left out once: nothing is judged by what was fitted on its own set.
pub(crate) fn folds(posts: &[Post]) -> Vec<Vec<&str>> {
    let mut folds = vec![Vec::new(); FOLDS];
    for (at, set) in sets(posts).into_iter().enumerate() {
        folds[at % FOLDS].push(set);
    }
    folds.retain(|fold| !fold.is_empty());
    folds
}

/// Does the work for each rule, on every core, in the order of the rules.
pub(crate) fn in_parallel<T: Send>(rules: &[String], work: impl Fn(&String) -> T + Sync) -> Vec<T> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let (work, next) = (&work, &next);
        let one_after_another = move || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(rule) = rules.get(at) else { break done };
                done.push((at, work(rule)));
            }
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(one_after_another)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
