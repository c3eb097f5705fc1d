//! A room with its player and somebody in it.

use anyhow::{Result, ensure};
use jukeline_app::{api::ScreenRole, id::PlayId, play::PlayState, rules::HouseRules};
use jukeline_tests::{
    eventually,
    house::{House, Phone, Screen},
    music,
    server::Server,
};
use std::time::Duration;

/// How long a decision may take on a busy machine, or after something was away.
const PATIENCE: Duration = Duration::from_secs(60);

/// A room with its player and somebody in it.
pub(crate) struct Room {
    pub(crate) house: House,
    pub(crate) screen: Screen,
    pub(crate) phone: Phone,
}

impl Room {
    /// The first room of an empty server, with music and these rules.
    pub(crate) async fn set_up(server: &Server, rules: impl FnOnce(&mut HouseRules)) -> Result<Room> {
        let house = House::set_up(server, &music::folder()?).await?;
        Room::open(server, house, rules).await
    }

    /// A house with these rules, its player and a guest.
    pub(crate) async fn open(server: &Server, house: House, rules: impl FnOnce(&mut HouseRules)) -> Result<Room> {
        house.rules(rules).await?;
        let mut screen = house.pair(server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
        Ok(Room { house, screen, phone })
    }
}

/// Waits until a song has been played to its end.
pub(crate) async fn finished(phone: &Phone, play: PlayId) -> Result<()> {
    eventually("the end of a song", PATIENCE, || async {
        let state = phone.api.play(play).await?.state;
        ensure!(state == PlayState::Finished, "{state:?}");
        Ok(())
    })
    .await
}
