//! Archives made up for tests, and a sink that keeps everything.

#![allow(dead_code, unreachable_pub, missing_docs)]

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use tempfile::TempDir;
use whitecoat::coverage::{Coverage, Gap};
use whitecoat::sources::{Batch, InputError, Options, Sink, Stopped, archive};
use whitecoat_engine::Item;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A folder of invented exports.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives").join(name)
}

/// A folder of real exports, which are not part of the project; `None` where they are not at hand.
pub fn sample(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(name);
    path.exists().then_some(path)
}

/// Every item on a line of its own: what differs from item to item, and what is not as usual.
pub fn shown(read: &Read) -> String {
    let mut lines = vec![read.recognised.clone()];
    for item in &read.items {
        let mut line = serde_json::to_value(item).unwrap();
        let fields = line.as_object_mut().unwrap();
        fields.remove("profile");
        fields.retain(|_, value| !value.is_null() && *value != "" && *value != "unknown" && *value != "self");
        fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
        lines.push(line.to_string());
    }
    let coverage = &read.coverage;
    for (what, gaps) in [("left out", &coverage.skipped), ("failed", &coverage.failed)] {
        lines.extend(gaps.iter().map(|(reason, gap)| {
            let examples: Vec<_> = gap.examples.iter().cloned().collect();
            format!("{what}: {} x {reason} ({})", gap.count, examples.join(", "))
        }));
    }
    lines.extend(coverage.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

/// One record of `tweets.js`.
pub fn tweet(id: &str, text: &str) -> String {
    format!(
        r#"{{"tweet": {{"id_str": "{id}", "id": "{id}", "full_text": "{text}", "created_at": "Wed Oct 10 20:19:24 +0000 2018", "lang": "en"}}}}"#
    )
}

/// `tweets.js`, as X writes it.
pub fn tweets(records: &[String]) -> String {
    format!("window.YTD.tweets.part0 = [\n  {}\n]", records.join(",\n  "))
}

/// An archive in a temporary folder.
pub struct Archive {
    files: Vec<(String, Vec<u8>)>,
    folder: TempDir,
    pub path: PathBuf,
}

impl Archive {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("archive");
        fs::create_dir(&path).unwrap();
        Self { files: Vec::new(), folder, path }
    }

    /// A copy of a folder.
    pub fn of(root: &Path) -> Self {
        let mut archive = Self::new();
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            for child in fs::read_dir(folder).unwrap() {
                let path = child.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                    archive = archive.with(&name, fs::read(&path).unwrap());
                }
            }
        }
        archive
    }

    pub fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &content).unwrap();
        self.files.push((name.to_owned(), content));
        self
    }

    /// The manifest, account and profile of an invented physician.
    pub fn with_account(self) -> Self {
        self.with(
            "data/manifest.js",
            r#"window.__THAR_CONFIG = {"userInfo": {"accountId": "12345", "userName": "drexample", "displayName": "Dr Example"},
            "archiveInfo": {"isPartialArchive": false}, "dataTypes": {
              "tweets": {"mediaDirectory": "data/tweets_media", "files": [{"fileName": "data/tweets.js", "count": "2"}]},
              "like": {"files": [{"fileName": "data/like.js", "count": "7"}]},
              "directMessages": {"files": [{"fileName": "data/direct-messages.js", "count": "1"}]}}}"#
        )
        .with(
            "data/account.js",
            r#"window.YTD.account.part0 = [{"account": {"email": null, "username": "drexample", "accountId": "12345", "accountDisplayName": "Dr Example"}}]"#,
        )
        .with(
            "data/profile.js",
            r#"window.YTD.profile.part0 = [{"profile": {"description": {"bio": "Internist. Views mine.", "website": "", "location": "Springfield"}}}]"#,
        )
        .with(
            "data/professional-data.js",
            r#"window.YTD.professional_data.part0 = [{"professionalData": {"categoryNames": [{"name": "Medical &amp; Health"}]}}]"#,
        )
    }

    /// Puts everything into one zip, below a top folder (none if empty).
    pub fn zipped_below(mut self, top: &str) -> Self {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.files {
            let name = if top.is_empty() { name.clone() } else { format!("{top}/{name}") };
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        self.path = self.folder.path().join("archive.zip");
        fs::write(&self.path, zip.finish().unwrap().into_inner()).unwrap();
        self
    }

    /// Puts everything into one tar, packed with gzip.
    pub fn tarred(mut self) -> Self {
        let packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let mut tar = tar::Builder::new(packer);
        for (name, content) in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, content.as_slice()).unwrap();
        }
        self.path = self.folder.path().join("archive.tgz");
        fs::write(&self.path, tar.into_inner().unwrap().finish().unwrap()).unwrap();
        self
    }

    /// Only the last file, not its folder.
    pub fn alone(mut self) -> Self {
        self.path = self.path.join(&self.files.last().unwrap().0);
        self
    }

    /// Other bytes in place of the zip.
    pub fn rewritten(self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Self {
        let bytes = fs::read(&self.path).unwrap();
        fs::write(&self.path, change(bytes)).unwrap();
        self
    }

    pub fn read(&self) -> Read {
        read(&self.path, false)
    }

    pub fn read_with_messages(&self) -> Read {
        read(&self.path, true)
    }

    /// What was not read of it, or why nothing was.
    pub fn read_or_error(&self) -> Result<Coverage, String> {
        try_read(&self.path, false).map(|read| read.coverage).map_err(|error| error.to_string())
    }

    /// The message of an archive that cannot be read.
    pub fn error(&self) -> String {
        match try_read(&self.path, false) {
            Ok(read) => panic!("was read: {}", read.recognised),
            Err(error) => error.to_string(),
        }
    }
}

/// What came of reading.
pub struct Read {
    pub items: Vec<Item>,
    pub coverage: Coverage,
    pub recognised: String,
    progress: ProgressBar,
}

pub fn read(path: &Path, include_messages: bool) -> Read {
    try_read(path, include_messages).unwrap()
}

/// The parts of one archive.
pub fn read_parts(paths: &[PathBuf]) -> Read {
    try_read_parts(paths, false).unwrap()
}

pub fn try_read(path: &Path, include_messages: bool) -> Result<Read, InputError> {
    try_read_parts(&[path.to_owned()], include_messages)
}

fn try_read_parts(paths: &[PathBuf], include_messages: bool) -> Result<Read, InputError> {
    let mut sink = Read::default();
    archive::read_parts(paths, &Options { include_messages, ..Options::default() }, &mut sink)?;
    Ok(sink)
}

impl Default for Read {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            coverage: Coverage::of("test"),
            recognised: String::new(),
            progress: ProgressBar::hidden(),
        }
    }
}

impl Sink for Read {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        let decoded = batch.decode();
        self.items.extend(decoded.items);
        self.coverage.absorb(decoded.coverage);
        Ok(())
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn recognised(&mut self, what: &str) {
        let known = &mut self.recognised;
        *known = if known.is_empty() { what.to_owned() } else { format!("{known}; {what}") };
    }

    fn progress(&self) -> &ProgressBar {
        &self.progress
    }
}

impl Read {
    pub fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.id.as_str()).collect()
    }

    pub fn texts(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.text.as_str()).collect()
    }

    pub fn item(&self, id: &str) -> &Item {
        self.items
            .iter()
            .find(|item| item.id == id)
            .unwrap_or_else(|| panic!("no item {id} in {:?}", self.ids()))
    }

    /// How much was left out for reasons that contain `reason`.
    pub fn skipped(&self, reason: &str) -> u64 {
        count(&self.coverage.skipped, reason)
    }

    /// How much failed for reasons that contain `reason`.
    pub fn failed(&self, reason: &str) -> u64 {
        count(&self.coverage.failed, reason)
    }

    pub fn failed_examples(&self, reason: &str) -> Vec<String> {
        let gaps = self.coverage.failed.iter().filter(|(key, _)| key.contains(reason));
        gaps.flat_map(|(_, gap)| gap.examples.iter().cloned()).collect()
    }
}

fn count(gaps: &std::collections::BTreeMap<String, Gap>, reason: &str) -> u64 {
    gaps.iter().filter(|(key, _)| key.contains(reason)).map(|(_, gap)| gap.count).sum()
}

/// What the command says and writes of an archive among the fixtures.
pub fn extracted(fixture: &str, more: &[&str]) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("whitecoat"));
    let output = command.current_dir(fixtures).args(["extract", fixture]).args(more).output().unwrap();
    let (said, items) =
        (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
    format!("exit code {}\n{said}\n{items}", output.status.code().unwrap())
}
