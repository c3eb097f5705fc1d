//! A song as it was read from a file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::completeness::check_complete;
use super::cover::{self, Cover};
use super::decode::decode_whole;
use super::loudness::{Loudness, gain_db};
use super::names::{UNKNOWN_ARTIST, names_from_path, recording_key};
use super::refused::{LONGEST, Refused, SHORTEST};
use super::scan::{Container, sniff};
use super::tags::{Tags, read_tags};

/// SHA-256 of a whole file: the identity of a song. `Display` is 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// How the sound is coded. A player says at pairing which of these it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Vorbis in OGG.
    OggVorbis,
    /// Opus in OGG.
    Opus,
    /// MPEG layer III.
    Mp3,
    /// FLAC in its own container.
    Flac,
    /// AAC in MPEG-4 (`.m4a`).
    Aac,
}

impl Codec {
    /// The media type to serve the file with, as an audio element's `canPlayType` takes it.
    pub fn mime(self) -> &'static str {
        match self {
            Self::OggVorbis => "audio/ogg; codecs=vorbis",
            Self::Opus => "audio/ogg; codecs=opus",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Aac => "audio/mp4; codecs=mp4a.40.2",
        }
    }
}

/// Everything known about one audio file, checked by decoding it from beginning to end.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannedSong {
    /// Where the file lies.
    pub path: PathBuf,
    /// The identity: the same content under two names is one song.
    pub hash: ContentHash,
    /// The unit of a cooldown: ISRC, else MusicBrainz recording, else folded artists and title.
    pub recording_key: String,
    /// Never empty: from the tags, else from the file's name.
    pub title: String,
    /// At least one; "Unknown artist" where neither tags nor file name tell.
    pub artists: Vec<String>,
    /// Title of the album.
    pub album: Option<String>,
    /// Who the album is by, where that differs from the song's artists.
    pub album_artist: Option<String>,
    /// Year of the recording, 1000 to 2999.
    pub year: Option<u16>,
    /// First genre named.
    pub genre: Option<String>,
    /// Length of the decoded sound in milliseconds.
    pub duration_ms: u32,
    /// International Standard Recording Code, 12 capital letters and digits.
    pub isrc: Option<String>,
    /// MusicBrainz recording id, a lower-case UUID.
    pub musicbrainz_recording: Option<String>,
    /// Marked by its publisher as explicit.
    pub explicit: bool,
    /// How the sound is coded.
    pub codec: Codec,
    /// Samples a second of one channel.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: u16,
    /// The picture inside the file, else beside it.
    pub cover: Option<Cover>,
    /// Size of the file.
    pub bytes: u64,
    /// `None` for silence, and for sound that could not be measured (Opus with more than two channels).
    pub loudness: Option<Loudness>,
    /// What the player adds, in dB, so that all songs are equally loud; see [`gain_db`].
    pub gain_db: f32,
}

/// Hashes a whole file.
///
/// # Errors
/// [`Refused::Unreadable`] when the disk says no.
pub fn hash_file(path: &Path) -> Result<ContentHash, Refused> {
    let mut digest = Sha256::new();
    let mut file = File::open(path).map_err(|error| Refused::unreadable(&error))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(ContentHash(digest.finalize().into())),
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Refused::unreadable(&error)),
        }
    }
}

/// Reads one file: tags, cover, and the whole sound for its length, loudness and soundness.
///
/// # Errors
/// Says in plain words why the file is not a song; no content, however broken, makes this panic.
pub fn read_song(path: &Path) -> Result<ScannedSong, Refused> {
    let hash = hash_file(path)?;
    read_hashed(path, hash)
}

pub(super) fn read_hashed(path: &Path, hash: ContentHash) -> Result<ScannedSong, Refused> {
    // The libraries below are given whatever lies on a disk: should one of them panic, that file alone is refused.
    catch_unwind(AssertUnwindSafe(|| read_checked(path, hash)))
        .unwrap_or_else(|_| Err(Refused::damaged("its content confuses the decoder")))
}

fn read_checked(path: &Path, hash: ContentHash) -> Result<ScannedSong, Refused> {
    let (container, bytes) = container_of(path)?;
    check_complete(path, container)?;
    let sound = decode_whole(path, container)?;
    if sound.frames == 0 {
        return Err(Refused::Empty);
    }
    let duration = sound.duration();
    if duration < SHORTEST {
        return Err(Refused::TooShort(duration));
    }
    if duration > LONGEST {
        return Err(Refused::TooLong(duration));
    }
    let tags = read_tags(path, container);
    let names = names_from_path(path);
    let title = tags.title.clone().unwrap_or(names.title);
    let artists = artists_of(&tags, names.artist);
    Ok(ScannedSong {
        path: path.to_path_buf(),
        hash,
        recording_key: recording_key(tags.isrc.as_deref(), tags.musicbrainz_recording.as_deref(), &artists, &title),
        title,
        artists,
        album: tags.album,
        album_artist: tags.album_artist,
        year: tags.year,
        genre: tags.genre,
        duration_ms: u32::try_from(duration.as_millis()).unwrap_or(u32::MAX),
        isrc: tags.isrc,
        musicbrainz_recording: tags.musicbrainz_recording,
        explicit: tags.explicit,
        codec: sound.codec,
        sample_rate: sound.sample_rate,
        channels: sound.channels,
        cover: tags.cover.or_else(|| cover::beside(path)),
        bytes,
        loudness: sound.loudness,
        gain_db: gain_db(sound.loudness, sound.measured),
    })
}

/// The file name's artist counts only where the tags are silent about title and artist both: a tagged title with
/// dashes in the file's name is no reason to guess.
fn artists_of(tags: &Tags, from_name: Option<String>) -> Vec<String> {
    if !tags.artists.is_empty() {
        return tags.artists.clone();
    }
    let named = from_name.filter(|_| tags.title.is_none());
    vec![named.or_else(|| tags.album_artist.clone()).unwrap_or_else(|| UNKNOWN_ARTIST.to_owned())]
}

fn container_of(path: &Path) -> Result<(Container, u64), Refused> {
    let mut file = File::open(path).map_err(|error| Refused::unreadable(&error))?;
    let bytes = file.metadata().map_err(|error| Refused::unreadable(&error))?.len();
    if bytes == 0 {
        return Err(Refused::Empty);
    }
    let mut head = Vec::with_capacity(16);
    file.by_ref().take(16).read_to_end(&mut head).map_err(|error| Refused::unreadable(&error))?;
    let container = sniff(&head).ok_or(Refused::NotAudio)?;
    Ok((container, bytes))
}
