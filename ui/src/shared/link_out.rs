//! Links to what is no page of the surfaces.

use super::platform;
use dioxus::prelude::*;

/// A link out of the pages: to a document of the server by its path, or to a page of others. The window of an app has
/// nothing there that leads back, so there it opens in the person's own browser. `apart`: in a tab of its own.
#[component]
pub fn LinkOut(class: &'static str, href: String, #[props(default)] apart: bool, children: Element) -> Element {
    let address = if href.starts_with('/') { platform::address(href) } else { href };
    let there = address.clone();
    let leave = move |event: MouseEvent| {
        if platform::is_app() {
            event.prevent_default();
            platform::leave_for(&there);
        }
    };
    rsx! {
        a { class, href: address, target: apart.then_some("_blank"), rel: apart.then_some("noopener"), onclick: leave, {children} }
    }
}
