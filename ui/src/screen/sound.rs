//! The sound of the page: songs in turn, one below the next, held and let go on, where the browser allows it.

use super::{
    chime,
    decks::Decks,
    element::{name_of, settled, start},
    fade::Curve,
    player_core::Input,
};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{api::HandedSong, play::BreakCause};
use std::{pin::pin, rc::Rc};
use wasm_bindgen_futures::spawn_local;

/// How long a device may take to take a sound, in milliseconds.
const DEVICE_MS: u32 = 4_000;

/// Between two steps of a fade, in milliseconds.
const FADE_STEP_MS: u32 = 40;

/// Sound that goes on for longer than its tags' length is let go on for this long, in milliseconds.
pub(super) const RING_MS: u32 = 2_500;

/// What the elements tell.
pub(super) enum SoundNews {
    /// For the player.
    Input(Input),
    /// The browser refuses sound until somebody touches the page.
    Locked,
    /// It lets the page sound again.
    Free,
}

/// What the element that was used last says.
pub(super) struct Reading {
    /// Its clock.
    pub(super) seconds: f64,
    /// It stands still.
    pub(super) paused: bool,
    /// How many times as loud as its own volume it is.
    pub(super) gain: f32,
}

/// The sound of this page. Clones share it.
#[derive(Clone)]
pub(super) struct Sound {
    decks: Rc<Decks>,
}

impl Sound {
    /// Puts what it needs into the page; `None` outside a page.
    pub(super) fn new(news: impl Fn(SoundNews) + 'static) -> Option<Sound> {
        Some(Sound { decks: Decks::new(news)? })
    }

    /// Plays `song` from the object URL, from this position in milliseconds.
    pub(super) fn play(&self, song: HandedSong, url: &str, from_ms: i64) {
        self.decks.turn_to(song, url, from_ms);
        self.sound();
    }

    /// Lets what sounds go on below the next song for so many milliseconds.
    pub(super) fn fade_out(&self, over_ms: i64) {
        self.overlap(over_ms, Curve::Cross);
    }

    /// Lets what sounds go on to its end below the next song.
    pub(super) fn ring_out(&self) {
        self.overlap(RING_MS.into(), Curve::Flat);
    }

    /// Whether the song before is still heard.
    pub(super) fn overlaps(&self) -> bool {
        self.decks.overlaps()
    }

    fn overlap(&self, over_ms: i64, curve: Curve) {
        let which = self.decks.begin_fade(over_ms, curve);
        let decks = self.decks.clone();
        spawn_local(async move {
            // Until it is over, or another song or silence came meanwhile.
            while decks.is_fading(which) {
                decks.mix();
                TimeoutFuture::new(FADE_STEP_MS).await;
            }
            if decks.fades(which) {
                decks.end_fade();
            }
        });
    }

    /// Holds the sound where it is.
    pub(super) fn pause(&self) {
        self.decks.pause();
    }

    /// Lets it go on.
    pub(super) fn resume(&self) {
        self.decks.load_again();
        self.sound();
    }

    fn sound(&self) {
        let Some(play) = self.decks.play() else { return };
        if self.decks.needs_lift() || !self.decks.lift().is_audible() {
            self.lift();
        }
        let promise = self.decks.active().play();
        let news = self.decks.news();
        spawn_local(async move {
            let Err(error) = settled(promise).await else { return };
            match name_of(&error).as_str() {
                "NotAllowedError" => news(SoundNews::Locked),
                // A pause or another song came before the sound did.
                "AbortError" => {}
                "NotSupportedError" => news(SoundNews::Input(Input::Failed(play, BreakCause::File))),
                _ => news(SoundNews::Input(Input::Failed(play, BreakCause::Device))),
            }
        });
    }

    /// Silence.
    pub(super) fn stop(&self) {
        self.decks.unload();
    }

    /// 0 to 100.
    pub(super) fn volume(&self, percent: u8) {
        self.decks.set_volume(percent);
        if self.decks.needs_lift() {
            self.lift();
        }
    }

    /// Lets songs be louder than their element's full volume, as soon as the browser allows it.
    fn lift(&self) {
        let decks = self.decks.clone();
        spawn_local(async move {
            if decks.lift().start().await && decks.needs_lift() {
                let weak = Rc::downgrade(&decks);
                decks.lift().join(decks.elements(), move || {
                    if let Some(decks) = weak.upgrade() {
                        decks.context_changed();
                    }
                });
                decks.mix();
            }
        });
    }

    /// Reads the clock of what sounds; nothing while it is held or can't be heard.
    pub(super) fn clock(&self) -> Option<Input> {
        self.decks.clock()
    }

    /// For the diagnosis hook.
    pub(super) fn reading(&self) -> Reading {
        self.decks.reading()
    }

    /// Whether the browser lets this page sound, tried with a moment of silence on both elements. `None`: that can't be told
    /// as long as no device takes the sound, like on a machine whose sound server starts after its screen.
    pub(super) async fn is_allowed(&self) -> Option<bool> {
        for element in self.decks.elements() {
            let silence = pin!(start(element, &chime::silence()));
            match select(silence, TimeoutFuture::new(DEVICE_MS)).await {
                Either::Left((Ok(()), _)) => {}
                Either::Left((Err(error), _)) if name_of(&error) == "NotAllowedError" => return Some(false),
                Either::Left((Err(_), _)) | Either::Right(_) => return None,
            }
        }
        Some(true)
    }

    /// The test sound. Within a touch it also unlocks both elements, which some browsers ask for each, and the context
    /// that quiet songs will need.
    pub(super) async fn chime(&self) -> bool {
        let [first, second] = self.decks.elements();
        self.lift();
        for which in [0, 1] {
            self.decks.lift().set_gain(which, 1.0);
        }
        let started = start(first, &chime::chime());
        let silent = start(second, &chime::silence());
        started.await.is_ok() && silent.await.is_ok()
    }
}
