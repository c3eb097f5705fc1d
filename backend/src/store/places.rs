//! Venues and their jukeboxes.

use super::{Result, Store, StoreError, Tx, id, json, to_json};
use crate::secret;
use jukeline_app::{
    id::{JukeboxId, VenueId},
    presence::Position,
    rules::HouseRules,
    time::Timestamp,
};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

/// A room: a jukebox with its venue.
#[derive(Clone)]
pub struct Room {
    /// The jukebox.
    pub jukebox: JukeboxId,
    /// The venue.
    pub venue: VenueId,
    /// The room's name.
    pub room: String,
    /// The venue's name.
    pub venue_name: String,
    /// The zone's name.
    pub zone_name: String,
    /// Town.
    pub city: String,
    /// IANA time zone.
    pub timezone: String,
    /// The middle of the room.
    pub position: Option<Position>,
    /// Metres.
    pub radius_m: f64,
    /// What turns the code on the screen.
    pub secret: [u8; 32],
    /// The house's rules.
    pub rules: HouseRules,
}

/// A venue before it is made.
#[derive(Clone, Debug)]
pub struct NewVenue<'a> {
    /// Its name.
    pub name: &'a str,
    /// Town.
    pub city: &'a str,
    /// IANA time zone, checked.
    pub timezone: &'a str,
    /// The middle of the room.
    pub position: Option<Position>,
    /// Metres.
    pub radius_m: f64,
}

macro_rules! room_sql {
    ($rest:literal) => {
        concat!(
            "SELECT j.id, v.id, j.room, v.name, j.zone_name, v.city, v.timezone, v.latitude, v.longitude, v.radius_m, ",
            "j.secret_hex, j.rules FROM jukeboxes j JOIN venues v ON v.id = j.venue ",
            $rest
        )
    };
}

/// Makes a venue.
pub async fn make_venue(tx: &mut Tx, new: &NewVenue<'_>, now: Timestamp) -> Result<VenueId> {
    let venue = VenueId(Uuid::now_v7());
    let sql = "INSERT INTO venues (id, name, city, timezone, latitude, longitude, radius_m, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(venue.to_string())
        .bind(new.name.to_owned())
        .bind(new.city.to_owned())
        .bind(new.timezone.to_owned())
        .bind(new.position.map(|position| position.latitude))
        .bind(new.position.map(|position| position.longitude))
        .bind(new.radius_m)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(venue)
}

/// Makes a jukebox under a room name. Nothing when that name is taken.
pub async fn make_jukebox(
    tx: &mut Tx,
    venue: VenueId,
    room: &str,
    zone_name: &str,
    rules: &HouseRules,
    now: Timestamp,
) -> Result<Option<JukeboxId>> {
    let jukebox = JukeboxId(Uuid::now_v7());
    let sql = "INSERT INTO jukeboxes (id, venue, zone_name, room, secret_hex, epoch, rules, created_at) \
               VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT (room) DO NOTHING";
    let done = sqlx::query(sql)
        .bind(jukebox.to_string())
        .bind(venue.to_string())
        .bind(zone_name)
        .bind(room)
        .bind(secret::hex(&secret::random::<32>()))
        .bind(to_json("jukeboxes", rules)?)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok((done.rows_affected() == 1).then_some(jukebox))
}

/// A room by its name.
pub async fn room(store: &Store, name: &str) -> Result<Option<Room>> {
    let row = sqlx::query(room_sql!("WHERE j.room = $1")).bind(name).fetch_optional(store.read()).await?;
    row.as_ref().map(read).transpose()
}

/// A room by its jukebox.
pub async fn room_by_jukebox(store: &Store, jukebox: JukeboxId) -> Result<Option<Room>> {
    let row = sqlx::query(room_sql!("WHERE j.id = $1")).bind(jukebox.to_string()).fetch_optional(store.read()).await?;
    row.as_ref().map(read).transpose()
}

/// Every room, by the venue's name. A network has hundreds, not millions.
pub async fn rooms(store: &Store) -> Result<Vec<Room>> {
    let rows = sqlx::query(room_sql!("ORDER BY v.name, j.zone_name, j.room")).fetch_all(store.read()).await?;
    rows.iter().map(read).collect()
}

/// The rooms that were made first: what the setup page shows.
pub async fn first_room(store: &Store) -> Result<Option<Room>> {
    let row = sqlx::query(room_sql!("ORDER BY j.created_at, j.id LIMIT 1")).fetch_optional(store.read()).await?;
    row.as_ref().map(read).transpose()
}

/// The venue of a jukebox.
pub async fn venue_of(store: &Store, jukebox: JukeboxId) -> Result<Option<VenueId>> {
    let sql = "SELECT venue FROM jukeboxes WHERE id = $1";
    let found: Option<String> = sqlx::query_scalar(sql).bind(jukebox.to_string()).fetch_optional(store.read()).await?;
    found.map(|text| id("jukeboxes", &text)).transpose()
}

/// The name of a venue; nothing where there is none.
pub async fn venue_name(store: &Store, venue: VenueId) -> Result<Option<String>> {
    let sql = "SELECT name FROM venues WHERE id = $1";
    Ok(sqlx::query_scalar(sql).bind(venue.to_string()).fetch_optional(store.read()).await?)
}

/// Whether what is heard at a venue is shown at others; nothing where there is no such venue.
pub async fn shown_elsewhere(store: &Store, venue: VenueId) -> Result<Option<bool>> {
    let sql = "SELECT shown_elsewhere FROM venues WHERE id = $1";
    let shown: Option<i64> = sqlx::query_scalar(sql).bind(venue.to_string()).fetch_optional(store.read()).await?;
    Ok(shown.map(|shown| shown != 0))
}

/// Says whether what is heard at a venue is shown at others.
pub async fn show_elsewhere(store: &Store, venue: VenueId, shown: bool) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("UPDATE venues SET shown_elsewhere = $1 WHERE id = $2")
        .bind(i64::from(shown))
        .bind(venue.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The room's name of a jukebox.
pub async fn room_of(store: &Store, jukebox: JukeboxId) -> Result<Option<String>> {
    let sql = "SELECT room FROM jukeboxes WHERE id = $1";
    Ok(sqlx::query_scalar(sql).bind(jukebox.to_string()).fetch_optional(store.read()).await?)
}

fn read(row: &AnyRow) -> Result<Room> {
    let (latitude, longitude): (Option<f64>, Option<f64>) = (row.try_get(7)?, row.try_get(8)?);
    let secret = secret::unhex(row.try_get(10)?).ok_or_else(|| StoreError::garbled("jukeboxes", "secret_hex"))?;
    Ok(Room {
        jukebox: id("jukeboxes", row.try_get(0)?)?,
        venue: id("venues", row.try_get(1)?)?,
        room: row.try_get(2)?,
        venue_name: row.try_get(3)?,
        zone_name: row.try_get(4)?,
        city: row.try_get(5)?,
        timezone: row.try_get(6)?,
        position: latitude.zip(longitude).map(|(latitude, longitude)| Position { latitude, longitude }),
        radius_m: row.try_get(9)?,
        secret,
        rules: json("jukeboxes", row.try_get(11)?)?,
    })
}

/// Replaces a jukebox's rules and raises their version; nothing when they aren't of the version that was read.
pub async fn set_rules(store: &Store, jukebox: JukeboxId, mut rules: HouseRules) -> Result<Option<HouseRules>> {
    let mut tx = store.begin().await?;
    let sql = format!("SELECT rules FROM jukeboxes WHERE id = $1{}", store.kind().for_update());
    let stands: Option<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(jukebox.to_string()).fetch_optional(&mut *tx).await?;
    let Some(stands) = stands else { return Ok(None) };
    if super::json::<HouseRules>("jukeboxes", &stands)?.version != rules.version {
        return Ok(None);
    }
    rules.version += 1;
    sqlx::query("UPDATE jukeboxes SET rules = $1 WHERE id = $2")
        .bind(super::to_json("jukeboxes", &rules)?)
        .bind(jukebox.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Some(rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_room_name_is_given_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(folder.path()).await.expect("a store");
        let mut tx = store.begin().await.expect("a transaction");
        let new = NewVenue {
            name: "The Copper Still",
            city: "Leith",
            timezone: "Europe/London",
            position: None,
            radius_m: 75.0,
        };
        let venue = make_venue(&mut tx, &new, Timestamp(1)).await.expect("a venue");
        let rules = HouseRules::default();
        let made = make_jukebox(&mut tx, venue, "copper", "Bar", &rules, Timestamp(1)).await.expect("asked");
        assert!(made.is_some());
        assert_eq!(make_jukebox(&mut tx, venue, "copper", "Yard", &rules, Timestamp(1)).await.expect("asked"), None);
        tx.commit().await.expect("committed");
        let found = room(&store, "copper").await.expect("a read").expect("a room");
        assert_eq!(
            (found.venue_name.as_str(), found.zone_name.as_str(), found.position),
            ("The Copper Still", "Bar", None)
        );
        assert_eq!(found.rules, rules);
        assert_eq!(rooms(&store).await.expect("a read").len(), 1);
        assert_eq!(venue_of(&store, found.jukebox).await.expect("a read"), Some(venue));
    }
}
