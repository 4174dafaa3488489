//! What one fetch may cost, and how long it may take.

use std::time::Duration;

/// Limits of fetching and of the pages read. [`Limits::default`] is what the command uses; tests shorten the times.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Until a connection stands, name resolution included.
    pub connect: Duration,
    /// Without a single byte arriving.
    pub silence: Duration,
    /// From the request to the last byte of one answer.
    pub answer: Duration,
    /// Bytes of one body as they travel.
    pub wire_bytes: u64,
    /// Bytes of one page, inflated.
    pub page_bytes: u64,
    /// Bytes of one saved page, which carries its pictures with it.
    pub saved_bytes: u64,
    /// Redirects followed.
    pub redirects: usize,
    /// Requests for one address, the first included.
    pub attempts: u32,
    /// Least time between two requests to one host.
    pub between_requests: Duration,
    /// Wait before the second attempt, when the host does not say; doubled each time.
    pub first_wait: Duration,
    /// Longest wait that a host may ask for, by `Retry-After` or `Crawl-delay`.
    pub longest_wait: Duration,
}

/// See [`Limits::connect`].
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// See [`Limits::silence`].
pub const SILENCE_TIMEOUT: Duration = Duration::from_secs(20);
/// See [`Limits::answer`].
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// See [`Limits::wire_bytes`].
pub const MAX_WIRE_BYTES: u64 = 8 << 20;
/// See [`Limits::page_bytes`].
pub const MAX_PAGE_BYTES: u64 = 16 << 20;
/// See [`Limits::saved_bytes`].
pub const MAX_SAVED_BYTES: u64 = 64 << 20;
/// See [`Limits::redirects`].
pub const MAX_REDIRECTS: usize = 5;
/// See [`Limits::attempts`].
pub const MAX_ATTEMPTS: u32 = 3;
/// See [`Limits::between_requests`].
pub const BETWEEN_REQUESTS: Duration = Duration::from_secs(1);
/// See [`Limits::first_wait`].
pub const FIRST_WAIT: Duration = Duration::from_secs(2);
/// See [`Limits::longest_wait`].
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: CONNECT_TIMEOUT,
            silence: SILENCE_TIMEOUT,
            answer: ANSWER_TIMEOUT,
            wire_bytes: MAX_WIRE_BYTES,
            page_bytes: MAX_PAGE_BYTES,
            saved_bytes: MAX_SAVED_BYTES,
            redirects: MAX_REDIRECTS,
            attempts: MAX_ATTEMPTS,
            between_requests: BETWEEN_REQUESTS,
            first_wait: FIRST_WAIT,
            longest_wait: LONGEST_WAIT,
        }
    }
}
