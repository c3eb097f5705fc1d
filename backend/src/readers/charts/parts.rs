//! Counts of the network, first stage: in as many parts as the log has partitions.

use super::{Count, EVER, Heard, ROWS, upsert};
use crate::store::{self, StoreError, Tx, pieces};
use jukeline_app::{
    api::ChartWindow,
    charts::{Nights, nights},
    id::{JukeboxId, SongId},
};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// Parts of the network: the log's partitions (`jukeline topics`). With another number of those the sums are the same,
/// and some rows are written by more than one of them.
const PARTS: u32 = 24;

/// The partition of a jukebox's facts in the log, as Kafka's Java clients compute it: the same wherever it is folded, so
/// that the embedded log and a network with any number of processes keep the same rows.
pub(super) fn part_of(jukebox: JukeboxId) -> u32 {
    let hash = murmur2::murmur2(jukebox.to_string().as_bytes(), murmur2::KAFKA_SEED);
    (hash & 0x7fff_ffff) % PARTS
}

/// The windows that a night is in: itself, its week, its month and all nights.
fn windows(night: u32) -> [Nights; 4] {
    ChartWindow::ALL.map(|window| nights(window, night).unwrap_or((EVER, EVER)))
}

pub(super) async fn count(tx: &mut Tx, generation: i64, facts: &[Heard]) -> Result<(), StoreError> {
    // By last night, first night, part and song: in the order of their keys.
    let mut counts: BTreeMap<(u32, u32, u32, SongId), Count> = BTreeMap::new();
    // Many facts are of few jukeboxes and nights.
    let (mut parts, mut windows_of) = (BTreeMap::new(), BTreeMap::new());
    for heard in facts {
        let part = *parts.entry(heard.jukebox).or_insert_with(|| part_of(heard.jukebox));
        for (first, last) in *windows_of.entry(heard.night).or_insert_with(|| windows(heard.night)) {
            counts.entry((last, first, part, heard.song)).or_default().add(heard.heard_at);
        }
    }
    let counts: Vec<_> = counts.into_iter().collect();
    for chunk in pieces(&counts, ROWS) {
        let keys = "generation, last_night, first_night, part, song";
        let mut query = sqlx::query(AssertSqlSafe(upsert("chart_parts", keys, &store::rows(chunk.len(), 7))));
        for ((last, first, part, song), count) in chunk {
            query = query
                .bind(generation)
                .bind(i64::from(*last))
                .bind(i64::from(*first))
                .bind(i64::from(*part))
                .bind(song.to_string())
                .bind(count.plays)
                .bind(count.last.0);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_jukebox_is_in_the_part_of_its_partition() {
        // By `Utils.toPositive(Utils.murmur2(key)) % 24` of Kafka's Java client.
        let part = |text: &str| part_of(JukeboxId(Uuid::parse_str(text).expect("an id")));
        assert_eq!(part("00000000-0000-0000-0000-00000000000a"), 9);
        assert_eq!(part("01890a5d-ac96-774b-bcce-b302099a8057"), 13);
    }

    #[test]
    fn a_night_is_in_four_windows() {
        let windows = windows(20_261_231);
        assert_eq!(
            windows,
            [(20_261_231, 20_261_231), (20_261_228, 20_270_103), (20_261_201, 20_261_231), (EVER, EVER)]
        );
    }
}
