//! From a folder into the catalogue and the search index.

use crate::{
    songs::{
        ImportError, Progress, Summary, import,
        search::{SearchError, SongIndex, SongText},
    },
    store::{Result, Store, StoreError},
};
use std::path::Path;
use tokio::runtime::Handle;

/// Songs read at a time when the index is filled.
const PAGE: i64 = 5_000;

/// Imports a folder: songs into the store, pictures into `covers`, texts into the index. Known content is left alone.
/// Blocks; to be called from a thread of its own, with a handle to the runtime.
///
/// # Errors
/// [`ImportError::NoFolder`], or the store's own error, which stops the import; what was taken in before stays.
pub fn take_in(
    runtime: &Handle,
    store: &Store,
    index: &SongIndex,
    covers: &Path,
    folder: &Path,
    on_progress: impl FnMut(&Progress),
) -> Result<Summary, ImportError<StoreError>> {
    let known = runtime.block_on(super::known_hashes(store)).map_err(ImportError::Sink)?;
    import(folder, &|hash| known.contains(&hash.to_string()), on_progress, |songs| {
        let new = runtime.block_on(super::insert(store, covers, &songs))?;
        let texts = new.into_iter().map(|song| SongText {
            song_id: song.id.to_string(),
            title: song.title,
            artists: song.artists,
            album: song.album,
        });
        index.upsert(texts).map_err(|e| unusable(&e))
    })
}

/// Fills the index from the table where the two differ in size, as after the index was deleted.
pub async fn fill_index(store: &Store, index: &SongIndex) -> Result<()> {
    if index.len() == super::count(store).await? {
        return Ok(());
    }
    let mut texts = Vec::new();
    let mut after = String::new();
    loop {
        let page = super::texts(store, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id.to_string();
        texts.extend(page.into_iter().map(|song| SongText {
            song_id: song.id.to_string(),
            title: song.title,
            artists: song.artists,
            album: song.album,
        }));
    }
    index.replace_all(texts).map_err(|e| unusable(&e))
}

fn unusable(error: &SearchError) -> StoreError {
    StoreError::garbled("songs", error)
}
