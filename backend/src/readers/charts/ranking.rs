//! The order of songs by how often they were heard.

use super::{Charts, EVER, WINDOWS_KEPT, first_night_of_last_year};
use crate::{
    readers::Projection,
    store::{Result, Store, id},
};
use jukeline_app::{
    api::ChartWindow,
    charts as windows,
    hours::days_before,
    id::{SongId, VenueId},
    time::Timestamp,
};
use sqlx::{Any, AssertSqlSafe, Row, any::AnyArguments, query::Query};

/// The night before tonight is looked for so many days back in the network: somewhat less than what is kept, so that the
/// answer doesn't depend on when old windows were deleted.
const LOOKED_BACK: u32 = WINDOWS_KEPT - 5;

/// Where songs were heard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// At one venue.
    Venue(VenueId),
    /// At all venues of a city.
    City(String),
    /// Anywhere.
    Network,
}

/// Which songs are ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where they were heard.
    pub place: Place,
    /// Of this genre only.
    pub genre: Option<String>,
}

/// A song with its count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The song.
    pub song: SongId,
    /// How often it was heard.
    pub plays: i64,
    /// When it was heard last.
    pub last_heard_at: Timestamp,
}

impl Wanted {
    /// The table.
    fn table(&self) -> &'static str {
        match self.place {
            Place::Venue(_) | Place::City(_) => "charts",
            Place::Network => "chart_parts",
        }
    }

    /// The column of a row's night, or of the last night of its window.
    fn night(&self) -> &'static str {
        match self.place {
            Place::Venue(_) | Place::City(_) => "c.night",
            Place::Network => "c.last_night",
        }
    }

    /// The tables with their condition. What is shown is named in the statement itself: no answer mixes two generations.
    fn from(&self) -> String {
        let mut joins = String::new();
        let mut conditions = format!("c.generation = (SELECT live FROM readers WHERE name = '{}')", Charts::NAME);
        let place = match self.place {
            Place::Venue(_) => " AND c.venue = $1",
            Place::City(_) => {
                joins += " JOIN venues v ON v.id = c.venue";
                " AND v.city = $1"
            }
            // Both databases want every parameter to be used.
            Place::Network => " AND $1 = ''",
        };
        conditions += place;
        match self.genre {
            Some(_) => {
                joins += " JOIN songs s ON s.id = c.song";
                conditions += " AND s.genre = $2";
            }
            None => conditions += " AND $2 = ''",
        }
        format!("FROM {} c{joins} WHERE {conditions}", self.table())
    }

    fn bind<'q>(&self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        let place = match &self.place {
            Place::Venue(venue) => venue.to_string(),
            Place::City(city) => city.clone(),
            Place::Network => String::new(),
        };
        query.bind(place).bind(self.genre.clone().unwrap_or_default())
    }
}

/// The songs that were heard most in these nights (nothing: in all), first to last; of two that were heard as often the
/// one that was heard last goes first.
pub async fn ranking(store: &Store, wanted: &Wanted, nights: Option<(u32, u32)>, at_most: i64) -> Result<Vec<Ranked>> {
    let (from, to) = nights.unwrap_or((EVER, EVER));
    let query = wanted.bind(sqlx::query(AssertSqlSafe(ranking_sql(wanted, (from, to)))));
    let rows = query.bind(i64::from(from)).bind(i64::from(to)).bind(at_most).fetch_all(store.read()).await?;
    let ranked = |row: &sqlx::any::AnyRow| {
        Ok(Ranked {
            song: id("charts", row.try_get(0)?)?,
            plays: row.try_get(1)?,
            last_heard_at: Timestamp(row.try_get(2)?),
        })
    };
    rows.iter().map(ranked).collect()
}

fn ranking_sql(wanted: &Wanted, nights: (u32, u32)) -> String {
    let nights = match wanted.place {
        Place::Venue(_) | Place::City(_) => "c.night >= $3 AND c.night <= $4",
        Place::Network if is_window(nights) => "c.first_night = $3 AND c.last_night = $4",
        Place::Network => "c.last_night >= $3 AND c.last_night <= $4 AND c.first_night = c.last_night",
    };
    format!(
        "SELECT c.song, CAST(SUM(c.plays) AS BIGINT), MAX(c.last_heard_at) {} AND {nights} GROUP BY c.song \
         ORDER BY 2 DESC, 3 DESC, 1 LIMIT $5",
        wanted.from()
    )
}

/// Whether these nights have rows of their own in the network; others are added up night by night.
fn is_window(nights: (u32, u32)) -> bool {
    nights == (EVER, EVER)
        || ChartWindow::ALL.into_iter().any(|window| windows::nights(window, nights.0) == Some(nights))
}

/// The last night before `night` in which anything was heard; not so far back that it may have been deleted.
pub async fn last_night_before(store: &Store, wanted: &Wanted, night: u32) -> Result<Option<u32>> {
    let first = match wanted.place {
        Place::Venue(_) | Place::City(_) => first_night_of_last_year(night),
        Place::Network => days_before(night, LOOKED_BACK),
    };
    let query = wanted.bind(sqlx::query(AssertSqlSafe(last_night_sql(wanted))));
    let row = query.bind(i64::from(first)).bind(i64::from(night)).fetch_optional(store.read()).await?;
    let last: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(last.and_then(|night| u32::try_from(night).ok()))
}

fn last_night_sql(wanted: &Wanted) -> String {
    let (from, column) = (wanted.from(), wanted.night());
    let one_night = match wanted.place {
        Place::Venue(_) | Place::City(_) => "",
        Place::Network => " AND c.first_night = c.last_night",
    };
    format!("SELECT {column} {from} AND {column} >= $3 AND {column} < $4{one_night} ORDER BY {column} DESC LIMIT 1")
}

#[cfg(test)]
mod tests;
