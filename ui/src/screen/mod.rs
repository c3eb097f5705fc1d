//! The jukebox screen: the player that sounds, and displays that only show.

mod alive;
mod chime;
mod decks;
mod diagnosis;
mod disk;
mod element;
mod engine;
mod fade;
mod files;
mod heard;
mod idle;
mod lift;
mod live;
mod output;
mod pairing;
mod past;
pub mod player_core;
mod qr;
mod shelf;
mod sound;
mod stage;
mod turns;
mod update;

pub use qr::Qr;

use crate::shared::{clock, fetch::api, icons::Mark, title, words::lang, worker};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::api::{Code, ScreenInfo};
use live::Live;
use pairing::Pairing;

/// Between two tries to reach the server, in milliseconds.
const RETRY_MS: u32 = 3_000;

/// Starts the surface in the page.
pub fn launch() {
    dioxus::launch(Screen);
}

/// Who this screen is, as far as it knows.
#[component]
fn Screen() -> Element {
    clock::use_clock();
    alive::use_sign_of_life();
    let mut asked = use_signal(|| false);
    let mut paired = use_signal(|| None::<ScreenInfo>);
    use_hook(|| {
        lang().mark_document();
        title::set(lang().screen_screen_title());
        spawn(async move {
            paired.set(who_am_i().await);
            asked.set(true);
            worker::register().await;
        })
    });
    match (paired(), asked()) {
        (Some(info), _) => rsx! { Live { info, paired } },
        (None, true) => rsx! { Pairing { paired } },
        (None, false) => rsx! {
            div { class: "screen pairing",
                main { class: "pair", Mark {} p { class: "muted", role: "status", {lang().screen_looking_for_server()} } }
            }
        },
    }
}

/// Asks until the server answers: a screen starts with its machine, often before the network does.
async fn who_am_i() -> Option<ScreenInfo> {
    loop {
        match api().screen().await {
            Ok(info) => return Some(info),
            Err(error) if matches!(error.code(), Some(Code::SignInNeeded | Code::Forbidden | Code::NotFound)) => {
                return None;
            }
            Err(_) => TimeoutFuture::new(RETRY_MS).await,
        }
    }
}
