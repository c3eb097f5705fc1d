//! Charts: how often each song was heard, in each night of each venue and in each window of the network. The worked
//! example of a projection.

use super::{Projection, Window};
use crate::store::{StoreError, Tx};
use jukeline_app::{
    hours::days_before,
    id::{JukeboxId, SongId, VenueId},
    time::Timestamp,
};
use serde::Deserialize;

mod parts;
mod ranking;
mod venues;

pub use ranking::{Place, Ranked, Wanted, last_night_before, ranking};

/// The night of all nights.
const EVER: u32 = 0;
/// Rows of a statement.
const ROWS: usize = 512;
/// Days that windows of the network are kept after their last night: a month is compared with for 31.
const WINDOWS_KEPT: u32 = 40;
/// Venues may be so many days from the newest night of all, by their time zones and closing times.
const APART: u32 = 3;

/// Counts of songs that were heard.
///
/// Of a venue a row for a night and a song, and one for all nights. A city is a sum of its venues, made when it is asked
/// for. The network is counted in two stages: a row for a window, a song and a part of the network, which is written by
/// one partition of the log alone, and the sum of the parts when it is asked for. So no row is hot.
pub struct Charts;

/// What counts of a fact: the night as the venue's floor decided it, so that a late record counts where it belongs.
#[derive(Debug, Deserialize)]
pub struct Heard {
    jukebox: JukeboxId,
    venue: VenueId,
    song: SongId,
    heard_at: Timestamp,
    night: u32,
}

impl Projection for Charts {
    const NAME: &'static str = "charts";
    const VERSION: i64 = 2;
    const TOPICS: &'static [&'static str] = &["plays"];
    const KINDS: &'static [&'static str] = &["Heard"];
    const TABLES: &'static [&'static str] = &["charts", "chart_parts"];
    const WINDOWS: &'static [Window] = &[
        Window { table: "charts", night: "night", oldest: oldest_night },
        Window { table: "chart_parts", night: "last_night", oldest: oldest_window },
    ];
    type Fact = Heard;

    async fn fold(tx: &mut Tx, generation: i64, facts: Vec<Heard>) -> Result<(), StoreError> {
        venues::count(tx, generation, &facts).await?;
        parts::count(tx, generation, &facts).await
    }
}

/// How often, and when last.
#[derive(Clone, Copy, Default)]
struct Count {
    plays: i64,
    last: Timestamp,
}

impl Count {
    fn add(&mut self, heard_at: Timestamp) {
        self.plays += 1;
        self.last = self.last.max(heard_at);
    }
}

/// An upsert that adds counts to rows of these keys.
fn upsert(table: &str, keys: &str, rows: &str) -> String {
    format!(
        "INSERT INTO {table} ({keys}, plays, last_heard_at) VALUES {rows} ON CONFLICT ({keys}) DO UPDATE SET \
         plays = {table}.plays + excluded.plays, last_heard_at = CASE WHEN excluded.last_heard_at > {table}.last_heard_at \
         THEN excluded.last_heard_at ELSE {table}.last_heard_at END"
    )
}

/// The first night of venues that is kept: those of the last and this calendar year, since both are told as years.
fn oldest_night(newest: u32) -> u32 {
    first_night_of_last_year(days_before(newest, APART))
}

/// The last night of the first windows of the network that are kept.
fn oldest_window(newest: u32) -> u32 {
    days_before(newest, WINDOWS_KEPT)
}

/// The first night of the year before a night's.
fn first_night_of_last_year(night: u32) -> u32 {
    (night / 10_000).saturating_sub(1) * 10_000 + 101
}

/// The first year that a venue has in the night `tonight`.
pub fn first_year(tonight: u32) -> u32 {
    first_night_of_last_year(tonight) / 10_000
}
