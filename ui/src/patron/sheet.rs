//! A song's sheet: what it costs, when it comes, and one button.

use super::{
    asking::{self, Step},
    enter::EnterForm,
    heart::Heart,
    nav,
    notice::NoticeOffer,
    offer::Offers,
    request::TakeBack,
    route::Route,
    state::{self, MINE},
    yours::Also,
};
use crate::shared::{
    clock,
    cover::Cover,
    fetch::api,
    format,
    icons::Icon,
    listen::Listener,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{DeclineReason, MyPlay, Quote},
    client::ClientError,
    id::SongId,
    play::PlayState,
    rules::SongRefusal,
    time::Timestamp,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

/// The sheet over what is behind it.
#[component]
pub(crate) fn Sheet(room: String, song: SongId) -> Element {
    let lang = lang();
    let asked_room = room.clone();
    let mut quote = use_resource(move || {
        let room = asked_room.clone();
        async move {
            let answer = api().quote(&room, song).await;
            if let Ok(quote) = &answer {
                clock::heard(quote.server_now);
                state::quoted(quote.in_the_room);
            }
            answer
        }
    });
    use_hook(|| {
        asking::dismiss_settled();
        spawn(open_dialog());
    });
    let mine = mine_of(&room, song);
    let is_mine = mine.is_some();
    use_effect(use_reactive!(|is_mine| {
        // What the quote said while it was in line no longer holds.
        if !is_mine && quote.peek().is_some() {
            quote.restart();
        }
    }));
    let step = asking::step_of(&room, song);
    let accepted = match &step {
        Some(Step::Accepted(play)) => {
            Some(mine.clone().filter(|m| m.play == play.play).unwrap_or_else(|| (**play).clone()))
        }
        _ => mine,
    };
    rsx! {
        dialog { class: "sheet", id: "song", "aria-labelledby": "song-title",
            div { class: "sheet-top",
                if let Some(Ok(quote)) = &*quote.read() { Heart { song, favourite: quote.favourite } }
                button { class: "btn round", aria_label: lang.close(), autofocus: true, onclick: |_| nav::back(), Icon { name: "close" } }
            }
            match (&*quote.read(), accepted) {
                (_, Some(play)) => accepted_body(room, &play),
                (Some(Ok(quote_now)), None) => rsx! {
                    Offered { room, quote: quote_now.clone(), step, again: move |()| quote.restart() }
                },
                (Some(Err(error)), None) => rsx! {
                    div { class: "sheet-body", tabindex: "0",
                        h1 { class: "song-title", id: "song-title", {lang.nothing_taken()} }
                        p { class: "muted", role: "alert", {lang.client_error(error)} }
                    }
                    div { class: "sheet-foot", button { class: "btn wide", onclick: move |_| quote.restart(), {lang.try_again()} } }
                },
                (None, None) => loading(),
            }
        }
    }
}

/// One's own request for this song here that can still change.
fn mine_of(room: &str, song: SongId) -> Option<MyPlay> {
    MINE.read().iter().find(|mine| mine.room == room && mine.song.song.id == song && !mine.state.is_final()).cloned()
}

/// Shows the dialog above the page, and lets Escape turn the page back, for as long as the sheet is there.
async fn open_dialog() {
    let dialog = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("song"));
    let Some(dialog) = dialog.and_then(|d| d.dyn_into::<HtmlDialogElement>().ok()) else { return };
    let _cancelled = Listener::new(dialog.as_ref(), "cancel", |event| {
        event.prevent_default();
        nav::back();
    });
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
    std::future::pending::<()>().await;
}

fn loading() -> Element {
    let lang = lang();
    rsx! {
        div { class: "sheet-body", tabindex: "0", aria_busy: true,
            div { class: "cover song-cover bone" }
            h1 { class: "song-title", id: "song-title",
                span { class: "sr-only", {lang.one_moment()} }
                span { class: "bone line" }
            }
            span { class: "bone line" }
            span { class: "bone line" }
        }
        div { class: "sheet-foot", span { class: "btn main priced bone", aria_disabled: true } }
    }
}

/// The heading of the sheet: cover, title, artist and length.
fn heading(quote: &Quote) -> Element {
    let song = quote.song.song.clone();
    let length = format::length(song.duration_ms);
    rsx! {
        Cover { song: song.clone(), class: "song-cover" }
        h1 { class: "song-title clamp", id: "song-title", dir: "auto", {song.title.clone()} }
        p { class: "muted", dir: "auto", "{song.artist}, {length}" }
    }
}

#[component]
fn Offered(room: String, quote: Quote, step: Option<Step>, again: EventHandler<()>) -> Element {
    let lang = lang();
    let zone = state::zone();
    let time = |at| format::time(lang, at, &zone);
    let mut enters = use_signal(|| false);
    let foot = foot(lang, &quote, step.as_ref(), &time);
    let song = quote.song.song.id;
    if enters() && matches!(foot, Foot::Away) {
        // No foot: at large text the form is longer than the screen and must scroll.
        return rsx! {
            div { class: "sheet-body", tabindex: "0",
                h1 { class: "song-title clamp", id: "song-title", dir: "auto", {quote.song.song.title.clone()} }
                p { class: "muted", {lang.show_you_are_here()} }
                EnterForm { room, on_pass: again }
            }
        };
    }
    rsx! {
        div { class: "sheet-body", tabindex: "0",
            {heading(&quote)}
            dl { class: "facts",
                for (name , value , class) in facts(lang, &quote, &time) {
                    div { key: "{name}", dt { {name} } dd { class, {value} } }
                }
            }
            Also { room: room.clone(), song }
        }
        div { class: "sheet-foot",
            match foot {
                Foot::Coming(at) => rsx! {
                    p { class: "banner ok", Icon { name: "check" } strong { {lang.already_coming_at(&at)} } }
                    {find_another(room)}
                },
                Foot::Refused(words) => rsx! {
                    p { class: "banner warn", Icon { name: "warning" } strong { {words} } }
                    {find_another(room)}
                },
                Foot::Spent(words) => rsx! {
                    p { class: "banner", Icon { name: "wallet" } span { {words} } }
                    {find_another(room)}
                },
                Foot::Short(words) => rsx! {
                    p { class: "banner", Icon { name: "wallet" } span { {words} } }
                    a { class: "btn main wide", href: "/wallet?song={song}", {lang.buy_credits()} }
                    {find_another(room)}
                },
                Foot::Away => rsx! {
                    p { class: "banner", Icon { name: "pin" } span { {lang.show_you_are_here()} } }
                    button { class: "btn main wide", onclick: move |_| enters.set(true), {lang.here_enter_code()} }
                },
                Foot::Offers => rsx! { Offers { room, quote, step, again } },
            }
        }
    }
}

/// What stands at the foot: the offers, or what stands in their way.
fn foot(lang: Lang, quote: &Quote, step: Option<&Step>, time: &dyn Fn(Timestamp) -> String) -> Foot {
    match (&quote.already, quote.refusal) {
        (Some(at), _) => Foot::Coming(time(*at)),
        (None, Some(DeclineReason::Song { refusal: SongRefusal::Queued })) => {
            Foot::Refused(lang.already_coming().into())
        }
        (None, Some(reason @ DeclineReason::Pay { .. })) => {
            Foot::Spent(format!("{} {}", lang.decline_reason(reason), lang.nothing_taken()))
        }
        (None, Some(reason)) => Foot::Refused(lang.decline_reason(reason)),
        (None, None) if !quote.in_the_room && !matches!(step, Some(Step::Waiting(_))) => Foot::Away,
        (None, None) => match (quote.ordinary, quote.credits) {
            // Nobody yet: a new guest may be given some.
            (Some(offer), Some(credits)) if credits < i64::from(offer.price) => {
                Foot::Short(lang.too_few_credits(i64::from(offer.price), credits))
            }
            _ => Foot::Offers,
        },
    }
}

enum Foot {
    Coming(String),
    Refused(String),
    /// Too few credits: the wallet sells more, and leads back.
    Short(String),
    /// This hour's free songs are spent.
    Spent(String),
    Away,
    Offers,
}

fn facts(lang: Lang, quote: &Quote, time: &dyn Fn(Timestamp) -> String) -> Vec<(&'static str, String, &'static str)> {
    let mut facts = Vec::new();
    if let Some(offer) = quote.ordinary {
        facts.push((lang.your_place(), lang.place(i64::from(offer.place)), ""));
        facts.push((lang.should_play(), lang.about_and_latest(&time(offer.about), &time(offer.latest)), ""));
    }
    let is_free = quote.ordinary.is_some_and(|offer| offer.price == 0);
    match (is_free, quote.free_left, quote.credits) {
        (true, Some(left), _) => {
            facts.push((lang.this_hour(), lang.free_left(i64::from(left), state::free_per_hour()), "mint"))
        }
        (true, ..) => facts.push((lang.this_hour(), lang.free().into(), "mint")),
        (false, _, Some(credits)) => facts.push((lang.you_have(), lang.credits(credits), "amber")),
        (false, ..) => {}
    }
    facts
}

fn find_another(room: String) -> Element {
    let path = Route::Find(room, Default::default()).path();
    rsx! { a { class: "btn wide", href: path, {lang().find_another()} } }
}

/// The song is one's own: when it comes, what is set aside, and the way back.
fn accepted_body(room: String, play: &MyPlay) -> Element {
    let lang = lang();
    let time = |at| format::time(lang, at, &play.timezone);
    let song = &play.song.song;
    let price = i64::from(play.price);
    let live = state::place_and_minute(play);
    let waits = play.state.waits();
    rsx! {
        div { class: "sheet-body", tabindex: "0",
            div { class: "accepted", role: "status",
                Icon { name: "check" }
                match (play.state, live) {
                    (PlayState::Started, _) => rsx! { p { class: "when", {lang.plays_now()} } },
                    (PlayState::Returned, _) => rsx! {
                        p { class: "when", {lang.credits_are_back(price)} }
                        if let Some(reason) = play.returned { p { "{lang.return_reason(reason)}." } }
                    },
                    (PlayState::Finished, _) => rsx! { p { class: "when", {lang.n_paid(price)} } },
                    (_, Some((_, about))) => rsx! {
                        p { {lang.in_line()} }
                        p { class: "when", {time(about)} }
                    },
                    _ => rsx! { p { {lang.in_line()} } },
                }
            }
            h1 { class: "song-title clamp", id: "song-title", dir: "auto", {song.title.clone()} }
            p { class: "muted", dir: "auto", "{song.artist}, {format::length(song.duration_ms)}" }
            dl { class: "facts",
                if let Some((place, _)) = live.filter(|_| !play.state.is_final()) {
                    div { dt { {lang.your_place()} } dd { {lang.place(place)} } }
                }
                if let Some(latest) = play.latest.filter(|_| waits) {
                    div { dt { {lang.by()} } dd { {lang.at_the_latest(&time(latest))} } }
                }
                if !play.state.is_final() && price > 0 {
                    div { dt { {lang.set_aside()} } dd { class: "amber", {lang.paid_only_if(price)} } }
                }
            }
            if waits { NoticeOffer {} }
        }
        div { class: "sheet-foot",
            a { class: "btn main wide", href: Route::Room(room).path(), {lang.back_to_room()} }
            TakeBack { play: play.clone(), wide: true }
        }
    }
}

/// What to say where a call about a song failed: the money first.
pub(crate) fn money_first(lang: Lang, error: &ClientError) -> String {
    format!("{} {}", lang.nothing_taken(), lang.client_error(error))
}
