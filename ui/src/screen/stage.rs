//! What a paired screen shows: read from three metres, never the same pixels for long.

use super::{
    engine::Here,
    heard::Beside,
    idle::{Idle, idle_words},
    live::Codes,
    past::Past,
    qr::Qr,
    shelf,
};
use crate::shared::{
    clock,
    cover::Cover,
    format,
    icons::{Icon, Mark},
    progress::done,
    room_fold::position_ms,
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{PlayerStatus, RoomInfo, RoomSnapshot, ScreenInfo, ScreenRole, SongBrief},
    presence::CODE_STEP_MS,
    time::{MINUTE, Timestamp},
};

/// Titles of more characters than this are set smaller.
const LONG_TITLE: usize = 32;
/// Songs shown as next: what fits above the code.
const NEXT_SHOWN: usize = 3;

/// How long the picture stands in one place where it is not to drift, in milliseconds.
const SHIFT_MS: i64 = 5 * MINUTE;

/// A song with where it is.
#[derive(Clone, PartialEq)]
struct Shown {
    song: SongBrief,
    for_name: Option<String>,
    position_ms: i64,
}

/// The whole screen.
#[component]
pub(super) fn Stage(
    info: ScreenInfo,
    room: ReadSignal<Option<RoomSnapshot>>,
    codes: ReadSignal<Codes>,
    past: ReadSignal<Past>,
    here: Here,
    online: bool,
    on_touch: EventHandler<()>,
) -> Element {
    let now = clock::seconds();
    let known = room();
    let is_player = info.role == ScreenRole::Player;
    let paused =
        if is_player && here.sounding.is_some() { here.paused } else { known.as_ref().is_some_and(|r| r.paused) };
    let plays_here = is_player && !here.superseded;
    let shown = what_plays(known.as_ref(), &here, plays_here, now);
    let next = what_waits(known.as_ref(), &here, plays_here && !online, shown.as_ref());
    let plays = shown.is_some();
    let away = away_reason(known.as_ref(), is_player, online, plays);
    let code = if away.is_none() { current_code(&codes.read(), now) } else { None };
    let is_mute = here.locked || here.has_no_output;
    let silent = is_mute || here.superseded || (!plays && !is_open(known.as_ref()));
    let class = format!(
        "screen{}{}{}",
        if paused { " paused" } else { "" },
        if silent { " silent" } else { "" },
        if is_mute { " needs-touch" } else { "" },
    );
    rsx! {
        div { class, onclick: move |_| on_touch.call(()),
            div { class: "stage shift-{shift(now)}",
                Top { name: info.venue_name.clone(), zone: known.as_ref().map(|r| r.info.timezone.clone()), paused, superseded: here.superseded }
                match shown {
                    Some(shown) => rsx! { NowPlaying { shown, paused, locked: is_mute } },
                    None => rsx! {
                        Idle {
                            words: idle_words(known.as_ref(), away.is_some()),
                            past,
                            is_closed: !is_open(known.as_ref()),
                        }
                    },
                }
                aside { class: "screen-side",
                    match (next.is_empty(), plays) {
                        (true, true) => rsx! { Beside { past } },
                        (true, false) => rsx! { span {} },
                        (false, _) => rsx! { Next { songs: next } },
                    }
                    match (away, code) {
                        (Some(reason), _) => rsx! { Away { reason } },
                        (None, Some((url, code))) if is_open(known.as_ref()) => rsx! {
                            Ask { url, code, info: known.as_ref().map(|r| r.info.clone()) }
                        },
                        _ => rsx! { span {} },
                    }
                }
            }
            // Holds the icons in memory: offline is when this one is needed.
            span { class: "sr-only", aria_hidden: "true", Icon { name: "offline" } }
            if here.has_no_output {
                NoOutput {}
            } else if here.locked {
                Touch {}
            }
        }
    }
}

/// Where the picture stands for a while, where it is not to drift: in one of four places.
fn shift(now: Timestamp) -> i64 {
    now.0.div_euclid(SHIFT_MS).rem_euclid(4)
}

fn is_open(room: Option<&RoomSnapshot>) -> bool {
    room.is_none_or(|room| room.info.open)
}

/// The player shows what sounds here; a display, and a player whose place was taken, what the room says.
fn what_plays(room: Option<&RoomSnapshot>, here: &Here, plays_here: bool, now: Timestamp) -> Option<Shown> {
    if let Some((song, for_name, position_ms)) = here.sounding.clone() {
        return Some(Shown { song, for_name, position_ms });
    }
    let playing = room?.playing.as_ref()?;
    if plays_here && !here.locked && !here.has_no_output {
        return None;
    }
    Some(Shown {
        song: playing.song.clone(),
        for_name: playing.for_name.clone(),
        position_ms: position_ms(playing, now),
    })
}

/// The room's queue; without a network, what waits in this player.
fn what_waits(
    room: Option<&RoomSnapshot>,
    here: &Here,
    cut_off: bool,
    shown: Option<&Shown>,
) -> Vec<(SongBrief, Option<String>)> {
    let songs: Vec<(SongBrief, Option<String>)> = match room {
        Some(room) if !cut_off => room.queue.iter().map(|entry| (entry.song.clone(), entry.for_name.clone())).collect(),
        _ => here.next.iter().map(|(_, song, name)| (song.clone(), name.clone())).collect(),
    };
    // A song that has just begun may still stand in the queue for a moment.
    let begun = shown.map(|shown| shown.song.id);
    let skip = usize::from(songs.first().is_some_and(|(song, _)| Some(song.id) == begun));
    songs.into_iter().skip(skip).take(NEXT_SHOWN).collect()
}

fn away_reason(room: Option<&RoomSnapshot>, is_player: bool, online: bool, plays: bool) -> Option<&'static str> {
    let words = lang();
    let player_is_there = room.is_none_or(|room| room.player == PlayerStatus::Online);
    match (online, is_player, plays) {
        (false, true, true) => Some(words.screen_plays_on_from_memory()),
        (false, ..) => Some(words.screen_no_network()),
        (true, false, _) if !player_is_there => Some(words.screen_player_is_away()),
        _ => None,
    }
}

/// The address for the QR code and the digits that stand now.
fn current_code(codes: &Codes, now: Timestamp) -> Option<(String, String)> {
    let (begins, code) = codes.codes.iter().rev().find(|(begins, _)| *begins <= now)?;
    (now.since(*begins) < 2 * CODE_STEP_MS).then(|| (format!("{}{code}", codes.url_base), code.clone()))
}

#[component]
fn Top(name: String, zone: Option<String>, paused: bool, superseded: bool) -> Element {
    let words = lang();
    let state = match (superseded, paused) {
        (true, _) => Some(words.screen_another_screen_plays()),
        (_, true) => Some(words.paused_by_staff()),
        _ => None,
    };
    rsx! {
        header { class: "screen-top",
            span { dir: "auto", Mark {} {name} }
            if let Some(state) = state {
                p { class: "state wait", role: "status", {state} }
            }
            if let Some(zone) = zone {
                time { {format::time(words, clock::seconds(), &zone)} }
            }
        }
    }
}

#[component]
fn NowPlaying(shown: Shown, paused: bool, locked: bool) -> Element {
    let words = lang();
    let Shown { song, for_name, position_ms } = shown;
    let of_length = words.of_length(&format::length(position_ms), &format::length(song.duration_ms));
    let label = match (locked, paused) {
        (true, _) => words.up_first_for(for_name.as_deref()),
        (_, true) => words.screen_goes_on_from_here().to_string(),
        _ => words.playing_now_for(for_name.as_deref()),
    };
    let share = position_ms as f64 / song.duration_ms.max(1) as f64;
    let title_class = if song.title.chars().count() > LONG_TITLE { "clamp long" } else { "clamp" };
    rsx! {
        main { class: "screen-now",
            div { class: "sleeve", ..done(share),
                div { class: "record", role: "progressbar", aria_label: words.how_far(), aria_valuetext: "{of_length}",
                    div { class: "disc" }
                }
                Cover { song: song.clone() }
            }
            div { class: "screen-song",
                p { class: "now-label", {label} }
                h1 { class: title_class, dir: "auto", {song.title.clone()} }
                p { class: "artist clamp", dir: "auto", {song.artist.clone()} }
                p { class: "clock", "{of_length}" }
            }
        }
    }
}

#[component]
fn Next(songs: Vec<(SongBrief, Option<String>)>) -> Element {
    let words = lang();
    rsx! {
        section { class: "screen-next",
            h2 { {words.up_next()} }
            ol {
                for (song, name) in songs {
                    li {
                        Cover { song: song.clone() }
                        div {
                            strong { dir: "auto", {song.title.clone()} }
                            span { dir: "auto",
                                {song.artist.clone()}
                                if let Some(name) = name { ", " {words.for_name(&name)} }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Ask(url: String, code: String, info: Option<RoomInfo>) -> Element {
    let words = lang();
    let heading = if info.as_ref().is_some_and(|info| info.price == 0) {
        words.screen_free_tonight()
    } else {
        words.screen_pick_next()
    };
    let (front, back) = code.split_at_checked(3).unwrap_or((&code, ""));
    rsx! {
        section { class: "ask",
            h2 { {heading} }
            Qr { text: url }
            if let Some(info) = info {
                p { class: "address", {info.address.clone()} }
            }
            p { class: "room-code", aria_label: words.code_aloud(&code), "{front} {back}" }
        }
    }
}

#[component]
fn Away(reason: &'static str) -> Element {
    rsx! {
        section { class: "ask away",
            Icon { name: "offline" }
            h2 { {lang().screen_offline()} }
            p { {reason} }
        }
    }
}

/// The whole screen is the button: the click is taken by the screen itself.
#[component]
fn Touch() -> Element {
    let words = lang();
    let where_songs_are = if shelf::is_there() { words.screen_on_disk() } else { words.screen_memory_only() };
    rsx! {
        button { class: "touch", r#type: "button", autofocus: true,
            Icon { name: "sound" }
            strong { {words.screen_touch_for_sound()} }
            small { {words.screen_touch_why()} }
            small { class: "foot", {where_songs_are} }
        }
    }
}

/// There is nothing to sound on. It goes on by itself, so nothing here is pressed.
#[component]
fn NoOutput() -> Element {
    let words = lang();
    rsx! {
        div { class: "touch no-output", role: "alert",
            Icon { name: "mute" }
            strong { {words.screen_no_output()} }
            small { {words.screen_no_output_why()} }
        }
    }
}
