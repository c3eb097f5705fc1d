//! Which log the configuration names, and what reads it.

use super::{StartError, Tasks};
use crate::{
    config::{Config, LogConfig, LogKind},
    context::Context,
    floor::sweep,
    live::{feed, wallets},
    log::{RequestLog, table},
    payments, readers,
    receipt::mailing,
    store::{Store, songs},
};
#[cfg(feature = "kafka")]
use crate::{
    context::stopped,
    log::kafka::{self, KafkaLog},
};
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::watch;

/// The log before there is a store.
pub(super) enum Log {
    /// Rows of the store.
    Table,
    /// Apache Kafka.
    #[cfg(feature = "kafka")]
    Kafka(Arc<KafkaLog>),
}

/// The log with what is appended to it in this process.
pub(super) struct Opened {
    /// Where requests go.
    pub(super) requests: Arc<dyn RequestLog>,
    /// For [`table::run`], where one process does it all.
    pub(super) appends: Option<table::Appends>,
}

impl Log {
    /// By the configuration; Kafka may be out of reach.
    pub(super) fn new(config: &LogConfig) -> Result<Log, StartError> {
        match config.kind {
            LogKind::Table => Ok(Log::Table),
            #[cfg(feature = "kafka")]
            LogKind::Kafka => Ok(Log::Kafka(Arc::new(KafkaLog::new(config)?))),
            #[cfg(not(feature = "kafka"))]
            LogKind::Kafka => Err(StartError::NoKafka),
        }
    }

    /// What can be asked while there is no store.
    pub(super) fn outside_the_store(&self) -> Option<Arc<dyn RequestLog>> {
        match self {
            Log::Table => None,
            #[cfg(feature = "kafka")]
            Log::Kafka(log) => Some(log.clone()),
        }
    }

    /// Makes what is missing in the log as soon as it is in reach; tells when it can be read.
    #[cfg_attr(not(feature = "kafka"), allow(unused_variables, reason = "the table log has nothing to make"))]
    pub(super) fn prepare(
        &self,
        config: &Arc<Config>,
        stopping: &watch::Receiver<bool>,
        tasks: &mut Tasks,
    ) -> watch::Receiver<bool> {
        match self {
            Log::Table => watch::channel(true).1,
            #[cfg(feature = "kafka")]
            Log::Kafka(_) => {
                let (done, is_done) = watch::channel(false);
                let (config, stopping) = (config.clone(), stopping.clone());
                tasks.spawn_needed(async move {
                    tokio::select! {
                        made = kafka::make_topics(&config.log) => {
                            made?;
                            // Nobody may wait for it any more.
                            let _ = done.send(true);
                        }
                        () = stopped(stopping) => {}
                    }
                    Ok(())
                });
                is_done
            }
        }
    }

    /// The log with its store.
    pub(super) fn open(self, store: &Store) -> Opened {
        match self {
            Log::Table => {
                let (log, appends) = table::TableLog::new(store.clone());
                Opened { appends: Some(appends), requests: Arc::new(log) }
            }
            #[cfg(feature = "kafka")]
            Log::Kafka(log) => Opened { requests: log, appends: None },
        }
    }
}

/// Starts everything that reads: the log's own readers once the log is prepared.
pub(super) fn spawn_readers(context: &Context, is_embedded: bool, prepared: &watch::Receiver<bool>, tasks: &mut Tasks) {
    tasks.spawn(sweep::run(context.clone()));
    tasks.spawn(feed::run_committed(context.clone()));
    tasks.spawn(songs::follow(context.clone()));
    tasks.spawn(payments::sweep::run(context.clone()));
    tasks.spawn(mailing::run(context.clone()));
    tasks.spawn(wallets::run(context.clone()));
    if is_embedded {
        // Facts of one process need no relay and no reader of the log.
        context.health.relay.store(true, Ordering::Relaxed);
        context.health.live.store(true, Ordering::Relaxed);
        tasks.spawn(readers::run(context.clone()));
    } else {
        spawn_kafka(context, prepared, tasks);
    }
}

#[cfg(feature = "kafka")]
fn spawn_kafka(context: &Context, prepared: &watch::Receiver<bool>, tasks: &mut Tasks) {
    tasks.spawn(once(prepared.clone(), kafka::run_floor(context.clone())));
    tasks.spawn(once(prepared.clone(), kafka::run_relay(context.clone())));
    tasks.spawn(once(prepared.clone(), kafka::run_live(context.clone())));
    tasks.spawn(once(prepared.clone(), readers::run(context.clone())));
}

#[cfg(not(feature = "kafka"))]
fn spawn_kafka(_: &Context, _: &watch::Receiver<bool>, _: &mut Tasks) {}

/// Reads once the log is prepared; not at all if the server stops before.
#[cfg(feature = "kafka")]
async fn once(mut prepared: watch::Receiver<bool>, reader: impl Future<Output = ()>) {
    if prepared.wait_for(|prepared| *prepared).await.is_ok() {
        reader.await;
    }
}
