//! Answers kept from one run to the next, so that a host is asked only for what has changed, and an interrupted crawl goes
//! on where it stopped.
//!
//! A SQLite file that may be deleted at any time. Whatever is wrong with it, the run goes on without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use etcetera::BaseStrategy;
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::client::{Answer, KnownBy};
use super::walk::Want;

/// The shape of the tables; a file of another shape is thrown away.
const VERSION: i32 = 1;
const FILE: &str = "answers-v1.sqlite";
/// Largest body that is kept.
const MAX_KEPT_BYTES: usize = 4 << 20;
/// Answers older than this are dropped, in seconds.
const KEEP_SECONDS: i64 = 90 * 24 * 3600;
/// A crawl that was interrupted goes on without asking again, for this long after its start, in seconds.
const RESUME_SECONDS: i64 = 24 * 3600;
/// A file that has grown beyond this is begun anew.
const MAX_FILE_BYTES: u64 = 2 << 30;

const TABLES: &str = "
    CREATE TABLE answers (
        key TEXT PRIMARY KEY, at INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX answers_at ON answers (at);
    CREATE TABLE crawls (start TEXT PRIMARY KEY, began INTEGER NOT NULL) WITHOUT ROWID;
";

/// The cache. Only crawls that have not ended are listed in it.
#[derive(Debug)]
pub(super) struct Cache(Mutex<Connection>);

/// An answer from the cache.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) answer: Answer,
    /// When the host last sent or confirmed it, in seconds since 1970.
    pub(super) at: i64,
}

impl Kept {
    /// How the host tells whether it has changed.
    pub(super) fn known_by(&self) -> KnownBy {
        let header = |name| self.answer.header(name).map(str::to_owned);
        KnownBy { etag: header("etag"), last_modified: header("last-modified") }
    }
}

/// Where the cache of this user is kept; `None` where the system knows no such place.
pub fn cache_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("whitecoat"))
}

impl Cache {
    /// Opens or makes the cache in `folder`.
    pub(super) fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        owner_only_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > MAX_FILE_BYTES) {
            remove(&path);
        }
        // A file that is no database, or of another shape, is thrown away: it holds nothing that is not elsewhere.
        let connection = connect(&path).or_else(|_| {
            remove(&path);
            connect(&path)
        });
        let connection = connection.map_err(|error| format!("{}: {error}", path.display()))?;
        let _ = connection.execute("DELETE FROM answers WHERE at < ?1", [now() - KEEP_SECONDS]);
        Ok(Self(Mutex::new(connection)))
    }

    /// The answer to an earlier request, if there is one.
    pub(super) fn find(&self, url: &Url, want: Want) -> Option<Kept> {
        let connection = self.lock();
        let mut query =
            connection.prepare_cached("SELECT at, headers, body FROM answers WHERE key = ?1").ok()?;
        let (at, headers, body): (i64, String, Vec<u8>) = query
            .query_row([key(url, want)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
            .ok()??;
        let headers = serde_json::from_str(&headers).ok()?;
        Some(Kept { answer: Answer { status: 200, headers, body }, at })
    }

    /// Keeps an answer that is one to keep.
    pub(super) fn keep(&self, url: &Url, want: Want, answer: &Answer) {
        let forbidden = answer
            .header("cache-control")
            .is_some_and(|value| value.to_ascii_lowercase().split(',').any(|part| part.trim() == "no-store"));
        if answer.status != 200 || forbidden || answer.body.len() > MAX_KEPT_BYTES {
            return;
        }
        let Ok(headers) = serde_json::to_string(&answer.headers) else { return };
        let connection = self.lock();
        if let Ok(mut insert) = connection
            .prepare_cached("INSERT OR REPLACE INTO answers (key, at, headers, body) VALUES (?1, ?2, ?3, ?4)")
        {
            let _ = insert.execute(params![key(url, want), now(), headers, answer.body]);
        }
    }

    /// The host has said that an answer still holds.
    pub(super) fn confirm(&self, url: &Url, want: Want) {
        let _ =
            self.lock().execute("UPDATE answers SET at = ?2 WHERE key = ?1", params![key(url, want), now()]);
    }

    /// Notes that a crawl begins. When the last one from the same start was interrupted not long ago, what has been
    /// answered since its beginning need not be asked for again: that time, in seconds since 1970.
    pub(super) fn begin(&self, start: &str) -> Option<i64> {
        let connection = self.lock();
        let began: Option<i64> = connection
            .query_row("SELECT began FROM crawls WHERE start = ?1", [start], |row| row.get(0))
            .optional()
            .ok()?;
        let since = began.filter(|began| (now() - RESUME_SECONDS..=now()).contains(began));
        if since.is_none() {
            let _ = connection.execute(
                "INSERT OR REPLACE INTO crawls (start, began) VALUES (?1, ?2)",
                params![start, now()],
            );
        }
        since
    }

    /// Notes that a crawl has come to its end.
    pub(super) fn end(&self, start: &str) {
        let _ = self.lock().execute("DELETE FROM crawls WHERE start = ?1", [start]);
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        VERSION => {}
        0 => {
            connection.execute_batch(TABLES)?;
            connection.pragma_update(None, "user_version", VERSION)?;
        }
        _ => return Err(rusqlite::Error::InvalidQuery),
    }
    Ok(connection)
}

fn remove(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

/// Makes a folder that only its owner can look into.
fn owner_only_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn key(url: &Url, want: Want) -> String {
    format!("{want:?} {url}")
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn answer(body: &str, header: (&str, &str)) -> Answer {
        Answer { status: 200, headers: vec![(header.0.into(), header.1.into())], body: body.into() }
    }

    #[test]
    fn keeps_answers_apart_and_across_openings() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/whitecoat");
        let url = Url::parse("https://h.example/a").unwrap();
        let cache = Cache::open(&folder).unwrap();
        cache.keep(&url, Want::Page, &answer("page", ("etag", "\"1\"")));
        cache.keep(&url, Want::Json, &answer("{}", ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")));
        cache.keep(&url, Want::Feed, &answer("secret", ("cache-control", "private, No-Store")));
        cache.keep(&url, Want::Bytes, &Answer { status: 404, ..Answer::default() });
        drop(cache);
        let cache = Cache::open(&folder).unwrap();
        let kept = cache.find(&url, Want::Page).unwrap();
        assert_eq!(
            (kept.answer.body.as_slice(), kept.known_by().etag.as_deref()),
            (&b"page"[..], Some("\"1\""))
        );
        assert!(cache.find(&url, Want::Json).unwrap().known_by().last_modified.is_some());
        assert!(cache.find(&url, Want::Feed).is_none() && cache.find(&url, Want::Bytes).is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn a_broken_or_foreign_file_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, "this is no database, though it is long enough to be looked at".repeat(100))
            .unwrap();
        Cache::open(folder.path()).unwrap().begin("a");
        Connection::open(&path).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert_eq!(Cache::open(folder.path()).unwrap().begin("a"), None);
    }

    #[test]
    fn only_an_interrupted_crawl_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        assert_eq!(cache.begin("a"), None);
        let since = cache.begin("a").unwrap();
        assert!((now() - 60..=now()).contains(&since));
        assert_eq!(cache.begin("b"), None);
        cache.end("a");
        assert_eq!(cache.begin("a"), None);
        cache.lock().execute("UPDATE crawls SET began = began - 100000", []).unwrap();
        assert_eq!(cache.begin("a"), None);
    }
}
