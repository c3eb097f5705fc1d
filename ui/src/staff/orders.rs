//! What staff press, on its way to the server.

use super::desk::{self, ROOM};
use crate::shared::{fetch::api, words::lang};
use dioxus::prelude::ReadableExt;
use jukeline_app::{
    client::ClientError,
    hold::Hold,
    id::{JukeboxId, PlayId},
};

/// An order about the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Pause,
    GoOn,
    StopAfter(PlayId),
    SoundOff,
    Volume(u8),
}

/// What the button for pausing does now.
pub(super) fn pause_or_go_on() -> Order {
    if desk::hold().is_still() { Order::GoOn } else { Order::Pause }
}

/// What the button for stopping after this song does now; nothing without a song that sounds.
pub(super) fn stop_after_or_not() -> Option<Order> {
    let playing = ROOM.read().as_ref().and_then(|room| room.playing.as_ref()).map(|playing| playing.play)?;
    match desk::hold() {
        Hold::Free => Some(Order::StopAfter(playing)),
        Hold::AfterSong => Some(Order::GoOn),
        Hold::Paused | Hold::SoundOff => None,
    }
}

/// What the button for the sound of the house does now.
pub(super) fn sound_off_or_on() -> Order {
    if desk::hold() == Hold::SoundOff { Order::GoOn } else { Order::SoundOff }
}

/// Sends an order; what is refused is said in words. That it was done shows on the floor. Whether it was.
pub(super) async fn send(jukebox: JukeboxId, order: Order) -> bool {
    let api = api();
    let answer = match order {
        Order::Pause => api.set_paused(jukebox, true).await,
        Order::GoOn => api.set_paused(jukebox, false).await,
        Order::StopAfter(play) => api.stop_after(jukebox, play).await,
        Order::SoundOff => api.set_sound_off(jukebox, true).await,
        Order::Volume(percent) => api.set_volume(jukebox, percent).await,
    };
    match &answer {
        Ok(()) => {}
        Err(ClientError::Unreachable(_)) => desk::tell(lang().staff_no_answer().into(), true),
        Err(error) => desk::tell(lang().client_error(error), true),
    }
    answer.is_ok()
}
