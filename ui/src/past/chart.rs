//! The places of a chart.

use crate::{
    patron::route::Route,
    shared::{
        cover::Cover,
        icons::Icon,
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use jukeline_app::api::{ChartEntry, ChartMove};

/// The songs, first to last.
#[component]
pub(super) fn Places(room: String, entries: Vec<ChartEntry>) -> Element {
    rsx! {
        ol { class: "queue places",
            for entry in entries {
                li { key: "{entry.song.id}", Place { room: room.clone(), entry } }
            }
        }
    }
}

/// A song at its place; it leads to its sheet in the room.
#[component]
fn Place(room: String, entry: ChartEntry) -> Element {
    let lang = lang();
    let ChartEntry { rank, song, plays, .. } = entry.clone();
    rsx! {
        a { class: "row place", href: Route::Song(room, song.id).path(),
            span { class: "rank", span { class: "sr-only", {lang.chart_place()} " " } "{rank}" }
            Cover { song: song.clone() }
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {song.title} }
                p { class: "row-sub clamp", dir: "auto", {song.artist} }
                if let Some((icon, words)) = moved(lang, &entry) {
                    p { class: "moved", Icon { name: icon } {words} }
                }
            }
            span { class: "row-end plays", strong { "{plays}" } " " {lang.plays_word(plays)} }
        }
    }
}

/// The icon and the words of how a song moved; nothing where there is no window before.
fn moved(lang: Lang, entry: &ChartEntry) -> Option<(&'static str, String)> {
    Some(match entry.moved? {
        ChartMove::Up => ("up", lang.up_from(entry.rank_before)),
        ChartMove::Down => ("down", lang.down_from(entry.rank_before)),
        ChartMove::Same => ("same", lang.same_place().into()),
        ChartMove::New => ("new", lang.new_in_chart().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{api::SongBrief, id::SongId, time::Timestamp};

    fn entry(moved: Option<ChartMove>, rank_before: Option<u32>) -> ChartEntry {
        let song = SongBrief {
            id: SongId(uuid::Uuid::from_u128(7)),
            title: "Old Copper Moon".into(),
            artist: "Ida".into(),
            duration_ms: 200_000,
            has_cover: false,
        };
        ChartEntry { rank: 2, song, plays: 3, last_heard_at: Timestamp(0), rank_before, moved }
    }

    #[test]
    fn a_move_has_an_icon_and_words() {
        let told = |moved, before| moved_of(&entry(moved, before));
        assert_eq!(told(Some(ChartMove::Up), Some(4)), Some(("up", "Up from 4".into())));
        assert_eq!(told(Some(ChartMove::Down), Some(1)), Some(("down", "Down from 1".into())));
        assert_eq!(told(Some(ChartMove::New), None), Some(("new", "New".into())));
        assert_eq!(told(None, None), None, "without a window before nothing has moved");
    }

    fn moved_of(entry: &ChartEntry) -> Option<(&'static str, String)> {
        moved(Lang::En, entry)
    }
}
