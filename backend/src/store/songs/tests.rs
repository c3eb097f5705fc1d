use super::*;
use crate::songs::{Codec as FileCodec, ContentHash, Cover, ScannedSong};
use jukeline_app::id::JukeboxId;

pub(crate) fn scanned(number: u8, title: &str, artist: &str, year: u16) -> ScannedSong {
    ScannedSong {
        path: format!("/music/{number}.ogg").into(),
        hash: ContentHash([number; 32]),
        recording_key: format!("{artist}/{title}"),
        title: title.into(),
        artists: vec![artist.into()],
        album: Some("Nights".into()),
        album_artist: None,
        year: Some(year),
        genre: Some("Jazz".into()),
        duration_ms: 45_000,
        isrc: None,
        musicbrainz_recording: None,
        explicit: false,
        codec: FileCodec::OggVorbis,
        sample_rate: 48_000,
        channels: 2,
        cover: Some(Cover { mime: "image/png", bytes: b"\x89PNG".to_vec() }),
        bytes: 100,
        loudness: None,
        gain_db: -3.5,
    }
}

#[tokio::test]
async fn songs_are_taken_in_once_and_found_on_their_shelves() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_sqlite(folder.path()).await.expect("a store");
    let covers = folder.path().join("covers");
    let batch = [scanned(1, "Copper Moon", "Ida", 1984), scanned(2, "Salt", "Ida", 1991)];
    assert_eq!(insert(&store, &covers, &batch).await.expect("inserted").len(), 2);
    assert!(insert(&store, &covers, &batch).await.expect("inserted").is_empty(), "known content is left alone");
    assert_eq!(std::fs::read_dir(&covers).expect("a folder").count(), 1, "one picture, shared");
    assert_eq!(count(&store).await.expect("a read"), 2);
    let (songs, total) = list(&store, &Shelves::Decade(1980), 50, 0).await.expect("a read");
    assert_eq!((songs.len(), total, songs[0].brief.title.as_str()), (1, 1, "Copper Moon"));
    assert_eq!(list(&store, &Shelves::Newest, 1, 1).await.expect("a read").0.len(), 1);
    assert_eq!(list(&store, &Shelves::Artist("Ida".into()), 50, 0).await.expect("a read").1, 2);
    let (genres, decades, artists) = shelves(&store).await.expect("a read");
    assert_eq!((genres[0].name.as_str(), genres[0].songs), ("Jazz", 2));
    assert_eq!(decades.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["1990", "1980"]);
    assert_eq!(artists.len(), 1);
    let sound = sound(&store, songs[0].brief.id).await.expect("a read").expect("a song");
    assert_eq!((sound.mime.as_str(), sound.gain_db), ("audio/ogg; codecs=vorbis", -3.5));
    assert!(most_played(&store, JukeboxId(uuid::Uuid::nil()), 10).await.expect("a read").is_empty());
    assert_eq!(known_hashes(&store).await.expect("a read").len(), 2);
}
