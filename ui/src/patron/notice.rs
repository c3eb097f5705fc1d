//! "Your song is next", as a notification of the device while the page is out of sight: for who wants it, on this device.

use super::{
    route::Route,
    turn::{Turn, Up},
};
use crate::shared::{
    icons::Icon,
    platform::{self, Notifying},
    storage,
    words::lang,
};
use dioxus::prelude::*;

/// Where the answer is kept: absent until the person gave one.
const KEY: &str = "jukeline.notify";
const WANTED: &str = "yes";
const NOT_WANTED: &str = "no";

static WANTS: GlobalSignal<Option<bool>> = Signal::global(|| storage::get(KEY).map(|kept| kept == WANTED));
static MAY: GlobalSignal<Notifying> = Signal::global(|| Notifying::Unable);

/// Looks whether this device shows notifications, without asking anybody.
pub(crate) async fn look() {
    *MAY.write() = platform::may_notify(false).await;
}

fn want(wants: bool) {
    storage::set(KEY, if wants { WANTED } else { NOT_WANTED });
    *WANTS.write() = Some(wants);
}

/// Turns it on, for which the device may ask the person; called within a touch.
fn turn_on() {
    want(true);
    let asked = platform::may_notify(true);
    // The question may stay open for longer than the offer is there.
    dioxus::core::spawn_forever(async move { *MAY.write() = asked.await });
}

/// Tells whose turn has come, where that is wanted and nobody sees the page.
pub(crate) fn tell(room: &str, up: &Up) {
    if *WANTS.peek() != Some(true) || *MAY.peek() != Notifying::Allowed || !platform::is_hidden() {
        return;
    }
    let lang = lang();
    let head = match up.turn {
        Turn::Next => lang.news_next(),
        Turn::Now => lang.news_playing(),
    };
    let (title, tag, path) = (up.title.clone(), up.play.to_string(), Route::Room(room.into()).path());
    spawn(async move { platform::notify(head, &title, &tag, &path).await });
}

/// The offer, to who has a song in line and was not asked before; afterwards what became of it.
#[component]
pub(crate) fn NoticeOffer() -> Element {
    let lang = lang();
    let mut answered = use_signal(|| false);
    match (MAY(), WANTS(), answered()) {
        (Notifying::Unasked | Notifying::Allowed, None, _) => rsx! {
            section { class: "notice",
                h2 { Icon { name: "bell" } {lang.notice_offer()} }
                p { class: "muted small", {lang.notice_why()} }
                p { class: "actions",
                    button {
                        class: "btn",
                        onclick: move |_| {
                            answered.set(true);
                            turn_on();
                        },
                        {lang.notice_yes()}
                    }
                    button { class: "btn", onclick: move |_| want(false), {lang.notice_no()} }
                }
            }
        },
        (Notifying::Allowed, Some(true), true) => rsx! {
            p { class: "banner ok", role: "status", Icon { name: "check" } span { {lang.notice_on()} } }
        },
        (Notifying::Denied, Some(true), true) => rsx! {
            p { class: "banner", role: "status", Icon { name: "warning" } span { {lang.notice_denied()} } }
        },
        _ => VNode::empty(),
    }
}

/// The switch on the page about oneself; words where the device refuses.
#[component]
pub(crate) fn NoticeSwitch() -> Element {
    let lang = lang();
    let may = MAY();
    if may == Notifying::Unable {
        return VNode::empty();
    }
    rsx! {
        if may == Notifying::Denied {
            p { class: "muted", {lang.notice_denied()} }
        } else {
            label { class: "switch",
                span {
                    {lang.notice_switch()}
                    br {}
                    span { class: "hint", {lang.notice_why()} }
                }
                input {
                    r#type: "checkbox",
                    role: "switch",
                    checked: WANTS() == Some(true) && may == Notifying::Allowed,
                    onchange: |event| if event.checked() { turn_on() } else { want(false) },
                }
            }
        }
    }
}
