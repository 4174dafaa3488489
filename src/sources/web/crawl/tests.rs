//! What a crawl shows while it waits, and names that lead somewhere else while a site is read.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::sources::properties::Collecting;
use crate::sources::web::address::{LookUp, Resolver};
use crate::sources::web::client::Client;
use crate::sources::web::limits::Limits;

/// A server of which each connection has one answer, and what it was asked for.
fn server(robots: &'static str) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map(Result::unwrap) {
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                head.extend(byte);
            }
            let target = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap().to_owned();
            let body = format!(
                "<title>{target}</title><a href=/one>on</a><a href=/two>on</a><p>This is what the page at {target} says."
            );
            let (status, body) = match target.as_str() {
                "/robots.txt" => (200, robots),
                file if file.contains('.') => (404, ""),
                _ => (200, body.as_str()),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close"
            );
            // Before the answer: who has read it may look at once.
            kept.lock().unwrap().push(target.clone());
            stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        }
    });
    (port, asked)
}

#[test]
fn a_name_that_turns_private_is_not_asked_there() {
    static LOOK_UPS: AtomicU32 = AtomicU32::new(0);
    let (port, asked) = server("");
    // The third time somebody wants to know, the name lies inside.
    let look_up: LookUp = |_| {
        let inside = LOOK_UPS.fetch_add(1, Ordering::SeqCst) == 2;
        let address = if inside { Ipv4Addr::new(10, 0, 0, 7) } else { Ipv4Addr::LOCALHOST };
        Box::pin(async move { Ok(vec![SocketAddr::new(IpAddr::V4(address), 0)]) })
    };
    let resolver = Resolver { allow_loopback: true, look_up };
    let client = Client::new(&Limits::default(), resolver, None).unwrap();
    let shared = Arc::new(Shared::new(client, Ok(None)).unwrap());
    let url = Url::parse(&format!("http://localhost:{port}/")).unwrap();
    let (live, mut sink) = (Live::default(), Collecting::default());
    let crawl = Crawl { name: url.as_str(), shared, since: None, live: &live };
    crawl.run(Tour::of_address(&url, false), &mut sink).unwrap();

    let expected = "not asked: the address, or one that it redirects to, is not on the public internet";
    let failed = &sink.coverage.failed;
    assert_eq!(
        failed.iter().map(|(reason, gap)| (reason.as_str(), gap.count)).collect::<Vec<_>>(),
        [(expected, 1)]
    );
    // Everything else was asked for, and read.
    assert_eq!((asked.lock().unwrap().len(), LOOK_UPS.load(Ordering::SeqCst)), (4, 5));
}

#[test]
fn the_bar_says_how_far_it_is_and_what_is_waited_for() {
    let (port, _) = server("User-agent: *\nCrawl-delay: 3");
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let client = Client::new(&Limits::default(), Resolver::of_system(true), None).unwrap();
    let shared = Arc::new(Shared::new(client, Ok(None)).unwrap());
    let (live, mut sink) = (Live::default(), Collecting::default());
    let bar = sink.progress().clone();
    let seen = std::thread::spawn({
        let bar = bar.clone();
        move || {
            while !bar.message().starts_with("next request in ") {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let crawl = Crawl { name: url.as_str(), shared, since: None, live: &live };
    crawl.run(Tour::of_address(&url, true), &mut sink).unwrap();
    assert!(seen.is_finished());
    assert_eq!((bar.position(), bar.length(), bar.message().as_str()), (1, Some(1), "0 waiting"));
}
