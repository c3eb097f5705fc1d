//! The relay: publishes the outbox in order, marks rows after the acknowledgement. One relay at a time, by a lock.

use super::{cloud_event, producer, topic, unreachable};
use crate::{
    context::Context,
    crash,
    log::LogError,
    outage::Outage,
    store::{
        StoreError,
        outbox::{Letter, mark_published, unpublished},
    },
};
use futures_util::future::join_all;
use rdkafka::producer::{FutureProducer, FutureRecord};
use sqlx::{
    Connection,
    postgres::{PgConnection, PgListener},
};
use std::{sync::atomic::Ordering, time::Duration};

/// The advisory lock that only one relay holds.
const LOCK: i64 = 0x6a75_6b65_0001;
const BATCH: i64 = 500;
/// How often a process that doesn't relay asks whether it is its turn.
const ITS_TURN: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Runs until the server stops; waits its turn while another process relays.
pub async fn run_relay(context: Context) {
    let mut outage = Outage::none("what the relay needs");
    loop {
        let relayed = tokio::select! {
            () = context.stopped() => return,
            relayed = relay(&context, &mut outage) => relayed,
        };
        let pause = match relayed {
            Ok(()) => ITS_TURN,
            Err(error) => {
                context.health.relay.store(false, Ordering::Relaxed);
                outage.failed(&error)
            }
        };
        context.live.set_relays(false);
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Relays while the lock's connection lives. The lock goes with the connection: a dead process frees it.
async fn relay(context: &Context, outage: &mut Outage) -> Result<(), RelayError> {
    let mut lock = PgConnection::connect(context.store.url()).await?;
    let held: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut lock).await?;
    context.health.relay.store(true, Ordering::Relaxed);
    if !held {
        outage.over();
        return Ok(());
    }
    let mut listener = PgListener::connect(context.store.url()).await?;
    listener.listen("jukeline_outbox").await?;
    let producer = producer(&context.config.log)?;
    let nudged = context.live.relay_nudged();
    context.live.set_relays(true);
    loop {
        while publish(context, &producer).await? {}
        outage.over();
        context.health.relay.store(true, Ordering::Relaxed);
        tokio::select! {
            heard = listener.recv() => drop(heard?),
            () = nudged.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => { sqlx::query("SELECT 1").execute(&mut lock).await?; }
        }
    }
}

/// Publishes one batch; true when there may be more. What was sent before a crash is sent again: readers drop
/// duplicates by version and `ce_id`.
async fn publish(context: &Context, producer: &FutureProducer) -> Result<bool, RelayError> {
    let letters = unpublished(&context.store, BATCH).await?;
    if letters.is_empty() {
        return Ok(false);
    }
    crash::point("relay-received");
    // What was committed meanwhile has woken the relay again: only a full batch may have left something behind.
    let more = i64::try_from(letters.len()).is_ok_and(|count| count >= BATCH);
    let sends = letters.iter().map(|letter| send(context, producer, letter));
    for sent in join_all(sends).await {
        sent?;
    }
    crash::point("relay-sent");
    mark_published(&context.store, &letters).await?;
    crash::point("relay-marked");
    Ok(more)
}

/// Queues in order: `send` puts the record into the producer's queue at its first poll, and polls are in order.
async fn send(context: &Context, producer: &FutureProducer, letter: &Letter) -> Result<(), LogError> {
    let topic = topic(&context.config.log, &letter.topic);
    let headers = cloud_event(&letter.id, &letter.kind, letter.at);
    let record = FutureRecord::to(&topic).key(&letter.key).payload(&letter.payload).headers(headers);
    producer.send(record, Duration::from_secs(1)).await.map(|_| ()).map_err(|(error, _)| unreachable(error))
}
