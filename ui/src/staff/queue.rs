//! The queue, as a table.

use super::{
    desk::{self, ROOM},
    live, skipping,
    undo::Meant,
};
use crate::shared::{
    clock, format, room_fold,
    taking::taking,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{FloorPlay, QueueEntry},
    hold::Hold,
    id::JukeboxId,
    play::PlayState,
    time::Timestamp,
};

/// What waits.
#[component]
pub(super) fn Queue(jukebox: JukeboxId) -> Element {
    let lang = lang();
    let room = ROOM.read();
    let Some(room) = room.as_ref() else { return VNode::empty() };
    // Minutes move by themselves only while nothing plays; a change of the room draws them anyway.
    let _every_20_s = use_memo(|| clock::seconds().0 / 20_000)();
    let now = clock::now();
    if room.queue.is_empty() {
        return rsx! {
            section { class: "line", aria_labelledby: "queue",
                h2 { id: "queue", {lang.staff_queue()} }
                p { class: "muted", {lang.staff_nothing_waits(taking(room))} }
            }
        };
    }
    let starts = room_fold::minutes(room, now);
    let sum = lang.songs_and_minutes(room.queue.len() as i64, format::minutes(room_fold::waiting_ms(room, now)));
    let longest = starts.last().filter(|_| !is_held());
    let longest = longest.map(|last| lang.staff_longest_wait(format::minutes(last.since(now))));
    rsx! {
        section { class: "line", aria_labelledby: "queue",
            div { class: "section-head",
                h2 { id: "queue", {lang.staff_queue()} }
                p { class: "muted", {[Some(sum), longest].into_iter().flatten().collect::<Vec<_>>().join(", ")} }
            }
            table { aria_labelledby: "queue",
                thead {
                    tr {
                        th { scope: "col", {lang.staff_about()} }
                        th { scope: "col", {lang.staff_song()} }
                        th { scope: "col", {lang.staff_for()} }
                        th { scope: "col", class: "figure", {lang.staff_credits()} }
                        th { scope: "col", {lang.staff_state()} }
                        th { scope: "col", span { class: "sr-only", {lang.staff_action()} } }
                    }
                }
                tbody {
                    for (entry , at) in room.queue.iter().zip(starts) {
                        Row {
                            key: "{entry.play}",
                            jukebox,
                            entry: entry.clone(),
                            about: about(lang, at, &room.info.timezone),
                            seen: desk::play(entry.play),
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(jukebox: JukeboxId, entry: QueueEntry, about: String, seen: Option<FloorPlay>) -> Element {
    let lang = lang();
    let price = seen.map_or(0, |play| play.price);
    let waits = skipping::is_waiting(entry.play);
    let leaves = seen.is_some_and(|play| play.recalled);
    let meant = Meant { jukebox, play: entry.play, title: entry.song.title.clone(), price };
    rsx! {
        tr {
            td { {about} }
            th { scope: "row", dir: "auto",
                span { class: "song",
                    strong { {entry.song.title.clone()} }
                    " "
                    span { class: "muted", {entry.song.artist.clone()} }
                }
            }
            td { dir: "auto", {entry.for_name.clone().unwrap_or_default()} }
            td { class: if entry.sooner { "figure coral" } else { "figure" },
                if let Some(seen) = seen { {lang.staff_paid(seen.price, entry.sooner)} }
            }
            td { class: "muted", {if waits { lang.staff_skipping() } else { state(lang, seen) }} }
            td { class: "end",
                button {
                    class: "btn small",
                    aria_label: lang.staff_skip_song(&entry.song.title, price),
                    aria_haspopup: "dialog",
                    id: skipping::button_id(entry.play),
                    disabled: leaves || live::cut_off_since().is_some(),
                    aria_disabled: if waits { "true" },
                    onclick: move |_| {
                        if !skipping::is_waiting(meant.play) {
                            skipping::ask(meant.clone());
                        }
                    },
                    {lang.staff_skip(price)}
                }
            }
        }
    }
}

/// When it begins; nobody knows while staff hold the queue.
fn about(lang: Lang, at: Timestamp, zone: &str) -> String {
    if is_held() { lang.staff_held_row().into() } else { format::time(lang, at, zone) }
}

fn is_held() -> bool {
    desk::hold() != Hold::Free
}

fn state(lang: Lang, seen: Option<FloorPlay>) -> &'static str {
    match seen {
        None => "",
        Some(FloorPlay { recalled: true, .. }) => lang.staff_leaving(),
        Some(FloorPlay { state: PlayState::Handed, .. }) => lang.staff_ready(),
        Some(_) => lang.staff_waits(),
    }
}
