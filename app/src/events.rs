//! What travels on the log: requests (what was asked) and facts (what was decided).

use crate::{
    api::{DeclineReason, PlayerStatus, Report, Resume},
    hold::Hold,
    id::{AccountId, JukeboxId, PlayId, ScreenId, SongId, VenueId},
    play::{ReturnReason, SkipReason},
    song::Codec,
    time::Timestamp,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// What patrons, staff and screens say about one jukebox; a record of `jukeline.requests`, keyed by jukebox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "PascalCase")]
pub enum Request {
    /// A patron asked for a song.
    PlayRequested(PlayRequested),
    /// A patron wants a song back out of the queue.
    TakeBackRequested {
        /// The play.
        play: PlayId,
        /// Who asked.
        account: AccountId,
    },
    /// Staff said something.
    StaffSaid {
        /// Who.
        staff: AccountId,
        /// What.
        said: StaffWord,
    },
    /// A screen reported something.
    ScreenReported {
        /// Which.
        screen: ScreenId,
        /// Under which epoch the play was handed.
        player_epoch: i64,
        /// When the server heard of it.
        received_at: Timestamp,
        /// Which play.
        play: PlayId,
        /// Which handing of it.
        attempt: i64,
        /// What.
        report: Report,
        /// How long before that it happened, in milliseconds by the screen's clock.
        age_ms: i64,
    },
    /// A player claimed the jukebox.
    PlayerClaimed {
        /// Which screen.
        screen: ScreenId,
        /// The connection that claims; the answer names it.
        claim: uuid::Uuid,
        /// When the server heard of it.
        received_at: Timestamp,
        /// What it can decode.
        codecs: Vec<Codec>,
        /// What its disk says was sounding.
        resume: Option<Resume>,
    },
}

impl Request {
    /// The CloudEvents type.
    pub fn name(&self) -> &'static str {
        match self {
            Request::PlayRequested(_) => "PlayRequested",
            Request::TakeBackRequested { .. } => "TakeBackRequested",
            Request::StaffSaid { .. } => "StaffSaid",
            Request::ScreenReported { .. } => "ScreenReported",
            Request::PlayerClaimed { .. } => "PlayerClaimed",
        }
    }
}

/// A patron asked for a song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlayRequested {
    /// The client's id.
    pub play: PlayId,
    /// Who asked.
    pub account: AccountId,
    /// What for.
    pub song: SongId,
    /// The price they saw.
    pub price: u32,
    /// Whether they pay to go sooner.
    pub sooner: bool,
    /// Decided later than this, it is declined.
    pub valid_until: Timestamp,
    /// When the server heard of it.
    pub received_at: Timestamp,
}

impl PlayRequested {
    /// What makes two requests the same: sent again with another content, the id is refused.
    pub fn content(&self) -> String {
        format!("{}/{}/{}/{}", self.account, self.song, self.price, self.sooner)
    }
}

/// What staff say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum StaffWord {
    /// Stop it, or take it out of the queue; refund it.
    Skip {
        /// The play that is meant.
        play: PlayId,
        /// Why.
        reason: SkipReason,
    },
    /// Hold the sound.
    Pause,
    /// Go on, whatever held it.
    Resume,
    /// Hold the sound once this song is over.
    StopAfter {
        /// The play that is meant: when another sounds by then, nothing changes.
        play: PlayId,
    },
    /// The house has its sound off: hold sound and line.
    SoundOff,
    /// Set the volume.
    Volume {
        /// 0 to 100.
        percent: u8,
    },
}

/// What was decided about one jukebox; a record of `jukeline.plays`, keyed by jukebox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "PascalCase")]
pub enum Fact {
    /// Accepted, its credits set aside.
    Queued {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// What.
        song: SongId,
        /// Where.
        venue: VenueId,
        /// Credits.
        price: u32,
        /// Paid to go sooner.
        sooner: bool,
        /// Under which rules.
        rules: i64,
        /// The patron's turn.
        round: i64,
        /// Its place among the waiting ones.
        rank: i64,
        /// The entry before it.
        after: Option<PlayId>,
        /// When it should start.
        about: Timestamp,
        /// By when at the latest.
        latest: Timestamp,
    },
    /// Refused; nothing was taken.
    Declined {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// Why.
        reason: DeclineReason,
    },
    /// Leased to the player, anew or again.
    Handed {
        /// The plays with the number of this handing, in the order of the queue.
        plays: Vec<(PlayId, i64)>,
        /// To which epoch.
        player_epoch: i64,
    },
    /// The player was asked to let go of it.
    Recalled {
        /// The play.
        play: PlayId,
        /// Why it will be returned.
        reason: ReturnReason,
    },
    /// It sounds, or sounds again.
    Started {
        /// The play.
        play: PlayId,
        /// Which handing.
        attempt: i64,
        /// When its beginning would have sounded.
        anchor: Timestamp,
    },
    /// 30 s of it were heard: it counts.
    Heard {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// What.
        song: SongId,
        /// Where.
        venue: VenueId,
        /// When.
        heard_at: Timestamp,
        /// The venue's night, `YYYYMMDD`.
        night: u32,
    },
    /// Over, and paid.
    Finished {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// Credits that were captured.
        price: u32,
    },
    /// Over, and every credit is back.
    Returned {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// Why.
        reason: ReturnReason,
        /// The staff member who skipped it.
        staff: Option<AccountId>,
        /// Credits that went back.
        price: u32,
    },
    /// The player says that a returned song played after all: it stays unpaid, and staff see it.
    PlayedUnpaid {
        /// The play.
        play: PlayId,
    },
    /// Pause, volume or player changed.
    FloorSet {
        /// Paused by staff.
        paused: bool,
        /// 0 to 100.
        volume: u8,
        /// Whether the player is there.
        player: PlayerStatus,
        /// The player's epoch.
        player_epoch: i64,
        /// The claim that was granted, if this is one.
        claim: Option<uuid::Uuid>,
        /// What sounds, and when its beginning would have sounded.
        anchor: Option<(PlayId, Timestamp)>,
        /// Where it stands still while paused, in milliseconds.
        paused_at_ms: Option<i64>,
        /// How staff hold the sound; absent in records from before there was more than `paused`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<Hold>,
    },
}

impl Fact {
    /// The CloudEvents type.
    pub fn name(&self) -> &'static str {
        match self {
            Fact::Queued { .. } => "Queued",
            Fact::Declined { .. } => "Declined",
            Fact::Handed { .. } => "Handed",
            Fact::Recalled { .. } => "Recalled",
            Fact::Started { .. } => "Started",
            Fact::Heard { .. } => "Heard",
            Fact::Finished { .. } => "Finished",
            Fact::Returned { .. } => "Returned",
            Fact::PlayedUnpaid { .. } => "PlayedUnpaid",
            Fact::FloorSet { .. } => "FloorSet",
        }
    }
}

/// A fact with its stamp.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Stamped {
    /// About which jukebox.
    pub jukebox: JukeboxId,
    /// The version after it.
    pub version: Version,
    /// When it was decided, by the database's clock.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// A song as the catalogue has it: a record of `jukeline.songs`, keyed by song, the latest of each kept. Whoever reads
/// `plays` with other tools finds titles here: facts carry ids alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SongState {
    /// The song.
    pub song: SongId,
    /// How often it was told.
    pub version: Version,
    /// Title.
    pub title: String,
    /// Artists as credited.
    pub artists: Vec<String>,
    /// Album.
    pub album: Option<String>,
    /// Year of its release.
    pub year: Option<i32>,
    /// Genre.
    pub genre: Option<String>,
    /// Length in milliseconds.
    pub duration_ms: u32,
    /// International Standard Recording Code (ISO 3901).
    pub isrc: Option<String>,
    /// MusicBrainz's id of the recording.
    pub musicbrainz: Option<String>,
    /// Marked explicit by its tags.
    pub explicit: bool,
}
