//! Starting, serving and draining.

use crate::{
    config::{Config, LogKind},
    context::{Context, Health, Secrets},
    floor::sweep,
    http,
    live::{Live, feed, wallets},
    log::{LogError, RequestLog, table},
    payments::{self, Gateway, PaymentError},
    songs::search::{SearchError, SongIndex},
    store::{Store, StoreError, ledger, settings},
    tls::{self, TlsError},
};
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinSet,
};

/// Why the server didn't start, in words for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The search index.
    #[error("the search index: {0}")]
    Index(#[from] SearchError),
    /// The port.
    #[error("can't listen on {address}: {error}. Is another program using it? Choose another with http.bind or --port")]
    Port {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// https.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Payments.
    #[error(transparent)]
    Payments(#[from] PaymentError),
    /// The data folder.
    #[error("can't use the data folder {folder}: {error}")]
    Folder {
        /// Which.
        folder: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Built without it.
    #[error("this program was built without Kafka: build it with `--features kafka`, or set log.kind = \"table\"")]
    NoKafka,
    /// The server broke off.
    #[error("the server broke off: {0}")]
    Broke(std::io::Error),
}

/// A server that runs.
pub struct Running {
    /// What its parts share.
    pub context: Context,
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    listener: TcpListener,
}

/// What a log brings along: where requests go and the tasks that read it.
type Readers = (Arc<dyn RequestLog>, Option<Arc<Notify>>);

/// Opens everything. Nothing is served yet. A store or log that is out of reach is waited for.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let folder = config.data.clone();
    std::fs::create_dir_all(&folder)
        .map_err(|error| StartError::Folder { folder: folder.display().to_string(), error })?;
    let address = config.http.bind;
    let listener = TcpListener::bind(address).await.map_err(|error| StartError::Port { address, error })?;
    let https = tls::open(&config).await?;
    let store = open_store(&config).await?;
    let (requests, appended) = open_log(&config, &store).await?;
    let (stop, stopping) = watch::channel(false);
    let context = Context {
        secrets: Arc::new(Secrets::load(&store).await?),
        index: Arc::new(SongIndex::open(&folder.join("search"))?),
        live: Live::default(),
        health: Arc::new(Health::default()),
        payments: Gateway::open(&config)?.map(Arc::new),
        certificate: https.as_ref().map(|https| https.current.clone()),
        config: Arc::new(config),
        requests,
        store,
        stopping,
    };
    settings::set(&context.store, ledger::SHARE, &context.config.payments.share().to_string()).await?;
    crate::store::songs::fill_index(&context.store, &context.index).await?;
    let mut tasks = spawn_readers(&context, appended);
    if let Some(https) = https {
        https.spawn(&context, &mut tasks);
    }
    let address = listener.local_addr().map_err(StartError::Broke)?;
    Ok(Running { context, address, stop, tasks, listener })
}

async fn open_store(config: &Config) -> Result<Store, StoreError> {
    if config.store.url == "sqlite" {
        return Store::open_sqlite(&config.data).await;
    }
    loop {
        match Store::open_postgres(&config.store.url).await {
            // A wrong password or name won't heal by waiting.
            Err(StoreError::Database(error))
                if error.as_database_error().is_none_or(|e| e.code().is_some_and(|c| c.starts_with("57"))) =>
            {
                tracing::warn!(%error, "PostgreSQL is out of reach; waiting for it");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            opened => return opened,
        }
    }
}

#[cfg(feature = "kafka")]
async fn open_log(config: &Config, store: &Store) -> Result<Readers, StartError> {
    use crate::log::kafka::{KafkaLog, topic_table};
    if config.log.kind == LogKind::Table {
        return Ok(table_log(store));
    }
    while let Err(error) = topic_table::apply(&config.log).await {
        tracing::warn!(%error, "Kafka is out of reach; waiting for it");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok((Arc::new(KafkaLog::new(&config.log)?), None))
}

#[cfg(not(feature = "kafka"))]
async fn open_log(config: &Config, store: &Store) -> Result<Readers, StartError> {
    if config.log.kind == LogKind::Kafka { Err(StartError::NoKafka) } else { Ok(table_log(store)) }
}

fn table_log(store: &Store) -> Readers {
    let log = table::TableLog::start(store.clone());
    let appended = log.appended();
    (Arc::new(log), Some(appended))
}

fn spawn_readers(context: &Context, appended: Option<Arc<Notify>>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(sweep::run(context.clone()));
    tasks.spawn(feed::run_committed(context.clone()));
    tasks.spawn(payments::sweep::run(context.clone()));
    tasks.spawn(wallets::run(context.clone()));
    match appended {
        Some(appended) => {
            // Facts of one process need no relay and no reader of the log.
            context.health.relay.store(true, Ordering::Relaxed);
            context.health.live.store(true, Ordering::Relaxed);
            tasks.spawn(table::run_floor(context.clone(), appended));
        }
        None => spawn_kafka(context, &mut tasks),
    }
    tasks
}

#[cfg(feature = "kafka")]
fn spawn_kafka(context: &Context, tasks: &mut JoinSet<()>) {
    use crate::log::kafka;
    tasks.spawn(kafka::run_floor(context.clone()));
    tasks.spawn(kafka::run_relay(context.clone()));
    tasks.spawn(kafka::run_live(context.clone()));
}

#[cfg(not(feature = "kafka"))]
fn spawn_kafka(_: &Context, _: &mut JoinSet<()>) {}

impl Running {
    /// Serves until a signal, then drains: requests under way are answered, sockets are closed, readers finish.
    pub async fn serve(mut self) -> Result<(), StartError> {
        let router = http::router(self.context.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stop = self.stop.clone();
        let stopped = async move {
            signal().await;
            tracing::info!("stopping: answering what is under way");
            // Every part holds a receiver while it runs.
            let _ = stop.send(true);
        };
        let served = match self.context.certificate.clone() {
            None => axum::serve(self.listener, router).with_graceful_shutdown(stopped).await,
            Some(certificate) => {
                let listener = tls::listen(&self.context, certificate, self.listener, self.address)?;
                axum::serve(listener, router).with_graceful_shutdown(stopped).await
            }
        };
        served.map_err(StartError::Broke)?;
        while self.tasks.join_next().await.is_some() {}
        self.context.store.close().await;
        Ok(())
    }
}

async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
