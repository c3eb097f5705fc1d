//! The router over an embedded store, asked without a network.

mod accounts;
mod app_links;
mod charts;
mod doors;
mod history;
mod pages;
mod people;
mod posters;
mod presence;
mod setup;
mod staff;
mod suggestions;
mod table;

use super::router;
use crate::{
    config::Config,
    context::{Context, Health, Parts, Secrets},
    live::Live,
    log::table::TableLog,
    payments::{Gateway, intake::Intake},
    songs::search::SongIndex,
    store::{
        Store,
        places::{self, NewVenue, Room},
    },
};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, header},
};
use jukeline_app::{presence::Position, rules::HouseRules};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc};
use tokio::sync::watch;
use tower::ServiceExt;
use uuid::Uuid;

/// The middle of the test room.
const MIDDLE: Position = Position { latitude: 52.52, longitude: 13.405 };

/// A server with one room, `copper`.
struct World {
    router: Router,
    context: Context,
    _folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
}

/// An answer with its body read.
#[derive(Debug)]
struct Answered {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The cookies that were set, as a browser would send them back.
    fn cookies(&self) -> String {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl World {
    async fn new() -> World {
        World::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config { data: folder.path().to_path_buf(), ..Config::default() };
        config.http.ui = Some(folder.path().join("ui"));
        change(&mut config);
        let store = Store::open_sqlite(folder.path()).await.expect("a store");
        let (stop, stopping) = watch::channel(false);
        let (log, appends) = TableLog::new(store.clone());
        let context = Context::from(Parts {
            secrets: Arc::new(Secrets::load(&store).await.expect("secrets")),
            requests: Arc::new(log),
            live: Live::default(),
            index: Arc::new(SongIndex::in_memory().expect("an index")),
            health: Arc::new(Health::default()),
            readers: crate::readers::Readers::of_process(Uuid::from_u128(1)),
            payments: Gateway::open(&config).expect("a gateway").map(Arc::new),
            config: Arc::new(config),
            events: Intake::start(store.clone()),
            certificate: None,
            stopping,
            store,
        });
        tokio::spawn(crate::log::table::run(context.clone(), appends));
        let world = World { router: router(context.clone()), context, _folder: folder, _stop: stop };
        world.make_room("copper", Some(MIDDLE)).await;
        world
    }

    async fn make_room(&self, name: &str, position: Option<Position>) {
        let store = &self.context.store;
        let now = store.now().await.expect("a clock");
        let mut tx = store.begin().await.expect("a transaction");
        let new =
            NewVenue { name: "The <Copper> Still", city: "Leith", timezone: "Europe/London", position, radius_m: 75.0 };
        let venue = places::make_venue(&mut tx, &new, now).await.expect("a venue");
        let made = places::make_jukebox(&mut tx, venue, name, "", &HouseRules::default(), now).await.expect("asked");
        assert!(made.is_some());
        tx.commit().await.expect("committed");
    }

    async fn room(&self) -> Room {
        places::room(&self.context.store, "copper").await.expect("a read").expect("a room")
    }

    /// The code on the screen now.
    async fn code(&self) -> String {
        let now = self.context.store.now().await.expect("a clock");
        jukeline_app::presence::room_code(&self.room().await.secret, now)
    }

    async fn send(&self, method: Method, path: &str, cookies: &str, body: Option<&Value>) -> Answered {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.ask(request.body(body).expect("a request")).await
    }

    async fn get(&self, path: &str, cookies: &str) -> Answered {
        self.send(Method::GET, path, cookies, None).await
    }

    async fn post(&self, path: &str, cookies: &str, body: &Value) -> Answered {
        self.send(Method::POST, path, cookies, Some(body)).await
    }

    async fn ask(&self, request: Request<Body>) -> Answered {
        self.ask_from([192, 0, 2, 7], request).await
    }

    /// As somebody at this network address.
    async fn ask_from(&self, from: [u8; 4], mut request: Request<Body>) -> Answered {
        let peer = SocketAddr::from((from, 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
        Answered {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
