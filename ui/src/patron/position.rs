//! Where the phone is: asked once, sent once, kept nowhere.

use crate::shared::platform;
use futures_channel::oneshot;
use jukeline_app::presence::Position;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::PositionOptions;

/// Longer than this nobody waits for satellites, in milliseconds.
const PATIENCE_MS: u32 = 12_000;

/// Whether the browser would give a position at all: only on https and on this machine.
pub(crate) fn is_available() -> bool {
    if let Some(has_position) = platform::has_position() {
        return has_position;
    }
    web_sys::window().is_some_and(|w| w.is_secure_context() && w.navigator().geolocation().is_ok())
}

/// The position and its accuracy in metres; `None` where the person or the device refuses.
pub(crate) async fn ask() -> Option<(Position, f64)> {
    if platform::has_position().is_some() {
        return platform::position().await;
    }
    let geolocation = web_sys::window()?.navigator().geolocation().ok()?;
    let (sender, answer) = oneshot::channel();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let send = move |found: Option<(Position, f64)>| {
        if let Some(sender) = sender.borrow_mut().take() {
            let _ = sender.send(found);
        }
    };
    let refuse = send.clone();
    let found = Closure::once(move |position: web_sys::Position| {
        let at = position.coords();
        send(Some((Position { latitude: at.latitude(), longitude: at.longitude() }, at.accuracy())));
    });
    let refused = Closure::once(move |_: web_sys::PositionError| refuse(None));
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(PATIENCE_MS);
    let (found_fn, refused_fn) = (found.as_ref().unchecked_ref(), refused.as_ref().unchecked_ref());
    geolocation.get_current_position_with_error_callback_and_options(found_fn, Some(refused_fn), &options).ok()?;
    answer.await.ok().flatten()
}
