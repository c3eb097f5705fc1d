//! The app around the page: it is told what plays, and says what somebody wishes who is elsewhere on their computer.

use super::{
    controls,
    desk::{self, ROOM},
    live,
    orders::Order,
    skipping,
};
use crate::shared::{
    lean, platform,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use jukeline_app::{
    api::RoomSnapshot,
    hold::Hold,
    id::{JukeboxId, PlayId},
    outside::{Floor, Wish, Words},
    play::SkipReason,
};

/// The keys that skip from anywhere on this computer, such as `Control+Alt+Shift+S`; none in a browser, and where the app
/// could not have them.
pub(super) static KEYS: GlobalSignal<Option<String>> = Signal::global(|| None);

/// Keeps the app told, and does what is wished there, for as long as the scope lives.
pub(super) fn use_outside(jukebox: JukeboxId) {
    let shown = use_memo(|| {
        let is_cut_off = live::cut_off_since().is_some();
        ROOM.read().as_ref().map(|room| floor(lang(), room, desk::hold(), is_cut_off))
    });
    let told = use_hook(|| {
        let (told, floors) = unbounded();
        spawn(tell(floors));
        told
    });
    use_effect(move || drop(told.unbounded_send(shown())));
    use_drop(|| wasm_bindgen_futures::spawn_local(async { drop(platform::tell_floor(None).await) }));
    use_hook(|| {
        let (sender, mut wishes) = unbounded();
        spawn(async move {
            let _heard = platform::on_wish(move |wish| drop(sender.unbounded_send(wish)));
            while let Some(wish) = wishes.next().await {
                if let Ok(wish) = lean::from_str(&wish) {
                    act(jukebox, wish);
                }
            }
        })
    });
}

/// One after the other, so that the last one told is the newest.
async fn tell(mut floors: UnboundedReceiver<Option<Floor>>) {
    while let Some(mut floor) = floors.next().await {
        while let Ok(newer) = floors.try_recv() {
            floor = newer;
        }
        let keys = platform::tell_floor(floor.as_ref()).await;
        if *KEYS.peek() != keys {
            *KEYS.write() = keys;
        }
    }
}

fn floor(lang: Lang, room: &RoomSnapshot, hold: Hold, is_cut_off: bool) -> Floor {
    let playing = room.playing.as_ref();
    let now = playing.map(|playing| format!("{} – {}", playing.song.title, playing.song.artist));
    let words = Words {
        now: now.unwrap_or_else(|| lang.quiet().into()),
        pause: if hold.is_still() { lang.staff_go_on() } else { lang.staff_pause() }.into(),
        skip: lang.staff_skip_why_first().into(),
        open: lang.staff_open_window().into(),
    };
    Floor { play: playing.map(|playing| playing.play), is_still: hold.is_still(), is_cut_off, words }
}

/// Does what somebody wishes, if the page can do it now, in the way of its buttons.
fn act(jukebox: JukeboxId, wish: Wish) {
    if live::cut_off_since().is_some() {
        return;
    }
    match wish {
        Wish::Pause => controls::send(jukebox, Order::Pause),
        Wish::GoOn => controls::send(jukebox, Order::GoOn),
        Wish::AskToSkip { play } => skip(jukebox, play, None),
        Wish::Skip { play } => skip(jukebox, play, Some(SkipReason::Other)),
    }
}

/// Skips what was meant, unless another song plays by now.
fn skip(jukebox: JukeboxId, play: PlayId, reason: Option<SkipReason>) {
    let Some(meant) = controls::sounding(jukebox).filter(|meant| meant.play == play) else {
        return desk::tell(lang().staff_plays_no_more().into(), true);
    };
    match reason {
        _ if skipping::is_waiting(play) => {}
        Some(reason) => skipping::wait(meant, reason),
        None => skipping::ask(meant),
    }
}
