//! Exports of chats, which are read on request only: Telegram, WhatsApp, Discord.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive_support;

use archive_support::{self as support, Archive, fixture, sample, shown};
use whitecoat_engine::{Authorship, Kind, Precision};

const MESSAGES: &str = "Private messages, read only with --include-messages";

#[test]
fn telegram_is_extracted_on_request() {
    insta::assert_snapshot!(shown(&support::read(&fixture("telegram"), true)));
}

#[test]
fn whatsapp_is_extracted_on_request() {
    insta::assert_snapshot!(shown(&support::read(&fixture("whatsapp"), true)));
}

#[test]
fn discord_is_extracted_on_request() {
    insta::assert_snapshot!(shown(&support::read(&fixture("discord"), true)));
}

#[test]
fn messages_are_left_out_and_counted_by_default() {
    for (name, count) in [("telegram", 6), ("whatsapp", 5), ("discord", 2)] {
        let read = support::read(&fixture(name), false);
        assert!(!read.items.iter().any(|item| item.kind == Kind::Message), "{name}: {:?}", read.texts());
        assert_eq!(read.skipped(MESSAGES), count, "{name}");
        assert!(read.coverage.is_complete(), "{name}: {:?}", read.coverage);
    }
}

#[test]
fn one_chat_of_telegram_tells_the_other_one() {
    let chat = r#"{"name": "Tam", "type": "personal_chat", "id": 800, "messages": [
        {"id": 1, "type": "message", "date_unixtime": "1682964060", "from_id": "user800", "text": "theirs"},
        {"id": 2, "type": "message", "date_unixtime": 1682964061.0, "from_id": "user700", "text": "mine"}]}"#;
    let read = Archive::new().with("result.json", chat).read_with_messages();
    let shown: Vec<_> = read.items.iter().map(|item| (item.text.as_str(), item.authorship)).collect();
    assert_eq!(shown, [("theirs", Authorship::Other), ("mine", Authorship::Own)]);
}

#[test]
fn telegram_tells_own_words_from_those_passed_on() {
    let whole = r#"{"personal_information": {"user_id": 700, "first_name": "Orla", "last_name": "Fenwick"}, "chats": {"list": [
        {"type": "personal_chat", "id": 800, "messages": [
            {"id": 1, "type": "message", "from_id": 700, "text": "old and mine"},
            {"id": 2, "type": "message", "from_id": 800, "text": "old and theirs"},
            {"id": 3, "type": "message", "from_id": "user700", "text": "of who is gone", "forwarded_from": null},
            {"id": 4, "type": "message", "from_id": "user700", "text": "", "contact_information": {"first_name": "Tam", "last_name": "Reed", "phone_number": "555 0100"}},
            {"id": 5, "type": "message", "from_id": "user700", "text": "", "poll": {"question": "Who?", "answers": [{"text": "Tam", "voters": 1}, {"voters": 0}]}}]},
        {"type": "public_channel", "id": 900, "messages": [
            {"id": 6, "type": "message", "from_id": "channel900", "text": "signed", "author": "Orla Fenwick"},
            {"id": 7, "type": "message", "from_id": "channel900", "text": "not signed"}]}]}}"#;
    let read = Archive::new().with("result.json", whole).read_with_messages();
    let shown: Vec<_> = read.items.iter().map(|item| (item.text.as_str(), item.authorship)).collect();
    let expected = [
        ("old and mine", Authorship::Own),
        ("old and theirs", Authorship::Other),
        ("of who is gone", Authorship::Reshare),
        ("Tam Reed 555 0100", Authorship::Own),
        ("Who?\n- Tam", Authorship::Own),
        ("signed", Authorship::Own),
        ("not signed", Authorship::Other),
    ];
    assert_eq!(shown, expected);
    assert!(read.coverage.notes.iter().any(|note| note.contains("posts of channels")), "{:?}", read.coverage);
}

#[test]
fn discord_is_known_in_other_languages() {
    let json = r#"[{"ID": 1, "Timestamp": "2024-05-01 10:11:12", "Contents": "Morning", "Attachments": ""}]"#;
    let table = "ID,Timestamp,Contents,Attachments\n2,2023-05-01 10:11:12.000000+00:00,Evening,\n";
    let read = Archive::new()
        .with("Konto/user.json", r#"{"id": "7", "username": "orla"}"#)
        .with("Nachrichten/c10/channel.json", r#"{"id": "10", "type": "DM", "recipients": ["7", "8"]}"#)
        .with("Nachrichten/c10/messages.json", json)
        .with("Nachrichten/c11/messages.csv", table)
        .read_with_messages();
    assert_eq!(read.recognised, "Discord archive of @orla");
    assert_eq!(read.texts(), ["Morning", "Evening"]);
}

#[test]
fn telegram_as_pages_is_named_and_not_taken_for_a_saved_page() {
    let page = "<!DOCTYPE html>\n<html>\n <head>\n  <meta charset=\"utf-8\"/>\n<title>Exported Data</title></head><body><div class=\"text\">theirs</div></body></html>";
    let read = Archive::new().with("messages.html", page).alone().read_with_messages();
    assert_eq!((read.items.len(), read.failed("export again, as machine-readable JSON")), (0, 1));
}

#[test]
fn dates_that_can_be_read_in_two_ways_are_left_open() {
    let chat = "05/06/20, 12:10 - Ann: one\n06/07/20, 12:11 - Bea: two\n";
    let read = Archive::new().with("WhatsApp Chat with Bea.txt", chat).read_with_messages();
    assert!(read.items.iter().all(|item| item.created_precision == Precision::Unknown));
    assert!(read.coverage.notes.iter().any(|note| note.contains("two ways")), "{:?}", read.coverage.notes);
    let told: Vec<_> = read.items.iter().map(|item| item.authorship).collect();
    assert_eq!(told, [Authorship::Own, Authorship::Other]);
}

#[test]
fn samples_are_read() {
    let Some(path) = sample("telegram/joweich-chat-miner") else { return };
    assert_eq!(support::read(&path, true).texts(), ["Minimal Message", "Link:https://telegram.org/"]);
    let of = |name: &str| support::read(&sample(&format!("whatsapp/{name}")).unwrap(), true);
    let day_first = of("joweich-chat-miner/test/whatsapp/test_ddmmyy_24hrs.txt");
    let month_first = of("joweich-chat-miner/test/whatsapp/test_mmddyyyy_12hrs.txt");
    let times = |read: &support::Read| -> Vec<String> {
        read.items.iter().map(|item| item.created_at.unwrap().to_string()).collect()
    };
    assert_eq!(times(&day_first), times(&month_first));
    assert_eq!(day_first.texts(), month_first.texts());
    let iphone = of("timelinize-timelinize");
    assert_eq!((iphone.items.len(), iphone.skipped("other events")), (10, 9));
}
