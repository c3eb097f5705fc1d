//! From a folder into the catalogue and the search index.

use crate::{
    songs::{
        ImportError, Progress, Summary, import,
        search::{SearchError, SongIndex, SongText},
    },
    store::{Store, StoreError},
};
use std::path::Path;
use tokio::runtime::Handle;

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
        match index.upsert(texts) {
            // Another process writes to it: that one, or this one, finds them in the table within seconds.
            Ok(()) | Err(SearchError::Busy) => Ok(()),
            Err(unusable) => Err(StoreError::garbled("songs", unusable)),
        }
    })
}
