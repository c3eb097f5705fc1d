//! Skipping: why, four seconds to take it back, then the request, and what became of it.

use super::{
    desk,
    keys::{Act, Keys},
    undo::{Meant, Skip, Undo, WAIT_MS},
};
use crate::shared::{
    fetch::{api, parting},
    listen::Listener,
    live_region,
    progress::done,
    words::lang,
};
use dioxus::{core::spawn_forever, prelude::*};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::Code,
    client::{Client, ClientError, Transport},
    id::PlayId,
    play::SkipReason,
    time::SECOND,
};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Between two looks at the clock, in milliseconds.
const LOOK_MS: u32 = 100;

/// The play that is asked about: skip it, and why?
pub(super) static ASKED: GlobalSignal<Option<Meant>> = Signal::global(|| None);
/// The skip that waits, with the milliseconds it has left, for drawing.
static WAITING: GlobalSignal<Option<(Skip, i64)>> = Signal::global(|| None);

thread_local! {
    /// Beyond the reach of signals, as the page that goes must send what waits.
    static UNDO: RefCell<Undo> = RefCell::default();
}

/// Whether this play is being skipped.
pub(super) fn is_waiting(play: PlayId) -> bool {
    WAITING.read().as_ref().is_some_and(|(skip, _)| skip.meant.play == play)
}

/// Asks why a play is to be skipped.
pub(super) fn ask(meant: Meant) {
    *ASKED.write() = Some(meant);
}

/// The reason was given: four seconds from now it is sent.
pub(super) fn begin(reason: SkipReason) {
    let Some(meant) = ASKED.write().take() else { return };
    wait(meant, reason);
}

/// Four seconds from now it is sent.
pub(super) fn wait(meant: Meant, reason: SkipReason) {
    let skip = Skip { meant, reason };
    live_region::say(lang().staff_skips_in(&skip.meant.title, WAIT_MS / SECOND, reason));
    if let Some(before) = UNDO.with_borrow_mut(|undo| undo.begin(skip, monotonic_ms())) {
        spawn_forever(send(before));
    }
    let is_counting = WAITING.peek().is_some();
    draw();
    if !is_counting {
        spawn_forever(count_down());
    }
}

/// Takes back what waits.
pub(super) fn take_back() {
    let Some(skip) = UNDO.with_borrow_mut(Undo::take_back) else { return };
    draw();
    focus_on(skip.meant.play);
    desk::tell(lang().staff_kept(&skip.meant.title), false);
}

/// Sends what waits when the page goes; called once, by the floor.
pub(super) fn use_send_on_leaving() {
    use_hook(|| {
        spawn(async {
            let _leaving = Listener::on_window("pagehide", |_| {
                if let Some(skip) = UNDO.with_borrow_mut(Undo::leave) {
                    // The page's own tasks may never run again; a request that was begun now outlives it.
                    wasm_bindgen_futures::spawn_local(async move { drop(request(parting(), &skip).await) });
                }
            });
            std::future::pending::<()>().await;
        })
    });
}

async fn count_down() {
    while WAITING.peek().is_some() {
        TimeoutFuture::new(LOOK_MS).await;
        let due = UNDO.with_borrow_mut(|undo| undo.due(monotonic_ms()));
        let had_focus = due.is_some() && is_on_undo();
        draw();
        if let Some(skip) = due {
            if had_focus {
                focus_on(skip.meant.play);
            }
            spawn_forever(send(skip));
        }
    }
}

fn draw() {
    let now_ms = monotonic_ms();
    *WAITING.write() = UNDO.with_borrow(|undo| undo.waiting(now_ms).map(|(skip, left)| (skip.clone(), left)));
}

/// The id of the button that skips a play.
pub(super) fn button_id(play: PlayId) -> String {
    format!("skip-{play}")
}

/// Puts the focus on the button that skips this play, or on the one for what sounds: "undo" goes, and takes it along.
fn focus_on(play: PlayId) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let button = document.get_element_by_id(&button_id(play));
    let button = button.or_else(|| document.query_selector(".skip").ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
    }
}

fn is_on_undo() -> bool {
    let focused = web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element());
    focused.is_some_and(|element| element.closest(".undo").ok().flatten().is_some())
}

async fn request(api: Client<impl Transport>, skip: &Skip) -> Result<(), ClientError> {
    api.skip(skip.meant.jukebox, skip.meant.play, skip.reason).await
}

async fn send(skip: Skip) {
    let lang = lang();
    let title = &skip.meant.title;
    match request(api(), &skip).await {
        Ok(()) => desk::tell(lang.staff_skipped(title, skip.meant.price), false),
        Err(ClientError::Unreachable(_)) => desk::tell(lang.staff_skip_unanswered(title), true),
        Err(error) if matches!(error.code(), Some(Code::AnotherPlays | Code::AlreadyOver)) => {
            desk::tell(lang.staff_was_over(title), true);
        }
        Err(error) => desk::tell(lang.client_error(&error), true),
    }
}

/// This device's monotonic clock.
fn monotonic_ms() -> i64 {
    web_sys::window().and_then(|w| w.performance()).map_or(0.0, |clock| clock.now()) as i64
}

/// The skip that waits, counting down, with the way back.
#[component]
pub(super) fn Waiting() -> Element {
    let lang = lang();
    let Some((skip, left_ms)) = WAITING() else { return VNode::empty() };
    let seconds = (left_ms + SECOND - 1) / SECOND;
    rsx! {
        section { class: "undo", aria_label: lang.staff_skipping(),
            p { dir: "auto", {lang.staff_skips_in(&skip.meant.title, seconds, skip.reason)} }
            button { class: "btn main", aria_keyshortcuts: Act::Undo.aria(), onclick: |_| take_back(),
                {lang.staff_undo()}
                Keys { act: Act::Undo }
            }
            div { class: "progress", aria_hidden: true, ..done(left_ms as f64 / WAIT_MS as f64), i {} }
        }
    }
}
