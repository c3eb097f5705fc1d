//! The room: what everybody sees, as a snapshot and as deltas.

use super::{PlayerStatus, SongBrief};
use crate::{
    id::{JukeboxId, PlayId, VenueId},
    play::ReturnReason,
    presence::Position,
    time::Timestamp,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// What a room is, apart from its queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomInfo {
    /// The short, permanent name in `/r/<room>`.
    pub room: String,
    /// The jukebox.
    pub jukebox: JukeboxId,
    /// The venue.
    pub venue: VenueId,
    /// The venue's name.
    pub venue_name: String,
    /// The zone's name, such as "Bar"; empty where the venue has one zone.
    pub zone_name: String,
    /// IANA time zone: all times are shown in it.
    pub timezone: String,
    /// Whether songs are taken now.
    pub open: bool,
    /// When the room closes.
    pub closes_at: Option<Timestamp>,
    /// Credits for a song; 0 is free play.
    pub price: u32,
    /// Credits for a song that goes sooner, in all.
    pub sooner_price: Option<u32>,
    /// Songs one patron may have waiting.
    pub per_patron: u32,
    /// Free songs one patron has an hour.
    pub free_per_hour: u32,
    /// The address on the screen, without the scheme: `jukeline.example/r/copper`.
    pub address: String,
    /// Plain http: guests only.
    pub trial: bool,
}

/// A song that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct QueueEntry {
    /// The play.
    pub play: PlayId,
    /// What.
    pub song: SongBrief,
    /// For whom, where they chose to show it.
    pub for_name: Option<String>,
    /// Whether it was paid to go sooner.
    pub sooner: bool,
    /// By when it plays at the latest; past it the patron chooses.
    pub latest_at: Timestamp,
}

/// The song that sounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Playing {
    /// The play.
    pub play: PlayId,
    /// What.
    pub song: SongBrief,
    /// For whom, where they chose to show it.
    pub for_name: Option<String>,
    /// When its beginning would have sounded, pauses and seeks subtracted: position = now − `anchor_at`.
    pub anchor_at: Timestamp,
    /// Where it stands still, in milliseconds, while paused.
    pub paused_at_ms: Option<i64>,
}

/// What everybody sees of a room at one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomSnapshot {
    /// The version it shows.
    pub version: Version,
    /// The server's clock: clients count from it, not from their own.
    pub server_now: Timestamp,
    /// The room.
    pub info: RoomInfo,
    /// Paused by staff.
    pub paused: bool,
    /// 0 to 100.
    pub volume: u8,
    /// Whether the player is there.
    pub player: PlayerStatus,
    /// What sounds.
    pub playing: Option<Playing>,
    /// What waits, in order.
    pub queue: Vec<QueueEntry>,
}

/// One change of a room: clients apply it when its version follows theirs, and read the snapshot again on a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Delta {
    /// The version after it.
    pub version: Version,
    /// The server's clock.
    pub server_now: Timestamp,
    /// What changed.
    pub change: Change,
}

/// What changed. Like all that comes by a websocket it is told by its name alone, as in `{"finished": {"play": …}}`: a
/// field for that among the others would double the code that reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A song was queued, directly behind `after` (`None`: first in line).
    Added {
        /// The new entry.
        entry: Box<QueueEntry>,
        /// The entry before it.
        after: Option<PlayId>,
    },
    /// It sounds now; it leaves the queue. Also sent when a song is resumed or paused, with a new anchor.
    Playing {
        /// The song with its anchor.
        playing: Box<Playing>,
    },
    /// It finished.
    Finished {
        /// The play.
        play: PlayId,
    },
    /// It will not play; its credits are back.
    Returned {
        /// The play.
        play: PlayId,
        /// Why.
        reason: ReturnReason,
    },
    /// Pause, volume or player changed.
    Floor {
        /// Paused by staff.
        paused: bool,
        /// 0 to 100.
        volume: u8,
        /// Whether the player is there.
        player: PlayerStatus,
        /// What sounds and since when.
        playing: Option<Box<Playing>>,
    },
    /// Nothing that is shown; the version went on.
    Nothing,
}

/// What the room's websocket sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoomMessage {
    /// First of all, and again after a gap.
    Snapshot(Box<RoomSnapshot>),
    /// One change.
    Delta(Delta),
    /// Nothing happened for 15 s; the connection is alive.
    Beat {
        /// The server's clock.
        server_now: Timestamp,
    },
}

/// Showing that one is in the room: exactly one of the two.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "by")]
pub enum ShowPresence {
    /// A position; used for this one decision and dropped.
    Position {
        /// Where.
        position: Position,
        /// How sure, in metres.
        accuracy_m: f64,
    },
    /// The six digits on the screen.
    Code {
        /// Digits; white space is ignored.
        code: String,
    },
}

/// A pass to a room. Browsers also have it as a cookie; the shell sends it in `Jukeline-Pass`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pass {
    /// For which jukebox.
    pub jukebox: JukeboxId,
    /// Until when.
    pub until: Timestamp,
    /// The signed pass.
    pub pass: String,
}

/// A venue in the list of places that have a jukebox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NearbyRoom {
    /// The room's name.
    pub room: String,
    /// The venue's name.
    pub venue_name: String,
    /// The zone's name.
    pub zone_name: String,
    /// Town, for reading.
    pub city: String,
    /// Metres away, rounded to 50; `None` when no position was given.
    pub distance_m: Option<u32>,
    /// Whether it takes songs now.
    pub open: bool,
    /// What plays there, if anything.
    pub playing: Option<SongBrief>,
    /// Songs that wait.
    pub waiting: u32,
}

/// Asking what is near; the position is used for this one answer and dropped.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NearbyQuery {
    /// Where, if they want to say.
    pub position: Option<Position>,
}
