//! What an idle screen shows by turns.

use super::past::Past;
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::time::Timestamp;

/// Songs of a list that are read from the other end of a bar.
pub(super) const ROWS: usize = 5;
/// How long each is shown, in milliseconds.
const TURN_MS: u32 = 12_000;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The words that invite.
    Invitation,
    /// The first five songs of the chart.
    TopFive,
    /// Those behind them.
    NextFive,
    /// What was heard elsewhere.
    Elsewhere,
}

impl Turn {
    const ALL: [Turn; 4] = [Turn::Invitation, Turn::TopFive, Turn::NextFive, Turn::Elsewhere];

    /// Whether there is something to be shown.
    fn is_there(self, past: &Past, now: Timestamp) -> bool {
        match self {
            Turn::Invitation => true,
            Turn::TopFive => !past.top.is_empty(),
            Turn::NextFive => past.top.len() > ROWS,
            Turn::Elsewhere => past.elsewhere(now).next().is_some(),
        }
    }

    /// The next turn that has something to show; itself where no other has.
    fn after(self, is_there: impl Fn(Turn) -> bool) -> Turn {
        let begin = Turn::ALL.iter().position(|turn| *turn == self).unwrap_or_default();
        let others = Turn::ALL.iter().cycle().skip(begin + 1).take(Turn::ALL.len());
        others.copied().find(|turn| is_there(*turn)).unwrap_or(Turn::Invitation)
    }
}

/// The turns that `past` gives, in their order.
pub(super) fn turns(past: &Past, now: Timestamp) -> Vec<Turn> {
    Turn::ALL.into_iter().filter(|turn| turn.is_there(past, now)).collect()
}

/// The turn that is shown now, for as long as the component lives, of those that `among` takes; the first one before.
pub(super) fn use_turn(past: ReadSignal<Past>, among: fn(Turn) -> bool) -> Turn {
    let mut turn = use_signal(|| Turn::Invitation);
    use_hook(|| {
        spawn(async move {
            loop {
                TimeoutFuture::new(TURN_MS).await;
                let next = {
                    let (past, now) = (past.peek(), crate::shared::clock::now());
                    let at = *turn.peek();
                    at.after(|turn| among(turn) && turn.is_there(&past, now))
                };
                turn.set(next);
            }
        })
    });
    let is_there = |turn: Turn| among(turn) && turn.is_there(&past.read(), crate::shared::clock::now());
    // What it showed may be gone since.
    if is_there(turn()) { turn() } else { turn().after(is_there) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Turn::*;

    fn round(there: &[Turn]) -> Vec<Turn> {
        let is_there = |turn| there.contains(&turn);
        std::iter::successors(Some(Invitation), |turn| Some(turn.after(is_there))).take(5).collect()
    }

    #[test]
    fn each_has_its_turn() {
        assert_eq!(round(&Turn::ALL), [Invitation, TopFive, NextFive, Elsewhere, Invitation]);
    }

    #[test]
    fn what_is_empty_has_none() {
        assert_eq!(round(&[Invitation, Elsewhere]), [Invitation, Elsewhere, Invitation, Elsewhere, Invitation]);
        assert_eq!(round(&[Invitation]), [Invitation; 5]);
        assert_eq!(turns(&Past::default(), Timestamp(0)), [Invitation]);
    }
}
