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
/// Transactions of one look at the most: other things wait for it. What is left over goes at the next look, since a
/// rebuild makes old rows faster than time does.
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

impl Window {
    /// The oldest night that a generation keeps. Whoever reads leaves out what is older, so that nobody sees when it is
    /// deleted. `None`: the table has no nights.
    pub(super) async fn oldest_kept(&self, store: &Store, generation: i64, now: Timestamp) -> Result<Option<u32>> {
        let tomorrow = house_clock(Timestamp(now.0 + DAY_MS), "UTC", &[]).night;
        let newest = rows::newest_night(store, self.table, self.night, generation, tomorrow).await?;
        Ok(newest.map(self.oldest))
    }
}

/// What was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Rows that went.
    pub rows: u64,
    /// Whether that is all that was too old.
    pub is_all: bool,
}

/// Deletes what is too old in what is shown and in what is being built, when it is this process's turn. False when
/// there is more.
pub(super) async fn prune_in_turn(store: &Store, reader: &Reader, standing: Standing) -> Result<bool> {
    if reader.windows.is_empty() {
        return Ok(true);
    }
    let now = store.now().await?;
    if !rows::take_turn(store, reader.name, now, TURN).await? {
        return Ok(true);
    }
    let mut is_all = true;
    // What another version of the program makes is left to that one.
    let ours = |generation: &Generation| generation.version == reader.version;
    for generation in [standing.live, standing.building].into_iter().flatten().filter(ours) {
        let pruned = prune(store, reader, generation.number, now, BATCHES).await?;
        is_all &= pruned.is_all;
        if pruned.rows > 0 {
            let (generation, rows) = (generation.number, pruned.rows);
            tracing::debug!(reader = reader.name, generation, rows, "old nights were deleted");
        }
    }
    if !is_all {
        rows::end_turn(store, reader.name).await?;
    }
    Ok(is_all)
}

/// Deletes what is too old of a generation, a thousand rows in each of so many transactions at the most.
pub async fn prune(store: &Store, reader: &Reader, generation: i64, now: Timestamp, batches: usize) -> Result<Pruned> {
    let (mut deleted, mut left) = (0, batches);
    for window in reader.windows {
        let (table, column) = (window.table, window.night);
        let Some(oldest) = window.oldest_kept(store, generation, now).await? else { continue };
        while left > 0 {
            let some = rows::delete_nights(store, table, column, generation, oldest).await?;
            if some == 0 {
                break;
            }
            (deleted, left) = (deleted + some, left - 1);
        }
    }
    Ok(Pruned { rows: deleted, is_all: left > 0 })
}
