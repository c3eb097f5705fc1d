//! The API as a whole: what it says of itself, whom each route answers, and how it treats a crowd and a guesser.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    account::Role,
    api::{Code, Problem, ScreenRole, ShowPresence, StartAsGuest},
    client::{Asked, Client},
    id::{AccountId, PlayId, VenueId},
};
use jukeline_backend::{
    http::audience::{Audience, ROUTES},
    store::{
        Store,
        accounts::{self, sessions},
        places,
    },
};
use jukeline_tests::{
    house::{House, HttpTransport, Phone, Screen},
    machine::{self, Need},
    music, needs,
    server::{Server, Setup},
};
use reqwest::{Client as Bare, Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};
use std::{path::Path, process::Command};
use support::{doctor_is_happy, refused};
use uuid::Uuid;

/// Who knocks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Visitor {
    Nobody,
    Guest,
    Patron,
    Here(Role),
    Elsewhere(Role),
    Operator,
    Display,
    Player,
}

const VISITORS: [Visitor; 11] = [
    Visitor::Nobody,
    Visitor::Guest,
    Visitor::Patron,
    Visitor::Here(Role::Attendant),
    Visitor::Here(Role::MusicManager),
    Visitor::Here(Role::VenueManager),
    Visitor::Elsewhere(Role::Attendant),
    Visitor::Elsewhere(Role::VenueManager),
    Visitor::Operator,
    Visitor::Display,
    Visitor::Player,
];

/// A server with a room, and what the routes' parameters name.
struct World {
    server: Server,
    house: House,
    store: Store,
    bare: Bare,
    venue: VenueId,
    other_venue: VenueId,
    song: String,
    play: PlayId,
    player: String,
    display: String,
    folder: String,
}

async fn screen_cookie(server: &Server, house: &House, role: ScreenRole) -> Result<String> {
    let code = house.operator.pairing_code(house.jukebox, role).await?.code;
    let body = json!({ "code": code, "codecs": ["ogg-vorbis"] });
    let answer =
        Bare::new().post(format!("{}/api/screens", server.url())).json(&body).send().await?.error_for_status()?;
    let cookie = answer.headers().get("set-cookie").context("no cookie")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

impl World {
    async fn make() -> Result<World> {
        let server = Setup::embedded().start().await?;
        let folder = music::folder()?;
        let house = House::set_up(&server, &folder).await?;
        let other = House::open(house.operator.clone(), "tin").await?;
        let mut screen = house.pair(&server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        let songs = house.songs().await?;
        let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
        let play = phone.queue(songs[0]).await?.play;
        let store = Store::open_sqlite(server.data()).await?;
        let venue = places::venue_of(&store, house.jukebox).await?.context("a venue")?;
        let other_venue = places::venue_of(&store, other.jukebox).await?.context("another venue")?;
        let display = screen_cookie(&server, &house, ScreenRole::Display).await?;
        let player = screen_cookie(&server, &house, ScreenRole::Player).await?;
        let bare = Bare::builder().redirect(Policy::none()).build()?;
        let (song, folder) = (songs[1].to_string(), folder.display().to_string());
        Ok(World { server, house, store, bare, venue, other_venue, song, play, player, display, folder })
    }

    /// A fresh account of this kind with its session, so that one request can't spoil the next.
    async fn session(&self, visitor: Visitor) -> Result<String> {
        let now = self.store.now().await?;
        let mut tx = self.store.begin().await?;
        let account: AccountId = accounts::make_guest(&mut tx, self.store.kind(), 0, now).await?;
        if visitor != Visitor::Guest {
            let address = format!("{account}@home.example");
            ensure!(accounts::add_password(&mut tx, account, &address, &address, "none", now).await?);
        }
        match visitor {
            Visitor::Here(role) => accounts::appoint(&mut tx, account, role, Some(self.venue)).await?,
            Visitor::Elsewhere(role) => accounts::appoint(&mut tx, account, role, Some(self.other_venue)).await?,
            Visitor::Operator => accounts::appoint(&mut tx, account, Role::Operator, None).await?,
            _ => {}
        }
        let token = sessions::open(&mut tx, account, "walk", "cookie", now).await?;
        tx.commit().await?;
        Ok(format!("session={token}"))
    }

    async fn cookie(&self, visitor: Visitor) -> Result<Option<String>> {
        Ok(match visitor {
            Visitor::Nobody => None,
            Visitor::Display => Some(self.display.clone()),
            Visitor::Player => Some(self.player.clone()),
            person => Some(self.session(person).await?),
        })
    }

    fn address(&self, path: &str) -> String {
        let filled = path
            .replace("{room}", &self.house.room)
            .replace("{song}", &self.song)
            .replace("{play}", &self.play.to_string())
            .replace("{jukebox}", &self.house.jukebox.to_string())
            .replace("{venue}", &self.venue.to_string())
            .replace("{account}", &Uuid::now_v7().to_string())
            .replace("{invitation}", &Uuid::now_v7().to_string())
            .replace("{purchase}", &Uuid::nil().to_string())
            .replace("{year}", "2026")
            .replace("{picture}", "numbers")
            .replace("{*rest}", "find")
            .replace("{*path}", "none.js")
            .replace("{file}", "none.js")
            .replace("{code}", "00000000")
            .replace("{token}", "spent");
        format!("{}{filled}", self.server.url())
    }

    /// A request of the documented form, so that a refusal is about who asks.
    async fn request(&self, method: &Method, path: &str) -> Result<RequestBuilder> {
        let request = self.bare.request(method.clone(), self.address(path));
        if path.ends_with("/live") {
            let key = "dGhlIHNhbXBsZSBub25jZQ==";
            let upgrade = request.header("connection", "Upgrade").header("upgrade", "websocket");
            return Ok(upgrade.header("sec-websocket-version", "13").header("sec-websocket-key", key));
        }
        Ok(match self.body(method, path).await? {
            Some(body) => request.json(&body),
            None => request,
        })
    }

    async fn body(&self, method: &Method, path: &str) -> Result<Option<Value>> {
        let person = json!({ "email": "walker@home.example", "password": "seven yellow umbrellas" });
        Ok(Some(match (method.as_str(), path) {
            ("POST", "/api/guests") | ("PATCH", "/api/me") => json!({}),
            ("POST", "/api/accounts" | "/api/sessions") => person,
            ("POST", "/api/passwords/forgotten" | "/api/people/reset-codes") => {
                json!({ "email": "walker@home.example" })
            }
            ("POST", "/api/passwords") => json!({ "code": "00000000", "password": "seven yellow umbrellas" }),
            ("POST", "/api/tickets") => json!({ "usage": "websocket" }),
            ("POST", "/api/purchases") => json!({ "purchase": Uuid::now_v7(), "pack": "none" }),
            ("POST", "/api/purchases/{purchase}/refunds") => json!({ "refund": Uuid::now_v7(), "part": "whole" }),
            ("POST", "/api/vouchers/redeem" | "/api/claims") => json!({ "code": "0000-0000-0000" }),
            ("POST", "/api/payments/webhook" | "/api/plays/{play}/not-heard") | ("PUT", "/api/favourites/{song}") => {
                json!({})
            }
            ("POST", "/api/venues/nearby") => json!({}),
            ("POST", "/api/rooms/{room}/presence") => {
                json!({ "by": "position", "position": { "latitude": 52.5003, "longitude": 13.4237 }, "accuracy_m": 5 })
            }
            ("POST", "/api/rooms/{room}/plays") => json!({ "play": Uuid::now_v7(), "song": self.song, "price": 0 }),
            ("POST", "/api/rooms/{room}/wishes") => json!({ "words": "a song that isn't here" }),
            ("PUT", "/api/venues/{venue}/settings") => json!({ "shown_elsewhere": true }),
            ("POST", "/api/screens") => json!({ "code": "none", "codecs": ["ogg-vorbis"] }),
            ("POST", "/api/jukeboxes/{jukebox}/pairing-codes") => json!({ "role": "display" }),
            ("POST", "/api/jukeboxes/{jukebox}/skip") => json!({ "play": Uuid::now_v7(), "reason": "too_loud" }),
            ("PUT", "/api/jukeboxes/{jukebox}/paused") => json!({ "paused": false }),
            ("PUT", "/api/jukeboxes/{jukebox}/stop-after") => json!({ "play": Uuid::now_v7() }),
            ("PUT", "/api/jukeboxes/{jukebox}/sound-off") => json!({ "off": false }),
            ("PUT", "/api/jukeboxes/{jukebox}/volume") => json!({ "volume": 70 }),
            ("PUT", "/api/jukeboxes/{jukebox}/rules") => {
                serde_json::to_value(self.house.operator.rules(self.house.jukebox).await?)?
            }
            ("POST", "/api/venues/{venue}/invitations") | ("PUT", "/api/venues/{venue}/staff/{account}") => {
                json!({ "role": "attendant" })
            }
            ("POST", "/api/operators/invitations") => json!({ "role": "operator" }),
            ("POST", "/api/appointments") => json!({ "code": "none" }),
            ("POST", "/api/setup/operator") => {
                json!({ "token": "spent", "name": "Eve", "email": "eve@home.example", "password": "seven yellow umbrellas" })
            }
            ("POST", "/api/setup/venue") => {
                json!({ "name": "New", "zone_name": "", "city": "", "room": format!("r{}", &Uuid::new_v4().simple().to_string()[..10]),
                "timezone": "UTC", "position": null, "radius_m": 50, "hours": [] })
            }
            ("POST", "/api/setup/import") => json!({ "folder": self.folder }),
            ("POST" | "PUT" | "PATCH", other) => {
                anyhow::bail!("a new route without a body in this test: {method} {other}")
            }
            _ => return Ok(None),
        }))
    }
}

/// What the table of audiences promises this visitor.
fn welcome(audience: Audience, visitor: Visitor, path: &str) -> bool {
    let person = !matches!(visitor, Visitor::Nobody | Visitor::Display | Visitor::Player);
    let screen = matches!(visitor, Visitor::Display | Visitor::Player);
    match audience {
        Audience::Anyone | Audience::Operations => true,
        Audience::Session | Audience::Owner => person,
        Audience::SessionOrScreen => person || screen,
        Audience::Screen => screen,
        // The sound is for players alone.
        Audience::Ticket => visitor == Visitor::Player || (visitor == Visitor::Display && !path.ends_with("/sound")),
        Audience::Operator | Audience::SetupLink => visitor == Visitor::Operator,
        Audience::Staff(needed) => match visitor {
            Visitor::Operator => true,
            Visitor::Here(role) => role >= needed,
            // Codes for lost passwords belong to no venue.
            Visitor::Elsewhere(role) => role >= needed && path == "/api/people/reset-codes",
            _ => false,
        },
    }
}

/// Why one answer breaks the promise, if it does.
fn broken(
    audience: Audience,
    welcome: bool,
    path: &str,
    visitor: Visitor,
    status: u16,
    code: Option<Code>,
) -> Option<String> {
    let turned_away = matches!(code, Some(Code::SignInNeeded | Code::Forbidden));
    let nobodys = visitor == Visitor::Nobody && status != 401;
    if status >= 500 && code != Some(Code::NoMail) {
        return Some("a mistake of the server".into());
    }
    if path == "/api/setup/operator" {
        let spent = matches!(code, Some(Code::AlreadyDone | Code::LinkSpent | Code::SlowDown));
        return (!spent).then(|| "the link of the first run is spent for everybody".into());
    }
    if audience == Audience::Owner && welcome {
        return (code != Some(Code::NotFound)).then(|| "another's play is not found".into());
    }
    match (welcome, turned_away) {
        (true, true) => Some("is turned away".into()),
        (false, false) => Some("is let in".into()),
        (false, true) if nobodys => Some("nobody is asked to sign in: 401".into()),
        _ => None,
    }
}

#[tokio::test]
async fn every_route_answers_its_audience_alone() -> Result<()> {
    let world = World::make().await?;
    let mut wrong = Vec::new();
    for (method, path, audience) in ROUTES {
        let method = Method::from_bytes(method.as_str().as_bytes())?;
        for visitor in VISITORS {
            let mut request = world.request(&method, path).await?;
            if let Some(cookie) = world.cookie(visitor).await? {
                request = request.header("cookie", cookie);
            }
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let body = if status >= 400 { answer.bytes().await? } else { Default::default() };
            let code = serde_json::from_slice::<Problem>(&body).ok().map(|problem| problem.code);
            let welcome = welcome(*audience, visitor, path);
            if let Some(why) = broken(*audience, welcome, path, visitor, status, code) {
                wrong.push(format!("{method} {path} for {visitor:?}: {status} {code:?}: {why}"));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(ROUTES.len() > 50, "the whole table was walked");
    doctor_is_happy(&world.server)
}

#[tokio::test]
async fn a_full_bar_behind_one_address_gets_in_and_a_guesser_does_not() -> Result<()> {
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house
        .rules(|rules| {
            rules.cooldown_minutes = 0;
            rules.queue_limit = 200;
        })
        .await?;
    let mut screen: Screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let songs = house.songs().await?;

    let guesser = Client { transport: HttpTransport::new(&server.url())? };
    guesser.start_as_guest(&StartAsGuest::default()).await?;
    let guess = |number: u32| ShowPresence::Code { code: format!("{number:06}x") };
    for number in 0..10 {
        refused(guesser.show_presence(&house.room, &guess(number)).await, Code::WrongCode)?;
    }
    let problem = refused(guesser.show_presence(&house.room, &guess(11)).await, Code::SlowDown)?;
    let seconds = problem.params["seconds"].as_u64().context("how long to wait")?;
    ensure!((1..=601).contains(&seconds), "{seconds}");
    // Not even with the right one: else a guesser would know.
    let right = ShowPresence::Code { code: screen.code()?.into() };
    refused(guesser.show_presence(&house.room, &right).await, Code::SlowDown)?;

    // A hundred people share the guesser's address; nearly everyone's song is another's already.
    let mut queued = 0;
    for person in 0..100 {
        let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
        match phone.ask(songs[person % songs.len()]).await {
            Ok(Asked::Queued(_)) => queued += 1,
            Ok(Asked::Pending) => anyhow::bail!("not decided"),
            other => drop(refused(other, Code::Declined)?),
        }
    }
    ensure!(queued >= songs.len() - 1, "{queued} songs of {}", songs.len());
    doctor_is_happy(&server)
}

/// Runs the judge over the documented operations; its report is the error.
async fn judge(url: &str, folder: &Path, header: Option<&str>) -> Result<()> {
    let mut command = Command::new(machine::python_program("st")?);
    command.args(["run", &format!("{url}/api/openapi.json"), "-n", "20", "-w", "1", "--generation-deterministic"]);
    command
        .args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS])
        .args(["--exclude-path-regex", EXCLUDED])
        .current_dir(folder);
    if let Some(header) = header {
        command.args(["-H", header]);
    }
    machine::run(command).await.map(drop)
}

/// What is judged. Left out: `positive_data_acceptance` and `negative_data_rejection` (a well-formed code is refused all
/// the same) and the checks of authentication, which the walk over the audiences does with every kind of visitor.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method";
/// Websockets are no requests with answers, and whoever signs out or leaves ends the judge's own session. Without mail a
/// lost password answers 501, as documented, which the judge takes for a mistake.
const EXCLUDED: &str = "live$|/api/sessions|/api/me$|/api/setup/import|/api/passwords/forgotten";

#[tokio::test]
async fn the_answers_are_as_documented() -> Result<()> {
    needs!(Need::Schemathesis);
    let world = World::make().await?;
    let folder = tempfile::tempdir()?;
    judge(&world.server.url(), folder.path(), None).await.context("nobody")?;
    let cookie = format!("Cookie: {}", world.session(Visitor::Operator).await?);
    judge(&world.server.url(), folder.path(), Some(&cookie)).await.context("an operator")?;
    ensure!(!world.server.log().contains("panicked"), "no handler panicked");
    doctor_is_happy(&world.server)
}
