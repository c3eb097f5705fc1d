//! Screens: pairing, what the player is told to do and what it reports.

use super::{Credential, SongBrief};
use crate::{
    id::{PlayId, ScreenId},
    play::BreakCause,
    song::Codec,
    time::Timestamp,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// Whether a jukebox has a player.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlayerStatus {
    /// None has claimed it yet.
    #[default]
    None,
    /// It is there.
    Online,
    /// It hasn't been heard of for a while.
    Silent,
}

/// What a screen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScreenRole {
    /// Sounds.
    Player,
    /// Only shows.
    Display,
}

/// Pairing a screen: body of `POST /api/screens`. Sets the screen's cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PairScreen {
    /// The one-time code from the setup page or the staff.
    pub code: String,
    /// What the page can decode.
    pub codecs: Vec<Codec>,
    /// Cookie or bearer.
    #[serde(default)]
    pub credential: Credential,
}

/// A screen was paired: answer of `POST /api/screens`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScreenPaired {
    /// Which.
    #[serde(flatten)]
    pub info: ScreenInfo,
    /// The bearer token, where that was asked for.
    pub token: Option<String>,
}

/// A paired screen, as `GET /api/screens/me` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScreenInfo {
    /// The screen.
    pub screen: ScreenId,
    /// Player or display.
    pub role: ScreenRole,
    /// The room's name.
    pub room: String,
    /// The venue's name.
    pub venue_name: String,
    /// Whether the connection is plain http, so that songs are kept in memory only.
    pub trial: bool,
}

/// A one-time pairing code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PairingCode {
    /// Eight digits.
    pub code: String,
    /// Until when.
    pub until: Timestamp,
    /// Where to open the screen's page.
    pub address: String,
}

/// A song handed to the player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HandedSong {
    /// The play.
    pub play: PlayId,
    /// Which handing of it this is; reports carry it.
    pub attempt: i64,
    /// What.
    pub song: SongBrief,
    /// For whom.
    pub for_name: Option<String>,
    /// Gain in decibels that makes all songs equally loud.
    pub gain_db: f64,
    /// How long the lease lasts from the receipt of this plan, in milliseconds on the player's monotonic clock: past
    /// that the song is not started.
    pub lease_ms: i64,
    /// It sounded already: resume from here, in milliseconds.
    pub resume_ms: Option<i64>,
}

/// All that the player needs to know: the whole truth each time, so that no message can be missed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Of which version; older plans are dropped.
    pub version: Version,
    /// The player's epoch: another than one's own means that another screen plays now.
    pub player_epoch: i64,
    /// Paused by staff.
    pub paused: bool,
    /// 0 to 100.
    pub volume: u8,
    /// What sounds or should be resumed first, then what comes, in order. A song that sounds and is not in it belongs
    /// to this player no more and stops at once.
    pub lineup: Vec<HandedSong>,
    /// Plays to let go of: not started ones are dropped (and reported `Dropped`), a sounding one stops.
    pub drop: Vec<PlayId>,
    /// Another screen's song still sounds: wait until it is out of the plan.
    pub wait: bool,
}

/// What the screen's websocket sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScreenMessage {
    /// First of all: who one is. A player's epoch is claimed by connecting.
    Welcome {
        /// The screen.
        screen: ScreenId,
        /// What for.
        role: ScreenRole,
        /// The epoch of this connection, for a player.
        player_epoch: Option<i64>,
        /// The server's clock.
        server_now: Timestamp,
        /// Which pages the server has now, as `build` in the page's own boot data says it. (Older servers don't say it.)
        #[serde(default)]
        build: Option<String>,
    },
    /// What everybody sees.
    Room(super::RoomMessage),
    /// What to play; to the player only.
    Plan(Plan),
    /// The codes for the next minutes, with when each begins; the QR holds `url_base` followed by the code.
    Codes {
        /// `https://jukeline.example/r/copper?c=`.
        url_base: String,
        /// Moment and six digits, in order.
        codes: Vec<(Timestamp, String)>,
        /// The server's clock.
        server_now: Timestamp,
    },
    /// These reports are durable and may be forgotten.
    Acknowledged {
        /// Their numbers.
        reports: Vec<u64>,
    },
    /// Another player has claimed the jukebox: fall silent after the current song.
    Superseded {
        /// The newer epoch.
        player_epoch: i64,
    },
    /// Pairing was undone.
    Unpaired,
}

/// What a screen sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ScreenSays {
    /// A player claims the jukebox, once it can sound and again after each reconnect. Reports that were kept from
    /// before are sent first: they were made under the older epoch, and what it finished must not look lost.
    Claim {
        /// What it can decode.
        codecs: Vec<Codec>,
        /// What its disk says was sounding when it went down.
        resume: Option<Resume>,
    },
    /// Something happened to a play.
    Report {
        /// Number of this report, for the acknowledgement.
        number: u64,
        /// Which.
        play: PlayId,
        /// Which handing of it.
        attempt: i64,
        /// The epoch under which it was handed.
        player_epoch: i64,
        /// What.
        what: Report,
        /// How long ago it happened, in milliseconds on the player's own clock.
        age_ms: i64,
    },
    /// Still here.
    Beat {
        /// Milliseconds of sound at hand beyond what sounds now.
        ready_ms: i64,
    },
}

/// A song that was sounding when the player went down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Resume {
    /// The play.
    pub play: PlayId,
    /// Which handing of it.
    pub attempt: i64,
    /// Where it stood, in milliseconds.
    pub position_ms: i64,
}

/// What happened to a play in the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Report {
    /// The audio clock advances.
    Started {
        /// From where, in milliseconds.
        position_ms: i64,
    },
    /// 30 s of the audio clock's own advance (or the whole of a shorter song).
    Heard,
    /// To its end.
    Finished,
    /// The sound broke off.
    Broke {
        /// Where, in milliseconds.
        position_ms: i64,
        /// Why.
        cause: BreakCause,
    },
    /// Let go of without having started.
    Dropped,
}
