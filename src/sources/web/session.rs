//! What all web inputs of a run share: the client, the hosts that have been met, the cache and the evidence.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use tokio::runtime::Runtime;
use url::Url;

use super::address::Resolver;
use super::cache::Cache;
use super::client::{Answer, Ask, Cap, Client};
use super::evidence::{About, Evidence};
use super::failure::Failure;
use super::host::{Host, Turn};
use super::limits::Limits;
use super::stored::Stored;
use super::walk::Want;
use crate::sources::live::Live;

/// How the web is to be read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What fetching may cost.
    pub limits: Limits,
    /// Let addresses lead to this machine: for tests.
    pub allow_loopback: bool,
    /// The folder of the cache; without one, nothing is kept.
    pub cache: Option<PathBuf>,
}

/// What all web inputs of a run share. Starts nothing before the first one is read.
#[derive(Debug, Default)]
pub struct Session {
    settings: Settings,
    evidence: Option<Arc<Evidence>>,
    shared: OnceLock<Result<Arc<Shared>, Failure>>,
    live: Arc<Live>,
}

impl Session {
    /// A session that writes no evidence.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// A session that writes what it asks and is answered to a new WARC file at `path`. `starts` are the web inputs as
    /// the user named them, `at` is when the run began. Of the cache it uses only what an interrupted run has left.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or exists.
    pub fn with_evidence(
        settings: Settings,
        path: &Path,
        starts: Vec<String>,
        at: Timestamp,
    ) -> io::Result<Self> {
        let Limits { pages, depth, .. } = settings.limits;
        let about = About { starts, at, pages, depth, allow_loopback: settings.allow_loopback };
        let evidence = Some(Arc::new(Evidence::create(path, &about)?));
        Ok(Self { settings, evidence, ..Self::default() })
    }

    /// Ends the session: the evidence is put into its place.
    ///
    /// # Errors
    ///
    /// When not all of it could be written.
    pub fn finish(&self) -> io::Result<()> {
        self.evidence.as_ref().map_or(Ok(()), |evidence| evidence.finish())
    }

    /// What was seen of live accounts.
    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    pub(super) fn allows_loopback(&self) -> bool {
        self.settings.allow_loopback
    }

    /// What is shared; made on the first call.
    pub(super) fn shared(&self) -> Result<Arc<Shared>, Failure> {
        self.shared.get_or_init(|| self.open().map(Arc::new)).clone()
    }

    fn open(&self) -> Result<Shared, Failure> {
        let Settings { limits, allow_loopback, cache } = &self.settings;
        let client = Client::new(limits, Resolver::of_system(*allow_loopback), self.evidence.clone())?;
        let cache = cache.as_deref().map(Cache::open).transpose();
        Shared::new(client, cache)
    }
}

/// See [`Session`].
#[derive(Debug)]
pub(super) struct Shared {
    runtime: Option<Runtime>,
    client: Client,
    hosts: Mutex<BTreeMap<String, Arc<Slot>>>,
    pub(super) cache: Option<Cache>,
    /// Why there is no cache, though one was wanted.
    pub(super) no_cache: Option<String>,
}

/// A place for a host: whoever holds it may ask, all others wait.
#[derive(Debug, Default)]
struct Slot {
    host: tokio::sync::Mutex<Option<Result<Host, Failure>>>,
    turn: Turn,
}

impl Shared {
    pub(super) fn new(client: Client, cache: Result<Option<Cache>, String>) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| Failure::Client(error.to_string()))?;
        let (cache, no_cache) = match cache {
            Ok(cache) => (cache, None),
            Err(problem) => (None, Some(problem)),
        };
        Ok(Self { runtime: Some(runtime), client, hosts: Mutex::default(), cache, no_cache })
    }

    /// Answers from an evidence file only.
    pub(super) fn of_stored(stored: Stored, limits: &Limits, allow_loopback: bool) -> Result<Self, Failure> {
        Self::new(Client::of_stored(stored, limits, allow_loopback), Ok(None))
    }

    /// The runtime that fetching happens on.
    pub(super) fn runtime(&self) -> Result<&Runtime, Failure> {
        self.runtime.as_ref().ok_or_else(|| Failure::Client("it has ended".to_owned()))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.client.limits
    }

    pub(super) fn check(&self, url: &Url) -> Result<(), Failure> {
        self.client.check(url)
    }

    /// Asks for `url` when its host's turn comes; the answer is unpacked.
    pub(super) async fn get(
        &self,
        url: &Url,
        want: Want,
        cap: Cap,
        since: Option<i64>,
    ) -> Result<Answer, Failure> {
        self.client.check(url)?;
        let slot = self.slot(url);
        let mut place = slot.host.lock().await;
        let host = match &mut *place {
            Some(host) => host,
            empty => empty.insert(Host::meet(&self.client, url, slot.turn.clone()).await),
        };
        let ask = Ask { url, want, cap, known_by: None };
        let mut answer = match host {
            Ok(host) => host.get(&self.client, self.cache.as_ref(), since, ask).await?,
            Err(failure) => return Err(failure.clone()),
        };
        drop(place);
        answer.inflate(cap)?;
        Ok(answer)
    }

    /// When the host of `url` may be asked next.
    pub(super) fn turn(&self, url: &Url) -> Turn {
        self.slot(url).turn.clone()
    }

    fn slot(&self, url: &Url) -> Arc<Slot> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hosts.entry(url.origin().ascii_serialization()).or_default())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // A name look-up that hangs must not hold up the end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
