//! Asking for a song: one id until it is decided, so that a lost answer is never paid twice; and always an end.

use super::state;
use crate::shared::{clock, fetch::api, lean, live_region, storage, words::lang};
use dioxus::{core::spawn_forever, prelude::*};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{AskForSong, Code, MyPlay, Problem},
    client::{Asked, ClientError},
    id::{PlayId, SongId},
    play::PlayState,
    time::{SECOND, Timestamp},
};
use serde::{Deserialize, Serialize};

/// How long a request stays valid, in milliseconds: decided later, it is declined.
const VALID_MS: i64 = 30 * SECOND;
/// How long after that the last look is taken, in milliseconds.
const LAST_LOOK_MS: i64 = 5 * SECOND;
/// Between two looks, in milliseconds.
const LOOK_EVERY_MS: u32 = 1_500;
/// Where the request that isn't decided yet is kept.
const KEY: &str = "jukeline.asking";

/// A request under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// In which room.
    pub room: String,
    /// What is asked.
    pub ask: AskForSong,
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Not decided; nothing is taken yet. Ends at this moment at the latest.
    Waiting(Timestamp),
    /// It is in the queue (or further).
    Accepted(Box<MyPlay>),
    /// Refused; nothing was taken.
    Refused(Problem),
    /// Declined after the first answer; nothing was taken.
    Declined(Box<MyPlay>),
    /// Not decided in time; nothing was taken.
    TooLate,
    /// No answer at all: it is not known here, and said so.
    Lost,
}

/// The request that was made last, and how far it is.
pub(crate) static ASKING: GlobalSignal<Option<(Request, Step)>> = Signal::global(|| None);

/// The step of a request for this song in this room.
pub(crate) fn step_of(room: &str, song: SongId) -> Option<Step> {
    ASKING().filter(|(request, _)| request.room == room && request.ask.song == song).map(|(_, step)| step)
}

/// Forgets the last request, decided as it is.
pub(crate) fn dismiss() {
    *ASKING.write() = None;
}

/// Asks for a song, first making a guest where nobody is there. Goes on when the sheet is closed.
pub(crate) fn ask(room: String, song: SongId, price: u32, sooner: bool) {
    let request = begin(room, song, price, sooner);
    *ASKING.write() = Some((request.clone(), Step::Waiting(ends_at(&request.ask))));
    spawn_forever(async move {
        let step = decide(&request).await;
        settle(&request, step).await;
    });
}

/// Asks for a song, and waits until that is decided: several are asked for one after the other.
pub(crate) async fn ask_and_wait(room: String, song: SongId, price: u32) -> Step {
    let request = begin(room, song, price, false);
    let step = decide(&request).await;
    forget_decided(&step);
    step
}

/// The request, kept until it is decided.
fn begin(room: String, song: SongId, price: u32, sooner: bool) -> Request {
    let until = clock::now().plus(VALID_MS);
    let fresh = AskForSong { play: PlayId(uuid::Uuid::now_v7()), song, price, sooner, valid_until: Some(until) };
    let kept = kept().filter(|kept| kept.room == room && is_same(&kept.ask, &fresh));
    let request = kept.unwrap_or(Request { room, ask: fresh });
    keep(&request);
    request
}

/// Finds out what became of a request whose answer never reached this device.
pub(crate) async fn settle_kept() {
    let Some(request) = kept() else { return };
    if clock::now() > ends_at(&request.ask) || matches!(look(request.ask.play).await, Ok(Some(_))) {
        storage::remove(KEY);
    }
}

/// A kept request that is still valid and asks for the same is sent again under its own id.
fn is_same(kept: &AskForSong, fresh: &AskForSong) -> bool {
    let still_valid = kept.valid_until.is_some_and(|until| until > clock::now());
    still_valid && (kept.song, kept.price, kept.sooner) == (fresh.song, fresh.price, fresh.sooner)
}

fn ends_at(ask: &AskForSong) -> Timestamp {
    ask.valid_until.unwrap_or_else(clock::now).plus(LAST_LOOK_MS)
}

async fn decide(request: &Request) -> Step {
    let ends = ends_at(&request.ask);
    if let Err(error) = state::be_somebody().await {
        return match error {
            ClientError::Problem(problem) => Step::Refused(problem),
            // Not even a guest: nobody could have been charged.
            _ => Step::Refused(Problem::new(Code::Unavailable)),
        };
    }
    let mut is_sent = false;
    while clock::now() < ends {
        if !is_sent {
            match api().ask_for(&request.room, &request.ask).await {
                Ok(Asked::Queued(play)) => return Step::Accepted(play),
                Ok(Asked::Pending) => is_sent = true,
                Err(ClientError::Problem(problem)) => return Step::Refused(problem),
                Err(_) => {}
            }
        } else if let Ok(Some(play)) = look(request.ask.play).await {
            return decided(play);
        }
        TimeoutFuture::new(LOOK_EVERY_MS).await;
    }
    match look(request.ask.play).await {
        Ok(Some(play)) => decided(play),
        Ok(None) => Step::TooLate,
        Err(()) => Step::Lost,
    }
}

/// The play as the server knows it; `None` while it isn't decided. No answer: an error.
async fn look(play: PlayId) -> Result<Option<Box<MyPlay>>, ()> {
    match api().play(play).await {
        Ok(play) => Ok(Some(Box::new(play))),
        Err(ClientError::Problem(problem)) if problem.code == Code::NotFound => Ok(None),
        Err(_) => Err(()),
    }
}

fn decided(play: Box<MyPlay>) -> Step {
    if play.state == PlayState::Declined { Step::Declined(play) } else { Step::Accepted(play) }
}

async fn settle(request: &Request, step: Step) {
    forget_decided(&step);
    if let Step::Accepted(play) = &step
        && let Some(about) = play.about
    {
        let time = crate::shared::format::time(lang(), about, &play.timezone);
        live_region::say(lang().said_in_line(&play.song.song.title, &time));
    }
    let is_accepted = matches!(step, Step::Accepted(_));
    *ASKING.write() = Some((request.clone(), step));
    if is_accepted {
        state::refresh_all().await;
    }
}

fn forget_decided(step: &Step) {
    if *step != Step::Lost {
        storage::remove(KEY);
    }
}

fn kept() -> Option<Request> {
    lean::from_str(&storage::get(KEY)?).ok()
}

fn keep(request: &Request) {
    if let Ok(text) = serde_json::to_string(request) {
        storage::set(KEY, &text);
    }
}

/// Forgets a request that is decided: the sheet opens afresh. One that waits goes on.
pub(crate) fn dismiss_settled() {
    let is_settled = ASKING.peek().as_ref().is_some_and(|(_, step)| !matches!(step, Step::Waiting(_)));
    if is_settled {
        dismiss();
    }
}
