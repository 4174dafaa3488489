//! One host, politely: its robots.txt, its pace, and patience with its answers.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use url::Url;

use super::cache::Cache;
use super::client::{Answer, Ask, Cap, Client};
use super::failure::Failure;
use super::limits::Limits;
use super::robots::{AGENT_TOKEN, ROBOTS_BYTES, Robots};
use super::walk::Want;
use super::{platforms, rate};

/// A host that has been met: one request at a time, within what it allows.
#[derive(Debug)]
pub(super) struct Host {
    name: String,
    robots: Robots,
    /// The robots.txt, for walks that look for sitemaps in it: its address and what came of it.
    robots_txt: (Url, Answer),
    pace: Pace,
}

/// When the next request to a host may go out, for those who want to show it.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<Mutex<Option<Instant>>>);

impl Turn {
    fn set(&self, next: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    /// How long until the next request; zero when it is under way.
    pub(super) fn until(&self) -> Duration {
        let next = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        next.map(|next| next.saturating_duration_since(Instant::now())).unwrap_or_default()
    }
}

/// When the next request may go out, and how much more the host is asked for.
#[derive(Debug)]
struct Pace {
    host: String,
    between: Duration,
    next: Instant,
    turn: Turn,
    /// Requests that may still be repeated.
    retries: u32,
    /// Addresses that failed in a row.
    failed: u32,
    /// Why nothing more is asked for.
    given_up: Option<Failure>,
}

impl Host {
    /// Reads the robots.txt of the host of `url`: 4xx means that all is allowed, 5xx or silence that nothing is.
    pub(super) async fn meet(client: &Client, url: &Url, turn: Turn) -> Result<Self, Failure> {
        client.check(url)?;
        let name = url.host_str().unwrap_or_default().to_owned();
        let between = match client.is_own_machine(url) {
            true => Duration::ZERO,
            false => client.limits.between_requests.max(platforms::pace(&name)),
        };
        let mut pace = Pace::new(name.clone(), between, &client.limits, turn);
        let unreadable = |reason: String| Failure::NoRobots { host: name.clone(), reason };
        let mut address = url.clone();
        address.set_path("/robots.txt");
        address.set_query(None);
        address.set_fragment(None);

        let cap = Cap { wire: ROBOTS_BYTES as u64, inflated: ROBOTS_BYTES as u64, cut: true };
        let (start, mut redirects) = (address.clone(), 0);
        let (robots, answer) = loop {
            let ask = Ask { url: &address, want: Want::Bytes, cap, known_by: None };
            let mut answer =
                pace.get(client, ask).await.map_err(|failure| unreadable(failure.to_string()))?;
            answer.inflate(cap).map_err(|failure| unreadable(failure.to_string()))?;
            match answer.redirect(&address) {
                Some(_) if redirects == client.limits.redirects => {
                    break (Robots::default(), Answer { status: 404, ..Answer::default() });
                }
                Some(to) => address = to.map_err(|failure| unreadable(failure.to_string()))?,
                None => match answer.status {
                    200..=299 => break (Robots::parse(&answer.body, AGENT_TOKEN), answer),
                    // "Too many requests" is no leave to go on.
                    429 | 500.. => return Err(unreadable(Failure::Status(answer.status).to_string())),
                    _ => break (Robots::default(), answer),
                },
            }
            redirects += 1;
        };
        // It is unpacked.
        let headers = answer.headers.into_iter().filter(|(name, _)| name != "content-encoding").collect();
        let robots_txt = (start, Answer { headers, ..answer });
        if let Some(delay) = robots.crawl_delay {
            if delay > client.limits.longest_wait {
                return Err(Failure::AskedToWait {
                    asked: delay.as_secs(),
                    most: client.limits.longest_wait.as_secs(),
                });
            }
            pace.lengthen(delay);
        }
        Ok(Self { name, robots, robots_txt, pace })
    }

    /// Asks this host, if its robots.txt allows it, when its turn comes. What is in the cache from `since` on (seconds
    /// since 1970) is not asked for again; what is older is asked for again only if it has changed.
    pub(super) async fn get(
        &mut self,
        client: &Client,
        cache: Option<&Cache>,
        since: Option<i64>,
        ask: Ask<'_>,
    ) -> Result<Answer, Failure> {
        if ask.want == Want::Bytes && *ask.url == self.robots_txt.0 {
            return Ok(self.robots_txt.1.clone());
        }
        if !self.robots.allows(ask.url) {
            return Err(Failure::Disallowed { host: self.name.clone() });
        }
        let kept = cache.and_then(|cache| cache.find(ask.url, ask.want));
        if let Some(kept) = kept.as_ref().filter(|kept| since.is_some_and(|since| kept.at >= since)) {
            client.record_kept(ask, kept);
            return Ok(kept.answer.clone());
        }
        // "Not modified" is no evidence.
        let known_by = kept.as_ref().filter(|_| !client.is_recorded()).map(|kept| kept.known_by());
        let answer = self.pace.get(client, Ask { known_by: known_by.as_ref(), ..ask }).await?;
        match (kept, cache) {
            (Some(kept), Some(cache)) if answer.status == 304 => {
                cache.confirm(ask.url, ask.want);
                Ok(kept.answer)
            }
            (_, Some(cache)) => {
                cache.keep(ask.url, ask.want, &answer);
                Ok(answer)
            }
            (_, None) => Ok(answer),
        }
    }
}

impl Pace {
    fn new(host: String, between: Duration, limits: &Limits, turn: Turn) -> Self {
        let next = Instant::now();
        Self { host, between, next, turn, retries: limits.retries, failed: 0, given_up: None }
    }

    /// Sets the time between requests to at least `between`, counted from the last one.
    fn lengthen(&mut self, between: Duration) {
        if between > self.between {
            self.next += between - self.between;
            self.between = between;
        }
    }

    /// Asks until the answer is final, waiting as the host says, else longer each time.
    async fn get(&mut self, client: &Client, ask: Ask<'_>) -> Result<Answer, Failure> {
        if let Some(failure) = &self.given_up {
            return Err(failure.clone());
        }
        let outcome = self.insist(client, ask).await;
        self.judge(&outcome, &client.limits);
        outcome
    }

    async fn insist(&mut self, client: &Client, ask: Ask<'_>) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            if client.is_polite {
                self.turn.set(self.next);
                tokio::time::sleep_until(self.next).await;
            }
            let outcome = client.get(ask).await;
            self.next = Instant::now() + self.between;
            let retry_after = match &outcome {
                Ok(answer) if is_trouble(answer.status) => answer.header("retry-after"),
                Ok(answer) => {
                    self.heed(answer, &client.limits);
                    return outcome;
                }
                Err(failure) if failure.is_transient() => None,
                Err(_) => return outcome,
            };
            if attempt >= client.limits.attempts || self.retries == 0 {
                return outcome;
            }
            let wait = wait_before(attempt, retry_after, SystemTime::now(), jitter(), &client.limits);
            if wait > client.limits.longest_wait {
                return Err(Failure::AskedToWait {
                    asked: wait.as_secs(),
                    most: client.limits.longest_wait.as_secs(),
                });
            }
            self.next = self.next.max(Instant::now() + wait);
            self.retries -= 1;
            attempt += 1;
        }
    }

    /// A host that counts requests is waited for when none is left.
    fn heed(&mut self, answer: &Answer, limits: &Limits) {
        let Some(wait) = rate::wait(|name| answer.header(name), SystemTime::now()) else { return };
        if wait > limits.longest_window {
            let most = limits.longest_window.as_secs();
            self.given_up = Some(Failure::AskedToWait { asked: wait.as_secs(), most });
        } else {
            self.next = self.next.max(Instant::now() + wait);
        }
    }

    /// A host that fails again and again, or asks for longer waits than there are, is left alone.
    fn judge(&mut self, outcome: &Result<Answer, Failure>, limits: &Limits) {
        let last = match outcome {
            Err(failure @ Failure::AskedToWait { .. }) => {
                self.given_up = Some(failure.clone());
                return;
            }
            Err(failure) if failure.is_of_host() => failure.cause(),
            Ok(answer) if is_trouble(answer.status) => Failure::Status(answer.status).to_string(),
            _ => {
                self.failed = 0;
                return;
            }
        };
        self.failed += 1;
        if self.failed >= limits.failures {
            self.given_up = Some(Failure::GivenUp { host: self.host.clone(), times: self.failed, last });
        }
    }
}

/// Whether the same request may well be answered a moment later.
fn is_trouble(status: u16) -> bool {
    matches!(status, 429 | 500..=599)
}

/// How long to wait after attempt number `attempt` (from 1). The host's word counts, and may be longer than
/// [`Limits::longest_wait`]; without it the wait doubles, is capped there, and `jitter` (0 to 1) takes up to half off.
fn wait_before(
    attempt: u32,
    retry_after: Option<&str>,
    now: SystemTime,
    jitter: f64,
    limits: &Limits,
) -> Duration {
    let asked = retry_after.and_then(|value| {
        let value = value.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    });
    asked.unwrap_or_else(|| {
        let doubled = limits.first_wait.saturating_mul(1 << (attempt.clamp(1, 16) - 1));
        doubled.min(limits.longest_wait).mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0)
    })
}

/// A random number from 0 to 1, so that clients that failed together do not return together.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::stored::Stored;
    use super::*;

    #[test]
    fn the_hosts_word_wins_over_the_growing_wait() {
        let limits = Limits {
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_secs(60),
            ..Limits::default()
        };
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (attempt, retry_after, jitter, expected) in [
            (1, None, 0.0, 2000),
            (1, None, 1.0, 1000),
            (3, None, 0.0, 8000),
            (9, None, 0.0, 60_000),
            (u32::MAX, None, 0.0, 60_000),
            (1, Some("7"), 1.0, 7000),
            (1, Some(" 0 "), 1.0, 0),
            (1, Some("86400"), 0.0, 86_400_000),
            (1, Some("Sun, 06 Nov 1994 08:50:07 GMT"), 0.0, 30_000),
            (1, Some("Sun, 06 Nov 1994 08:00:00 GMT"), 0.0, 0),
            (1, Some("soon"), 0.0, 2000),
            (1, Some("-5"), 0.0, 2000),
        ] {
            let wait = wait_before(attempt, retry_after, now, jitter, &limits);
            assert_eq!(wait, Duration::from_millis(expected), "{attempt} {retry_after:?}");
        }
        assert!((0.0..=1.0).contains(&jitter()));
    }

    /// A host with these answers to requests for `/a`, and the time it takes to get the first that is no trouble.
    async fn asked(robots: &str, answers: &[&str]) -> (Host, Client, Duration) {
        let (stored, limits) = (Stored::new().unwrap(), Limits::default());
        let robots = format!("HTTP/1.1 200 \r\n\r\n{robots}");
        stored.answered(Want::Bytes.accept(), "https://h.example/robots.txt", robots.as_bytes()).unwrap();
        for answer in answers {
            let answer = format!("HTTP/1.1 {answer}\r\n\r\n");
            stored.answered(Want::Page.accept(), "https://h.example/a", answer.as_bytes()).unwrap();
        }
        let mut client = Client::of_stored(stored, &limits, false);
        client.is_polite = true;
        let start = Instant::now();
        let mut host =
            Host::meet(&client, &Url::parse("https://h.example/a").unwrap(), Turn::default()).await.unwrap();
        let _ = get(&mut host, &client).await;
        (host, client, start.elapsed())
    }

    async fn get(host: &mut Host, client: &Client) -> Result<Answer, Failure> {
        let url = Url::parse("https://h.example/a").unwrap();
        let cap = Cap { wire: 100, inflated: 100, cut: false };
        host.get(client, None, None, Ask { url: &url, want: Want::Page, cap, known_by: None }).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_asked_when_it_wants_to_be() {
        for (robots, answers, seconds) in [
            ("", &["200 "][..], 1),
            ("User-agent: *\nCrawl-delay: 7", &["200 "], 7),
            ("User-agent: *\nCrawl-delay: 0.2", &["200 "], 1),
            (
                "User-agent: *\nCrawl-delay: 7",
                &["503 \r\nretry-after: 40", "429 \r\nretry-after: 2", "200 "],
                54,
            ),
            ("", &["429 \r\nretry-after: Fri, 31 Dec 9999 23:59:59 GMT"], 1),
        ] {
            let (mut host, client, took) = asked(robots, answers).await;
            assert_eq!(took.as_secs(), seconds, "{robots} {answers:?}");
            // One that asks for more than is waited for is not asked again.
            let is_left = answers.iter().any(|answer| answer.contains("9999"));
            assert_eq!(get(&mut host, &client).await.is_err(), is_left);
        }
        let (mut host, client, _) =
            asked("", &["200 \r\nratelimit-remaining: 0\r\nratelimit-reset: 300"]).await;
        let start = Instant::now();
        get(&mut host, &client).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 300);
    }

    #[test]
    fn a_crawl_delay_counts_from_the_last_request() {
        let start = Instant::now();
        let mut pace =
            Pace::new("h.example".into(), Duration::from_secs(1), &Limits::default(), Turn::default());
        pace.next = start + Duration::from_secs(1);
        pace.lengthen(Duration::from_secs(10));
        assert_eq!(pace.next, start + Duration::from_secs(10));
        pace.lengthen(Duration::from_secs(3));
        assert_eq!((pace.next, pace.between), (start + Duration::from_secs(10), Duration::from_secs(10)));
    }

    #[test]
    fn a_host_in_trouble_is_left_alone_until_it_answers() {
        let limits = Limits { failures: 3, ..Limits::default() };
        let pace = || Pace::new("h.example".into(), Duration::ZERO, &limits, Turn::default());
        let status = |status| Ok(Answer { status, ..Answer::default() });
        let timeout = || Err(Failure::Timeout("8 bytes".into()));
        let gone = |outcomes: Vec<Result<Answer, Failure>>| {
            let mut pace = pace();
            outcomes.iter().for_each(|outcome| pace.judge(outcome, &limits));
            pace.given_up.map(|failure| failure.to_string())
        };
        assert_eq!(gone(vec![timeout(), status(503), status(200), timeout(), status(429)]), None);
        assert_eq!(gone(vec![status(404), Err(Failure::Empty), timeout(), status(403)]), None);
        let left = gone(vec![timeout(), status(503), timeout()]).unwrap();
        assert_eq!(
            left,
            "h.example is left alone for the rest of this run, because 3 addresses in a row failed; the last one: \
             no answer in time"
        );
        let asked = Failure::AskedToWait { asked: 86_400, most: 60 };
        assert!(gone(vec![Err(asked)]).unwrap().contains("86400 seconds"));
    }
}
