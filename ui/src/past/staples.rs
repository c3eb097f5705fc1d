//! What one comes back to: the songs heard most, and the night a year ago. Without an answer the history stands alone.

use super::history::sheet;
use crate::{
    patron::state,
    shared::{cover::Cover, fetch::api, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::api::{AtRoom, SongBrief};

/// The shelves.
#[component]
pub(super) fn StaplesOfMine() -> Element {
    let lang = lang();
    let staples = use_resource(|| async { api().staples(&AtRoom { room: state::last_room() }).await });
    let value = staples.read();
    let Some(Ok(staples)) = value.as_ref() else { return VNode::empty() };
    let most = staples.top.iter().map(|counted| {
        let plays = format!("{} {}", counted.plays, lang.plays_word(counted.plays));
        (counted.song.song.clone(), plays)
    });
    let a_year_ago = staples.a_year_ago.iter().map(|entry| (entry.song.song.clone(), entry.venue_name.clone()));
    rsx! {
        StapleShelf { title: lang.you_come_back_to(), songs: most.collect::<Vec<_>>() }
        StapleShelf { title: lang.a_year_ago(), songs: a_year_ago.collect::<Vec<_>>() }
    }
}

/// Songs side by side, each with a line below it.
#[component]
fn StapleShelf(title: &'static str, songs: Vec<(SongBrief, String)>) -> Element {
    if songs.is_empty() {
        return VNode::empty();
    }
    rsx! {
        section {
            h2 { {title} }
            ul { class: "shelf",
                for (n , (song , line)) in songs.into_iter().enumerate() {
                    li { key: "{n}",
                        a { href: sheet(song.id),
                            Cover { song: song.clone() }
                            p { class: "row-title clamp", dir: "auto", {song.title} }
                            p { class: "row-sub clamp", dir: "auto", {line} }
                        }
                    }
                }
            }
        }
    }
}
