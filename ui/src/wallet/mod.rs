//! The wallet: one's credits and the story of each, buying more, and the page that the card page leads back to. A program
//! of its own, so that the room needs not carry it.

mod buy;
mod code;
mod desk;
mod install;
mod page;
mod paid;
mod purchases;
mod story;

use crate::{
    patron::{
        chrome::{Tab, Tabs, Toasts},
        state::{self, WHO, Who},
        surface::use_surface,
    },
    shared::{live_region::LiveRegion, title, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::id::SongId;

/// Starts the surface in the page.
pub fn launch() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    use_surface(state::last_room());
    let token = use_hook(token);
    let name = if token.is_some() { lang().your_purchase() } else { lang().wallet() };
    use_effect(use_reactive!(|name| title::set(name)));
    rsx! {
        if matches!(WHO(), Who::Somebody(_)) { desk::Live {} }
        match token {
            Some(token) => rsx! { paid::PaidPage { token } },
            None => rsx! { page::WalletPage {} },
        }
        Toasts {}
        div { class: "dock", Tabs { room: state::last_room(), here: Tab::Wallet } }
        LiveRegion {}
    }
}

/// The song whose sheet led here, to come back to it.
fn song() -> Option<SongId> {
    let query = web_sys::window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&query).ok()?.get("song")?.parse().ok()
}

/// The token of `/paid/{token}`.
fn token() -> Option<String> {
    let path = web_sys::window()?.location().pathname().ok()?;
    path.strip_prefix("/paid/").map(|token| token.trim_matches('/').to_string())
}
