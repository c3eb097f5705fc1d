//! Songs as the rules see them.

use crate::id::SongId;
use serde::{Deserialize, Serialize};

/// How a recording is encoded: a player that lacks the codec is never offered the song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Codec {
    /// Vorbis in Ogg.
    OggVorbis,
    /// Opus in Ogg.
    Opus,
    /// MPEG-1 layer III.
    Mp3,
    /// FLAC.
    Flac,
    /// AAC in MP4 (`.m4a`).
    Aac,
}

impl Codec {
    /// Every codec there is.
    pub const ALL: [Codec; 5] = [Codec::OggVorbis, Codec::Opus, Codec::Mp3, Codec::Flac, Codec::Aac];

    /// The media type to ask `canPlayType` about, RFC 6381 codecs parameter included.
    pub fn media_type(self) -> &'static str {
        match self {
            Codec::OggVorbis => "audio/ogg; codecs=\"vorbis\"",
            Codec::Opus => "audio/ogg; codecs=\"opus\"",
            Codec::Mp3 => "audio/mpeg",
            Codec::Flac => "audio/flac",
            Codec::Aac => "audio/mp4; codecs=\"mp4a.40.2\"",
        }
    }

    /// The stable word in the store and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Codec::OggVorbis => "ogg-vorbis",
            Codec::Opus => "opus",
            Codec::Mp3 => "mp3",
            Codec::Flac => "flac",
            Codec::Aac => "aac",
        }
    }

    /// The codec of a stable word.
    pub fn from_word(word: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.word() == word)
    }
}

/// What decides whether a song may play: facts about the recording, none about people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The song.
    pub song: SongId,
    /// The unit of a cooldown: ISRC, else MusicBrainz recording id, else folded artist and title.
    pub recording: String,
    /// Artists as credited.
    pub artists: Vec<String>,
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// Marked explicit by its tags.
    pub explicit: bool,
    /// How it is encoded.
    pub codec: Codec,
}

/// Folds a name so that spelling variants meet: lower case, letters and digits only.
pub fn fold_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
