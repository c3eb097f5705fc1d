//! Files that are nobody else's to read.

use std::{io, io::Write, path::Path};

/// Writes a file, whole or not at all, for its owner alone: that is how temporary files are made. A missing folder is made.
///
/// # Errors
/// The disk refuses.
pub(crate) fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut half = tempfile::NamedTempFile::new_in(folder)?;
    half.write_all(content)?;
    half.as_file().sync_all()?;
    half.persist(file).map_err(|failed| failed.error)?;
    Ok(())
}

/// What was given, which the file keeps from here on, else what it kept.
///
/// # Errors
/// The disk refuses to keep it.
pub(crate) fn given_or_kept(file: &Path, given: Option<String>) -> io::Result<Option<String>> {
    let Some(text) = given else { return Ok(std::fs::read_to_string(file).ok()) };
    write(file, text.as_bytes())?;
    Ok(Some(text))
}
