//! Reading and importing real files, made by the demo's own synthesiser.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use proptest::prelude::*;

use super::*;
use crate::demo::music::{catalogue, render};

/// One real song, made once for all tests.
static SONG: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.ogg");
    render(&catalogue(3)[0], &path).unwrap();
    fs::read(path).unwrap()
});

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn read(name: &str, bytes: &[u8]) -> Result<ScannedSong, Refused> {
    let folder = tempfile::tempdir().unwrap();
    read_song(&write(folder.path(), name, bytes))
}

#[test]
fn reads_everything_a_song_says() {
    let piece = &catalogue(3)[0];
    let song = read("x.ogg", &SONG).unwrap();
    assert_eq!((song.title.as_str(), song.artists.as_slice()), (piece.title.as_str(), &[piece.artist.to_owned()][..]));
    assert_eq!((song.album.as_deref(), song.album_artist.as_deref()), (Some(piece.album), Some(piece.artist)));
    assert_eq!((song.genre.as_deref(), song.year), (Some(piece.genre), Some(piece.year)));
    assert_eq!((song.codec, song.sample_rate, song.channels), (Codec::OggVorbis, 32_000, 2));
    assert!((40_000..60_000).contains(&song.duration_ms), "{} ms", song.duration_ms);
    assert_eq!(song.bytes, SONG.len() as u64);
    assert!(!song.explicit && song.cover.is_none());
    let loudness = song.loudness.unwrap();
    assert!((-24.0..-10.0).contains(&loudness.integrated_lufs), "{loudness:?}");
    assert!(loudness.true_peak_dbtp + song.gain_db <= PEAK_CEILING_DBTP + 0.01, "{loudness:?} {}", song.gain_db);
    assert_eq!(song.hash.to_string().len(), 64);
}

#[test]
fn the_same_content_is_the_same_song() {
    let (one, two) = (read("a.ogg", &SONG).unwrap(), read("b.ogg", &SONG).unwrap());
    assert_eq!((one.hash, one.recording_key), (two.hash, two.recording_key));
}

#[test]
fn the_content_counts_not_the_name() {
    assert_eq!(read("song.mp3", &SONG).unwrap().codec, Codec::OggVorbis);
    assert_eq!(read("song", &SONG).unwrap().codec, Codec::OggVorbis);
}

#[test]
fn says_why_a_file_is_no_song() {
    assert_eq!(read("a.ogg", b""), Err(Refused::Empty));
    assert_eq!(read("a.ogg", b"once upon a time there was a text"), Err(Refused::NotAudio));
    assert!(matches!(read("a.ogg", b"OggS and then nothing that makes sense"), Err(Refused::Damaged(_))));
    assert!(matches!(read("a.flac", b"fLaC and then nothing that makes sense"), Err(Refused::Damaged(_))));
    assert!(matches!(read_song(Path::new("/does/not/exist.ogg")), Err(Refused::Unreadable(_))));
    for share in [2, 3, 10, 100] {
        let cut = &SONG[..SONG.len() - SONG.len() / share];
        assert!(matches!(read("a.ogg", cut), Err(Refused::Damaged(_))), "cut by 1/{share}");
    }
    let hole = [&SONG[..SONG.len() / 3], &SONG[SONG.len() / 2..]].concat();
    assert!(matches!(read("a.ogg", &hole), Err(Refused::Damaged(_))), "a piece is missing in the middle");
}

#[test]
fn import_takes_each_song_once_and_goes_on_past_damage() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/song.ogg", &SONG);
    write(folder.path(), "b/copy.ogg", &SONG);
    write(folder.path(), "b/cut.ogg", &SONG[..SONG.len() / 2]);
    write(folder.path(), "c/empty.mp3", b"");
    write(folder.path(), "c/cover.jpg", b"\xff\xd8\xff");
    let known = Mutex::new(HashSet::new());
    let run = || {
        let mut steps = Vec::new();
        let before = known.lock().unwrap().clone();
        let summary = import::<()>(
            folder.path(),
            &|hash| before.contains(hash),
            |progress| steps.push((progress.done, progress.total)),
            |songs| {
                known.lock().unwrap().extend(songs.iter().map(|song| song.hash));
                Ok(())
            },
        );
        (summary.unwrap(), steps)
    };
    let (first, steps) = run();
    assert_eq!((first.imported, first.already, first.refused.len()), (1, 1, 2), "{first}");
    assert_eq!(steps, [(1, 4), (2, 4), (3, 4), (4, 4)]);
    assert!(first.refused[0].0.ends_with("b/cut.ogg") && matches!(first.refused[0].1, Refused::Damaged(_)), "{first}");
    assert_eq!(first.refused[1], (folder.path().join("c/empty.mp3"), Refused::Empty));
    let (second, _) = run();
    assert_eq!((second.imported, second.already, second.refused), (0, 2, first.refused));
}

#[test]
fn import_stops_for_its_sink_and_for_a_missing_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "song.ogg", &SONG);
    let refused = import(folder.path(), &|_| false, |_| {}, |_| Err("full"));
    assert!(matches!(refused, Err(ImportError::Sink("full"))), "{refused:?}");
    let missing = import::<()>(&folder.path().join("none"), &|_| false, |_| {}, |_| Ok(()));
    assert!(matches!(missing, Err(ImportError::NoFolder(_))), "{missing:?}");
    let empty = tempfile::tempdir().unwrap();
    let summary = import::<()>(empty.path(), &|_| false, |_| {}, |_| Ok(())).unwrap();
    assert_eq!(summary, Summary::default());
}

/// Other formats need an encoder: these run where ffmpeg is named by `JUKELINE_TEST_FFMPEG`.
#[test]
fn reads_the_other_formats() {
    let Some(ffmpeg) = std::env::var_os("JUKELINE_TEST_FFMPEG") else { return };
    let folder = tempfile::tempdir().unwrap();
    let source = write(folder.path(), "source.ogg", &SONG);
    let original = read_song(&source).unwrap();
    for (name, codec) in
        [("a.mp3", Codec::Mp3), ("a.flac", Codec::Flac), ("a.opus", Codec::Opus), ("a.m4a", Codec::Aac)]
    {
        let path = folder.path().join(name);
        let mut command = Command::new(&ffmpeg);
        command.args(["-v", "error", "-i"]).arg(&source).args(["-map_metadata", "0:s:0", "-b:a", "128k"]).arg(&path);
        assert!(command.status().unwrap().success(), "{name}");
        let song = read_song(&path).unwrap();
        assert_eq!((song.codec, &song.title, &song.artists), (codec, &original.title, &original.artists), "{name}");
        assert_eq!((song.year, &song.album), (original.year, &original.album), "{name}");
        assert!(song.duration_ms.abs_diff(original.duration_ms) < 150, "{name}: {} ms", song.duration_ms);
        let (ours, theirs) = (song.loudness.unwrap().integrated_lufs, original.loudness.unwrap().integrated_lufs);
        assert!((ours - theirs).abs() < 0.7, "{name}: {ours} and {theirs} LUFS");
        let bytes = fs::read(&path).unwrap();
        let cut = read(name, &bytes[..bytes.len() / 2]);
        assert!(matches!(cut, Err(Refused::Damaged(_))), "half of {name}: {cut:?}");
    }
}

proptest! {
    // Each case decodes a whole song: few cases, of many kinds.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_import_panic(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 0..40),
        head_flips in prop::collection::vec((0usize..5000, 1u8..), 0..4),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = SONG.clone();
        for (index, flip) in &flips {
            bytes[index.index(SONG.len())] ^= flip;
        }
        for (index, flip) in &head_flips {
            bytes[*index] ^= flip;
        }
        if cut {
            bytes.truncate(length.index(SONG.len()));
        }
        let read = read("broken.ogg", &bytes);
        if cut {
            prop_assert!(read.is_err());
        }
        // Whatever panics inside a decoder is caught, but should not be there in the first place.
        let confused = Refused::Damaged("its content confuses the decoder".to_owned());
        prop_assert_ne!(read.err(), Some(confused));
    }
}
