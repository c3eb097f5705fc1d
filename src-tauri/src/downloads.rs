//! Files that a person asked for, where they look for them.

use std::{
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// So many files of one name are kept apart.
const MOST: u32 = 1_000;

/// The person's folder of downloads, as the system says; where it says nothing, the one that people expect.
pub(crate) fn folder() -> Option<PathBuf> {
    dirs::download_dir().or_else(|| Some(dirs::home_dir()?.join("Downloads")))
}

/// Writes a file under `name.ending`, or the next name that is free: whole, or not at all, and never over another.
/// A missing folder is made.
///
/// # Errors
/// The disk refuses, or there are a thousand of this name.
pub(crate) fn keep(folder: &Path, name: &str, ending: &str, content: &[u8]) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let mut half = tempfile::NamedTempFile::new_in(folder)?;
    half.write_all(content)?;
    half.as_file().sync_all()?;
    for n in 1..=MOST {
        let file = match n {
            1 => folder.join(format!("{name}.{ending}")),
            n => folder.join(format!("{name} ({n}).{ending}")),
        };
        match half.persist_noclobber(&file) {
            Ok(_) => return Ok(file),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => half = failed.file,
            Err(failed) => return Err(failed.error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let downloads = folder.path().join("Downloads");
        let keep = |content: &[u8]| keep(&downloads, "poster-copper", "pdf", content).expect("written");
        let (first, second) = (keep(b"one"), keep(b"two"));
        assert_eq!(first, downloads.join("poster-copper.pdf"));
        assert_eq!(second, downloads.join("poster-copper (2).pdf"));
        assert_eq!(std::fs::read(first).expect("a file"), b"one");
        assert_eq!(std::fs::read(second).expect("a file"), b"two");
        assert_eq!(std::fs::read_dir(downloads).expect("a folder").count(), 2, "no half file is left");
    }

    #[test]
    fn a_disk_that_refuses_says_so() {
        let folder = tempfile::NamedTempFile::new().expect("a file");
        assert!(keep(folder.path(), "poster-copper", "pdf", b"one").is_err(), "a file is no folder");
    }
}
