//! Gives facts to whoever listens or waits: those of the log, and at once those that were committed here.

use super::{Change, delta, snapshot};
use crate::{context::Context, store::StoreError};
use axum::extract::ws::Utf8Bytes;
use jukeline_app::{
    events::{Fact, Stamped},
    id::AccountId,
};
use std::sync::Arc;
use tokio::sync::broadcast::Sender;

/// Gives facts to whoever listens, in order. Facts that were given before, or older ones, are dropped.
pub async fn publish(context: &Context, facts: Vec<Arc<Stamped>>) -> Result<(), StoreError> {
    let live = &context.live;
    let news: Vec<Arc<Stamped>> = facts.into_iter().filter(|fact| live.is_news(fact)).collect();
    // Whoever asked needn't wait for the encoding.
    news.iter().for_each(|fact| live.decided(fact));
    let listened: Vec<(Arc<Stamped>, Sender<Change>)> =
        news.into_iter().filter_map(|fact| live.listened_to(fact.jukebox).map(|listeners| (fact, listeners))).collect();
    let names = snapshot::names(&context.store, &newcomers(&listened)).await?;
    for (fact, listeners) in listened {
        let encoded: Utf8Bytes = delta::encode(&context.store, &fact, &names).await?.into();
        // Nobody may be listening any more: that is no error.
        let _ = listeners.send(Change { version: fact.version, fact, encoded });
    }
    Ok(())
}

/// Whose songs joined a queue.
fn newcomers(listened: &[(Arc<Stamped>, Sender<Change>)]) -> Vec<AccountId> {
    let account = |stamped: &Stamped| match &stamped.fact {
        Fact::Queued { account, .. } => Some(*account),
        _ => None,
    };
    listened.iter().filter_map(|(fact, _)| account(fact)).collect()
}

/// Gives on what was committed here until the server stops.
pub async fn run_committed(context: Context) {
    loop {
        let facts = tokio::select! {
            () = context.stopped() => return,
            facts = context.live.next_committed() => facts,
        };
        if let Err(error) = publish(&context, facts).await {
            // Listeners see a gap at the next change and read the snapshot.
            tracing::warn!(%error, "facts could not be told to listeners");
        }
    }
}
