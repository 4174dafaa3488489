//! Why a page was not fetched, in words for the user.

use url::Url;

use super::address::AddressError;
use super::platforms::Barred;
use crate::sources::InputError;

/// What every fetch hopes for.
const EXPECTED: &str = "the http or https address of a public HTML page that can be seen without signing in";

/// Why a page was not fetched or is not what it should be.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("not asked: {0}")]
    Address(#[from] AddressError),
    #[error("{host} is never fetched: {}", barred.reason)]
    Barred { host: String, barred: Barred },
    #[error("robots.txt of {host} does not allow this address")]
    Disallowed { host: String },
    #[error(
        "robots.txt of {host} could not be read, so nothing of this host is fetched in this run: {reason}"
    )]
    NoRobots { host: String, reason: String },
    #[error("redirected more than {0} times")]
    TooManyRedirects(usize),
    #[error("redirected in a circle, back to {0}")]
    RedirectLoop(String),
    #[error("redirected from https down to http")]
    Downgrade,
    #[error("redirected to something that is no address")]
    BadRedirect,
    #[error("the host asks to wait {asked} seconds before the next request; at most {most} are waited")]
    AskedToWait { asked: u64, most: u64 },
    #[error("the answer is larger than the limit of {0} bytes; what was read is not used")]
    TooLarge(u64),
    #[error("the answer inflates to more than the limit of {0} bytes; what was read is not used")]
    InflatesTooFar(u64),
    #[error("the gzip data of the answer is damaged")]
    DamagedGzip,
    #[error("the answer is encoded as {0:?}, which was not asked for")]
    Encoding(String),
    #[error("no answer in time: {0}")]
    Timeout(String),
    #[error("no connection: {0}")]
    Connection(String),
    #[error("no proper answer: {0}")]
    BadAnswer(String),
    #[error("the answer broke off after {0} bytes; what was read is not used")]
    BrokeOff(u64),
    #[error("the host answered {0}")]
    Status(u16),
    #[error(
        "{host} is left alone for the rest of this run, because {times} addresses in a row failed; the last one: {last}"
    )]
    GivenUp { host: String, times: u32, last: String },
    #[error("there is no page here any more: the host answered {0}")]
    Gone(u16),
    #[error("not visible without signing in or passing a check: {0}")]
    NotVisible(String),
    #[error("{0}, not an HTML page")]
    NotHtml(&'static str),
    #[error("a page where data (JSON) was asked for")]
    NotJson,
    #[error("the page is empty")]
    Empty,
    #[error("the page shows no text without running its scripts")]
    NoText,
    /// The walk could not read what was answered.
    #[error("{0}")]
    Unread(String),
    #[error("the HTTP client could not start: {0}")]
    Client(String),
    #[error("the evidence file does not hold an answer to this request")]
    NotStored,
    /// As it was recorded in an evidence file.
    #[error("{message}")]
    Stored { message: String, cause: String, transient: bool, of_host: bool },
}

impl Failure {
    /// Whether the same request may work a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Failure::Connection(_) | Failure::BadAnswer(_) | Failure::BrokeOff(_) => true,
            Failure::Stored { transient, .. } => *transient,
            _ => false,
        }
    }

    /// Whether it says that the host itself is in trouble, and not only one address.
    pub(super) fn is_of_host(&self) -> bool {
        match self {
            Failure::Timeout(_) | Failure::AskedToWait { .. } => true,
            Failure::Stored { of_host, .. } => *of_host,
            other => other.is_transient(),
        }
    }

    /// Whether there was nothing to read in the first place: no gap in what is public.
    pub(super) fn is_left_out(&self) -> bool {
        matches!(
            self,
            Failure::Gone(_)
                | Failure::Disallowed { .. }
                | Failure::Barred { .. }
                | Failure::NotHtml(_)
                | Failure::Empty
        )
    }

    /// The cause without what differs from page to page, so that pages can be counted by it.
    pub(super) fn cause(&self) -> String {
        match self {
            Failure::Address(_) => {
                "not asked: the address, or one that it redirects to, is not on the public internet"
                    .to_owned()
            }
            Failure::RedirectLoop(_) => "redirected in a circle".to_owned(),
            Failure::Encoding(_) => "the answer is encoded in a way that was not asked for".to_owned(),
            Failure::Timeout(_) => "no answer in time".to_owned(),
            Failure::Connection(_) => "no connection".to_owned(),
            Failure::BadAnswer(_) => "no proper answer".to_owned(),
            Failure::BrokeOff(_) => "the answer broke off; what was read is not used".to_owned(),
            Failure::AskedToWait { most, .. } => {
                format!("the host asks for a longer wait than the limit of {most} seconds")
            }
            Failure::GivenUp { host, .. } => format!("{host} is left alone after too many failures in a row"),
            Failure::Stored { cause, .. } => cause.clone(),
            other => other.to_string(),
        }
    }

    /// What a request that ended in `error` failed of, after `read` bytes of the body.
    pub(super) fn of_request(error: &reqwest::Error, read: u64) -> Self {
        let mut deepest: &dyn std::error::Error = error;
        loop {
            if let Some(address) = deepest.downcast_ref::<AddressError>() {
                return Failure::Address(address.clone());
            }
            match deepest.source() {
                Some(source) => deepest = source,
                None => break,
            }
        }
        if error.is_timeout() {
            Failure::Timeout(if error.is_connect() {
                "connecting took too long".to_owned()
            } else {
                format!("{read} bytes of the body had arrived")
            })
        } else if error.is_body() || error.is_decode() {
            Failure::BrokeOff(read)
        } else if error.is_connect() {
            Failure::Connection(deepest.to_string())
        } else {
            Failure::BadAnswer(deepest.to_string())
        }
    }

    fn next_step(&self) -> String {
        const SAVE: &str =
            "open the page in your browser, save it (complete page or SingleFile), and give the saved file";
        match self {
            Failure::Barred { barred, .. } => barred.route.to_owned(),
            Failure::Address(AddressError::UserInfo) => {
                "leave user name and password out of the address".to_owned()
            }
            Failure::Address(_) => {
                "give the page's public address, or save the page and give the file".to_owned()
            }
            Failure::Timeout(_)
            | Failure::Connection(_)
            | Failure::BrokeOff(_)
            | Failure::GivenUp { .. }
            | Failure::AskedToWait { .. } => {
                format!("try again later, or {SAVE}")
            }
            Failure::NoRobots { .. } | Failure::Status(500..) => format!("try again later, or {SAVE}"),
            Failure::Gone(_) => "check the address in your browser".to_owned(),
            Failure::NotHtml(_) => "give the address of the HTML page that links to it".to_owned(),
            Failure::Client(_) => "install the system's CA certificates (package ca-certificates)".to_owned(),
            _ => SAVE.to_owned(),
        }
    }

    /// The error for the user who named the input `name`.
    pub(super) fn of_name(&self, name: &str) -> InputError {
        InputError::Unreadable {
            input: name.to_owned(),
            problem: self.to_string(),
            expected: EXPECTED.to_owned(),
            next: self.next_step(),
        }
    }

    /// The error for the user who named `url`.
    pub(super) fn of_input(&self, url: &Url) -> InputError {
        let mut shown = url.clone();
        // A password must not reach a screen or a log.
        let _ = shown.set_password(None);
        let _ = shown.set_username("");
        self.of_name(shown.as_str())
    }
}
