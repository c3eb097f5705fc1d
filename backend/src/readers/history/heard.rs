//! Reading one person's history. Every statement reads rows of that person alone, in one range of the table's key for
//! each account that they are made of.

use super::History;
use crate::{
    readers::Projection,
    store::{Result, Store, accounts, id, list, padded},
};
use jukeline_app::{
    id::{AccountId, PlayId, SongId, VenueId},
    time::Timestamp,
};
use sqlx::{
    Any, AssertSqlSafe, Row,
    any::{AnyArguments, AnyRow},
    query::Query,
};

/// A person: their account, and the guests who became part of it, whose rows stay under the ids that facts name.
#[derive(Clone, Debug)]
pub struct Person {
    account: AccountId,
    /// With the last one repeated up to a power of two.
    parts: Vec<AccountId>,
}

/// Which plays to list.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Heard at this venue.
    pub venue: Option<VenueId>,
    /// Heard in these nights, both inside.
    pub nights: (u32, u32),
    /// Heard before this one.
    pub before: Option<(Timestamp, PlayId)>,
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted { venue: None, nights: (0, u32::MAX), before: None }
    }
}

/// A play that was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// The play.
    pub play: PlayId,
    /// The song.
    pub song: SongId,
    /// Where.
    pub venue: VenueId,
    /// That venue's name.
    pub venue_name: String,
    /// IANA time zone of the venue.
    pub timezone: String,
    /// When.
    pub heard_at: Timestamp,
    /// The venue's night.
    pub night: u32,
    /// Whether the song is a favourite of theirs.
    pub favourite: bool,
}

/// A song with how often it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The song.
    pub song: SongId,
    /// How often.
    pub plays: i64,
}

/// A venue with how much was heard there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueCount {
    /// The venue.
    pub venue: VenueId,
    /// Its name.
    pub name: String,
    /// Plays.
    pub plays: i64,
}

impl Person {
    /// Finds out whom an account is made of.
    pub async fn find(store: &Store, account: AccountId) -> Result<Person> {
        let parts = accounts::parts(&mut *store.read().acquire().await?, account).await?;
        let parts = padded(&parts, parts.len().max(1)).next().unwrap_or_default();
        Ok(Person { account, parts })
    }

    /// Rows of theirs in `history h`, their accounts numbered from `first`. What is shown is named in the statement
    /// itself: no answer mixes two generations.
    pub(crate) fn rows(&self, first: usize) -> String {
        format!(
            "h.generation = (SELECT live FROM readers WHERE name = '{}') AND h.account IN ({})",
            History::NAME,
            list(first, self.parts.len())
        )
    }

    /// Binds their accounts.
    pub(crate) fn bind<'q>(&self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        self.parts.iter().fold(query, |query, part| query.bind(part.to_string()))
    }

    /// What they heard, newest first.
    pub async fn heard(&self, store: &Store, wanted: &Wanted, at_most: i64) -> Result<Vec<Played>> {
        let sql = format!(
            "SELECT h.play, h.song, h.venue, v.name, v.timezone, h.heard_at, h.night, \
             CAST(CASE WHEN f.song IS NULL THEN 0 ELSE 1 END AS BIGINT) \
             FROM history h JOIN venues v ON v.id = h.venue LEFT JOIN favourites f ON f.account = $1 AND f.song = h.song \
             WHERE {} AND ($2 = '' OR h.venue = $2) AND h.night >= $3 AND h.night <= $4 \
             AND (h.heard_at < $5 OR (h.heard_at = $5 AND h.play < $6)) ORDER BY h.heard_at DESC, h.play DESC LIMIT $7",
            self.rows(8)
        );
        let (at, play) = wanted.before.map_or((i64::MAX, String::new()), |(at, play)| (at.0, play.to_string()));
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.account.to_string())
            .bind(wanted.venue.map(|venue| venue.to_string()).unwrap_or_default())
            .bind(i64::from(wanted.nights.0))
            .bind(i64::from(wanted.nights.1))
            .bind(at)
            .bind(play)
            .bind(at_most);
        self.bind(query).fetch_all(store.read()).await?.iter().map(played).collect()
    }

    /// Where a play of theirs stands in the order of [`Person::heard`]; nothing when they didn't hear it.
    pub async fn moment(&self, store: &Store, play: PlayId) -> Result<Option<(Timestamp, PlayId)>> {
        let sql = format!("SELECT h.heard_at FROM history h WHERE h.play = $1 AND {}", self.rows(2));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(play.to_string());
        let row = self.bind(query).fetch_optional(store.read()).await?;
        row.map(|row| Ok((Timestamp(row.try_get(0)?), play))).transpose()
    }

    /// Every venue where they heard something, by its name.
    pub async fn venues(&self, store: &Store) -> Result<Vec<VenueCount>> {
        let sql = format!(
            "SELECT v.id, v.name, CAST(COUNT(*) AS BIGINT) FROM history h JOIN venues v ON v.id = h.venue WHERE {} \
             GROUP BY v.id, v.name ORDER BY v.name, v.id",
            self.rows(1)
        );
        let rows = self.bind(sqlx::query(AssertSqlSafe(sql))).fetch_all(store.read()).await?;
        let count = |row: &AnyRow| {
            Ok(VenueCount { venue: id("history", row.try_get(0)?)?, name: row.try_get(1)?, plays: row.try_get(2)? })
        };
        rows.iter().map(count).collect()
    }

    /// The songs that they heard most; of two that they heard as often the one they heard last goes first.
    pub async fn top(&self, store: &Store, at_most: i64) -> Result<Vec<Counted>> {
        let sql = format!(
            "SELECT h.song, CAST(COUNT(*) AS BIGINT) FROM history h WHERE {} GROUP BY h.song \
             ORDER BY 2 DESC, MAX(h.heard_at) DESC, 1 LIMIT $1",
            self.rows(2)
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(at_most);
        let rows = self.bind(query).fetch_all(store.read()).await?;
        let counted = |row: &AnyRow| Ok(Counted { song: id("history", row.try_get(0)?)?, plays: row.try_get(1)? });
        rows.iter().map(counted).collect()
    }

    /// The first of these nights in which they heard something.
    pub async fn first_night(&self, store: &Store, nights: &[u32]) -> Result<Option<u32>> {
        let Some((first, last)) = nights.iter().min().zip(nights.iter().max()) else { return Ok(None) };
        let sql = format!(
            "SELECT DISTINCT h.night FROM history h WHERE h.night >= $1 AND h.night <= $2 AND {}",
            self.rows(3)
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(*first)).bind(i64::from(*last));
        let rows = self.bind(query).fetch_all(store.read()).await?;
        let heard: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
        Ok(nights.iter().copied().find(|night| heard.contains(&i64::from(*night))))
    }
}

fn played(row: &AnyRow) -> Result<Played> {
    Ok(Played {
        play: id("history", row.try_get(0)?)?,
        song: id("history", row.try_get(1)?)?,
        venue: id("history", row.try_get(2)?)?,
        venue_name: row.try_get(3)?,
        timezone: row.try_get(4)?,
        heard_at: Timestamp(row.try_get(5)?),
        night: u32::try_from(row.try_get::<i64, _>(6)?).unwrap_or(0),
        favourite: row.try_get::<i64, _>(7)? != 0,
    })
}
