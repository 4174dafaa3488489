//! Any text at all: no panic, an end, spans on character borders, and the same findings every time.

#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_macros)]

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use whitecoat_engine::{
    Engine, Field, Finding, Item, Kind, Media, MediaKind, Parent, ParentAuthor, Profile, Span,
};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().unwrap());

/// Pieces that signals, names and numbers are made of, and pieces that text handling stumbles over.
const PIECES: &[&str] = &[
    "my patient",
    "Mrs Abernethy",
    "Mr",
    "Dr.",
    "Beth",
    "Ò",
    "bed 7",
    "on our ward",
    "died",
    "today",
    "93",
    "years old",
    "67M",
    "MRN 12345678",
    "555-0177",
    "a@b.example",
    "@handle",
    "@a@b.example",
    "#MyPatient",
    "https://x.example/é?q=1",
    "take 20mg",
    "you should",
    "stroke",
    "HIV",
    "in Smallville",
    "3 May 2024",
    "(",
    ")",
    "\"",
    "'",
    "’",
    "“",
    "”",
    "...",
    ".",
    "!",
    "?",
    ",",
    "-",
    "\n",
    "\t",
    "\r\n",
    "\u{0}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{202e}",
    "\u{301}",
    "e\u{301}\u{323}",
    "👩‍⚕️",
    "🇬🇧",
    "❤️",
    "مريضتي",
    "המטופלת",
    "患者",
    "ﬁ",
    "İ",
    "ẞ",
    "𝓟𝓪𝓽𝓲𝓮𝓷𝓽",
    "рatient",
    "sooooo",
    "s",
    "I",
    "A.",
    "n'",
    "1",
    "½",
    "²",
    "\u{fffd}",
];

fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(
        (prop::sample::select(PIECES), prop::sample::select(&["", " ", " "][..])),
        0..40,
    );
    let joined = pieces
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, gap)| [piece, gap]).collect::<String>());
    prop_oneof![3 => joined, 1 => any::<String>(), 1 => "\\PC{0,200}"]
}

fn any_item() -> impl Strategy<Value = Item> {
    let kinds = prop::sample::select(&[Kind::Post, Kind::Reply, Kind::ReviewReply, Kind::Caption][..]);
    (any_text(), any_text(), any_text(), prop::option::of(any_text()), kinds).prop_map(
        |(text, alt, bio, parent, kind)| Item {
            id: "1".into(),
            text,
            kind,
            media: vec![Media { kind: MediaKind::Image, file_name: alt.clone(), alt, ..Media::default() }],
            parent: parent.map(|text| Parent {
                author: ParentAuthor::Patient,
                text: Some(text),
                ..Parent::default()
            }),
            profile: Some(Arc::new(Profile { bio, profession: "nurse".into(), ..Profile::default() })),
            ..Item::default()
        },
    )
}

fn text_of(item: &Item, field: Field) -> &str {
    match field {
        Field::Text => &item.text,
        Field::MediaAlt(index) => &item.media[index].alt,
        Field::MediaFileName(index) => &item.media[index].file_name,
    }
}

/// Everything about findings that must not differ from one scan to the next.
fn shape(findings: &[Finding]) -> Vec<String> {
    let shown = |finding: &Finding| {
        format!("{} {:?}", finding.rule.id, Finding { rule: finding.rule.clone(), ..finding.clone() })
    };
    findings.iter().map(shown).collect()
}

fn check(item: &Item, findings: &[Finding]) {
    let cut = |span: Span| text_of(item, span.field).get(span.start..span.end);
    for finding in findings {
        let id = &finding.rule.id;
        assert!(cut(finding.span).is_some_and(|words| !words.is_empty()), "{id}: {:?}", finding.span);
        assert!(cut(finding.excerpt).is_some(), "{id}: {:?}", finding.excerpt);
        assert!(finding.masks.iter().all(|mask| cut(mask.span).is_some()), "{id}: {:?}", finding.masks);
        assert!(finding.masks.is_sorted_by(|a, b| a.span.end <= b.span.start), "{id}: {:?}", finding.masks);
        assert!(finding.evidence.iter().filter_map(|e| e.span).all(|span| cut(span).is_some()), "{id}");
        assert!((0.0..=1.0).contains(&finding.confidence), "{id}: {}", finding.confidence);
    }
    for rule in ENGINE.rules() {
        let ordinals =
            findings.iter().filter(|finding| finding.rule.id == rule.id).map(|finding| finding.ordinal);
        assert!(ordinals.enumerate().all(|(expected, ordinal)| expected == ordinal), "{}", rule.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_item_is_scanned_the_same_whatever_came_before(item in any_item(), other in any_item()) {
        let fresh = ENGINE.scanner().scan(&item);
        check(&item, &fresh);
        let mut scanner = ENGINE.scanner();
        scanner.scan(&other);
        prop_assert_eq!(shape(&scanner.scan(&item)), shape(&fresh));
        prop_assert_eq!(shape(&scanner.scan(&item)), shape(&fresh));
    }
}

#[test]
fn long_and_odd_texts_are_read_to_the_end() {
    let one = |c: char| c.to_string().repeat(100_000 / c.len_utf8());
    let mut texts: Vec<(String, String)> = "a I7.@#'\"(-_/\\\u{0}\u{301}\u{200d}é患😂’\n"
        .chars()
        .map(|c| (format!("{c:?} again and again"), one(c)))
        .collect();
    texts.extend(
        PIECES.iter().map(|piece| (format!("{piece:?} 3,000 times"), format!("{piece} ").repeat(3_000))),
    );
    let words = (0..50_000).map(|n| PIECES[n * 31 % PIECES.len()].replace(['\n', '\r'], " "));
    texts.push(("50,000 pieces on one line".to_owned(), words.collect::<Vec<_>>().join(" ")));
    texts.push(("an address that never ends".to_owned(), format!("https://{}", one('a'))));
    texts.push(("a handle of handles".to_owned(), "@a".repeat(50_000)));
    texts.push(("many different handles".to_owned(), (0..20_000).map(|n| format!("@b{n} ")).collect()));
    let names = (0..20_000).map(|n| format!("my patient Mrs Ab{n} died. "));
    texts.push(("many different names".to_owned(), names.collect()));
    let mut scanner = ENGINE.scanner();
    for (name, text) in texts {
        let item = Item { id: "1".into(), text, ..Item::default() };
        // Shown when the test fails, or never ends.
        eprintln!("{name}");
        check(&item, &scanner.scan(&item));
    }
}
