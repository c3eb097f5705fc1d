//! Every process reads all partitions of the facts, without a group, from the end.

use super::{client, goodbye::Departing, topic, unreachable};
use crate::{context::Context, live::feed, log::LogError, outage::Outage};
use futures_util::FutureExt;
use jukeline_app::events::Stamped;
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{Consumer, StreamConsumer},
    message::BorrowedMessage,
};
use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Facts that are told together at the most.
const BATCH: usize = 500;

/// Runs until the server stops.
pub async fn run_live(context: Context) {
    let mut outage = Outage::none("what the reader of facts needs");
    loop {
        let Err(error) = tokio::select! {
            () = context.stopped() => return,
            read = read(&context, &mut outage) => read,
        };
        context.health.live.store(false, Ordering::Relaxed);
        tokio::time::sleep(outage.failed(&error)).await;
    }
}

/// Reads until something fails.
async fn read(context: &Context, outage: &mut Outage) -> Result<Infallible, LogError> {
    let config = &context.config.log;
    let topic = topic(config, "plays");
    let consumer: StreamConsumer = client(config)
        // It joins no group, but the client asks for the coordinator of one: let it be one that the rights cover.
        .set("group.id", format!("{}live", config.topic_prefix))
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "latest")
        .set("fetch.wait.max.ms", "100")
        .create()
        .map_err(unreachable)?;
    let consumer = assign_all(Departing::new(consumer), topic).await?;
    outage.over();
    context.health.live.store(true, Ordering::Relaxed);
    loop {
        let mut facts: Vec<Arc<Stamped>> = fact(&consumer.recv().await.map_err(unreachable)?).into_iter().collect();
        while facts.len() < BATCH
            && let Some(next) = consumer.recv().now_or_never()
        {
            facts.extend(fact(&next.map_err(unreachable)?));
        }
        feed::publish(context, facts).await.map_err(unreachable)?;
    }
}

fn fact(message: &BorrowedMessage<'_>) -> Option<Arc<Stamped>> {
    let fact = message.payload().and_then(|payload| serde_json::from_slice(payload).ok());
    if fact.is_none() {
        tracing::warn!(partition = message.partition(), offset = message.offset(), "a fact can't be read");
    }
    fact.map(Arc::new)
}

async fn assign_all(consumer: Departing<StreamConsumer>, topic: String) -> Result<Departing<StreamConsumer>, LogError> {
    let assigned = tokio::task::spawn_blocking(move || {
        let metadata = consumer.fetch_metadata(Some(&topic), Duration::from_secs(5)).map_err(unreachable)?;
        let mut list = TopicPartitionList::new();
        for partition in metadata.topics().iter().flat_map(|found| found.partitions()) {
            let (_, high) =
                consumer.fetch_watermarks(&topic, partition.id(), Duration::from_secs(5)).map_err(unreachable)?;
            list.add_partition_offset(&topic, partition.id(), Offset::Offset(high)).map_err(unreachable)?;
        }
        if list.count() == 0 {
            return Err(unreachable(format!("no topic {topic}: run `jukeline topics --apply`")));
        }
        consumer.assign(&list).map_err(unreachable)?;
        Ok(consumer)
    });
    assigned.await.map_err(unreachable)?
}
