//! Work that is held up, as by a database that is away, costs no membership: the partitions are paused and the consumer
//! is polled on, so that the group neither misses this member nor hands its partitions around.

use super::{Batches, Member, Stop, read_error, record};
use crate::{context::Context, log::kafka::unreachable};
use rdkafka::{
    Message, TopicPartitionList,
    consumer::{Consumer, StreamConsumer},
};
use std::{collections::BTreeSet, pin::pin, time::Duration};

/// Work that takes longer is held up: a full batch takes less on a machine that is well.
const HELD_UP_AFTER: Duration = Duration::from_secs(3);
/// How often the consumer is polled then at the least.
const POLLED_EVERY: Duration = Duration::from_secs(1);

/// What stays between two batches.
#[derive(Default)]
pub(super) struct Kept {
    /// Partitions that need a person.
    pub(super) stopped: BTreeSet<i32>,
    /// What came in while work was held up: of partitions that were assigned meanwhile.
    pub(super) arrived: Batches,
}

impl Kept {
    /// Does the work. While it is held up every partition is paused and the consumer is polled.
    pub(super) async fn polling<T>(
        &mut self,
        context: &Context,
        member: &impl Member,
        consumer: &StreamConsumer,
        work: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let mut work = pin!(work);
        if let Ok(done) = tokio::time::timeout(HELD_UP_AFTER, &mut work).await {
            return Ok(done);
        }
        member.is_held_up(context, true);
        tracing::warn!("the {} is held up: its partitions are paused", member.name());
        let done = loop {
            // Again each time: what was assigned since comes unpaused.
            consumer.pause(&self.assigned(consumer)?).map_err(unreachable)?;
            tokio::select! {
                done = &mut work => break done,
                received = consumer.recv() => {
                    let received = received.map_err(read_error)?;
                    self.arrived.entry(received.partition()).or_default().push(record(&received));
                }
                () = tokio::time::sleep(POLLED_EVERY) => {}
            }
        };
        consumer.resume(&self.assigned(consumer)?).map_err(unreachable)?;
        member.is_held_up(context, false);
        tracing::info!("the {} goes on", member.name());
        Ok(done)
    }

    /// The partitions that are ours now, without those that need a person: these stay paused.
    fn assigned(&self, consumer: &StreamConsumer) -> Result<TopicPartitionList, Stop> {
        let assignment = consumer.assignment().map_err(unreachable)?;
        let mut ours = TopicPartitionList::new();
        for part in assignment.elements().iter().filter(|part| !self.stopped.contains(&part.partition())) {
            ours.add_partition(part.topic(), part.partition());
        }
        Ok(ours)
    }
}
