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
fn a_place_of_google_plus_is_no_address_of_its_author() {
    let page = |content: &str| {
        format!(
            "<html><head><style>.author-photo {{border-radius: 50%;}}</style></head><body><div><a class=\"author\">T</a> - \
             <a href=\"https://plus.google.com/+T/posts/7\">2011-09-10 14:06:27-0700</a></div>\
             <div class=\"main-content\">{content}</div><div class=\"visibility\">Shared with: Public</div></body></html>"
        )
    };
    for (content, text) in [
        (
            "Off duty!!<a class=\"location\" href=\"m\"><img src=\"p.png\"><span>Fenwick Arms<br>Address: 12 Mill Lane</span></a>",
            "Off duty!!\nPlace: Fenwick Arms",
        ),
        (
            "<a class=\"location\" href=\"m\"><span>Address: 12 Mill Lane, Fenwick</span></a>",
            "Place: 12 Mill Lane, Fenwick",
        ),
        ("Off duty", "Off duty"),
    ] {
        let name = "Takeout/Google+ Stream/Posts/20110910 - Off.html";
        let read = Archive::new().with(name, page(content)).read();
        assert_eq!(read.items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>(), [text]);
    }
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
fn texts_between_2018_and_2023_are_segments() {
    let row = r#"Ugaaaaaaaaaaaaaaaaaaaa,UCx,2023-03-01T10:00:00+00:00,0,dQw4w9WgXcQ,"{""takeoutSegments"":[{""text"":""said ""},{""text"":""\""no\""""}]}""#;
    for (name, header) in [
        (
            "YouTube and YouTube Music/comments/comments.csv",
            "Comment ID,Channel ID,Comment Create Timestamp,Price,Video ID,Comment Text",
        ),
        (
            "YouTube und YouTube Music/Kommentare/Kommentare.csv",
            "Kommentar-ID,Kanal-ID,Zeitstempel,Preis,Video-ID,Kommentartext",
        ),
    ] {
        let read = Archive::new().with(&format!("Takeout/{name}"), format!("{header}\n{row}\n")).read();
        assert_eq!(read.texts(), [r#"said "no""#], "{name}");
    }
}

#[test]
fn youtube_in_other_languages_is_told_by_its_columns() {
    let read = Archive::new()
        .with("Takeout/YouTube und YouTube Music/Kanäle/Kanal.csv", "Kanal-ID,Kanalbeschreibung (Original),Kanaltitel (Original),Sichtbarkeit des Kanals\nUCa,Ärztin auf dem Land,Dr. Vera Quast,Öffentlich\nUCb,Mutter von drei,Privates,Öffentlich\n")
        .with("Takeout/YouTube und YouTube Music/Beiträge/Beiträge.csv", "Beitrags-ID,Text des Beitrags,Name für Bild 1,Antwortoption 1 für Umfrage/Quiz\nUgkxA,Heute ist zu,UgkxA_image.jpg,Ja\nUgkxB,Nur Text hier,,\n")
        .with("Takeout/YouTube und YouTube Music/Video-Metadaten/Videotexte.csv", "Video-ID,Videobeschreibung – Textabschnitte 1,Videobeschreibung – Textabschnitte 2,Videotitel – Textabschnitte 1\ndQw4w9WgXcQ,a,b,c\n")
        .with("Takeout/YouTube y YouTube Music/metadatos de vídeo/vídeos.csv", "ID de vídeo,Idioma del audio del vídeo,Descripción del vídeo (original),Título del vídeo (original),Privacidad\ndQw4w9WgXcQ,es,Lo que vi,Mi guardia,Público\n")
        .with("Takeout/YouTube und YouTube Music/Meine Kommentare/Meine Kommentare.html", "<html><body><ul><li><a href=\"http://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;lc=UgzAA\">Gesendet am 2019-05-01 12:00:00 UTC</a> beim Ansehen von <a href=\"http://www.youtube.com/watch?v=dQw4w9WgXcQ\">Visite</a>.<br/>Das kenne ich.</li></ul></body></html>")
        .read();
    let mut texts = read.texts();
    texts.sort_unstable();
    assert_eq!(
        texts,
        [
            "Das kenne ich.",
            "Heute ist zu\nJa",
            "Mi guardia\n\nLo que vi",
            "Mutter von drei",
            "Nur Text hier",
            "Ärztin auf dem Land"
        ]
    );
    assert_eq!(read.item("UgkxA").profile.as_ref().unwrap().name, "Dr. Vera Quast");
    assert_eq!((read.skipped("does not read yet"), read.failed("")), (1, 0));
}

#[test]
fn a_takeout_without_words_does_not_stop_other_platforms() {
    let read = Archive::new()
        .with("Takeout/archive_browser.html", "<html>")
        .with("Takeout/Google Photos/a.jpg", "x")
        .with("LinkedIn/Shares.csv", "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n2025-01-09 21:21:21,https://x/1,Hello,,,MEMBER_NETWORK\n")
        .read();
    assert_eq!((read.texts(), read.skipped("this Takeout holds nothing that is read")), (vec!["Hello"], 1));
    let alone = Archive::new().with("Takeout/archive_browser.html", "<html>").error();
    assert!(alone.contains("this Takeout holds nothing that is read"), "{alone}");
}

#[test]
fn answers_in_reviews_are_own_words() {
    let reviews = r#"{"type": "FeatureCollection", "features": [{"properties": {"date": "2024-03-20T16:23:09Z", "five_star_rating_published": 1, "location": {"name": "Cafe"},
        "questions": [{"question": "Noise", "answer": "Loud at noon"}, {"question": "Food", "rating": 5}], "review_text_published": "Good cake."}}]}"#;
    let read = Archive::new().with("Takeout/Maps (deine Orte)/Rezensionen.json", reviews).read();
    assert_eq!(read.texts(), ["Good cake.\n\nLoud at noon"]);
}

#[test]
fn takeout_is_extracted() {
    insta::assert_snapshot!(support::extracted("takeout", &["--include-messages"]));
}
