//! Icons from the sprite, and the mark.

use super::boot::boot;
use dioxus::prelude::*;

/// An icon of `assets/icons/sprite.svg`, decoration beside words.
#[component]
pub fn Icon(name: &'static str) -> Element {
    let sprite = boot().assets.get("sprite.svg").cloned().unwrap_or_else(|| "/ui/assets/sprite.svg".into());
    rsx! {
        svg { class: "icon", "aria-hidden": "true", r#use { href: "{sprite}#{name}" } }
    }
}

/// The mark: two nested arches and a dot.
#[component]
pub fn Mark() -> Element {
    rsx! {
        svg {
            class: "mark",
            "aria-hidden": "true",
            view_box: "0 0 40 40",
            fill: "none",
            stroke_linecap: "round",
            stroke_width: "3.6",
            path { stroke: "#ffb84d", d: "M5 36V18.5a15 15 0 0 1 30 0V36" }
            path { stroke: "#ff7a66", d: "M12.5 36V19a7.5 7.5 0 0 1 15 0v17" }
            circle { cx: "20", cy: "31", r: "3.4", fill: "#66dcb6" }
        }
    }
}
