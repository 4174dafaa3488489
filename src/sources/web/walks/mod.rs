//! Ways through platforms' interfaces and feeds: one file a platform, and here what is walked how.
//!
//! A walk is a state machine without I/O (see [`super::walk`]). A new one is a file, a `mod` line, and a line in
//! [`of_address`] or in [`links::of_page`].

mod activitypub;
mod answers;
mod bluesky;
mod feed;
mod ghost;
mod links;
mod mastodon;
mod short;
mod site;
pub(super) mod sitemap;
pub(super) mod tour;
mod wordpress;

use url::Url;

use self::activitypub::ActivityPub;
use self::bluesky::Bluesky;
use self::feed::Feed;
use self::mastodon::Mastodon;
use super::platforms;
use super::walk::Walk;

use self::links::of_page;

/// A way that was found.
pub(super) struct Way {
    /// The walk.
    pub(super) walk: Box<dyn Walk>,
    /// Whether it leads to everything that the public sees there. Where it does not (a feed has the latest entries only), or
    /// where it ends without having recognised anything, the pages are worth a walk too.
    pub(super) whole: bool,
    /// Whether the pages show nothing of it, because they need scripts.
    pub(super) alone: bool,
}

impl Way {
    fn whole(walk: impl Walk + 'static) -> Self {
        Self { walk: Box::new(walk), whole: true, alone: false }
    }

    /// The way through an account on a social network.
    fn account(walk: impl Walk + 'static) -> Self {
        Self { alone: true, ..Self::whole(walk) }
    }

    fn partial(walk: impl Walk + 'static) -> Self {
        Self { whole: false, ..Self::whole(walk) }
    }
}

/// The walk for a handle: `@name@host` (Mastodon and kin) or `bsky:name` (Bluesky; a handle or a DID). `None` for what is no
/// such handle.
pub(super) fn of_handle(handle: &str) -> Option<Way> {
    let handle = handle.trim();
    if let Some(actor) = handle.strip_prefix("bsky:") {
        return Bluesky::of(actor).map(Way::account);
    }
    let (name, host) = handle.strip_prefix('@')?.split_once('@')?;
    let base = Url::parse(&format!("https://{host}/")).ok()?;
    let fits = is_name(name) && base.host_str().is_some_and(|host| host.contains('.')) && base.path() == "/";
    fits.then(|| Way::account(Mastodon::new(&base, name)))
}

/// The walk for an address that tells by itself what it is: a profile, or a feed.
pub(super) fn of_address(url: &Url) -> Option<Way> {
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    match (platforms::of(url).map(|platform| platform.name), parts.as_slice()) {
        (Some("bluesky"), ["profile", actor, ..]) => return Bluesky::of(actor).map(Way::account),
        (Some("medium"), [name, ..]) if name.starts_with('@') => return feed(url, &format!("/feed/{name}")),
        (Some("medium"), []) => return feed(url, "/feed"),
        (Some("substack"), []) => return feed(url, "/feed"),
        (Some("tumblr"), []) => return feed(url, "/rss"),
        (Some("ghost"), []) => return feed(url, "/rss/"),
        (Some("blogger"), []) => return feed(url, "/feeds/posts/default"),
        _ => {}
    }
    if is_feed(url) {
        return Some(Way::whole(Feed::new(url)));
    }
    // Profiles of Mastodon and its kin. Other platforms write addresses so too, and are known by their hosts.
    if platforms::of(url).is_some() {
        return None;
    }
    let name = match parts.as_slice() {
        ["web" | "deck", name, ..] | [name, ..] if name.starts_with('@') => name.trim_start_matches('@'),
        ["users", name] => name,
        _ => return None,
    };
    match name.split_once('@') {
        // An account elsewhere, as another instance shows it.
        Some(_) => of_handle(&format!("@{name}")),
        None => is_name(name).then(|| Way::account(Mastodon::new(url, name))),
    }
}

fn feed(url: &Url, path: &str) -> Option<Way> {
    Some(Way::partial(Feed::beside_pages(&answers::below(url, path, &[]))))
}

/// Whether an address is that of a feed, as sites write them.
fn is_feed(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let path = path.trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    matches!(last, "feed" | "rss" | "atom" | "feed.xml" | "rss.xml" | "atom.xml" | "index.xml" | "feed.json")
        || [".rss", ".atom"].iter().any(|end| last.ends_with(end))
        || path.ends_with("/feeds/videos.xml")
        || path.contains("/feeds/posts/default")
}

/// The name of an account on an instance.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
pub(super) mod testing;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn show(way: Option<Way>) -> String {
        let Some(mut way) = way else { return String::new() };
        let first: Vec<String> = way.walk.start().iter().map(|request| request.url.to_string()).collect();
        format!("{}{}", first.join(" "), if way.whole { "" } else { " (part)" })
    }

    #[test]
    fn handles_lead_to_their_interface() {
        for (handle, expected) in [
            ("@orla@med.example", "https://med.example/api/v1/accounts/lookup?acct=orla"),
            ("@orla.fenwick@med.example", "https://med.example/api/v1/accounts/lookup?acct=orla.fenwick"),
            (
                "bsky:Orla.example",
                "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=orla.example",
            ),
            (
                "bsky:did:plc:abc",
                "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=did%3Aplc%3Aabc",
            ),
            (
                "bsky:@orla.example",
                "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=orla.example",
            ),
            ("bsky:orla", ""),
            ("bsky:", ""),
            ("@orla", ""),
            ("@orla@", ""),
            ("@orla@localhost", ""),
            ("@@med.example", ""),
            ("@orla@med.example/path", ""),
            ("@or la@med.example", ""),
            ("orla@med.example", ""),
        ] {
            assert_eq!(show(of_handle(handle)), expected, "{handle}");
        }
    }

    #[test]
    fn addresses_lead_to_their_interface() {
        let lookup = "https://med.example/api/v1/accounts/lookup?acct=orla";
        for (address, expected) in [
            ("https://med.example/@orla", lookup),
            ("https://med.example/@orla/1234", lookup),
            ("https://med.example/web/@orla", lookup),
            ("https://med.example/users/orla", lookup),
            ("https://other.example/@orla@med.example", lookup),
            ("http://127.0.0.1:8080/@orla", "http://127.0.0.1:8080/api/v1/accounts/lookup?acct=orla"),
            (
                "https://bsky.app/profile/orla.example/post/3k",
                "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=orla.example",
            ),
            ("https://medium.com/@orla/a-story", "https://medium.com/feed/@orla (part)"),
            ("https://orla.substack.com/", "https://orla.substack.com/feed (part)"),
            ("https://fenwick.example/blog/feed/", "https://fenwick.example/blog/feed/"),
            ("https://fenwick.example/index.xml", "https://fenwick.example/index.xml"),
            ("https://fenwick.example/feed.json?x=1", "https://fenwick.example/feed.json?x=1"),
            ("https://www.youtube.com/@orla", ""),
            ("https://www.threads.net/@orla", ""),
            ("https://fenwick.example/", ""),
            ("https://fenwick.example/feedback", ""),
            ("https://fenwick.example/users/", ""),
        ] {
            assert_eq!(show(of_address(&Url::parse(address).unwrap())), expected, "{address}");
        }
    }
}
