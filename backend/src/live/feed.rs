//! Where the hub's facts come from: the outbox of the embedded database, or the log.

use super::{Change, Live, delta};
use crate::{
    context::Context,
    store::{StoreError, outbox},
};
use jukeline_app::events::Stamped;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Gives one fact to whoever listens.
pub async fn publish(context: &Context, stamped: Stamped) -> Result<(), StoreError> {
    let live: &Live = &context.live;
    let fact = Arc::new(stamped);
    if let Some(listeners) = live.listened_to(fact.jukebox) {
        let encoded = delta::encode(&context.store, &fact).await?.into();
        // Nobody may be listening any more: that is no error.
        let _ = listeners.send(Change { version: fact.version, fact: fact.clone(), encoded });
    }
    live.decided(&fact.fact);
    Ok(())
}

/// Feeds the hub from the embedded database's outbox until the server stops.
pub async fn run_table(context: Context) {
    let nudged = context.live.nudged();
    let mut last = None;
    loop {
        match turn(&context, &mut last).await {
            Ok(more) => {
                context.health.live.store(true, Ordering::Relaxed);
                if more {
                    continue;
                }
            }
            Err(error) => {
                context.health.live.store(false, Ordering::Relaxed);
                tracing::warn!(%error, "facts could not be read; trying again");
            }
        }
        tokio::select! {
            () = context.stopped() => return,
            () = nudged.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

async fn turn(context: &Context, last: &mut Option<i64>) -> Result<bool, StoreError> {
    let from = match *last {
        Some(seq) => seq,
        None => *last.insert(outbox::newest(&context.store).await?),
    };
    let letters = outbox::after(&context.store, "plays", from, 500).await?;
    for letter in &letters {
        *last = Some(letter.seq);
        match serde_json::from_str::<Stamped>(&letter.payload) {
            Ok(stamped) => publish(context, stamped).await?,
            Err(error) => tracing::warn!(seq = letter.seq, %error, "a fact can't be read"),
        }
    }
    Ok(!letters.is_empty())
}
