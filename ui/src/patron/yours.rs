//! Songs for oneself: more from one's artists, what the room plays at this hour, and what goes with a song.

use super::{browse::Covers, find::FoundRow, route::Shelf};
use crate::shared::{fetch::api, words::lang};
use dioxus::prelude::*;
use jukeline_app::{api::Yours, id::SongId};

/// Artists on the front page: more would push everything else out of sight.
const ARTISTS: usize = 2;
/// Songs that go with a song.
const ALSO: usize = 4;

/// More from one's artists; for whom has played nothing yet, what is played here at this hour.
pub(crate) fn for_you(room: String, yours: Yours) -> Element {
    let lang = lang();
    if yours.artists.is_empty() {
        return rsx! { Covers { room, title: lang.at_this_hour(), songs: yours.taste.songs } };
    }
    rsx! {
        for artist in yours.artists.into_iter().take(ARTISTS) {
            Covers {
                key: "{artist.artist}",
                room: room.clone(),
                title: lang.more_from(&artist.artist),
                because: lang.because_you_played(&artist.because.title),
                all: Shelf::Artist(artist.artist),
                songs: artist.songs,
            }
        }
    }
}

/// What people who played this song also played; nothing where that isn't known.
#[component]
pub(crate) fn Also(room: String, song: SongId) -> Element {
    let asked = room.clone();
    let also = use_resource(move || {
        let room = asked.clone();
        async move { api().also_played(&room, song).await }
    });
    let songs = match also() {
        Some(Ok(also)) if !also.songs.is_empty() => also.songs,
        _ => return VNode::empty(),
    };
    rsx! {
        section { class: "also",
            h2 { {lang().also_played()} }
            ul { class: "queue",
                for found in songs.into_iter().take(ALSO) {
                    li { key: "{found.song.id}", FoundRow { room: room.clone(), found } }
                }
            }
        }
    }
}
