//! The search index follows the table, whoever imports: this process, another one, or a command.

use super::{count, texts_since};
use crate::{
    context::Context,
    outage::Outage,
    songs::search::{SearchError, SongIndex, SongText},
    store::{Result, Store, StoreError, Tx, settings},
};
use jukeline_app::time::Timestamp;
use std::{sync::Arc, time::Duration};

/// The row that every import raises.
const VERSION: &str = "songs.version";
/// How often that row is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// An import's transaction takes less, so a song that wasn't there at one look isn't older at the next.
const LONGEST_IMPORT_MS: i64 = 60_000;
/// Songs read at a time.
const PAGE: i64 = 5_000;

/// Why the index is behind.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The table can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index can't be written.
    #[error(transparent)]
    Index(#[from] SearchError),
}

impl From<FollowError> for StoreError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Store(error) => error,
            FollowError::Index(error) => StoreError::garbled("songs", error),
        }
    }
}

/// Says in an import's transaction that songs come in.
pub(super) async fn raise(tx: &mut Tx) -> Result<()> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, '1') ON CONFLICT (name) DO UPDATE \
               SET value = CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT)";
    sqlx::query(sql).bind(VERSION).execute(&mut **tx).await?;
    Ok(())
}

async fn version(store: &Store) -> Result<Option<String>> {
    settings::get(store, VERSION).await
}

/// How far the index is: it has what came before.
struct Place {
    version: Option<String>,
    since: Timestamp,
}

/// Keeps the index at the table's state until the server drains.
pub async fn follow(context: Context) {
    let mut outage = Outage::none("what the search index follows");
    let mut place = None;
    loop {
        let pause = match catch_up(&context.store, &context.index, &mut place).await {
            Ok(()) => {
                outage.over();
                EVERY
            }
            // Another process of this data folder writes, most likely the same songs: look again.
            Err(FollowError::Index(SearchError::Busy)) => EVERY,
            Err(error) => EVERY.max(outage.failed(&error)),
        };
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn catch_up(store: &Store, index: &Arc<SongIndex>, place: &mut Option<Place>) -> Result<(), FollowError> {
    let version_now = version(store).await?;
    if place.as_ref().is_some_and(|place| place.version == version_now) {
        return Ok(());
    }
    let now = store.now().await?;
    if let Some(place) = place {
        let since = Timestamp(place.since.0 - LONGEST_IMPORT_MS);
        add_missing(index, read_since(store, since).await?).await?;
    }
    // Where nobody imports meanwhile and the two differ all the same, something was lost.
    let there = count(store).await?;
    if there != index.len() && version(store).await? == version_now {
        replace_all(index, read_since(store, Timestamp(0)).await?).await?;
    }
    *place = Some(Place { version: version_now, since: now });
    Ok(())
}

/// Fills the index from the table where the two differ in size, as after the index was deleted.
pub async fn fill_index(store: &Store, index: &Arc<SongIndex>) -> Result<(), FollowError> {
    if index.len() == count(store).await? {
        return Ok(());
    }
    replace_all(index, read_since(store, Timestamp(0)).await?).await
}

/// The songs that came in at `since` or later.
async fn read_since(store: &Store, since: Timestamp) -> Result<Vec<SongText>> {
    let mut songs = Vec::new();
    let mut after = String::new();
    loop {
        let page = texts_since(store, since, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(songs) };
        after = last.id.to_string();
        songs.extend(page.into_iter().map(|song| SongText {
            song_id: song.id.to_string(),
            title: song.title,
            artists: song.artists,
            album: song.album,
        }));
    }
}

async fn add_missing(index: &Arc<SongIndex>, songs: Vec<SongText>) -> Result<(), FollowError> {
    on_a_thread(index, move |index| {
        let missing = index.missing(songs)?;
        if missing.is_empty() { Ok(()) } else { index.upsert(missing) }
    })
    .await
}

async fn replace_all(index: &Arc<SongIndex>, songs: Vec<SongText>) -> Result<(), FollowError> {
    on_a_thread(index, |index| index.replace_all(songs)).await
}

/// The index reads and writes files: not for a thread that answers requests.
async fn on_a_thread(
    index: &Arc<SongIndex>,
    work: impl FnOnce(&SongIndex) -> Result<(), SearchError> + Send + 'static,
) -> Result<(), FollowError> {
    let index = index.clone();
    let done = tokio::task::spawn_blocking(move || work(&index)).await;
    Ok(done.map_err(|broken| StoreError::garbled("songs", broken))??)
}
