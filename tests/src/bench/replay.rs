//! A million records are folded anew while songs go on, as somebody watches the charts.

use std::time::Duration;

use anyhow::Result;

use super::report::Row;
use crate::past::replay_while_songs_go_on;

/// Records of the log.
pub const RECORDS: usize = 1_000_000;
/// How long the log may take to be folded the first time, by all readers at once.
const PATIENCE: Duration = Duration::from_secs(1_200);

/// Measures a rebuild of the charts from a log of so many records. It fails where a count falls, where one is too high,
/// and where charts are not a plain recomputation in the end.
///
/// # Errors
/// One of these is so, or something doesn't start.
pub async fn replay(records: usize) -> Result<Vec<Row>> {
    let replayed = replay_while_songs_go_on(records, PATIENCE).await?;
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 records")]
    let records = replayed.records as f64;
    Ok(vec![
        Row::new("records folded by all readers at once, as they came", records / replayed.first.as_secs_f64(), "/s"),
        Row::new(
            "records folded anew for the charts, while songs went on",
            records / replayed.took.as_secs_f64(),
            "/s",
        ),
        Row::new("until charts were built anew", replayed.took.as_secs_f64(), "s"),
    ])
}
