//! Evidence: every request and its answer, or why there was none, as a WARC/1.1 file, one gzip member a record.
//!
//! Bodies are stored as they came over the wire, without the chunks of the transfer.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::BASE32;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;
use url::Url;

use super::client::{AGENT, Answer};
use super::failure::Failure;
use super::walk::Want;

/// What the warcinfo record of such a file says, so that it is known again.
pub(in crate::sources) const MARK: &str = "whitecoat-evidence";
/// Names of further fields.
pub(in crate::sources) const START: &str = "whitecoat-start";
/// When the run began, as its reports say it.
pub(in crate::sources) const AT: &str = "whitecoat-run-began";
/// See [`super::Limits::pages`].
pub(in crate::sources) const PAGES: &str = "whitecoat-max-pages";
/// See [`super::Limits::depth`].
pub(in crate::sources) const DEPTH: &str = "whitecoat-depth";
/// The switch for tests was on.
pub(in crate::sources) const LOOPBACK: &str = "whitecoat-loopback";
/// Why there is no answer.
pub(in crate::sources) const FAILURE: &str = "whitecoat-failure";
/// The same without what differs from page to page.
pub(in crate::sources) const CAUSE: &str = "whitecoat-cause";
/// Whether the host itself was in trouble.
pub(in crate::sources) const OF_HOST: &str = "whitecoat-of-host";
/// Whether the same request was worth another try.
pub(in crate::sources) const TRANSIENT: &str = "whitecoat-transient";
/// What stands before the name of a header that describes the transfer and not what is stored.
pub(in crate::sources) const TRANSFER: &str = "x-archive-orig-";

const FIELDS: &str = "application/warc-fields";

/// What the first record says about the crawl.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) starts: Vec<String>,
    pub(super) at: Timestamp,
    pub(super) pages: u64,
    pub(super) depth: u32,
    pub(super) allow_loopback: bool,
}

/// A file of evidence that is being written. Nothing is at its place before [`Evidence::finish`].
#[derive(Debug)]
pub(super) struct Evidence(Mutex<Option<Writer>>);

#[derive(Debug)]
struct Writer {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    info: String,
    records: u64,
    failed: Option<io::Error>,
}

impl Evidence {
    /// Begins the file that will stand at `path`, where nothing may be yet.
    pub(super) fn create(path: &Path, about: &About) -> io::Result<Self> {
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = BufWriter::new(tempfile::Builder::new().prefix(".whitecoat-").tempfile_in(folder)?);
        let mut writer =
            Writer { file, path: path.to_owned(), info: String::new(), records: 0, failed: None };
        let mut fields = format!(
            "software: {AGENT}\r\nformat: WARC File Format 1.1\r\n\
             conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
             robots: obey\r\n{MARK}: 1\r\n{AT}: {}\r\n{PAGES}: {}\r\n{DEPTH}: {}\r\n",
            about.at, about.pages, about.depth
        );
        for start in &about.starts {
            let _ = write!(fields, "{START}: {}\r\n", one_line(start));
        }
        if about.allow_loopback {
            let _ = write!(fields, "{LOOPBACK}: yes\r\n");
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let info = writer.id(fields.as_bytes());
        writer.info.clone_from(&info);
        let head = [("WARC-Date", date(Timestamp::now())), ("WARC-Filename", one_line(&name))];
        writer.record("warcinfo", &info, FIELDS, &head, None, fields.as_bytes())?;
        Ok(Self(Mutex::new(Some(writer))))
    }

    /// Adds a request and what came of it, at that time.
    pub(super) fn record(&self, url: &Url, want: Want, outcome: &Result<Answer, Failure>, at: Timestamp) {
        if let Some(writer) = self.lock().as_mut()
            && writer.failed.is_none()
        {
            writer.failed = writer.exchange(url, want, outcome, at).err();
        }
    }

    /// Puts the file into its place. Later records are dropped.
    pub(super) fn finish(&self) -> io::Result<()> {
        let Some(mut writer) = self.lock().take() else { return Ok(()) };
        if let Some(error) = writer.failed.take() {
            return Err(error);
        }
        let file = writer.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&writer.path).map(drop).map_err(|error| error.error)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Writer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    fn exchange(
        &mut self,
        url: &Url,
        want: Want,
        outcome: &Result<Answer, Failure>,
        at: Timestamp,
    ) -> io::Result<()> {
        let asked = asked(url, want);
        let request = self.id(asked.as_bytes());
        let target = ("WARC-Target-URI", url.to_string());
        let info = ("WARC-Warcinfo-ID", format!("<{}>", self.info));
        let (kind, content_type, block, body_at) = match outcome {
            Ok(answer) => {
                let head = answered(answer);
                let at = head.len();
                let block = [head.as_bytes(), &answer.body].concat();
                ("response", "application/http; msgtype=response", block, Some(at))
            }
            Err(failure) => {
                let word = |is| if is { "yes" } else { "no" };
                let fields = format!(
                    "{FAILURE}: {}\r\n{CAUSE}: {}\r\n{TRANSIENT}: {}\r\n{OF_HOST}: {}\r\n",
                    one_line(&failure.to_string()),
                    one_line(&failure.cause()),
                    word(failure.is_transient()),
                    word(failure.is_of_host())
                );
                ("metadata", FIELDS, fields.into_bytes(), None)
            }
        };
        let result = self.id(&block);
        let at = ("WARC-Date", date(at));
        let mut head =
            vec![at.clone(), target.clone(), info.clone(), ("WARC-Concurrent-To", format!("<{request}>"))];
        if outcome
            .as_ref()
            .is_ok_and(|answer| !answer.is_success() && answer.header("content-length") != Some("0"))
        {
            // The body of an answer that is no success is not read.
            head.push(("WARC-Truncated", "unspecified".to_owned()));
        }
        let concurrent = ("WARC-Concurrent-To", format!("<{result}>"));
        self.record(
            "request",
            &request,
            "application/http; msgtype=request",
            &[at, target, info, concurrent],
            None,
            asked.as_bytes(),
        )?;
        self.record(kind, &result, content_type, &head, body_at, &block)
    }

    /// Writes a record as a gzip member. `headers` has its date; from `payload_at` on, the block is payload.
    fn record(
        &mut self,
        kind: &str,
        id: &str,
        content_type: &str,
        headers: &[(&str, String)],
        payload_at: Option<usize>,
        block: &[u8],
    ) -> io::Result<()> {
        let mut head = format!("WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{id}>\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "WARC-Block-Digest: {}\r\n", digest(block));
        if let Some(payload) = payload_at.and_then(|at| block.get(at..)) {
            let _ = write!(head, "WARC-Payload-Digest: {}\r\n", digest(payload));
        }
        let _ = write!(head, "Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", block.len());
        let mut member = GzEncoder::new(&mut self.file, Compression::default());
        member.write_all(head.as_bytes())?;
        member.write_all(block)?;
        member.write_all(b"\r\n\r\n")?;
        member.finish()?;
        self.records += 1;
        Ok(())
    }

    /// A name for a record that no other has: made of its place, its time and its block.
    fn id(&mut self, block: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        self.records += 1;
        hasher.update(&self.records.to_le_bytes());
        hasher.update(&Timestamp::now().as_nanosecond().to_le_bytes());
        hasher.update(&u64::from(std::process::id()).to_le_bytes());
        hasher.update(block);
        let hash = hasher.finalize().to_hex();
        let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default().to_owned();
        // Version 8: free of choice.
        format!(
            "urn:uuid:{}-{}-8{}-8{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 15),
            part(15, 18),
            part(18, 30)
        )
    }
}

/// The request as it went out, as far as this program decides it.
fn asked(url: &Url, want: Want) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!(
        "GET {}{query} HTTP/1.1\r\nhost: {host}{port}\r\nuser-agent: {AGENT}\r\naccept: {}\r\naccept-encoding: gzip\r\n\r\n",
        url.path(),
        want.accept()
    )
}

/// Status line and headers of an answer.
fn answered(answer: &Answer) -> String {
    let mut head = format!("HTTP/1.1 {} \r\n", answer.status);
    for (name, value) in &answer.headers {
        let before = if name == "transfer-encoding" { TRANSFER } else { "" };
        let _ = write!(head, "{before}{name}: {}\r\n", one_line(value));
    }
    head + "\r\n"
}

fn digest(bytes: &[u8]) -> String {
    format!("sha1:{}", BASE32.encode(&Sha1::digest(bytes)))
}

/// To the microsecond.
fn date(at: Timestamp) -> String {
    format!("{at:.6}")
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
