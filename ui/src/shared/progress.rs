//! Progress as a custom property, set on the element itself: a `style` attribute would need `unsafe-inline`.

use dioxus::{core::Attribute, prelude::*};

/// `--done` from 0 to 1, to be spread into an element: `div { class: "sleeve", ..done(0.5) }`.
pub fn done(share: f64) -> Vec<Attribute> {
    // Whole ten-thousandths: formatting a float to digits would bring 10 kB of code along.
    let parts = (share.clamp(0.0, 1.0) * 10_000.0) as u32;
    vec![property("--done", format!("{}.{:04}", parts / 10_000, parts % 10_000))]
}

/// A custom property of the element's style, to be spread into it.
pub fn property(name: &'static str, value: String) -> Attribute {
    Attribute::new(name, value, Some("style"), false)
}

/// The bar: how far something is. `label` and `value` are for screen readers, such as "2:14 of 3:51".
#[component]
pub fn Progress(share: f64, label: String, value: String, #[props(default)] big: bool) -> Element {
    let percent = (share.clamp(0.0, 1.0) * 100.0) as u32;
    rsx! {
        div {
            class: if big { "progress big" } else { "progress" },
            role: "progressbar",
            aria_label: label,
            aria_valuemin: "0",
            aria_valuemax: "100",
            aria_valuenow: "{percent}",
            aria_valuetext: value,
            ..done(share),
            i {}
        }
    }
}
