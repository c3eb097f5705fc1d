//! The API as a patron's phone and an operator's browser use it, over reqwest.

use jukeline_app::{
    api::{AskForSong, Credential, ShowPresence, StartAsGuest},
    client::{Asked, Client, Incoming, Method, Outgoing, Transport},
    id::{PlayId, SongId},
    presence::Position,
};

use anyhow::{Context, Result, bail};
use uuid::Uuid;

/// Where all the bench's venues are.
pub(super) const HERE: Position = Position { latitude: 52.5, longitude: 13.4 };

/// One person's or one program's way to the server.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    bearer: Option<String>,
    pass: Option<String>,
}

impl Http {
    /// Without credentials, unless `client` keeps cookies. `url` is without a slash at the end.
    #[must_use]
    pub fn new(client: reqwest::Client, url: String) -> Client<Self> {
        Client { transport: Self { client, url, bearer: None, pass: None } }
    }
}

impl Transport for Http {
    async fn send(&self, request: Outgoing) -> Result<Incoming, String> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut outgoing = self.client.request(method, format!("{}{}", self.url, request.path));
        if let Some(bearer) = &self.bearer {
            outgoing = outgoing.bearer_auth(bearer);
        }
        if let Some(pass) = &self.pass {
            outgoing = outgoing.header("jukeline-pass", pass);
        }
        if let Some(body) = request.body {
            outgoing = outgoing.header("content-type", "application/json").body(body);
        }
        let answer = outgoing.send().await.map_err(|error| format!("{error:?}"))?;
        let status = answer.status().as_u16();
        let body = answer.text().await.map_err(|error| error.to_string())?;
        Ok(Incoming { status, body })
    }
}

/// A guest with a pass to one room.
#[derive(Clone, Debug)]
pub struct Guest {
    client: Client<Http>,
    room: String,
}

impl Guest {
    /// Starts as a guest and shows that they are in the room.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn enter(client: &reqwest::Client, url: &str, room: &str) -> Result<Self> {
        let mut client = Http::new(client.clone(), url.to_owned());
        let started = client.start_as_guest(&StartAsGuest { credential: Credential::Bearer }).await?;
        client.transport.bearer = Some(started.token.context("a session without a token")?);
        let here = ShowPresence::Position { position: HERE, accuracy_m: 10.0 };
        client.transport.pass = Some(client.show_presence(room, &here).await?.pass);
        Ok(Self { client, room: room.to_owned() })
    }

    /// Asks for a song at one credit and waits until it is in the queue; returns the play's id.
    ///
    /// # Errors
    /// It is declined, or not decided in time.
    pub async fn ask(&self, song: SongId) -> Result<PlayId> {
        let play = PlayId(Uuid::now_v7());
        let ask = AskForSong { play, song, price: 1, sooner: false, valid_until: None };
        match self.client.ask_for(&self.room, &ask).await? {
            Asked::Queued(_) => Ok(play),
            Asked::Pending => bail!("not decided within the server's patience"),
        }
    }
}
