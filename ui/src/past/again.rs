//! What asking for a song again would mean now: today's price and place in the room that one is in, or what is in the way.

use crate::{
    patron::state::{self, ROOM},
    shared::{
        clock,
        fetch::api,
        format,
        icons::Icon,
        taking::{Taking, taking},
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{FoundSong, Here, Offer},
    rules::SongRefusal,
};

/// The room that one is in, today.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Today {
    /// What a song costs there.
    pub here: Here,
    /// Place and minute of a song that is asked for now: the same for each, since it goes to the end of the queue.
    pub offer: Option<Offer>,
}

impl Today {
    /// Whether songs are taken, so that those without a refusal can be played.
    pub(super) fn takes(&self) -> bool {
        self.here.open
    }
}

/// Asks what a song that can be played would be offered. Without an answer the price is known all the same.
pub(super) async fn today<'a>(here: Option<Here>, songs: impl IntoIterator<Item = &'a FoundSong>) -> Option<Today> {
    let here = here?;
    let playable = songs.into_iter().find(|found| found.refusal.is_none()).filter(|_| here.open);
    let offer = match playable {
        Some(found) => api().quote(&here.room, found.song.id).await.ok().and_then(|quote| {
            clock::heard(quote.server_now);
            quote.ordinary
        }),
        None => None,
    };
    Some(Today { here, offer })
}

/// The room, its price and the place, said once above a list.
#[component]
pub(super) fn TodayHere(today: Today) -> Element {
    let lang = lang();
    let Today { here, offer } = today;
    let zone = state::zone();
    let words = match (here.open, offer) {
        (false, _) => lang.takes_none_now().to_string(),
        (true, Some(offer)) => lang.today_with_place(
            i64::from(offer.price),
            &lang.place(i64::from(offer.place)),
            &format::time(lang, offer.about, &zone),
        ),
        (true, None) => lang.today(i64::from(here.price)),
    };
    rsx! {
        p { class: "here",
            Icon { name: "pin" }
            span { strong { dir: "auto", {here.venue_name} } ": " {words} }
        }
    }
}

/// Below a song: `label` ("Play again") with what it costs and when, or why not.
#[component]
pub(super) fn Again(label: &'static str, today: Option<Today>, refusal: Option<SongRefusal>) -> Element {
    let lang = lang();
    let Some(today) = today else { return VNode::empty() };
    match refusal {
        Some(refusal) => rsx! { p { class: "why-not", {why_not(lang, refusal)} } },
        None if !today.takes() => rsx! { p { class: "why-not", {lang.not_now()} } },
        None => {
            let price = lang.price(i64::from(today.offer.map_or(today.here.price, |offer| offer.price)));
            let place = today.offer.map(|offer| format!(", {}", lang.nth(i64::from(offer.place)))).unwrap_or_default();
            rsx! {
                p { class: "again", Icon { name: "play" } span { "{label}, {price}{place}" } }
            }
        }
    }
}

/// Why a song can't be played here now; of one that waits, when it comes is said by its sheet.
pub(super) fn why_not(lang: Lang, refusal: SongRefusal) -> String {
    match refusal {
        SongRefusal::Queued => format!("{}.", lang.already_coming()),
        other => lang.song_refusal(other),
    }
}

/// Today's price in the room whose snapshot is known; nothing where it takes no songs.
pub(super) fn price_here(lang: Lang) -> Option<String> {
    let room = ROOM.read();
    let room = room.as_ref().filter(|room| taking(room) == Taking::Songs)?;
    Some(lang.price(i64::from(room.info.price)))
}
