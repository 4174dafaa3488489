//! The splitter against `serde_json`, against broken files, and against noise.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Gives a few bytes at a time, so that borders fall everywhere.
struct Dripping<'a>(&'a [u8], usize);

impl Read for Dripping<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn split_with(data: &[u8], buffer: usize) -> (Vec<Vec<u8>>, Vec<Fault>) {
    let (elements, faults, _) = split(Splitter::new(Dripping(data, buffer)), data, buffer);
    (elements.into_iter().map(|(_, element)| element).collect(), faults)
}

/// Elements with the key of their list, what could not be split, and what stands around the lists.
type Parts = (Vec<(Option<&'static str>, Vec<u8>)>, Vec<Fault>, Vec<u8>);

fn split_under(data: &str, keys: &'static [&'static str], buffer: usize) -> Parts {
    split(Splitter::starting(Dripping(data.as_bytes(), buffer), Start::Under(keys)), data.as_bytes(), buffer)
}

fn split(mut splitter: Splitter<Dripping<'_>>, data: &[u8], buffer: usize) -> Parts {
    splitter.buffer = vec![0; buffer];
    let (mut elements, mut faults) = (Vec::new(), Vec::new());
    while let Some(mut chunk) = splitter.next_chunk() {
        for (offset, element) in chunk.elements() {
            let offset = usize::try_from(offset).unwrap();
            assert_eq!(&data[offset..offset + element.len()], element, "offset of an element");
            elements.push((chunk.key, element.to_vec()));
        }
        faults.append(&mut chunk.faults);
    }
    (elements, faults, splitter.frame().to_vec())
}

fn texts(data: &str) -> (Vec<String>, Vec<(u64, String)>) {
    let (elements, faults) = split_with(data.as_bytes(), 64);
    let elements = elements.into_iter().map(|element| String::from_utf8(element).unwrap()).collect();
    (elements, faults.into_iter().map(|fault| (fault.offset, fault.reason.into_owned())).collect())
}

#[test]
fn splits_what_exports_hold() {
    for (input, expected) in [
        (
            "window.YTD.tweets.part0 = [ {\"a\":1}, {\"b\":\"]}\\\"\"} ]",
            vec!["{\"a\":1}", "{\"b\":\"]}\\\"\"}"],
        ),
        ("Grailbird.data.tweets_2013_02 = \n [ {\"a\":[1,{}]} ];", vec!["{\"a\":[1,{}]}"]),
        ("[]", vec![]),
        ("\u{feff}[1,\"x\" , null]", vec!["1", "\"x\"", "null"]),
        ("var user_details =  {\"a\" : 1}", vec!["{\"a\" : 1}"]),
        ("window.YTD.a.part0 = [{}]\nwindow.YTD.a.part1 = [{\"b\":2}]", vec!["{}", "{\"b\":2}"]),
    ] {
        assert_eq!(texts(input), (expected.into_iter().map(str::to_owned).collect(), vec![]), "{input}");
    }
}

#[test]
fn one_broken_record_costs_one_record() {
    for broken in [
        "{\"tweet\": {\"a\": \"never closed}}",
        "{\"tweet\": {\"a\": 1}",
        "{\"tweet\": {\"a\": [1, {\"b\": 2}}}",
        "{\"tweet\": {\"a\": what is this}}",
        "{\"tweet\": {\"a\": \"x\n\"}}",
    ] {
        let input = format!("[{{\"tweet\": {{\"n\": 1}}}},\n{broken},\n{{\"tweet\": {{\"n\": 2}}}}\n]");
        let (elements, faults) = texts(&input);
        assert_eq!(elements, ["{\"tweet\": {\"n\": 1}}", "{\"tweet\": {\"n\": 2}}"], "{input}");
        assert_eq!(faults.iter().map(|fault| fault.0).collect::<Vec<_>>(), [22], "{input} {faults:?}");
    }
}

#[test]
fn keeps_what_stands_before_a_cut() {
    let (elements, faults) = texts("x = [{\"a\":1},{\"a\":2},{\"a\":\"thr");
    assert_eq!(elements.len(), 2);
    assert_eq!(faults, [(21, "The file ends in the middle of a record".to_owned())]);
    assert_eq!(texts("[{\"a\":1},").1, [(9, "The file ends before its list does".to_owned())]);
}

#[test]
fn says_when_there_is_no_list() {
    for input in ["", "   ", "hello", "x = "] {
        let (elements, faults) = texts(input);
        assert_eq!((elements.len(), faults.len()), (0, 1), "{input:?}");
    }
}

#[test]
fn refuses_what_nests_too_deep_and_goes_on() {
    let deep = format!("[{{\"k\":{}1{}}}, {{\"k\":2}}]", "[".repeat(5000), "]".repeat(5000));
    let (elements, faults) = texts(&deep);
    assert_eq!(elements, ["{\"k\":2}"]);
    assert_eq!(faults.len(), 1);
}

#[test]
fn refuses_an_endless_element() {
    let long = format!("[{{\"k\":\"{}\"}}, {{\"k\":2}}]", "x".repeat(MAX_ELEMENT_BYTES + 2 * CHUNK_BYTES));
    let (elements, faults) = split_with(long.as_bytes(), CHUNK_BYTES);
    assert_eq!((elements.len(), faults.len()), (1, 1));
}

#[test]
fn finds_lists_under_keys() {
    let keys: &[&str] = &["posts_v2", "comments"];
    for (input, expected, frame) in [
        (
            r#"{"posts_v2": [{"a":1}, {"a":2}]}"#,
            "posts_v2 {\"a\":1}|posts_v2 {\"a\":2}",
            r#"{"posts_v2": []}"#,
        ),
        (r#"[{"posts_v2": 1}]"#, r#"- {"posts_v2": 1}"#, ""),
        (r#"{"text": "posts_v2", "n": [[1]]}"#, r#"- {"text": "posts_v2", "n": [[1]]}"#, ""),
        (
            r#"{"n": {"comments": [1, 2]}, "posts_v2" : [3], "more": "x"}"#,
            "comments 1|comments 2|posts_v2 3",
            r#"{"n": {"comments": []}, "posts_v2" : [], "more": "x"}"#,
        ),
        (r#"{"posts_v2": {"a": [1]}}"#, r#"posts_v2 {"a": [1]}"#, r#"{"posts_v2": {}}"#),
        (r#"{"posts_v2": null, "comments": []}"#, "", r#"{"posts_v2": null, "comments": []}"#),
    ] {
        for buffer in [1, 7, 64] {
            let (elements, faults, around) = split_under(input, keys, buffer);
            let shown = elements
                .iter()
                .map(|(key, element)| format!("{} {}", key.unwrap_or("-"), String::from_utf8_lossy(element)));
            assert_eq!(shown.collect::<Vec<_>>().join("|"), expected, "{input} {buffer}");
            assert_eq!(faults, [], "{input}");
            assert_eq!(String::from_utf8(around).unwrap(), frame, "{input} {buffer}");
        }
    }
}

#[test]
fn says_what_is_wrong_around_lists() {
    let keys: &[&str] = &["list"];
    for (input, found, faults) in [
        ("list = [1]", 0, 1),
        ("null", 0, 1),
        ("{\"a\": 1", 0, 1),
        ("{\"list\": [1, 2], \"a\": ", 2, 1),
        ("{\"list\": [1, ", 1, 1),
        ("{\"a\": what, \"list\": [1]}", 1, 1),
        ("{\"a\": ], \"list\": [1]]}", 1, 1),
        ("{\"list\": [{\"k\": 1}, {\"k\": \"open}, {\"k\": 3}]}", 2, 1),
    ] {
        let (elements, said, _) = split_under(input, keys, 16);
        assert_eq!((elements.len(), said.len()), (found, faults), "{input} {said:?}");
    }
}

#[test]
fn finds_a_list_behind_a_long_preamble() {
    let long =
        format!("{{\"skip\": [{}0], \"list\": [7]}}", "1,".repeat(MAX_ELEMENT_BYTES / 2 + 2 * CHUNK_BYTES));
    let (elements, faults, frame) = split_under(&long, &["list"], CHUNK_BYTES);
    assert_eq!((elements, faults.len(), frame.len()), (vec![(Some("list"), b"7".to_vec())], 0, 0));
    let text = format!("{{\"skip\": \"{}\", \"list\": [7]}}", "x".repeat(3 * MAX_ELEMENT_BYTES));
    let (elements, faults, _) = split_under(&text, &["list"], CHUNK_BYTES);
    assert_eq!((elements.len(), faults.len()), (0, 1));
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        "[\\PC\"{}\\[\\],:\\\\\n]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_serde_json(
        values in prop::collection::vec(json(), 0..12),
        buffer in 1_usize..200,
        pretty in any::<bool>(),
    ) {
        let array = Value::from(values.clone());
        let text = if pretty { serde_json::to_string_pretty(&array) } else { serde_json::to_string(&array) };
        let text = format!("window.YTD.tweets.part0 = {}", text.unwrap());
        let (elements, faults) = split_with(text.as_bytes(), buffer);
        let elements: Vec<Value> =
            elements.iter().map(|element| serde_json::from_slice(element).unwrap()).collect();
        prop_assert_eq!(elements, values);
        prop_assert_eq!(faults, vec![]);
    }

    #[test]
    fn a_list_under_a_key_is_the_same_list(
        values in prop::collection::vec(json(), 0..12),
        others in prop::collection::vec(("[b-z]{0,6}", json()), 0..4),
        buffer in 1_usize..200,
    ) {
        let mut object: serde_json::Map<String, Value> = others.into_iter().collect();
        object.insert("a list".to_owned(), Value::from(values.clone()));
        let text = serde_json::to_string(&object).unwrap();
        let (elements, faults, frame) = split_under(&text, &["a list"], buffer);
        let elements: Vec<Value> =
            elements.iter().map(|(_, element)| serde_json::from_slice(element).unwrap()).collect();
        prop_assert_eq!(elements, values);
        prop_assert_eq!(faults, vec![]);
        object.insert("a list".to_owned(), Value::from(Vec::<Value>::new()));
        prop_assert_eq!(serde_json::from_slice::<Value>(&frame).unwrap(), Value::Object(object));
    }

    #[test]
    fn survives_noise_around_lists(data in "[\\[\\]{}\":,\\\\a \n1]{0,400}", buffer in 1_usize..100) {
        split_under(&format!("{{{data}"), &["a", ""], buffer);
    }

    #[test]
    fn survives_any_bytes(data in prop::collection::vec(any::<u8>(), 0..600), buffer in 1_usize..100) {
        split_with(&data, buffer);
    }

    #[test]
    fn survives_json_like_noise(data in "[\\[\\]{}\":,\\\\a \n1]{0,400}", buffer in 1_usize..100) {
        split_with(format!("[{data}").as_bytes(), buffer);
    }
}
