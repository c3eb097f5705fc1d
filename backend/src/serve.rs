//! Starting, serving and draining. A server answers from the moment it has its port; a store or a log that is out of
//! reach is waited for meanwhile.

mod front;
mod log;
mod tasks;

pub use tasks::Tasks;

use crate::{
    config::Config,
    context::{Context, Health, Parts, Secrets, stopped},
    http::{self, waiting},
    live::Live,
    log::{LogError, table},
    outage,
    payments::{Gateway, PaymentError, intake::Intake},
    readers::Readers,
    songs::search::{SearchError, SongIndex},
    store::{
        Store, StoreError, ledger, settings,
        songs::{self, FollowError},
    },
    tls::{self, Https, TlsError},
};
use axum::Router;
use front::Front;
use log::Log;
use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use uuid::Uuid;

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

/// A server that has its port and answers that it waits.
pub struct Listening {
    config: Arc<Config>,
    /// Where it listens.
    pub address: SocketAddr,
    front: Front,
    index: Arc<SongIndex>,
    payments: Option<Gateway>,
    log: Log,
    prepared: watch::Receiver<bool>,
    https: Option<Https>,
    store: Arc<OnceLock<Store>>,
    store_away: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    tasks: Tasks,
}

/// A server that has all its parts.
pub struct Running {
    /// What its parts share.
    pub context: Context,
    /// Where it listens.
    pub address: SocketAddr,
    front: Front,
    prepared: watch::Receiver<bool>,
    stop: watch::Sender<bool>,
    tasks: Tasks,
    /// The embedded log: it takes what handlers append until the last has answered.
    log: JoinSet<()>,
}

/// Opens everything, and waits for store and log if they are out of reach. Requests are answered with "not now" until
/// [`Running::answer`].
pub async fn start(config: Config) -> Result<Running, StartError> {
    let mut running = listen(config).await?.open().await?;
    running.log_in_reach().await?;
    Ok(running)
}

/// Takes the port and answers from there on. What is wrong with the configuration itself is found here.
pub async fn listen(config: Config) -> Result<Listening, StartError> {
    let folder = &config.data;
    std::fs::create_dir_all(folder)
        .map_err(|error| StartError::Folder { folder: folder.display().to_string(), error })?;
    let index = Arc::new(SongIndex::open(&folder.join("search"))?);
    let address = config.http.bind;
    let tcp = TcpListener::bind(address).await.map_err(|error| StartError::Port { address, error })?;
    let address = tcp.local_addr().map_err(StartError::Broke)?;
    let mut https = tls::open(&config).await?;
    let payments = Gateway::open(&config)?;
    let log = Log::new(&config.log)?;
    let config = Arc::new(config);
    let (stop, stopping) = watch::channel(false);
    let (store, store_away) = (Arc::<OnceLock<Store>>::default(), Arc::<AtomicBool>::default());
    let front = Front::new(waiting::router(waiting::Waiting {
        config: config.clone(),
        log: log.outside_the_store(),
        certificate: https.as_ref().map(|https| https.current.clone()),
        store_away: store_away.clone(),
    }));
    let mut tasks = Tasks::default();
    let port = match &https {
        None => Port::Plain(tcp),
        Some(https) => Port::Tls(tls::listen(store.clone(), https.current.clone(), tcp, address)?),
    };
    tasks.spawn_needed(answer(port, front.router(), stopping.clone()));
    if let Some(https) = &mut https {
        https.spawn(&config, &stopping, &mut tasks);
    }
    let prepared = log.prepare(&config, &stopping, &mut tasks);
    Ok(Listening { config, address, front, index, payments, log, prepared, https, store, store_away, stop, tasks })
}

/// A port by what is spoken there.
enum Port {
    Plain(TcpListener),
    Tls(tls::TlsPort),
}

async fn answer(port: Port, router: Router, stopping: watch::Receiver<bool>) -> Result<(), StartError> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = match port {
        Port::Plain(tcp) => axum::serve(tcp, service).with_graceful_shutdown(stopped(stopping)).await,
        Port::Tls(tls) => axum::serve(tls, service).with_graceful_shutdown(stopped(stopping)).await,
    };
    served.map_err(StartError::Broke)
}

impl Listening {
    /// Opens the store as soon as it is in reach, and starts what reads.
    pub async fn open(mut self) -> Result<Running, StartError> {
        let (store, secrets) = tokio::select! {
            opened = open_store(&self.config, &self.index, &self.store_away) => opened?,
            failure = self.tasks.failure() => return Err(failure),
        };
        // Only this start sets it.
        let _ = self.store.set(store.clone());
        let log::Opened { requests, appends } = self.log.open(&store);
        let context = Context::from(Parts {
            config: self.config,
            events: Intake::start(store.clone()),
            store,
            requests,
            live: Live::default(),
            index: self.index,
            secrets: Arc::new(secrets),
            health: Arc::new(Health::default()),
            readers: Readers::of_process(Uuid::now_v7()),
            payments: self.payments.map(Arc::new),
            certificate: self.https.as_ref().map(|https| https.current.clone()),
            stopping: self.stop.subscribe(),
        });
        let (front, prepared, mut tasks) = (self.front, self.prepared, self.tasks);
        log::spawn_readers(&context, appends.is_some(), &prepared, &mut tasks);
        let mut log = JoinSet::new();
        if let Some(appends) = appends {
            log.spawn(table::run(context.clone(), appends));
        }
        if let Some(https) = self.https {
            https.spawn_orders(&context, &mut tasks);
        }
        Ok(Running { context, address: self.address, front, prepared, stop: self.stop, tasks, log })
    }
}

/// Opens the store and what the start needs of it.
async fn open_store(
    config: &Config,
    index: &Arc<SongIndex>,
    away: &AtomicBool,
) -> Result<(Store, Secrets), StoreError> {
    let what = if config.store.url == "sqlite" { "the database" } else { "PostgreSQL" };
    outage::until_in_reach(what, || async {
        let opened = open_once(config, index).await;
        away.store(opened.is_err(), Ordering::Relaxed);
        opened
    })
    .await
}

async fn open_once(config: &Config, index: &Arc<SongIndex>) -> Result<(Store, Secrets), StoreError> {
    let store = match config.store.url.as_str() {
        "sqlite" => Store::open_sqlite(&config.data).await?,
        url => Store::open_postgres(url).await?,
    };
    let secrets = Secrets::load(&store).await?;
    settings::set(&store, ledger::SHARE, &config.payments.share().to_string()).await?;
    match songs::fill_index(&store, index).await {
        // Another process of this data folder fills it; what it leaves out is followed.
        Err(FollowError::Index(SearchError::Busy)) | Ok(()) => {}
        Err(error) => return Err(error.into()),
    }
    Ok((store, secrets))
}

impl Running {
    /// Waits until the log can be read.
    pub async fn log_in_reach(&mut self) -> Result<(), StartError> {
        let prepared = self.prepared.wait_for(|prepared| *prepared);
        tokio::select! {
            // Without a sender the task that prepares has failed, which is told below.
            Ok(_) = prepared => Ok(()),
            failure = self.tasks.failure() => Err(failure),
        }
    }

    /// Answers everything from now on.
    pub fn answer(&self) {
        self.front.open(http::router(self.context.clone()));
    }

    /// Answers everything until a signal, then drains: requests under way are answered, sockets are closed, readers
    /// finish.
    pub async fn serve(mut self) -> Result<(), StartError> {
        self.answer();
        let failed = tokio::select! {
            () = told_to_stop() => None,
            failure = self.tasks.failure() => Some(failure),
        };
        tracing::info!("stopping: answering what is under way");
        // Every part holds a receiver while it runs.
        let _ = self.stop.send(true);
        let ended = self.tasks.ended().await;
        self.log.shutdown().await;
        self.context.store.close().await;
        failed.map_or(ended, Err)
    }
}

/// Completes when the system asks the program to end.
pub async fn told_to_stop() {
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
