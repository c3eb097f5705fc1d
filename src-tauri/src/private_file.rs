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

/// What was given, which the file keeps from here on, else what it kept. Where the disk refuses to keep it, it is for this
/// run only.
pub(crate) fn given_or_kept(file: &Path, given: Option<String>) -> Option<String> {
    let Some(text) = given else { return std::fs::read_to_string(file).ok() };
    if let Err(error) = write(file, text.as_bytes()) {
        tracing::warn!(%error, file = %file.display(), "what was chosen can't be remembered");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_for_this_run_where_the_disk_refuses() {
        let no_folder = tempfile::NamedTempFile::new().expect("a file");
        let file = no_folder.path().join("choice");
        assert_eq!(given_or_kept(&file, Some("bar".into())), Some("bar".into()));
        assert_eq!(given_or_kept(&file, None), None);
    }
}
