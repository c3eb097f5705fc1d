//! Walking a folder for audio files.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

const EXTENSIONS: [&str; 8] = ["ogg", "oga", "opus", "mp3", "flac", "m4a", "mp4", "aac"];

/// What holds the sound, told from a file's first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Ogg,
    Mpeg,
    Flac,
    Mp4,
}

/// The audio files below a folder, in the order of their paths; see [`scan`].
pub type Files = Box<dyn Iterator<Item = PathBuf>>;

/// Walks `folder` and everything below it, sorted by name. A file is listed when its extension or its first bytes
/// say that it is audio, so that damaged files are reported later instead of being passed over in silence.
/// Hidden files and folders that can't be opened are left out; symbolic links are followed once.
pub fn scan(folder: &Path) -> Files {
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let files = walk
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(DirEntry::into_path)
        .filter(|path| has_audio_extension(path) || sniff_file(path).is_some());
    Box::new(files)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn has_audio_extension(path: &Path) -> bool {
    let Some(extension) = path.extension().and_then(|extension| extension.to_str()) else { return false };
    EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

fn sniff_file(path: &Path) -> Option<Container> {
    let mut head = [0; 16];
    let read = File::open(path).ok()?.read(&mut head).ok()?;
    sniff(&head[..read])
}

/// Tells the container from the first (at least 12) bytes of a file.
pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    match head {
        [b'O', b'g', b'g', b'S', ..] => Some(Container::Ogg),
        [b'f', b'L', b'a', b'C', ..] => Some(Container::Flac),
        [b'I', b'D', b'3', ..] => Some(Container::Mpeg),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Container::Mp4),
        // A frame of MPEG audio, layer III: eleven bits of sync, a version and the layer.
        [0xff, second, ..] if second & 0xe6 == 0xe2 => Some(Container::Mpeg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_by_extension_and_by_content_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        std::fs::create_dir(folder.path().join("album")).unwrap();
        write("album/b.OGG", b"");
        write("album/a", b"fLaC\0\0\0\x22 and so on");
        write("notes.txt", b"words");
        write(".hidden.ogg", b"OggS");
        write("z.mp3", b"not really");
        let names: Vec<_> =
            scan(folder.path()).map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["a", "b.OGG", "z.mp3"]);
    }

    #[test]
    fn a_missing_folder_has_no_files() {
        assert_eq!(scan(Path::new("/does/not/exist")).count(), 0);
    }

    #[test]
    fn tells_layer_three_from_other_bytes() {
        assert_eq!(sniff(&[0xff, 0xfb, 0x90, 0x64]), Some(Container::Mpeg));
        assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xe0]), None, "a JPEG picture");
        assert_eq!(sniff(b""), None);
    }
}
