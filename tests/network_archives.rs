//! Exports of the open networks (Mastodon, Bluesky), through the library as a user of it would.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::collections::BTreeMap;

use archive_support::{self as support, Archive, fixture, sample, shown};
use ipld_core::cid::Cid;
use ipld_core::cid::multihash::Multihash;
use ipld_core::ipld::Ipld;
use whitecoat_engine::{Authorship, Kind, ParentAuthor, Visibility};

#[test]
fn mastodon_is_extracted() {
    insta::assert_snapshot!(shown(&support::read(&fixture("mastodon"), false)));
}

#[test]
fn mastodon_in_a_zip_or_a_tar_is_the_same() {
    let folder = support::read(&fixture("mastodon"), false);
    let zip = Archive::of(&fixture("mastodon")).zipped_below("archive-20240501").read();
    let tar = Archive::of(&fixture("mastodon")).tarred().read();
    assert_eq!((folder.ids(), folder.texts()), (zip.ids(), zip.texts()));
    assert_eq!((folder.ids(), folder.texts()), (tar.ids(), tar.texts()));
    let path = zip.items.iter().flat_map(|item| &item.media).find_map(|medium| medium.path.clone());
    assert_eq!(path.as_deref(), Some("archive-20240501/media_attachments/files/1/original/ward.jpg"));
}

#[test]
fn direct_messages_among_the_posts_are_read_on_request_only() {
    let read = support::read(&fixture("mastodon"), false);
    assert_eq!(read.skipped("Private messages, read only with --include-messages"), 1);
    let read = support::read(&fixture("mastodon"), true);
    let message = read.items.iter().find(|item| item.kind == Kind::Message).unwrap();
    assert_eq!(
        (message.text.as_str(), message.visibility),
        ("@tam Can you cover Friday?", Visibility::Private)
    );
}

#[test]
fn mastodon_samples_are_read() {
    let Some(path) = sample("mastodon/dealingwith-masto-archive") else { return };
    let read = support::read(&path, true);
    assert_eq!(read.recognised, "Mastodon archive of @dealingwith@indieweb.social, 1,557 posts listed");
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    let posts: Vec<_> = read.items.iter().filter(|item| item.kind != Kind::Profile).collect();
    assert_eq!((posts.len(), read.skipped("a boost")), (1225, 326));
    assert_eq!(posts.iter().filter(|item| item.kind == Kind::Reply).count(), 404);
    assert_eq!(posts.iter().map(|item| item.media.len()).sum::<usize>(), 193);
    let small = support::read(&sample("mastodon/ciao1092-ciao1092.github.io").unwrap(), false);
    assert_eq!((small.items.len(), small.coverage.is_complete()), (0, true));
}

fn map<const N: usize>(fields: [(&str, Ipld); N]) -> Ipld {
    Ipld::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<BTreeMap<_, _>>())
}

fn text(text: &str) -> Ipld {
    Ipld::String(text.to_owned())
}

/// A repository that is made up: blocks in order, and their identifiers.
#[derive(Default)]
struct Car(Vec<u8>);

impl Car {
    fn name(value: &Ipld) -> Cid {
        let bytes = serde_ipld_dagcbor::to_vec(value).unwrap();
        Cid::new_v1(
            0x71,
            Multihash::wrap(0x12, ring::digest::digest(&ring::digest::SHA256, &bytes).as_ref()).unwrap(),
        )
    }

    fn length(&mut self, mut length: usize) {
        while length >= 0x80 {
            self.0.push(u8::try_from(length & 0x7F).unwrap() | 0x80);
            length >>= 7;
        }
        self.0.push(u8::try_from(length).unwrap());
    }

    fn block(&mut self, value: &Ipld) -> Cid {
        let (cid, bytes) = (Self::name(value), serde_ipld_dagcbor::to_vec(value).unwrap());
        let name = cid.to_bytes();
        self.length(name.len() + bytes.len());
        self.0.extend(name);
        self.0.extend(bytes);
        cid
    }

    fn header(&mut self, version: i128, roots: Vec<Ipld>) {
        let header = map([("version", Ipld::Integer(version)), ("roots", Ipld::List(roots))]);
        let bytes = serde_ipld_dagcbor::to_vec(&header).unwrap();
        self.length(bytes.len());
        self.0.extend(bytes);
    }
}

fn entry(shared: i128, key: &str, value: Cid, branch: Option<Cid>) -> Ipld {
    map([
        ("p", Ipld::Integer(shared)),
        ("k", Ipld::Bytes(key.as_bytes().to_vec())),
        ("v", Ipld::Link(value)),
        ("t", branch.map_or(Ipld::Null, Ipld::Link)),
    ])
}

fn post(words: &str) -> Ipld {
    map([
        ("$type", text("app.bsky.feed.post")),
        ("text", text(words)),
        ("createdAt", text("2024-05-01T20:00:00.000-07:00")),
        (
            "reply",
            map([
                ("root", map([("uri", text("at://did:plc:tam/app.bsky.feed.post/1"))])),
                ("parent", map([("uri", text("at://did:plc:orla/app.bsky.feed.post/2"))])),
            ]),
        ),
        ("embed", map([("images", Ipld::List(vec![map([("alt", text("An empty bed"))])]))])),
    ])
}

/// A repository with a profile, a post, a like, a note of another application, a record that is not there, and a deleted
/// post whose block is still in the file.
fn repository() -> Vec<u8> {
    let profile = map([
        ("$type", text("app.bsky.actor.profile")),
        ("displayName", text("Orla Fenwick")),
        ("description", text("GP")),
    ]);
    let stale = map([
        ("$type", text("app.bsky.actor.profile")),
        ("displayName", text("Somebody else")),
        ("description", text("Stale")),
    ]);
    let note =
        map([("$type", text("pub.example.note")), ("title", text("A day")), ("createdAt", text("never"))]);
    let like = map([("$type", text("app.bsky.feed.like"))]);
    let (kept, deleted, missing) = (post("Kept"), post("Deleted"), post("Missing"));
    let leaf = map([
        ("l", Ipld::Null),
        (
            "e",
            Ipld::List(vec![
                entry(0, "app.bsky.feed.like/3kaaaaaaaaaa2", Car::name(&like), None),
                entry(14, "post/3lrbxndrdo22z", Car::name(&kept), None),
                entry(19, "zzzzzzzzzzzzz", Car::name(&missing), None),
            ]),
        ),
    ]);
    let root = map([
        ("l", Ipld::Null),
        (
            "e",
            Ipld::List(vec![
                entry(0, "app.bsky.actor.profile/self", Car::name(&profile), Some(Car::name(&leaf))),
                entry(0, "pub.example.note/3lrbxndrdo22z", Car::name(&note), None),
            ]),
        ),
    ]);
    let commit = map([
        ("did", text("did:plc:orla")),
        ("version", Ipld::Integer(3)),
        ("data", Ipld::Link(Car::name(&root))),
        ("rev", text("3lrbxndrdo22z")),
    ]);
    let mut car = Car::default();
    car.header(1, vec![Ipld::Link(Car::name(&commit))]);
    for block in [&stale, &deleted, &commit, &root, &leaf, &profile, &kept, &kept, &like, &note] {
        car.block(block);
    }
    car.0
}

#[test]
fn an_actor_names_its_other_addresses() {
    let actor = r#"{"id": "https://med.example/users/orla", "preferredUsername": "orla", "summary": "<p>Nurse</p>", "manuallyApprovesFollowers": true,
        "alsoKnownAs": ["https://old.example/users/orla", 7, ""], "movedTo": "https://new.example/users/orla"}"#;
    let read = Archive::new().with("actor.json", actor).with("outbox.json", r#"{"orderedItems": []}"#).read();
    let profile = read.items[0].profile.as_ref().unwrap();
    assert_eq!(profile.former_names, ["https://old.example/users/orla", "https://new.example/users/orla"]);
    assert_eq!((profile.settings.approves_followers, profile.settings.is_open()), (Some(true), false));
}

#[test]
fn an_outbox_without_the_posts_that_it_counts_is_said() {
    const MARKS: &str = r#""@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection""#;
    for (rest, reason, failed) in [
        (r#""totalItems": 812, "first": "https://med.example/outbox?page=true""#, "holds none", 1),
        (r#""first": "https://med.example/outbox?page=true""#, "holds none", 1),
        (r#""totalItems": 812, "orderedItems": null"#, "holds none", 1),
        (r#""totalItems": 812, "orderedItems": []"#, "holds none", 1),
        (r#""orderedItems": [], "totalItems": 0"#, "", 0),
        (r#""totalItems": 0, "orderedItems": null"#, "", 0),
        // The count is a hint, and takes in what is left out.
        (r#""totalItems": 812, "orderedItems": [{"type": "Create", "object": {"content": "one"}}]"#, "", 0),
    ] {
        let read = Archive::new().with("outbox.json", format!("{{{MARKS}, {rest}}}")).read();
        assert_eq!(read.failed(reason), failed, "{rest}: {:?}", read.coverage);
    }
    let page = r#"{"id": "outbox?page=true", "type": "OrderedCollectionPage", "next": "https://med.example/outbox?page=2",
        "orderedItems": [{"type": "Create", "object": {"content": "one"}}]}"#;
    assert_eq!(Archive::new().with("outbox.json", page).read().failed("only a page"), 1);
}

#[test]
fn archives_of_several_accounts_are_kept_apart() {
    let actor = |name: &str| {
        format!(
            r#"{{"id": "https://med.example/users/{name}", "preferredUsername": "{name}", "summary": "<p>I am {name}</p>"}}"#
        )
    };
    let outbox = |name: &str| {
        format!(
            r#"{{"id": "outbox.json", "totalItems": 1, "orderedItems": [{{"type": "Create", "object": {{"id": "{name}-1", "content": "by {name}"}}}}]}}"#
        )
    };
    let both = Archive::new()
        .with("orla/actor.json", actor("orla"))
        .with("orla/outbox.json", outbox("orla"))
        .with("tam/actor.json", actor("tam"))
        .with("tam/outbox.json", outbox("tam"));
    let read = both.read();
    assert_eq!(read.recognised, "Mastodon archive of @orla@med.example and @tam@med.example, 2 posts listed");
    assert_eq!(read.texts(), ["I am orla", "I am tam", "by orla", "by tam"]);
    let accounts: Vec<_> = read.items.iter().map(|item| item.account.as_str()).collect();
    let (orla, tam) = ("orla@med.example", "tam@med.example");
    assert_eq!(accounts, [orla, tam, orla, tam]);
    // Where nothing says whose it is, it is nobody's.
    let read = both.with("third/outbox.json", outbox("third")).read();
    assert_eq!(read.item("third-1").account, "");
    assert!(read.coverage.notes.iter().any(|note| note.contains("no actor.json beside it")));
    // A single account serves an outbox that lies elsewhere.
    let apart = Archive::new().with("a/actor.json", actor("orla")).with("b/outbox.json", outbox("orla"));
    assert_eq!(apart.read().item("orla-1").account, orla);
}

#[test]
fn an_actor_of_another_shape_is_read_or_said() {
    let actor =
        r#"{"id": "https://med.example/users/orla", "preferredUsername": "orla", "summary": "<p>Nurse</p>"}"#;
    for (content, handle, failed) in [
        (format!("[{actor}]"), "orla@med.example", 0),
        (format!("\u{feff}{actor}"), "orla@med.example", 0),
        (format!("[{actor}, {actor}]"), "", 1),
        ("[]".to_owned(), "", 1),
        ("{}".to_owned(), "", 1),
        ("null".to_owned(), "", 1),
        (String::new(), "", 1),
    ] {
        let outbox =
            r#"{"orderedItems": [{"type": "Create", "object": {"id": "1", "content": "Night all"}}]}"#;
        let read = Archive::new().with("actor.json", content.as_str()).with("outbox.json", outbox).read();
        assert_eq!(read.item("1").account, handle, "{content}");
        assert_eq!(read.failed("file about the account"), failed, "{content}: {:?}", read.coverage);
    }
}

#[test]
fn words_may_stand_by_language_only() {
    let outbox = r#"{"orderedItems": [
        {"type": "Create", "object": {"id": "1", "content": "shown", "contentMap": {"en": "shown"}}},
        {"type": "Create", "object": {"id": "2", "summaryMap": {"en": "Work"}, "contentMap": {"de": "<p>Guten Tag</p>", "en": "<p>Good day</p>", "fr": null}}},
        {"type": "Create", "object": {"id": "3", "contentMap": {"de": ""}}}]}"#;
    let read = Archive::new().with("outbox.json", outbox).read();
    assert_eq!(read.texts(), ["shown", "Work\n\nGuten Tag\n\nGood day"]);
    assert_eq!(read.skipped("no post"), 1);
}

#[test]
fn bluesky_is_walked_from_its_state() {
    let read = Archive::new().with("repo.car", repository()).alone().read();
    assert_eq!(read.recognised, "repo.car of a Bluesky archive of did:plc:orla, 2 posts listed");
    assert_eq!(read.texts(), ["GP", "Kept", "A day"]);
    assert_eq!((read.skipped("likes, reposts"), read.failed("listed is not in the file")), (1, 1));
    let post = read.item("at://did:plc:orla/app.bsky.feed.post/3lrbxndrdo22z");
    assert_eq!(post.url.as_deref(), Some("https://bsky.app/profile/did:plc:orla/post/3lrbxndrdo22z"));
    assert_eq!(post.created_at.unwrap().to_string(), "2024-05-01T20:00:00-07:00");
    assert_eq!(
        (post.kind, post.authorship, post.visibility),
        (Kind::Reply, Authorship::Own, Visibility::Public)
    );
    assert_eq!(post.parent.as_ref().unwrap().author, ParentAuthor::Own);
    assert_eq!(post.media[0].alt, "An empty bed");
    assert_eq!(post.profile.as_ref().unwrap().name, "Orla Fenwick");
    // The key holds a second clock.
    assert_eq!(read.items[2].created_at.unwrap().to_string(), "2025-06-10T22:41:44Z");
}

#[test]
fn an_altered_block_is_not_believed() {
    let whole = repository();
    let at = memchr::memmem::find(&whole, b"Kept").unwrap();
    let altered = [&whole[..at], b"Lost", &whole[at + 4..]].concat();
    let read = Archive::new().with("repo.car", altered).alone().read();
    // The same block stands there twice.
    assert_eq!((read.texts(), read.failed("identifier names")), (vec!["GP", "Kept", "A day"], 1));
    let both = String::from_utf8_lossy(&whole).matches("Kept").count();
    assert_eq!(both, 2);
}

#[test]
fn a_cut_repository_says_so() {
    let whole = repository();
    for length in 0..whole.len() {
        let read = Archive::new().with("repo.car", &whole[..length]).alone().read();
        assert!(!read.coverage.is_complete(), "{length}");
        assert!(read.items.len() <= 3, "{length}");
    }
}

#[test]
fn other_files_in_the_name_of_a_repository_are_refused() {
    let header = |version, roots| {
        let mut car = Car::default();
        car.header(version, roots);
        car.0
    };
    let deep = [header(1, vec![Ipld::Link(Car::name(&text("x")))]), vec![0x81; 100_000]].concat();
    for (content, reason) in [
        (Vec::new(), "empty (0 bytes)"),
        (b"\x0a\xa1gversion\x02".to_vec(), "another version than 1"),
        (header(2, vec![]), "another version than 1"),
        (header(1, vec![]), "names no root"),
        (header(1, vec![Ipld::Link(Car::name(&text("x")))]), "does not hold the state"),
        ([header(1, vec![Ipld::Link(Car::name(&text("x")))]), vec![0]].concat(), "does not hold the state"),
        (deep, "does not hold the state"),
        (vec![0xFF; 40], "no CAR file"),
        (b"{\"outbox\": []}".to_vec(), "no CAR file"),
    ] {
        let read = Archive::new().with("repo.car", content).alone().read();
        assert_eq!((read.items.len(), read.failed(reason)), (0, 1), "{reason}: {:?}", read.coverage);
    }
}

#[test]
fn bluesky_samples_are_read() {
    let Some(path) = sample("bluesky/at-microcosm-repo-stream/car-samples/tiny.car") else { return };
    let tiny = support::read(&path, false);
    let posts = tiny.items.iter().filter(|item| item.kind != Kind::Profile);
    assert_eq!((posts.count(), tiny.items.len(), tiny.skipped("likes, reposts")), (3, 4, 4));
    assert_eq!(tiny.items.iter().filter(|item| item.parent.is_some()).count(), 1);
    let path = sample("bluesky/bluesky-social-indigo/testing/testdata/fakermaker.repo.car").unwrap();
    let old = support::read(&path, false);
    let posts: Vec<_> = old.items.iter().filter(|item| item.kind != Kind::Profile).collect();
    assert_eq!(posts.len(), 26);
    assert!(posts.iter().all(|item| item.created_at.unwrap().to_string().ends_with("-07:00")));
    let empty = sample("bluesky/at-microcosm-repo-stream/car-samples/empty.car").unwrap();
    let empty = support::read(&empty, false);
    assert_eq!((empty.items.len(), empty.coverage.is_complete()), (0, true));
}
