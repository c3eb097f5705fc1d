//! One request of one's own: how it stands and what became of each credit.

use super::{nav, offer::is_past, route::Route, sheet::money_first, state};
use crate::shared::{
    cover::Cover,
    fetch::api,
    format,
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::{core::spawn_forever, prelude::*};
use jukeline_app::{
    api::MyPlay,
    id::PlayId,
    play::{PlayState, ReturnReason},
    time::Timestamp,
};

/// How a request stands: words, the class of its state, what became of the money.
struct Standing {
    state: String,
    class: &'static str,
    money: String,
}

/// A request in the list.
#[component]
pub(crate) fn Request(play: MyPlay) -> Element {
    let lang = lang();
    let mut waits_on = use_signal(|| false);
    let is_late = play.latest.is_some_and(is_past) && play.state.waits();
    let standing = standing(lang, &play, is_late);
    let again = Route::Song(play.room.clone(), play.song.song.id).path();
    rsx! {
        li { class: "request",
            Cover { song: play.song.song.clone() }
            h2 { class: "row-title clamp", dir: "auto", {play.song.song.title.clone()} }
            p { class: "state {standing.class}", {standing.state} }
            p { class: "money", "{standing.money}" }
            if is_late && !waits_on() {
                div { class: "actions",
                    TakeBack { play: play.clone(), late: true }
                    button { class: "btn", onclick: move |_| waits_on.set(true), {lang.wait()} }
                }
            } else if play.state.waits() {
                div { class: "actions", TakeBack { play: play.clone() } }
            } else if play.state.is_final() {
                div { class: "actions",
                    a { class: "btn", href: again, {lang.play_again()} }
                    if play.state == PlayState::Finished && play.price > 0 { NotHeard { play: play.play } }
                }
            }
        }
    }
}

/// The button that takes a waiting request back; nothing for others.
#[component]
pub(crate) fn TakeBack(play: MyPlay, #[props(default)] wide: bool, #[props(default)] late: bool) -> Element {
    let lang = lang();
    let mut error = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    let id = play.play;
    let price = i64::from(play.price);
    if !play.state.waits() {
        return VNode::empty();
    }
    let take = move |_| {
        busy.set(true);
        spawn(async move {
            let answer = api().take_back(id).await;
            busy.set(false);
            match answer {
                Ok(_) => {
                    super::asking::dismiss();
                    if matches!(nav::route(), Route::Song(..)) {
                        nav::back();
                    }
                    // This button goes as soon as the request is over.
                    spawn_forever(state::refresh_all());
                }
                Err(e) => error.set(Some(money_first(lang, &e))),
            }
        });
    };
    let class = match (wide, late) {
        (true, _) => "btn wide",
        (false, true) => "btn main",
        (false, false) => "btn",
    };
    rsx! {
        if let Some(words) = error() {
            p { class: "error", role: "alert", Icon { name: "warning" } span { {words} } }
        }
        button { class, aria_busy: busy(), disabled: busy(), onclick: take,
            if late { {lang.my_credits_back(price)} } else { {lang.take_back(price)} }
        }
    }
}

/// "I didn't hear it", and the answer in its place.
#[component]
fn NotHeard(play: PlayId) -> Element {
    let lang = lang();
    let mut answer = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    let tell = move |_| {
        busy.set(true);
        spawn(async move {
            let words = match api().not_heard(play).await {
                Ok(goodwill) if goodwill.credits > 0 => lang.goodwill_back(goodwill.credits),
                Ok(_) => lang.noted_staff_told().into(),
                Err(error) => {
                    busy.set(false);
                    lang.client_error(&error)
                }
            };
            answer.set(Some(words));
            state::refresh_me().await;
        });
    };
    let is_done = answer().is_some() && busy();
    rsx! {
        if !is_done {
            button { class: "btn", aria_busy: busy(), disabled: busy(), onclick: tell, {lang.i_did_not_hear_it()} }
        }
        p { class: "small", role: "status", {answer().unwrap_or_default()} }
    }
}

fn standing(lang: Lang, play: &MyPlay, is_late: bool) -> Standing {
    let price = i64::from(play.price);
    let time = |at: Timestamp| format::time(lang, at, &play.timezone);
    match play.state {
        PlayState::Declined => {
            let reason =
                play.declined.map_or_else(|| lang.not_accepted().to_string(), |reason| lang.decline_reason(reason));
            Standing { state: reason, class: "bad", money: lang.nothing_taken().into() }
        }
        PlayState::Started => Standing {
            state: lang.playing_now().into(),
            class: "playing",
            money: if price == 0 {
                lang.free_song().into()
            } else {
                format!("{}, {}", lang.credits(price), lang.paid_when_played())
            },
        },
        PlayState::Finished => Standing {
            state: lang.played_at(&time(play.started_at.or(play.ended_at).unwrap_or(play.requested_at))),
            class: "ok",
            money: lang.n_paid(price),
        },
        PlayState::Returned => Standing {
            state: play.returned.map_or_else(String::new, |reason| lang.return_reason(reason)),
            class: if play.returned == Some(ReturnReason::TakenBack) { "" } else { "bad" },
            money: lang.credits_are_back(price),
        },
        PlayState::Queued | PlayState::Handed => waiting(lang, play, is_late, &time),
    }
}

fn waiting(lang: Lang, play: &MyPlay, is_late: bool, time: &dyn Fn(Timestamp) -> String) -> Standing {
    let price = i64::from(play.price);
    let set_aside = lang.n_set_aside(price, play.sooner);
    if let Some(back_by) = play.back_by {
        return Standing {
            state: lang.jukebox_offline().into(),
            class: "bad",
            money: lang.back_unless_it_plays(price, &time(back_by)),
        };
    }
    let latest = play.latest.map(time).unwrap_or_default();
    if is_late {
        return Standing {
            state: lang.past_latest(&latest),
            class: "bad",
            money: format!("{set_aside}. {}", lang.your_choice()),
        };
    }
    let (place, about) = state::place_and_minute(play).map_or((1, String::new()), |(place, at)| (place, time(at)));
    if play.state == PlayState::Handed && place == 1 {
        return Standing { state: lang.next_on_jukebox(&about), class: "ok", money: set_aside };
    }
    Standing { state: lang.waiting_place(place, &about, &latest), class: "wait", money: set_aside }
}
