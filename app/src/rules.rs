//! House rules: what a room sells, to whom, when; and why a song can't be played there.

use crate::{
    id::SongId,
    song::{Codec, Recording, fold_name},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// When songs marked explicit may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "when")]
pub enum ExplicitSongs {
    /// Always.
    Allowed,
    /// Never.
    Blocked,
    /// From this minute of the day (0 to 1439, venue's time) until 6:00.
    After {
        /// Minute of the day.
        minute: u16,
    },
}

/// One opening: a day of the week (0 = Monday) and minutes after that day's midnight; `closes` may pass 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 0 = Monday … 6 = Sunday.
    pub day: u8,
    /// Minute at which the room opens, 0 to 1439.
    pub opens: u16,
    /// Minute at which it closes, later than `opens`, at most 2160 (noon of the next day).
    pub closes: u16,
}

/// The rules of one jukebox. `Default` is how a new venue starts: free play with caps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct HouseRules {
    /// Raised with every change and stamped on every decision.
    pub version: i64,
    /// Credits for a song; 0 is free play.
    pub price: u32,
    /// Credits for a song that goes sooner, in all; `None` where that isn't sold.
    pub sooner_price: Option<u32>,
    /// k: how many paid jumps may pass one waiting song.
    pub jumps_ahead: u8,
    /// How many songs of newcomers, whose turn comes first, may pass one waiting song.
    pub turns_ahead: u8,
    /// Songs that one patron may have waiting.
    pub per_patron: u8,
    /// Free songs that one patron may have within an hour.
    pub free_per_hour: u8,
    /// Minutes before a recording may be heard again.
    pub cooldown_minutes: u32,
    /// Longest queue, in songs.
    pub queue_limit: u16,
    /// Songs marked explicit.
    pub explicit: ExplicitSongs,
    /// Songs that don't play here.
    pub blocked_songs: BTreeSet<SongId>,
    /// Artists that don't play here, folded by [`fold_name`].
    pub blocked_artists: BTreeSet<String>,
    /// Opening hours; none at all means always open.
    pub hours: Vec<Opening>,
}

impl Default for HouseRules {
    fn default() -> Self {
        HouseRules {
            version: 1,
            price: 0,
            sooner_price: None,
            jumps_ahead: 3,
            turns_ahead: 4,
            per_patron: 3,
            free_per_hour: 3,
            cooldown_minutes: 60,
            queue_limit: 200,
            explicit: ExplicitSongs::Allowed,
            blocked_songs: BTreeSet::new(),
            blocked_artists: BTreeSet::new(),
            hours: Vec::new(),
        }
    }
}

/// What is wrong with proposed rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    /// A sooner price must exceed the price.
    #[error("sooner_price must be greater than price")]
    SoonerNotDearer,
    /// A cap of zero would close the room silently.
    #[error("per_patron, free_per_hour and queue_limit must be at least 1")]
    ZeroCap,
    /// Prices beyond 100 credits are a typing error.
    #[error("prices must be at most 100 credits")]
    Price,
    /// An opening that doesn't make sense.
    #[error("an opening needs day 0-6, opens 0-1439, closes after opens and at most 2160")]
    Hours,
    /// A minute of the day beyond 1439.
    #[error("explicit.minute must be 0-1439")]
    Minute,
}

impl HouseRules {
    /// Checks that the rules can be kept.
    pub fn check(&self) -> Result<(), BadRules> {
        if self.sooner_price.is_some_and(|sooner| sooner <= self.price) {
            return Err(BadRules::SoonerNotDearer);
        }
        if self.price > 100 || self.sooner_price.is_some_and(|sooner| sooner > 100) {
            return Err(BadRules::Price);
        }
        if self.per_patron == 0 || self.free_per_hour == 0 || self.queue_limit == 0 {
            return Err(BadRules::ZeroCap);
        }
        if self.hours.iter().any(|o| o.day > 6 || o.opens > 1439 || o.closes <= o.opens || o.closes > 2160) {
            return Err(BadRules::Hours);
        }
        if matches!(self.explicit, ExplicitSongs::After { minute } if minute > 1439) {
            return Err(BadRules::Minute);
        }
        Ok(())
    }

    /// Why `recording` can't be played by a player with `codecs` at minute `minute_of_day` of the venue's day, if so.
    pub fn refusal(&self, recording: &Recording, codecs: &[Codec], minute_of_day: u16) -> Option<SongRefusal> {
        if self.blocked_songs.contains(&recording.song) {
            return Some(SongRefusal::BlockedSong);
        }
        if recording.artists.iter().any(|artist| self.blocked_artists.contains(&fold_name(artist))) {
            return Some(SongRefusal::BlockedArtist);
        }
        if !codecs.contains(&recording.codec) {
            return Some(SongRefusal::Codec);
        }
        if !recording.explicit {
            return None;
        }
        match self.explicit {
            ExplicitSongs::Allowed => None,
            ExplicitSongs::Blocked => Some(SongRefusal::Explicit),
            ExplicitSongs::After { minute } if minute_of_day >= minute || minute_of_day < 6 * 60 => None,
            ExplicitSongs::After { minute } => Some(SongRefusal::ExplicitBefore { minute }),
        }
    }
}

/// Why a song can't be played in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum SongRefusal {
    /// The house blocked the song.
    BlockedSong,
    /// The house blocked one of its artists.
    BlockedArtist,
    /// The player can't decode it.
    Codec,
    /// Explicit, and the house plays none.
    Explicit,
    /// Explicit, and it is too early.
    ExplicitBefore {
        /// Minute of the day from which it may play.
        minute: u16,
    },
    /// It played a short while ago.
    Cooldown {
        /// Minutes until it may play again.
        minutes: u32,
    },
    /// It waits or plays already.
    Queued,
}

/// What a venue's wall clock says at one moment: computed outside, so that rules stay free of time zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseClock {
    /// Minute of the venue's day, 0 to 1439.
    pub minute_of_day: u16,
    /// Whether the room is open.
    pub open: bool,
    /// When it closes, if it is open and ever does.
    pub closes_at: Option<crate::time::Timestamp>,
    /// The venue's night this moment belongs to, as `YYYYMMDD` of the day on which it opened.
    pub night: u32,
}
