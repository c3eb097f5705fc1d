use std::collections::HashSet;

use super::chords::Chord;
use super::compose::compose;
use super::render::mix;
use super::synth::RATE;
use super::*;

#[test]
fn the_catalogue_is_large_and_varied() {
    let pieces = catalogue(1);
    assert!(pieces.len() >= 44, "{}", pieces.len());
    let distinct = |of: fn(&PieceSpec) -> String| pieces.iter().map(of).collect::<HashSet<_>>().len();
    assert_eq!(distinct(|piece| piece.title.clone()), pieces.len());
    assert!(distinct(|piece| piece.artist.to_owned()) >= 8);
    assert!(distinct(|piece| piece.genre.to_owned()) >= 8);
    let first: HashSet<_> = pieces.iter().take(11).map(|piece| piece.artist).collect();
    assert_eq!(first.len(), 11, "the first pieces are of different bands");
    assert!(pieces.iter().any(|piece| piece.title.chars().count() > 80));
}

#[test]
fn every_chord_of_every_style_can_be_read() {
    for piece in catalogue(1) {
        let style = piece.style;
        for names in style.verses.iter().chain(style.bridges).chain([&style.last]) {
            let read = Chord::progression(names, 0).len();
            assert_eq!(read, names.split_whitespace().count(), "{names}");
            assert!(read == 1 || read.is_multiple_of(4), "{names}");
        }
    }
}

#[test]
fn pieces_last_40_to_60_seconds() {
    for seed in 0..20 {
        for piece in catalogue(seed) {
            let length = compose(&piece).length;
            assert!((40.0..=60.0).contains(&length), "{}: {length} s", piece.title);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_sound_in_bounds_and_never_silent() {
    let piece = &catalogue(7)[0];
    let sound = mix(piece, &compose(piece));
    assert_eq!(sound.left, mix(piece, &compose(&catalogue(7)[0])).left);
    assert_ne!(compose(piece).notes.len(), 0);
    assert!(sound.left.iter().chain(&sound.right).all(|sample| sample.abs() <= 0.83));
    let seconds: Vec<f32> =
        sound.left.chunks(RATE as usize).map(|s| s.iter().map(|x| x.abs()).fold(0.0, f32::max)).collect();
    let (last, body) = seconds.split_last().unwrap();
    assert!(body.iter().all(|peak| *peak > 0.005), "{seconds:?}");
    assert!(*last < 0.2, "it fades: {last}");
}

#[test]
fn renders_a_tagged_file_whole() {
    let folder = tempfile::tempdir().unwrap();
    let pieces = catalogue(7);
    let named = std::sync::Mutex::new(Vec::new());
    render_all(&pieces[..1], folder.path(), 2, &|piece, path| {
        named.lock().unwrap().push((piece.number, path.to_path_buf()));
    })
    .unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [folder.path().join("01.ogg")]);
    assert_eq!(named.into_inner().unwrap(), [(1, folder.path().join("01.ogg"))]);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let error = render(&catalogue(7)[0], std::path::Path::new("/does/not/exist/01.ogg")).unwrap_err();
    assert!(error.to_string().contains("/does/not/exist/01.ogg"), "{error}");
}
