//! What an account's items say together: how often it posts, and what about.
//!
//! Kept small, however many items there are. Each worker fills a [`Timeline`] of its own; they are joined in any order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::finding::Finding;
use crate::item::{Authorship, Item, Kind};
use crate::scan::Scanner;

/// The last post of an account is so many days older than that of another one.
pub(crate) const QUIET: &str = "timeline-quiet";
/// Many posts within one hour.
pub(crate) const BURST: &str = "timeline-burst";
/// Care and private life side by side.
pub(crate) const MIXED: &str = "timeline-mixed";
/// Posts that tell readers what to do about their health.
pub(crate) const ADVISES: &str = "timeline-advises";

const QUIET_DAYS: i64 = 548;
const BURST_POSTS: u32 = 30;
/// Fewer posts say nothing about what an account is for.
const FEWEST_POSTS: u64 = 40;
/// One post in so many makes a topic one of an account's.
const TOPIC_SHARE: u64 = 10;
const ADVISING_POSTS: u64 = 5;

/// What items add up to, account by account.
#[derive(Debug, Default)]
pub struct Timeline {
    accounts: BTreeMap<(String, String), Account>,
}

#[derive(Debug, Default)]
struct Account {
    /// The item that shows the account to its visitors.
    profile: Option<Item>,
    posts: u64,
    last: Option<Timestamp>,
    care: u64,
    private: u64,
    advice: u64,
    /// Posts in each hour since 1970.
    hours: BTreeMap<i64, u32>,
}

/// What an item is about, as far as a timeline asks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Topics {
    pub(crate) care: bool,
    pub(crate) private: bool,
    pub(crate) advice: bool,
}

impl Timeline {
    /// Adds the item that `scanner` has just scanned.
    pub fn add(&mut self, item: &Item, scanner: &Scanner<'_>) {
        if item.authorship != Authorship::Own {
            return;
        }
        // No copies of the names for the many items of an account that is known.
        let key = (item.platform.to_string(), item.account.to_string());
        let account = self.accounts.entry(key).or_default();
        match item.kind {
            Kind::Profile if !item.text.is_empty() => {
                account.profile.get_or_insert_with(|| item.clone());
            }
            Kind::Profile | Kind::Message | Kind::Media => {}
            _ => account.count(item, scanner.topics()),
        }
    }

    /// Adds what another one has.
    pub fn absorb(&mut self, other: Self) {
        for (key, account) in other.accounts {
            self.accounts.entry(key).or_default().absorb(account);
        }
    }

    /// What rules find in the accounts, each finding with the bio that it stands on. Accounts without a bio have none.
    pub fn finish(self, scanner: &mut Scanner<'_>) -> Vec<(Item, Vec<Finding>)> {
        let newest = self.accounts.values().filter_map(|account| account.last).max();
        let mut found = Vec::new();
        for account in self.accounts.into_values() {
            let facts = account.facts(newest);
            let Some(profile) = account.profile.filter(|_| !facts.is_empty()) else { continue };
            let findings = scanner.scan_account(&profile, &facts);
            found.push((profile, findings));
        }
        found
    }
}

impl Account {
    fn count(&mut self, item: &Item, topics: Topics) {
        self.posts += 1;
        self.care += u64::from(topics.care);
        self.private += u64::from(topics.private);
        self.advice += u64::from(topics.advice);
        if let Some(at) = item.created_at {
            self.last = self.last.max(Some(at.instant()));
            *self.hours.entry(at.instant().as_second().div_euclid(3600)).or_default() += 1;
        }
    }

    fn absorb(&mut self, other: Self) {
        self.profile = self.profile.take().or(other.profile);
        self.posts += other.posts;
        self.last = self.last.max(other.last);
        self.care += other.care;
        self.private += other.private;
        self.advice += other.advice;
        for (hour, posts) in other.hours {
            *self.hours.entry(hour).or_default() += posts;
        }
    }

    fn facts(&self, newest: Option<Timestamp>) -> Vec<&'static str> {
        let days = |from: Timestamp, to: Timestamp| to.duration_since(from).as_hours() / 24;
        let quiet = self.last.zip(newest).is_some_and(|(last, newest)| days(last, newest) > QUIET_DAYS);
        let burst = self.hours.values().any(|posts| *posts >= BURST_POSTS);
        let topic = |posts: u64| posts * TOPIC_SHARE >= self.posts;
        let mixed = self.posts >= FEWEST_POSTS && topic(self.care) && topic(self.private);
        let facts = [
            quiet.then_some(QUIET),
            burst.then_some(BURST),
            mixed.then_some(MIXED),
            (self.advice >= ADVISING_POSTS).then_some(ADVISES),
        ];
        facts.into_iter().flatten().collect()
    }
}
