//! The driver: asks for what a walk wants, hands it the answers in the order of its requests, and delivers what it finds.
//!
//! Answers are fetched ahead while the walk reads; hosts are asked one request at a time, and different hosts at once. The
//! walk sees the answers in the order of discovery, whichever came first, so that two runs give the same.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::task::JoinHandle;
use url::Url;

use super::failure::Failure;
use super::fetch::{Answered, Fetched, Trail, fetch};
use super::frontier::Frontier;
use super::session::Shared;
use super::walk::{Found, Request, Walk, Want};
use super::walks::tour::Tour;
use crate::sources::live::{self, Live};
use crate::sources::{Batch, InputError, Sink, Stopped};
use crate::wording::counted;

/// How many answers are fetched before the walk has asked for what follows from them.
const AHEAD: usize = 4;
/// How often the bar is moved while nothing comes.
const TICK: Duration = Duration::from_secs(1);
/// After how many pages a line says how far it is, where there are no bars.
const LINE_EVERY: u64 = 100;

/// Accounts of one input that are compared with archives.
const MAX_ACCOUNTS: usize = 100;

const REDIRECTED: &str = "An address that leads to a page that is read already";
const LED_OUT: &str = "An address that leads out of what is read: not followed";
const NOT_INSIDE: &str = "A link deeper than the limit (--depth)";

/// Walks one input to its end.
pub(super) struct Crawl<'a> {
    /// The input as the user named it.
    pub(super) name: &'a str,
    pub(super) shared: Arc<Shared>,
    /// What has been answered since then (seconds since 1970) is not asked for again.
    pub(super) since: Option<i64>,
    /// Where what is seen is noted, for the archives of the same run.
    pub(super) live: &'a Live,
}

/// A request under way.
struct Asked {
    request: Request,
    /// The address that is asked now.
    at: Url,
    task: JoinHandle<Fetched>,
}

/// What a walk came to.
#[derive(Default)]
struct Tally {
    items: u64,
    /// Addresses and records that should have been read and were not.
    failed: u64,
    /// Platforms and names of the accounts seen.
    accounts: BTreeSet<(String, String)>,
    answered: u64,
    asked: u64,
    /// Why the first request that failed did.
    first_failure: Option<Failure>,
    /// The first reason of a walk that could not read an answer.
    first_reason: Option<String>,
}

impl Crawl<'_> {
    /// Walks. An error says that nothing of the input could be read.
    pub(super) fn run(&self, mut walk: Tour, sink: &mut dyn Sink) -> Result<(), InputError> {
        let limits = self.shared.limits();
        let mut frontier = Frontier::new(limits.pages, limits.depth);
        for request in walk.start() {
            frontier.add(request);
        }
        let (mut tally, mut found) = (Tally::default(), Found::default());
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() < AHEAD
                && let Some(request) = frontier.next()
            {
                let trail = Trail::of(&request);
                ahead.push_back(self.ask(request, trail).map_err(|failure| failure.of_name(self.name))?);
            }
            let Some(Asked { request, at, task }) = ahead.pop_front() else {
                let more = walk.more(&mut found);
                self.deliver(&mut tally, &mut found, sink)?;
                if more.is_empty() {
                    break;
                }
                more.into_iter().for_each(|request| frontier.add(request));
                continue;
            };
            let fetched = self.wait(task, &at, sink.progress());
            note_hosts(&fetched, sink);
            let next = match fetched.outcome {
                Ok(Answered::Moved(trail)) => {
                    if let Err(reason) = self.may_go(&trail, &request, &walk, &mut frontier) {
                        tally.asked += 1;
                        sink.coverage().skip(reason, request.url.as_str());
                        continue;
                    }
                    let asked = self.ask(request, trail);
                    ahead.push_front(asked.map_err(|failure| failure.of_name(self.name))?);
                    continue;
                }
                Ok(Answered::Page(page)) => {
                    tally.answered += 1;
                    walk.read(&request, &page, &mut found)
                }
                Err(failure) => {
                    // Some hosts answer 403 for what they do not have.
                    let is_absent = matches!(failure, Failure::NotVisible(_)) && walk.is_guess(&request);
                    if !walk.is_trying() && !is_absent {
                        tally.failed += u64::from(!failure.is_left_out());
                        count(&failure, &request, sink);
                    }
                    let reason = failure.cause();
                    tally.first_failure.get_or_insert(failure);
                    walk.failed(&request, &reason)
                }
            };
            tally.asked += 1;
            next.into_iter().for_each(|request| frontier.add(request));
            self.deliver(&mut tally, &mut found, sink)?;
            self.show(&tally, &frontier, sink);
        }
        walk.finish(&mut found);
        self.deliver(&mut tally, &mut found, sink)?;
        self.close(&tally, &frontier, sink);
        if walk.shows_all() && tally.failed + frontier.too_many == 0 {
            std::mem::take(&mut tally.accounts).into_iter().for_each(|account| self.live.saw_all_of(account));
        }
        tally.end(self.name)
    }

    /// Hands over what the walk has found so far.
    fn deliver(&self, tally: &mut Tally, found: &mut Found, sink: &mut dyn Sink) -> Result<(), Stopped> {
        if tally.first_reason.is_none() {
            tally.first_reason = found.coverage.failed.keys().next().cloned();
        }
        tally.failed += found.coverage.failed.values().map(|gap| gap.count).sum::<u64>();
        sink.coverage().absorb(std::mem::take(&mut found.coverage));
        if let Some(what) = found.recognised.take() {
            sink.recognised(&what);
        }
        let mut items = std::mem::take(&mut found.items);
        if items.is_empty() {
            return Ok(());
        }
        for item in items.iter_mut().filter(|item| item.profile.is_none()) {
            item.profile.clone_from(&found.profile);
        }
        tally.items += items.len() as u64;
        self.live.see(&items);
        for account in items.iter().filter_map(live::account) {
            if tally.accounts.len() < MAX_ACCOUNTS {
                tally.accounts.insert(account);
            }
        }
        sink.batch(Batch::ready(items))
    }

    /// Whether a request goes on where its host redirects it: every address is asked for once, and none out of scope.
    fn may_go(
        &self,
        trail: &Trail,
        request: &Request,
        walk: &Tour,
        frontier: &mut Frontier,
    ) -> Result<(), &'static str> {
        // What may not be asked at all fails with its reason when it is asked.
        if self.shared.check(&trail.end).is_err() {
            return Ok(());
        }
        if !walk.admits(request, &trail.end) {
            return Err(LED_OUT);
        }
        let is_new = trail.stays(request.want) || frontier.meet(&trail.end, request.want);
        if is_new { Ok(()) } else { Err(REDIRECTED) }
    }

    fn ask(&self, request: Request, trail: Trail) -> Result<Asked, Failure> {
        let (shared, since) = (Arc::clone(&self.shared), self.since);
        let (at, asked) = (trail.end.clone(), request.clone());
        let task = self.shared.runtime()?.spawn(async move { fetch(&shared, &asked, trail, since).await });
        Ok(Asked { request, at, task })
    }

    /// Waits for an answer, and shows how long the host is waited for.
    fn wait(&self, mut task: JoinHandle<Fetched>, url: &Url, bar: &ProgressBar) -> Fetched {
        let lost =
            |reason: String| Fetched { outcome: Err(Failure::Client(reason)), hosts: Default::default() };
        let runtime = match self.shared.runtime() {
            Ok(runtime) => runtime,
            Err(failure) => return lost(failure.to_string()),
        };
        let turn = self.shared.turn(url);
        runtime.block_on(async {
            loop {
                match tokio::time::timeout(TICK, &mut task).await {
                    Ok(Ok(fetched)) => return fetched,
                    Ok(Err(error)) => return lost(error.to_string()),
                    Err(_) => {
                        let seconds = turn.until().as_secs();
                        if seconds > 0 {
                            bar.set_message(format!("next request in {seconds} s"));
                        } else {
                            bar.set_message("waiting for an answer");
                        }
                    }
                }
            }
        })
    }

    fn show(&self, tally: &Tally, frontier: &Frontier, sink: &mut dyn Sink) {
        let (added, waiting) = frontier.counts();
        let bar = sink.progress();
        bar.set_length(added);
        bar.set_position(tally.asked);
        bar.set_message(format!("{waiting} waiting"));
        if tally.asked.is_multiple_of(LINE_EVERY) {
            let pages = counted(tally.asked, "answer", "answers");
            sink.tell(&format!("{}: {pages} so far, {waiting} known addresses waiting", self.name));
        }
    }

    /// Says what was not asked for, and how much was.
    fn close(&self, tally: &Tally, frontier: &Frontier, sink: &mut dyn Sink) {
        let limits = self.shared.limits();
        let coverage = sink.coverage();
        let most = limits.pages;
        coverage.fail_many(
            &format!("not asked for: the limit of {most} addresses was reached (--max-pages)"),
            self.name,
            frontier.too_many,
        );
        if limits.depth > 0 {
            coverage.skip_many(NOT_INSIDE, self.name, frontier.too_deep);
        }
        if tally.asked > 1 {
            coverage.note(format!("addresses asked for: {}, answered: {}", tally.asked, tally.answered));
        }
    }
}

impl Tally {
    /// An input of which nothing was read, though something should have been, is an error.
    fn end(self, name: &str) -> Result<(), InputError> {
        if self.items > 0 {
            return Ok(());
        }
        match (self.first_failure, self.first_reason) {
            (Some(failure), _) => Err(failure.of_name(name)),
            (None, Some(reason)) => Err(Failure::Unread(reason).of_name(name)),
            (None, None) => Ok(()),
        }
    }
}

/// Says which hosts were asked.
fn note_hosts(fetched: &Fetched, sink: &mut dyn Sink) {
    for host in &fetched.hosts {
        sink.coverage().note(format!("host asked: {host}"));
        let name = Url::parse(host).ok().and_then(|url| url.host_str().map(str::to_owned));
        sink.coverage().contacted(name.unwrap_or_default());
    }
}

/// Counts an address that was not answered as it should have been.
fn count(failure: &Failure, request: &Request, sink: &mut dyn Sink) {
    // Nobody said that there is a sitemap or a feed.
    let is_looked_for = matches!(request.want, Want::Sitemap | Want::Feed | Want::Bytes);
    if matches!(failure, Failure::Gone(_)) && is_looked_for {
        return;
    }
    let place = shown(&request.url);
    if failure.is_left_out() {
        sink.coverage().skip(&failure.cause(), place);
    } else {
        sink.coverage().fail(&failure.cause(), place);
    }
}

/// An address without what may be secret in it.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_password(None);
    let _ = shown.set_username("");
    shown.to_string()
}

#[cfg(test)]
mod tests;
