//! Reading an X archive: from the zip's bytes to items, without rules.
//!
//! `cargo bench --bench x_archive`. The archive is made here, always the same. Measures of large ones: `benches/whole.sh`.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use divan::Bencher;
use divan::counter::BytesCount;
use indicatif::ProgressBar;
use tempfile::TempDir;
use whitecoat::coverage::Coverage;
use whitecoat::sources::{Batch, Options, Sink, Stopped, archive};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const POSTS: usize = 5_000;

fn main() {
    divan::main();
}

/// Counts items, keeps none.
struct Counter {
    items: usize,
    coverage: Coverage,
    progress: ProgressBar,
}

impl Sink for Counter {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        self.items += batch.decode().items.len();
        Ok(())
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn recognised(&mut self, _: &str) {}

    fn progress(&self) -> &ProgressBar {
        &self.progress
    }
}

/// An archive of posts that vary in length, and the size of its `tweets.js`.
fn archive_of(posts: usize) -> (TempDir, PathBuf, usize) {
    let record = |id: usize| {
        let text = "Long shift, good coffee &amp; rain. ".repeat(1 + id * 7 % 5);
        format!(
            r#"{{"tweet":{{"id_str":"{id}","id":"{id}","full_text":"{text}{id}","created_at":"Wed Oct 10 20:19:24 +0000 2018","lang":"en","favorite_count":"{}","entities":{{"hashtags":[],"symbols":[],"user_mentions":[],"urls":[]}}}}}}"#,
            id % 90
        )
    };
    let records: Vec<String> = (1..=posts).map(record).collect();
    let tweets = format!("window.YTD.tweets.part0 = [\n{}\n]", records.join(",\n"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    zip.start_file("data/tweets.js", SimpleFileOptions::default()).unwrap();
    zip.write_all(tweets.as_bytes()).unwrap();
    zip.finish().unwrap();
    (folder, path, tweets.len())
}

#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let (_folder, path, bytes) = archive_of(POSTS);
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut counter =
            Counter { items: 0, coverage: Coverage::of("bench"), progress: ProgressBar::hidden() };
        archive::read(&path, &Options::default(), &mut counter).unwrap();
        assert_eq!(counter.items, POSTS);
    });
}
