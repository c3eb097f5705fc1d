//! The queue's order and the minutes that are promised.

use crate::time::{MINUTE, Timestamp};

/// Ranks are spaced so that a song can go between two others; see [`rank_between`].
pub const RANK_GAP: i64 = 1 << 20;

/// What the order needs to know of a waiting song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its patron's turn: rotates between patrons.
    pub round: i64,
    /// Paid to go sooner.
    pub sooner: bool,
    /// Paid jumps that passed it.
    pub passed_by_jumps: u8,
    /// Songs of newcomers, whose turn comes first, that passed it.
    pub passed_by_turns: u8,
    /// Must stay where it is: handed to a player that can't be asked.
    pub fixed: bool,
}

/// How many of each kind may pass one waiting song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// k: paid jumps.
    pub jumps: u8,
    /// Newcomers whose turn comes first.
    pub turns: u8,
}

/// A patron's turn: after their last one, and never before the round that plays.
pub fn round_for(current: i64, patrons_last: Option<i64>) -> i64 {
    patrons_last.map_or(current, |last| current.max(last + 1))
}

/// Where a new song goes: the index before which it stands, `line.len()` for the end.
///
/// Walks from the end towards the front past songs that may be passed, and stops at the first that may not.
/// An ordinary song passes ordinary songs of later rounds while their patience for turns lasts. A sooner song passes
/// ordinary songs of any round while their patience for jumps lasts, never another sooner one.
pub fn place_for(line: &[Waiting], round: i64, sooner: bool, patience: Patience) -> usize {
    let may_pass = |entry: &Waiting| {
        if entry.fixed || entry.sooner {
            return false;
        }
        if sooner {
            entry.passed_by_jumps < patience.jumps
        } else {
            entry.round > round && entry.passed_by_turns < patience.turns
        }
    };
    line.iter().rposition(|entry| !may_pass(entry)).map_or(0, |last_unpassable| last_unpassable + 1)
}

/// A rank between two neighbours, or `None` when there is no room left and the line must be renumbered.
pub fn rank_between(before: Option<i64>, after: Option<i64>) -> Option<i64> {
    match (before, after) {
        (None, None) => Some(RANK_GAP),
        (Some(before), None) => before.checked_add(RANK_GAP),
        (None, Some(after)) => after.checked_sub(RANK_GAP),
        (Some(before), Some(after)) if after - before > 1 => Some(before + (after - before) / 2),
        (Some(_), Some(_)) => None,
    }
}

/// When each song should start, given what is left of the one that sounds (milliseconds) and the lengths of those that
/// wait, in order. The same function counts on the server and in the pages.
pub fn about(now: Timestamp, left_ms: i64, waiting_ms: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
    let mut at = now.plus(left_ms.max(0));
    waiting_ms
        .into_iter()
        .map(|length| {
            let start = at;
            at = at.plus(length);
            start
        })
        .collect()
}

/// What a song that passes costs in time, in the promise "at the latest": a typical single's length.
pub const PASSING_SONG_MS: i64 = 4 * MINUTE;
/// What the promise allows for pauses and slow starts.
pub const SLACK_MS: i64 = 2 * MINUTE;

/// By when a song plays at the latest: as if everybody who may still pass it did.
pub fn latest(
    about: Timestamp,
    sooner: bool,
    passed_by_jumps: u8,
    passed_by_turns: u8,
    jumps_sold: bool,
    patience: Patience,
) -> Timestamp {
    if sooner {
        return about.plus(SLACK_MS);
    }
    let jumps = if jumps_sold { patience.jumps.saturating_sub(passed_by_jumps) } else { 0 };
    let turns = patience.turns.saturating_sub(passed_by_turns);
    about.plus(SLACK_MS + PASSING_SONG_MS * (i64::from(jumps) + i64::from(turns)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATIENCE: Patience = Patience { jumps: 3, turns: 4 };

    fn plain(round: i64) -> Waiting {
        Waiting { round, sooner: false, passed_by_jumps: 0, passed_by_turns: 0, fixed: false }
    }

    /// Admits songs as the conductor does, counting who passed whom.
    fn admit(line: &mut Vec<(u32, Waiting)>, who: u32, current: i64, sooner: bool) -> usize {
        let last = line.iter().filter(|(w, _)| *w == who).map(|(_, entry)| entry.round).max();
        let round = round_for(current, last);
        let entries: Vec<Waiting> = line.iter().map(|(_, entry)| *entry).collect();
        let at = place_for(&entries, round, sooner, PATIENCE);
        for (_, passed) in &mut line[at..] {
            if sooner { passed.passed_by_jumps += 1 } else { passed.passed_by_turns += 1 }
        }
        line.insert(at, (who, Waiting { sooner, ..plain(round) }));
        at
    }

    #[test]
    fn turns_rotate() {
        let mut line = Vec::new();
        for who in [1, 1, 1, 2, 2, 3] {
            admit(&mut line, who, 1, false);
        }
        let order: Vec<u32> = line.iter().map(|(who, _)| *who).collect();
        assert_eq!(order, [1, 2, 3, 1, 2, 1]);
    }

    proptest! {
        #[test]
        fn nobody_starves(asks in proptest::collection::vec((0_u32..50, any::<bool>(), any::<bool>()), 1..300)) {
            let mut line = Vec::new();
            let mut current = 1;
            for (who, sooner, one_plays) in asks {
                let before = line.clone();
                let at = admit(&mut line, who, current, sooner);
                prop_assert_eq!(&line[..at], &before[..at], "what is ahead stays");
                prop_assert!(line.iter().all(|(_, w)| w.passed_by_jumps <= PATIENCE.jumps && w.passed_by_turns <= PATIENCE.turns));
                prop_assert!(line[at + 1..].iter().all(|(_, w)| !w.sooner), "no jump is passed");
                if one_plays {
                    let (_, first) = line.remove(0);
                    current = current.max(first.round);
                }
            }
        }

        #[test]
        fn a_rank_lies_between(a in -1_000_000_i64..1_000_000, gap in 1_i64..1_000_000) {
            match rank_between(Some(a), Some(a + gap)) {
                Some(rank) => prop_assert!(a < rank && rank < a + gap),
                None => prop_assert_eq!(gap, 1),
            }
        }
    }

    #[test]
    fn minutes_add_up() {
        let starts = about(Timestamp(1_000), 500, [200, 300, 100]);
        assert_eq!(starts, [Timestamp(1_500), Timestamp(1_700), Timestamp(2_000)]);
    }
}
