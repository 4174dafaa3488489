//! One host, politely: its robots.txt, its pace, and patience with its answers.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

use reqwest::header::RETRY_AFTER;
use tokio::time::Instant;
use url::Url;

use super::client::{Answer, Cap, Client};
use super::failure::Failure;
use super::limits::Limits;
use super::robots::{AGENT_TOKEN, ROBOTS_BYTES, Robots};

/// A host that has been met: one request at a time, within what it allows.
#[derive(Debug)]
pub(super) struct Host {
    name: String,
    robots: Robots,
    pace: Pace,
}

/// When the next request may go out.
#[derive(Debug)]
struct Pace {
    between: Duration,
    next: Instant,
}

impl Host {
    /// Reads the robots.txt of the host of `url`: 4xx means that all is allowed, 5xx or silence that nothing is.
    pub(super) async fn meet(client: &Client, url: &Url) -> Result<Self, Failure> {
        client.check(url)?;
        let name = url.host_str().unwrap_or_default().to_owned();
        let mut pace = Pace { between: client.limits.between_requests, next: Instant::now() };
        let unreadable = |reason: String| Failure::NoRobots { host: name.clone(), reason };
        let mut address = url.clone();
        address.set_path("/robots.txt");
        address.set_query(None);
        address.set_fragment(None);

        let cap = Cap { wire: ROBOTS_BYTES as u64, inflated: ROBOTS_BYTES as u64, cut: true };
        let mut redirects = 0;
        let robots = loop {
            let answer =
                pace.get(client, &address, cap).await.map_err(|failure| unreadable(failure.to_string()))?;
            match answer.redirect(&address) {
                Some(_) if redirects == client.limits.redirects => break Robots::default(),
                Some(to) => address = to.map_err(|failure| unreadable(failure.to_string()))?,
                None => match answer.status {
                    200..=299 => break Robots::parse(&answer.body, AGENT_TOKEN),
                    // "Too many requests" is no leave to go on.
                    429 | 500.. => return Err(unreadable(Failure::Status(answer.status).to_string())),
                    _ => break Robots::default(),
                },
            }
            redirects += 1;
        };
        if let Some(delay) = robots.crawl_delay {
            if delay > client.limits.longest_wait {
                return Err(Failure::AskedToWait {
                    asked: delay.as_secs(),
                    most: client.limits.longest_wait.as_secs(),
                });
            }
            pace.lengthen(delay);
        }
        Ok(Self { name, robots, pace })
    }

    /// Asks this host for `url`, if its robots.txt allows it, when its turn comes.
    pub(super) async fn get(&mut self, client: &Client, url: &Url, cap: Cap) -> Result<Answer, Failure> {
        if !self.robots.allows(url) {
            return Err(Failure::Disallowed { host: self.name.clone() });
        }
        self.pace.get(client, url, cap).await
    }
}

impl Pace {
    /// Sets the time between requests to at least `between`, counted from the last one.
    fn lengthen(&mut self, between: Duration) {
        if between > self.between {
            self.next += between - self.between;
            self.between = between;
        }
    }

    /// Asks until the answer is final, waiting as the host says, else longer each time.
    async fn get(&mut self, client: &Client, url: &Url, cap: Cap) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            tokio::time::sleep_until(self.next).await;
            let outcome = client.get(url, cap).await;
            self.next = Instant::now() + self.between;
            let retry_after = match &outcome {
                Ok(answer) if matches!(answer.status, 429 | 500..=599) => answer.header(RETRY_AFTER),
                Err(failure) if failure.is_transient() => None,
                _ => return outcome,
            };
            if attempt >= client.limits.attempts {
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
            attempt += 1;
        }
    }
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

    #[test]
    fn a_crawl_delay_counts_from_the_last_request() {
        let start = Instant::now();
        let mut pace = Pace { between: Duration::from_secs(1), next: start + Duration::from_secs(1) };
        pace.lengthen(Duration::from_secs(10));
        assert_eq!(pace.next, start + Duration::from_secs(10));
        pace.lengthen(Duration::from_secs(3));
        assert_eq!((pace.next, pace.between), (start + Duration::from_secs(10), Duration::from_secs(10)));
    }
}
