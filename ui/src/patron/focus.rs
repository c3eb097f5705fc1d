//! The focus stays on the same song when rows change places: a row that moves in the document loses it.

use super::nav;
use crate::shared::listen::Listener;
use dioxus::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::Element;

thread_local! {
    /// The link that had the focus last, until the person leaves it themselves.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Remembers which link has the focus; called once, by the root.
pub(crate) fn use_focus_memory() {
    use_hook(|| {
        spawn(async {
            let _focused = Listener::on_window("focusin", |event| {
                let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
                LAST.set(target.and_then(|t| t.get_attribute("href")));
            });
            let _left = Listener::on_window("pointerdown", |_| LAST.set(None));
            std::future::pending::<()>().await;
        })
    });
}

/// Gives the focus back to the link that lost it by being moved.
pub(crate) fn restore() {
    let document = web_sys::window().and_then(|w| w.document());
    let active = document.and_then(|d| d.active_element()).map(|e| e.tag_name());
    let is_lost = active.is_none_or(|tag| tag == "BODY");
    if let Some(path) = LAST.with_borrow(Clone::clone).filter(|_| is_lost) {
        nav::focus_link(&path);
    }
}
