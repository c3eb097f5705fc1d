//! What the contracts of store, log and relay share: one broker and one PostgreSQL for a test binary, a database and a
//! topic prefix for each test.
#![allow(dead_code, reason = "each contract takes what it needs")]

pub(crate) mod house;
pub(crate) mod kafka_side;

use anyhow::{Context as _, Result, ensure};
use jukeline_backend::{
    config::{Config, LogKind},
    context::{Context, Parts},
    serve::{self, Running},
    store::{self, Raised, RestoredError, Store},
};
use jukeline_tests::{eventually, kafka::Kafka, postgres::Postgres};
use std::{
    path::Path,
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// How long a condition may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Which adapters a case runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// SQLite, and the log in its tables.
    Embedded,
    /// PostgreSQL and Apache Kafka.
    Network,
}

/// Makes two tests of one body: `<name>::embedded` and `<name>::network`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn embedded() -> anyhow::Result<()> {
                super::$name($crate::contract::On::Embedded).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn network() -> anyhow::Result<()> {
                jukeline_tests::needs!(jukeline_tests::machine::Need::Kafka, jukeline_tests::machine::Need::Postgres);
                super::$name($crate::contract::On::Network).await
            }
        }
    )+};
}

static POSTGRES: Mutex<Weak<Postgres>> = Mutex::const_new(Weak::new());
static KAFKA: Mutex<Weak<Kafka>> = Mutex::const_new(Weak::new());

/// The binary's PostgreSQL; it ends with the last test that holds it.
pub(crate) async fn postgres() -> Result<Arc<Postgres>> {
    let mut shared = POSTGRES.lock().await;
    if let Some(running) = shared.upgrade() {
        return Ok(running);
    }
    let started = Arc::new(Postgres::start().await?);
    *shared = Arc::downgrade(&started);
    Ok(started)
}

/// The binary's broker; it ends with the last test that holds it.
pub(crate) async fn kafka() -> Result<Arc<Kafka>> {
    let mut shared = KAFKA.lock().await;
    if let Some(running) = shared.upgrade() {
        return Ok(running);
    }
    let started = Arc::new(Kafka::start().await?);
    *shared = Arc::downgrade(&started);
    Ok(started)
}

/// A name that no other test has.
pub(crate) fn fresh(word: &str) -> String {
    format!("{word}{}", uuid::Uuid::new_v4().simple())
}

/// A database of a test's own.
pub(crate) struct Database {
    url: String,
    folder: TempDir,
    server: Option<Arc<Postgres>>,
}

impl Database {
    /// Makes an empty one.
    pub(crate) async fn make(on: On) -> Result<Database> {
        let folder = tempfile::tempdir()?;
        if on == On::Embedded {
            return Ok(Database { url: "sqlite".into(), folder, server: None });
        }
        let server = postgres().await?;
        let url = server.create_database(&fresh("t")).await?;
        Ok(Database { url, folder, server: Some(server) })
    }

    /// A copy of it; nobody may have it open.
    pub(crate) async fn backup(&self) -> Result<Database> {
        let folder = tempfile::tempdir()?;
        let Some(server) = &self.server else {
            let file = |folder: &TempDir| folder.path().join("jukeline.sqlite");
            std::fs::copy(file(&self.folder), file(&folder))?;
            return Ok(Database { url: self.url.clone(), folder, server: None });
        };
        let name = self.url.rsplit('/').next().context("no name")?;
        // Connections that were closed a moment ago count until their end.
        let url = eventually("a copy", PATIENCE, || async { server.copy_database(name, &fresh("t")).await }).await?;
        Ok(Database { url, folder, server: Some(server.clone()) })
    }

    /// Says that it was restored from a backup.
    pub(crate) async fn restored(&self) -> Result<Raised, RestoredError> {
        store::restored(&self.url, self.folder.path()).await
    }

    /// Opens it, as one more process would.
    pub(crate) async fn open(&self) -> Result<Store, jukeline_backend::store::StoreError> {
        match self.url.as_str() {
            "sqlite" => Store::open_sqlite(self.folder.path()).await,
            url => Store::open_postgres(url).await,
        }
    }
}

/// What a test's servers have in common: start as many as it needs.
pub(crate) struct Installation {
    config: Config,
    folder: TempDir,
    kafka: Option<Arc<Kafka>>,
    _postgres: Option<Arc<Postgres>>,
}

impl Installation {
    /// An empty one: a new database and new topics of three partitions.
    pub(crate) async fn make(on: On) -> Result<Installation> {
        if on == On::Embedded {
            return Self::of(None, None, "sqlite").await;
        }
        let (kafka, postgres) = tokio::try_join!(kafka(), postgres())?;
        let url = postgres.create_database(&fresh("t")).await?;
        Self::of(Some(kafka), Some(postgres), &url).await
    }

    /// One on the shared broker with a database elsewhere.
    pub(crate) async fn with_database(url: &str) -> Result<Installation> {
        Self::of(Some(kafka().await?), None, url).await
    }

    /// One on another cluster, which the test holds; `bootstrap` are its addresses.
    pub(crate) async fn elsewhere(bootstrap: &str, url: &str) -> Result<Installation> {
        let mut installation = Self::of(None, None, url).await?;
        installation.config.log.kind = LogKind::Kafka;
        installation.config.log.kafka.insert("bootstrap.servers".into(), bootstrap.into());
        installation.config.log.topic_prefix = format!("{}.", fresh("t"));
        Ok(installation)
    }

    async fn of(kafka: Option<Arc<Kafka>>, postgres: Option<Arc<Postgres>>, url: &str) -> Result<Installation> {
        let folder = tempfile::tempdir()?;
        let mut config = Config::default();
        config.http.bind = ([127, 0, 0, 1], 0).into();
        config.store.url = url.into();
        if let Some(kafka) = &kafka {
            config.log.kind = LogKind::Kafka;
            config.log.kafka.insert("bootstrap.servers".into(), kafka.bootstrap());
            config.log.topic_prefix = format!("{}.", fresh("t"));
            config.log.replication = 1;
            config.log.partitions = 3;
        }
        Ok(Installation { config, folder, kafka, _postgres: postgres })
    }

    /// Its configuration, before the first server starts.
    pub(crate) fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    /// The broker.
    pub(crate) fn kafka(&self) -> Result<&Kafka> {
        self.kafka.as_deref().context("no Kafka here")
    }

    /// A topic's full name.
    pub(crate) fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.config.log.topic_prefix)
    }

    /// A server without HTTP, ready. Dropping it is its kill: its tasks end where they stand.
    pub(crate) async fn start(&self) -> Result<Running> {
        let running = self.start_unready().await?;
        ready(&running.context).await?;
        Ok(running)
    }

    /// A server that may never be ready.
    pub(crate) async fn start_unready(&self) -> Result<Running> {
        let mut config = self.config.clone();
        // Each process has a folder of its own, but the embedded database is the one process's.
        config.data = match config.log.kind {
            LogKind::Table => self.folder.path().to_owned(),
            LogKind::Kafka => self.folder.path().join(fresh("process")),
        };
        Ok(serve::start(config).await?)
    }
}

/// Waits until every reader works.
pub(crate) async fn ready(context: &Context) -> Result<()> {
    eventually("all readers", PATIENCE, || async {
        let health = &context.health;
        let parts = [&health.floor, &health.relay, &health.live].map(|part| part.load(Ordering::Relaxed));
        ensure!(parts == [true; 3], "floor, relay, live: {parts:?}; stopped: {:?}", stopped(context));
        Ok(())
    })
    .await
}

/// The word of a reader that stopped for good.
pub(crate) fn stopped(context: &Context) -> Option<String> {
    context.health.stopped.lock().ok().and_then(|word| word.clone())
}

/// Waits until a reader stopped for good, and returns its word.
pub(crate) async fn stop_word(context: &Context) -> Result<String> {
    eventually("a reader that stops", PATIENCE, || async { stopped(context).context("all go on") }).await
}

/// The parts of a server on this store with no reader running: what the test calls is all that happens.
pub(crate) async fn parts(store: &Store, folder: &Path) -> Result<Context> {
    use jukeline_backend::{context::Secrets, log::table::TableLog, readers::Readers, songs::search::SongIndex};
    // Nothing in these tests drains.
    let (_, stopping) = tokio::sync::watch::channel(false);
    Ok(Context::from(Parts {
        config: Arc::new(Config::default()),
        requests: Arc::new(TableLog::new(store.clone()).0),
        live: Default::default(),
        index: Arc::new(SongIndex::open(&folder.join(fresh("search")))?),
        secrets: Arc::new(Secrets::load(store).await?),
        health: Arc::default(),
        readers: Readers::of_process(uuid::Uuid::now_v7()),
        events: jukeline_backend::payments::intake::Intake::start(store.clone()),
        store: store.clone(),
        payments: None,
        certificate: None,
        stopping,
    }))
}

/// Fails with what the doctor found wrong.
pub(crate) async fn doctor(store: &Store) -> Result<()> {
    let findings = jukeline_backend::doctor::examine(store, Config::default().spans()).await?;
    ensure!(findings.well(), "{findings}");
    Ok(())
}
