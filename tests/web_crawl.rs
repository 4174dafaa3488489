//! Crawling a site on a loopback server: every page once, in the order of discovery, and from where the last run stopped.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::fs;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};
use web_support::{
    Collected, HTML, Server, gap, html, message, paths, quick, redirect, reply, reply_page, run, stderr,
};
use whitecoat::coverage::Coverage;
use whitecoat::sources::web::{Limits, Session, Settings, Start, read};
use whitecoat::sources::{Batch, InputError, Options, Sink, Stopped};

#[test]
fn every_page_once_in_the_order_of_discovery() {
    let server = Server::with(|target, stream| match target {
        "/" => reply_page(
            stream,
            "home",
            &[
                "/b",
                "/a/index.html",
                "/b#part",
                "/b?utm_source=x",
                "https://elsewhere.example/",
                "/wp-login.php",
                "/gone",
            ],
        ),
        "/b" => reply_page(stream, "b", &["/c", "/moved", "/a/", "/leaflet.pdf"]),
        "/a/index.html" => reply_page(stream, "a", &["/", "/c;jsessionid=7", "/d?sid=1&p=2"]),
        "/moved" => reply(stream, "301 Moved", "Location: /c", b""),
        "/c" => reply_page(stream, "c", &["/b"]),
        "/d?p=2" => reply_page(stream, "d", &["mailto:jane@elsewhere.example", "/a/../b"]),
        "/sitemap.xml" => reply(
            stream,
            "200 OK",
            "Content-Type: application/xml",
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/c</loc></url></urlset>",
        ),
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/", "/b", "/a/index.html", "/c", "/d?p=2"]);
    for target in ["/", "/b", "/a/index.html", "/c", "/d?p=2", "/gone"] {
        assert_eq!(server.asked(target), 1, "{target}");
    }
    let robots = server.targets().iter().filter(|target| *target == "/robots.txt").count();
    assert_eq!(robots, 1, "{:?}", server.targets());
    assert!(!server.targets().iter().any(|target| target.contains("login") || target.contains("pdf")));
    assert_eq!(gap(&sink.coverage, "no page here any more"), 1);
    assert_eq!(gap(&sink.coverage, "leads to a page that is read already"), 1);
    assert_eq!(gap(&sink.coverage, "PDF document"), 1);
    assert!(sink.coverage.is_complete(), "{:?}", sink.coverage.failed);
    assert_eq!(sink.recognised, ["site 127.0.0.1: Page home; what is read are all pages of 127.0.0.1"]);
}

#[test]
fn redirects_lead_to_pages_once_and_never_out() {
    let elsewhere = Server::with(|_, stream| reply_page(stream, "elsewhere", &[]));
    let away = elsewhere.url("/").to_string();
    let server = Server::with(move |target, stream| match target {
        // Only another way to write the same address.
        "/index.html" => redirect(stream, "/"),
        "/" => {
            reply_page(stream, "home", &["/early", "/b", "/away", "/portal", "/chain", "/canonical?ref=nav"])
        }
        // Leads to a page before anything else does.
        "/early" => redirect(stream, "/found"),
        "/b" => reply_page(stream, "b", &["/found", "/found?utm_source=b", "/late", "/refresh"]),
        "/found" => reply_page(stream, "found", &[]),
        "/late" => redirect(stream, "/b"),
        "/away" => redirect(stream, &away),
        "/portal" => redirect(stream, "/wp-login.php?redirect_to=/portal"),
        "/chain" => redirect(stream, "/chain/2"),
        "/chain/2" => redirect(stream, "/chain/3/"),
        "/chain/3/" => reply_page(stream, "chain", &["/chain/2"]),
        "/canonical?ref=nav" => {
            let page = html("canonical", &["/canonical"]) + "<link rel=canonical href='/canonical?lang=en'>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        "/refresh" => {
            let page = html("refresh", &[]) + "<meta http-equiv=refresh content='0; url=/refreshed'>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        "/refreshed" => reply_page(stream, "refreshed", &[]),
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/index.html");
    outcome.unwrap();
    let expected = ["/", "/found", "/b", "/chain/3/", "/canonical?ref=nav", "/refresh", "/refreshed"];
    let mut read = paths(&sink);
    read.retain(|path| path != "/canonical");
    assert_eq!(read, expected);
    let targets = server.targets();
    for target in &targets {
        assert_eq!(server.asked(target), 1, "{target}");
    }
    assert!(!targets.iter().any(|target| target.contains("login") || target.contains("lang")), "{targets:?}");
    assert!(elsewhere.targets().is_empty());
    assert_eq!(gap(&sink.coverage, "leads to a page that is read already"), 1);
    assert_eq!(gap(&sink.coverage, "leads out of what is read"), 1);
    assert_eq!(gap(&sink.coverage, "redirected to its sign-in page"), 1);
}

#[test]
fn sites_that_answer_with_a_page_for_everything_have_no_more_pages() {
    let server = Server::with(|target, stream| match target {
        "/" => reply_page(stream, "home", &["/b", "/gone", "/members"]),
        "/b" => reply_page(stream, "b", &[]),
        "/gone" => {
            let page = html("gone", &["/more"]).replace("Page gone", "Page not found | Fenwick");
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        "/members" => {
            let page = "<title>Choir</title><h1>Members only</h1><form><input type=password></form>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/", "/b"]);
    assert_eq!(gap(&sink.coverage, "no page here any more: the page says so itself"), 1);
    assert_eq!(gap(&sink.coverage, "it is a sign-in page"), 1);
    assert_eq!(server.asked("/more"), 0);
}

#[test]
fn what_a_host_shows_nobody_and_nobody_named_is_not_there() {
    for (robots, complete) in [(None, true), (Some("User-agent: *\nSitemap: /maps.xml\n"), false)] {
        let server = Server::start(move |target, stream| match (target, robots) {
            ("/", _) => reply_page(stream, "home", &["/b"]),
            ("/b", _) => reply_page(stream, "b", &[]),
            ("/robots.txt", Some(robots)) => reply(stream, "200 OK", "", robots.as_bytes()),
            _ => reply(stream, "403 Forbidden", "Content-Type: application/xml", b"<Error/>"),
        });
        let (sink, outcome) = server.crawl("/");
        outcome.unwrap();
        assert_eq!(paths(&sink), ["/", "/b"]);
        assert_eq!(sink.coverage.is_complete(), complete, "{:?}", sink.coverage.failed);
        assert_eq!(server.asked("/sitemap.xml"), usize::from(complete));
    }
}

#[test]
fn pages_are_read_where_an_interface_is_shut() {
    let server = Server::with(|target, stream| match target {
        "/" => {
            let page = html("home", &["/b"]) + "<link rel='https://api.w.org/' href='/wp-json/'>";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        "/b" => reply_page(stream, "b", &[]),
        _ if target.starts_with("/wp-json") => {
            reply(stream, "401 Unauthorized", "Content-Type: application/json", b"{\"code\":\"no\"}");
        }
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/", "/b"]);
    assert!(sink.coverage.is_complete(), "{:?}", sink.coverage.failed);
    let why = "its interface was not read (not visible without signing in or passing a check: the host answered 401)";
    assert!(sink.coverage.notes.iter().any(|note| note.contains(why)), "{:?}", sink.coverage.notes);
}

#[test]
fn an_account_behind_a_sign_in_is_not_taken_for_one_without_posts() {
    let server = Server::with(|target, stream| match target {
        "/@orla" => {
            let page = "<title>Orla</title><meta name=generator content='Mastodon v4.3'><meta name=description \
                        content='Ward nurse'><div id=mastodon></div><p>Ward nurse, and what else there is to say of her.";
            reply(stream, "200 OK", HTML, page.as_bytes());
        }
        _ if target.starts_with("/api/") => {
            reply(stream, "401 Unauthorized", "Content-Type: application/json", b"{\"error\":\"no\"}");
        }
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/@orla");
    outcome.unwrap();
    assert_eq!(sink.items.len(), 1);
    let expected =
        "posts of an account: not visible without signing in or passing a check: the host answered 401";
    assert_eq!(gap(&sink.coverage, expected), 1, "{:?}", sink.coverage);
    assert!(!sink.coverage.is_complete());
}

#[test]
fn sitemaps_lead_to_pages_without_links() {
    let packed = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"<urlset><url><loc>ORIGIN/lost</loc></url></urlset>").unwrap();
        encoder.finish().unwrap()
    };
    let server = Server::start(move |target, stream| {
        let origin = format!("http://{}", stream.local_addr().unwrap());
        match target {
            "/robots.txt" => {
                let text = format!("User-agent: *\nDisallow: /no\nSitemap: {origin}/maps.xml\n");
                reply(stream, "200 OK", "", text.as_bytes());
            }
            "/maps.xml" => {
                let index = format!(
                    "<sitemapindex><sitemap><loc>{origin}/map.xml</loc></sitemap><sitemap><loc>{origin}/packed.xml.gz</loc></sitemap></sitemapindex>"
                );
                reply(stream, "200 OK", "Content-Type: application/xml", index.as_bytes());
            }
            "/map.xml" => {
                let map = format!(
                    "<urlset><url><loc>{origin}/found</loc></url><url><loc>{origin}/no</loc></url><url><loc>https://elsewhere.example/</loc></url></urlset>"
                );
                reply(stream, "200 OK", "Content-Type: application/xml", map.as_bytes());
            }
            "/packed.xml.gz" => reply(stream, "200 OK", "Content-Type: application/gzip", &packed),
            "/" => reply_page(stream, "home", &[]),
            "/found" => reply_page(stream, "found", &[]),
            _ => reply(stream, "404 Not Found", "", b""),
        }
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/", "/found"]);
    assert_eq!(gap(&sink.coverage, "robots.txt of 127.0.0.1 does not allow"), 1);
    assert_eq!((server.asked("/packed.xml.gz"), server.asked("/no")), (1, 0));
}

#[test]
fn a_profile_is_read_without_the_rest_of_the_site() {
    let server = Server::with(|target, stream| match target {
        "/team/jane" => reply_page(stream, "jane", &["/team/jane/talks", "/team/janet", "/", "/team/"]),
        "/team/jane/talks" => reply_page(stream, "talks", &["/team/sam"]),
        _ => reply_page(stream, "somebody else", &[]),
    });
    let (sink, outcome) = server.crawl("/team/jane");
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/team/jane", "/team/jane/talks"]);
    assert!(sink.recognised[0].ends_with("below /team/jane/"), "{:?}", sink.recognised);
}

#[test]
fn limits_end_a_crawl_and_say_so() {
    let server = Server::with(|target, stream| {
        let number: u32 = target.trim_start_matches("/page/").parse().unwrap_or_default();
        let next = [format!("/page/{}", number * 2 + 1), format!("/page/{}", number * 2 + 2)];
        reply_page(stream, &format!("number {number}"), &[&next[0], &next[1]]);
    });
    let (sink, outcome) = server.read_within("/page/", &Limits { depth: 30, pages: 20, ..quick() });
    outcome.unwrap();
    assert_eq!(server.targets().iter().filter(|target| target.starts_with("/page")).count(), 18);
    assert!(gap(&sink.coverage, "the limit of 20 addresses was reached (--max-pages)") > 10);
    assert!(!sink.coverage.is_complete());

    let (sink, outcome) = server.read_within("/page/", &Limits { depth: 2, ..quick() });
    outcome.unwrap();
    assert_eq!(paths(&sink).len(), 7);
    assert_eq!(gap(&sink.coverage, "--depth"), 8);
    assert!(sink.coverage.is_complete());
}

#[test]
fn a_start_that_cannot_be_read_is_an_error() {
    let server = Server::with(|target, stream| match target {
        "/wall" => reply(stream, "200 OK", HTML, b"<title>Log in</title><input type=password>"),
        "/data" => reply(stream, "200 OK", "Content-Type: text/xml", b"<data/>"),
        _ => reply(stream, "404 Not Found", "", b""),
    });
    for (path, expected) in [
        ("/gone", "no page here any more: the host answered 404"),
        ("/wall", "not visible without signing in or passing a check: it is a sign-in page"),
        ("/data", "a feed or other XML, not an HTML page"),
    ] {
        let message = message(server.crawl(path).1);
        assert!(message.contains(expected), "{path}: {message}");
    }
}

/// A sink that has had enough after some batches.
struct Impatient(Collected, usize);

impl Sink for Impatient {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        self.1 = self.1.checked_sub(1).ok_or(Stopped)?;
        self.0.batch(batch)
    }
    fn coverage(&mut self) -> &mut Coverage {
        self.0.coverage()
    }
    fn recognised(&mut self, what: &str) {
        self.0.recognised(what);
    }
    fn progress(&self) -> &indicatif::ProgressBar {
        self.0.progress()
    }
}

/// Reads with a cache in `folder`, and stops after `batches`.
fn cached(server: &Server, folder: &std::path::Path, batches: usize) -> (Collected, Result<(), InputError>) {
    let limits = Limits { depth: 30, ..quick() };
    let settings = Settings { limits, allow_loopback: true, cache: Some(folder.to_owned()) };
    let options = Options { web: Arc::new(Session::new(settings)), ..Options::default() };
    let mut sink = Impatient(Collected::default(), batches);
    let url = server.url("/");
    let outcome = read(url.as_str(), &Start::Address(url.clone()), &options, &mut sink);
    (sink.0, outcome)
}

/// Ten pages in a row; each has a tag by which it is known.
fn chain() -> Server {
    Server::start(|target, stream| {
        let number: u32 = target.trim_start_matches('/').parse().unwrap_or_default();
        if target == "/robots.txt" || target == "/sitemap.xml" || number > 9 {
            return reply(stream, "404 Not Found", "", b"");
        }
        let next = format!("/{}", number + 1);
        let headers = format!("{HTML}\r\nETag: \"tag-{number}\"");
        reply(stream, "200 OK", &headers, html(&format!("number {number}"), &[&next]).as_bytes());
    })
}

#[test]
fn an_interrupted_crawl_goes_on_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let server = chain();
    let (first, outcome) = cached(&server, folder.path(), 5);
    assert!(matches!(outcome, Err(InputError::Stopped(_))));
    assert_eq!(first.items.len(), 5);
    assert_eq!(server.asked("/9"), 0);

    let (second, outcome) = cached(&server, folder.path(), usize::MAX);
    outcome.unwrap();
    assert_eq!(second.items.len(), 10);
    assert!(
        second.coverage.notes.iter().any(|note| note.contains("goes on with a run that was interrupted"))
    );
    for number in 1..10 {
        assert_eq!(server.asked(&format!("/{number}")), 1, "/{number}");
    }
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of_heads(|head, target, stream| {
        let headers = format!("{HTML}\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"a\"");
        let known = head.contains("if-none-match: \"a\"\r\n")
            && head.contains("if-modified-since: sun, 06 nov 1994 08:49:37 gmt\r\n");
        match target {
            "/" if known => reply(stream, "304 Not Modified", "ETag: \"a\"", b""),
            "/" => reply(stream, "200 OK", &headers, html("home", &["/odd"]).as_bytes()),
            // Nobody asked whether this has changed.
            "/odd" => reply(stream, "304 Not Modified", "", b""),
            _ => reply(stream, "404 Not Found", "", b""),
        }
    });
    let (fresh, outcome) = cached(&server, folder.path(), usize::MAX);
    outcome.unwrap();
    let (again, outcome) = cached(&server, folder.path(), usize::MAX);
    outcome.unwrap();
    assert_eq!((fresh.items.len(), &fresh.items), (1, &again.items));
    assert_eq!(server.asked("/"), 2);
    for sink in [fresh, again] {
        assert_eq!(gap(&sink.coverage, "the host answered 304"), 1);
    }
}

/// A site of its own below each path, that keeps count of how many ask at the same time. Nobody is answered at `/` before
/// somebody has asked the other server too.
fn counting(both: &Arc<Barrier>, most: &Arc<AtomicUsize>) -> Server {
    let (both, most, now) = (Arc::clone(both), Arc::clone(most), AtomicUsize::new(0));
    Server::with(move |target, stream| {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        match target {
            "/a/" => {
                both.wait();
            }
            // Time for another request to come, were one on its way.
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
        now.fetch_sub(1, Ordering::SeqCst);
        match target.split_at(3) {
            ("/a/" | "/b/", "") => reply_page(stream, target, &["1", "2", "3", "4"]),
            ("/a/" | "/b/", "1" | "2" | "3" | "4") => reply_page(stream, target, &[]),
            _ => reply(stream, "404 Not Found", "", b""),
        }
    })
}

#[test]
fn hosts_are_asked_at_once_and_each_for_one_thing_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (both, most) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let (one, two) = (counting(&both, &most), counting(&both, &most));
    fs::write(folder.path().join("a.jsonl"), "{\"id\":\"1\",\"text\":\"a\"}\n").unwrap();
    let urls = [one.url("/a/"), one.url("/b/"), two.url("/a/"), two.url("/gone")].map(|url| url.to_string());
    let [a, b, c, gone] = urls.each_ref().map(String::as_str);
    let output = run(&folder, &["extract", "a.jsonl", a, b, c, gone, "--allow-loopback", "-o", "all.jsonl"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("no page here any more"), "{}", stderr(&output));
    assert_eq!(most.load(Ordering::SeqCst), 1);
    let robots = [&one, &two].map(|server| server.asked("/robots.txt"));
    assert_eq!(robots, [1, 1]);
    // What is fetched comes first, files after it.
    let lines = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 16);
    assert!(lines.lines().last().unwrap().contains("\"id\":\"1\""), "{lines}");
    assert!(folder.path().join("cache/whitecoat").is_dir());
    // Nothing is kept where that is not wanted.
    fs::remove_dir_all(folder.path().join("cache")).unwrap();
    run(&folder, &["extract", b, "--allow-loopback", "--no-cache"]);
    assert!(!folder.path().join("cache").exists());
}
