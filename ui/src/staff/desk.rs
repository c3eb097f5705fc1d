//! What the page knows: who one is and where one is staff, the room, and what staff alone see of it.

use crate::shared::{fetch::api, live_region};
use dioxus::{core::spawn_forever, prelude::*};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{Code, FloorPlay, Me, RoomSnapshot, StaffFloor, StaffJukebox},
    client::ClientError,
    hold::Hold,
    id::PlayId,
    play::PlayState,
};

/// How long the outcome of an order stays on the page, in milliseconds.
const SHOWN_MS: u32 = 8_000;

/// What is known of who one is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    /// Nothing yet.
    Asking,
    /// The server doesn't answer.
    Unreachable(ClientError),
    /// One must sign in.
    SignedOut,
    /// Signed in under this name, but staff nowhere.
    NotStaff(String),
    /// Signed in, and staff of these.
    Mine { name: String, mine: Vec<StaffJukebox> },
}

/// The outcome of an order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    pub words: String,
    /// It wasn't done.
    pub refused: bool,
}

pub(super) static KNOWN: GlobalSignal<Known> = Signal::global(|| Known::Asking);
/// The room one runs; `None` until it was read.
pub(super) static ROOM: GlobalSignal<Option<RoomSnapshot>> = Signal::global(|| None);
/// What staff alone see of it; as old as its version says.
pub(super) static FLOOR: GlobalSignal<Option<StaffFloor>> = Signal::global(|| None);
/// What became of the last order.
pub(super) static TOLD: GlobalSignal<Option<Told>> = Signal::global(|| None);

/// Looks who one is and where one is staff.
pub(super) async fn look() {
    let known = asked().await.unwrap_or_else(|error| match error.code() {
        Some(Code::SignInNeeded) => Known::SignedOut,
        _ => Known::Unreachable(error),
    });
    *KNOWN.write() = known;
}

async fn asked() -> Result<Known, ClientError> {
    let mine = api().staff_jukeboxes().await?;
    let me = api().me().await?;
    Ok(match (mine.is_empty(), me.guest) {
        (false, _) => Known::Mine { name: name_of(me), mine },
        (true, true) => Known::SignedOut,
        (true, false) => Known::NotStaff(name_of(me)),
    })
}

fn name_of(me: Me) -> String {
    me.name.or(me.email).unwrap_or_default()
}

/// Signs out and shows the form.
pub(super) async fn sign_out() {
    // Signed out here in any case; the server forgets the session when it can be reached.
    let _ = api().sign_out().await;
    (*ROOM.write(), *FLOOR.write()) = (None, None);
    *KNOWN.write() = Known::SignedOut;
}

/// Which jukebox the page is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Here {
    /// This one.
    At(StaffJukebox),
    /// Of several, none was named.
    Choose,
    /// One was named at which one isn't staff.
    Elsewhere,
}

/// The jukebox that the address names by its room's name or its id; the only one where it names none.
pub(super) fn here(mine: &[StaffJukebox], named: &str) -> Here {
    match (named, mine) {
        ("", [only]) => Here::At(only.clone()),
        ("", _) => Here::Choose,
        _ => {
            let found = mine.iter().find(|one| one.room == named || one.jukebox.to_string() == named);
            found.cloned().map_or(Here::Elsewhere, Here::At)
        }
    }
}

/// What follows `/staff/` in the address.
pub(super) fn segment() -> String {
    let path = web_sys::window().and_then(|w| w.location().pathname().ok()).unwrap_or_default();
    path.strip_prefix("/staff").unwrap_or_default().trim_matches('/').to_string()
}

/// A venue with its zone: `The Copper Still, Bar`.
pub(super) fn full_name(venue: &str, zone: &str) -> String {
    if zone.is_empty() { venue.to_string() } else { format!("{venue}, {zone}") }
}

/// How the sound is held. What staff alone see may be a moment older than the room, which decides whether it is still.
pub(super) fn hold() -> Hold {
    let paused = ROOM.read().as_ref().is_some_and(|room| room.paused);
    let told = FLOOR.read().as_ref().map_or(Hold::Free, |floor| floor.hold);
    match (paused, told.is_still()) {
        (true, false) => Hold::Paused,
        (false, true) => Hold::Free,
        _ => told,
    }
}

/// A play as staff see it.
pub(super) fn play(play: PlayId) -> Option<FloorPlay> {
    FLOOR.read().as_ref()?.plays.iter().find(|one| one.play == play).copied()
}

/// Songs that the screen holds already.
pub(super) fn ready() -> i64 {
    let is_ready = |one: &&FloorPlay| one.state == PlayState::Handed && !one.recalled;
    FLOOR.read().as_ref().map_or(0, |floor| floor.plays.iter().filter(is_ready).count() as i64)
}

/// Shows and says what became of an order.
pub(super) fn tell(words: String, refused: bool) {
    live_region::say(words.clone());
    let told = Told { words, refused };
    *TOLD.write() = Some(told.clone());
    spawn_forever(async move {
        TimeoutFuture::new(SHOWN_MS).await;
        if *TOLD.peek() == Some(told) {
            *TOLD.write() = None;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{account::Role, id::JukeboxId};
    use uuid::Uuid;

    fn jukebox(n: u128, room: &str) -> StaffJukebox {
        StaffJukebox {
            jukebox: JukeboxId(Uuid::from_u128(n)),
            room: room.into(),
            venue_name: String::new(),
            zone_name: String::new(),
            role: Role::Attendant,
        }
    }

    #[test]
    fn the_address_names_the_jukebox() {
        let (bar, yard) = (jukebox(1, "copper"), jukebox(2, "yard"));
        let both = [bar.clone(), yard.clone()];
        assert_eq!(here(&both, "yard"), Here::At(yard.clone()));
        assert_eq!(here(&both, &yard.jukebox.to_string()), Here::At(yard));
        assert_eq!(here(&both, ""), Here::Choose);
        assert_eq!(here(&both[..1], ""), Here::At(bar), "there is one only");
        assert_eq!(here(&both, "elsewhere"), Here::Elsewhere);
    }
}
