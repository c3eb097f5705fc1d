//! What readers keep for a time: rows of nights that are too old are deleted, a few at a time and by one process in turn.
//!
//! Old is measured from the newest night that a generation has, and not from the clock alone: a rebuild keeps what was
//! kept when it was shown, and a network that is silent for a summer finds its charts as it left them. The clock only
//! keeps a fact with a night of the far future from taking everything away.

use super::Reader;
use crate::store::{
    Result, Store,
    readers::{self as rows, Generation, Standing},
};
use jukeline_app::{hours::house_clock, time::Timestamp};
use std::time::Duration;

/// How long a process has the turn: so often is looked.
pub(super) const TURN: Duration = Duration::from_secs(60);
/// Transactions in one turn at the most. What is left over goes in the next: 3 million rows an hour.
const BATCHES: usize = 50;
/// Somewhere on earth it is tomorrow already.
const DAY_MS: i64 = 86_400_000;

/// A table whose rows go with time.
pub struct Window {
    /// The table.
    pub table: &'static str,
    /// Its column of nights, `YYYYMMDD`; rows with 0 stay. There is an index of `generation` and this.
    pub night: &'static str,
    /// The oldest night that is kept where this is the newest.
    pub oldest: fn(newest: u32) -> u32,
}

/// Deletes what is too old in what is shown and in what is being built, when it is this process's turn.
pub(super) async fn prune_in_turn(store: &Store, reader: &Reader, standing: Standing) -> Result<()> {
    if reader.windows.is_empty() {
        return Ok(());
    }
    let now = store.now().await?;
    if !rows::take_turn(store, reader.name, now, TURN).await? {
        return Ok(());
    }
    // What another version of the program makes is left to that one.
    let ours = |generation: &Generation| generation.version == reader.version;
    for generation in [standing.live, standing.building].into_iter().flatten().filter(ours) {
        let deleted = prune(store, reader, generation.number, now, BATCHES).await?;
        if deleted > 0 {
            tracing::debug!(reader = reader.name, generation = generation.number, deleted, "old nights were deleted");
        }
    }
    Ok(())
}

/// Deletes what is too old of a generation, in so many transactions at the most; gives how many rows.
pub async fn prune(store: &Store, reader: &Reader, generation: i64, now: Timestamp, batches: usize) -> Result<u64> {
    let tomorrow = house_clock(Timestamp(now.0 + DAY_MS), "UTC", &[]).night;
    let mut deleted = 0;
    let mut left = batches;
    for window in reader.windows {
        let (table, column) = (window.table, window.night);
        let Some(newest) = rows::newest_night(store, table, column, generation, tomorrow).await? else { continue };
        let oldest = (window.oldest)(newest);
        while left > 0 {
            left -= 1;
            let some = rows::delete_nights(store, table, column, generation, oldest).await?;
            deleted += some;
            if some == 0 {
                break;
            }
        }
    }
    Ok(deleted)
}
