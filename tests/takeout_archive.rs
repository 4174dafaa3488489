//! Google Takeout, whole and broken, through the library as a user of it would.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use std::path::Path;

use archive_support::{self as support, Archive, Read};
use whitecoat_engine::{Authorship, Item, Kind, Precision, Visibility};

/// Posts of others that the sample passes on, with words of one's own before them.
const SHARED: usize = 9;

fn sample(name: &str) -> Option<Read> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(name);
    path.exists().then(|| support::read(&path, false))
}

#[test]
fn youtube_sample_is_read() {
    let Some(read) = sample("google-takeout/v1-v0-utube") else { return };
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    assert_eq!(read.recognised, "Google Takeout archive");
    assert_eq!(read.items.len(), 13);
    let runs = read.item("UgyBQch15gVw2ccuqId4AaABAg");
    assert!(runs.text.ends_with(" 14:04"), "{}", runs.text);
    assert_eq!(
        runs.url.as_deref(),
        Some("https://www.youtube.com/watch?v=2RZbdqnK-2E&lc=UgyBQch15gVw2ccuqId4AaABAg")
    );
    let on_post = read.item("UgyZa6yb5zjiFVJzX714AaABAg");
    assert_eq!(
        (on_post.url.as_deref(), on_post.thread.as_deref()),
        (None, Some("UgkxqFdshswxPmBkHAsugDmCdZX_SKCDUCna"))
    );
    assert!(read.items.iter().all(|item| item.created_precision == Precision::Second));
}

#[test]
fn maps_sample_is_read() {
    let Some(read) = sample("google-takeout/imbue-ai-datalib") else { return };
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    assert_eq!(read.items.len(), 2);
    assert_eq!((read.items[0].kind, read.items[0].platform.as_str()), (Kind::Comment, "google-maps"));
    assert_eq!(read.skipped("--include-messages"), 1);
    let path = support::sample("google-takeout/imbue-ai-datalib").unwrap();
    let chat = support::read(&path, true);
    let messages: Vec<&Item> = chat.items.iter().filter(|item| item.kind == Kind::Message).collect();
    assert_eq!(
        messages.iter().map(|item| item.authorship).collect::<Vec<_>>(),
        [Authorship::Own, Authorship::Other]
    );
    assert_eq!(messages[1].created_at.unwrap().to_string(), "2025-03-05T21:34:00Z");
}

#[test]
fn google_plus_sample_is_read() {
    let Some(read) = sample("googleplus/chicks-net-google-plus-posts-dumper") else { return };
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    assert_eq!(read.items.len() as u64 + read.skipped("without words"), 140);
    assert_eq!(read.skipped("comments by others"), 93);
    assert!(read.items.iter().all(|item| item.visibility == Visibility::Public && item.created_at.is_some()));
    let shared = |item: &&Item| item.parent.as_ref().is_some_and(|parent| parent.handle.is_some());
    assert!(read.items.iter().filter(shared).all(|item| item.authorship == Authorship::Own));
    assert_eq!(read.items.iter().filter(shared).count(), SHARED);
}

#[test]
fn takeout_in_other_languages_leaves_nothing_unexplained() {
    let comments = "Kommentar-ID,Kanal-ID,Zeitstempel,Preis,Beitrags-ID,Video-ID,Kommentartext\nUgaaaaaaaaaaaaaaaaaaaa,UCx,2024-03-01T10:00:00.123+00:00,0,,dQw4w9WgXcQ,\"{\"\"text\"\":\"\"hallo\"\"}\"\n";
    let channel = "ID del canal,País del canal,Título del canal (original),Visibilidad del canal\nUCaaaaaaaaaaaaaaaaaaaaaa,ES,Dra. Ejemplo,Público\n";
    let read = Archive::new()
        .with("Takeout/Archiv_Übersicht.html", "<html>")
        .with("Takeout/YouTube und YouTube Music/Kommentare/Kommentare.csv", comments)
        .with("Takeout/YouTube und YouTube Music/Verlauf/Wiedergabeverlauf.html", "<html>x")
        .with(
            "Takeout/YouTube und YouTube Music/Abos/Abos.csv",
            "Kanal-ID,Kanal-URL,Kanaltitel\nUC1,http://x,Y\n",
        )
        .with(
            "Takeout/YouTube und YouTube Music/Wiedergabe.json",
            r#"[{"header": "YouTube", "title": "x", "titleUrl": "https://y", "products": ["YouTube"]}]"#,
        )
        .with("Takeout/YouTube y YouTube Music/canales/canal.csv", channel)
        .with("Takeout/Google Fotos/Fotos von 2020/IMG.jpg", "x")
        .with("Takeout/Meine Aktivitäten/Suche/MeineAktivitäten.html", "<html>")
        .with(
            "Takeout/Profil/Profil.json",
            r#"{"name": {"formattedName": "Dr. Ute Beispiel"}, "emails": []}"#,
        )
        .read();
    assert_eq!(read.recognised, "Google Takeout archive of Dr. Ute Beispiel");
    assert_eq!((read.texts(), read.skipped("unknown kind")), (vec!["hallo"], 0));
    assert_eq!(read.items[0].profile.as_ref().unwrap().name, "Dra. Ejemplo");
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
}

#[test]
fn takeout_is_extracted() {
    insta::assert_snapshot!(support::extracted("takeout", &["--include-messages"]));
}
