//! What everybody sees of a room at one version, read from the database.

use crate::{
    context::Context,
    secret,
    store::{Store, StoreError, floor::read_loaded, id, padded, songs},
};
use jukeline_app::{
    api::{Playing, QueueEntry, RoomInfo, RoomSnapshot, SongBrief},
    conductor::{Floor, Stage},
    hours::house_clock,
    id::{AccountId, JukeboxId, PlayId, SongId},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;

/// The jukebox of a room name.
pub async fn jukebox_of(store: &Store, room: &str) -> Result<Option<JukeboxId>, StoreError> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM jukeboxes WHERE room = $1").bind(room).fetch_optional(store.read()).await?;
    found.map(|text| id("jukeboxes", &text)).transpose()
}

/// The snapshot of a room by its name.
pub async fn snapshot(context: &Context, room: &str) -> Result<Option<RoomSnapshot>, StoreError> {
    match jukebox_of(&context.store, room).await? {
        Some(jukebox) => of_jukebox(context, jukebox).await,
        None => Ok(None),
    }
}

/// The snapshot of a jukebox.
pub async fn of_jukebox(context: &Context, jukebox: JukeboxId) -> Result<Option<RoomSnapshot>, StoreError> {
    let store = &context.store;
    let Some(loaded) = read_loaded(store, jukebox).await? else { return Ok(None) };
    let now = store.now().await?;
    let floor = loaded.floor;
    let info = info(context, &floor, &loaded.timezone, now).await?;
    let songs = briefs(store, &floor).await?;
    let accounts: Vec<AccountId> = floor.entries.iter().map(|entry| entry.account).collect();
    let names = names(store, &accounts).await?;
    let song = |song: SongId| songs.get(&song).cloned().unwrap_or_else(|| unknown(song));
    let mut sounding = None;
    let mut queue = Vec::new();
    for entry in &floor.entries {
        let for_name = names.get(&entry.account).cloned();
        match entry.stage {
            Stage::Started { anchor, paused_at_ms, .. } => {
                sounding = sounding.or(Some(Playing {
                    play: entry.play,
                    song: song(entry.song),
                    for_name,
                    anchor_at: anchor,
                    paused_at_ms,
                }));
            }
            _ => queue.push(QueueEntry {
                play: entry.play,
                song: song(entry.song),
                for_name,
                sooner: entry.sooner,
                latest_at: entry.latest,
            }),
        }
    }
    Ok(Some(RoomSnapshot {
        version: floor.version,
        server_now: now,
        info,
        paused: floor.hold.is_still(),
        volume: floor.volume,
        player: floor.player.status,
        playing: sounding,
        queue,
    }))
}

async fn info(context: &Context, floor: &Floor, timezone: &str, now: Timestamp) -> Result<RoomInfo, StoreError> {
    let sql = "SELECT j.room, j.zone_name, v.name FROM jukeboxes j JOIN venues v ON v.id = j.venue WHERE j.id = $1";
    let row = sqlx::query(sql).bind(floor.jukebox.to_string()).fetch_one(context.store.read()).await?;
    let room: String = row.try_get(0)?;
    let clock = house_clock(now, timezone, &floor.rules.hours);
    let address = context.config.address(&format!("/r/{room}"));
    Ok(RoomInfo {
        jukebox: floor.jukebox,
        venue: floor.venue,
        venue_name: row.try_get(2)?,
        zone_name: row.try_get(1)?,
        timezone: timezone.into(),
        open: clock.open,
        closes_at: clock.closes_at,
        price: floor.rules.price,
        sooner_price: floor.rules.sooner_price,
        per_patron: u32::from(floor.rules.per_patron),
        free_per_hour: u32::from(floor.rules.free_per_hour),
        address: address.split_once("://").map_or(address.as_str(), |(_, rest)| rest).into(),
        trial: context.config.is_trial(),
        room,
    })
}

fn unknown(song: SongId) -> SongBrief {
    SongBrief { id: song, title: String::new(), artist: String::new(), duration_ms: 0, has_cover: false }
}

/// One song in short.
pub async fn brief(store: &Store, song: SongId) -> Result<SongBrief, StoreError> {
    Ok(songs::one(store, song).await?.map_or_else(|| unknown(song), |row| row.brief.clone()))
}

async fn briefs(store: &Store, floor: &Floor) -> Result<HashMap<SongId, SongBrief>, StoreError> {
    let wanted: Vec<SongId> = floor.entries.iter().map(|entry| entry.song).collect();
    let rows = songs::by_ids(store, &wanted).await?;
    Ok(rows.iter().map(|row| (row.brief.id, row.brief.clone())).collect())
}

fn open_name(row: &sqlx::any::AnyRow) -> Result<Option<(AccountId, String)>, StoreError> {
    let key: String = row.try_get(2)?;
    let name = secret::unhex(&key).and_then(|key| secret::open(&key, row.try_get(1).ok()?));
    name.map(|name| Ok((id("accounts", row.try_get(0)?)?, name))).transpose()
}

/// The names of those among these people who chose to show them.
pub async fn names(store: &Store, accounts: &[AccountId]) -> Result<HashMap<AccountId, String>, StoreError> {
    let mut found = HashMap::new();
    for chunk in padded(accounts, 128) {
        let sql = format!(
            "SELECT a.id, a.name_sealed, k.key_hex FROM accounts a JOIN account_keys k ON k.account = a.id \
             WHERE a.name_on_screen = 1 AND a.name_sealed IS NOT NULL AND a.id IN ({})",
            crate::store::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in chunk {
            query = query.bind(account.to_string());
        }
        for row in query.fetch_all(store.read()).await? {
            found.extend(open_name(&row)?);
        }
    }
    Ok(found)
}

/// What sounds, with an anchor that a fact gave.
pub async fn playing(
    store: &Store,
    play: PlayId,
    anchor_at: Timestamp,
    paused_at_ms: Option<i64>,
) -> Result<Option<Playing>, StoreError> {
    let row = sqlx::query("SELECT song, account FROM plays WHERE id = $1")
        .bind(play.to_string())
        .fetch_optional(store.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let song = brief(store, id("plays", row.try_get(0)?)?).await?;
    let account = id("plays", row.try_get(1)?)?;
    let for_name = names(store, &[account]).await?.remove(&account);
    Ok(Some(Playing { play, song, for_name, anchor_at, paused_at_ms }))
}
