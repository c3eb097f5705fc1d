//! A song's picture: inside the file, or lying beside it.

use std::fs;
use std::path::{Path, PathBuf};

use lofty::picture::{Picture, PictureType};

/// Pictures larger than this (5 MiB) are left out: a phone should not load them.
pub const COVER_LIMIT_BYTES: usize = 5 << 20;

const NAMES: [&str; 3] = ["cover", "folder", "front"];
const EXTENSIONS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// A picture as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// `image/jpeg`, `image/png`, `image/webp` or `image/gif`, told from the bytes and not from what the tag claims.
    pub mime: &'static str,
    /// The picture file, at most [`COVER_LIMIT_BYTES`] long.
    pub bytes: Vec<u8>,
}

impl Cover {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mime = sniff_picture(bytes)?;
        (bytes.len() <= COVER_LIMIT_BYTES).then(|| Self { mime, bytes: bytes.to_vec() })
    }
}

/// The front cover among a file's pictures, else the first usable one.
pub(super) fn embedded(pictures: &[Picture]) -> Option<Cover> {
    let front = pictures.iter().filter(|picture| picture.pic_type() == PictureType::CoverFront);
    front.chain(pictures).find_map(|picture| Cover::from_bytes(picture.data()))
}

/// `cover.jpg`, `folder.png` and the like in the song's own folder, whatever their case.
pub(super) fn beside(song: &Path) -> Option<Cover> {
    let mut found: Vec<(usize, PathBuf)> = fs::read_dir(song.parent()?)
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((rank(&entry.path())?, entry.path())))
        .collect();
    found.sort();
    found.into_iter().find_map(|(_, path)| read_picture(&path))
}

fn rank(path: &Path) -> Option<usize> {
    let stem = path.file_stem()?.to_str()?.to_lowercase();
    let extension = path.extension()?.to_str()?.to_lowercase();
    let name = NAMES.iter().position(|name| *name == stem)?;
    EXTENSIONS.contains(&extension.as_str()).then_some(name)
}

fn read_picture(path: &Path) -> Option<Cover> {
    let small = fs::metadata(path).ok()?.len() <= COVER_LIMIT_BYTES as u64;
    small.then(|| fs::read(path).ok()).flatten().and_then(|bytes| Cover::from_bytes(&bytes))
}

fn sniff_picture(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_best_picture_beside_a_song() {
        let folder = tempfile::tempdir().unwrap();
        let song = folder.path().join("a.ogg");
        assert_eq!(beside(&song), None);
        fs::write(folder.path().join("front.jpg"), b"\xff\xd8\xff front").unwrap();
        fs::write(folder.path().join("Cover.PNG"), b"\x89PNG cover").unwrap();
        assert_eq!(beside(&song).unwrap().mime, "image/png");
        fs::write(folder.path().join("Cover.PNG"), b"not a picture").unwrap();
        assert_eq!(beside(&song).unwrap().mime, "image/jpeg");
    }
}
