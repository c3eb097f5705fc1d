//! The page of one's favourites: the list, and several of them for the queue at once.

use super::{
    again::{self, Again, Today, TodayHere},
    heart::Heart,
    queueing::{Batch, ChoiceBar, Told},
    ways::{NoneYet, Own, OwnTop, sheet},
};
use crate::{
    patron::{
        chrome::Page,
        find::{Bones, Failed},
        state::{WHO, Who},
    },
    shared::{cover::Cover, fetch::api, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{AtRoom, FavouriteSong, FoundSong},
    client::ClientError,
};

/// The page. `room`: where they might be played.
#[component]
pub(super) fn FavouritesPage(room: Option<String>) -> Element {
    let lang = lang();
    rsx! {
        Page { top: rsx! { OwnTop { here: Own::Favourites, title: lang.favourites() } },
            match WHO() {
                Who::Unknown => rsx! { Bones {} },
                Who::Nobody => rsx! { NoneYet { head: lang.no_favourites(), hint: lang.no_favourites_hint() } },
                Who::Somebody(_) => rsx! { Mine { room } },
            }
        }
    }
}

#[component]
fn Mine(room: Option<String>) -> Element {
    let lang = lang();
    let mut chosen = use_signal(|| None::<Vec<FoundSong>>);
    let batch = use_signal(|| None::<Batch>);
    let asked = room.clone();
    let mut list = use_resource(use_reactive!(|asked| async move {
        let answer = api().favourites(&AtRoom { room: asked }).await?;
        let today = again::today(answer.here, answer.songs.iter().map(|favourite| &favourite.song)).await;
        Ok::<_, ClientError>((answer.songs, today))
    }));
    let value = list.read();
    let (songs, today) = match value.as_ref() {
        None => return rsx! { Bones {} },
        Some(Err(error)) => return rsx! { Failed { error: error.clone(), again: move |()| list.restart() } },
        Some(Ok((songs, _))) if songs.is_empty() => {
            return rsx! { NoneYet { head: lang.no_favourites(), hint: lang.no_favourites_hint() } };
        }
        Some(Ok((songs, today))) => (songs.clone(), today.clone()),
    };
    let can_queue =
        today.as_ref().is_some_and(Today::takes) && songs.iter().any(|favourite| favourite.song.refusal.is_none());
    rsx! {
        if let Some(today) = today.clone() { TodayHere { today } }
        if batch.read().is_some() {
            Told { batch, room: room.clone(), changed: move |()| list.restart() }
        } else if can_queue && chosen.read().is_none() {
            button { class: "btn", onclick: move |_| chosen.set(Some(Vec::new())), Icon { name: "check" } {lang.select_several()} }
        }
        ul { class: "queue", aria_label: lang.favourites(),
            for favourite in songs {
                li { key: "{favourite.song.song.id}",
                    if chosen.read().is_some() {
                        Choosable { found: favourite.song, chosen, today: today.clone() }
                    } else {
                        Favourite { favourite, today: today.clone(), room: room.clone() }
                    }
                }
            }
        }
        if let Some(today) = today.filter(|_| chosen.read().is_some()) {
            ChoiceBar { today, chosen, batch }
        }
    }
}

/// A favourite: the way to its sheet, and its heart.
#[component]
fn Favourite(favourite: FavouriteSong, today: Option<Today>, room: Option<String>) -> Element {
    let FoundSong { song, refusal, .. } = favourite.song;
    rsx! {
        div { class: "hearted",
            a { class: "row", href: sheet(room.as_deref(), song.id),
                Cover { song: song.clone() }
                div { class: "row-text",
                    p { class: "row-title clamp", dir: "auto", {song.title.clone()} }
                    p { class: "row-sub clamp", dir: "auto", {song.artist.clone()} }
                    Again { label: lang().play_it(), today, refusal }
                }
            }
            Heart { song: song.clone(), was: true }
        }
    }
}

/// A favourite that can be chosen for the queue, unless something is in the way.
#[component]
fn Choosable(found: FoundSong, chosen: Signal<Option<Vec<FoundSong>>>, today: Option<Today>) -> Element {
    let FoundSong { song, refusal, .. } = found.clone();
    let is_chosen = chosen.read().iter().flatten().any(|one| one.song.id == song.id);
    let turn = move |event: FormEvent| {
        let mut chosen = chosen.write();
        let Some(chosen) = chosen.as_mut() else { return };
        chosen.retain(|one| one.song.id != found.song.id);
        if event.checked() {
            chosen.push(found.clone());
        }
    };
    rsx! {
        label { class: "row choosable",
            Cover { song: song.clone() }
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {song.title} }
                p { class: "row-sub clamp", dir: "auto", {song.artist} }
                if refusal.is_some() { Again { label: lang().play_it(), today, refusal } }
            }
            input { r#type: "checkbox", checked: is_chosen, disabled: refusal.is_some(), onchange: turn }
        }
    }
}
