//! Which interface a site has, by what its first page says of itself.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::super::walk::Page;
use super::answers::{link, same_host};
use super::ghost::Ghost;
use super::wordpress::WordPress;
use super::{ActivityPub, Feed, Mastodon, Way};
use crate::sources::web::page::{dom, gate};

/// The relation under which WordPress names its interface.
const API: &str = "https://api.w.org/";

/// The best way through the site of a page, `html` being its text: an interface if it names one, else its feed. `None` where
/// only its pages lead on.
pub(in crate::sources::web) fn of_page(page: &Page, html: &str) -> Option<Way> {
    if let Some(root) = link(page, API) {
        return Some(Way::whole(WordPress::new(&root)));
    }
    gate::check(html).ok()?;
    let document = Html::parse_document(html);
    let links = Links::of(&document, &page.url);
    if let Some(root) = links.first(|rel, _| rel == API) {
        return Some(Way::whole(WordPress::new(&root)));
    }
    if let Some((root, key)) = ghost(&document, &page.url) {
        return Some(Way::whole(Ghost::new(&root, &key)));
    }
    if links.generator.starts_with("mastodon")
        && let Some(way) = super::of_address(&page.url)
    {
        return Some(way);
    }
    // The address of an actor may be on another host than its page.
    if let Some(actor) = links.first(|rel, sort| rel == "alternate" && sort.contains("activity+json")) {
        let name = actor.path().strip_prefix("/users/").filter(|name| super::is_name(name));
        return Some(match name {
            Some(name) => Way::account(Mastodon::new(&actor, name)),
            None => Way::account(ActivityPub::of_actor(&actor)),
        });
    }
    // WordPress names its interface unless it is switched off; what is left of it is the feed.
    let is_feed = |sort: &str| {
        ["rss+xml", "atom+xml", "feed+json", "rdf+xml"].iter().any(|format| sort.contains(format))
    };
    let feed = links.first(|rel, sort| rel == "alternate" && is_feed(sort));
    feed.filter(|feed| same_host(feed, &page.url)).map(|feed| Way::partial(Feed::beside_pages(&feed)))
}

/// The `<link>` elements of a page, and what made it.
struct Links<'d> {
    base: &'d Url,
    links: Vec<ElementRef<'d>>,
    generator: String,
}

impl<'d> Links<'d> {
    fn of(document: &'d Html, base: &'d Url) -> Self {
        let all = |selector: &str| {
            let selector = Selector::parse(selector);
            selector.map(|selector| document.select(&selector).collect::<Vec<_>>()).unwrap_or_default()
        };
        let generator = all("meta[name=generator i][content]");
        let generator = generator.first().and_then(|meta| meta.attr("content")).unwrap_or_default();
        Self { base, links: all("link[rel][href]"), generator: generator.trim().to_ascii_lowercase() }
    }

    /// The first address whose relation and type fit.
    fn first(&self, fits: impl Fn(&str, &str) -> bool) -> Option<Url> {
        self.links.iter().find_map(|link| {
            let sort = link.attr("type").unwrap_or_default().to_ascii_lowercase();
            let rels = link.attr("rel").unwrap_or_default().to_ascii_lowercase();
            // Feeds of comments come after those of posts, as a rule, and are not what is looked for.
            let of_comments = link.attr("href").is_some_and(|href| href.contains("/comments/"));
            let fits = !of_comments && rels.split_whitespace().any(|rel| fits(rel, &sort));
            fits.then(|| dom::resolve(Some(self.base), link.attr("href")?)).flatten()
        })
    }
}

/// The content interface of a Ghost site and the key that its pages hand to their visitors' browsers.
fn ghost(document: &Html, url: &Url) -> Option<(Url, String)> {
    let scripts = Selector::parse("script[data-key]").ok()?;
    let script = document.select(&scripts).find(|script| {
        script.attr("data-ghost").is_some()
            || script.attr("data-api").is_some_and(|api| api.contains("/ghost/"))
    })?;
    let key = script.attr("data-key").filter(|key| !key.is_empty())?;
    let site = script.attr("data-ghost").and_then(|site| dom::resolve(Some(url), site));
    let root = script.attr("data-api").and_then(|api| dom::resolve(Some(url), api));
    let root = root.or_else(|| site?.join("ghost/api/content/").ok())?;
    Some((root, key.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing;
    use super::*;

    #[test]
    fn the_first_page_tells_the_interface() {
        let wordpress = "<link rel='https://api.w.org/' href='/wp-json/' />";
        let rss = "<link rel=alternate type=application/rss+xml href='/feed/'>";
        let comments = "<link rel=alternate type=application/rss+xml href='/comments/feed/'>";
        let activity =
            "<link rel='alternate' type='application/activity+json' href='https://med.example/users/orla'>";
        let actor = "<link rel='alternate' type='application/activity+json' href='/author/orla/'>";
        let portal = "<script data-ghost='https://fenwick.example/' data-key='5a' data-api='https://fenwick.example/ghost/api/content/'></script>";
        let mastodon = "<meta name=generator content='Mastodon v4.3'>";
        for (path, html, expected) in [
            ("/", format!("{rss}{wordpress}"), "https://fenwick.example/wp-json/"),
            ("/", format!("{rss}{portal}"), "https://fenwick.example/ghost/api/content/settings/?key=5a"),
            (
                "/",
                "<script data-ghost='https://fenwick.example/blog/' data-key=k></script>".to_owned(),
                "https://fenwick.example/blog/ghost/api/content/settings/?key=k",
            ),
            ("/", format!("{rss}{activity}"), "https://med.example/api/v1/accounts/lookup?acct=orla"),
            ("/author/orla/", actor.to_owned(), "https://fenwick.example/author/orla/"),
            ("/@orla", mastodon.to_owned(), "https://fenwick.example/api/v1/accounts/lookup?acct=orla"),
            ("/", format!("{comments}{rss}"), "https://fenwick.example/feed/ (part)"),
            ("/", "<link rel=alternate type=application/rss+xml href=https://else.example/f>".to_owned(), ""),
            ("/", "<link rel=stylesheet href=/a.css><p>A practice".to_owned(), ""),
            ("/", format!("{}{wordpress}", "<div>".repeat(100_000)), ""),
        ] {
            let page = testing::page(&format!("https://fenwick.example{path}"), &html);
            let shown = of_page(&page, &html).map(|mut way| {
                let first = way.walk.start();
                format!("{}{}", first.first().unwrap().url, if way.whole { "" } else { " (part)" })
            });
            assert_eq!(shown.unwrap_or_default(), expected, "{expected}");
        }
    }

    #[test]
    fn a_header_names_the_interface_too() {
        let mut page = testing::page("https://fenwick.example/", "");
        let value = "<https://fenwick.example/index.php?rest_route=/>; rel=\"https://api.w.org/\"".to_owned();
        page.headers.push(("link".to_owned(), value));
        let mut way = of_page(&page, "").unwrap();
        assert_eq!(
            way.walk.start().first().unwrap().url.as_str(),
            "https://fenwick.example/index.php?rest_route=/"
        );
    }
}
