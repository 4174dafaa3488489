//! What one fetch may cost, and how long it may take.

use std::time::Duration;

/// Limits of fetching and of the pages read. [`Limits::default`] is what the command uses; tests shorten the times.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Until a connection stands, name resolution included.
    pub connect: Duration,
    /// From the request to the end of the head of its answer.
    pub first_byte: Duration,
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
    /// Requests repeated for one host, over all addresses.
    pub retries: u32,
    /// Addresses of one host that may fail in a row (no answer, 429 or 5xx) before the host is left alone for the run.
    pub failures: u32,
    /// Least time between two requests to one host.
    pub between_requests: Duration,
    /// Wait before the second attempt, when the host does not say; doubled each time.
    pub first_wait: Duration,
    /// Longest wait that a host may ask for, by `Retry-After` or `Crawl-delay`.
    pub longest_wait: Duration,
    /// Longest wait until a host that counts requests, and says that none is left, allows the next.
    pub longest_window: Duration,
    /// Requests made for one input.
    pub pages: u64,
    /// Links followed from the start of one input.
    pub depth: u32,
}

/// See [`Limits::connect`].
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// See [`Limits::first_byte`].
pub const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(30);
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
/// See [`Limits::retries`].
pub const MAX_RETRIES: u32 = 50;
/// See [`Limits::failures`].
pub const MAX_FAILURES_IN_A_ROW: u32 = 5;
/// See [`Limits::between_requests`].
pub const BETWEEN_REQUESTS: Duration = Duration::from_secs(1);
/// See [`Limits::first_wait`].
pub const FIRST_WAIT: Duration = Duration::from_secs(2);
/// See [`Limits::longest_wait`].
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// See [`Limits::longest_window`].
pub const LONGEST_WINDOW: Duration = Duration::from_secs(15 * 60);
/// See [`Limits::pages`].
pub const MAX_PAGES: u64 = 5_000;
/// See [`Limits::depth`].
pub const MAX_DEPTH: u32 = 30;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: CONNECT_TIMEOUT,
            first_byte: FIRST_BYTE_TIMEOUT,
            silence: SILENCE_TIMEOUT,
            answer: ANSWER_TIMEOUT,
            wire_bytes: MAX_WIRE_BYTES,
            page_bytes: MAX_PAGE_BYTES,
            saved_bytes: MAX_SAVED_BYTES,
            redirects: MAX_REDIRECTS,
            attempts: MAX_ATTEMPTS,
            retries: MAX_RETRIES,
            failures: MAX_FAILURES_IN_A_ROW,
            between_requests: BETWEEN_REQUESTS,
            first_wait: FIRST_WAIT,
            longest_wait: LONGEST_WAIT,
            longest_window: LONGEST_WINDOW,
            pages: MAX_PAGES,
            depth: MAX_DEPTH,
        }
    }
}
