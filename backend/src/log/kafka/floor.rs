//! The floor as a member of its consumer group.

use super::consumer::{self, Member, Refused};
use crate::{
    context::Context,
    crash,
    floor::{self, FloorError},
    log::{Handled, Record},
};
use async_trait::async_trait;
use std::sync::atomic::Ordering;

struct Floor;

/// Runs until the server stops.
pub async fn run_floor(context: Context) {
    consumer::run(&context, &Floor).await;
}

#[async_trait]
impl Member for Floor {
    fn name(&self) -> &str {
        floor::READER
    }

    fn topic(&self) -> &str {
        floor::TOPIC
    }

    fn needs(&self) -> &'static str {
        "what the floor needs"
    }

    fn reads(&self, context: &Context, reads: bool) {
        context.health.floor.store(reads, Ordering::Relaxed);
    }

    fn is_held_up(&self, context: &Context, held_up: bool) {
        context.health.floor_held_up.store(held_up, Ordering::Relaxed);
    }

    fn stopped(&self, context: &Context, word: &str) {
        context.health.stop(&format!("floor: {word}"));
    }

    async fn handle(&self, context: &Context, partition: i64, records: &[Record]) -> Result<Handled, Refused> {
        Ok(floor::handle(context, partition, records).await?)
    }

    async fn handle_together(&self, context: &Context, batches: &[(i32, &[Record])]) -> Result<Vec<i32>, Refused> {
        crash::point("floor-received");
        Ok(floor::handle_together(context, batches).await?)
    }
}

impl From<FloorError> for Refused {
    fn from(error: FloorError) -> Refused {
        match error {
            FloorError::Store(_) => Refused::ForNow(error.to_string()),
            FloorError::UnknownType { .. } => Refused::ForGood(error.to_string()),
        }
    }
}
