//! What a player keeps on its disk: reports until they are acknowledged, what sounds, and which window plays.

use super::player_core::{Outbox, Saved};
use crate::shared::{lean, storage};

const REPORTS: &str = "jukeline.player.reports";
const SOUNDING: &str = "jukeline.player.sounding";
const WINDOW: &str = "jukeline.player.window";

/// The disk as one window sees it. Once another window of this browser plays, this one no longer writes.
pub(super) struct Disk {
    window: String,
}

impl Disk {
    pub(super) fn new() -> Disk {
        Disk { window: uuid::Uuid::now_v7().to_string() }
    }

    /// This window plays from here on.
    pub(super) fn take_over(&self) {
        storage::set(WINDOW, &self.window);
    }

    /// Another window of this browser plays.
    pub(super) fn is_taken(&self) -> bool {
        storage::get(WINDOW).is_some_and(|window| window != self.window)
    }

    pub(super) fn outbox() -> Outbox {
        storage::get(REPORTS).and_then(|text| lean::from_str(&text).ok()).unwrap_or_default()
    }

    pub(super) fn saved() -> Option<Saved> {
        lean::from_str(&storage::get(SOUNDING)?).ok()
    }

    pub(super) fn write_outbox(&self, outbox: &Outbox) {
        if self.is_taken() {
            return;
        }
        if let Ok(text) = serde_json::to_string(outbox) {
            storage::set(REPORTS, &text);
        }
    }

    pub(super) fn write_saved(&self, saved: Saved) {
        if self.is_taken() {
            return;
        }
        if let Ok(text) = serde_json::to_string(&saved) {
            storage::set(SOUNDING, &text);
        }
    }

    pub(super) fn forget_saved(&self) {
        if !self.is_taken() {
            storage::remove(SOUNDING);
        }
    }
}
