//! The buttons of a song's sheet, and what becomes of a tap on them.

use super::asking::{self, Step};
use crate::shared::{
    format,
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Offer, Quote},
    id::SongId,
    time::Timestamp,
};

/// One amber button that names its price, a quieter one for sooner, and the promise; or how far a request is.
#[component]
pub(crate) fn Offers(room: String, quote: Quote, step: Option<Step>, again: EventHandler<()>) -> Element {
    let lang = lang();
    let zone = super::state::zone();
    let song = quote.song.song.id;
    let problem = step.as_ref().and_then(|step| problem_of(lang, step));
    // What was refused may have changed the price or the place: look again.
    use_effect(use_reactive!(|problem| {
        if problem.is_some() {
            again.call(());
        }
    }));
    let waiting = match &step {
        Some(Step::Waiting(until)) => Some(*until),
        _ => None,
    };
    let Some(ordinary) = quote.ordinary else { return VNode::empty() };
    let is_free = ordinary.price == 0;
    rsx! {
        if let Some(until) = waiting {
            {decided_by(&format::time(lang, until, &zone))}
            button { class: "btn main priced", aria_busy: true, disabled: true,
                span { {lang.asking()} }
                span { {lang.price(i64::from(ordinary.price))} }
            }
        } else {
            if let Some(words) = problem {
                p { class: "banner warn", role: "alert",
                    Icon { name: "warning" }
                    span { {words} }
                }
            }
            PriceButton { room: room.clone(), song, offer: ordinary, label: lang.play_it().to_string(), class: "btn main priced", sooner: false }
            if let Some(sooner) = quote.sooner {
                PriceButton {
                    room,
                    song,
                    offer: sooner,
                    label: lang.play_sooner(&format::time(lang, sooner.about, &zone)),
                    class: "btn priced",
                    sooner: true,
                }
            }
            p { class: "promise", if is_free { {lang.promise_free()} } else { {lang.promise()} } }
        }
    }
}

fn decided_by(until: &str) -> Element {
    rsx! {
        p { class: "banner", role: "status",
            Icon { name: "history" }
            span { {lang().asking_until(until)} }
        }
    }
}

#[component]
fn PriceButton(room: String, song: SongId, offer: Offer, label: String, class: &'static str, sooner: bool) -> Element {
    let price = lang().price(i64::from(offer.price));
    rsx! {
        button { class, onclick: move |_| asking::ask(room.clone(), song, offer.price, sooner),
            span { {label} }
            span { class: if sooner { "sooner" } else { "" }, {price} }
        }
    }
}

/// What to say of a request that came to nothing, the money first; `None` where it came to something.
pub(crate) fn problem_of(lang: Lang, step: &Step) -> Option<String> {
    let reason = match step {
        Step::Waiting(_) | Step::Accepted(_) => return None,
        Step::Lost => return Some(lang.lost_answer().into()),
        Step::TooLate => lang.no_answer_in_time().to_string(),
        Step::Refused(problem) => lang.problem(problem),
        Step::Declined(play) => match play.declined {
            Some(reason) => lang.decline_reason(reason),
            None => lang.not_accepted().to_string(),
        },
    };
    Some(format!("{} {reason}", lang.nothing_taken()))
}

/// A moment that is over.
pub(crate) fn is_past(at: Timestamp) -> bool {
    crate::shared::clock::seconds() > at
}
