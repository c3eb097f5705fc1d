//! The page of what was heard elsewhere a moment ago, and can be played here as well.

use super::{
    address,
    again::{price_here, why_not},
    follow::{Followed, use_followed},
    ways::{OfRoom, RoomTop},
};
use crate::{
    patron::{
        chrome::{Notice, Page},
        find::{Bones, Failed},
        route::{Route, Shelf},
        state,
    },
    shared::{clock, cover::Cover, fetch::api, format, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{ElsewhereEntry, ElsewhereScope, PastMessage, PastQuery},
    client::ClientError,
};

/// Songs that are shown.
const SHOWN: usize = 20;

impl Followed for ElsewhereScope {
    type Told = Vec<ElsewhereEntry>;

    fn query(&self) -> PastQuery {
        PastQuery { elsewhere: Some(*self), ..PastQuery::default() }
    }

    fn take(&self, before: Option<Self::Told>, message: PastMessage) -> Option<Self::Told> {
        let PastMessage::Elsewhere(mut entries) = message else { return None };
        entries.extend(before.into_iter().flatten());
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.heard_at));
        entries.truncate(SHOWN);
        Some(entries)
    }

    fn read(&self, room: String) -> impl Future<Output = Result<Self::Told, ClientError>> + 'static {
        let scope = *self;
        async move { api().elsewhere(&room, scope).await.map(|elsewhere| elsewhere.entries) }
    }
}

/// The page.
#[component]
pub(super) fn ElsewherePage(room: String) -> Element {
    let lang = lang();
    let mut scope = use_signal(address::elsewhere);
    let choices = [(ElsewhereScope::Network, lang.everywhere()), (ElsewhereScope::City, lang.near_you())];
    rsx! {
        Page { top: rsx! { RoomTop { room: room.clone(), here: OfRoom::Elsewhere } },
            div { class: "segments", role: "group", aria_label: lang.where_heard(),
                for (choice , word) in choices {
                    button {
                        key: "{word}",
                        class: "segment",
                        aria_pressed: if choice == scope() { "true" } else { "false" },
                        onclick: {
                            let room = room.clone();
                            move |_| {
                                address::keep_elsewhere(&room, choice);
                                scope.set(choice);
                            }
                        },
                        {word}
                    }
                }
            }
            for scope in [scope()] {
                Followable { key: "{scope:?}", room: room.clone(), scope }
            }
        }
    }
}

/// What was heard, followed.
#[component]
fn Followable(room: String, scope: ElsewhereScope) -> Element {
    let lang = lang();
    let (shown, look) = use_followed(&room, &scope);
    let shown = shown();
    let Some(entries) = shown.told else {
        return match shown.trouble {
            None => rsx! { Bones {} },
            Some(error) => rsx! { Failed { error, again: look } },
        };
    };
    let find = Route::Find(room.clone(), Shelf::Front).path();
    rsx! {
        if shown.trouble.is_some() {
            Notice { icon: "offline", head: lang.no_connection(), text: lang.elsewhere_as_of(&format::time(lang, shown.at, &state::zone())) }
        }
        p { class: "muted", {lang.elsewhere_rule()} }
        if entries.is_empty() {
            section { class: "empty", role: "status",
                h2 { {lang.nothing_elsewhere(scope == ElsewhereScope::City)} }
                p { class: "muted", {lang.nothing_elsewhere_hint()} }
                a { class: "btn main", href: find, {lang.find_a_song()} }
            }
        } else {
            ul { class: "queue",
                for entry in entries {
                    li { key: "{entry.song.song.id}{entry.heard_at.0}", Entry { room: room.clone(), entry } }
                }
            }
        }
    }
}

/// A song that was heard elsewhere: where and when, and what it costs here, or why it can't be played here.
#[component]
fn Entry(room: String, entry: ElsewhereEntry) -> Element {
    let lang = lang();
    let song = entry.song.song.clone();
    let zone = state::zone();
    let place: Vec<String> = [entry.venue_name, entry.city].into_iter().flatten().collect();
    let place = if place.is_empty() { lang.at_another_venue().to_string() } else { place.join(", ") };
    // A quiet network may have heard its last song days ago.
    let is_today = format::date(entry.heard_at, &zone) == format::date(clock::now(), &zone);
    let day = (!is_today).then(|| format::day(lang, entry.heard_at, &zone));
    rsx! {
        a { class: "row", href: Route::Song(room, song.id).path(),
            Cover { song: song.clone() }
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {song.title} }
                p { class: "row-sub clamp", dir: "auto", {song.artist} }
                p { class: "heard-at", Icon { name: "pin" } span { dir: "auto", {place} } }
                if let Some(day) = day { p { class: "row-sub", {day} } }
                if let Some(refusal) = entry.song.refusal {
                    p { class: "why-not", {why_not(lang, refusal)} }
                } else if let Some(price) = price_here(lang) {
                    p { class: "again", Icon { name: "play" } span { {lang.play_here_for(&price)} } }
                } else {
                    p { class: "why-not", {lang.not_now()} }
                }
            }
            span { class: "row-end", {format::time(lang, entry.heard_at, &zone)} }
        }
    }
}
