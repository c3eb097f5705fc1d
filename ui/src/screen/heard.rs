//! Songs that were heard, as a screen lists them: while nothing plays large, else a few beside the song.

use super::{
    past::Past,
    turns::{Turn, use_turn},
};
use crate::shared::{
    clock,
    cover::Cover,
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{ChartEntry, ChartMove, ElsewhereEntry, SongBrief},
    time::Timestamp,
};

/// Songs beside the one that plays: what fits above the code.
const BESIDE: usize = 3;

/// Places of a chart, with how each moved since the week before.
#[component]
pub(super) fn Places(entries: Vec<ChartEntry>) -> Element {
    let words = lang();
    rsx! {
        ol { class: "heard",
            for entry in entries {
                li { key: "{entry.song.id}",
                    span { class: "rank", span { class: "sr-only", {words.chart_place()} " " } "{entry.rank}" }
                    HeardSong { song: entry.song.clone() }
                    if let Some(moved) = moved(words, &entry) {
                        Move { moved }
                    }
                }
            }
        }
    }
}

/// Songs of other venues: where, as far as that is told, and how long ago.
#[component]
pub(super) fn ElsewhereRows(entries: Vec<ElsewhereEntry>, now: Timestamp) -> Element {
    let words = lang();
    rsx! {
        ol { class: "heard",
            for entry in entries {
                li { key: "{entry.heard_at.0}-{entry.song.song.id}",
                    HeardSong { song: entry.song.song.clone() }
                    div { class: "where",
                        if let Some(place) = entry.venue_name.clone().or(entry.city.clone()) {
                            strong { class: "clamp", dir: "auto", {place} }
                        }
                        span { {words.screen_ago(now.since(entry.heard_at))} }
                    }
                }
            }
        }
    }
}

#[component]
fn HeardSong(song: SongBrief) -> Element {
    rsx! {
        Cover { song: song.clone() }
        div { class: "heard-song",
            strong { class: "clamp", dir: "auto", {song.title} }
            span { dir: "auto", {song.artist} }
        }
    }
}

/// How a song moved: its icon, what is read, and what is heard.
#[derive(Clone, Debug, PartialEq)]
struct Moved {
    icon: &'static str,
    shown: String,
    spoken: String,
}

#[component]
fn Move(moved: Moved) -> Element {
    rsx! {
        p { class: "moved {moved.icon}",
            Icon { name: moved.icon }
            span { aria_hidden: "true", {moved.shown} }
            span { class: "sr-only", {moved.spoken} }
        }
    }
}

/// Nothing for a song that stayed, or that is compared with no week.
fn moved(words: Lang, entry: &ChartEntry) -> Option<Moved> {
    let by = entry.rank_before.map(|before| before.abs_diff(entry.rank).to_string()).unwrap_or_default();
    match entry.moved? {
        ChartMove::Up => Some(Moved { icon: "up", shown: by, spoken: words.up_from(entry.rank_before) }),
        ChartMove::Down => Some(Moved { icon: "down", shown: by, spoken: words.down_from(entry.rank_before) }),
        ChartMove::New => {
            let new = words.new_in_chart();
            Some(Moved { icon: "new", shown: new.into(), spoken: new.into() })
        }
        ChartMove::Same => None,
    }
}

/// While a song plays and nothing waits: the first places, and what was heard elsewhere, by turns.
#[component]
pub(super) fn Beside(past: ReadSignal<Past>) -> Element {
    let words = lang();
    let turn = use_turn(past, |turn| matches!(turn, Turn::TopFive | Turn::Elsewhere));
    let known = past.read();
    let (heading, songs): (_, Vec<SongBrief>) = match turn {
        Turn::TopFive => {
            (words.screen_top_beside(), known.top.iter().take(BESIDE).map(|entry| entry.song.clone()).collect())
        }
        Turn::Elsewhere => {
            let songs = known.elsewhere(clock::seconds()).take(BESIDE).map(|entry| entry.song.song.clone());
            (words.screen_played_elsewhere(), songs.collect())
        }
        Turn::Invitation | Turn::NextFive => return rsx! { span {} },
    };
    rsx! {
        section { class: "screen-beside", key: "{turn:?}",
            h2 { {heading} }
            ol {
                for song in songs {
                    li {
                        Cover { song: song.clone() }
                        div {
                            strong { dir: "auto", {song.title} }
                            span { dir: "auto", {song.artist} }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::id::SongId;

    fn entry(rank: u32, rank_before: Option<u32>, moved: Option<ChartMove>) -> ChartEntry {
        let id = SongId(uuid::Uuid::nil());
        let song =
            SongBrief { id, title: "Blues".into(), artist: "Ada".into(), duration_ms: 240_000, has_cover: false };
        ChartEntry { rank, song, plays: 3, last_heard_at: Timestamp(0), rank_before, moved }
    }

    #[test]
    fn a_move_is_shown_by_places_and_spoken_in_words() {
        let told = |entry| moved(Lang::En, &entry).map(|moved| (moved.icon, moved.shown, moved.spoken));
        let up = told(entry(2, Some(5), Some(ChartMove::Up)));
        assert_eq!(up, Some(("up", "3".into(), "Up from 5".into())));
        let down = told(entry(4, Some(1), Some(ChartMove::Down)));
        assert_eq!(down, Some(("down", "3".into(), "Down from 1".into())));
        assert_eq!(told(entry(1, None, Some(ChartMove::New))), Some(("new", "New".into(), "New".into())));
        assert_eq!(told(entry(1, Some(1), Some(ChartMove::Same))), None);
        assert_eq!(told(entry(1, None, None)), None);
    }
}
