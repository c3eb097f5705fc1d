//! A generation of a reader of facts as a member of its own consumer group.

use super::consumer::{self, Member, Most, Refused};
use crate::{
    context::Context,
    log::{Handled, Record},
    readers::{Folding, Part, Taken},
};
use async_trait::async_trait;

/// One topic of it.
struct OfTopic {
    folding: Folding,
    topic: &'static str,
}

/// Runs until the server stops, or nobody needs the generation any more.
pub async fn run_reader(context: Context, folding: Folding, topic: &'static str) {
    consumer::run(&context, &OfTopic { folding, topic }).await;
}

#[async_trait]
impl Member for OfTopic {
    fn name(&self) -> &str {
        self.folding.offsets_name()
    }

    fn topic(&self) -> &str {
        self.topic
    }

    /// Many facts of a night make few rows: in a rebuild it pays to take far more of them at once than the floor does.
    fn most(&self) -> Most {
        Most { records: 10_000, bytes: 4 << 20 }
    }

    fn needs(&self) -> &'static str {
        "what a reader of facts needs"
    }

    fn reads(&self, context: &Context, reads: bool) {
        context.readers.reads(&self.folding, reads);
    }

    fn is_held_up(&self, context: &Context, held_up: bool) {
        context.readers.reads(&self.folding, !held_up);
    }

    fn stopped(&self, context: &Context, word: &str) {
        context.readers.stopped(&self.folding, word);
    }

    async fn handle(&self, context: &Context, partition: i64, records: &[Record]) -> Result<Handled, Refused> {
        let Some((first, last)) = records.first().zip(records.last()) else { return Ok(Handled::Committed) };
        let span = first.offset..last.offset + 1;
        let taken = self.folding.take(context, self.topic, partition, span, records).await;
        match taken.map_err(|error| Refused::ForNow(error.to_string()))? {
            Taken::Committed => Ok(Handled::Committed),
            Taken::Elsewhere { next } => Ok(Handled::Elsewhere { next }),
            // Whoever started this run ends it as soon as it sees the same.
            Taken::Superseded => std::future::pending().await,
        }
    }

    async fn handle_together(&self, context: &Context, batches: &[(i32, &[Record])]) -> Result<Vec<i32>, Refused> {
        if batches.len() < 2 {
            return Ok(Vec::new());
        }
        let parts: Vec<Part<'_>> =
            batches.iter().filter_map(|(partition, records)| Part::of(i64::from(*partition), records)).collect();
        let taken = self.folding.take_together(context, self.topic, &parts).await;
        let is_taken = taken.map_err(|error| Refused::ForNow(error.to_string()))?;
        Ok(if is_taken { batches.iter().map(|(partition, _)| *partition).collect() } else { Vec::new() })
    }
}
