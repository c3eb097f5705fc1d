//! The player in its browser: joins the pure player, the sound, the files, the disk and the socket.

use super::{
    disk::Disk,
    element::codecs,
    files::{FileNews, Files},
    output::Output,
    player_core::{Command, Input, Now, Player},
    sound::{Reading, Sound, SoundNews},
    update::{self, Update},
};
use crate::shared::{platform, socket::Socket};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{HandedSong, ScreenSays, SongBrief},
    id::{PlayId, SongId},
    play::BreakCause,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen_futures::spawn_local;

/// Between two readings of the audio clock, in milliseconds.
const TICK_MS: u32 = 250;
/// And at the least, so that a song that is held just before its end isn't read all the time.
const LEAST_TICK_MS: u32 = 10;
/// A song that sounded for so long has a file that can be played, in milliseconds.
const WENT_WELL_MS: i64 = 5_000;
/// Between two tries whether sound is allowed while no device takes it, in milliseconds.
const AGAIN_MS: u32 = 2_000;

/// What sounds and waits here, for the view.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Here {
    /// What sounds or is about to, for whom, and where it is in milliseconds.
    pub(super) sounding: Option<(SongBrief, Option<String>, i64)>,
    /// What waits here.
    pub(super) next: Vec<(PlayId, SongBrief, Option<String>)>,
    /// Held by staff.
    pub(super) paused: bool,
    /// Another screen plays.
    pub(super) superseded: bool,
    /// The browser refuses sound until a touch.
    pub(super) locked: bool,
    /// There is nothing to sound on: it is waited for.
    pub(super) has_no_output: bool,
}

/// The player of this page. Clones share it.
#[derive(Clone)]
pub(super) struct Engine {
    inner: Rc<Inner>,
}

struct Inner {
    player: RefCell<Player>,
    disk: Disk,
    sound: RefCell<Option<Sound>>,
    files: RefCell<Option<Files>>,
    socket: RefCell<Option<Socket>>,
    connected: Cell<bool>,
    unlocked: Cell<bool>,
    asked: Cell<bool>,
    /// The page that would be loaded in place of this one may sound without a touch.
    sounds_again: Cell<bool>,
    output: Output,
    update: Update,
}

impl Engine {
    /// A player with what its disk holds, silent until [`Engine::unlock`]. Between two songs it gives way to `update`.
    pub(super) fn new(update: Update) -> Engine {
        let inner = Rc::new(Inner {
            player: RefCell::new(Player::new(Disk::outbox(), Disk::saved(), platform::crossfade_ms())),
            disk: Disk::new(),
            sound: RefCell::default(),
            files: RefCell::default(),
            socket: RefCell::default(),
            connected: Cell::new(false),
            unlocked: Cell::new(false),
            asked: Cell::new(false),
            sounds_again: Cell::new(false),
            output: Output::default(),
            update,
        });
        let engine = Engine { inner };
        let listens = engine.clone();
        *engine.inner.sound.borrow_mut() = Sound::new(move |news| listens.sound_news(news));
        let listens = engine.clone();
        *engine.inner.files.borrow_mut() = Some(Files::new(move |news| listens.file_news(news)));
        engine
    }

    /// Reports and beats go over this socket.
    pub(super) fn use_socket(&self, socket: Socket) {
        *self.inner.socket.borrow_mut() = Some(socket);
    }

    /// Tries whether the browser lets this page sound without a touch, until that is known or a touch came.
    pub(super) async fn try_unlock(&self) {
        let Some(sound) = self.sound() else { return };
        self.inner.output.wait().await;
        self.inner.output.is_there().await;
        let mut allowed = sound.is_allowed().await;
        // Where it isn't known yet a touch may help, and is asked for.
        self.inner.asked.set(true);
        while allowed.is_none() {
            TimeoutFuture::new(AGAIN_MS).await;
            if self.inner.unlocked.get() {
                break;
            }
            allowed = sound.is_allowed().await;
        }
        let is_allowed = allowed == Some(true);
        self.inner.sounds_again.set(is_allowed || update::keeps_a_touch());
        if is_allowed {
            self.unlocked();
        }
    }

    /// A touch: turns the sound on with the test sound, or lets it be heard again while nothing plays.
    pub(super) async fn touch(&self) {
        if self.inner.output.was_missing() {
            // It goes on by itself as soon as there is one.
            return;
        }
        if self.inner.player.borrow().sounding().is_some() {
            // Refused in the middle of a song: the touch lets it go on. The test sound would take its place.
            return self.unlocked();
        }
        let Some(sound) = self.sound() else { return };
        if sound.chime().await {
            self.unlocked();
        }
    }

    /// Looks whether there still is something to sound on, and holds what sounds until there is. WebKit's elements keep to
    /// the connection that was lost, so the page begins anew: it needs its server for that.
    pub(super) async fn mind_output(&self) {
        // Who may not sound yet waits for it anyway, and who was superseded has nothing more to say.
        let minds = self.inner.unlocked.get() && !self.inner.player.borrow().superseded();
        if !minds || self.inner.output.is_there().await {
            return;
        }
        self.inner.unlocked.set(false);
        if let Some(sound) = self.sound() {
            sound.pause();
        }
        self.inner.output.wait().await;
        while !self.inner.connected.get() {
            TimeoutFuture::new(AGAIN_MS).await;
        }
        update::begin_anew();
    }

    fn unlocked(&self) {
        if self.inner.output.was_missing() || self.inner.unlocked.replace(true) {
            return;
        }
        let (sounds, paused) = {
            let player = self.inner.player.borrow();
            (player.sounding().is_some(), player.paused())
        };
        if sounds {
            // The browser had refused in the middle of a song: it goes on from there, unless staff hold it.
            if let Some(sound) = self.sound().filter(|_| !paused) {
                sound.resume();
            }
            return;
        }
        self.claim();
    }

    /// The connection stands: what happened meanwhile goes first, under the epoch it happened in; then the claim.
    pub(super) fn connected(&self) {
        self.inner.connected.set(true);
        self.take(Input::Reconnected);
        self.send_reports();
        self.claim();
    }

    /// The connection is gone; the line plays on.
    pub(super) fn lost(&self) {
        self.inner.connected.set(false);
    }

    fn claim(&self) {
        let may_claim = self.inner.connected.get() && self.inner.unlocked.get();
        if !may_claim || self.inner.player.borrow().superseded() {
            return;
        }
        self.inner.disk.take_over();
        let resume = self.inner.player.borrow().resume();
        self.take(Input::Claiming);
        self.send(&ScreenSays::Claim { codecs: codecs(), resume });
    }

    /// Another player has claimed this epoch.
    pub(super) fn superseded(&self, epoch: i64) {
        self.take(Input::Superseded { epoch, same_disk: self.inner.disk.is_taken() });
    }

    /// How long to wait for the next tick, in milliseconds.
    pub(super) fn next_tick_ms(&self) -> u32 {
        let player = self.inner.player.borrow();
        let stands = player.paused() || self.inner.output.was_missing();
        let due_ms = player.gives_way_in().filter(|ms| *ms > 0 && !stands);
        let due_ms = due_ms.and_then(|ms| u32::try_from(ms).ok()).unwrap_or(TICK_MS);
        due_ms.clamp(LEAST_TICK_MS, TICK_MS)
    }

    /// Reads the audio clock and lets time pass.
    pub(super) fn tick(&self) {
        let reading = self.sound().and_then(|sound| sound.clock());
        self.take(reading.unwrap_or(Input::Tick));
        let is_idle = {
            let player = self.inner.player.borrow();
            player.sounding().is_none() && player.waiting().next().is_none()
        };
        if is_idle && self.gives_way() {
            let update = self.inner.update.clone();
            spawn_local(async move {
                let _ = update.load().await;
            });
        }
    }

    /// Whether a moment without sound is for another build of the page.
    fn gives_way(&self) -> bool {
        self.inner.update.is_due() && self.inner.sounds_again.get() && self.inner.connected.get()
    }

    /// Says that the player is still here.
    pub(super) fn beat(&self) {
        if self.inner.unlocked.get() {
            let ready_ms = self.inner.player.borrow().ready_ms();
            self.send(&ScreenSays::Beat { ready_ms });
        }
    }

    /// Takes in what happened and does what follows from it.
    pub(super) fn take(&self, input: Input) {
        let commands = self.inner.player.borrow_mut().take(input, now());
        for command in commands {
            self.carry_out(command);
        }
    }

    /// What the view shows.
    pub(super) fn here(&self) -> Here {
        let player = self.inner.player.borrow();
        let sounding = player.sounding().map(|s| (s.song.song.clone(), s.song.for_name.clone(), s.position_ms));
        let next = player.waiting().map(|song| (song.play, song.song.clone(), song.for_name.clone())).collect();
        Here {
            sounding,
            next,
            paused: player.paused(),
            superseded: player.superseded(),
            locked: self.inner.asked.get() && !self.inner.unlocked.get() && !self.inner.output.was_missing(),
            has_no_output: self.inner.output.was_missing(),
        }
    }

    /// For [`super::diagnosis`]: the play that sounds, whether it has started, and the epoch.
    pub(super) fn reading(&self) -> (Option<PlayId>, bool, Option<i64>) {
        let player = self.inner.player.borrow();
        let sounding = player.sounding();
        (sounding.map(|s| s.song.play), sounding.is_some_and(|s| s.started), player.epoch())
    }

    /// For [`super::diagnosis`]: what the audio element says.
    pub(super) fn sound_reading(&self) -> Option<Reading> {
        self.sound().map(|sound| sound.reading())
    }

    fn carry_out(&self, command: Command) {
        let Some(sound) = self.sound() else { return };
        match command {
            Command::Play(song, 0) if self.gives_way() => self.give_way(*song),
            Command::Play(song, from_ms) => self.play(&sound, *song, from_ms),
            Command::Pause => sound.pause(),
            // It goes on once there is something to sound on.
            Command::Resume if self.inner.output.was_missing() => {}
            Command::Resume => sound.resume(),
            Command::FadeOut(over_ms) => sound.fade_out(over_ms),
            Command::RingOut => sound.ring_out(),
            Command::Stop => sound.stop(),
            Command::Volume(percent) => sound.volume(percent),
            Command::Keep(songs) => self.keep(songs),
            Command::Outbox => {
                self.inner.disk.write_outbox(self.inner.player.borrow_mut().outbox());
                self.send_reports();
            }
            Command::Save(saved) => self.inner.disk.write_saved(saved),
            Command::Forget => self.inner.disk.forget_saved(),
        }
    }

    /// Another build of the page is loaded, and plays this song from its start; if that can't be, this one does.
    fn give_way(&self, song: HandedSong) {
        let engine = self.clone();
        spawn_local(async move {
            // The song before rings out.
            while engine.sound().is_some_and(|sound| sound.overlaps()) {
                TimeoutFuture::new(LEAST_TICK_MS).await;
            }
            if engine.inner.update.load().await {
                return;
            }
            let (still, paused) = {
                let player = engine.inner.player.borrow();
                (player.sounding().is_some_and(|sounding| sounding.song.play == song.play), player.paused())
            };
            let Some(sound) = engine.sound().filter(|_| still) else { return };
            engine.play(&sound, song, 0);
            if paused {
                sound.pause();
            }
        });
    }

    fn play(&self, sound: &Sound, song: HandedSong, from_ms: i64) {
        let Some(url) = self.url(song.song.id) else {
            return self.take(Input::Failed(song.play, BreakCause::File));
        };
        sound.play(song, &url, from_ms);
        if self.inner.output.was_missing() {
            sound.pause();
        }
    }

    /// The files for what sounds and waits.
    fn keep(&self, songs: Vec<SongId>) {
        if let Some(files) = self.inner.files.borrow().clone() {
            files.keep(songs);
        }
    }

    fn send_reports(&self) {
        if !self.inner.connected.get() {
            return;
        }
        let unsent = self.inner.player.borrow_mut().outbox().take_unsent(now());
        for message in unsent {
            self.send(&message);
        }
    }

    fn send(&self, message: &ScreenSays) {
        if let Some(socket) = self.inner.socket.borrow().as_ref() {
            // What must not be lost waits in the outbox until it is acknowledged.
            let _ = socket.send(message);
        }
    }

    fn sound_news(&self, news: SoundNews) {
        match news {
            SoundNews::Input(Input::Failed(play, cause)) => self.failed(play, cause),
            SoundNews::Input(input) => self.take(input),
            SoundNews::Locked => {
                self.inner.asked.set(true);
                self.inner.unlocked.set(false);
            }
            SoundNews::Free => self.unlocked(),
        }
    }

    /// A song can't go on. That is no fault of its file's where there is nothing to sound on; nor, in an app, where it
    /// went well for a while: then its sound server went away and is back.
    fn failed(&self, play: PlayId, cause: BreakCause) {
        let engine = self.clone();
        spawn_local(async move {
            engine.mind_output().await;
            if engine.inner.output.was_missing() {
                return;
            }
            let went_well = {
                let player = engine.inner.player.borrow();
                player.sounding().is_some_and(|s| s.song.play == play && s.advanced_ms() >= WENT_WELL_MS)
            };
            if !(went_well && platform::is_app() && update::begin_anew()) {
                engine.take(Input::Failed(play, cause));
            }
        });
    }

    fn file_news(&self, news: FileNews) {
        match news {
            FileNews::Fetched(song) => self.take(Input::Fetched(song)),
            FileNews::Gone(song) => {
                let plays: Vec<PlayId> = {
                    let player = self.inner.player.borrow();
                    player.waiting().filter(|held| held.song.id == song).map(|held| held.play).collect()
                };
                plays.into_iter().for_each(|play| self.take(Input::Failed(play, BreakCause::File)));
            }
        }
    }

    fn url(&self, song: SongId) -> Option<String> {
        self.inner.files.borrow().as_ref()?.url(song)
    }

    fn sound(&self) -> Option<Sound> {
        self.inner.sound.borrow().clone()
    }
}

/// Both clocks of the page.
fn now() -> Now {
    let mono_ms = web_sys::window().and_then(|w| w.performance()).map_or(0, |p| p.now() as i64);
    Now { mono_ms, wall_ms: js_sys::Date::now() as i64 }
}
