//! A server with open rooms, players that are there, songs and guests with credits.

use std::{net::Ipv4Addr, time::Duration};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt, stream, stream::TryStreamExt};
use jukeline_app::{
    api::{MakeOperator, MakeVenue, PairScreen, PlayerStatus, ScreenRole, ScreenSays},
    client::Client,
    id::SongId,
    song::Codec,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, any::install_default_drivers};
use tokio::task::JoinSet;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};
use uuid::Uuid;

use super::api::{Guest, HERE, Http};
use crate::{eventually, server::Server};

/// What a house is to have.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Jukeboxes, each of a venue of its own.
    pub rooms: usize,
    /// Guests in each room.
    pub guests: usize,
    /// Songs in the catalogue.
    pub songs: usize,
}

/// A house that takes songs. Its players go with it.
#[derive(Debug)]
pub struct House {
    /// The rooms' names, each with its guests.
    pub rooms: Vec<(String, Vec<Guest>)>,
    /// The catalogue, of three minutes each.
    pub songs: Vec<SongId>,
    players: JoinSet<()>,
}

impl House {
    /// Furnishes an empty server through its API; only the songs are rows of the database at `store`.
    ///
    /// # Errors
    /// The server refuses something.
    pub async fn furnish(server: &Server, store: &str, size: Size) -> Result<Self> {
        let songs = insert_songs(store, size.songs).await?;
        let operator = make_operator(server).await?;
        let mut house = Self { rooms: Vec::new(), songs, players: JoinSet::new() };
        let (guests, url) = (reqwest::Client::new(), server.url());
        for number in 0..size.rooms {
            let room = format!("bench-{number}");
            open_room(&operator, server, &room, number, &mut house.players).await?;
            let entering = (0..size.guests).map(|_| Guest::enter(&guests, &url, &room));
            let entered = stream::iter(entering).buffered(4).try_collect().await?;
            house.rooms.push((room, entered));
        }
        Ok(house)
    }
}

async fn make_operator(server: &Server) -> Result<Client<Http>> {
    let token = eventually("the link of the first run", Duration::from_secs(10), || async {
        let log = server.log();
        let (_, behind) = log.rsplit_once("/setup/").context("no link in the log")?;
        let token: String = behind.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        ensure!(token.len() > 20, "no token in the link");
        Ok(token)
    })
    .await?;
    let operator = Http::new(reqwest::Client::builder().cookie_store(true).build()?, server.url());
    let (name, email) = ("Dana".to_owned(), "dana@bench.example".to_owned());
    operator.make_operator(&MakeOperator { token, name, email, password: "copper kettle blues".to_owned() }).await?;
    Ok(operator)
}

async fn open_room(
    operator: &Client<Http>,
    server: &Server,
    room: &str,
    number: usize,
    players: &mut JoinSet<()>,
) -> Result<()> {
    let venue = MakeVenue {
        name: format!("Bench {number}"),
        zone_name: String::new(),
        city: "Berlin".to_owned(),
        room: room.to_owned(),
        timezone: "Europe/Berlin".to_owned(),
        position: Some(HERE),
        radius_m: 75.0,
        hours: Vec::new(),
    };
    let jukebox = operator.make_venue(&venue).await?.jukebox;
    let mut rules = operator.rules(jukebox).await?;
    (rules.price, rules.per_patron, rules.queue_limit) = (1, 250, 2000);
    operator.set_rules(jukebox, &rules).await?;
    let code = operator.pairing_code(jukebox, ScreenRole::Player).await?.code;
    let cookie = pair(server, code, number).await?;
    start_player(server, cookie, players).await?;
    eventually("the player to be there", Duration::from_secs(10), || async {
        let status = operator.room(room).await?.player;
        ensure!(status == PlayerStatus::Online, "the player is {status:?}");
        Ok(())
    })
    .await
}

/// Pairs a player, from an address of its own: one address may not try many codes.
async fn pair(server: &Server, code: String, number: usize) -> Result<String> {
    let [.., high, low] = u32::try_from(number + 2)?.to_be_bytes();
    let client = reqwest::Client::builder().local_address(Some(Ipv4Addr::new(127, 0, high, low).into())).build()?;
    let pair = PairScreen { code, codecs: Codec::ALL.to_vec(), credential: Default::default() };
    let answer = client.post(format!("{}/api/screens", server.url())).json(&pair).send().await?.error_for_status()?;
    let cookie = answer.cookies().find(|cookie| cookie.name() == "screen").map(|cookie| cookie.value().to_owned());
    cookie.context("pairing gave no cookie")
}

/// Connects a player that claims its jukebox and takes in whatever it is told.
async fn start_player(server: &Server, cookie: String, players: &mut JoinSet<()>) -> Result<()> {
    let mut request = server.websocket_url("/api/screens/live").into_client_request()?;
    request.headers_mut().insert("cookie", format!("screen={cookie}").parse()?);
    let (mut socket, _) = connect_async(request).await?;
    let claim = ScreenSays::Claim { codecs: Codec::ALL.to_vec(), resume: None };
    socket.send(Message::text(serde_json::to_string(&claim)?)).await?;
    players.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
    Ok(())
}

/// Puts songs straight into the catalogue: nobody listens to them, so that no files are needed.
pub(crate) async fn insert_songs(store: &str, count: usize) -> Result<Vec<SongId>> {
    const COLUMNS: usize = 15;
    install_default_drivers();
    let mut connection = AnyConnection::connect(store).await?;
    let songs: Vec<SongId> = (0..count).map(|_| SongId(Uuid::now_v7())).collect();
    for (chunk, songs) in songs.chunks(50).enumerate() {
        let row = |row: usize| {
            (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect::<Vec<_>>().join(",")
        };
        let rows: Vec<String> = (0..songs.len()).map(|index| format!("({})", row(index))).collect();
        let sql = format!(
            "INSERT INTO songs (id, content_hash, recording, title, artist, artists, album, year, genre, duration_ms, \
             explicit, codec, mime, path, bytes, gain_db, imported_at) VALUES {}",
            rows.join(",").replace(')', ", 0.0, 0)")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (index, song) in songs.iter().enumerate() {
            let number = chunk * 50 + index;
            query = query
                .bind(song.to_string())
                .bind(format!("bench-{number}"))
                .bind(format!("bench-{number}"))
                .bind(format!("The Long Way Round {number}"))
                .bind("The Quiet Hours".to_owned())
                .bind("[\"The Quiet Hours\"]".to_owned())
                .bind("Night Ferry".to_owned())
                .bind(1994_i64)
                .bind("Folk".to_owned())
                .bind(180_000_i64)
                .bind(0_i64)
                .bind(Codec::OggVorbis.word().to_owned())
                .bind("audio/ogg".to_owned())
                .bind("none".to_owned())
                .bind(0_i64);
        }
        query.execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(songs)
}
