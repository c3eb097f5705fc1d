//! A play's life: requested → declined | queued → handed → started → finished | returned.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an accepted play is. `Finished` and `Returned` are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlayState {
    /// Refused; never queued.
    Declined,
    /// Waits.
    Queued,
    /// Leased to the player.
    Handed,
    /// Sounds.
    Started,
    /// Played to its end, or long enough: paid.
    Finished,
    /// Didn't play: every credit is back.
    Returned,
}

impl PlayState {
    /// Every state.
    pub const ALL: [PlayState; 6] = [
        PlayState::Declined,
        PlayState::Queued,
        PlayState::Handed,
        PlayState::Started,
        PlayState::Finished,
        PlayState::Returned,
    ];

    /// The stable word in the store.
    pub fn word(self) -> &'static str {
        match self {
            PlayState::Declined => "declined",
            PlayState::Queued => "queued",
            PlayState::Handed => "handed",
            PlayState::Started => "started",
            PlayState::Finished => "finished",
            PlayState::Returned => "returned",
        }
    }

    /// The state of a stable word.
    pub fn from_word(word: &str) -> Option<PlayState> {
        PlayState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether its turn is yet to come.
    pub fn waits(self) -> bool {
        matches!(self, PlayState::Queued | PlayState::Handed)
    }

    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        matches!(self, PlayState::Declined | PlayState::Finished | PlayState::Returned)
    }

    /// Whether `next` may follow `self`. Handed again is a renewed lease; started again is a resumed song.
    pub fn may_become(self, next: PlayState) -> bool {
        use PlayState::{Declined, Finished, Handed, Queued, Returned, Started};
        match self {
            Declined | Finished | Returned => false,
            Queued => matches!(next, Handed | Returned),
            Handed => matches!(next, Queued | Handed | Started | Returned),
            Started => matches!(next, Started | Finished | Returned),
        }
    }
}

/// Why every credit went back; the patron reads it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum ReturnReason {
    /// The patron took it back.
    TakenBack,
    /// Staff skipped or removed it.
    Staff {
        /// What staff gave as the reason.
        said: SkipReason,
    },
    /// The house rules changed.
    Blocked,
    /// The file could not be played.
    Failed,
    /// The player went silent and stayed so.
    Dark,
    /// The room closed.
    Closed,
    /// The account was deleted.
    AccountDeleted,
}

/// What staff give as the reason of a skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Too loud.
    TooLoud,
    /// Doesn't fit the room.
    WrongMood,
    /// Not for this audience.
    Unsuitable,
    /// The recording is bad.
    BadSound,
    /// Last orders, a speech, a goal.
    HouseNeedsQuiet,
    /// Something else.
    Other,
}

/// Why sound broke off before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BreakCause {
    /// The file could not be fetched or decoded.
    File,
    /// The sound device failed.
    Device,
    /// The page was closed by a person at the screen.
    Closed,
    /// The file ended sooner than its tags said.
    EndedEarly,
}

impl BreakCause {
    /// Whether the house answers for it, so that nobody pays.
    pub fn is_the_houses(self) -> bool {
        !matches!(self, BreakCause::EndedEarly)
    }
}

/// How much must have sounded for a play to count as heard, in milliseconds; a shorter song: to its end.
pub const HEARD_MS: i64 = 30_000;

/// Whether sound that broke off at `position_ms` is paid: heard, and not the house's fault.
pub fn is_paid_when_broken_off(position_ms: i64, duration_ms: i64, cause: BreakCause) -> bool {
    !cause.is_the_houses() && position_ms >= HEARD_MS.min(duration_ms)
}

/// `receipt − reported age`, within what is possible: after it was handed over, not in the future.
pub fn heard_at(received_at: Timestamp, age_ms: i64, handed_at: Timestamp) -> Timestamp {
    let reported = received_at.plus(-age_ms.max(0));
    reported.max(handed_at).min(received_at.max(handed_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_life_has_one_end(path in proptest::collection::vec(0_usize..6, 0..30)) {
            let mut state = PlayState::Queued;
            let mut ends = 0;
            for step in path {
                let next = PlayState::ALL[step];
                if state.may_become(next) {
                    prop_assert!(!state.is_final());
                    ends += u32::from(next.is_final());
                    state = next;
                }
            }
            prop_assert!(ends <= 1);
            prop_assert_eq!(ends == 1, state.is_final());
        }

        #[test]
        fn heard_is_never_before_handing_nor_after_receipt(received in 0_i64..1_000_000, age in -10_000_i64..2_000_000, handed in 0_i64..1_000_000) {
            let at = heard_at(Timestamp(received), age, Timestamp(handed));
            prop_assert!(at >= Timestamp(handed));
            prop_assert!(at <= Timestamp(received.max(handed)));
        }
    }

    #[test]
    fn the_house_pays_for_its_own_faults() {
        assert!(!is_paid_when_broken_off(200_000, 240_000, BreakCause::File));
        assert!(is_paid_when_broken_off(200_000, 240_000, BreakCause::EndedEarly));
        assert!(!is_paid_when_broken_off(29_000, 240_000, BreakCause::EndedEarly));
        assert!(is_paid_when_broken_off(20_000, 20_000, BreakCause::EndedEarly));
    }

    #[test]
    fn words_are_stable_and_unique() {
        for state in PlayState::ALL {
            assert_eq!(PlayState::from_word(state.word()), Some(state));
        }
    }
}
