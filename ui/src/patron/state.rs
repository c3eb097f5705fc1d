//! What the phone knows: who one is, the room, one's own requests.

use crate::shared::{boot::boot, clock, fetch::api, live_region, platform, room_fold, storage, words::lang};
use dioxus::{core::spawn_forever, prelude::*};
use jukeline_app::{
    api::{Code, Me, MyPlay, Pass, RoomSnapshot, StartAsGuest},
    client::ClientError,
    id::JukeboxId,
    play::PlayState,
    time::Timestamp,
};

/// Who one is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Who {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Nobody yet: the first tap makes a guest.
    Nobody,
    /// A guest or somebody with an account.
    Somebody(Box<Me>),
}

/// A short message at the foot of the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    /// What happened, in bold.
    pub head: String,
    /// The rest.
    pub text: String,
}

/// Who one is.
pub(crate) static WHO: GlobalSignal<Who> = Signal::global(Who::default);
/// The room one looks at; `None` until it was read.
pub(crate) static ROOM: GlobalSignal<Option<RoomSnapshot>> = Signal::global(|| boot().room.clone());
/// One's own requests, newest first.
pub(crate) static MINE: GlobalSignal<Vec<MyPlay>> = Signal::global(Vec::new);
/// The message at the foot.
pub(crate) static TOAST: GlobalSignal<Option<Toast>> = Signal::global(|| None);
/// A pass that was given in this page's life.
static PASS: GlobalSignal<Option<(JukeboxId, Timestamp)>> = Signal::global(|| None);

/// What the last quote said about being in the room, for nobody.
static QUOTED: GlobalSignal<Option<bool>> = Signal::global(|| None);

const LAST_ROOM: &str = "jukeline.room";

/// The room one was in last on this device.
pub(crate) fn last_room() -> Option<String> {
    storage::get(LAST_ROOM).filter(|room| !room.is_empty())
}

/// Remembers the room on this device.
pub(crate) fn remember_room(room: &str) {
    storage::set(LAST_ROOM, room);
}

/// Who one is, once a session exists.
pub(crate) fn me() -> Option<Me> {
    match WHO() {
        Who::Somebody(me) => Some(*me),
        _ => None,
    }
}

/// Whether one holds a pass for this jukebox; `None` while that isn't known.
pub(crate) fn in_the_room(jukebox: JukeboxId) -> Option<bool> {
    let now = clock::seconds();
    let holds = |(of, until): &(JukeboxId, Timestamp)| *of == jukebox && *until > now;
    if PASS().as_ref().is_some_and(holds) {
        return Some(true);
    }
    match WHO() {
        // A pass may be there without a session: the code in the QR is redeemed before anybody is anybody.
        Who::Unknown | Who::Nobody => QUOTED().or(boot().in_the_room),
        Who::Somebody(me) => Some(me.passes.iter().any(holds)),
    }
}

/// A quote told whether one is in the room.
pub(crate) fn quoted(in_the_room: bool) {
    *QUOTED.write() = Some(in_the_room);
}

/// A pass was given.
pub(crate) fn got_pass(pass: &Pass) {
    *PASS.write() = Some((pass.jukebox, pass.until));
}

/// One is `me` from now on.
pub(crate) fn became(me: Me) {
    *WHO.write() = Who::Somebody(Box::new(me));
}

/// One is nobody from now on.
pub(crate) fn forget_me() {
    *WHO.write() = Who::Nobody;
    *MINE.write() = Vec::new();
    *PASS.write() = None;
}

/// Reads who one is; a server out of reach changes nothing.
pub(crate) async fn refresh_me() {
    match api().me().await {
        Ok(me) => became(me),
        Err(ClientError::Problem(problem)) if problem.code == Code::SignInNeeded => forget_me(),
        Err(_) => {}
    }
}

/// Reads one's own requests and tells what is new about them.
pub(crate) async fn refresh_mine() {
    let Ok(answer) = api().plays(None).await else { return };
    clock::heard(answer.server_now);
    let before = MINE.peek().clone();
    for play in &answer.plays {
        let was = before.iter().find(|old| old.play == play.play);
        if let Some(old) = was.filter(|old| old.state != play.state) {
            tell(old, play);
        }
    }
    *MINE.write() = answer.plays;
}

/// Reads both, as after every change of one's own.
pub(crate) async fn refresh_all() {
    refresh_me().await;
    if me().is_some() {
        refresh_mine().await;
    }
}

/// Makes a guest where nobody is there yet.
pub(crate) async fn be_somebody() -> Result<(), ClientError> {
    if matches!(*WHO.peek(), Who::Somebody(_)) {
        return Ok(());
    }
    let started = api().start_as_guest(&StartAsGuest { credential: platform::credential() }).await?;
    became(started.me);
    Ok(())
}

/// Whether a request of one's own can still change.
pub(crate) fn has_active() -> bool {
    MINE.peek().iter().any(|mine| !mine.state.is_final())
}

fn tell(old: &MyPlay, new: &MyPlay) {
    let lang = lang();
    let title = new.song.song.title.clone();
    let toast = match (new.state, new.returned) {
        (PlayState::Started, _) if old.state != PlayState::Started => {
            Toast { head: lang.news_playing().into(), text: title }
        }
        (PlayState::Returned, Some(reason)) => {
            let back = lang.credits_are_back(i64::from(new.price));
            Toast { head: back, text: format!("{title}: {}.", lang.return_reason(reason)) }
        }
        _ => return,
    };
    show_toast(toast);
}

/// Shows a message at the foot for a while, and says it.
pub(crate) fn show_toast(toast: Toast) {
    live_region::say(format!("{} {}", toast.head, toast.text));
    *TOAST.write() = Some(toast.clone());
    // The page that shows it may be gone before the message is.
    spawn_forever(async move {
        gloo_timers::future::TimeoutFuture::new(8_000).await;
        if *TOAST.peek() == Some(toast) {
            *TOAST.write() = None;
        }
    });
}

/// When the waiting song `song` of the room should start.
pub(crate) fn coming_at(room: &RoomSnapshot, song: jukeline_app::id::SongId) -> Option<Timestamp> {
    let at = room.queue.iter().position(|entry| entry.song.id == song)?;
    room_fold::minutes(room, clock::now()).get(at).copied()
}

/// The room's time zone, or the device's where no room is known.
pub(crate) fn zone() -> String {
    ROOM.read().as_ref().map(|room| room.info.timezone.clone()).unwrap_or_else(crate::shared::format::device_zone)
}

/// Free songs an hour in the room.
pub(crate) fn free_per_hour() -> i64 {
    ROOM.read().as_ref().map_or(0, |room| i64::from(room.info.free_per_hour))
}

/// Place and minute of one's own request: by the live room where it is the one that is shown, else as last told.
pub(crate) fn place_and_minute(play: &MyPlay) -> Option<(i64, Timestamp)> {
    let now = clock::seconds();
    let room = ROOM.read();
    let live = room.as_ref().filter(|room| room.info.room == play.room).and_then(|room| {
        let at = room.queue.iter().position(|entry| entry.play == play.play)?;
        Some((at as i64 + 1, *room_fold::minutes(room, now).get(at)?))
    });
    live.or_else(|| Some((i64::from(play.place?), play.about?)))
}
