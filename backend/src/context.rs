//! What every part of the running server holds.

use crate::{
    config::Config,
    live::Live,
    log::RequestLog,
    payments::{Gateway, intake::Intake},
    readers::Readers,
    songs::search::SongIndex,
    store::{self, Store},
    tls::Current,
};
use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
};
use tokio::sync::watch;

/// The server's shared parts. A request clones it a dozen times on its way through the layers: one count goes up.
#[derive(Clone)]
pub struct Context(Arc<Parts>);

/// What a [`Context`] is made of.
#[derive(Clone)]
pub struct Parts {
    /// The configuration.
    pub config: Arc<Config>,
    /// The store.
    pub store: Store,
    /// Where requests are appended.
    pub requests: Arc<dyn RequestLog>,
    /// Facts as they are published, for this process's websockets and waiting handlers.
    pub live: Live,
    /// The search index.
    pub index: Arc<SongIndex>,
    /// Secrets of the installation.
    pub secrets: Arc<Secrets>,
    /// What `/readyz` says of each part.
    pub health: Arc<Health>,
    /// How far the readers of facts are.
    pub readers: Readers,
    /// Who takes payments, where credits are sold.
    pub payments: Option<Arc<Gateway>>,
    /// Where what the payment provider says goes in.
    pub events: Intake,
    /// The certificate, where the server speaks https itself.
    pub certificate: Option<Arc<Current>>,
    /// Becomes true when the server drains.
    pub stopping: watch::Receiver<bool>,
}

impl From<Parts> for Context {
    fn from(parts: Parts) -> Context {
        Context(Arc::new(parts))
    }
}

impl Deref for Context {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Context {
    /// Completes when the server drains.
    pub async fn stopped(&self) {
        stopped(self.stopping.clone()).await;
    }
}

/// Completes when the server drains.
pub async fn stopped(mut stopping: watch::Receiver<bool>) {
    // The sender lives as long as the server; without it there is nothing left to serve either.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Secrets of the installation, made at the first start and kept in the store.
pub struct Secrets {
    /// Signs passes.
    pub passes: [u8; 32],
    /// Hashes e-mail addresses for finding them.
    pub addresses: [u8; 32],
    /// Makes the tokens and claim codes of purchases.
    pub purchases: [u8; 32],
}

/// Whether each part works.
#[derive(Debug, Default)]
pub struct Health {
    /// The floor consumes.
    pub floor: AtomicBool,
    /// The floor waits, most likely for the store; its partitions are paused.
    pub floor_held_up: AtomicBool,
    /// The relay publishes (or has nothing to).
    pub relay: AtomicBool,
    /// The live reader reads.
    pub live: AtomicBool,
    /// A clear word when a reader stopped for good.
    pub stopped: std::sync::Mutex<Option<String>>,
}

impl Health {
    /// Notes that a reader stopped for good, and says so in the log.
    pub fn stop(&self, word: &str) {
        tracing::error!(word, "a reader stopped and needs a person");
        *self.stopped.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(word.into());
    }
}

impl Secrets {
    /// Reads the secrets, making them at the first start.
    pub async fn load(store: &Store) -> Result<Secrets, store::StoreError> {
        Ok(Secrets {
            passes: secret(store, "secret.passes").await?,
            addresses: secret(store, "secret.addresses").await?,
            purchases: secret(store, "secret.purchases").await?,
        })
    }
}

async fn secret(store: &Store, name: &str) -> Result<[u8; 32], store::StoreError> {
    let text = store::settings::get_or_set(store, name, &crate::secret::hex(&crate::secret::random::<32>())).await?;
    crate::secret::unhex(&text).ok_or_else(|| store::StoreError::garbled("settings", name))
}
