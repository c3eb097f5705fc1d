//! `window.jukeline`: what the player is doing, renewed four times a second, for tests and for a look from the console.
//!
//! `{play, currentTime, paused, gain, started, epoch}`: the play's id or null, the audio element's clock in seconds,
//! whether it stands still, how many times as loud as its volume it is, whether it has sounded, and the player's epoch or
//! null.

use super::engine::Engine;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

pub(super) fn show(engine: &Engine) {
    let Some(window) = web_sys::window() else { return };
    let Some(sound) = engine.sound_reading() else { return };
    let (play, started, epoch) = engine.reading();
    let hook = Object::new();
    let fields: [(&str, JsValue); 6] = [
        ("play", play.map_or(JsValue::NULL, |play| play.to_string().into())),
        ("currentTime", sound.seconds.into()),
        ("paused", sound.paused.into()),
        ("gain", sound.gain.into()),
        ("started", started.into()),
        ("epoch", epoch.map_or(JsValue::NULL, |epoch| (epoch as f64).into())),
    ];
    for (name, value) in fields {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&hook, &name.into(), &value);
    }
    let _ = Reflect::set(&window, &"jukeline".into(), &hook);
}
