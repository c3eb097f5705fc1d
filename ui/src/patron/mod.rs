//! The phone: the room, finding a song, one's requests. Credits have a surface of their own: `/wallet` loads it.

pub(crate) mod asking;
mod browse;
pub(crate) mod chrome;
mod enter;
pub(crate) mod find;
mod focus;
pub(crate) mod form;
mod glide;
mod heart;
pub(crate) mod in_app;
mod live;
mod nav;
mod notice;
pub(crate) mod offer;
mod played;
mod position;
mod profile;
mod queue;
mod request;
mod room;
pub(crate) mod route;
pub(crate) mod rows;
mod sheet;
mod sign;
pub(crate) mod state;
pub(crate) mod surface;
mod turn;
mod venues;
mod wish;
mod yours;

use crate::shared::{clock, live_region::LiveRegion, title, words::lang, worker};
use dioxus::prelude::*;
use route::Route;

/// Draws the surface in place of the server's HTML inside `#main`.
pub fn launch() {
    let main = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("main"));
    if let Some(main) = main {
        // In the same turn of the event loop as the first render: nobody sees the gap.
        main.set_text_content(None);
    }
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    clock::use_clock();
    nav::use_navigation();
    focus::use_focus_memory();
    use_hook(|| {
        lang().mark_document();
        spawn(async {
            state::refresh_all().await;
            asking::settle_kept().await;
            notice::look().await;
            worker::register().await;
        })
    });
    let route = nav::route();
    let page = nav::page();
    let room = route.room().map(str::to_string).or_else(state::last_room);
    let name = page_title(&route);
    use_effect(use_reactive!(|name| title::set(&name)));
    rsx! {
        if let Some(room) = room {
            live::Live { key: "{room}", room }
        }
        match page {
            Route::Venues => rsx! { venues::VenuesPage {} },
            Route::Room(room) | Route::Song(room, _) => rsx! { room::RoomPage { room } },
            Route::Find(room, shelf) => rsx! { find::FindPage { room, shelf } },
            Route::Code(room) => rsx! { room::CodePage { room } },
            Route::Played => rsx! { played::PlayedPage {} },
            Route::Me => rsx! { profile::MePage {} },
            Route::SignIn => rsx! { sign::SignInPage {} },
            Route::SignUp => rsx! { sign::SignUpPage {} },
            Route::Forgot => rsx! { sign::ForgotPage {} },
            Route::Reset(code) => rsx! { sign::ResetPage { code } },
            Route::Privacy => rsx! { profile::PrivacyPage {} },
        }
        chrome::Dock {}
        if let Route::Song(room, song) = route {
            sheet::Sheet { key: "{song}", room, song }
        }
        LiveRegion {}
    }
}

/// What the browser's tab says.
fn page_title(route: &Route) -> String {
    let lang = lang();
    let venue = || state::ROOM.read().as_ref().map(|room| room.info.venue_name.clone()).unwrap_or_default();
    match route {
        Route::Venues => lang.nearby_venues().into(),
        Route::Room(_) | Route::Code(_) | Route::Song(..) => venue(),
        Route::Find(..) => format!("{} · {}", lang.tab_find(), venue()),
        Route::Played => lang.tab_played().into(),
        Route::Me => lang.you().into(),
        Route::SignIn => lang.sign_in().into(),
        Route::SignUp => lang.keep_credits().into(),
        Route::Forgot => lang.lost_password().into(),
        Route::Reset(_) => lang.new_password_title().into(),
        Route::Privacy => lang.privacy().into(),
    }
}
