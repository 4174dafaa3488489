//! Sites whose feed shows some posts whole and some in short: each is read once, with the comments that stand on its page.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use web_support::{HTML, Server, gap, html, reply, reply_page};
use whitecoat_engine::{Authorship, Kind};

#[test]
fn what_a_feed_has_in_short_is_read_in_full() {
    let server = Server::with(|target, stream| match target {
        "/" => {
            let page = html("home", &["/short", "/gone", "/full", "/named"])
                + "<link rel=alternate type='application/rss+xml' href='/rss.xml'>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        "/rss.xml" => {
            let origin = format!("http://{}", stream.local_addr().unwrap());
            let entry = |name: &str, text: &str| {
                format!(
                    "<item><title>{name}</title><link>{origin}/{name}?utm_source=rss</link><guid>{name}</guid>\
                     <pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate>{text}</item>"
                )
            };
            let feed = format!(
                "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>F</title>\
                 <link>{origin}/</link>{}{}{}{}</channel></rss>",
                entry("short", "<description>The page called short says</description>"),
                entry("gone", "<description>What was said on a page that is gone</description>"),
                entry("full", "<content:encoded>All that there is to say of it</content:encoded>"),
                entry("named", ""),
            );
            reply(stream, "200 OK", "Content-Type: application/rss+xml", feed.as_bytes());
        }
        "/short" => reply_page(stream, "short", &[]),
        "/named" => reply_page(stream, "named", &[]),
        "/full" => {
            let page = "<title>Page full</title><main><h1>full</h1><p>All that there is to say of it, and what the page \
                        adds.</p></main><ol class=comment-list><li class='comment' id=comment-1><div class=comment-body>\
                        <b class=fn>Tam</b><div class=comment-content><p>Is that so?</p></div></div><ol class=children>\
                        <li class='comment bypostauthor' id=comment-2><div class=comment-body><b class=fn>Orla</b>\
                        <div class=comment-content><p>Tam, your knee says so.</p></div></div></li></ol></li></ol>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    let texts: Vec<&str> = sink.items.iter().map(|item| item.text.as_str()).collect();
    let with = |words: &str| texts.iter().filter(|text| text.contains(words)).count();
    assert_eq!((with("called short says"), with("nothing else, in a sentence")), (1, 3), "{texts:#?}");
    assert_eq!((with("a page that is gone"), with("All that there is to say")), (1, 1), "{texts:#?}");
    // What has a title only in the feed has more on its page; what the feed has whole may have comments there.
    assert_eq!((with("called named says"), with("named")), (1, 1), "{texts:#?}");
    assert_eq!(gap(&sink.coverage, "stands on several pages"), 1, "{:?}", sink.coverage);
    let comments = ["Is that so?", "Tam, your knee says so."].map(|words| {
        let found = sink.items.iter().find(|item| item.text == words);
        found.map(|item| (item.kind, item.authorship))
    });
    let expected = [Authorship::Other, Authorship::Own].map(|whose| Some((Kind::Comment, whose)));
    assert_eq!((comments, server.asked("/full")), (expected, 1), "{texts:#?}");
    let short = sink.items.iter().find(|item| item.text.contains("called short")).unwrap();
    assert_eq!(short.created_at.unwrap().date().to_string(), "2024-05-06");
}

/// A feed of entries with all their words: the path of each, and its words.
fn feed(origin: &str, entries: &[(&str, &str)]) -> String {
    let entry = |(path, words): &(&str, &str)| {
        format!("<item><link>{origin}{path}</link><content:encoded>{words}</content:encoded></item>")
    };
    format!(
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>F</title>\
         <link>{origin}/</link>{}</channel></rss>",
        entries.iter().map(entry).collect::<String>()
    )
}

/// A site whose first page leads to `links` and to a feed of `entries`; `page` makes its other pages.
fn fed(
    links: &'static [&'static str],
    entries: &'static [(&'static str, &'static str)],
    page: fn(&str) -> Option<String>,
) -> Server {
    Server::with(move |target, stream| match target {
        "/" => {
            let page =
                html("home", links) + "<link rel=alternate type='application/rss+xml' href='/rss.xml'>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        "/rss.xml" => {
            let feed = feed(&format!("http://{}", stream.local_addr().unwrap()), entries);
            reply(stream, "200 OK", "Content-Type: application/rss+xml", feed.as_bytes());
        }
        _ => match page(target) {
            Some(page) => reply(stream, "200 OK", HTML, page.as_bytes()),
            None => reply(stream, "404 Not Found", "", b""),
        },
    })
}

#[test]
fn a_post_is_read_once_however_its_address_is_written() {
    let server = fed(
        &["/knees/?utm_campaign=home", "/hips/index.html"],
        &[
            ("/knees/?utm_source=rss&amp;utm_medium=rss", "What I learned of joints: knees"),
            ("/hips/", "What I learned of joints: hips"),
        ],
        |target| {
            let name = target.split('/').nth(1)?;
            let page =
                format!("<title>{name}</title><article><p>What I learned of joints: {name}</p></article>");
            matches!(target, "/knees/" | "/hips/index.html").then_some(page)
        },
    );
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    let posts: Vec<_> = sink.items.iter().filter(|item| item.text.contains("What I learned")).collect();
    assert_eq!(posts.len(), 2, "{posts:#?}");
    assert!(posts.iter().all(|item| item.source.contains("#feed:")), "{posts:#?}");
    assert_eq!((server.asked("/knees/"), server.asked("/hips/index.html")), (1, 1));
}

#[test]
fn a_feed_whose_entries_lead_to_one_page_does_not_hide_it() {
    let server = fed(
        &["/news"],
        &[
            ("/news", "Knees were here"),
            ("/news", "Hips were here"),
            ("/", "Hands were here"),
            ("/#a", "I was here"),
        ],
        |target| (target == "/news").then(|| html("news", &[])),
    );
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    let with = |words: &str| sink.items.iter().filter(|item| item.text.contains(words)).count();
    assert_eq!(["called home says", "called news says", "here"].map(with), [1, 1, 4], "{:#?}", sink.items);
}
