//! Whether this machine has something to sound on. Without it an app's player would play on in silence, and its songs would
//! count as heard.

use crate::shared::platform;
use gloo_timers::future::TimeoutFuture;
use std::{cell::Cell, rc::Rc};

/// Between two looks while it is missing, in milliseconds.
const AGAIN_MS: u32 = 2_000;

/// What was seen last. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Output {
    missing: Rc<Cell<bool>>,
}

impl Output {
    /// Looks whether it is there.
    pub(super) async fn is_there(&self) -> bool {
        let is_there = platform::can_sound().await;
        self.missing.set(!is_there);
        is_there
    }

    /// Whether it was missing when somebody looked last.
    pub(super) fn was_missing(&self) -> bool {
        self.missing.get()
    }

    /// Waits until it is there. It stays missing for whoever asks until somebody looks again.
    pub(super) async fn wait(&self) {
        while !platform::can_sound().await {
            self.missing.set(true);
            TimeoutFuture::new(AGAIN_MS).await;
        }
    }
}
