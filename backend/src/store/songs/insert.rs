//! Taking scanned songs into the catalogue.

use crate::{
    songs::{self, ScannedSong},
    store::{
        Result, Store, StoreError,
        outbox::{Letter, put_all},
        to_json,
    },
};
use jukeline_app::{events::SongState, id::SongId, song::Codec, time::Timestamp, version::Version};
use std::path::Path;
use uuid::Uuid;

/// A song that was taken in.
#[derive(Clone, Debug)]
pub struct NewSong {
    /// Its id.
    pub id: SongId,
    /// Title.
    pub title: String,
    /// Artists.
    pub artists: Vec<String>,
    /// Album.
    pub album: Option<String>,
}

/// The content hashes of all songs, so that an import can leave out what is known.
pub async fn known_hashes(store: &Store) -> Result<std::collections::HashSet<String>> {
    let hashes: Vec<String> = sqlx::query_scalar("SELECT content_hash FROM songs").fetch_all(store.read()).await?;
    Ok(hashes.into_iter().collect())
}

/// Writes songs and their pictures (below `covers`, named by content). Content that is known already is left alone;
/// gives those that are new.
pub async fn insert(store: &Store, covers: &Path, scanned: &[ScannedSong]) -> Result<Vec<NewSong>> {
    let mut pictures = Vec::with_capacity(scanned.len());
    for song in scanned {
        pictures.push(write_cover(covers, song)?);
    }
    let mut tx = store.begin().await?;
    // First: imports then wait for each other, and their moments are in the order of their commits.
    super::follow::raise(&mut tx).await?;
    let now = crate::store::now(store.kind(), &mut tx).await?;
    let (mut new, mut letters) = (Vec::new(), Vec::new());
    for (scanned, picture) in scanned.iter().zip(pictures) {
        if let Some(song) = insert_one(&mut tx, scanned, picture, now).await? {
            letters.push(letter(song.id, scanned, now)?);
            new.push(song);
        }
    }
    put_all(&mut tx, &letters).await?;
    tx.commit().await?;
    Ok(new)
}

/// What the log is told of a song. Its row never changes, so that this is said once.
fn letter(song: SongId, scanned: &ScannedSong, at: Timestamp) -> Result<Letter> {
    let (key, version) = (song.to_string(), Version { epoch: 1, n: 1 });
    let state = SongState {
        song,
        version,
        title: scanned.title.clone(),
        artists: scanned.artists.clone(),
        album: scanned.album.clone(),
        year: scanned.year.map(i32::from),
        genre: scanned.genre.clone(),
        duration_ms: scanned.duration_ms,
        isrc: scanned.isrc.clone(),
        musicbrainz: scanned.musicbrainz_recording.clone(),
        explicit: scanned.explicit,
    };
    Letter::new("songs", &key, &format!("song/{key}"), version.epoch, version.n, "SongImported", at, &state)
}

async fn insert_one(
    tx: &mut crate::store::Tx,
    song: &ScannedSong,
    picture: Option<String>,
    now: Timestamp,
) -> Result<Option<NewSong>> {
    let id = SongId(Uuid::now_v7());
    let sql = "INSERT INTO songs (id, content_hash, recording, title, artist, artists, album, year, genre, duration_ms, isrc, \
               musicbrainz, explicit, codec, mime, path, bytes, gain_db, loudness, cover, imported_at) VALUES \
               ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
               ON CONFLICT (content_hash) DO NOTHING";
    let path = song.path.to_str().ok_or_else(|| StoreError::garbled("songs", "a path that is not Unicode"))?;
    let done = sqlx::query(sql)
        .bind(id.to_string())
        .bind(song.hash.to_string())
        .bind(song.recording_key.clone())
        .bind(song.title.clone())
        .bind(song.artists.join(", "))
        .bind(to_json("songs", &song.artists)?)
        .bind(song.album.clone())
        .bind(song.year.map(i64::from))
        .bind(song.genre.clone())
        .bind(i64::from(song.duration_ms))
        .bind(song.isrc.clone())
        .bind(song.musicbrainz_recording.clone())
        .bind(i64::from(song.explicit))
        .bind(codec(song.codec).word())
        .bind(song.codec.mime())
        .bind(path.to_owned())
        .bind(i64::try_from(song.bytes).unwrap_or(i64::MAX))
        .bind(f64::from(song.gain_db))
        .bind(song.loudness.map(|loudness| f64::from(loudness.integrated_lufs)))
        .bind(picture)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    let new = NewSong { id, title: song.title.clone(), artists: song.artists.clone(), album: song.album.clone() };
    Ok((done.rows_affected() == 1).then_some(new))
}

const fn codec(codec: songs::Codec) -> Codec {
    match codec {
        songs::Codec::OggVorbis => Codec::OggVorbis,
        songs::Codec::Opus => Codec::Opus,
        songs::Codec::Mp3 => Codec::Mp3,
        songs::Codec::Flac => Codec::Flac,
        songs::Codec::Aac => Codec::Aac,
    }
}

/// Writes a song's picture once under the hash of its content: an album's songs share one file.
fn write_cover(folder: &Path, song: &ScannedSong) -> Result<Option<String>> {
    let Some(cover) = &song.cover else { return Ok(None) };
    let extension = match cover.mime {
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        _ => "jpg",
    };
    let name = format!("{}.{extension}", content_name(&cover.bytes));
    let path = folder.join(&name);
    let disk = |error: std::io::Error| StoreError::garbled("covers", error.kind());
    if !path.exists() {
        std::fs::create_dir_all(folder).map_err(disk)?;
        // Written aside and renamed, so that nobody reads half of it.
        let aside = folder.join(format!("{name}.{}", Uuid::now_v7()));
        std::fs::write(&aside, &cover.bytes).map_err(disk)?;
        std::fs::rename(&aside, &path).map_err(disk)?;
    }
    Ok(Some(name))
}

fn content_name(bytes: &[u8]) -> String {
    use sha2::Digest;
    crate::secret::hex(&sha2::Sha256::digest(bytes)[..16])
}
