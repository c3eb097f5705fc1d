//! What was heard, read again: elsewhere, one's own history and favourites, suggestions, and years.

use super::{ChartChange, ChartScope, ChartWindow, FoundSong, SongBrief};
use crate::{
    id::{PlayId, SongId, VenueId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// How far away counts as elsewhere; query of `GET /api/rooms/{room}/elsewhere`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ElsewhereQuery {
    /// Where.
    pub scope: ElsewhereScope,
}

/// How far away counts as elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ElsewhereScope {
    /// At other venues of the venue's city.
    City,
    /// At other venues anywhere.
    Network,
}

impl ElsewhereScope {
    /// Its word in a query.
    pub const fn word(self) -> &'static str {
        match self {
            ElsewhereScope::City => "city",
            ElsewhereScope::Network => "network",
        }
    }
}

/// What was heard at other venues a moment ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Elsewhere {
    /// Up to 20 songs, newest first.
    pub entries: Vec<ElsewhereEntry>,
    /// The server's clock.
    pub server_now: Timestamp,
}

/// A song that was heard elsewhere. Never by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ElsewhereEntry {
    /// The song, and what stands in its way in this room.
    pub song: FoundSong,
    /// The venue's name, where so many people were there that it points at nobody.
    pub venue_name: Option<String>,
    /// The town, where it points at nobody.
    pub city: Option<String>,
    /// When it was heard.
    pub heard_at: Timestamp,
}

/// Which of one's plays; query of `GET /api/history`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// The room where they might be played again; without one, no song has a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Words of title or artist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Heard at this venue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<VenueId>,
    /// Heard in this night or later, `YYYYMMDD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// Heard in this night or earlier, `YYYYMMDD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
    /// Heard before this play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<PlayId>,
}

/// What one heard of one's own songs, everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct History {
    /// Up to 50 plays, newest first.
    pub entries: Vec<HistoryEntry>,
    /// Ask again with `before=<this play>` for older ones.
    pub more: Option<PlayId>,
    /// Every venue where they heard something, by name, whatever was asked for: what can be filtered by.
    pub venues: Vec<HistoryVenue>,
    /// What a song costs in the room that was asked for.
    pub here: Option<Here>,
    /// The server's clock.
    pub server_now: Timestamp,
}

/// One of one's own songs, heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HistoryEntry {
    /// The play.
    pub play: PlayId,
    /// The song, and what stands in its way in the room that was asked for.
    pub song: FoundSong,
    /// Where it was heard.
    pub venue: VenueId,
    /// That venue's name.
    pub venue_name: String,
    /// IANA time zone of the venue.
    pub timezone: String,
    /// When it was heard.
    pub heard_at: Timestamp,
    /// The venue's night, `YYYYMMDD`.
    pub night: u32,
    /// Whether it is a favourite.
    pub favourite: bool,
}

/// A venue of one's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HistoryVenue {
    /// The venue.
    pub venue: VenueId,
    /// Its name.
    pub venue_name: String,
    /// Plays that one heard there.
    pub plays: u32,
}

/// Today's price in the room that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Here {
    /// The room's name.
    pub room: String,
    /// The venue's name.
    pub venue_name: String,
    /// Credits for a song; 0 is free play.
    pub price: u32,
    /// Whether songs are taken now.
    pub open: bool,
}

/// The room where songs might be played; query of `GET /api/favourites` and `GET /api/history/staples`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AtRoom {
    /// The room; without one, no song has a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}

/// What one comes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Staples {
    /// Up to 10 songs that one heard most.
    pub top: Vec<CountedSong>,
    /// What one heard in the night a year ago.
    pub a_year_ago: Vec<HistoryEntry>,
    /// Which night that was, `YYYYMMDD`.
    pub a_year_ago_night: Option<u32>,
    /// What a song costs in the room that was asked for.
    pub here: Option<Here>,
}

/// A song with how often it was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CountedSong {
    /// The song, and what stands in its way.
    pub song: FoundSong,
    /// How often it was heard.
    pub plays: u32,
}

/// One's favourites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Favourites {
    /// Up to 500, newest first.
    pub songs: Vec<FavouriteSong>,
    /// What a song costs in the room that was asked for.
    pub here: Option<Here>,
}

/// A favourite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FavouriteSong {
    /// The song, and what stands in its way in the room that was asked for.
    pub song: FoundSong,
    /// Since when.
    pub since: Timestamp,
}

/// Songs for somebody in a room: answer of `GET /api/rooms/{room}/yours`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Yours {
    /// Artists that one has played, the one played most first; up to 6.
    pub artists: Vec<YourArtist>,
    /// What this room plays at this hour: for whom has no history, and below it for all.
    pub taste: Taste,
}

/// Other songs by an artist that one has played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct YourArtist {
    /// The artist.
    pub artist: String,
    /// The song of theirs that one heard last: "because you played …".
    pub because: SongBrief,
    /// Up to 8 songs in this catalogue, those first that one has not heard.
    pub songs: Vec<FoundSong>,
    /// So many of them one has not heard: the first ones.
    pub unheard: u32,
}

/// What a room plays at an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Taste {
    /// The hour of the room's day, 0 to 23.
    pub hour: u8,
    /// Up to 12 songs, those heard most first.
    pub songs: Vec<FoundSong>,
}

/// A song that isn't here: body of `POST /api/rooms/{room}/wishes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WishForSong {
    /// What was searched for: 2 to 100 characters.
    pub words: String,
}

/// What was asked for and isn't in the catalogue, for operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Wishes {
    /// Up to 1,000, those that most people asked for first.
    pub wishes: Vec<Wish>,
}

/// A song that people asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Wish {
    /// The words, folded as the search folds them.
    pub words: String,
    /// How many people asked.
    pub people: u32,
    /// In how many rooms.
    pub rooms: u32,
    /// When somebody asked last.
    pub last_at: Timestamp,
}

/// A year of one person, or of one venue: the numbers behind its pictures. Nights count for the year of their date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Year {
    /// Which year.
    pub year: u16,
    /// Plays that were heard.
    pub plays: u32,
    /// Different songs.
    pub songs: u32,
    /// Different artists.
    pub artists: u32,
    /// Nights with music.
    pub nights: u32,
    /// Different venues; of a venue's year 1.
    pub venues: u32,
    /// Up to 5 songs that were heard most.
    pub top_songs: Vec<YearSong>,
    /// Up to 5 artists that were heard most.
    pub top_artists: Vec<YearArtist>,
    /// Plays of each month, January first.
    pub months: Vec<u32>,
    /// The night with most plays, `YYYYMMDD`, and how many.
    pub busiest_night: Option<(u32, u32)>,
}

/// A song of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct YearSong {
    /// The song.
    pub song: SongBrief,
    /// How often it was heard.
    pub plays: u32,
}

/// An artist of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct YearArtist {
    /// The artist.
    pub artist: String,
    /// How often it was heard.
    pub plays: u32,
}

/// How to answer a picture; query of `GET /api/years/{year}/pictures/{picture}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PictureQuery {
    /// `png` (1080 × 1350) or `svg`.
    pub format: PictureFormat,
    /// The language of its words, such as `de`; English where it is not spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// A picture's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// Pixels.
    Png,
    /// Vectors.
    Svg,
}

/// The pictures of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum YearPicture {
    /// Plays, songs, artists, nights.
    Numbers,
    /// The songs heard most.
    Songs,
    /// The artists heard most.
    Artists,
    /// The months, and the busiest night.
    Months,
}

impl YearPicture {
    /// All pictures, as they are looked at.
    pub const ALL: [YearPicture; 4] =
        [YearPicture::Numbers, YearPicture::Songs, YearPicture::Artists, YearPicture::Months];

    /// Its word in an address.
    pub const fn word(self) -> &'static str {
        match self {
            YearPicture::Numbers => "numbers",
            YearPicture::Songs => "songs",
            YearPicture::Artists => "artists",
            YearPicture::Months => "months",
        }
    }
}

/// A favourite by its id alone: answer of `GET /api/favourites/{song}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IsFavourite {
    /// The song.
    pub song: SongId,
    /// Whether it is a favourite of whoever asks.
    pub favourite: bool,
}

/// What to be told of; query of `GET /api/rooms/{room}/past/live`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PastQuery {
    /// The nights of a chart; with `scope`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ChartWindow>,
    /// Where a chart's songs count; with `window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ChartScope>,
    /// The chart's genre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// What is heard elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<ElsewhereScope>,
}

/// What the websocket of what was heard sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PastMessage {
    /// A chart changed; first of all it is told whole.
    Chart(Box<ChartChange>),
    /// Songs heard elsewhere since the last word, newest first; first of all the last 20.
    Elsewhere(Vec<ElsewhereEntry>),
    /// Nothing happened for 15 s; the connection is alive.
    Beat {
        /// The server's clock.
        server_now: Timestamp,
    },
}
