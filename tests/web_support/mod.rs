//! What the tests of the web source share: a sink that collects, and a loopback server.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::ProgressBar;
use tempfile::TempDir;
use url::Url;
use whitecoat::coverage::Coverage;
use whitecoat::sources::web::{Limits, Session, Settings, Start, read, read_saved_page};
use whitecoat::sources::{Batch, InputError, Options, Sink, Stopped};
use whitecoat_engine::Item;

/// The header of a page.
pub const HTML: &str = "Content-Type: text/html; charset=utf-8";

/// Keeps everything a source says.
pub struct Collected {
    pub items: Vec<Item>,
    pub coverage: Coverage,
    pub recognised: Vec<String>,
    bar: ProgressBar,
}

impl Default for Collected {
    fn default() -> Self {
        let bar = ProgressBar::hidden();
        Self { items: Vec::new(), coverage: Coverage::default(), recognised: Vec::new(), bar }
    }
}

impl Sink for Collected {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        let decoded = batch.decode();
        self.items.extend(decoded.items);
        self.coverage.absorb(decoded.coverage);
        Ok(())
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn recognised(&mut self, what: &str) {
        self.recognised.push(what.to_owned());
    }

    fn progress(&self) -> &ProgressBar {
        &self.bar
    }
}

/// Reads `bytes` as a saved page.
pub fn read_page(bytes: impl AsRef<[u8]>) -> (Collected, Result<(), InputError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    std::fs::write(&path, bytes).unwrap();
    let mut sink = Collected::default();
    let outcome = read_saved_page(&path, &Options::default(), &mut sink);
    for item in &mut sink.items {
        item.source = item.source.replace(&path.display().to_string(), "PAGE");
    }
    (sink, outcome)
}

/// The items of a saved page.
#[track_caller]
pub fn items(html: &str) -> Vec<Item> {
    let (sink, outcome) = read_page(html);
    outcome.unwrap();
    sink.items
}

/// The item with these words.
#[track_caller]
pub fn find<'a>(items: &'a [Item], words: &str) -> &'a Item {
    items
        .iter()
        .find(|item| item.text.contains(words))
        .unwrap_or_else(|| panic!("no {words:?} in {items:#?}"))
}

/// A paragraph of `words` invented words.
pub fn prose(seed: usize, words: usize) -> String {
    let word =
        |n: usize| ["garden", "clinic", "river", "letter", "window", "bread", "evening", "stone"][n * 7 % 8];
    let words: Vec<String> =
        (0..words).map(|n| format!("{}{}", word(n + seed), (n * 31 + seed) % 97)).collect();
    format!("{}.", words.join(" "))
}

/// A server on 127.0.0.1 that closes each connection after one answer, and keeps the heads of all requests.
pub struct Server {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets the request target and the connection to write to.
    pub fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::of_heads(move |_, target, stream| answer(target, stream))
    }

    /// `answer` gets the head of the request in lower case, its target and the connection to write to.
    pub fn of_heads(answer: impl Fn(&str, &str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&heads), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let Ok(mut stream) = stream else { return };
                    let mut head = Vec::new();
                    let mut byte = [0];
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read(&mut byte) {
                            Ok(1) => head.push(byte[0]),
                            _ => return,
                        }
                    }
                    let head = String::from_utf8(head).unwrap();
                    let target = head.split(' ').nth(1).unwrap().to_owned();
                    let lower = head.to_ascii_lowercase();
                    kept.lock().unwrap().push(head);
                    answer(&lower, &target, &mut stream);
                });
            }
        });
        Self { port, heads }
    }

    /// A server without robots.txt that answers everything else with `answer`.
    pub fn with(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::start(move |target, stream| match target {
            "/robots.txt" => reply(stream, "404 Not Found", "", b""),
            target => answer(target, stream),
        })
    }

    /// A server with one HTML page for every address but robots.txt.
    pub fn page(html: impl Into<Vec<u8>>) -> Self {
        let html = html.into();
        Self::with(move |_, stream| reply(stream, "200 OK", "Content-Type: text/html; charset=utf-8", &html))
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The targets of all requests so far.
    pub fn targets(&self) -> Vec<String> {
        self.heads().iter().map(|head| head.split(' ').nth(1).unwrap().to_owned()).collect()
    }

    /// Reads the page at `path`.
    pub fn read(&self, path: &str) -> (Collected, Result<(), InputError>) {
        self.read_within(path, &quick())
    }

    /// Reads the site from `path` on.
    pub fn crawl(&self, path: &str) -> (Collected, Result<(), InputError>) {
        self.read_within(path, &Limits { depth: 30, ..quick() })
    }

    /// How often an address was asked for.
    pub fn asked(&self, target: &str) -> usize {
        self.targets().iter().filter(|asked| *asked == target).count()
    }

    pub fn read_within(&self, path: &str, limits: &Limits) -> (Collected, Result<(), InputError>) {
        let mut sink = Collected::default();
        let settings = Settings { limits: limits.clone(), allow_loopback: true, cache: None };
        let options = Options { web: Arc::new(Session::new(settings)), ..Options::default() };
        let url = self.url(path);
        let outcome = read(url.as_str(), &Start::Address(url.clone()), &options, &mut sink);
        (sink, outcome)
    }
}

/// The default limits without waiting, for a single page.
pub fn quick() -> Limits {
    Limits { between_requests: Duration::ZERO, first_wait: Duration::ZERO, depth: 0, ..Limits::default() }
}

/// An HTML page with a title, some words of its own and links.
pub fn html(name: &str, links: &[&str]) -> String {
    let links: String = links.iter().map(|link| format!("<a href='{link}'>on</a> ")).collect();
    format!(
        "<!doctype html><title>Page {name}</title><h1>{name}</h1><p>The page called {name} says that it is about \
         {name} and nothing else, in a sentence that is long enough to be read.</p><nav>{links}</nav>"
    )
}

/// Answers with a page.
pub fn reply_page(stream: &mut TcpStream, name: &str, links: &[&str]) {
    reply(stream, "200 OK", "Content-Type: text/html; charset=utf-8", html(name, links).as_bytes());
}

/// Writes one answer with a correct length.
pub fn reply(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let headers = if headers.is_empty() { String::new() } else { format!("{headers}\r\n") };
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// Keeps the connection open until the client goes away.
pub fn hold(stream: &mut TcpStream) {
    let mut byte = [0];
    while let Ok(1) = stream.read(&mut byte) {}
}

/// What the user is told.
#[track_caller]
pub fn message(outcome: Result<(), InputError>) -> String {
    outcome.expect_err("must be refused").to_string()
}

/// Redirects to an address.
pub fn redirect(stream: &mut TcpStream, to: &str) {
    reply(stream, "302 Found", &format!("Location: {to}"), b"");
}

/// The paths of the pages that gave items, in order.
pub fn paths(sink: &Collected) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for item in &sink.items {
        let url = url::Url::parse(item.url.as_deref().unwrap()).unwrap();
        let path = format!("{}{}", url.path(), url.query().map(|q| format!("?{q}")).unwrap_or_default());
        if paths.last() != Some(&path) {
            paths.push(path);
        }
    }
    paths
}

/// How much was not read, for reasons that hold some words.
pub fn gap(coverage: &Coverage, words: &str) -> u64 {
    let gaps = coverage.failed.iter().chain(&coverage.skipped);
    gaps.filter(|(reason, _)| reason.contains(words)).map(|(_, gap)| gap.count).sum()
}

/// Runs the command in a folder that holds its cache, too.
pub fn run(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    command
        .current_dir(folder.path())
        .args(args)
        .env_clear()
        .env("XDG_CACHE_HOME", folder.path().join("cache"));
    command.stdin(Stdio::null()).output().unwrap()
}

/// What the command said.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
