//! Another build of this page: it is loaded between two songs.

use crate::shared::{boot::boot, storage};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use std::{cell::Cell, pin::pin, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// When this browser last loaded another build by itself, in milliseconds of its own clock.
const LOADED: &str = "jukeline.screen.updated";
/// Between two tries, in milliseconds: while servers of two builds stand behind one address, a page must not be loaded
/// again and again.
const BETWEEN_MS: i64 = 300_000;
/// How long the server may take to show that it has the page, in milliseconds.
const PATIENCE_MS: u32 = 2_000;

/// Whether another build is there. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Update {
    due: Rc<Cell<bool>>,
    asked: Rc<Cell<bool>>,
}

impl Update {
    /// The server has the pages of this build.
    pub(super) fn server_has(&self, build: Option<&str>) {
        let ours = &boot().build;
        let is_known = !ours.is_empty();
        self.due.set(build.is_some_and(|theirs| is_known && theirs != ours));
    }

    /// Whether a moment without sound should be used.
    pub(super) fn is_due(&self) -> bool {
        self.due.get() && !self.asked.get() && !was_loaded_just_now()
    }

    /// Loads the page anew if the server has it; `false`: it hasn't, and everything goes on as it was.
    pub(super) async fn load(&self) -> bool {
        self.asked.set(true);
        let is_served = is_served().await;
        self.asked.set(false);
        // Either way the next try has time.
        storage::set(LOADED, &now_ms().to_string());
        is_served && begin_anew()
    }
}

/// Loads the page anew: it goes on with what it wrote down. `false` where there is no page.
pub(super) fn begin_anew() -> bool {
    web_sys::window().is_some_and(|window| window.location().reload().is_ok())
}

/// Whether this browser lets a page sound that was touched before it was reloaded: Chromium does.
pub(super) fn keeps_a_touch() -> bool {
    web_sys::window()
        .and_then(|window| window.navigator().user_agent().ok())
        .is_some_and(|name| name.contains("Chrome/"))
}

fn was_loaded_just_now() -> bool {
    let loaded: Option<i64> = storage::get(LOADED).and_then(|text| text.parse().ok());
    // A clock that was set back makes the difference negative.
    loaded.is_some_and(|at| (0..BETWEEN_MS).contains(&(now_ms() - at)))
}

/// This device's clock.
fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// Without a server a reload could end at the browser's own error page, and the room in silence.
async fn is_served() -> bool {
    let Some(window) = web_sys::window() else { return false };
    let answer = pin!(JsFuture::from(window.fetch_with_str("/screen")));
    match select(answer, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((Ok(answer), _)) => answer.dyn_into::<web_sys::Response>().is_ok_and(|answer| answer.ok()),
        Either::Left((Err(_), _)) | Either::Right(_) => false,
    }
}
