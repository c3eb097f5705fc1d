//! The audio elements. Two of them, so that the next song is decoded before the last one ends.

use super::{chime, fade::Fade, lift::Lift, player_core::Input};
use crate::shared::listen::Listener;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{api::HandedSong, id::PlayId, play::BreakCause, song::Codec};
use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, DomException, HtmlAudioElement, Url};

/// How long a device may take to take a sound, in milliseconds.
const DEVICE_MS: u32 = 4_000;

/// Between two steps of a fade, in milliseconds.
const FADE_STEP_MS: u32 = 40;

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
    inner: Rc<Inner>,
}

struct Inner {
    elements: [HtmlAudioElement; 2],
    /// Where each will sound from, in seconds, until it is there.
    seeks: [Cell<Option<f64>>; 2],
    /// The song before, as long as it is heard below this one.
    fade: Cell<Option<Fade>>,
    lift: Lift,
    active: Cell<usize>,
    song: RefCell<Option<HandedSong>>,
    volume: Cell<u8>,
    news: Rc<dyn Fn(SoundNews)>,
    _listeners: RefCell<Vec<Listener>>,
}

impl Sound {
    /// Puts the elements `sound-a` and `sound-b` into the page; `None` outside a page.
    pub(super) fn new(news: impl Fn(SoundNews) + 'static) -> Option<Sound> {
        let elements = [element("sound-a")?, element("sound-b")?];
        let inner = Rc::new(Inner {
            elements,
            seeks: Default::default(),
            fade: Cell::new(None),
            lift: Lift::default(),
            active: Cell::new(0),
            song: RefCell::default(),
            volume: Cell::new(80),
            news: Rc::new(news),
            _listeners: RefCell::default(),
        });
        let sound = Sound { inner };
        let listeners = (0..2).flat_map(|which| sound.listen(which)).collect();
        *sound.inner._listeners.borrow_mut() = listeners;
        Some(sound)
    }

    fn listen(&self, which: usize) -> [Listener; 4] {
        let target = self.inner.elements[which].clone();
        let ended = Rc::downgrade(&self.inner);
        let (failed, known, there) = (ended.clone(), ended.clone(), ended.clone());
        [
            Listener::new(target.as_ref(), "loadedmetadata", move |_| {
                if let Some(inner) = known.upgrade() {
                    inner.seek(which);
                }
            }),
            Listener::new(target.as_ref(), "seeked", move |_| {
                if let Some(inner) = there.upgrade() {
                    inner.is_there(which);
                }
            }),
            Listener::new(target.as_ref(), "ended", move |_| {
                if let Some(inner) = ended.upgrade() {
                    inner.tell(which, Input::Ended);
                }
            }),
            Listener::new(target.as_ref(), "error", move |_| {
                if let Some(inner) = failed.upgrade() {
                    inner.tell(which, |play, _| Input::Failed(play, BreakCause::File));
                }
            }),
        ]
    }

    /// Plays `song` from the object URL, from this position in milliseconds.
    pub(super) fn play(&self, song: HandedSong, url: &str, from_ms: i64) {
        let inner = &self.inner;
        let fades = inner.fade.get().is_some_and(|fade| fade.which == inner.active.get());
        if !fades {
            inner.end_fade();
            inner.active().pause().unwrap_or_default();
        }
        let which = 1 - inner.active.get();
        inner.active.set(which);
        inner.load(which, url, from_ms as f64 / 1000.0);
        *inner.song.borrow_mut() = Some(song);
        inner.set_gain();
        self.sound();
    }

    /// Lets what sounds go on below the next song for so many milliseconds.
    pub(super) fn fade_out(&self, over_ms: i64) {
        let inner = &self.inner;
        inner.end_fade();
        let which = inner.active.get();
        inner.fade.set(Some(Fade { which, gain: inner.gain(), begun: now_ms(), takes: over_ms as f64 }));
        let inner = inner.clone();
        spawn_local(async move {
            // Until it is over, or another song or silence came meanwhile.
            while inner.fade.get().is_some_and(|fade| fade.which == which && !fade.is_over(now_ms())) {
                inner.set_gain();
                TimeoutFuture::new(FADE_STEP_MS).await;
            }
            if inner.fade.get().is_some_and(|fade| fade.which == which) {
                inner.end_fade();
            }
        });
    }

    /// Holds the sound where it is.
    pub(super) fn pause(&self) {
        self.inner.end_fade();
        self.inner.active().pause().unwrap_or_default();
    }

    /// Lets it go on.
    pub(super) fn resume(&self) {
        let element = self.inner.active();
        if element.paused() {
            let which = self.inner.active.get();
            let seconds = self.inner.seeks[which].get().unwrap_or(element.current_time());
            self.inner.load(which, &element.src(), seconds);
        }
        self.sound();
    }

    fn sound(&self) {
        let Some(play) = self.inner.song.borrow().as_ref().map(|song| song.play) else { return };
        if self.inner.needs_lift() || !self.inner.lift.is_audible() {
            self.lift();
        }
        let promise = self.inner.active().play();
        let news = self.inner.news.clone();
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
        *self.inner.song.borrow_mut() = None;
        self.pause();
        self.inner.is_there(self.inner.active.get());
    }

    /// 0 to 100.
    pub(super) fn volume(&self, percent: u8) {
        self.inner.volume.set(percent.min(100));
        self.inner.set_gain();
        if self.inner.needs_lift() {
            self.lift();
        }
    }

    /// Lets songs be louder than their element's full volume, as soon as the browser allows it.
    fn lift(&self) {
        let inner = self.inner.clone();
        spawn_local(async move {
            if inner.lift.start().await && inner.needs_lift() {
                let weak = Rc::downgrade(&inner);
                inner.lift.join(&inner.elements, move || {
                    if let Some(inner) = weak.upgrade() {
                        inner.context_changed();
                    }
                });
                inner.set_gain();
            }
        });
    }

    /// Reads the clock of what sounds; nothing while it is held or can't be heard.
    pub(super) fn clock(&self) -> Option<Input> {
        let element = self.inner.active();
        let play = self.inner.song.borrow().as_ref()?.play;
        let is_there = self.inner.seeks[self.inner.active.get()].get().is_none();
        let sounds = is_there && !element.paused() && !element.ended() && self.inner.lift.is_audible();
        sounds.then(|| Input::Clock(play, position_ms(element)))
    }

    /// For the diagnosis hook.
    pub(super) fn reading(&self) -> Reading {
        let element = self.inner.active();
        let gain = self.inner.lift.gain(self.inner.active.get());
        Reading { seconds: element.current_time(), paused: element.paused(), gain }
    }

    /// Whether the browser lets this page sound, tried with a moment of silence on both elements. `None`: that can't be told
    /// as long as no device takes the sound, like on a machine whose sound server starts after its screen.
    pub(super) async fn is_allowed(&self) -> Option<bool> {
        for element in &self.inner.elements {
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
        let [first, second] = &self.inner.elements;
        self.lift();
        for which in [0, 1] {
            self.inner.lift.set_gain(which, 1.0);
        }
        let started = start(first, &chime::chime());
        let silent = start(second, &chime::silence());
        started.await.is_ok() && silent.await.is_ok()
    }
}

impl Inner {
    fn active(&self) -> &HtmlAudioElement {
        &self.elements[self.active.get()]
    }

    /// Loads a file that is at hand, to sound from this second on. A sink that waited begins as late as it has waited
    /// (WebKit's, on PulseAudio), so what is to sound is loaded anew: some 20 ms. One that is told to begin in the middle
    /// before it knows the file stands still there (WebKit's, of a file that comes over http), so it is told later.
    fn load(&self, which: usize, url: &str, seconds: f64) {
        let element = &self.elements[which];
        let seek = Some(seconds).filter(|seconds| *seconds > 0.0);
        self.seeks[which].set(seek);
        element.set_muted(seek.is_some());
        element.set_src(url);
    }

    /// The file is known: to where it shall sound from.
    fn seek(&self, which: usize) {
        if let Some(seconds) = self.seeks[which].get() {
            self.elements[which].set_current_time(seconds);
        }
    }

    /// It is where it shall sound from.
    fn is_there(&self, which: usize) {
        self.seeks[which].set(None);
        self.elements[which].set_muted(false);
    }

    fn tell(&self, which: usize, input: impl Fn(PlayId, i64) -> Input) {
        let Some(play) = self.song.borrow().as_ref().map(|song| song.play) else { return };
        if which == self.active.get() {
            (self.news)(SoundNews::Input(input(play, position_ms(self.active()))));
        }
    }

    /// How loud the song shall be, 1 = as it is in its file: the house's volume, perceived (its square), times the song's
    /// gain, which lifts no song over its full scale.
    fn loudness(&self) -> f64 {
        self.house() * self.gain()
    }

    fn house(&self) -> f64 {
        (f64::from(self.volume.get()) / 100.0).powi(2)
    }

    fn gain(&self) -> f64 {
        let gain_db = self.song.borrow().as_ref().map_or(0.0, |song| song.gain_db);
        10_f64.powf(gain_db / 20.0)
    }

    fn needs_lift(&self) -> bool {
        self.loudness() > 1.0
    }

    fn set_gain(&self) {
        let Some(fade) = self.fade.get() else { return self.set_loudness(self.active.get(), self.loudness()) };
        let now = now_ms();
        self.set_loudness(fade.which, self.house() * fade.gain * fade.falling(now));
        if fade.which != self.active.get() {
            self.set_loudness(self.active.get(), self.loudness() * fade.rising(now));
        }
    }

    /// The element alone, or its gain node alone: WebKit's node may hear an element as if its volume were full.
    fn set_loudness(&self, which: usize, loudness: f64) {
        let has_node = self.lift.set_gain(which, loudness as f32);
        self.elements[which].set_volume(if has_node { 1.0 } else { loudness.clamp(0.0, 1.0) });
    }

    /// The song before is no longer heard.
    fn end_fade(&self) {
        let Some(fade) = self.fade.take() else { return };
        if fade.which != self.active.get() {
            self.elements[fade.which].pause().unwrap_or_default();
        }
        self.set_gain();
    }

    /// The audio context stopped (a device was taken away) or runs again. Some browsers' elements would go on unheard.
    fn context_changed(&self) {
        if self.lift.is_audible() {
            return (self.news)(SoundNews::Free);
        }
        self.active().pause().unwrap_or_default();
        (self.news)(SoundNews::Locked);
    }
}

/// What this browser can decode.
pub(super) fn codecs() -> Vec<Codec> {
    let Ok(probe) = HtmlAudioElement::new() else { return Vec::new() };
    Codec::ALL.into_iter().filter(|codec| !probe.can_play_type(codec.media_type()).is_empty()).collect()
}

fn element(id: &str) -> Option<HtmlAudioElement> {
    let document = web_sys::window()?.document()?;
    if let Some(known) = document.get_element_by_id(id) {
        return known.dyn_into().ok();
    }
    let element: HtmlAudioElement = document.create_element("audio").ok()?.dyn_into().ok()?;
    element.set_id(id);
    // An app serves kept songs from an origin of their own, whose sound a mixer gets only if it was asked for like this.
    element.set_cross_origin(Some("anonymous"));
    document.body()?.append_child(&element).ok()?;
    Some(element)
}

/// Starts a WAV file on an element at once, within the touch that asked for it; the future tells whether it was allowed.
fn start(element: &HtmlAudioElement, wav: &[u8]) -> impl Future<Output = Result<(), JsValue>> + use<> {
    let url = object_url(wav).map(Held);
    let promise = url.as_ref().map_err(Clone::clone).and_then(|url| {
        element.set_src(&url.0);
        element.set_volume(1.0);
        element.play()
    });
    async move {
        let outcome = settled(promise).await;
        drop(url);
        outcome
    }
}

/// An object URL, for as long as it is needed.
struct Held(String);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

fn object_url(wav: &[u8]) -> Result<String, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("audio/wav");
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(wav));
    Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?)
}

async fn settled(promise: Result<js_sys::Promise, JsValue>) -> Result<(), JsValue> {
    JsFuture::from(promise?).await.map(|_| ())
}

fn name_of(error: &JsValue) -> String {
    error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default()
}

fn position_ms(element: &HtmlAudioElement) -> i64 {
    (element.current_time() * 1000.0) as i64
}

/// The page's monotonic clock.
fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
