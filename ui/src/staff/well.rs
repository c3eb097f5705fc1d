//! The right column: is all well?

use super::{
    desk::{self, FLOOR, ROOM},
    live,
};
use crate::shared::{
    clock, format, room_fold,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{api::PlayerStatus, hold::Hold};

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// Nothing that could be ill.
    Plain,
    Well,
    Held,
    Bad,
}

impl Is {
    fn class(self) -> &'static str {
        match self {
            Is::Plain => "plain",
            Is::Well => "state ok",
            Is::Held => "state wait",
            Is::Bad => "state bad",
        }
    }
}

/// One thing: what it is called, how it is, in words, and what else there is to say.
struct Thing {
    name: &'static str,
    is: Is,
    words: String,
    more: String,
}

/// Screen, sound, queue, credits, house, and this page itself.
#[component]
pub(super) fn Well() -> Element {
    let lang = lang();
    let things = things(lang);
    let (class, verdict) = verdict(lang, &things);
    rsx! {
        aside { class: "well", aria_labelledby: "well",
            h2 { id: "well", class: "sr-only", {lang.staff_is_all_well()} }
            p { class: "verdict {class}", role: "status", {verdict} }
            dl {
                for thing in things {
                    div { key: "{thing.name}",
                        dt { {thing.name} }
                        dd { class: thing.is.class(), {thing.words} }
                        if !thing.more.is_empty() { dd { class: "muted small", {thing.more} } }
                    }
                }
            }
        }
    }
}

/// The verdict where the column is out of sight, with what is ill. A cut is said above it.
#[component]
pub(super) fn Glance() -> Element {
    if live::cut_off_since().is_some() || ROOM.read().is_none() {
        return VNode::empty();
    }
    let lang = lang();
    let things = things(lang);
    let (class, verdict) = verdict(lang, &things);
    let ill = things.iter().filter(|thing| thing.is == Is::Bad);
    let ill: Vec<String> = ill.map(|thing| format!("{}: {}", thing.name, thing.words)).collect();
    rsx! { p { class: "glance {class}", {if ill.is_empty() { verdict.into() } else { ill.join(", ") }} } }
}

/// Its look, and its words.
fn verdict(lang: Lang, things: &[Thing]) -> (&'static str, &'static str) {
    if things.iter().any(|thing| thing.is == Is::Bad) {
        return (Is::Bad.class(), lang.staff_look_here());
    }
    if desk::hold().is_still() {
        return (Is::Held.class(), lang.staff_held());
    }
    (Is::Well.class(), lang.staff_all_well())
}

fn things(lang: Lang) -> Vec<Thing> {
    let room = ROOM.read();
    let Some(room) = room.as_ref() else { return Vec::new() };
    let zone = &room.info.timezone;
    let floor = FLOOR.read();
    let seen_at = floor.as_ref().and_then(|floor| floor.player_seen_at);
    let ready = desk::ready();
    let ready = if ready > 0 { lang.staff_ready_offline(ready) } else { String::new() };
    let (is, words) = match (room.player, seen_at) {
        (PlayerStatus::Online, _) => (Is::Well, lang.staff_online().to_string()),
        (PlayerStatus::Silent, Some(at)) => (Is::Bad, lang.staff_silent_since(&format::time(lang, at, zone))),
        (PlayerStatus::Silent, None) => (Is::Bad, lang.jukebox_offline().to_string()),
        (PlayerStatus::None, _) => (Is::Bad, lang.staff_no_screen().to_string()),
    };
    let screen = Thing { name: lang.staff_screen(), is, words, more: ready };

    let hold = desk::hold();
    let is = if hold == Hold::Free { Is::Well } else { Is::Held };
    let sound =
        Thing { name: lang.staff_sound(), is, words: lang.staff_sound_is(hold, room.volume), more: String::new() };

    let now = clock::now();
    let words = match room.queue.len() {
        0 => lang.staff_nothing_in_line().to_string(),
        n => lang.songs_and_minutes(n as i64, format::minutes(room_fold::waiting_ms(room, now))),
    };
    let queue = Thing { name: lang.staff_queue(), is: Is::Plain, words, more: String::new() };

    let waiting: i64 = floor.as_ref().map_or(0, |floor| floor.plays.iter().map(|play| i64::from(play.price)).sum());
    let more = if waiting > 0 { lang.staff_set_aside_hint().into() } else { String::new() };
    let credits = Thing { name: lang.staff_set_aside(), is: Is::Plain, words: lang.credits(waiting), more };

    let until =
        room.info.closes_at.filter(|_| room.info.open).map(|at| lang.staff_until(&format::time(lang, at, zone)));
    let (is, words) = if room.info.open { (Is::Well, lang.staff_open()) } else { (Is::Held, lang.staff_closed()) };
    let house = Thing { name: lang.staff_house(), is, words: words.into(), more: until.unwrap_or_default() };

    let (is, words) = match live::cut_off_since() {
        None => (Is::Well, lang.staff_live()),
        Some(_) => (Is::Bad, lang.staff_cut_off()),
    };
    let page = Thing { name: lang.staff_connection(), is, words: words.into(), more: String::new() };
    let mut things = vec![screen, sound, queue, credits, house, page];
    if live::cut_off_since().is_some() {
        // What was well then may not be now.
        things.iter_mut().filter(|thing| thing.is == Is::Well).for_each(|thing| thing.is = Is::Plain);
    }
    things
}
