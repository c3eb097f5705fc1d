//! Years: the numbers of a person's or a venue's year, from what history and charts keep. Nights count for the year of
//! their date.

use super::{
    Projection,
    charts::{Charts, first_year},
    history::Person,
};
use crate::store::{
    Result, Store, StoreError, id,
    songs::{self, SongRow},
};
use jukeline_app::{
    api::{Year, YearArtist, YearSong},
    hours::house_clock,
    id::{AccountId, SongId, VenueId},
    song::fold_name,
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Songs and artists that are named.
const TOP: usize = 5;

/// The year of a person: what they heard, with all that they heard as guests before.
pub async fn of_account(store: &Store, account: AccountId, year: u16) -> Result<Year> {
    let person = Person::find(store, account).await?;
    let rows = format!("FROM history h WHERE h.night >= $1 AND h.night <= $2 AND {}", person.rows(3));
    // One statement, so that the numbers are of one moment.
    let count = |word: &str, of: &str| {
        format!("SELECT '{word}', {of}, CAST(COUNT(*) AS BIGINT), MAX(h.heard_at) {rows} GROUP BY {of}")
    };
    let parts = [count("song", "h.song"), count("night", "CAST(h.night AS TEXT)"), count("venue", "h.venue")];
    let (first, last) = nights(year);
    let query = sqlx::query(AssertSqlSafe(parts.join(" UNION ALL "))).bind(first).bind(last);
    let rows = person.bind(query).fetch_all(store.read()).await?;
    Tally::of(&rows)?.told(store, year).await
}

/// The year of a venue: what was heard there, by whomever. Nothing where it is older than last year: its nights are not
/// kept, or only some of them.
pub async fn of_venue(store: &Store, venue: VenueId, year: u16, now: Timestamp) -> Result<Option<Year>> {
    if u32::from(year) < first_year(house_clock(now, "UTC", &[]).night) {
        return Ok(None);
    }
    let rows = format!(
        "FROM charts c WHERE c.generation = (SELECT live FROM readers WHERE name = '{}') AND c.venue = $3 \
         AND c.night >= $1 AND c.night <= $2",
        Charts::NAME
    );
    let count = |word: &str, of: &str| {
        format!("SELECT '{word}', {of}, CAST(SUM(c.plays) AS BIGINT), MAX(c.last_heard_at) {rows} GROUP BY {of}")
    };
    let parts = [count("song", "c.song"), count("night", "CAST(c.night AS TEXT)")];
    let (first, last) = nights(year);
    let query = sqlx::query(AssertSqlSafe(parts.join(" UNION ALL "))).bind(first).bind(last).bind(venue.to_string());
    let rows = query.fetch_all(store.read()).await?;
    Ok(Some(Year { venues: 1, ..Tally::of(&rows)?.told(store, year).await? }))
}

/// The first and the last night that a year may have.
fn nights(year: u16) -> (i64, i64) {
    let year = i64::from(year) * 10_000;
    (year + 101, year + 1_231)
}

/// How often, and when last.
#[derive(Clone, Copy, Default)]
struct Count {
    plays: i64,
    last: Timestamp,
}

impl Count {
    /// The most first; of two that were heard as often the one that was heard last.
    fn rank(self) -> Reverse<(i64, Timestamp)> {
        Reverse((self.plays, self.last))
    }
}

#[derive(Default)]
struct Tally {
    songs: Vec<(SongId, Count)>,
    nights: BTreeMap<u32, i64>,
    venues: usize,
}

impl Tally {
    fn of(rows: &[AnyRow]) -> Result<Tally> {
        let mut tally = Tally::default();
        for row in rows {
            let (of, count) = (row.try_get(1)?, Count { plays: row.try_get(2)?, last: Timestamp(row.try_get(3)?) });
            match row.try_get(0)? {
                "song" => tally.songs.push((id("years", of)?, count)),
                "night" => {
                    let night = of.parse().map_err(|error| StoreError::garbled("years", error))?;
                    tally.nights.insert(night, count.plays);
                }
                _ => tally.venues += 1,
            }
        }
        tally.songs.sort_by_key(|(song, count)| (count.rank(), *song));
        Ok(tally)
    }

    async fn told(self, store: &Store, year: u16) -> Result<Year> {
        let ids: Vec<SongId> = self.songs.iter().map(|(song, _)| *song).collect();
        let rows = songs::by_ids(store, &ids).await?;
        let rows: HashMap<SongId, &Arc<SongRow>> = rows.iter().map(|row| (row.brief.id, row)).collect();
        // Songs that aren't in the catalogue count and have no name.
        let named: Vec<(&SongRow, Count)> =
            self.songs.iter().filter_map(|(song, count)| Some((rows.get(song)?.as_ref(), *count))).collect();
        let (artists, top_artists) = artists(&named);
        let mut months = vec![0; 12];
        for (night, plays) in &self.nights {
            if let Some(month) = (night / 100 % 100).checked_sub(1).and_then(|month| months.get_mut(month as usize)) {
                *month += number(*plays);
            }
        }
        // Of equal nights the last.
        let busiest_night = self.nights.iter().max_by_key(|(_, plays)| **plays);
        let song = |(row, count): &(&SongRow, Count)| YearSong { song: row.brief.clone(), plays: number(count.plays) };
        Ok(Year {
            year,
            plays: number(self.nights.values().sum()),
            songs: length(self.songs.len()),
            artists,
            nights: length(self.nights.len()),
            venues: length(self.venues),
            top_songs: named.iter().take(TOP).map(song).collect(),
            top_artists,
            months,
            busiest_night: busiest_night.map(|(night, plays)| (*night, number(*plays))),
        })
    }
}

/// How many artists, and those that were heard most. Every credited artist of a song was heard; spellings that differ in
/// case or marks are one artist, spelled as in the song of theirs that was heard most.
fn artists(songs: &[(&SongRow, Count)]) -> (u32, Vec<YearArtist>) {
    let mut counts: BTreeMap<String, (&str, Count)> = BTreeMap::new();
    for (song, count) in songs {
        let credited: BTreeMap<String, &str> =
            song.recording.artists.iter().map(|artist| (name_of(artist), artist.as_str())).collect();
        for (folded, spelled) in credited {
            let (_, of) = counts.entry(folded).or_insert((spelled, Count::default()));
            *of = Count { plays: of.plays + count.plays, last: of.last.max(count.last) };
        }
    }
    let mut ranked: Vec<(&str, Count)> = counts.into_values().collect();
    ranked.sort_by_key(|(spelled, count)| (count.rank(), *spelled));
    let artist =
        |(spelled, count): &(&str, Count)| YearArtist { artist: (*spelled).to_owned(), plays: number(count.plays) };
    (length(ranked.len()), ranked.iter().take(TOP).map(artist).collect())
}

/// One name for all spellings; a name of marks alone is only itself.
fn name_of(artist: &str) -> String {
    let folded = fold_name(artist);
    if folded.is_empty() { artist.to_owned() } else { folded }
}

fn number(plays: i64) -> u32 {
    u32::try_from(plays).unwrap_or(u32::MAX)
}

fn length(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
