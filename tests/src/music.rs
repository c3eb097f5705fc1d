//! Real music for tests: the demo's own pieces, composed once a machine and kept in the target folder.

use anyhow::{Context, Result};
use std::path::PathBuf;

/// A folder of OGG Vorbis files of 40 to 60 s.
///
/// # Errors
/// The folder can't be written.
pub fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join("jukeline-test-music");
    let pieces: Vec<_> = jukeline_backend::demo::music::catalogue(1933).into_iter().take(8).collect();
    jukeline_backend::demo::music::render_all(&pieces, &folder, 2, &|_, _| {}).context("the music")?;
    Ok(folder)
}
