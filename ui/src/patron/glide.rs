//! Rows glide to their new place when the order changes, from where they stood before.

use js_sys::{Array, Function, Object, Reflect};
use jukeline_app::id::PlayId;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// How long a row glides, in milliseconds.
const GLIDE_MS: f64 = 220.0;

thread_local! {
    /// Where each row stood last, in pixels below the first.
    static STOOD: RefCell<Vec<(PlayId, i32)>> = const { RefCell::new(Vec::new()) };
}

/// Lets the rows of `order`, which the page shows already, come from where they stood at the last call.
pub(crate) fn to_new_places(order: &[PlayId]) {
    let rows = rows();
    let first = rows.first().map_or(0, HtmlElement::offset_top);
    let stand: Vec<_> = order.iter().copied().zip(rows.iter().map(|row| row.offset_top() - first)).collect();
    let stood = STOOD.replace(stand.clone());
    if wants_stillness() {
        return;
    }
    for ((play, now), row) in stand.iter().zip(&rows) {
        let before = stood.iter().find(|(other, _)| other == play).map_or(*now, |(_, before)| *before);
        if before != *now {
            glide(row, before - now);
        }
    }
}

fn rows() -> Vec<HtmlElement> {
    let document = web_sys::window().and_then(|w| w.document());
    let Some(found) = document.and_then(|d| d.query_selector_all("[aria-labelledby=next] .queue > li").ok()) else {
        return Vec::new();
    };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

fn wants_stillness() -> bool {
    let asked = web_sys::window().and_then(|w| w.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    asked.is_some_and(|query| query.matches())
}

/// By the Web Animations API, which leaves nothing behind in the element; web-sys has it among its unstable parts only.
fn glide(row: &HtmlElement, from: i32) {
    let steps = Array::of2(&format!("translateY({from}px)").into(), &JsValue::from_str("none"));
    let keyframes = Object::new();
    // Fails for sealed objects only.
    let _ = Reflect::set(&keyframes, &"transform".into(), &steps);
    let _ = Reflect::set(&keyframes, &"easing".into(), &"cubic-bezier(.2, .8, .3, 1)".into());
    let animate = Reflect::get(row, &"animate".into()).ok().and_then(|found| found.dyn_into::<Function>().ok());
    if let Some(animate) = animate {
        // A row that can't glide stands in its new place already.
        let _ = animate.call2(row, &keyframes, &GLIDE_MS.into());
    }
}
