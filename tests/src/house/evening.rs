//! An evening in a house whose player sounds nothing, so that a test decides what plays.

use std::time::Duration;

use anyhow::{Context, Result};
use jukeline_app::{
    api::{MyPlay, Report, ScreenRole},
    id::PlayId,
    play::{PlayState, ReturnReason},
};

use super::{House, Phone, Screen};
use crate::{
    eventually, music,
    server::{Server, Setup},
};

/// What may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A house, its player, and a guest with 20 credits; a song is two credits.
pub struct Evening {
    /// The server.
    pub server: Server,
    /// The house.
    pub house: House,
    /// Its player.
    pub screen: Screen,
    /// The guest.
    pub guest: Phone,
}

impl Evening {
    /// Begins one on an embedded server.
    ///
    /// # Errors
    /// A part of it isn't ready in time.
    pub async fn begin() -> Result<Evening> {
        Evening::begin_with(Setup::embedded()).await
    }

    /// Begins one on a server with this setup.
    ///
    /// # Errors
    /// A part of it isn't ready in time.
    pub async fn begin_with(setup: Setup) -> Result<Evening> {
        let setup = setup.set(&["guests", "grant"], 20).set(&["floor", "silent_after_seconds"], 600);
        let server = setup.start().await?;
        let house = House::set_up(&server, &music::folder()?).await?;
        house.rules(|rules| (rules.price, rules.per_patron) = (2, 6)).await?;
        let mut screen = house.pair(&server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        let guest = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
        Ok(Evening { server, house, screen, guest })
    }

    /// Asks for so many songs; the first of them sounds.
    ///
    /// # Errors
    /// One is refused.
    pub async fn with_songs(&mut self, n: usize) -> Result<Vec<MyPlay>> {
        let mut plays = Vec::new();
        for song in self.house.songs().await?.into_iter().take(n) {
            plays.push(self.guest.queue(song).await?);
        }
        self.start_next().await?;
        Ok(plays)
    }

    /// The player begins with the next song: the play and its attempt.
    ///
    /// # Errors
    /// There is none in time.
    pub async fn start_next(&mut self) -> Result<(PlayId, i64)> {
        let (play, attempt) = self.screen.next_song().await?;
        self.screen.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;
        Ok((play, attempt))
    }

    /// Waits until the plan has a play no more.
    ///
    /// # Errors
    /// It still has.
    pub async fn gone(&mut self, play: PlayId) -> Result<()> {
        let is_gone =
            |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.lineup.iter().all(|song| song.play != play));
        self.screen.until("the song to leave the plan", is_gone).await
    }

    /// Waits until the credits of a play went back: why.
    ///
    /// # Errors
    /// They don't within a minute.
    pub async fn returned(&self, play: PlayId) -> Result<ReturnReason> {
        eventually("the credits", PATIENCE, || async {
            self.guest.api.play(play).await?.returned.context("not returned yet")
        })
        .await
    }

    /// What a play has come to.
    ///
    /// # Errors
    /// The server doesn't say.
    pub async fn state(&self, play: PlayId) -> Result<PlayState> {
        Ok(self.guest.api.play(play).await?.state)
    }
}
