//! Items files through the public reader and writer.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use indicatif::ProgressBar;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use whitecoat::coverage::Coverage;
use whitecoat::sources::items_file::{Writer, Written, encode, read};
use whitecoat::sources::{Batch, InputError, Options, Sink, Stopped};
use whitecoat_engine::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, Moment, Parent, ParentAuthor, ParentKind, Precision,
    Profile, Settings, Visibility,
};

/// Keeps everything.
struct Collect {
    items: Vec<Item>,
    batches: usize,
    coverage: Coverage,
    bar: ProgressBar,
}

impl Sink for Collect {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        let decoded = batch.decode();
        self.items.extend(decoded.items);
        self.coverage.absorb(decoded.coverage);
        self.batches += 1;
        Ok(())
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn recognised(&mut self, what: &str) {
        self.coverage.recognised = what.to_owned();
    }

    fn progress(&self) -> &ProgressBar {
        &self.bar
    }
}

fn try_collect(bytes: &[u8], include_messages: bool) -> Result<Collect, InputError> {
    let mut sink =
        Collect { items: Vec::new(), batches: 0, coverage: Coverage::default(), bar: ProgressBar::hidden() };
    let options = Options { include_messages, ..Options::default() };
    read(bytes, "items", &options, &mut sink)?;
    Ok(sink)
}

fn collect(text: &str) -> Collect {
    try_collect(text.as_bytes(), true).unwrap()
}

fn only(text: &str) -> Item {
    let mut sink = collect(text);
    assert_eq!(sink.items.len(), 1, "{:?}", sink.coverage);
    sink.items.remove(0)
}

fn written(items: &[Item], format: Written) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), format).unwrap();
    writer.write(&encode(items, format).unwrap()).unwrap();
    writer.into_inner()
}

#[test]
fn a_foreign_line_needs_no_more_than_an_id_and_a_text() {
    let item =
        only(r#"{"id": 7, "text": "a", "likes": 3, "kind": null, "platform": null, "created_at": null}"#);
    assert_eq!((item.id.as_str(), item.text.as_str(), item.kind), ("7", "a", Kind::Post));
    assert_eq!(item.source, "items#line 1");
    assert!(collect(r#"{"id": 7, "text": "a", "kind": null}"#).coverage.skipped.is_empty());
}

#[test]
fn a_bad_optional_value_costs_the_value_and_is_counted() {
    let sink = collect(concat!(
        r#"{"id": "1", "text": "a", "kind": "tweet", "created_at": "yesterday", "parent": "x", "#,
        r#""media": [{"alt": "b", "kind": "hologram"}, 3], "truncated": "perhaps", "url": {"a": 1}, "account": "@drk"}"#
    ));
    assert_eq!(sink.items[0].media[0].alt, "b");
    assert_eq!(sink.items[0].account, "drk");
    assert!(sink.coverage.is_complete());
    let reasons: Vec<_> =
        sink.coverage.skipped.keys().map(|reason| reason.split('`').nth(1).unwrap()).collect();
    assert_eq!(reasons, ["created_at", "kind", "media.kind", "media", "parent", "truncated", "url"]);
    assert_eq!(sink.coverage.skipped.values().next().unwrap().examples.first().unwrap(), "items#line 1");
}

#[test]
fn words_are_read_in_any_case() {
    let item = only(r#"{"id": "1", "text": "a", "kind": "Review_Reply", "visibility": "PUBLIC"}"#);
    assert_eq!((item.kind, item.visibility), (Kind::ReviewReply, Visibility::Public));
}

#[test]
fn broken_lines_are_rows_of_the_coverage_and_the_rest_is_read() {
    let sink = try_collect(
        b"\xef\xbb\xbf{\"id\":\"1\",\"text\":\"a\"}\n\nnot json\n{\"id\":\"2\"}\n[1]\n{\"id\":\"3\",\"text\":\"\xff\"}\n{\"id\":\"4\",\"text\":\"b\"}",
        true,
    )
    .unwrap();
    assert_eq!(sink.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["1", "4"]);
    insta::assert_debug_snapshot!(sink.coverage.failed);
}

#[test]
fn private_messages_are_left_out_and_counted_unless_asked_for() {
    let line = br#"{"id": "1", "text": "a", "kind": "message"}"#;
    let sink = try_collect(line, false).unwrap();
    assert!(
        sink.items.is_empty() && sink.coverage.skipped.keys().next().unwrap().contains("--include-messages")
    );
    assert_eq!(try_collect(line, true).unwrap().items.len(), 1);
}

#[test]
fn a_foreign_table_is_read_by_its_header() {
    let sink = collect(
        "Date;URL;Text;Visibility;Parent;Likes\n2024-05-01;https://a.example/1;\"Hello\nyou; there\";public;Hi;3\n;;b;;;\n",
    );
    let [first, second] = &sink.items[..] else { panic!("{:?}", sink.coverage) };
    assert_eq!(first.text, "Hello\nyou; there");
    assert_eq!((first.created_precision, first.visibility), (Precision::Day, Visibility::Public));
    assert_eq!(first.parent.as_ref().unwrap().text.as_deref(), Some("Hi"));
    assert_eq!((first.id.as_str(), first.source.as_str()), ("derived-line-2", "items#line 2"));
    assert_eq!(second.id, "derived-line-4");
    insta::assert_debug_snapshot!(sink.coverage.notes);
}

#[test]
fn columns_go_by_the_names_that_people_give_them() {
    let sink = collect(
        "Site,Posted At,Link,Body,Audience,In Reply To\nsermo,\"May 1, 2024\",https://a.example/1,words,followers,their words\n",
    );
    let [item] = &sink.items[..] else { panic!("{:?}", sink.coverage) };
    assert_eq!((item.platform.as_str(), item.text.as_str()), ("sermo", "words"));
    assert_eq!(item.created_at.unwrap().to_string(), "2024-05-01T00:00:00Z");
    assert_eq!((item.visibility, item.url.as_deref()), (Visibility::Followers, Some("https://a.example/1")));
    assert_eq!(item.parent.as_ref().unwrap().text.as_deref(), Some("their words"));
    let sink = collect("comment,text\nnot this,this\n");
    assert_eq!(sink.items[0].text, "this");
}

#[test]
fn a_row_that_does_not_fit_its_header_is_counted() {
    let sink = collect("id,text\n1,an unquoted, comma\n2,b\n");
    assert_eq!(sink.items.len(), 2);
    assert_eq!(sink.coverage.failed.values().next().unwrap().examples.first().unwrap(), "items#line 2");
}

#[test]
fn items_of_one_account_share_its_profile() {
    let line = r#"{"id":"1","text":"a","profile":{"name":"Dr K","bio":"","profession":"","employer":"","location":"","jurisdiction":"UK"}}"#;
    let sink = collect(&format!("{line}\n{line}\n"));
    assert!(Arc::ptr_eq(sink.items[0].profile.as_ref().unwrap(), sink.items[1].profile.as_ref().unwrap()));
}

#[test]
fn a_long_file_comes_in_many_batches_with_its_line_numbers() {
    let text: String = (1..=20_000)
        .map(|id| format!("{{\"id\":\"{id}\",\"text\":\"post number {id}, not short\"}}\n"))
        .collect();
    let sink = collect(&text);
    assert!(sink.batches > 2, "{}", sink.batches);
    assert_eq!(sink.items.len(), 20_000);
    assert!(sink.items.iter().all(|item| item.source == format!("items#line {}", item.id)));
}

fn moment() -> impl Strategy<Value = Moment> {
    (0..4_000_000_000_i64, prop_oneof![Just("Z"), Just("+05:30"), Just("-07:00")]).prop_map(
        |(seconds, offset)| {
            let utc = Moment::from_unix_seconds(seconds).unwrap().to_string();
            utc.replace('Z', offset).parse().unwrap()
        },
    )
}

fn some_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,9}", "(?s).{1,20}", "['=+@\t \r\n\",;-]{1,6}"]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), some_text()]
}

fn media() -> impl Strategy<Value = Media> {
    let kind = prop_oneof![Just(MediaKind::Image), Just(MediaKind::Video), Just(MediaKind::Document)];
    let gps = (-90_000..90_000_i32, -180_000..180_000_i32)
        .prop_map(|(latitude, longitude)| (f64::from(latitude) / 1000.0, f64::from(longitude) / 1000.0));
    let names = (option::of(some_text()), any_text(), any_text());
    let embedded = (any_text(), any_text(), any_text(), any_text());
    (kind, names, option::of(gps), option::of(moment()), embedded).prop_map(
        |(kind, (path, file_name, alt), gps, captured_at, (title, author, patient, device))| Media {
            kind,
            path,
            file_name,
            alt,
            gps,
            captured_at,
            title,
            author,
            patient,
            device,
        },
    )
}

fn parent() -> impl Strategy<Value = Parent> {
    let author =
        prop_oneof![Just(ParentAuthor::Patient), Just(ParentAuthor::Own), Just(ParentAuthor::Unknown)];
    let kind = prop_oneof![Just(ParentKind::Post), Just(ParentKind::Review), Just(ParentKind::Comment)];
    (author, kind, option::of(some_text()), option::of(some_text()), option::of(some_text()))
        .prop_map(|(author, kind, id, handle, text)| Parent { author, kind, id, handle, text })
}

fn item() -> impl Strategy<Value = Item> {
    let kind =
        prop_oneof![Just(Kind::Post), Just(Kind::ReviewReply), Just(Kind::Message), Just(Kind::Profile)];
    let time = option::of((
        (moment(), option::of(moment())),
        prop_oneof![Just(Precision::Second), Just(Precision::Day), Just(Precision::Month)],
    ));
    let authorship = prop_oneof![Just(Authorship::Own), Just(Authorship::Reshare), Just(Authorship::Other)];
    let seen = (
        prop_oneof![Just(Visibility::Public), Just(Visibility::Followers), Just(Visibility::Unknown)],
        prop_oneof![Just(LiveState::Live), Just(LiveState::Deleted), Just(LiveState::Unknown)],
    );
    let profile = (some_text(), any_text(), any_text(), any_text(), any_text(), any_text()).prop_map(
        |(name, bio, profession, employer, location, jurisdiction)| {
            let settings = Settings { private: Some(name.len() > 3), ..Settings::default() };
            let former_names = vec![bio.clone()];
            Arc::new(Profile {
                name,
                bio,
                profession,
                employer,
                location,
                jurisdiction,
                former_names,
                settings,
            })
        },
    );
    let names = (some_text(), any_text(), "[a-z_.]{0,9}", any_text(), option::of(some_text()));
    let links = (option::of(parent()), option::of(some_text()), option::of(some_text()), vec(media(), 0..3));
    let rest = (option::of(profile), some_text(), any::<bool>());
    (names, kind, time, authorship, seen, links, rest).prop_map(
        |(names, kind, time, authorship, seen, links, rest)| {
            let (id, platform, account, text, url) = names;
            let (parent, thread, version_of, media) = links;
            let (profile, source, truncated) = rest;
            Item {
                id,
                kind,
                platform,
                account,
                text,
                created_at: time.map(|((moment, _), _)| moment),
                seen_at: time.and_then(|((_, seen), _)| seen),
                created_precision: time.map_or(Precision::Unknown, |(_, precision)| precision),
                url,
                authorship,
                visibility: seen.0,
                live_state: seen.1,
                parent,
                thread,
                version_of,
                media,
                profile,
                source,
                truncated,
            }
        },
    )
}

#[test]
fn a_title_is_part_of_the_text() {
    for (table, expected) in [
        ("Post Date,Post Title,Post Body\n2024-05-01,Odd case,Seen at noon\n", "Odd case\n\nSeen at noon"),
        ("subject,text\nOdd case,Odd case at noon\n", "Odd case at noon"),
        ("headline,text\nOdd case,\n", "Odd case"),
        ("title,text\n,Seen at noon\n", "Seen at noon"),
        ("title,media_title,text\nA,B,C\n", "A\n\nC"),
    ] {
        let item = only(table);
        assert_eq!((item.text.as_str(), item.kind), (expected, Kind::Post), "{table}");
        assert!(!collect(table).coverage.notes.iter().any(|note| note.contains("not used")), "{table}");
    }
}

#[test]
fn a_comment_beside_a_post_answers_it() {
    let item = only("date,post,comment\n\"May 1, 2024 6:30 PM\",Who has seen this rash?,I saw it at noon\n");
    assert_eq!((item.text.as_str(), item.kind), ("I saw it at noon", Kind::Reply));
    assert_eq!(item.parent.unwrap().text.as_deref(), Some("Who has seen this rash?"));
    assert_eq!(item.created_at.unwrap().to_string(), "2024-05-01T18:30:00Z");
    // Where the text has a column of its own, the other two say nothing of who wrote them.
    assert_eq!(only("text,post,comment\na,b,c\n").parent, None);
}

#[test]
fn utf_16_is_read_as_spreadsheets_write_it() {
    let text = "date,text,parent\r\n2024-05-01,\"wörds 😂\",Why?\r\n";
    for (mark, bytes) in [
        (vec![0xFF, 0xFE], text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        (vec![0xFE, 0xFF], text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        (vec![], text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ] {
        let sink = try_collect(&[mark, bytes].concat(), false).unwrap();
        let item = &sink.items[0];
        assert_eq!((item.text.as_str(), item.kind), ("wörds 😂", Kind::Reply));
        assert!(sink.coverage.is_complete());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(items in vec(item(), 1..8)) {
        for format in [Written::JsonLines, Written::Csv] {
            let sink = try_collect(&written(&items, format), true).unwrap();
            prop_assert_eq!(&sink.items, &items);
            prop_assert!(sink.coverage.is_complete() && sink.coverage.skipped.is_empty(), "{:?}", sink.coverage);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..400), head in "(\\{\"id\":1,\"text\":\"a\"\\}\n|id,text\n)?") {
        let _ = try_collect(&[head.as_bytes(), &bytes].concat(), true);
    }
}
