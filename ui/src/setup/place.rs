//! Where this device is, asked once.

use futures_channel::oneshot;
use jukeline_app::presence::Position;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};

/// The device's position, in degrees; `None` where the browser gives none.
pub(super) async fn here() -> Option<Position> {
    let geolocation = web_sys::window()?.navigator().geolocation().ok()?;
    let (sender, receiver) = oneshot::channel::<Option<Position>>();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let refused_sender = sender.clone();
    let found = Closure::<dyn FnMut(web_sys::Position)>::new(move |position: web_sys::Position| {
        let at = position.coords();
        if let Some(sender) = sender.borrow_mut().take() {
            // The page may have moved on.
            let _ = sender.send(Some(Position { latitude: at.latitude(), longitude: at.longitude() }));
        }
    });
    let refused = Closure::<dyn FnMut()>::new(move || {
        if let Some(sender) = refused_sender.borrow_mut().take() {
            let _ = sender.send(None);
        }
    });
    geolocation
        .get_current_position_with_error_callback(
            found.as_ref().unchecked_ref(),
            Some(refused.as_ref().unchecked_ref()),
        )
        .ok()?;
    receiver.await.ok()?
}
