//! What waits in the room, and what is one's own of it.

use super::{
    route::{Route, Shelf},
    rows::SongRow,
    state::{MINE, ROOM},
};
use crate::shared::{
    clock,
    fetch::api,
    format, room_fold,
    taking::{Taking, taking},
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::api::{FoundSong, RoomSnapshot, SongQuery};

/// What waits.
#[component]
pub(crate) fn Queue() -> Element {
    let lang = lang();
    let room = ROOM.read();
    let Some(room) = room.as_ref() else { return VNode::empty() };
    let order: Vec<_> = room.queue.iter().map(|entry| entry.play).collect();
    use_effect(use_reactive!(|order| {
        super::glide::to_new_places(&order);
        super::focus::restore();
    }));
    if room.queue.is_empty() {
        return rsx! {
            if room.playing.is_none() {
                MostPlayed { room: room.info.room.clone(), taking: taking(room) }
            } else {
                section {
                    div { class: "section-head", h2 { {lang.up_next()} } }
                    {nothing_waits(room.info.room.clone(), taking(room))}
                }
            }
        };
    }
    let minutes = format::minutes(room_fold::waiting_ms(room, clock::now()));
    rsx! {
        section { "aria-labelledby": "next",
            div { class: "section-head",
                h2 { id: "next", {lang.up_next()} }
                p { {lang.songs_and_minutes(room.queue.len() as i64, minutes)} }
            }
            Entries { room: room.clone() }
        }
    }
}

#[component]
fn Entries(room: RoomSnapshot) -> Element {
    let lang = lang();
    // Minutes move by themselves only while nothing plays; a change of the room draws them anyway.
    let _every_20_s = use_memo(|| clock::seconds().0 / 20_000)();
    let minutes = room_fold::minutes(&room, clock::now());
    let mine = MINE.read();
    rsx! {
        ol { class: "queue",
            for (entry , at) in room.queue.iter().zip(minutes) {
                li { key: "{entry.play}",
                    SongRow {
                        href: Route::Song(room.info.room.clone(), entry.song.id).path(),
                        song: entry.song.clone(),
                        sub: match (mine.iter().find(|mine| mine.play == entry.play), &entry.for_name) {
                            (Some(mine), _) => lang.yours_if_it_plays(i64::from(mine.price)),
                            (None, Some(name)) => format!("{}, {}", entry.song.artist, lang.for_name(name)),
                            (None, None) => entry.song.artist.clone(),
                        },
                        end: format::time(lang, at, &room.info.timezone),
                        mine: mine.iter().any(|mine| mine.play == entry.play),
                    }
                }
            }
        }
    }
}

/// What to do about an empty line: ask for a song where one is taken, else look around.
fn nothing_waits(room: String, taking: Taking) -> Element {
    let lang = lang();
    let find = Route::Find(room, Shelf::Front).path();
    rsx! {
        div { class: "empty",
            p { {lang.nothing_waits(taking)} }
            if taking == Taking::Songs {
                a { class: "btn main", href: find, {lang.find_a_song()} }
            } else {
                a { class: "btn", href: find, {lang.browse_all()} }
            }
        }
    }
}

/// What this room plays most: something to begin with when nothing plays.
#[component]
fn MostPlayed(room: String, taking: Taking) -> Element {
    let lang = lang();
    let asked = room.clone();
    let songs = use_resource(move || {
        let room = asked.clone();
        async move {
            let query = SongQuery { list: Some("most_played".into()), ..SongQuery::default() };
            api().songs(&room, &query).await.map(|page| page.songs).unwrap_or_default()
        }
    });
    let songs: Vec<FoundSong> = songs.read().clone().unwrap_or_default();
    rsx! {
        if songs.is_empty() {
            section { {nothing_waits(room, taking)} }
        } else {
            section {
                div { class: "section-head", h2 { {lang.most_played()} } }
                ol { class: "queue",
                    for found in songs.iter().take(6) {
                        li { key: "{found.song.id}",
                            SongRow {
                                href: Route::Song(room.clone(), found.song.id).path(),
                                song: found.song.clone(),
                                sub: found.song.artist.clone(),
                                end: format::length(found.song.duration_ms),
                            }
                        }
                    }
                }
            }
        }
    }
}
