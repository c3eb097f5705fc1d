//! What one comes back to: the songs heard most, and the night a year ago. Without an answer the history stands alone.

use super::{again::why_not, ways::sheet};
use crate::shared::{cover::Cover, fetch::api, words::lang};
use dioxus::prelude::*;
use jukeline_app::api::{AtRoom, FoundSong};

/// The shelves.
#[component]
pub(super) fn StaplesOfMine(room: Option<String>) -> Element {
    let lang = lang();
    let asked = room.clone();
    let staples = use_resource(use_reactive!(|asked| async move { api().staples(&AtRoom { room: asked }).await }));
    let value = staples.read();
    let Some(Ok(staples)) = value.as_ref() else { return VNode::empty() };
    let most = staples.top.iter().map(|counted| {
        let plays = format!("{} {}", counted.plays, lang.plays_word(counted.plays));
        (counted.song.clone(), plays)
    });
    let a_year_ago = staples.a_year_ago.iter().map(|entry| (entry.song.clone(), entry.venue_name.clone()));
    rsx! {
        StapleShelf { title: lang.your_top_songs(), songs: most.collect::<Vec<_>>(), room: room.clone() }
        StapleShelf { title: lang.a_year_ago(), songs: a_year_ago.collect::<Vec<_>>(), room }
    }
}

/// Songs side by side, each with a line below it, and why it can't be played in the room now.
#[component]
fn StapleShelf(title: &'static str, songs: Vec<(FoundSong, String)>, room: Option<String>) -> Element {
    let lang = lang();
    if songs.is_empty() {
        return VNode::empty();
    }
    rsx! {
        section {
            h2 { {title} }
            ul { class: "shelf",
                for (n , (FoundSong { song , refusal , .. } , line)) in songs.into_iter().enumerate() {
                    li { key: "{n}",
                        a { href: sheet(room.as_deref(), song.id),
                            Cover { song: song.clone() }
                            p { class: "row-title clamp", dir: "auto", {song.title} }
                            p { class: "row-sub clamp", dir: "auto", {line} }
                            if let Some(refusal) = refusal { p { class: "why-not", {why_not(lang, refusal)} } }
                        }
                    }
                }
            }
        }
    }
}
