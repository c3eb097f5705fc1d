//! What a staff's page and the app around it tell each other: the page what plays, the app what somebody wishes who is
//! elsewhere on their computer.

use crate::id::PlayId;
use serde::{Deserialize, Serialize};

/// A jukebox, as its page shows it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// The play that sounds: a skip from outside means this one and no other.
    pub play: Option<PlayId>,
    /// The sound is held, so that what is offered is to go on.
    pub is_still: bool,
    /// The page has no connection: nothing can be ordered.
    pub is_cut_off: bool,
    /// What all this is called in the page's language.
    pub words: Words,
}

/// The words of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What plays: `Suspense – Ines`.
    pub now: String,
    /// To pause or to go on.
    pub pause: String,
    /// To skip.
    pub skip: String,
    /// To see the page.
    pub open: String,
}

/// What somebody wishes. Whether it is done decides the page, in the one way in which orders are given there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// The sound is to be held.
    Pause,
    /// The sound is to go on.
    GoOn,
    /// This play is to be skipped; the reason is still to be said.
    AskToSkip {
        /// The play, if it still sounds.
        play: PlayId,
    },
    /// This play is to be skipped, for a reason that nobody was asked for.
    Skip {
        /// The play, if it still sounds.
        play: PlayId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn a_wish_names_the_play_that_it_means() {
        let play = PlayId(Uuid::nil());
        let said = serde_json::to_value(Wish::Skip { play }).expect("JSON");
        assert_eq!(said, json!({ "skip": { "play": play } }));
        assert_eq!(serde_json::from_value::<Wish>(json!("go_on")).expect("a wish"), Wish::GoOn);
        assert!(serde_json::from_value::<Wish>(json!({ "skip": {} })).is_err(), "skip what?");
    }
}
