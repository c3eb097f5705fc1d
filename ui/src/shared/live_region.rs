//! The one live region of a page: it speaks of one's own songs only.

use dioxus::prelude::*;

static SAID: GlobalSignal<String> = Signal::global(String::new);

/// Has `words` read out by a screen reader, once what it reads now is done.
pub fn say(words: String) {
    *SAID.write() = words;
}

/// The region; drawn once, at the root, so that it is there before it speaks.
#[component]
pub fn LiveRegion() -> Element {
    rsx! {
        p { class: "sr-only", "aria-live": "polite", {SAID()} }
    }
}
