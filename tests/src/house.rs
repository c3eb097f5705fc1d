//! A venue made through the API as its owner would, and the people in it.

mod evening;
mod phone;
mod screen;

pub use evening::Evening;
pub use phone::{Phone, Visitor};
pub use screen::Screen;

use crate::{eventually, server::Server};
use anyhow::{Context, Result};
use jukeline_app::{
    api::{ImportMusic, MakeOperator, MakeVenue, ScreenRole},
    client::Client,
    id::{JukeboxId, SongId},
    rules::HouseRules,
};
use std::{path::Path, time::Duration};
use visitor::Http;

mod visitor;

pub use visitor::Http as HttpTransport;

/// The operator's address in tests.
pub const EMAIL: &str = "dana@bar.example";
/// The operator's password in tests.
pub const PASSWORD: &str = "copper kettle blues";

/// A venue with one jukebox.
pub struct House {
    /// The operator's client.
    pub operator: Client<Http>,
    /// The room's name.
    pub room: String,
    /// The jukebox.
    pub jukebox: JukeboxId,
}

/// The one-time link's token, as the server printed it.
pub async fn setup_token(server: &Server) -> Result<String> {
    eventually("the one-time link", Duration::from_secs(10), || async {
        let log = server.log();
        let (_, rest) = log.split_once("/setup/").context("no link yet")?;
        let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
        Ok(token)
    })
    .await
}

impl House {
    /// Sets an empty server up: operator, venue, music.
    pub async fn set_up(server: &Server, music: &Path) -> Result<House> {
        let operator = Client { transport: Http::new(&server.url())? };
        let token = setup_token(server).await?;
        let make = MakeOperator { token, name: "Dana".into(), email: EMAIL.into(), password: PASSWORD.into() };
        operator.make_operator(&make).await?;
        let house = House::open(operator, "copper").await?;
        house.import(music).await?;
        Ok(house)
    }

    /// Makes one more venue with one jukebox.
    pub async fn open(operator: Client<Http>, room: &str) -> Result<House> {
        let venue = MakeVenue {
            name: "The Copper Still".into(),
            zone_name: String::new(),
            city: "Berlin".into(),
            room: room.into(),
            timezone: "Europe/Berlin".into(),
            position: Some(jukeline_app::presence::Position { latitude: 52.5003, longitude: 13.4237 }),
            radius_m: 75.0,
            hours: Vec::new(),
        };
        let made = operator.make_venue(&venue).await?;
        Ok(House { operator, room: made.room, jukebox: made.jukebox })
    }

    /// Imports a folder and waits for its end.
    pub async fn import(&self, folder: &Path) -> Result<()> {
        self.operator.import_music(&ImportMusic { folder: folder.display().to_string() }).await?;
        eventually("the import", Duration::from_secs(120), || async {
            let import = self.operator.setup().await?.import.context("no import")?;
            anyhow::ensure!(import.finished, "{} of {}", import.done, import.found);
            anyhow::ensure!(import.failed.is_none(), "{:?}", import.failed);
            Ok(())
        })
        .await
    }

    /// Changes the rules.
    pub async fn rules(&self, change: impl FnOnce(&mut HouseRules)) -> Result<()> {
        let mut rules = self.operator.rules(self.jukebox).await?;
        change(&mut rules);
        self.operator.set_rules(self.jukebox, &rules).await?;
        Ok(())
    }

    /// Pairs a screen of `server` and connects it.
    pub async fn pair(&self, server: &Server, role: ScreenRole) -> Result<Screen> {
        let code = self.operator.pairing_code(self.jukebox, role).await?.code;
        Screen::pair(&server.url(), &code).await
    }

    /// The songs of the catalogue, newest first.
    pub async fn songs(&self) -> Result<Vec<SongId>> {
        let newest = jukeline_app::api::SongQuery { list: Some("newest".into()), ..Default::default() };
        Ok(self.operator.songs(&self.room, &newest).await?.songs.into_iter().map(|found| found.song.id).collect())
    }
}
