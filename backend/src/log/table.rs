//! The embedded log: requests and facts are rows of the same database. One process, one partition.

use super::{LogError, Outgoing, RequestLog};
use crate::{
    context::Context,
    crash,
    floor::{self, FloorError, Handled, Record},
    outage::Outage,
    store::{self, Store, StoreError, Tx},
};
use async_trait::async_trait;
use jukeline_app::{events::Request, id::JukeboxId};
use sqlx::{AssertSqlSafe, Row};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::sync::{mpsc, oneshot};

/// The table log's one partition.
pub const PARTITION: i64 = 0;
/// Records a batch at the most.
const BATCH: i64 = 500;
/// Appends that share a commit at the most.
const APPENDS: usize = 256;
/// How often a floor with nothing to do looks all the same.
const IDLE: Duration = Duration::from_secs(1);

/// A record that waits to be appended, and whom to tell.
type Ticket = (Outgoing, oneshot::Sender<Result<(), LogError>>);

/// The embedded log. Appends that come together share one commit, and the floor decides them in it.
#[derive(Clone)]
pub struct TableLog {
    queue: mpsc::Sender<Ticket>,
    store: Store,
}

/// What is to be appended; for [`run`].
pub struct Appends(mpsc::Receiver<Ticket>);

impl TableLog {
    /// The log, and what [`run`] takes from it.
    pub fn new(store: Store) -> (TableLog, Appends) {
        let (queue, tickets) = mpsc::channel(1024);
        (TableLog { queue, store }, Appends(tickets))
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

/// Appends what is asked and feeds the floor, for as long as somebody may ask.
pub async fn run(context: Context, mut appends: Appends) {
    let mut batch = Vec::new();
    // What an earlier run left undecided comes before all else.
    let mut wait = Duration::ZERO;
    let mut outage = Outage::none("what the floor needs");
    let mut stopped = false;
    loop {
        tokio::select! {
            taken = appends.0.recv_many(&mut batch, APPENDS) => {
                if taken == 0 {
                    return;
                }
                if !append(&context, &mut batch).await {
                    wait = Duration::ZERO;
                }
            }
            () = tokio::time::sleep(wait), if !stopped => wait = match feed(&context).await {
                Ok(more) => {
                    outage.over();
                    if more { Duration::ZERO } else { IDLE }
                }
                Err(error @ FloorError::UnknownType { .. }) => {
                    context.health.stop(&format!("floor: {error}"));
                    stopped = true;
                    IDLE
                }
                Err(error) => {
                    context.health.floor.store(false, Ordering::Relaxed);
                    outage.failed(&error)
                }
            },
        }
    }
}

/// Appends a batch and says so to whoever asked; true when the floor decided all of it in the same commit.
async fn append(context: &Context, batch: &mut Vec<Ticket>) -> bool {
    let appended = match append_and_decide(context, batch).await {
        Ok(decided) => Ok(decided),
        // Whatever keeps the floor from deciding doesn't keep the log from taking: the floor comes back to it.
        Err(error) => {
            tracing::warn!(%error, "requests are appended undecided");
            append_only(&context.store, batch).await.map(|()| false)
        }
    };
    let told = appended.as_ref().map(|_| ()).map_err(ToString::to_string);
    for (_, answer) in batch.drain(..) {
        // Whoever asked may have gone: the record stands all the same.
        let _ = answer.send(told.clone().map_err(LogError::Unreachable));
    }
    appended.unwrap_or(false)
}

/// One commit for the requests and what the floor decides; true when it decided all.
async fn append_and_decide(context: &Context, batch: &[Ticket]) -> Result<bool, FloorError> {
    let mut tx = context.store.begin().await?;
    let records = insert(&context.store, &mut tx, batch).await?;
    crash::point("floor-received");
    let decided = floor::decide_front(context, &mut tx, PARTITION, &records).await?;
    crash::point("floor-decided");
    tx.commit().await.map_err(StoreError::from)?;
    crash::point("floor-committed");
    // Nothing: the floor is behind, or has no place yet.
    let Some((taken, committed)) = decided else { return Ok(false) };
    committed.tell(context);
    Ok(taken == records.len())
}

async fn append_only(store: &Store, batch: &[Ticket]) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    insert(store, &mut tx, batch).await?;
    tx.commit().await?;
    Ok(())
}

/// Inserts requests; they come back with their positions.
async fn insert(store: &Store, tx: &mut Tx, batch: &[Ticket]) -> Result<Vec<Record>, StoreError> {
    let mut positions: Vec<i64> = Vec::with_capacity(batch.len());
    for chunk in store::pieces(batch, 64) {
        let sql = format!(
            "INSERT INTO requests (jukebox, ce_id, ce_type, payload, ce_time) SELECT v.*, {} FROM (VALUES {}) AS v \
             RETURNING position",
            store.kind().clock(),
            store::rows(chunk.len(), 4)
        );
        let mut query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql));
        for (record, _) in chunk {
            query =
                query.bind(record.key.clone()).bind(record.id.clone()).bind(record.kind).bind(record.payload.clone());
        }
        positions.extend(query.fetch_all(&mut **tx).await?);
    }
    // One writer draws them in the order of the rows; RETURNING promises no order.
    positions.sort_unstable();
    let record = |(offset, (record, _)): (i64, &Ticket)| Record {
        offset,
        id: record.id.clone(),
        key: record.key.clone(),
        payload: record.payload.clone(),
    };
    Ok(positions.into_iter().zip(batch).map(record).collect())
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
