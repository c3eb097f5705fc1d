//! The artists of one person's history.

use super::heard::Person;
use crate::store::{Result, Store, id};
use jukeline_app::{id::SongId, time::Timestamp};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashMap;

/// Songs that are looked at, those heard last: an answer costs the same after many years.
const LOOKED_AT: i64 = 2_000;

/// A song of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardSong {
    /// The song.
    pub song: SongId,
    /// Its artist.
    pub artist: String,
    /// How often they heard it.
    pub plays: i64,
    /// When last.
    pub last: Timestamp,
}

/// An artist that they have played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artist {
    /// As the catalogue spells it.
    pub name: String,
    /// How often they heard songs of theirs.
    pub plays: i64,
    /// The song of theirs that they heard last.
    pub because: SongId,
    /// When that was.
    pub last: Timestamp,
}

impl Person {
    /// The songs of the catalogue that they heard, each once, the one heard last first.
    pub async fn songs(&self, store: &Store) -> Result<Vec<HeardSong>> {
        let sql = format!(
            "SELECT h.song, s.artist, CAST(COUNT(*) AS BIGINT), MAX(h.heard_at) FROM history h \
             JOIN songs s ON s.id = h.song WHERE {} GROUP BY h.song, s.artist ORDER BY 4 DESC, 1 LIMIT $1",
            self.rows(2)
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(LOOKED_AT);
        let rows = self.bind(query).fetch_all(store.read()).await?;
        let heard = |row: &AnyRow| {
            Ok(HeardSong {
                song: id("history", row.try_get(0)?)?,
                artist: row.try_get(1)?,
                plays: row.try_get(2)?,
                last: Timestamp(row.try_get(3)?),
            })
        };
        rows.iter().map(heard).collect()
    }
}

/// The artists of these songs, the one played most first; of two that were played as often the one played last, then by
/// name.
pub fn artists(heard: &[HeardSong]) -> Vec<Artist> {
    let mut artists: HashMap<&str, Artist> = HashMap::new();
    for heard in heard {
        let artist = artists.entry(&heard.artist).or_insert_with(|| Artist {
            name: heard.artist.clone(),
            plays: 0,
            because: heard.song,
            last: heard.last,
        });
        artist.plays += heard.plays;
        if (heard.last, heard.song) > (artist.last, artist.because) {
            (artist.last, artist.because) = (heard.last, heard.song);
        }
    }
    let mut artists: Vec<Artist> = artists.into_values().collect();
    artists.sort_by(|a, b| b.plays.cmp(&a.plays).then(b.last.cmp(&a.last)).then(a.name.cmp(&b.name)));
    artists
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn heard(song: u128, artist: &str, plays: i64, last: i64) -> HeardSong {
        HeardSong { song: SongId(Uuid::from_u128(song)), artist: artist.into(), plays, last: Timestamp(last) }
    }

    #[test]
    fn the_artist_played_most_comes_first_because_of_the_song_heard_last() {
        let songs = [heard(1, "A", 2, 10), heard(2, "B", 5, 3), heard(3, "A", 3, 20), heard(4, "C", 5, 4)];
        for songs in [songs.to_vec(), songs.iter().rev().cloned().collect()] {
            let found = artists(&songs);
            let told: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.plays, it.because.0.as_u128())).collect();
            assert_eq!(told, [("A", 5, 3), ("C", 5, 4), ("B", 5, 2)]);
        }
        assert_eq!(artists(&[]), []);
    }
}
