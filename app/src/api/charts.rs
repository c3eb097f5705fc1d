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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// What to tell whoever was shown `before`, whose places have no gaps.
    pub fn between(before: &[ChartEntry], now: &Chart) -> ChartChange {
        let shown = before.iter().map(Some).chain(std::iter::repeat(None));
        let changed = now.entries.iter().zip(shown).filter(|(entry, shown)| *shown != Some(*entry));
        ChartChange {
            query: now.query.clone(),
            nights: now.nights,
            compared_with: now.compared_with,
            night_rule: now.night_rule,
            entries: changed.map(|(entry, _)| entry.clone()).collect(),
            places: u32::try_from(now.entries.len()).unwrap_or(u32::MAX),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SongId;
    use uuid::Uuid;

    fn entry(rank: u32, song: u128, plays: u32) -> ChartEntry {
        let id = SongId(Uuid::from_u128(song));
        let song =
            SongBrief { id, title: "Blues".into(), artist: "Ada".into(), duration_ms: 240_000, has_cover: false };
        ChartEntry { rank, song, plays, last_heard_at: Timestamp(1), rank_before: None, moved: None }
    }

    fn chart(songs: &[(u128, u32)]) -> Chart {
        let query = ChartQuery { window: ChartWindow::Week, scope: ChartScope::Here, genre: None };
        let entries = (1..).zip(songs).map(|(rank, (song, plays))| entry(rank, *song, *plays)).collect();
        Chart {
            query,
            nights: Some((20260810, 20260816)),
            compared_with: Some((20260803, 20260809)),
            night_rule: NightRule::TurnsAtSix,
            entries,
        }
    }

    /// Tells `now` to whoever was shown `before`: they see it then. Gives the places that were told.
    fn told(before: &Chart, now: &Chart) -> Vec<u32> {
        let change = ChartChange::between(&before.entries, now);
        let places = change.entries.iter().map(|entry| entry.rank).collect();
        let mut shown = before.entries.clone();
        change.apply(&mut shown);
        assert_eq!(shown, now.entries);
        places
    }

    #[test]
    fn only_the_places_that_changed_are_told() {
        let before = chart(&[(7, 5), (8, 4), (9, 2)]);
        assert_eq!(told(&chart(&[]), &before), [1, 2, 3], "first of all it is told whole");
        assert_eq!(told(&before, &before), [] as [u32; 0]);
        assert_eq!(told(&before, &chart(&[(7, 5), (8, 4), (9, 3)])), [3], "heard again");
        assert_eq!(told(&before, &chart(&[(8, 5), (7, 5), (9, 2)])), [1, 2], "passed");
        assert_eq!(told(&before, &chart(&[(7, 5), (8, 4), (9, 2), (6, 1)])), [4], "one more");
        assert_eq!(told(&before, &chart(&[(9, 5), (7, 5), (8, 4)])), [1, 2, 3], "from the end to the front");
    }

    #[test]
    fn places_that_are_gone_are_told_by_their_number() {
        let before = chart(&[(7, 5), (8, 4), (9, 2)]);
        assert_eq!(told(&before, &chart(&[(7, 5)])), [] as [u32; 0]);
        assert_eq!(told(&before, &chart(&[(8, 4)])), [1]);
        assert_eq!(told(&before, &chart(&[])), [] as [u32; 0], "a night turned");
    }

    #[test]
    fn the_nights_are_told_as_they_are_now() {
        let before = chart(&[(7, 5)]);
        let mut now = chart(&[]);
        now.nights = Some((20260817, 20260823));
        now.compared_with = before.nights;
        let change = ChartChange::between(&before.entries, &now);
        assert_eq!((change.nights, change.compared_with, change.places), (now.nights, before.nights, 0));
    }
}
