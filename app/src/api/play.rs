//! Asking for a song, and what became of it.

use super::SongDetail;
use crate::{
    cashier::CannotPay,
    id::{PlayId, SongId},
    play::{PlayState, ReturnReason},
    rules::SongRefusal,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a song would cost and when it would play, for this person, now. Reading it changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Quote {
    /// The song.
    pub song: SongDetail,
    /// The ordinary way; `None` where the song is refused.
    pub ordinary: Option<Offer>,
    /// The sooner way, where it is sold and would be sooner.
    pub sooner: Option<Offer>,
    /// Why it can't be played here now.
    pub refusal: Option<DeclineReason>,
    /// It waits or plays already: when it comes.
    pub already: Option<Timestamp>,
    /// The person's credits; `None` without a session.
    pub credits: Option<i64>,
    /// Free songs they have left this hour, in free play.
    pub free_left: Option<u32>,
    /// Whether they hold a pass for this room.
    pub in_the_room: bool,
    /// Whether the song is a favourite of theirs.
    #[serde(default)]
    pub favourite: bool,
    /// The server's clock.
    pub server_now: Timestamp,
}

/// One way to play a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Offer {
    /// Credits.
    pub price: u32,
    /// Place in the queue, 1 = next.
    pub place: u32,
    /// When it should start.
    pub about: Timestamp,
    /// By when at the latest.
    pub latest: Timestamp,
}

/// Asking for a song: body of `POST /api/rooms/{room}/plays`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskForSong {
    /// The client's own id (UUIDv7): sending it again is harmless.
    pub play: PlayId,
    /// The song.
    pub song: SongId,
    /// The price they saw; dearer than that is declined.
    pub price: u32,
    /// Whether they pay to go sooner.
    #[serde(default)]
    pub sooner: bool,
    /// Decided later than this, it is declined. At most two minutes ahead; the server's choice (30 s) if absent.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// Why a request was declined. Nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum DeclineReason {
    /// The song can't be played here.
    Song {
        /// Why.
        refusal: SongRefusal,
    },
    /// They can't pay.
    Pay {
        /// Why.
        cannot: CannotPay,
    },
    /// They have as many waiting as one patron may.
    PatronCap {
        /// The cap.
        cap: u32,
    },
    /// The queue is full.
    QueueFull,
    /// The room is closed.
    Closed,
    /// No player, or it went silent.
    JukeboxOffline,
    /// It became dearer than the patron saw.
    Dearer {
        /// The price now.
        price: u32,
    },
    /// It was decided too late.
    TooLate,
    /// It wouldn't play before closing.
    NotBeforeClosing,
    /// Not in the catalogue.
    UnknownSong,
    /// The same id was used for something else.
    IdInUse,
    /// The account is gone.
    AccountGone,
}

/// A play of one's own, with what became of each credit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MyPlay {
    /// The play.
    pub play: PlayId,
    /// In which room.
    pub room: String,
    /// Whose room.
    pub venue_name: String,
    /// IANA time zone of the room.
    pub timezone: String,
    /// What.
    pub song: SongDetail,
    /// Credits that were set aside; 0 in free play.
    pub price: u32,
    /// Whether it was paid to go sooner.
    pub sooner: bool,
    /// Where it is.
    pub state: PlayState,
    /// Why it was declined.
    pub declined: Option<DeclineReason>,
    /// Why it was returned.
    pub returned: Option<ReturnReason>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Place in the queue while it waits, 1 = next.
    pub place: Option<u32>,
    /// When it should start, while it waits.
    pub about: Option<Timestamp>,
    /// By when at the latest, while it waits.
    pub latest: Option<Timestamp>,
    /// When it started to sound.
    pub started_at: Option<Timestamp>,
    /// When it ended, either way.
    pub ended_at: Option<Timestamp>,
    /// The player is offline: paid back by this moment unless it plays.
    pub back_by: Option<Timestamp>,
}

/// Up to 50 plays, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MyPlays {
    /// The plays.
    pub plays: Vec<MyPlay>,
    /// Ask again with `before=<this play>` for older ones.
    pub more: Option<PlayId>,
    /// The server's clock.
    pub server_now: Timestamp,
}
