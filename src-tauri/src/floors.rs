//! What the staff's windows show, as their pages told it last, and the way back to the pages.

use crate::bring_to_front;
use jukeline_app::outside::{Floor, Wish};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use tauri::{AppHandle, Manager};

/// The floors by the names of their windows.
#[derive(Debug, Default)]
pub(crate) struct Floors {
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    floors: BTreeMap<String, Floor>,
    /// The windows that somebody used, the last one last.
    used: Vec<String>,
}

impl Floors {
    /// A window's page says what it shows, or that it shows no floor.
    pub(crate) fn tell(&self, window: &str, floor: Option<Floor>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match floor {
            Some(floor) => told.floors.insert(window.into(), floor),
            None => told.floors.remove(window),
        };
    }

    /// A window is gone: the one that was used before it is meant from here on.
    pub(crate) fn close(&self, window: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.floors.remove(window);
        told.used.retain(|used| used != window);
    }

    /// Somebody turned to a window.
    pub(crate) fn turn_to(&self, window: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.used.retain(|used| used != window);
        told.used.push(window.into());
    }

    /// The window that was used last.
    pub(crate) fn front(&self) -> Option<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).used.last().cloned()
    }

    /// The floor that a wish from outside is about, with its window: the one that was used last. If that shows none, no
    /// other jukebox is taken for it.
    pub(crate) fn meant(&self) -> Option<(String, Floor)> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.floors.get_key_value(told.used.last()?).map(|(window, floor)| (window.clone(), floor.clone()))
    }
}

/// What somebody asks for who doesn't look at the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To pause or to go on, whichever is offered.
    PauseOrGoOn,
    /// To skip what plays, and to say why.
    AskToSkip,
    /// To skip what plays.
    Skip,
}

impl Asked {
    /// What it means for this floor: nothing, where it can't be done.
    fn of(self, floor: &Floor) -> Option<Wish> {
        if floor.is_cut_off {
            return None;
        }
        match self {
            Asked::PauseOrGoOn if floor.is_still => Some(Wish::GoOn),
            Asked::PauseOrGoOn => Some(Wish::Pause),
            Asked::AskToSkip => floor.play.map(|play| Wish::AskToSkip { play }),
            Asked::Skip => floor.play.map(|play| Wish::Skip { play }),
        }
    }
}

/// Hands to the page what was asked for. A skip shows its window, where it can be taken back.
pub(crate) fn ask(app: &AppHandle, asked: Asked) {
    let Some((name, floor)) = app.state::<Floors>().meant() else { return };
    let Some(window) = app.get_webview_window(&name) else { return };
    if asked != Asked::PauseOrGoOn {
        bring_to_front(&window);
    }
    let Some(wish) = asked.of(&floor) else { return };
    let handed = said(wish).map(|script| window.eval(script));
    if let Ok(Err(error)) = handed {
        tracing::warn!(%error, "the page doesn't hear of it");
    }
}

/// Shows the floor's window.
pub(crate) fn open(app: &AppHandle) {
    let front = app.state::<Floors>().front().and_then(|name| app.get_webview_window(&name));
    if let Some(window) = front.or_else(|| app.webview_windows().into_values().next()) {
        bring_to_front(&window);
    }
}

/// What a page listens for: the other half is in ui/src/shared/platform.rs.
fn said(wish: Wish) -> serde_json::Result<String> {
    // JSON in a string of JavaScript's.
    let wish = serde_json::to_string(&serde_json::to_string(&wish)?)?;
    Ok(format!("window.dispatchEvent(new CustomEvent(\"jukeline-wish\", {{ detail: {wish} }}))"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{id::PlayId, outside::Words};
    use uuid::Uuid;

    fn floor(play: Option<u128>) -> Floor {
        let [now, pause, skip, open] = ["now", "pause", "skip", "open"].map(String::from);
        let play = play.map(|n| PlayId(Uuid::from_u128(n)));
        Floor { play, is_still: false, is_cut_off: false, words: Words { now, pause, skip, open } }
    }

    #[test]
    fn the_window_that_was_used_last_is_meant() {
        let floors = Floors::default();
        assert_eq!(floors.meant(), None);
        floors.tell("staff", Some(floor(Some(1))));
        floors.turn_to("staff");
        floors.tell("staff-yard", Some(floor(Some(2))));
        assert_eq!(floors.meant(), Some(("staff".into(), floor(Some(1)))));
        floors.turn_to("staff-yard");
        assert_eq!(floors.meant(), Some(("staff-yard".into(), floor(Some(2)))));
        floors.tell("staff-yard", None);
        assert_eq!(floors.meant(), None, "it shows no floor any more");
        floors.close("staff-yard");
        assert_eq!(floors.meant(), Some(("staff".into(), floor(Some(1)))), "the other one is there still");
        floors.tell("staff-bar", Some(floor(Some(3))));
        floors.turn_to("staff-bar");
        floors.turn_to("staff-yard");
        floors.close("staff-yard");
        assert_eq!(floors.front().as_deref(), Some("staff-bar"), "it was used after the first one");
        floors.close("staff-bar");
        floors.close("staff");
        assert_eq!(floors.meant(), None);
    }

    #[test]
    fn what_is_asked_for_means_what_the_page_shows() {
        let play = PlayId(Uuid::from_u128(1));
        let plays = floor(Some(1));
        assert_eq!(Asked::PauseOrGoOn.of(&plays), Some(Wish::Pause));
        assert_eq!(Asked::Skip.of(&plays), Some(Wish::Skip { play }));
        assert_eq!(Asked::AskToSkip.of(&plays), Some(Wish::AskToSkip { play }));
        let still = Floor { is_still: true, ..floor(None) };
        assert_eq!(Asked::PauseOrGoOn.of(&still), Some(Wish::GoOn));
        assert_eq!(Asked::Skip.of(&still), None, "nothing plays");
        let cut_off = Floor { is_cut_off: true, ..plays };
        for asked in [Asked::PauseOrGoOn, Asked::AskToSkip, Asked::Skip] {
            assert_eq!(asked.of(&cut_off), None, "{asked:?}");
        }
    }

    #[test]
    fn a_wish_travels_as_text() {
        let script = said(Wish::Pause).expect("JSON");
        assert_eq!(script, r#"window.dispatchEvent(new CustomEvent("jukeline-wish", { detail: "\"pause\"" }))"#);
    }
}
