//! Charts: what was heard most.

use super::SongBrief;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Which nights count. What a night is, the answer says ([`NightRule`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChartWindow {
    /// This night; before the first song of it, none.
    Tonight,
    /// Monday to Sunday.
    Week,
    /// The calendar's month.
    Month,
    /// All nights.
    Ever,
}

impl ChartWindow {
    /// All windows, the shortest first.
    pub const ALL: [ChartWindow; 4] = [ChartWindow::Tonight, ChartWindow::Week, ChartWindow::Month, ChartWindow::Ever];

    /// Its word in a query.
    pub const fn word(self) -> &'static str {
        match self {
            ChartWindow::Tonight => "tonight",
            ChartWindow::Week => "week",
            ChartWindow::Month => "month",
            ChartWindow::Ever => "ever",
        }
    }
}

/// Where songs count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChartScope {
    /// At the room's venue, in all its rooms.
    Here,
    /// At all venues of the venue's city.
    City,
    /// Everywhere.
    Network,
}

impl ChartScope {
    /// All scopes, the smallest first.
    pub const ALL: [ChartScope; 3] = [ChartScope::Here, ChartScope::City, ChartScope::Network];

    /// Its word in a query.
    pub const fn word(self) -> &'static str {
        match self {
            ChartScope::Here => "here",
            ChartScope::City => "city",
            ChartScope::Network => "network",
        }
    }
}

/// How a song's night is found: also past midnight it is the one that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NightRule {
    /// From the venue's opening to its closing, on the day of the opening; outside of the hours it turns at 6:00.
    OpeningToClosing,
    /// The venue has no hours: it turns at 6:00.
    TurnsAtSix,
    /// Of several venues: each song counts for the night of the venue where it was heard.
    EachVenuesOwn,
}

/// How a song moved since the window before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChartMove {
    /// It stood lower.
    Up,
    /// It stood higher.
    Down,
    /// It stood there.
    Same,
    /// It wasn't there.
    New,
}

/// Which chart; query of `GET /api/rooms/{room}/charts`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChartQuery {
    /// Which nights.
    pub window: ChartWindow,
    /// Where.
    pub scope: ChartScope,
    /// Songs of this genre only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
}

/// The songs that were heard most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Chart {
    /// Which chart it is.
    pub query: ChartQuery,
    /// The nights that count, `YYYYMMDD`, both inside; nothing for all nights.
    pub nights: Option<(u32, u32)>,
    /// The nights it is compared with, if any.
    pub compared_with: Option<(u32, u32)>,
    /// What a night is.
    pub night_rule: NightRule,
    /// Up to 10 songs, first to last; of two that were heard as often the one that was heard last goes first.
    pub entries: Vec<ChartEntry>,
}

/// A song in a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChartEntry {
    /// Its place, from 1.
    pub rank: u32,
    /// The song.
    pub song: SongBrief,
    /// How often it was heard.
    pub plays: u32,
    /// When it was heard last.
    pub last_heard_at: Timestamp,
    /// Its place in the window before, if it had one among the first thousand.
    pub rank_before: Option<u32>,
    /// How it moved; nothing where there is no window before.
    pub moved: Option<ChartMove>,
}

/// How a chart changed since it was told last; the first one has all places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChartChange {
    /// Which chart it is.
    pub query: ChartQuery,
    /// The nights that count now.
    pub nights: Option<(u32, u32)>,
    /// The nights it is compared with now.
    pub compared_with: Option<(u32, u32)>,
    /// What a night is.
    pub night_rule: NightRule,
    /// The places whose entry is another now.
    pub entries: Vec<ChartEntry>,
    /// How many places there are now; those behind are gone.
    pub places: u32,
}

impl ChartChange {
    /// Applies it to the entries that were shown.
    pub fn apply(self, shown: &mut Vec<ChartEntry>) {
        for entry in self.entries {
            let Some(index) = (entry.rank as usize).checked_sub(1) else { continue };
            match shown.get_mut(index) {
                Some(place) => *place = entry,
                None => shown.push(entry),
            }
        }
        shown.truncate(self.places as usize);
    }
}
