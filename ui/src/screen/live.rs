//! A paired screen: its socket, what it knows, and what it shows.

use super::{
    diagnosis,
    engine::{Engine, Here},
    past::use_past,
    player_core::Input,
    stage::Stage,
    update::Update,
};
use crate::shared::{
    clock,
    fetch::api,
    room_fold::{Folded, fold},
    socket::{Connection, Happening, Socket},
};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{Code, RoomMessage, RoomSnapshot, ScreenInfo, ScreenMessage, ScreenRole},
    id::PlayId,
    time::Timestamp,
};

/// A socket without a message for this long is dead, in milliseconds.
const SILENT_MS: u32 = 40_000;
/// Ticks between two beats: 5 s, a little less where a tick comes early for the end of a song.
const TICKS_PER_BEAT: u32 = 20;

/// The codes for the next minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Codes {
    pub(super) url_base: String,
    pub(super) codes: Vec<(Timestamp, String)>,
}

/// All that a message may change.
#[derive(Clone, Copy)]
struct Known {
    room: Signal<Option<RoomSnapshot>>,
    codes: Signal<Codes>,
    paired: Signal<Option<ScreenInfo>>,
}

/// A paired screen. `paired` is emptied when the pairing was undone.
#[component]
pub(super) fn Live(info: ScreenInfo, paired: Signal<Option<ScreenInfo>>) -> Element {
    let room = use_signal(|| None);
    let codes = use_signal(Codes::default);
    let past = use_past(&info.room);
    let mut here = use_signal(Here::default);
    let is_player = info.role == ScreenRole::Player;
    let known = Known { room, codes, paired };
    let name = info.room.clone();
    let (engine, connection) = use_hook(move || {
        let update = Update::default();
        let engine = is_player.then(|| Engine::new(update.clone()));
        let socket = Socket::start("/api/screens/live", SILENT_MS, {
            let engine = engine.clone();
            move |happening| take(happening, engine.as_ref(), &update, known, &name)
        });
        if let Some(engine) = &engine {
            engine.use_socket(socket.clone());
        }
        (engine, socket.connection)
    });
    use_hook(|| {
        engine.clone().map(|engine| {
            spawn(run(engine, move |now| {
                if *here.peek() != now {
                    here.set(now)
                }
            }))
        })
    });
    let touch = move |_| {
        if let Some(engine) = engine.clone() {
            spawn(async move { engine.touch().await });
        }
    };
    let online = connection() == Connection::Open;
    rsx! {
        Stage { info, room, codes, past, here: here(), online, on_touch: touch }
    }
}

/// Tries the sound, and reads the audio clock for as long as the page lives.
async fn run(engine: Engine, mut shown: impl FnMut(Here)) {
    let tries = engine.clone();
    spawn(async move { tries.try_unlock().await });
    let mut ticks = 0_u32;
    loop {
        engine.tick();
        if ticks.is_multiple_of(TICKS_PER_BEAT) {
            engine.beat();
            let minds = engine.clone();
            spawn(async move { minds.mind_output().await });
        }
        ticks = ticks.wrapping_add(1);
        diagnosis::show(&engine);
        shown(engine.here());
        TimeoutFuture::new(engine.next_tick_ms()).await;
    }
}

fn take(happening: Happening<ScreenMessage>, engine: Option<&Engine>, update: &Update, known: Known, name: &str) {
    match happening {
        Happening::Opened => {
            if let Some(engine) = engine {
                engine.connected();
            }
        }
        Happening::Lost => {
            if let Some(engine) = engine {
                engine.lost();
            }
            spawn(async move { still_paired(known.paired).await });
        }
        Happening::Message(message) => take_message(message, engine, update, known, name),
    }
}

fn take_message(message: ScreenMessage, engine: Option<&Engine>, update: &Update, mut known: Known, name: &str) {
    let input = match message {
        ScreenMessage::Welcome { player_epoch, server_now, build, .. } => {
            clock::heard(server_now);
            update.server_has(build.as_deref());
            player_epoch.map(Input::Granted)
        }
        ScreenMessage::Room(message) => {
            let before = what_plays(known.room);
            take_room(message, known.room, name);
            // A display knows the time between two songs by what the room says.
            let now = what_plays(known.room);
            if engine.is_none() && (now.is_none() || now != before) && update.is_due() {
                let update = update.clone();
                spawn(async move {
                    let _ = update.load().await;
                });
            }
            None
        }
        ScreenMessage::Codes { url_base, codes, server_now } => {
            clock::heard(server_now);
            known.codes.set(Codes { url_base, codes });
            None
        }
        ScreenMessage::Plan(plan) => Some(Input::Plan(Box::new(plan))),
        ScreenMessage::Acknowledged { reports } => Some(Input::Acknowledged(reports)),
        ScreenMessage::Superseded { player_epoch } => {
            if let Some(engine) = engine {
                engine.superseded(player_epoch);
            }
            None
        }
        ScreenMessage::Unpaired => {
            known.paired.set(None);
            None
        }
    };
    if let (Some(engine), Some(input)) = (engine, input) {
        engine.take(input);
    }
}

fn what_plays(room: Signal<Option<RoomSnapshot>>) -> Option<PlayId> {
    room.peek().as_ref()?.playing.as_ref().map(|playing| playing.play)
}

fn take_room(message: RoomMessage, mut room: Signal<Option<RoomSnapshot>>, name: &str) {
    match &message {
        RoomMessage::Snapshot(snapshot) => clock::heard(snapshot.server_now),
        RoomMessage::Beat { server_now } => clock::heard(*server_now),
        RoomMessage::Delta(delta) => clock::heard(delta.server_now),
    }
    if fold(&mut room.write(), message) != Folded::Gap {
        return;
    }
    let name = name.to_string();
    spawn(async move {
        if let Ok(snapshot) = api().room(&name).await {
            fold(&mut room.write(), RoomMessage::Snapshot(Box::new(snapshot)));
        }
    });
}

/// A refused socket looks like a network cut: only a question tells whether the pairing was undone.
async fn still_paired(mut paired: Signal<Option<ScreenInfo>>) {
    if let Err(error) = api().screen().await
        && error.code() == Some(Code::SignInNeeded)
    {
        paired.set(None);
    }
}
