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

/// The kinds of files that a page may put there: their endings, and what such a file begins with.
const KINDS: &[(&str, &[u8])] = &[("pdf", b"%PDF-"), ("png", b"\x89PNG\r\n\x1a\n"), ("csv", b"")];
/// So long the part before the ending may be.
const LONGEST: usize = 80;

/// What a page may call a file: lower case letters, digits and hyphens, which no system reads as a path or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    stem: &'a str,
    ending: &'a str,
    start: &'a [u8],
}

impl Name<'_> {
    /// Reads a name such as `poster-copper.pdf`.
    pub(crate) fn read(name: &str) -> Option<Name<'_>> {
        let (stem, ending) = name.split_once('.')?;
        let &(_, start) = KINDS.iter().find(|(kind, _)| *kind == ending)?;
        let is_plain = stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (is_plain && (1..=LONGEST).contains(&stem.len())).then_some(Name { stem, ending, start })
    }

    /// Whether this may be the content of a file with such an ending.
    pub(crate) fn suits(self, content: &[u8]) -> bool {
        content.starts_with(self.start)
    }
}

/// Writes a file under its name, or the next one that is free: whole, or not at all, and never over another. A missing
/// folder is made.
///
/// # Errors
/// The disk refuses, or there are a thousand of this name.
pub(crate) fn keep(folder: &Path, name: Name<'_>, content: &[u8]) -> io::Result<PathBuf> {
    let Name { stem, ending, .. } = name;
    std::fs::create_dir_all(folder)?;
    let mut half = tempfile::NamedTempFile::new_in(folder)?;
    half.write_all(content)?;
    half.as_file().sync_all()?;
    for n in 1..=MOST {
        let file = match n {
            1 => folder.join(format!("{stem}.{ending}")),
            n => folder.join(format!("{stem} ({n}).{ending}")),
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
        let name = Name::read("poster-copper.pdf").expect("a name");
        let keep = |content: &[u8]| keep(&downloads, name, content).expect("written");
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
        let name = Name::read("history.csv").expect("a name");
        assert!(keep(folder.path(), name, b"one").is_err(), "a file is no folder");
    }

    #[test]
    fn a_page_names_plain_files_of_known_kinds() {
        let longest = format!("{}.png", "a".repeat(LONGEST));
        for name in ["poster-copper.pdf", "history.csv", "jukeline-2026-songs.png", &longest] {
            assert!(Name::read(name).is_some(), "{name}");
        }
        let longer = format!("a{longest}");
        for name in
            ["", "a", ".pdf", "../a.pdf", "a/b.pdf", "A.pdf", "a b.pdf", "a.b.pdf", "ä.pdf", "a.exe", "a.", &longer]
        {
            assert_eq!(Name::read(name), None, "{name}");
        }
    }

    #[test]
    fn a_file_is_of_the_kind_that_its_name_says() {
        let suits = |name, content: &[u8]| Name::read(name).is_some_and(|name| name.suits(content));
        assert!(suits("poster-copper.pdf", b"%PDF-1.7"));
        assert!(suits("picture.png", b"\x89PNG\r\n\x1a\n\0"));
        assert!(suits("history.csv", b""));
        assert!(!suits("poster-copper.pdf", b"MZ"));
        assert!(!suits("picture.png", b"%PDF-1.7"));
    }
}
