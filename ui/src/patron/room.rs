//! The room: what plays, what waits, what is one's own.

use super::{
    chrome::{Notice, Page, RoomTop},
    in_app::InApp,
    live::{self, ROOM_ERROR},
    nav,
    queue::Queue,
    route::Route,
    state::{self, MINE, ROOM},
};
use crate::shared::{
    clock,
    cover::Cover,
    format,
    icons::Icon,
    progress::Progress,
    room_fold,
    taking::{Taking, taking},
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{PlayerStatus, Playing},
    client::ClientError,
};

/// The page of a room.
#[component]
pub(crate) fn RoomPage(room: String) -> Element {
    let shown = ROOM.read();
    let error = ROOM_ERROR();
    rsx! {
        Page { search: true, top: rsx! { RoomTop {} },
            match (shown.as_ref(), error) {
                (Some(snapshot), _) => rsx! {
                    InApp {}
                    Notices {}
                    if snapshot.info.open || snapshot.playing.is_some() {
                        Now {}
                        Queue {}
                        {past(room.clone())}
                    } else {
                        {closed(&snapshot.info.venue_name)}
                        {past(room.clone())}
                    }
                },
                (None, Some(error)) => no_room(&room, &error),
                (None, None) => skeleton(),
            }
        }
    }
}

/// The ways to what was heard here, and to what is heard elsewhere.
fn past(room: String) -> Element {
    let lang = lang();
    let here = Route::Room(room).path();
    rsx! {
        p { class: "actions",
            a { class: "btn", href: "{here}/charts", Icon { name: "charts" } {lang.charts()} }
            a { class: "btn", href: "{here}/elsewhere", Icon { name: "note" } {lang.elsewhere()} }
        }
    }
}

/// Cut off, or the jukebox offline, or paused: said above everything.
#[component]
fn Notices() -> Element {
    let lang = lang();
    let room = ROOM.read();
    let Some(room) = room.as_ref() else { return VNode::empty() };
    if live::is_cut_off() {
        let as_of = lang.room_as_of(&format::time(lang, room.server_now, &room.info.timezone));
        let has_network = web_sys::window().is_some_and(|window| window.navigator().on_line());
        let head = if has_network { lang.no_connection() } else { lang.offline() };
        return rsx! { Notice { icon: "offline", head, text: "{as_of} {lang.songs_stay()}" } };
    }
    let words = match room.player {
        // That the house is closed says it all.
        _ if !room.info.open => return VNode::empty(),
        _ if room.paused => lang.paused_by_staff(),
        PlayerStatus::Online => return VNode::empty(),
        status => lang.player(status).unwrap_or_default(),
    };
    let back = MINE
        .read()
        .iter()
        .filter(|mine| mine.room == room.info.room && !mine.state.is_final())
        .fold((0, None), |(sum, by), mine| (sum + i64::from(mine.price), by.max(mine.back_by)));
    let text = match back {
        (credits, Some(by)) if credits > 0 && !room.paused => {
            lang.back_unless_it_plays(credits, &format::time(lang, by, &room.info.timezone))
        }
        _ => String::new(),
    };
    rsx! { Notice { icon: "warning", head: words, text } }
}

/// What plays now.
#[component]
fn Now() -> Element {
    let lang = lang();
    let room = ROOM.read();
    let Some(playing) = room.as_ref().and_then(|room| room.playing.as_ref()) else {
        let invites =
            room.as_ref().is_some_and(|room| room.queue.is_empty() && !room.paused && taking(room) == Taking::Songs);
        return rsx! {
            section { class: "now idle",
                h2 { class: "now-title", {lang.quiet()} }
                if invites { p { class: "muted", {lang.quiet_invitation()} } }
            }
        };
    };
    let song = &playing.song;
    rsx! {
        section { class: "now", "aria-labelledby": "now",
            div { class: "now-song",
                Cover { key: "{song.id}", song: song.clone() }
                div {
                    p { class: "now-label", if playing.paused_at_ms.is_some() { {lang.paused_by_staff()} } else { {lang.playing_now()} } }
                    h2 { class: "now-title clamp", id: "now", dir: "auto", {song.title.clone()} }
                    p { class: "muted", dir: "auto", {song.artist.clone()} }
                }
            }
            Clock { playing: playing.clone() }
        }
    }
}

/// How far the song is; drawn anew each second, alone.
#[component]
fn Clock(playing: Playing) -> Element {
    let lang = lang();
    let at = room_fold::position_ms(&playing, clock::seconds());
    let words = lang.of_length(&format::length(at), &format::length(playing.song.duration_ms));
    let is_mine = MINE.read().iter().any(|mine| mine.play == playing.play);
    rsx! {
        Progress { share: at as f64 / playing.song.duration_ms.max(1) as f64, label: lang.how_far(), value: words.clone() }
        p { class: "split",
            span { {words} }
            if is_mine {
                span { class: "mint", {lang.yours()} }
            } else if let Some(name) = &playing.for_name {
                span { dir: "auto", {lang.asked_for_by(name)} }
            }
        }
    }
}

fn closed(venue: &str) -> Element {
    let lang = lang();
    rsx! {
        section { class: "now idle",
            h2 { class: "now-title", dir: "auto", {lang.venue_is_closed(venue)} }
            p { class: "muted", {lang.closed_money()} }
            p { class: "actions", a { class: "btn", href: "/", {lang.nearby_venues()} } }
        }
        Queue {}
    }
}

fn no_room(room: &str, error: &ClientError) -> Element {
    let lang = lang();
    let is_unknown = error.code() == Some(jukeline_app::api::Code::NotFound);
    let again = room.to_owned();
    rsx! {
        section { class: "empty", role: "alert",
            if is_unknown {
                h2 { {lang.no_such_room()} }
                p { class: "muted", {lang.no_such_room_hint()} }
                a { class: "btn main", href: "/", {lang.nearby_venues()} }
            } else {
                h2 { {lang.no_connection()} }
                p { class: "muted", {lang.client_error(error)} }
                button { class: "btn main", onclick: move |_| { spawn(live::read_again(again.clone())); }, {lang.try_again()} }
            }
        }
    }
}

fn skeleton() -> Element {
    rsx! {
        section { class: "now", aria_busy: true,
            div { class: "now-song",
                div { class: "cover bone" }
                div { span { class: "bone line" } span { class: "bone line" } }
            }
            div { class: "progress" }
        }
        section { aria_hidden: true,
            ol { class: "queue",
                for n in 0..4 {
                    li { key: "{n}",
                        div { class: "row",
                            div { class: "cover bone" }
                            div { class: "row-text", span { class: "bone line" } span { class: "bone line" } }
                        }
                    }
                }
            }
        }
    }
}

/// Typing the room's code.
#[component]
pub(crate) fn CodePage(room: String) -> Element {
    let lang = lang();
    let to = Route::Room(room.clone());
    rsx! {
        Page { top: rsx! { RoomTop {} },
            section { class: "stack",
                div { class: "stack-tight",
                    h2 { {lang.are_you_here()} }
                    p { class: "muted", {lang.here_why()} }
                }
                super::enter::EnterForm { room, on_pass: move |()| nav::replace(to.clone()) }
            }
            if state::ROOM.read().is_some() { Now {} }
        }
    }
}
