//! The server's clock, counted on from the last time it told.

use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::time::{SECOND, Timestamp};
use std::cell::Cell;

/// Differences below this are the network's, not the clock's.
const JITTER_MS: i64 = 300;

thread_local! {
    /// Server's clock minus this device's, in milliseconds.
    static AHEAD_MS: Cell<i64> = const { Cell::new(0) };
}

static SECONDS: GlobalSignal<Timestamp> = Signal::global(now);

/// The server's clock now.
pub fn now() -> Timestamp {
    Timestamp(device_ms() + AHEAD_MS.get())
}

/// Takes in what the server's clock said in an answer that has just arrived.
pub fn heard(server_now: Timestamp) {
    let ahead = server_now.0 - device_ms();
    if (ahead - AHEAD_MS.get()).abs() > JITTER_MS {
        AHEAD_MS.set(ahead);
    }
}

/// The server's clock, renewed every second: what reads it in a render is drawn again then. Needs [`use_clock`] at the root.
pub fn seconds() -> Timestamp {
    SECONDS()
}

/// Starts the clock that [`seconds`] shows; called once, by the surface's root.
pub fn use_clock() {
    use_hook(|| {
        spawn(async {
            loop {
                let into_second = now().0.rem_euclid(SECOND);
                TimeoutFuture::new((SECOND - into_second) as u32 + 5).await;
                *SECONDS.write() = now();
            }
        })
    });
}

fn device_ms() -> i64 {
    js_sys::Date::now() as i64
}
