//! Published sample pages, where they are at hand: what is found in them, and how right the main text is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod web_support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use web_support::read_page as read;
use whitecoat_engine::Kind;

/// Sample pages kept outside the project; `None` where they are not there.
fn samples(folder: &str, extension: &str) -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages").join(folder);
    let mut open = vec![root];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).ok()? {
            let path = entry.ok()?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Some(found)
}

#[test]
fn reads_published_structured_data() {
    let Some(pages) = samples("structured-data", "html") else { return };
    let mut by_reader: BTreeMap<String, usize> = BTreeMap::new();
    let (mut read_pages, mut all) = (0, 0);
    for path in pages.iter().chain(&samples("schema-org", "txt").unwrap_or_default()) {
        all += 1;
        let (sink, outcome) = read(std::fs::read(path).unwrap());
        if outcome.is_err() {
            continue;
        }
        read_pages += 1;
        assert!(!sink.items.is_empty(), "{}", path.display());
        for item in &sink.items {
            assert!(!item.id.is_empty());
            assert!(!item.text.is_empty() || !item.media.is_empty());
            let reader = item.source.split(['#', ':']).nth(1).unwrap_or_default().to_owned();
            *by_reader.entry(reader).or_default() += 1;
        }
    }
    eprintln!("{read_pages} of {all} pages hold items: {by_reader:?}");
    assert!(read_pages >= 30 && by_reader.contains_key("microdata"), "{read_pages} of {all}: {by_reader:?}");
}

/// Words in runs of four, each with how often it occurs, as the benchmark's own scorer counts them.
fn shingles(text: &str) -> BTreeMap<Vec<String>, f64> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut counts = BTreeMap::new();
    for window in words.windows(4) {
        *counts.entry(window.to_vec()).or_default() += 1.0;
    }
    counts
}

/// Precision and recall of one page by the benchmark's own scorer: what neither holds is no error.
fn scored(found: &str, expected: &str) -> (f64, f64) {
    let (found, expected) = (shingles(found), shingles(expected));
    let both: f64 = found.iter().map(|(key, count)| count.min(*expected.get(key).unwrap_or(&0.0))).sum();
    let share = |of: &BTreeMap<_, f64>| match of.values().sum::<f64>() {
        0.0 if found.is_empty() && expected.is_empty() => 1.0,
        0.0 => 0.0,
        all => both / all,
    };
    (share(&found), share(&expected))
}

/// What the headings of a page say, without spaces.
fn headings(html: &[u8]) -> BTreeSet<String> {
    let page = scraper::Html::parse_document(&String::from_utf8_lossy(html));
    let selector = scraper::Selector::parse("h1, h2").unwrap();
    let headings = page.select(&selector).map(|heading| heading.text().collect());
    headings.map(|heading: String| heading.split_whitespace().collect()).collect()
}

/// Prints its figures: `cargo test --test web_samples published_articles -- --nocapture`.
#[test]
fn finds_the_body_of_published_articles() {
    let Some(pages) = samples("article-extraction", "gz") else { return };
    let truth = pages[0].with_file_name("ground-truth.json");
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(truth).unwrap()).unwrap();
    let (mut precision, mut recall, mut count) = (0.0, 0.0, 0.0);
    let mut worst = Vec::new();
    for path in &pages {
        let name = path.file_name().unwrap().to_string_lossy().replace(".html.gz", "");
        let Some(expected) = truth[&name]["articleBody"].as_str() else { continue };
        let mut html = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut html).unwrap();
        let headings = headings(&html);
        let (sink, outcome) = read(html);
        let texts = sink.items.iter().filter(|it| matches!(it.kind, Kind::Article | Kind::Post));
        // The article is the longest of them; what else the page says of itself are items of their own.
        let text = texts.map(|it| it.text.as_str()).max_by_key(|text| text.len()).unwrap_or_default();
        // An item has its title, which the benchmark leaves out.
        let text = match text.split_once("\n\n") {
            Some((title, body)) if headings.contains(&title.split_whitespace().collect::<String>()) => body,
            _ => text,
        };
        let (p, r) = scored(text, expected);
        worst.push(((p + r).min(2.0 * p.min(r)), format!("{name} precision {p:.2}, recall {r:.2}")));
        precision += p;
        recall += r;
        count += 1.0;
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
    }
    let (precision, recall) = (precision / count, recall / count);
    let f1 = 2.0 * precision * recall / (precision + recall);
    worst.sort_by(|one, other| one.0.total_cmp(&other.0));
    worst.iter().take(20).for_each(|(_, page)| eprintln!("{page}"));
    eprintln!("{count} pages: F1 {f1:.3}, precision {precision:.3}, recall {recall:.3}");
    assert!(recall > 0.97 && f1 > 0.945, "precision {precision:.3}, recall {recall:.3}");
}
