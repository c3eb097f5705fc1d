//! The two audio elements that songs sound from in turn: what each has loaded, from where it sounds, and how loud.

use super::{
    element::{self, position_ms},
    fade::{Curve, Fade},
    lift::Lift,
    player_core::Input,
    sound::{Reading, SoundNews},
};
use crate::shared::listen::Listener;
use jukeline_app::{api::HandedSong, id::PlayId, play::BreakCause};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use web_sys::HtmlAudioElement;

/// Two, so that the next song is decoded before the last one ends.
pub(super) struct Decks {
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

impl Decks {
    /// Puts the elements `sound-a` and `sound-b` into the page; `None` outside a page.
    pub(super) fn new(news: impl Fn(SoundNews) + 'static) -> Option<Rc<Decks>> {
        let elements = [element::put("sound-a")?, element::put("sound-b")?];
        let decks = Rc::new(Decks {
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
        let listeners = (0..2).flat_map(|which| decks.listen(which)).collect();
        *decks._listeners.borrow_mut() = listeners;
        Some(decks)
    }

    fn listen(self: &Rc<Self>, which: usize) -> [Listener; 4] {
        let on = |event, then: fn(&Decks, usize)| {
            let decks = Rc::downgrade(self);
            Listener::new(self.elements[which].as_ref(), event, move |_| {
                if let Some(decks) = decks.upgrade() {
                    then(&decks, which);
                }
            })
        };
        [
            on("loadedmetadata", Decks::seek),
            on("seeked", Decks::is_there),
            on("ended", |decks, which| decks.tell(which, Input::Ended)),
            on("error", |decks, which| decks.tell(which, |play, _| Input::Failed(play, BreakCause::File))),
        ]
    }

    /// Whom it tells.
    pub(super) fn news(&self) -> Rc<dyn Fn(SoundNews)> {
        self.news.clone()
    }

    /// Both.
    pub(super) fn elements(&self) -> &[HtmlAudioElement; 2] {
        &self.elements
    }

    /// The one that was used last.
    pub(super) fn active(&self) -> &HtmlAudioElement {
        &self.elements[self.active.get()]
    }

    /// The way that both take once songs shall be louder than they are.
    pub(super) fn lift(&self) -> &Lift {
        &self.lift
    }

    /// The play whose song is loaded.
    pub(super) fn play(&self) -> Option<PlayId> {
        self.song.borrow().as_ref().map(|song| song.play)
    }

    /// Loads a song onto the other element, to sound from this position in milliseconds. The one before ends, unless it
    /// fades.
    pub(super) fn turn_to(&self, song: HandedSong, url: &str, from_ms: i64) {
        if !self.fades(self.active.get()) {
            self.end_fade();
            self.active().pause().unwrap_or_default();
        }
        let which = 1 - self.active.get();
        self.active.set(which);
        self.load(which, url, from_ms as f64 / 1000.0);
        *self.song.borrow_mut() = Some(song);
        self.mix();
    }

    /// Loads what stands still once more, from where it stands.
    pub(super) fn load_again(&self) {
        let (which, element) = (self.active.get(), self.active());
        if !element.paused() {
            return;
        }
        let seconds = self.seeks[which].get().unwrap_or(element.current_time());
        self.load(which, &element.src(), seconds);
    }

    /// Holds the sound where it is.
    pub(super) fn pause(&self) {
        self.end_fade();
        self.active().pause().unwrap_or_default();
    }

    /// Silence.
    pub(super) fn unload(&self) {
        *self.song.borrow_mut() = None;
        self.pause();
        self.is_there(self.active.get());
    }

    /// 0 to 100.
    pub(super) fn set_volume(&self, percent: u8) {
        self.volume.set(percent.min(100));
        self.mix();
    }

    /// What sounds shall be heard below the next song for so many milliseconds; gives which it is.
    pub(super) fn begin_fade(&self, over_ms: i64, curve: Curve) -> usize {
        self.end_fade();
        let which = self.active.get();
        self.fade.set(Some(Fade { which, gain: self.gain(), begun: now_ms(), takes: over_ms as f64, curve }));
        which
    }

    /// Whether this one fades.
    pub(super) fn fades(&self, which: usize) -> bool {
        self.fade.get().is_some_and(|fade| fade.which == which)
    }

    /// Whether this one still fades, and is heard.
    pub(super) fn is_fading(&self, which: usize) -> bool {
        self.fade.get().is_some_and(|fade| fade.which == which && !fade.is_over(now_ms()))
    }

    /// Whether the song before is still heard.
    pub(super) fn overlaps(&self) -> bool {
        self.fade.get().is_some_and(|fade| !fade.is_over(now_ms()) && !self.elements[fade.which].ended())
    }

    /// Reads the clock of what sounds; nothing while it is held or can't be heard.
    pub(super) fn clock(&self) -> Option<Input> {
        let element = self.active();
        let is_there = self.seeks[self.active.get()].get().is_none();
        let sounds = is_there && !element.paused() && !element.ended() && self.lift.is_audible();
        self.play().filter(|_| sounds).map(|play| Input::Clock(play, position_ms(element)))
    }

    /// What the element that was used last says.
    pub(super) fn reading(&self) -> Reading {
        let element = self.active();
        let gain = self.lift.gain(self.active.get());
        Reading { seconds: element.current_time(), paused: element.paused(), gain }
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
        let Some(play) = self.play() else { return };
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

    /// Whether the song shall be louder than an element can be.
    pub(super) fn needs_lift(&self) -> bool {
        self.loudness() > 1.0
    }

    /// Makes each as loud as it shall be now.
    pub(super) fn mix(&self) {
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
    pub(super) fn end_fade(&self) {
        let Some(fade) = self.fade.take() else { return };
        if fade.which != self.active.get() {
            self.elements[fade.which].pause().unwrap_or_default();
        }
        self.mix();
    }

    /// The audio context stopped (a device was taken away) or runs again. Some browsers' elements would go on unheard.
    pub(super) fn context_changed(&self) {
        if self.lift.is_audible() {
            return (self.news)(SoundNews::Free);
        }
        self.active().pause().unwrap_or_default();
        (self.news)(SoundNews::Locked);
    }
}

/// The page's monotonic clock.
fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
