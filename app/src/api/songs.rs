//! Songs as clients see them.

use crate::{id::SongId, rules::SongRefusal};
use serde::{Deserialize, Serialize};

/// A song in a list. Its cover is at `/covers/<id>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SongBrief {
    /// The song.
    pub id: SongId,
    /// Title.
    pub title: String,
    /// Artists, joined for reading.
    pub artist: String,
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// Whether the file has a picture; without one, clients draw the cover from title and artist.
    #[serde(default)]
    pub has_cover: bool,
}

/// A song with all that is told about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SongDetail {
    /// The short form.
    #[serde(flatten)]
    pub song: SongBrief,
    /// Album, if it is of one.
    pub album: Option<String>,
    /// Year of release.
    pub year: Option<i32>,
    /// Genre.
    pub genre: Option<String>,
    /// Marked explicit.
    pub explicit: bool,
}

/// A song found, with what stands in its way here, if anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FoundSong {
    /// The song.
    #[serde(flatten)]
    pub song: SongBrief,
    /// Its album.
    pub album: Option<String>,
    /// Why it can't be played here now.
    pub refusal: Option<SongRefusal>,
}

/// A page of songs with its heading: search results, an artist, an album, a genre, a decade, newest, most played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SongPage {
    /// Up to 100 songs.
    pub songs: Vec<FoundSong>,
    /// How many there are in all, where that is counted.
    pub total: u64,
}

/// A way into the catalogue: an artist, a genre or a decade with its number of songs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Shelf {
    /// The name as shown and as asked for.
    pub name: String,
    /// Songs on it.
    pub songs: u64,
}

/// The front page of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Browse {
    /// Genres, largest first, up to 30.
    pub genres: Vec<Shelf>,
    /// Decades such as "1980", newest first.
    pub decades: Vec<Shelf>,
    /// Artists by name, up to 200.
    pub artists: Vec<Shelf>,
    /// Newest in the catalogue, up to 12.
    pub newest: Vec<FoundSong>,
    /// What this room plays most, up to 12.
    pub most_played: Vec<FoundSong>,
}

/// Which songs to list; query of `GET /api/rooms/{room}/songs`. Exactly one of the first six.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SongQuery {
    /// Search as you type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Songs of this artist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// Songs of this album.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// Songs of this genre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// Songs of this decade, such as 1980.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decade: Option<i32>,
    /// `newest` or `most_played`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Page, from 0, of 50 songs.
    #[serde(default)]
    pub page: u32,
}
