//! A generation of a reader on the embedded log: the outbox in its order.

use super::{Folding, Taken};
use crate::{
    context::Context,
    log::{Record, table::PARTITION},
    outage::Outage,
    store::{StoreError, offsets, outbox},
};
use std::time::Duration;

const BATCH: i64 = 500;
/// How often it looks when nobody woke it.
const IDLE: Duration = Duration::from_secs(1);
/// What comes within this time shares a commit: a patron's song has to wait for each.
const GATHERED: Duration = Duration::from_millis(200);

/// Runs until the server stops, or nobody needs the generation any more.
pub(super) async fn run(context: Context, folding: Folding, topic: &'static str) {
    let mut outbox_grows = context.live.outbox_grows();
    let mut outage = Outage::none("what a reader of facts needs");
    loop {
        outbox_grows.mark_unchanged();
        match feed(&context, &folding, topic).await {
            Ok(Fed::More) => outage.over(),
            Ok(Fed::All) => {
                outage.over();
                context.readers.reads(&folding, true);
                tokio::select! {
                    () = context.stopped() => return,
                    // The sender lives as long as the context.
                    _ = outbox_grows.changed() => tokio::time::sleep(GATHERED).await,
                    () = tokio::time::sleep(IDLE) => {}
                }
            }
            Ok(Fed::Superseded) => return,
            Err(error) => {
                context.readers.reads(&folding, false);
                tokio::time::sleep(outage.failed(&error)).await;
            }
        }
        if *context.stopping.borrow() {
            return;
        }
    }
}

enum Fed {
    /// There may be more.
    More,
    All,
    Superseded,
}

async fn feed(context: &Context, folding: &Folding, topic: &str) -> Result<Fed, StoreError> {
    let place = offsets::read(&context.store, folding.offsets_name(), topic, PARTITION).await?;
    let next = place.map_or(0, |place| place.next);
    let letters = outbox::from(&context.store, topic, next, BATCH).await?;
    let Some(last) = letters.last() else { return Ok(Fed::All) };
    // Numbers of other topics, and of transactions that rolled back, lie between.
    let span = next..last.seq + 1;
    let record =
        |letter: outbox::Letter| Record { offset: letter.seq, id: letter.id, key: letter.key, payload: letter.payload };
    let records: Vec<Record> = letters.into_iter().map(record).collect();
    Ok(match folding.take(context, topic, PARTITION, span, &records).await? {
        Taken::Committed | Taken::Elsewhere { .. } => Fed::More,
        Taken::Superseded => Fed::Superseded,
    })
}
