//! The front page of the catalogue.

use super::{
    find::{Bones, Failed},
    route::{Route, Shelf},
    yours::for_you,
};
use crate::shared::{
    cover::Cover,
    fetch::api,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use futures_util::future::join;
use jukeline_app::api::{Browse, FoundSong, Shelf as ShelfOf, Yours};

/// The front page: what is for oneself, what is played most, what is new, and the ways in.
#[component]
pub(crate) fn Front(room: String) -> Element {
    let lang = lang();
    let asked = room.clone();
    let mut browse = use_resource(move || {
        let room = asked.clone();
        async move {
            // Together, so that nothing moves once it is drawn; without the songs for oneself the rest stands.
            let (shelves, yours) = join(api().browse(&room), api().yours(&room)).await;
            shelves.map(|shelves| (shelves, yours.ok()))
        }
    });
    let value = browse.read();
    match value.as_ref() {
        None => rsx! { Bones {} },
        Some(Err(error)) => rsx! { Failed { error: error.clone(), again: move |()| browse.restart() } },
        Some(Ok((shelves, _))) if shelves.newest.is_empty() && shelves.artists.is_empty() => rsx! {
            section { class: "empty",
                h2 { {lang.empty_catalogue()} }
                p { class: "muted", {lang.empty_catalogue_hint()} }
            }
        },
        Some(Ok((shelves, yours))) => of_catalogue(room, shelves.clone(), yours.clone()),
    }
}

fn of_catalogue(room: String, shelves: Browse, yours: Option<Yours>) -> Element {
    let lang = lang();
    rsx! {
        div { class: "browse",
            if let Some(yours) = yours {
                {for_you(room.clone(), yours)}
            }
            Covers { room: room.clone(), title: lang.most_played(), all: Shelf::List("most_played".into()), songs: shelves.most_played }
            Covers { room: room.clone(), title: lang.newest(), all: Shelf::List("newest".into()), songs: shelves.newest }
            {chips(&room, lang.genres(), shelves.genres, Shelf::Genre)}
            {chips(&room, lang.decades(), shelves.decades, Shelf::Decade)}
            if !shelves.artists.is_empty() {
                section {
                    div { class: "section-head", h2 { {lang.artists()} } }
                    ul { class: "queue",
                        for artist in shelves.artists.iter() {
                            li { key: "{artist.name}", {artist_row(room.clone(), artist)} }
                        }
                    }
                }
            }
        }
    }
}

fn artist_row(room: String, artist: &ShelfOf) -> Element {
    let initial: String = artist.name.chars().take(1).collect();
    rsx! {
        a { class: "row", href: Route::Find(room, Shelf::Artist(artist.name.clone())).path(),
            span { class: "initial", aria_hidden: true, {initial} }
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {artist.name.clone()} }
                p { class: "row-sub", {lang().songs(artist.songs as i64)} }
            }
            crate::shared::icons::Icon { name: "next" }
        }
    }
}

/// A row of covers under a heading: why it is there, and the way to all of it.
#[component]
pub(crate) fn Covers(
    room: String,
    title: String,
    #[props(default)] because: String,
    all: Option<Shelf>,
    songs: Vec<FoundSong>,
) -> Element {
    if songs.is_empty() {
        return VNode::empty();
    }
    rsx! {
        section {
            div { class: "section-head",
                h2 { dir: "auto", {title.clone()} }
                if let Some(all) = all {
                    a { href: Route::Find(room.clone(), all).path(), aria_label: "{title}: {lang().all()}", {lang().all()} }
                }
            }
            if !because.is_empty() { p { class: "row-sub clamp", dir: "auto", {because} } }
            ul { class: "shelf", aria_label: title,
                for found in songs {
                    li { key: "{found.song.id}",
                        a { class: "stack-tight", href: Route::Song(room.clone(), found.song.id).path(),
                            Cover { song: found.song.clone() }
                            span { class: "row-title clamp", dir: "auto", {found.song.title} }
                            span { class: "row-sub clamp", dir: "auto", {found.song.artist} }
                        }
                    }
                }
            }
        }
    }
}

fn chips(room: &str, title: &str, shelves: Vec<ShelfOf>, to: fn(String) -> Shelf) -> Element {
    if shelves.is_empty() {
        return VNode::empty();
    }
    let lang = lang();
    rsx! {
        section { class: "stack",
            h2 { {title} }
            ul { class: "chips",
                for shelf in shelves {
                    li { key: "{shelf.name}",
                        a { class: "chip", href: Route::Find(room.into(), to(shelf.name.clone())).path(), {chip_name(lang, &shelf.name)} }
                    }
                }
            }
        }
    }
}

/// Decades are asked for by their first year and read as "1980s".
fn chip_name(lang: Lang, name: &str) -> String {
    if name.len() == 4 && name.bytes().all(|b| b.is_ascii_digit()) { lang.decade(name) } else { name.into() }
}
