//! "Ask for this song": what a search didn't find is told to the house.

use super::{
    nav,
    route::{Route, Shelf},
    state,
};
use crate::shared::{
    fetch::api,
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{api::Code, client::ClientError};

/// The button, and what came of it in its place.
#[component]
pub(crate) fn Wish(room: String, words: String) -> Element {
    let lang = lang();
    // What the house was told. Other words are another wish.
    let mut told = use_signal(|| None::<String>);
    let mut error = use_signal(|| None::<String>);
    let is_told = told().as_ref() == Some(&words);
    let mut busy = use_signal(|| false);
    let ask = move |_| {
        let (room, words) = (room.clone(), words.clone());
        busy.set(true);
        spawn(async move {
            let refusal = tell_the_house(&room, &words).await.err().map(|error| refused(lang, &error));
            busy.set(false);
            error.set(refusal.clone());
            if refusal.is_none() {
                told.set(Some(words));
                // The button goes: the focus stays beside what stands in its place.
                nav::focus_link(&Route::Find(room, Shelf::Front).path());
            }
        });
    };
    rsx! {
        if is_told {
            p { class: "banner ok", Icon { name: "check" } span { strong { {lang.house_told()} } " " {lang.house_told_hint()} } }
        } else {
            if let Some(error) = error() {
                p { class: "error", Icon { name: "warning" } span { {error} } }
            }
            button { class: "btn main", aria_busy: busy(), disabled: busy(), onclick: ask, {lang.ask_for_this_song()} }
        }
    }
}

async fn tell_the_house(room: &str, words: &str) -> Result<(), ClientError> {
    // A wish counts once a person: the first tap makes the guest.
    state::be_somebody().await?;
    api().wish(room, words.trim()).await
}

fn refused(lang: Lang, error: &ClientError) -> String {
    match error.code() {
        Some(Code::Invalid) => lang.type_title_or_artist().into(),
        _ => lang.client_error(error),
    }
}
