//! Songs that somebody may like, their favourites, and what they wish the catalogue had.

use super::{Client, ClientError, Method, Transport, escape, json};
use crate::{
    api::{SongPage, WishForSong, Wishes, Yours},
    id::SongId,
};

impl<T: Transport> Client<T> {
    /// `GET /api/rooms/{room}/yours`
    pub async fn yours(&self, room: &str) -> Result<Yours, ClientError> {
        self.get(format!("/api/rooms/{}/yours", escape(room))).await
    }

    /// `GET /api/rooms/{room}/songs/{song}/also`: what people who played it also played.
    pub async fn also_played(&self, room: &str, song: SongId) -> Result<SongPage, ClientError> {
        self.get(format!("/api/rooms/{}/songs/{song}/also", escape(room))).await
    }

    /// `POST /api/rooms/{room}/wishes`: asks the house for a song that isn't here.
    pub async fn wish(&self, room: &str, words: &str) -> Result<(), ClientError> {
        let wish = WishForSong { words: words.into() };
        self.tell(Method::Post, format!("/api/rooms/{}/wishes", escape(room)), Some(json(&wish)?)).await
    }

    /// `GET /api/wishes`, by operators: what was asked for and isn't here.
    pub async fn wishes(&self) -> Result<Wishes, ClientError> {
        self.get("/api/wishes".into()).await
    }
}
