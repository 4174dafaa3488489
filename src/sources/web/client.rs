//! One request: guarded, counted, recorded; not redirected, not retried.

use std::io::Read;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use url::Url;

use super::address::{self, Resolver};
use super::cache::Kept;
use super::evidence::Evidence;
use super::failure::Failure;
use super::limits::Limits;
use super::platforms;
use super::stored::Stored;
use super::walk::Want;

/// Who asks, and where to complain.
pub const AGENT: &str = concat!(
    "whitecoat/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    "; a clinician's self-audit)"
);

/// Most header lines of one answer.
const MAX_HEADERS: usize = 100;
/// Most bytes of the headers of one answer over HTTP/2. (Over HTTP/1 the client's buffer is the limit.)
const MAX_HEADER_BYTES: u32 = 64 << 10;

/// The HTTP client with the address guard built in: no request leaves it unchecked.
#[derive(Debug)]
pub(super) struct Client {
    wire: Wire,
    allow_loopback: bool,
    /// Whether there is somebody to be polite to. There is not where answers come from a file.
    pub(super) is_polite: bool,
    /// What a request may cost.
    pub(super) limits: Limits,
    evidence: Option<Arc<Evidence>>,
}

/// Where answers come from.
#[derive(Debug)]
enum Wire {
    Network(reqwest::Client),
    Stored(Stored),
}

/// What is asked for in one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    pub(super) want: Want,
    pub(super) cap: Cap,
    /// What an earlier answer is known by: the host may say that nothing has changed.
    pub(super) known_by: Option<&'a KnownBy>,
}

/// How a host tells whether an answer has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownBy {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// How much of a body is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cap {
    /// Bytes on the wire.
    pub(super) wire: u64,
    /// Bytes after inflating.
    pub(super) inflated: u64,
    /// Beyond the cap: keep the beginning (true), or refuse the answer (false).
    pub(super) cut: bool,
}

/// One answer. The body is read for success only.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// By lower-case name, in their order.
    pub(super) headers: Vec<(String, String)>,
    /// As it came over the wire, until [`Answer::inflate`].
    pub(super) body: Vec<u8>,
}

impl Client {
    /// A client that asks the network.
    pub(super) fn new(
        limits: &Limits,
        resolver: Resolver,
        evidence: Option<Arc<Evidence>>,
    ) -> Result<Self, Failure> {
        // Fails only when a provider has been installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let network = reqwest::Client::builder()
            .user_agent(AGENT)
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(resolver)
            .connect_timeout(limits.connect)
            .read_timeout(limits.silence)
            .timeout(limits.answer)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| Failure::Client(error.to_string()))?;
        let (wire, allow_loopback) = (Wire::Network(network), resolver.allow_loopback);
        Ok(Self { wire, allow_loopback, is_polite: true, limits: limits.clone(), evidence })
    }

    /// A client that knows only the answers of an evidence file.
    pub(super) fn of_stored(stored: Stored, limits: &Limits, allow_loopback: bool) -> Self {
        let wire = Wire::Stored(stored);
        Self { wire, allow_loopback, is_polite: false, limits: limits.clone(), evidence: None }
    }

    /// Whether `url` leads to this machine, as tests ask for.
    pub(super) fn is_own_machine(&self, url: &Url) -> bool {
        self.allow_loopback && address::check(url, false).is_err()
    }

    /// Checks whether `url` may be asked at all, before anything is sent.
    pub(super) fn check(&self, url: &Url) -> Result<(), Failure> {
        address::check(url, self.allow_loopback)?;
        match platforms::bar(url) {
            Some(barred) => {
                Err(Failure::Barred { host: url.host_str().unwrap_or_default().to_owned(), barred })
            }
            None => Ok(()),
        }
    }

    /// Asks once. The body stays packed.
    pub(super) async fn get(&self, ask: Ask<'_>) -> Result<Answer, Failure> {
        self.check(ask.url)?;
        let outcome = match &self.wire {
            Wire::Network(network) => self.over_network(network, ask).await,
            Wire::Stored(stored) => stored.answer(ask.url, ask.want),
        };
        if let Some(evidence) = &self.evidence {
            evidence.record(ask.url, ask.want, &outcome, Timestamp::now());
        }
        outcome
    }

    /// Whether what is asked and answered is recorded as evidence.
    pub(super) fn is_recorded(&self) -> bool {
        self.evidence.is_some()
    }

    /// Records an answer that an interrupted run has left in the cache, with the time when it came.
    pub(super) fn record_kept(&self, ask: Ask<'_>, kept: &Kept) {
        if let (Some(evidence), Ok(at)) = (&self.evidence, Timestamp::from_second(kept.at)) {
            evidence.record(ask.url, ask.want, &Ok(kept.answer.clone()), at);
        }
    }

    async fn over_network(&self, network: &reqwest::Client, ask: Ask<'_>) -> Result<Answer, Failure> {
        let mut request = network.get(ask.url.clone()).header(ACCEPT, ask.want.accept());
        if let Some(known_by) = ask.known_by {
            for (name, value) in
                [(IF_NONE_MATCH, &known_by.etag), (IF_MODIFIED_SINCE, &known_by.last_modified)]
            {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
        }
        let response = tokio::time::timeout(self.limits.first_byte, request.send())
            .await
            .map_err(|_| Failure::Timeout("the head of the answer had not arrived".to_owned()))?
            .map_err(|error| Failure::of_request(&error, 0))?;
        let status = response.status();
        let headers = response.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let mut answer = Answer { status: status.as_u16(), headers: headers.collect(), body: Vec::new() };
        if status.is_success() {
            answer.body = read_body(response, ask.cap).await?;
        }
        Ok(answer)
    }
}

async fn read_body(response: reqwest::Response, cap: Cap) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Failure::of_request(&error, body.len() as u64))?;
        let room = usize::try_from(cap.wire).unwrap_or(usize::MAX).saturating_sub(body.len());
        if chunk.len() > room && !cap.cut {
            return Err(Failure::TooLarge(cap.wire));
        }
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            break;
        }
    }
    Ok(body)
}

impl Want {
    /// The `Accept` header.
    pub(super) fn accept(self) -> &'static str {
        match self {
            Want::Page => "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            Want::Json => "application/json,application/jrd+json;q=0.9,*/*;q=0.1",
            Want::Activity => {
                "application/activity+json,application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
            }
            Want::Feed => {
                "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.8,*/*;q=0.1"
            }
            Want::Sitemap => "application/xml,text/xml;q=0.9,application/gzip;q=0.8,*/*;q=0.1",
            Want::Bytes => "*/*",
        }
    }
}

impl Answer {
    /// The first header of a lower-case name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is one of success.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Unpacks the body if it came packed.
    pub(super) fn inflate(&mut self, cap: Cap) -> Result<(), Failure> {
        if self.is_success() && self.is_gzip()? {
            self.body = inflate(&self.body, cap)?;
        }
        Ok(())
    }

    fn is_gzip(&self) -> Result<bool, Failure> {
        let mut gzip = false;
        for (_, value) in self.headers.iter().filter(|(name, _)| name == "content-encoding") {
            match value.trim().to_ascii_lowercase().as_str() {
                "" | "identity" => {}
                "gzip" | "x-gzip" if !gzip => gzip = true,
                _ => return Err(Failure::Encoding(value.trim().chars().take(40).collect())),
            }
        }
        Ok(gzip)
    }

    /// Where the answer sends the client that asked for `from`, if it is a redirect.
    pub(super) fn redirect(&self, from: &Url) -> Option<Result<Url, Failure>> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let target = self.header("location").and_then(|location| from.join(location).ok());
        Some(match target {
            None => Err(Failure::BadRedirect),
            Some(to) if from.scheme() == "https" && to.scheme() == "http" => Err(Failure::Downgrade),
            Some(to) => Ok(to),
        })
    }
}

fn inflate(wire: &[u8], cap: Cap) -> Result<Vec<u8>, Failure> {
    let mut plain = Vec::new();
    let outcome = MultiGzDecoder::new(wire).take(cap.inflated.saturating_add(1)).read_to_end(&mut plain);
    let over = plain.len() as u64 > cap.inflated;
    match (outcome, over) {
        _ if cap.cut => {
            plain.truncate(usize::try_from(cap.inflated).unwrap_or(usize::MAX));
            Ok(plain)
        }
        (_, true) => Err(Failure::InflatesTooFar(cap.inflated)),
        (Err(_), false) => Err(Failure::DamagedGzip),
        (Ok(_), false) => Ok(plain),
    }
}
