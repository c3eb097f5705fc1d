//! Four seconds in which a skip can be taken back: only then is it sent. Pure: the clock comes in.

use jukeline_app::{
    id::{JukeboxId, PlayId},
    play::SkipReason,
};

/// How long a skip waits before it is sent, in milliseconds.
pub(super) const WAIT_MS: i64 = 4_000;

/// A play that can be skipped, as it was shown when somebody meant it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meant {
    pub jukebox: JukeboxId,
    pub play: PlayId,
    pub title: String,
    /// Credits that will go back.
    pub price: u32,
}

/// A skip that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Skip {
    pub meant: Meant,
    pub reason: SkipReason,
}

/// The one skip that can still be taken back, if there is one.
#[derive(Debug, Default)]
pub(super) struct Undo {
    waiting: Option<(Skip, i64)>,
}

impl Undo {
    /// Begins the wait of a skip at the monotonic `now_ms`. What waited before is given back, to be sent at once; the
    /// same play again is the same skip with another reason.
    pub(super) fn begin(&mut self, skip: Skip, now_ms: i64) -> Option<Skip> {
        let due = match &self.waiting {
            Some((before, due)) if before.meant.play == skip.meant.play => {
                self.waiting = Some((skip, *due));
                return None;
            }
            _ => now_ms + WAIT_MS,
        };
        self.waiting.replace((skip, due)).map(|(before, _)| before)
    }

    /// Takes back what waits: it is never sent.
    pub(super) fn take_back(&mut self) -> Option<Skip> {
        self.waiting.take().map(|(skip, _)| skip)
    }

    /// The skip whose time is over, to be sent; once.
    pub(super) fn due(&mut self, now_ms: i64) -> Option<Skip> {
        self.waiting.take_if(|(_, due)| now_ms >= *due).map(|(skip, _)| skip)
    }

    /// The page goes: what waits is to be sent now.
    pub(super) fn leave(&mut self) -> Option<Skip> {
        self.waiting.take().map(|(skip, _)| skip)
    }

    /// What waits, and for how many milliseconds more.
    pub(super) fn waiting(&self, now_ms: i64) -> Option<(&Skip, i64)> {
        self.waiting.as_ref().map(|(skip, due)| (skip, (due - now_ms).clamp(0, WAIT_MS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn skip(n: u128, reason: SkipReason) -> Skip {
        let play = PlayId(Uuid::from_u128(n));
        let meant = Meant { jukebox: JukeboxId(Uuid::nil()), play, title: format!("song {n}"), price: 2 };
        Skip { meant, reason }
    }

    #[test]
    fn it_is_sent_once_after_four_seconds_and_not_before() {
        let mut undo = Undo::default();
        let first = skip(1, SkipReason::TooLoud);
        assert_eq!(undo.begin(first.clone(), 1_000), None);
        assert_eq!(undo.due(4_999), None);
        assert_eq!(undo.waiting(3_000), Some((&first, 2_000)));
        assert_eq!(undo.due(5_000), Some(first));
        assert_eq!((undo.due(9_000), undo.waiting(9_000)), (None, None));
    }

    #[test]
    fn what_was_taken_back_is_never_sent() {
        let mut undo = Undo::default();
        undo.begin(skip(1, SkipReason::Other), 0);
        assert_eq!(undo.take_back(), Some(skip(1, SkipReason::Other)));
        assert_eq!((undo.due(10_000), undo.leave(), undo.take_back()), (None, None, None));
    }

    #[test]
    fn a_second_sends_the_first_at_once_and_has_four_seconds_of_its_own() {
        let mut undo = Undo::default();
        undo.begin(skip(1, SkipReason::Other), 0);
        assert_eq!(undo.begin(skip(2, SkipReason::Other), 3_000), Some(skip(1, SkipReason::Other)));
        assert_eq!(undo.due(4_000), None);
        assert_eq!(undo.due(7_000), Some(skip(2, SkipReason::Other)));
    }

    #[test]
    fn the_same_play_again_changes_its_reason_only() {
        let mut undo = Undo::default();
        undo.begin(skip(1, SkipReason::Other), 0);
        assert_eq!(undo.begin(skip(1, SkipReason::TooLoud), 3_000), None);
        assert_eq!(undo.due(4_000), Some(skip(1, SkipReason::TooLoud)));
    }

    #[test]
    fn whoever_leaves_sends_what_waits() {
        let mut undo = Undo::default();
        undo.begin(skip(1, SkipReason::Other), 0);
        assert_eq!(undo.leave(), Some(skip(1, SkipReason::Other)));
        assert_eq!(undo.due(10_000), None);
    }
}
