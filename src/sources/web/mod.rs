//! Pages of the web: fetched one at a time, politely and safely, or saved by the user's browser.
//!
//! Nothing here signs in, keeps cookies, solves challenges or pretends to be a browser.

mod address;
mod cache;
mod client;
mod crawl;
mod decode;
pub(super) mod evidence;
mod failure;
mod fetch;
mod frontier;
mod host;
mod limits;
mod links;
pub(super) mod page;
mod platforms;
mod rate;
mod robots;
mod scope;
mod session;
pub(super) mod stored;
#[allow(dead_code, reason = "the walks of platforms use all of it")]
mod walk;
mod walks;
mod wayback;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use url::Url;
use whitecoat_engine::Moment;

use self::crawl::Crawl;
use self::decode::Text;
use self::failure::Failure;
use self::page::{Place, Reading};
use self::session::Shared;
use self::stored::Stored;
use self::walks::tour::Tour;
use super::{Batch, Decoded, InputError, Options, Sink};

pub use self::cache::cache_folder;
pub use self::client::AGENT;
pub use self::limits::*;
pub(super) use self::page::fragment;
pub use self::page::recipe::{
    Missing, Recipe, RecipeError, SITES, Tried, load as load_recipe, text_of as recipe_text,
    try_on as try_recipe,
};
pub use self::session::{Session, Settings};
pub use self::wayback::{Archived, MAX_ASKED, WAYBACK_INDEX, archived};

/// How many characters of a title are shown.
const SHOWN_TITLE: usize = 80;

/// What the user named to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The address of a page, a profile or a feed.
    Address(Url),
    /// `@name@host` (Mastodon and kin) or `bsky:name`.
    Handle(String),
}

impl Start {
    /// What `name` starts at; `None` for what is neither an http or https address nor a handle.
    pub fn of(name: &str) -> Option<Self> {
        if Tour::of_handle(name).is_some() {
            return Some(Self::Handle(name.to_owned()));
        }
        let url = Url::parse(name).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(Self::Address(url))
    }

    /// The host that is asked first.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Address(url) => url.host_str(),
            Self::Handle(handle) => handle.rsplit(['@', ':']).next(),
        }
    }

    /// The walk that begins there.
    fn tour(&self, limits: &Limits) -> Option<Tour> {
        match self {
            Self::Address(url) => Some(Tour::of_address(url, limits.depth == 0)),
            Self::Handle(handle) => Tour::of_handle(handle),
        }
    }
}

/// Reads what the public sees of an account, or of a site from an address on; with a depth of 0, of that page alone. `name`
/// is the input as the user named it. Blocks; must not be called from within an asynchronous runtime.
pub fn read(name: &str, start: &Start, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    let session = &options.web;
    let failed = |failure: Failure| match start {
        Start::Address(url) => failure.of_input(url),
        Start::Handle(_) => failure.of_name(name),
    };
    let shared = session.shared().map_err(failed)?;
    if let Start::Address(url) = start {
        shared.check(url).map_err(failed)?;
    }
    let Some(tour) = start.tour(session.limits()) else { return Ok(()) };
    if session.allows_loopback() {
        sink.coverage().note("loopback addresses were allowed (a switch for tests)");
    }
    if let Some(problem) = &shared.no_cache {
        sink.coverage()
            .note(format!("nothing is kept for the next run, the cache cannot be used: {problem}"));
    }
    let since = shared.cache.as_ref().and_then(|cache| cache.begin(name));
    if since.is_some() {
        sink.coverage().note(
            "goes on with a run that was interrupted: what had been answered then was not asked for again",
        );
    }
    Crawl { name, shared: Arc::clone(&shared), since, live: session.live() }.run(tour, sink)?;
    if let Some(cache) = &shared.cache {
        cache.end(name);
    }
    Ok(())
}

/// A crawl that was recorded as evidence.
#[derive(Debug)]
pub(super) struct Recorded {
    /// The inputs as the user named them.
    pub(super) starts: Vec<String>,
    /// See [`Limits::pages`].
    pub(super) pages: u64,
    /// See [`Limits::depth`].
    pub(super) depth: u32,
    /// The switch for tests was on.
    pub(super) allow_loopback: bool,
    pub(super) answers: Stored,
}

/// Walks a recorded crawl again, from what was answered then. Asks nobody.
pub(super) fn read_recorded(
    recorded: Recorded,
    options: &Options,
    sink: &mut dyn Sink,
) -> Result<(), InputError> {
    let live = options.web.live();
    let Recorded { starts, pages, depth, allow_loopback, answers } = recorded;
    let limits = Limits { pages, depth, ..Limits::default() };
    let shared =
        Shared::of_stored(answers, &limits, allow_loopback).map_err(|failure| failure.of_name("evidence"))?;
    let shared = Arc::new(shared);
    for name in &starts {
        let Some(tour) = Start::of(name).and_then(|start| start.tour(&limits)) else { continue };
        match (Crawl { name, shared: Arc::clone(&shared), since: None, live }).run(tour, sink) {
            // Nothing could be read then either; the other starts may hold something.
            Err(InputError::Unreadable { problem, .. }) if starts.len() > 1 => {
                sink.coverage().fail(&problem, name.as_str());
            }
            other => other?,
        }
    }
    Ok(())
}

/// Reads a page that was saved as an HTML file, by a browser or by SingleFile.
pub fn read_saved_page(path: &Path, _options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    let limits = Limits::default();
    let open = |source| InputError::Open { path: path.to_owned(), source };
    let unreadable = |problem: String| InputError::Unreadable {
        input: path.display().to_string(),
        problem,
        expected: "a page saved as HTML (\"web page, complete\", \"HTML only\" or SingleFile)".to_owned(),
        next: "open the page in your browser while signed in, save it again, and give the file".to_owned(),
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(open)?;
    file.take(limits.saved_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(open)?;
    if bytes.len() as u64 > limits.saved_bytes {
        return Err(unreadable(format!("larger than the limit of {} bytes", limits.saved_bytes)));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(unreadable("the file is empty".to_owned()));
    }
    let text = decode::decode(&bytes, None);
    drop(bytes);
    let name = path.display().to_string();
    let place = Place { name, url: None, base: None, live: false, saved_at: None };
    deliver(&text, place, sink)?.map_err(|failure| unreadable(failure.to_string()))
}

/// Whether the beginning of a file is that of an HTML page, in any charset: judged by content, never by name.
pub fn claims_saved_page(head: &[u8]) -> bool {
    page::saved::claims(head)
}

/// A page that a file holds beside others.
#[derive(Debug)]
pub(super) struct Captured {
    /// What stands before the `#` in [`whitecoat_engine::Item::source`].
    pub(super) name: String,
    /// Where the page is from.
    pub(super) url: Option<Url>,
    /// When it was captured.
    pub(super) at: Option<Moment>,
    /// The content type as sent, if any.
    pub(super) content_type: Option<String>,
    /// The page's bytes, unpacked, not decoded.
    pub(super) bytes: Vec<u8>,
}

/// Why a captured page gives no items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotRead {
    /// It stands in for the real one, such as a sign-in page.
    NotVisible,
    /// It shows no text without running its scripts.
    NoText,
}

/// Reads a page that a file holds beside others.
pub(super) fn read_captured(page: Captured) -> Result<Decoded, NotRead> {
    let text = decode::decode(&page.bytes, page.content_type.as_deref());
    drop(page.bytes);
    let base = page.url.clone();
    let place = Place { name: page.name, url: page.url, base, live: false, saved_at: page.at };
    match read_text(&text, place) {
        Ok(reading) => Ok(Decoded { items: reading.items, coverage: reading.coverage }),
        Err(Failure::NotVisible(_)) => Err(NotRead::NotVisible),
        Err(_) => Err(NotRead::NoText),
    }
}

/// Reads a decoded page. An error says that it is none.
fn read_text(text: &Text, place: Place) -> Result<Reading, Failure> {
    let mut reading = page::read(&text.text, place);
    if let Some(wall) = reading.wall {
        return Err(Failure::NotVisible(format!("it is {wall}")));
    }
    if reading.items.is_empty() {
        return Err(Failure::NoText);
    }
    if text.replaced > 0 {
        reading.coverage.note(format!(
            "the page is not all {}: {} characters could not be decoded",
            text.charset, text.replaced
        ));
    }
    Ok(reading)
}

/// Reads a decoded page and hands its items over. The inner error says that the page is none.
fn deliver(text: &Text, place: Place, sink: &mut dyn Sink) -> Result<Result<(), Failure>, InputError> {
    let saved = !place.live;
    let Reading { title, items, coverage, url, saved_at, .. } = match read_text(text, place) {
        Ok(reading) => reading,
        Err(failure) => return Ok(Err(failure)),
    };
    sink.coverage().absorb(coverage);
    let of = url.as_ref().and_then(Url::host_str).map(|host| format!(" of {host}")).unwrap_or_default();
    let title: String = title.chars().take(SHOWN_TITLE).collect();
    let title = if title.is_empty() { "without a title".to_owned() } else { title };
    let count = match items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    };
    let at = saved_at.map(|at| format!(", saved on {}", at.date())).unwrap_or_default();
    sink.recognised(&format!("{}page{of}: {title}, {count}{at}", if saved { "saved " } else { "" }));
    sink.batch(Batch::ready(items))?;
    Ok(Ok(()))
}
