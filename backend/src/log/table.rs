//! The embedded log: requests and facts are rows of the same database. One process, one partition.

use super::{LogError, Outgoing, RequestLog};
use crate::{
    context::Context,
    floor::{self, FloorError, Handled, Record},
    outage::Outage,
    store::{self, Store, StoreError},
};
use async_trait::async_trait;
use jukeline_app::{events::Request, id::JukeboxId};
use sqlx::{AssertSqlSafe, Row};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::{Notify, mpsc, oneshot};

/// The table log's one partition.
pub const PARTITION: i64 = 0;
/// Records a batch at the most.
const BATCH: i64 = 500;

type Ticket = (Outgoing, oneshot::Sender<Result<(), LogError>>);

/// The embedded log. Appends that come together share one commit.
#[derive(Clone)]
pub struct TableLog {
    queue: mpsc::Sender<Ticket>,
    store: Store,
    appended: Arc<Notify>,
}

impl TableLog {
    /// Starts the task that writes.
    pub fn start(store: Store) -> TableLog {
        let (queue, tickets) = mpsc::channel(1024);
        let appended = Arc::new(Notify::new());
        tokio::spawn(write_all(store.clone(), tickets, appended.clone()));
        TableLog { queue, store, appended }
    }

    /// Woken after each append.
    pub fn appended(&self) -> Arc<Notify> {
        self.appended.clone()
    }
}

#[async_trait]
impl RequestLog for TableLog {
    async fn append(&self, jukebox: JukeboxId, request: &Request) -> Result<(), LogError> {
        let (answer, answered) = oneshot::channel();
        let gone = |_| LogError::Unreachable("the server is stopping".into());
        self.queue.send((Outgoing::new(jukebox, request)?, answer)).await.map_err(|e| gone(e.to_string()))?;
        answered.await.map_err(|e| gone(e.to_string()))?
    }

    async fn check(&self) -> Result<(), LogError> {
        self.store.now().await.map(|_| ()).map_err(|e| LogError::Unreachable(e.to_string()))
    }
}

async fn write_all(store: Store, mut tickets: mpsc::Receiver<Ticket>, appended: Arc<Notify>) {
    let mut batch = Vec::new();
    while tickets.recv_many(&mut batch, 256).await > 0 {
        let written = write(&store, &batch).await.map_err(|e| e.to_string());
        appended.notify_one();
        for (_, answer) in batch.drain(..) {
            // Whoever asked may have gone: the record stands all the same.
            let _ = answer.send(written.clone().map_err(LogError::Unreachable));
        }
    }
}

async fn write(store: &Store, batch: &[Ticket]) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let now = store::now(store.kind(), &mut tx).await?;
    for chunk in batch.chunks(64) {
        let sql = format!(
            "INSERT INTO requests (jukebox, ce_id, ce_type, ce_time, payload) VALUES {}",
            store::rows(chunk.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (record, _) in chunk {
            query = query
                .bind(record.key.clone())
                .bind(record.id.clone())
                .bind(record.kind)
                .bind(now.0)
                .bind(record.payload.clone());
        }
        query.execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Feeds the floor until the server stops.
pub async fn run_floor(context: Context, appended: Arc<Notify>) {
    let mut outage = Outage::none("what the floor needs");
    loop {
        let fed = feed(&context).await;
        if fed.is_ok() {
            outage.over();
        }
        let wait = match fed {
            Ok(true) => continue,
            Ok(false) => Duration::from_secs(1),
            Err(error @ FloorError::UnknownType { .. }) => {
                context.health.stop(&format!("floor: {error}"));
                return;
            }
            Err(error) => {
                context.health.floor.store(false, Ordering::Relaxed);
                outage.failed(&error)
            }
        };
        tokio::select! {
            () = context.stopped() => return,
            () = appended.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Handles one batch; true when there may be more.
async fn feed(context: &Context) -> Result<bool, FloorError> {
    let place = store::offsets::read(&context.store, floor::READER, floor::TOPIC, PARTITION).await?;
    let records = after(&context.store, place.map_or(0, |place| place.next - 1)).await?;
    context.health.floor.store(true, Ordering::Relaxed);
    if records.is_empty() {
        return Ok(false);
    }
    // Positions may have holes where a transaction rolled back, so the batch begins where the reader stands.
    match floor::handle(context, PARTITION, &records).await? {
        Handled::Committed => Ok(true),
        Handled::Elsewhere { next } => {
            let first = records.first().map_or(next, |record| record.offset);
            store::offsets::skip_hole(&context.store, floor::READER, floor::TOPIC, PARTITION, next, first).await?;
            Ok(true)
        }
    }
}

/// Requests behind a position, in order.
pub async fn after(store: &Store, position: i64) -> Result<Vec<Record>, StoreError> {
    let sql = "SELECT position, ce_id, jukebox, payload FROM requests WHERE position > $1 ORDER BY position LIMIT $2";
    let rows = sqlx::query(sql).bind(position).bind(BATCH).fetch_all(store.read()).await?;
    let record = |row: &sqlx::any::AnyRow| -> Result<Record, StoreError> {
        Ok(Record { offset: row.try_get(0)?, id: row.try_get(1)?, key: row.try_get(2)?, payload: row.try_get(3)? })
    };
    rows.iter().map(record).collect()
}
