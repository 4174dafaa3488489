//! What servers do wrong, or to harm: each fault is a row of the coverage with its cause, nothing hangs, and the rest is read.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web_support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use serde_json::Value;
use web_support::{HTML, Server, gap, hold, html, paths, quick, redirect, reply, reply_page, run, stderr};
use whitecoat::sources::web::Limits;

/// A fault of one page, and the cause that the coverage must give.
type Fault = (&'static str, fn(&mut TcpStream), &'static str);

const FAULTS: &[Fault] = &[
    ("closed", |_| {}, "no proper answer"),
    ("reset", reset, "no proper answer"),
    (
        "reset-midway",
        |stream| {
            raw(stream, "Content-Length: 1000\r\n\r\n<p>hello");
            reset(stream);
        },
        "the answer broke off",
    ),
    ("half", |stream| raw(stream, "Content-Length: 1000\r\n\r\n<p>hello"), "the answer broke off"),
    (
        "chunks",
        |stream| raw(stream, "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"),
        "the answer broke off",
    ),
    (
        "half-chunks",
        |stream| raw(stream, "Transfer-Encoding: chunked\r\n\r\nff\r\nhello"),
        "the answer broke off",
    ),
    ("short", |stream| raw(stream, "Content-Length: 3\r\n\r\n<p>hello"), "shows no text"),
    (
        "lengths",
        |stream| raw(stream, "Content-Length: 3\r\nContent-Length: 9\r\n\r\n<p>hello"),
        "no proper answer",
    ),
    ("no-length", |stream| raw(stream, "Content-Length: -3\r\n\r\n<p>hello"), "no proper answer"),
    ("silent", hold, "no answer in time"),
    (
        "slow",
        |stream| {
            raw(stream, "Content-Length: 1000\r\n\r\n<p>hello");
            hold(stream);
        },
        "no answer in time",
    ),
    (
        "drip",
        |stream| {
            raw(stream, "Content-Length: 1000000\r\n\r\n");
            drip(stream);
        },
        "no answer in time",
    ),
    (
        "drip-head",
        |stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ");
            drip(stream);
        },
        "no answer in time",
    ),
    ("no-http", |stream| drop(stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")), "no proper answer"),
    (
        "big-header",
        |stream| {
            let line = format!("X-Long: {}\r\n", "y".repeat(10 << 20));
            raw(stream, &line);
        },
        "no proper answer",
    ),
    (
        "endless",
        |stream| {
            raw(stream, "\r\n");
            while stream.write_all(&[b'a'; 4096]).is_ok() {}
        },
        "larger than the limit of 300000 bytes",
    ),
    (
        "bomb",
        |stream| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&vec![b' '; 2_000_000]).unwrap();
            reply(stream, "200 OK", &format!("{HTML}\r\nContent-Encoding: gzip"), &encoder.finish().unwrap());
        },
        "inflates to more than the limit of 1000000 bytes",
    ),
    (
        "not-gzip",
        |stream| reply(stream, "200 OK", &format!("{HTML}\r\nContent-Encoding: gzip"), b"plain"),
        "gzip data of the answer is damaged",
    ),
    ("busy", |stream| reply(stream, "429 Too Many Requests", "Retry-After: 0", b""), "the host answered 429"),
    (
        "down",
        |stream| reply(stream, "503 Down", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", b""),
        "the host answered 503",
    ),
    ("loop", |stream| redirect(stream, "/bad"), "redirected in a circle"),
    ("loopback", |stream| redirect(stream, "http://[::ffff:127.0.0.1]/"), "not on the public internet"),
    ("metadata", |stream| redirect(stream, "http://169.254.169.254/latest"), "not on the public internet"),
    ("decimal", |stream| redirect(stream, "http://3232235777/"), "not on the public internet"),
    ("octal", |stream| redirect(stream, "http://012.0.0.1/"), "not on the public internet"),
    ("private-v6", |stream| redirect(stream, "http://[fd00::1]/"), "not on the public internet"),
    ("local-name", |stream| redirect(stream, "http://router.local/"), "not on the public internet"),
    ("file", |stream| redirect(stream, "file:///etc/passwd"), "not on the public internet"),
    ("barred", |stream| redirect(stream, "https://x.com/jane"), "x.com is never fetched"),
    ("nowhere", |stream| reply(stream, "302 Found", "", b""), "no address"),
    ("wall", |stream| reply(stream, "403 Forbidden", "", b""), "not visible"),
    (
        "sign-in",
        |stream| reply(stream, "200 OK", HTML, b"<title>Sign in</title><input type=password>"),
        "not visible",
    ),
    ("picture", |stream| reply(stream, "200 OK", "Content-Type: image/png", b"x"), "a picture"),
    ("empty", |stream| reply(stream, "200 OK", HTML, b" "), "the page is empty"),
];

fn raw(stream: &mut TcpStream, rest: &str) {
    let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{HTML}\r\n{rest}").as_bytes());
}

/// Ends the connection as if the machine had gone: with a reset, once the caller lets go of it.
fn reset(stream: &mut TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _entered = runtime.enter();
    let same = stream.try_clone().unwrap();
    same.set_nonblocking(true).unwrap();
    tokio::net::TcpStream::from_std(same).unwrap().set_zero_linger().unwrap();
}

/// Never silent for long, and never done.
fn drip(stream: &mut TcpStream) {
    while stream.write_all(b"a").is_ok() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_fault_costs_one_page_and_has_its_cause() {
    let limits = Limits { depth: 30, wire_bytes: 300_000, page_bytes: 1_000_000, ..quick() };
    for (name, fault, expected) in FAULTS {
        let (short, limits) = (Duration::from_secs(1), limits.clone());
        let limits = match *name {
            "silent" | "slow" => Limits { silence: short, ..limits },
            "drip" => Limits { answer: short, ..limits },
            "drip-head" => Limits { first_byte: short, ..limits },
            _ => limits,
        };
        let fault = *fault;
        let server = Server::with(move |target, stream| match target {
            "/" => reply_page(stream, "home", &["/one", "/bad", "/two"]),
            "/one" => reply_page(stream, "one", &[]),
            "/two" => reply_page(stream, "two", &["/three"]),
            "/three" => reply_page(stream, "three", &[]),
            "/bad" => fault(stream),
            _ => reply(stream, "404 Not Found", "", b""),
        });
        let (sink, outcome) = server.read_within("/", &limits);
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(paths(&sink), ["/", "/one", "/two", "/three"], "{name}");
        let gaps = &sink.coverage;
        assert_eq!(gap(gaps, expected), 1, "{name}: {:?} {:?}", gaps.failed, gaps.skipped);
        let places: Vec<_> =
            gaps.failed.values().chain(gaps.skipped.values()).flat_map(|gap| &gap.examples).collect();
        assert!(places.iter().any(|place| place.ends_with("/bad")), "{name}: {places:?}");
    }
}

#[test]
fn a_nesting_bomb_is_read_as_text_and_leads_nowhere() {
    let bomb = format!("<title>Deep</title>{}words inside the bomb", "<div>".repeat(100_000));
    let server = Server::with(move |target, stream| match target {
        "/" => reply_page(stream, "home", &["/bomb", "/one"]),
        "/bomb" => reply(stream, "200 OK", HTML, bomb.as_bytes()),
        "/one" => reply_page(stream, "one", &[]),
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/", "/bomb", "/one"]);
    let gap =
        sink.coverage.failed.iter().find(|(reason, _)| reason.contains("nests elements deeper than 512"));
    assert!(gap.unwrap().1.examples.first().unwrap().ends_with("/bomb"), "{:?}", sink.coverage.failed);
}

#[test]
fn a_host_that_wants_to_be_left_alone_is() {
    let links: Vec<String> = (0..40).map(|number| format!("/{number}")).collect();
    let server = |status: &'static str, headers: &'static str| {
        let links = links.clone();
        Server::with(move |target, stream| match target {
            "/" => reply_page(stream, "home", &links.iter().map(String::as_str).collect::<Vec<_>>()),
            _ => reply(stream, status, headers, b""),
        })
    };
    // A wait that is too long ends it at once; a storm of failures ends it after five addresses of three requests.
    let far = "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT";
    for (status, headers, requests, expected) in [
        ("503 Down", far, 3, "asks for a longer wait than the limit of 60 seconds"),
        ("429 Too Many", "Retry-After: 0", 3 * 5 + 2, "is left alone after too many failures in a row"),
    ] {
        let server = server(status, headers);
        let (sink, outcome) = server.crawl("/");
        outcome.unwrap();
        assert_eq!(server.targets().len(), requests, "{:?}", server.targets());
        assert!(gap(&sink.coverage, expected) >= 35, "{:?}", sink.coverage.failed);
        assert_eq!(paths(&sink), ["/"]);
    }
}

#[test]
fn requests_are_repeated_within_a_budget_for_the_host() {
    let server = Server::with(|target, stream| match target {
        "/" => reply_page(stream, "home", &["/bad1", "/bad2", "/one", "/bad3", "/bad4"]),
        "/one" => reply_page(stream, "one", &[]),
        target if target.starts_with("/bad") => {}
        _ => reply(stream, "404 Not Found", "", b""),
    });
    let limits = Limits { depth: 30, retries: 3, failures: 10, ..quick() };
    let (sink, outcome) = server.read_within("/", &limits);
    outcome.unwrap();
    assert_eq!(server.targets().iter().filter(|target| target.starts_with("/bad")).count(), 4 + 3);
    assert_eq!((gap(&sink.coverage, "no proper answer"), paths(&sink).len()), (4, 2));
}

#[test]
fn a_host_that_counts_requests_is_waited_for() {
    let server = Server::with(|target, stream| match target {
        "/" => {
            let headers = format!("{HTML}\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 100000");
            reply(stream, "200 OK", &headers, html("home", &["/one"]).as_bytes());
        }
        _ => reply_page(stream, "one", &[]),
    });
    let (sink, outcome) = server.crawl("/");
    outcome.unwrap();
    assert_eq!(server.targets(), ["/robots.txt", "/"]);
    assert!(gap(&sink.coverage, "longer wait") > 0, "{:?}", sink.coverage.failed);
}

#[test]
fn a_robots_txt_that_hangs_costs_its_host_and_no_other() {
    let hanging = Server::start(|target, stream| match target {
        "/robots.txt" => hold(stream),
        _ => reply_page(stream, "never asked for", &[]),
    });
    let named = hanging.url("/map.xml").to_string();
    let server = Server::start(move |target, stream| match target {
        "/robots.txt" => {
            let robots =
                format!("Sitemap: {named}\nSitemap: http://{}/map.xml\n", stream.local_addr().unwrap());
            reply(stream, "200 OK", "Content-Type: text/plain", robots.as_bytes());
        }
        "/map.xml" => {
            let page = format!("http://{}/two", stream.local_addr().unwrap());
            let map = format!("<urlset><url><loc>{page}</loc></url></urlset>");
            reply(stream, "200 OK", "", map.as_bytes());
        }
        "/" => reply_page(stream, "home", &["/one"]),
        _ => reply_page(stream, target, &[]),
    });
    let limits = Limits { depth: 30, silence: Duration::from_secs(1), ..quick() };
    let (sink, outcome) = server.read_within("/", &limits);
    outcome.unwrap();
    assert_eq!(paths(&sink), ["/", "/one", "/two"]);
    assert_eq!(hanging.targets(), ["/robots.txt"]);
    let expected = "robots.txt of 127.0.0.1 could not be read, so nothing of this host is fetched in this run: no answer in time";
    assert_eq!(gap(&sink.coverage, expected), 1, "{:?}", sink.coverage.failed);
}

/// Ways to write addresses that lie inside somebody's network.
const INSIDE: &[&str] = &[
    "http://127.0.0.1/",
    "http://127.9.9.9:8080/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://10.0.0.1/",
    "http://3232235777/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://localhost/",
    "http://localhost./",
    "http://router.local/",
    "http://intranet/",
];

/// With the switch for tests off: what a loopback server was asked is taken for what a public one was.
#[test]
fn redirects_inside_are_rows_of_the_coverage_whatever_their_form() {
    let folder = tempfile::tempdir().unwrap();
    let links: Vec<String> = (0..INSIDE.len()).map(|number| format!("/{number}")).collect();
    let server = Server::with(move |target, stream| match target.trim_start_matches('/').parse::<usize>() {
        Ok(number) => redirect(stream, INSIDE[number]),
        Err(_) if target == "/" => {
            let links = links.iter().map(String::as_str).chain(["/last"]);
            reply_page(stream, "home", &links.collect::<Vec<_>>());
        }
        Err(_) if target == "/last" => reply_page(stream, "last", &[]),
        Err(_) => reply(stream, "404 Not Found", "", b""),
    });
    let url = server.url("/").to_string();
    run(&folder, &["extract", &url, "--allow-loopback", "--evidence", "e.warc.gz", "-o", "live.jsonl"]);
    assert_eq!(server.asked("/last"), 1);

    let mut recorded = String::new();
    let packed = fs::File::open(folder.path().join("e.warc.gz")).unwrap();
    MultiGzDecoder::new(packed).read_to_string(&mut recorded).unwrap();
    let (host, public) = (url.trim_start_matches("http://").trim_end_matches('/'), "fenwick.example");
    assert_eq!(host.len(), public.len(), "records say how long they are");
    let recorded =
        recorded.replace(host, public).replace("whitecoat-loopback: yes", "whitecoat-loopback: off");
    fs::write(folder.path().join("public.warc"), recorded).unwrap();
    let replayed = run(&folder, &["audit", "public.warc", "-o", "public.csv"]);
    assert_eq!(replayed.status.code(), Some(3), "{}", stderr(&replayed));
    let record = fs::read_to_string(folder.path().join("public.run.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    let expected = "not asked: the address, or one that it redirects to, is not on the public internet";
    let input = &record["inputs"][0];
    assert_eq!(input["failed"][expected]["count"], INSIDE.len(), "{input:#}");
    assert_eq!(input["items"], 2, "{input:#}");
}
