//! A house whose only songs are tones or noise, so that what its loudspeakers sound can be measured.

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    house::{House, Phone},
    music,
    server::{Server, Setup},
};

/// The house, its server and its music.
pub struct Tones {
    /// The server.
    pub server: Server,
    /// The house.
    pub house: House,
    _music: TempDir,
}

impl Tones {
    /// A house of two tones of so many seconds, in small files.
    ///
    /// # Errors
    /// The server doesn't start or the music can't be made.
    pub async fn begin(seconds: u32) -> Result<Tones> {
        Tones::as_loud_as(seconds, [-6, -6]).await
    }

    /// A house of one tone of so many seconds, in an M4A file (AAC).
    ///
    /// # Errors
    /// As [`Tones::begin`].
    pub async fn aac(seconds: u32) -> Result<Tones> {
        let folder = tempfile::tempdir()?;
        music::tone(&folder.path().join("Low.m4a"), "Low", 440, seconds, -6)?;
        Tones::of(folder).await
    }

    /// As [`Tones::begin`], with the peaks of both in decibels of full scale.
    ///
    /// # Errors
    /// As [`Tones::begin`].
    pub async fn as_loud_as(seconds: u32, [low, high]: [i32; 2]) -> Result<Tones> {
        let folder = tempfile::tempdir()?;
        for (title, hertz, peak_db) in [("Low", 440, low), ("High", 660, high)] {
            music::tone(&folder.path().join(format!("{title}.ogg")), title, hertz, seconds, peak_db)?;
        }
        Tones::of(folder).await
    }

    /// A house of two large files of noise of so many seconds, 88 kB each.
    ///
    /// # Errors
    /// As [`Tones::begin`].
    pub async fn large(seconds: u32) -> Result<Tones> {
        let folder = tempfile::tempdir()?;
        for (title, seed) in [("Surf", 1), ("Rain", 2)] {
            music::noise(&folder.path().join(format!("{title}.flac")), title, seed, seconds)?;
        }
        Tones::of(folder).await
    }

    async fn of(folder: TempDir) -> Result<Tones> {
        let server = Setup::embedded().start().await?;
        let house = House::set_up(&server, folder.path()).await?;
        Ok(Tones { server, house, _music: folder })
    }

    /// A guest in the room, who got there by its code.
    ///
    /// # Errors
    /// The code is another room's or too old.
    pub async fn guest(&self, code: &str) -> Result<Phone> {
        Phone::enter(&self.server.url(), &self.house.room, code).await
    }

    /// A guest asks for both.
    ///
    /// # Errors
    /// The room takes no songs.
    pub async fn queue_all(&self, guest: &Phone) -> Result<()> {
        for song in self.house.songs().await? {
            guest.queue(song).await?;
        }
        Ok(())
    }
}
