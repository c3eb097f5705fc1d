//! Who waits for news of which wallet: an account's version is raised with every fact about its credits, in whichever
//! process it was decided, so one question for all that are watched finds every change.

use crate::{
    context::Context,
    store::{Result, Store, id, list, padded},
};
use jukeline_app::id::AccountId;
use sqlx::{AssertSqlSafe, Row};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, watch};

/// How often it looks for what other processes decided.
const EVERY: Duration = Duration::from_secs(1);
/// What this process decides so soon after something else is found together with it.
const TOGETHER: Duration = Duration::from_millis(50);

/// The watched wallets. Cheap to clone.
#[derive(Clone, Default)]
pub struct Wallets {
    watched: Arc<Mutex<HashMap<AccountId, watch::Sender<i64>>>>,
    committed: Arc<Notify>,
}

impl Wallets {
    /// Watches an account's version; the first value may be one of the past.
    pub fn watch(&self, account: AccountId) -> watch::Receiver<i64> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.entry(account).or_insert_with(|| watch::channel(0).0).subscribe()
    }

    /// Says that this process has committed something.
    pub(super) fn wake(&self) {
        self.committed.notify_one();
    }

    /// Those that somebody still watches.
    fn accounts(&self) -> Vec<AccountId> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, sender| sender.receiver_count() > 0);
        watched.keys().copied().collect()
    }

    fn tell(&self, account: AccountId, version: i64) {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = watched.get(&account) {
            sender.send_if_modified(|known| std::mem::replace(known, version) != version);
        }
    }
}

/// Looks after the watched wallets until the server stops.
pub async fn run(context: Context) {
    loop {
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(EVERY) => {}
            () = context.live.wallets().committed.notified() => tokio::time::sleep(TOGETHER).await,
        }
        let accounts = context.live.wallets().accounts();
        match versions(&context.store, &accounts).await {
            Ok(versions) => versions.into_iter().for_each(|(account, n)| context.live.wallets().tell(account, n)),
            Err(error) => tracing::warn!(%error, "wallets could not be looked at; trying again"),
        }
    }
}

async fn versions(store: &Store, accounts: &[AccountId]) -> Result<Vec<(AccountId, i64)>> {
    let mut versions = Vec::new();
    for chunk in padded(accounts, 256) {
        let sql = format!("SELECT id, version FROM accounts WHERE id IN ({})", list(1, chunk.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in &chunk {
            query = query.bind(account.to_string());
        }
        for row in query.fetch_all(store.read()).await? {
            versions.push((id("accounts", row.try_get(0)?)?, row.try_get(1)?));
        }
    }
    Ok(versions)
}
