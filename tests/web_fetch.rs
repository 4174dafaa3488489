//! Fetching a page from a loopback server: politely, safely, and with a reason when it fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};
use url::Url;
use web_support::{Collected, HTML, Server, gap, hold, message, quick, reply};
use whitecoat::sources::web::{AGENT, Limits, Start, read};
use whitecoat::sources::{InputError, Options};
use whitecoat_engine::{Kind, LiveState, Visibility};

const PAGE: &str = "<!doctype html><title>Dr Ines Varga</title><h1>About</h1><p>I have been a family doctor in \
                    Exampleton for eleven years, and this page is about my work and my garden.";

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn reads_a_page_and_says_who_asks() {
    let server = Server::page(PAGE);
    let (sink, outcome) = server.read("/about#top");
    outcome.unwrap();
    let [item] = sink.items.as_slice() else { panic!("{:?}", sink.items) };
    assert!(item.text.contains("eleven years"), "{}", item.text);
    assert_eq!(item.kind, Kind::Article);
    assert_eq!(item.source, format!("{}#main-text:1", server.url("/about")));
    assert_eq!(item.url.as_deref(), Some(server.url("/about").as_str()));
    assert_eq!((item.platform.as_str(), item.account.as_str()), ("web", "127.0.0.1"));
    assert_eq!((item.visibility, item.live_state), (Visibility::Public, LiveState::Live));
    assert_eq!(sink.recognised, ["page of 127.0.0.1: Dr Ines Varga, 1 item"]);
    assert!(sink.coverage.is_complete());
    assert!(sink.coverage.notes.iter().any(|note| note.starts_with("host asked: http://127.0.0.1")));
    assert!(sink.coverage.notes.iter().any(|note| note.contains("loopback")));

    assert_eq!(server.targets(), ["/robots.txt", "/about"]);
    for head in server.heads() {
        let lower = head.to_ascii_lowercase();
        assert!(head.contains(AGENT), "{head}");
        assert!(lower.contains("accept-encoding: gzip\r\n"), "{head}");
        assert!(
            !lower.contains("cookie") && !lower.contains("referer") && !lower.contains("authorization"),
            "{head}"
        );
    }
    assert!(AGENT.starts_with("whitecoat/") && AGENT.contains("(+http"), "{AGENT}");
}

#[test]
fn inflates_gzip_within_limits() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let server = Server::with(move |target, stream| {
        let mut wire = if target == "/bomb" { bomb.clone() } else { gzip(PAGE.as_bytes()) };
        if target == "/damaged" {
            let end = wire.len() - 20;
            wire.truncate(end);
        }
        let encoding = if target == "/brotli" { "br" } else { "gzip" };
        reply(stream, "200 OK", &format!("{HTML}\r\nContent-Encoding: {encoding}"), &wire);
    });
    let (sink, outcome) = server.read("/sound");
    outcome.unwrap();
    assert_eq!(sink.items.len(), 1);
    for (path, expected) in [
        ("/bomb", "inflates to more than the limit of 16777216 bytes; what was read is not used"),
        ("/damaged", "gzip data of the answer is damaged"),
        ("/brotli", "encoded as \"br\""),
    ] {
        let (sink, outcome) = server.read(path);
        let message = message(outcome);
        assert!(message.contains(expected) && sink.items.is_empty(), "{path}: {message}");
    }
}

#[test]
fn follows_redirects_and_says_so() {
    let server = Server::with(|target, stream| match target {
        "/old" => {
            reply(stream, "301 Moved Permanently", "Location: sub/new#here\r\nSet-Cookie: a=b; Path=/", b"");
        }
        "/sub/new" => reply(stream, "200 OK", HTML, format!("{PAGE}<img src=a.jpg alt='a rose'>").as_bytes()),
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.read("/old");
    outcome.unwrap();
    let item = &sink.items[0];
    assert_eq!(item.url.as_deref(), Some(server.url("/sub/new").as_str()));
    assert_eq!(item.media[0].path.as_deref(), Some(server.url("/sub/a.jpg").as_str()));
    assert!(sink.coverage.notes.iter().any(|note| note.contains("/old was answered by")));
    assert_eq!(server.targets(), ["/robots.txt", "/old", "/sub/new"]);
    assert!(server.heads().iter().all(|head| !head.to_ascii_lowercase().contains("cookie")));
}

#[test]
fn never_follows_a_redirect_inside() {
    for (to, expected) in [
        ("http://10.0.0.1/", "10.0.0.1 is not a public address (private)"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is not a public address (link-local)"),
        ("http://[::ffff:127.0.0.1]/", "(IPv4-mapped)"),
        ("http://3232235777/", "192.168.1.1 is not a public address (private)"),
        ("http://[fd00::1]/", "(unique local)"),
        ("http://router.local/", "router.local is a local name"),
        ("file:///etc/passwd", "the scheme \"file\" is not read"),
        ("http://jane:secret@example.org/", "user name or a password"),
        ("https://x.com/jane", "x.com is never fetched"),
        ("http://[", "redirected to something that is no address"),
    ] {
        let server =
            Server::with(move |_, stream| reply(stream, "302 Found", &format!("Location: {to}"), b""));
        let message = message(server.read("/").1);
        assert!(message.contains(expected) && !message.contains("secret"), "{to}: {message}");
        assert_eq!(server.targets(), ["/robots.txt", "/"]);
    }
}

#[test]
fn stops_redirecting() {
    let server = Server::with(|target, stream| {
        let to = match target {
            "/a" => "/b".to_owned(),
            "/b" => "/a".to_owned(),
            other => format!("{other}x"),
        };
        reply(stream, "307 Temporary Redirect", &format!("Location: {to}"), b"");
    });
    assert!(message(server.read("/a").1).contains("redirected in a circle, back to"));
    assert!(message(server.read("/x").1).contains("redirected more than 5 times"));
    assert_eq!(server.targets().iter().filter(|target| target.starts_with("/x")).count(), 6);
}

#[test]
fn stops_reading_an_endless_page() {
    let server = Server::with(|_, stream| {
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{HTML}\r\n\r\n").as_bytes());
        while stream.write_all(&[b'a'; 4096]).is_ok() {}
    });
    let limits = Limits { wire_bytes: 100_000, ..quick() };
    let (sink, outcome) = server.read_within("/", &limits);
    assert!(message(outcome).contains("larger than the limit of 100000 bytes; what was read is not used"));
    assert!(sink.items.is_empty());
}

#[test]
fn gives_up_on_slow_answers() {
    let server = Server::with(|target, stream| {
        if target == "/half" {
            let head = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Length: 1000\r\n\r\n<p>hello");
            let _ = stream.write_all(head.as_bytes());
        }
        hold(stream);
    });
    let short = Duration::from_millis(200);
    for limits in [Limits { silence: short, ..quick() }, Limits { answer: short, ..quick() }] {
        for (path, expected) in
            [("/never", "no answer in time"), ("/half", "8 bytes of the body had arrived")]
        {
            let message = message(server.read_within(path, &limits).1);
            assert!(message.contains(expected) && message.contains("try again later"), "{path}: {message}");
        }
    }
    let message = message(server.read_within("/never", &Limits { first_byte: short, ..quick() }).1);
    assert!(message.contains("no answer in time: the head of the answer had not arrived"), "{message}");
}

#[test]
fn names_broken_answers_after_trying_again() {
    let server = Server::with(|target, stream| match target {
        "/half" => {
            let head = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Length: 1000\r\n\r\n<p>hello");
            let _ = stream.write_all(head.as_bytes());
        }
        "/empty" => reply(stream, "200 OK", HTML, b" \n"),
        "/headers" => {
            let many: String = (0..500).map(|n| format!("X-{n}: y\r\n")).collect();
            reply(stream, "200 OK", &format!("{many}{HTML}"), PAGE.as_bytes());
        }
        _ => {}
    });
    for (path, expected, asked) in [
        ("/half", "the answer broke off after 8 bytes; what was read is not used", 3),
        ("/reset", "no proper answer: connection closed", 3),
        ("/headers", "no proper answer: ", 3),
        ("/empty", "the page is empty", 1),
    ] {
        let message = message(server.read(path).1);
        assert!(message.contains(expected), "{path}: {message}");
        assert_eq!(server.targets().iter().filter(|target| *target == path).count(), asked, "{path}");
    }
}

#[test]
fn statuses_have_their_reasons() {
    let server = Server::with(|target, stream| {
        let (status, headers) = match target {
            "/wait" => ("429 Too Many Requests", "Retry-After: 86400"),
            "/challenge" => ("200 OK", "cf-mitigated: challenge\r\nContent-Type: text/html"),
            other => (other.trim_start_matches('/'), "Content-Type: text/html"),
        };
        reply(stream, &format!("{status} x"), headers, b"<p>something");
    });
    for (path, expected, asked) in [
        ("/404", "no page here any more: the host answered 404", 1),
        ("/410", "no page here any more: the host answered 410", 1),
        ("/401", "not visible without signing in", 1),
        ("/403", "not visible without signing in", 1),
        ("/999", "not visible without signing in", 1),
        (
            "/challenge",
            "not visible without signing in or passing a check: the host wants a challenge solved",
            1,
        ),
        ("/418", "the host answered 418", 1),
        ("/503", "the host answered 503", 3),
        ("/500", "the host answered 500", 3),
        ("/wait", "asks to wait 86400 seconds before the next request; at most 60 are waited", 1),
    ] {
        let (sink, outcome) = server.read(path);
        let message = message(outcome);
        assert!(message.contains(expected) && message.contains("try: "), "{path}: {message}");
        assert!(sink.items.is_empty() && sink.recognised.is_empty());
        assert_eq!(server.targets().iter().filter(|target| *target == path).count(), asked, "{path}");
    }
}

#[test]
fn tries_again_when_told_to() {
    let asked = AtomicUsize::new(0);
    let server = Server::with(move |_, stream| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => reply(stream, "429 Too Many Requests", "Retry-After: 0", b""),
        1 => reply(stream, "503 Service Unavailable", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", b""),
        _ => reply(stream, "200 OK", HTML, PAGE.as_bytes()),
    });
    let (sink, outcome) =
        server.read_within("/", &Limits { first_wait: Duration::from_secs(3600), ..quick() });
    outcome.unwrap();
    assert_eq!(sink.items.len(), 1);
}

fn with_robots(status: &'static str, headers: &'static str, body: &'static str) -> Server {
    Server::start(move |target, stream| match target {
        "/robots.txt" => reply(stream, status, headers, body.as_bytes()),
        _ => reply(stream, "200 OK", HTML, PAGE.as_bytes()),
    })
}

#[test]
fn robots_txt_is_obeyed() {
    let server =
        with_robots("200 OK", "", "User-agent: *\nAllow: /\n\nUser-agent: whitecoat\nDisallow: /private");
    server.read("/public").1.unwrap();
    assert!(
        message(server.read("/private/x").1).contains("robots.txt of 127.0.0.1 does not allow this address")
    );
    assert_eq!(server.targets(), ["/robots.txt", "/public", "/robots.txt"]);

    for (status, headers) in
        [("403 Forbidden", ""), ("404 Not Found", ""), ("302 Found", "Location: /robots.txt")]
    {
        with_robots(status, headers, "").read("/").1.unwrap();
    }
    for (status, headers, expected) in [
        ("500 Oops", "", "the host answered 500"),
        ("503 Busy", "Retry-After: 7200", "asks to wait 7200 seconds"),
        ("302 Found", "Location: http://10.0.0.1/robots.txt", "10.0.0.1 is not a public address"),
    ] {
        let server = with_robots(status, headers, "");
        let message = message(server.read("/page").1);
        let refused =
            "robots.txt of 127.0.0.1 could not be read, so nothing of this host is fetched in this run";
        assert!(message.contains(refused) && message.contains(expected), "{status}: {message}");
        assert!(!server.targets().contains(&"/page".to_owned()));
    }
}

#[test]
fn a_robots_txt_that_hangs_refuses_and_a_huge_one_is_cut() {
    let server = Server::start(|target, stream| match target {
        "/robots.txt" => hold(stream),
        _ => reply(stream, "200 OK", HTML, PAGE.as_bytes()),
    });
    let message =
        message(server.read_within("/", &Limits { silence: Duration::from_millis(200), ..quick() }).1);
    assert!(message.contains("could not be read") && message.contains("no answer in time"), "{message}");

    let server = Server::start(|target, stream| match target {
        "/robots.txt" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /no\n");
            while stream.write_all(&[b'#'; 4096]).is_ok() {}
        }
        _ => reply(stream, "200 OK", HTML, PAGE.as_bytes()),
    });
    server.read("/yes").1.unwrap();
    server.read("/no").1.unwrap_err();
}

#[test]
fn a_crawl_delay_that_is_too_long_is_refused() {
    let server = with_robots("200 OK", "", "User-agent: *\nCrawl-delay: 3600");
    assert!(message(server.read("/").1).contains("asks to wait 3600 seconds"));
}

#[test]
fn what_is_no_page_is_named() {
    let server = Server::with(|target, stream| {
        let (kind, body): (&str, &str) = match target {
            "/pdf" => ("application/pdf", "%PDF-1.7"),
            "/image" => ("image/jpeg", "x"),
            "/json" => ("application/json", "{\"items\": []}"),
            "/json-error" => ("application/problem+json; charset=utf-8", "{\"error\": \"login_required\"}"),
            "/feed" => ("application/rss+xml", "<rss/>"),
            "/text" => ("text/plain", "words"),
            "/sign-in" => ("text/html", "<title>Sign in | Example</title><form><input type=password></form>"),
            "/moved" => return reply(stream, "302 Found", "Location: /login?next=/moved", b""),
            "/login?next=/moved" => ("text/html", PAGE),
            "/scripts" => {
                ("text/html", "<title>App</title><div id=root></div><script>run('everything')</script>")
            }
            "/xhtml" => ("application/xhtml+xml", PAGE),
            _ => return reply(stream, "200 OK", "", PAGE.as_bytes()),
        };
        reply(stream, "200 OK", &format!("Content-Type: {kind}"), body.as_bytes());
    });
    for (path, expected) in [
        ("/pdf", "a PDF (reading PDF files comes later), not an HTML page"),
        ("/image", "a picture (reading pictures comes later)"),
        ("/json", "JSON, not an HTML page"),
        (
            "/json-error",
            "not visible without signing in or passing a check: the host answered with a JSON error",
        ),
        ("/feed", "a feed or other XML, not an HTML page"),
        ("/text", "plain text, not an HTML page"),
        ("/sign-in", "not visible without signing in or passing a check: it is a sign-in page"),
        (
            "/moved",
            "not visible without signing in or passing a check: the host redirected to its sign-in page",
        ),
        ("/scripts", "shows no text without running its scripts"),
    ] {
        let (sink, outcome) = server.read(path);
        let message = message(outcome);
        assert!(message.contains(expected), "{path}: {message}");
        assert!(sink.items.is_empty() && sink.recognised.is_empty(), "{path}");
    }
    for path in ["/xhtml", "/without-type"] {
        server.read(path).1.unwrap();
    }
}

#[test]
fn refuses_addresses_before_asking() {
    let server = Server::page(PAGE);
    let refuse = |url: &str| {
        let mut sink = Collected::default();
        let error =
            read(url, &Start::Address(Url::parse(url).unwrap()), &Options::default(), &mut sink).unwrap_err();
        assert!(matches!(error, InputError::Unreadable { .. }));
        error.to_string()
    };
    let port = server.url("/").port().unwrap();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"] {
        let message = refuse(&format!("http://{host}:{port}/"));
        assert!(message.contains("not asked:"), "{message}");
    }
    assert!(server.heads().is_empty());

    for (url, expected) in [
        ("https://www.linkedin.com/in/jane", "Get a copy of your data"),
        ("https://x.com/jane", "Download an archive of your data"),
        ("https://twitter.com/jane", "Download an archive of your data"),
        ("https://m.facebook.com/jane", "Download your information"),
        ("https://www.instagram.com/jane", "Download your information"),
        ("https://www.threads.net/@jane", "Download your information"),
        ("https://old.reddit.com/u/jane", "data-request"),
        ("https://www.yelp.com/biz/a", "save it"),
        ("https://www.doximity.com/pub/jane", "save it"),
        ("ftp://example.org/", "the scheme \"ftp\" is not read"),
    ] {
        let message = refuse(url);
        assert!(message.contains(expected), "{url}: {message}");
    }
    let message = refuse("https://jane:hunter2@example.org/");
    assert!(message.contains("user name or a password") && !message.contains("hunter2"), "{message}");
}

#[test]
fn a_page_that_nests_too_deep_is_read_as_text() {
    let server = Server::page(format!(
        "<title>Deep</title>{}the words inside{}",
        "<div>".repeat(100_000),
        "</div>".repeat(100_000)
    ));
    let (sink, outcome) = server.read("/");
    outcome.unwrap();
    assert_eq!(sink.items.len(), 1);
    assert_eq!(sink.items[0].text, "the words inside");
    assert!(sink.items[0].source.ends_with("#text:1"));
    let reason = "the page nests elements deeper than 512: read as plain text only, without authors, dates, pictures and links";
    assert_eq!(gap(&sink.coverage, reason), 1, "{:?}", sink.coverage);
}

#[test]
fn a_charset_that_lies_is_noted() {
    let server = Server::page(&b"<title>T</title><p>caf\xe9 and na\xefve words"[..]);
    let (sink, outcome) = server.read("/");
    outcome.unwrap();
    assert!(sink.items[0].text.contains("caf\u{fffd}"));
    let note = "the page is not all UTF-8: 2 characters could not be decoded";
    assert!(sink.coverage.notes.contains(note), "{:?}", sink.coverage.notes);
}
