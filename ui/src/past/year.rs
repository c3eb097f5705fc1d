//! The page of one's own year: pictures that one would share.

use super::{
    keep::{Keep, use_picture},
    share,
    ways::{NoneYet, Own, OwnTop, year_of},
};
use crate::{
    patron::{
        chrome::Page,
        find::Failed,
        state::{WHO, Who},
    },
    shared::{
        clock,
        fetch::api,
        icons::Icon,
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Year, YearPicture},
    client::ClientError,
};

/// The page.
#[component]
pub(super) fn YearPage(year: u16) -> Element {
    let lang = lang();
    rsx! {
        Page { top: rsx! { OwnTop { here: Own::Year, title: lang.your_year(year) } },
            match WHO() {
                Who::Unknown => rsx! { PictureBones {} },
                Who::Nobody => rsx! {
                    NoneYet { head: lang.no_history_yet(), hint: lang.no_history_yet_hint() }
                    Years { year }
                },
                Who::Somebody(_) => rsx! {
                    Mine { year }
                    Years { year }
                },
            }
        }
    }
}

#[component]
fn Mine(year: u16) -> Element {
    let lang = lang();
    let mut numbers = use_resource(use_reactive!(|year| async move { api().year(year).await }));
    let value = numbers.read();
    match value.as_ref() {
        None => rsx! { PictureBones {} },
        Some(Err(error)) => rsx! { Failed { error: error.clone(), again: move |()| numbers.restart() } },
        Some(Ok(told)) if told.plays == 0 => rsx! { Empty { year } },
        Some(Ok(told)) => rsx! {
            p { class: "muted", {lang.year_rule()} }
            ul { class: "pictures",
                for picture in YearPicture::ALL {
                    li { key: "{picture.word()}", Picture { year: told.clone(), picture } }
                }
            }
        },
    }
}

/// A year without a song.
#[component]
fn Empty(year: u16) -> Element {
    let lang = lang();
    if year == year_of(clock::now()) {
        return rsx! { NoneYet { head: lang.empty_year_so_far(), hint: lang.no_history_yet_hint() } };
    }
    rsx! {
        section { class: "empty", role: "status", h2 { {lang.empty_year(year)} } }
    }
}

/// The years before and after.
#[component]
fn Years(year: u16) -> Element {
    let lang = lang();
    let (before, after) = (year.saturating_sub(1), year.saturating_add(1));
    rsx! {
        nav { class: "actions years", aria_label: lang.years(),
            a { class: "btn", href: "/years/{before}", Icon { name: "back" } "{before}" }
            if year < year_of(clock::now()) { a { class: "btn", href: "/years/{after}", "{after}" Icon { name: "next" } } }
        }
    }
}

/// A picture, and the ways to take it along.
#[component]
fn Picture(year: Year, picture: YearPicture) -> Element {
    let lang = lang();
    let mut busy = use_signal(|| false);
    let mut trouble = use_signal(|| None::<ClientError>);
    let number = year.year;
    let file = format!("jukeline-{number}-{}.png", picture.word());
    let source = format!("/api/years/{number}/pictures/{}?format=png&lang={}", picture.word(), lang.tag());
    let shown = use_picture(source.clone());
    let name = lang.picture_name(picture);
    let shared = (source.clone(), file.clone());
    let give = move |_| {
        let (source, file) = shared.clone();
        busy.set(true);
        trouble.set(None);
        spawn(async move {
            let answer = share::share(&source, &file).await;
            busy.set(false);
            trouble.set(answer.err());
        });
    };
    rsx! {
        figure { class: "picture",
            match shown {
                None => rsx! { PictureBones {} },
                Some(Ok(shown)) => rsx! {
                    img { src: shown, alt: told(lang, &year, picture), width: "1080", height: "1350", loading: "lazy", decoding: "async" }
                },
                Some(Err(error)) => rsx! { p { class: "error", role: "alert", {lang.client_error(&error)} } },
            }
            figcaption { class: "sr-only", {name} }
            if let Some(error) = trouble() {
                p { class: "error", role: "alert", {lang.client_error(&error)} }
            }
            div { class: "actions",
                if share::can_share() {
                    button { class: "btn main", aria_busy: busy(), disabled: busy(), onclick: give, {lang.share()} " " span { class: "sr-only", {name} } }
                }
                Keep { path: source, name: file, {lang.download()} " " span { class: "sr-only", {name} } }
            }
        }
    }
}

/// What a picture shows, in words.
fn told(lang: Lang, year: &Year, picture: YearPicture) -> String {
    let number = year.year;
    match picture {
        YearPicture::Numbers => lang.year_in_numbers(number, [year.plays, year.songs, year.artists, year.nights]),
        YearPicture::Songs => {
            let songs =
                year.top_songs.iter().map(|top| (format!("{}, {}", top.song.title, top.song.artist), top.plays));
            lang.year_listed(lang.picture_name(picture), number, songs)
        }
        YearPicture::Artists => {
            let artists = year.top_artists.iter().map(|top| (top.artist.clone(), top.plays));
            lang.year_listed(lang.picture_name(picture), number, artists)
        }
        YearPicture::Months => {
            let months = (1..).zip(&year.months).filter(|(_, plays)| **plays > 0);
            let months = months.map(|(month, plays)| (format!("{month}/{number}"), *plays));
            lang.year_listed(lang.picture_name(picture), number, months)
        }
    }
}

/// The shape of a picture that comes.
#[component]
fn PictureBones() -> Element {
    rsx! { div { class: "picture", aria_busy: true, div { class: "bone picture-bone" } } }
}
