//! The page's title, and where the focus goes when the page turns.

use super::platform;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

/// Sets the document's title to `page · Jukeline`, or `Jukeline` alone.
pub fn set(page: &str) {
    platform::set_title(&if page.is_empty() { "Jukeline".to_string() } else { format!("{page} · Jukeline") });
}

/// Puts the focus on the page's `h1` without scrolling to it: what a screen reader then reads is where one is.
pub fn focus_heading() {
    let heading = document().and_then(|d| d.query_selector("h1").ok().flatten());
    let Some(heading) = heading.and_then(|h| h.dyn_into::<HtmlElement>().ok()) else { return };
    let _ = heading.set_attribute("tabindex", "-1");
    let _ = heading.focus();
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
