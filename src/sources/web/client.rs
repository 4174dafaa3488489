//! One request: guarded, counted, not redirected, not retried.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use url::Url;

use super::address::{self, Resolver};
use super::failure::Failure;
use super::limits::Limits;
use super::platforms;

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
pub(super) struct Client {
    inner: reqwest::Client,
    allow_loopback: bool,
    /// What a request may cost.
    pub(super) limits: Limits,
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
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Client {
    pub(super) fn new(limits: &Limits, allow_loopback: bool) -> Result<Self, Failure> {
        // Fails only when a provider has been installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let inner = reqwest::Client::builder()
            .user_agent(AGENT)
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(Resolver { allow_loopback })
            .connect_timeout(limits.connect)
            .read_timeout(limits.silence)
            .timeout(limits.answer)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| Failure::Client(error.to_string()))?;
        Ok(Self { inner, allow_loopback, limits: limits.clone() })
    }

    /// Checks whether `url` may be asked at all, before anything is sent.
    pub(super) fn check(&self, url: &Url) -> Result<(), Failure> {
        address::check(url, self.allow_loopback)?;
        match platforms::of(url).and_then(|platform| platform.barred) {
            Some(barred) => {
                Err(Failure::Barred { host: url.host_str().unwrap_or_default().to_owned(), barred })
            }
            None => Ok(()),
        }
    }

    /// Asks for `url` once.
    pub(super) async fn get(&self, url: &Url, cap: Cap) -> Result<Answer, Failure> {
        self.check(url)?;
        let response =
            self.inner.get(url.clone()).send().await.map_err(|error| Failure::of_request(&error, 0))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = Answer { status: status.as_u16(), headers, body: Vec::new() };
        if status.is_success() {
            let gzip = is_gzip(&answer.headers)?;
            answer.body = read_body(response, cap).await?;
            if gzip {
                answer.body = inflate(&answer.body, cap)?;
            }
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
        body.extend(chunk.iter().take(room));
        if chunk.len() > room {
            break;
        }
    }
    Ok(body)
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Failure> {
    let mut gzip = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = value.to_str().unwrap_or("?").trim();
        match value.to_ascii_lowercase().as_str() {
            "" | "identity" => {}
            "gzip" | "x-gzip" if !gzip => gzip = true,
            _ => return Err(Failure::Encoding(value.chars().take(40).collect())),
        }
    }
    Ok(gzip)
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

impl Answer {
    /// A header as text.
    pub(super) fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Where the answer sends the client that asked for `from`, if it is a redirect.
    pub(super) fn redirect(&self, from: &Url) -> Option<Result<Url, Failure>> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let target = self.header(LOCATION).and_then(|location| from.join(location).ok());
        Some(match target {
            None => Err(Failure::BadRedirect),
            Some(to) if from.scheme() == "https" && to.scheme() == "http" => Err(Failure::Downgrade),
            Some(to) => Ok(to),
        })
    }
}
