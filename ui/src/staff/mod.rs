//! The staff's page: the live floor of one jukebox, and what staff do about it. On a phone it is a remote.

mod controls;
mod desk;
mod floor;
mod keys;
mod live;
mod now;
mod orders;
mod outside;
mod pick;
mod posters;
mod queue;
mod reasons;
mod side;
mod sign_in;
mod skipping;
mod undo;
mod volume;
mod well;

use crate::shared::{clock, icons::Icon, live_region::LiveRegion, title, words::lang};
use desk::{KNOWN, Known};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;

/// Between two tries to reach the server, in milliseconds.
const AGAIN_MS: u32 = 3_000;

/// Starts the surface in the page.
pub fn launch() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    clock::use_clock();
    use_hook(|| {
        let words = lang();
        words.mark_document();
        title::set(words.staff_title());
        spawn(async {
            desk::look().await;
            loop {
                TimeoutFuture::new(AGAIN_MS).await;
                if matches!(*KNOWN.peek(), Known::Unreachable(_)) {
                    desk::look().await;
                }
            }
        })
    });
    let words = lang();
    rsx! {
        match KNOWN() {
            Known::Asking => rsx! { floor::Shape {} },
            Known::Unreachable(error) => rsx! {
                main { class: "signin",
                    h1 { {words.staff_title()} }
                    p { class: "error", role: "alert", Icon { name: "warning" } {words.client_error(&error)} }
                    button { class: "btn main", onclick: |_| desk::look(), {words.try_again()} }
                }
            },
            Known::SignedOut => rsx! { sign_in::SignIn {} },
            Known::NotStaff(name) => rsx! { pick::NotStaff { name, others: Vec::new() } },
            Known::Mine { name, mine } => match desk::here(&mine, &desk::segment()) {
                desk::Here::At(here) => rsx! {
                    live::Live { key: "{here.room}", jukebox: here.jukebox, room: here.room.clone() }
                    floor::Floor { here, mine }
                },
                desk::Here::Choose => rsx! { pick::Pick { mine } },
                desk::Here::Elsewhere => rsx! { pick::NotStaff { name, others: mine } },
            },
        }
        LiveRegion {}
    }
}
