//! A patron's phone.

use super::visitor::Http;
use anyhow::{Context, Result};
use futures_util::StreamExt;
use jukeline_app::{
    api::{AskForSong, MyPlay, RoomMessage, ShowPresence, StartAsGuest},
    client::{Asked, Client, ClientError},
    id::{PlayId, SongId},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

/// A guest in the room.
#[derive(Clone)]
pub struct Phone {
    /// Their client.
    pub api: Client<Http>,
    room: String,
}

/// A listener of a room's websocket.
pub struct Visitor(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Phone {
    /// A guest who types the code.
    pub async fn enter(base: &str, room: &str, code: &str) -> Result<Phone> {
        let api = Client { transport: Http::new(base)? };
        api.start_as_guest(&StartAsGuest::default()).await?;
        api.show_presence(room, &ShowPresence::Code { code: code.into() }).await?;
        Ok(Phone { api, room: room.into() })
    }

    /// The same phone, talking to another process.
    pub fn at(&self, base: &str) -> Phone {
        Phone { api: Client { transport: self.api.transport.at(base) }, room: self.room.clone() }
    }

    /// Asks for a song at the price that the quote names.
    pub async fn ask(&self, song: SongId) -> Result<Asked, ClientError> {
        let price = self.api.quote(&self.room, song).await?.ordinary.map_or(0, |offer| offer.price);
        self.ask_as(PlayId(Uuid::now_v7()), song, price).await
    }

    /// Asks for a song under an id of one's own.
    pub async fn ask_as(&self, play: PlayId, song: SongId, price: u32) -> Result<Asked, ClientError> {
        let ask = AskForSong { play, song, price, sooner: false, valid_until: None };
        self.api.ask_for(&self.room, &ask).await
    }

    /// Asks, and expects a place in the queue.
    pub async fn queue(&self, song: SongId) -> Result<MyPlay> {
        match self.ask(song).await? {
            Asked::Queued(play) => Ok(*play),
            Asked::Pending => anyhow::bail!("not decided within two seconds"),
        }
    }
}

impl Visitor {
    /// Listens to a room.
    pub async fn listen(websocket_base: &str, room: &str) -> Result<Visitor> {
        let (socket, _) = connect_async(format!("{websocket_base}/api/rooms/{room}/live")).await?;
        Ok(Visitor(socket))
    }

    /// The next message.
    pub async fn next(&mut self) -> Result<RoomMessage> {
        let message = tokio::time::timeout(std::time::Duration::from_secs(30), self.0.next()).await?;
        let message = message.context("the socket closed")??;
        Ok(serde_json::from_str(message.to_text()?)?)
    }
}
