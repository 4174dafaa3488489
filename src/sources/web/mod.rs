//! Pages of the web: fetched one at a time, politely and safely, or saved by the user's browser.
//!
//! Nothing here signs in, keeps cookies, solves challenges or pretends to be a browser.

mod address;
mod client;
mod decode;
mod failure;
mod fetch;
mod host;
mod limits;
pub(super) mod page;
mod platforms;
mod robots;
#[expect(dead_code, reason = "the crawl uses it next")]
mod walk;
#[cfg_attr(not(test), expect(dead_code, reason = "the crawl uses it next"))]
mod walks;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use url::Url;
use whitecoat_engine::Moment;

use self::client::Client;
use self::decode::Text;
use self::failure::Failure;
use self::page::{Place, Reading};
use super::{Batch, Decoded, InputError, Options, Sink};

pub use self::client::AGENT;
pub use self::limits::*;
pub(super) use self::page::fragment;
pub use self::page::recipe::{
    Missing, Recipe, RecipeError, SITES, Tried, load as load_recipe, text_of as recipe_text,
    try_on as try_recipe,
};

/// How many characters of a title are shown.
const SHOWN_TITLE: usize = 80;

/// Fetches the page at `url` and reads it. Blocks; must not be called from within an asynchronous runtime.
pub fn read_url(url: &Url, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    read_url_within(url, options, &Limits::default(), sink)
}

/// [`read_url`] with other limits than the default ones.
pub fn read_url_within(
    url: &Url,
    options: &Options,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), InputError> {
    let failed = |failure: Failure| failure.of_input(url);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(Failure::Client(error.to_string())))?;
    sink.progress().set_length(1);
    let fetched = runtime.block_on(async {
        let client = Client::new(limits, options.allow_loopback)?;
        client.check(url)?;
        fetch::fetch(&client, url).await
    });
    // A name look-up that hangs must not hold up the end.
    runtime.shutdown_background();
    let fetched = fetched.map_err(failed)?;

    if options.allow_loopback {
        sink.coverage().note("loopback addresses were allowed (a switch for tests)");
    }
    for host in &fetched.hosts {
        sink.coverage().note(format!("host asked: {host}"));
    }
    if fetched.url.as_str().trim_end_matches('/') != url.as_str().trim_end_matches('/') {
        sink.coverage().note(format!("{url} was answered by {}", fetched.url));
    }
    let text = decode::decode(&fetched.body, fetched.content_type.as_deref());
    let place = Place {
        name: fetched.url.to_string(),
        url: Some(fetched.url.clone()),
        base: Some(fetched.url),
        live: true,
        saved_at: None,
    };
    let outcome = deliver(&text, place, sink);
    sink.progress().inc(1);
    outcome?.map_err(failed)
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
