//! What people show to get in is used for one decision and dropped: it is searched for everywhere it could have gone.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::api::ScreenRole;
use jukeline_tests::{
    house::{House, Phone},
    kafka::Kafka,
    machine::Need,
    music, needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use serde_json::{Value, json};
use std::path::Path;

/// Far away, and near enough to be let in; no other number begins like these.
const FAR: (f64, f64) = (12.345_678_9, 98.765_432_1);
const NEAR: (f64, f64) = (52.500_345_67, 13.423_789_01);
const CODE: &str = "unmistakable-code-31415926";
const EMAIL: &str = "unmistakable.person@hidden-place.example";
const PASSWORD: &str = "unmistakable password 2718";
const NAME: &str = "Unmistakable Name";

/// What must not be found, as text and as the eight bytes of a number.
struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    fn of(tokens: &[String]) -> Secrets {
        let numbers = [FAR.0, FAR.1, NEAR.0, NEAR.1];
        let texts = numbers.map(|number| number.to_string()[..9].to_owned());
        let words = [CODE, EMAIL, "hidden-place", PASSWORD, NAME].map(str::to_owned);
        let mut all: Vec<Vec<u8>> =
            texts.into_iter().chain(words).chain(tokens.iter().cloned()).map(String::into_bytes).collect();
        all.extend(numbers.iter().flat_map(|number| [number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec()]));
        Secrets(all)
    }

    /// Fails if one of them stands in `bytes`.
    fn not_in(&self, place: &str, bytes: &[u8]) -> Result<()> {
        for secret in &self.0 {
            let found = bytes.windows(secret.len()).position(|window| window == secret.as_slice());
            ensure!(found.is_none(), "{} stands in {place}", String::from_utf8_lossy(secret));
        }
        Ok(())
    }
}

async fn post(phone: &Phone, path: &str, body: String) -> Result<(u16, Value)> {
    let http = &phone.api.transport;
    let request = http.bare().post(format!("{}{path}", http.base())).header("content-type", "application/json");
    let answer = request.body(body).send().await?;
    Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
}

/// Sends all of it, by every way in, well formed and not; gives the tokens that came back.
async fn show_everything(phone: &Phone, room: &str) -> Result<Vec<String>> {
    let presence = format!("/api/rooms/{room}/presence");
    let at = |(latitude, longitude): (f64, f64)| json!({ "latitude": latitude, "longitude": longitude });
    let shown = |place| json!({ "by": "position", "position": at(place), "accuracy_m": 7.0 }).to_string();
    let near = post(phone, &presence, shown(NEAR)).await?;
    ensure!(near.0 == 200, "{near:?}");
    ensure!(post(phone, &presence, shown(FAR)).await?.0 == 403, "too far");
    ensure!(post(phone, &presence, json!({ "by": "code", "code": CODE }).to_string()).await?.0 == 403, "no such code");
    ensure!(post(phone, "/api/venues/nearby", json!({ "position": at(NEAR) }).to_string()).await?.0 == 200);
    // The same in requests that can't be read: what is refused is not written down either.
    let text =
        format!(r#"{{"by":"position","position":{{"latitude":"{}","longitude":{}}},"accuracy_m":1}}"#, FAR.0, FAR.1);
    ensure!(post(phone, &presence, text).await?.0 == 400);
    ensure!(post(phone, &presence, format!(r#"{{"by":"code","code":"{CODE}","email":"{EMAIL}"}}"#)).await?.0 == 400);
    ensure!(post(phone, "/api/sessions", format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}""#)).await?.0 == 400);
    let query = format!("/api/rooms/{room}?latitude={}&code={CODE}&email={EMAIL}", FAR.0);
    phone.api.transport.bare().get(format!("{}{query}", phone.api.transport.base())).send().await?;

    let who = json!({ "email": EMAIL, "password": PASSWORD, "credential": "bearer" });
    ensure!(post(phone, "/api/sessions", who.to_string()).await?.0 == 401, "nobody yet");
    let started = post(phone, "/api/accounts", who.to_string()).await?;
    ensure!(started.0 == 201, "{started:?}");
    let token = started.1["token"].as_str().context("a token")?.to_owned();
    let http = phone.api.transport.bare();
    let change = http.patch(format!("{}/api/me", phone.api.transport.base())).bearer_auth(&token);
    ensure!(change.json(&json!({ "name": NAME })).send().await?.status() == 200);
    let me = http.get(format!("{}/api/me", phone.api.transport.base())).bearer_auth(&token).send().await?;
    let me: Value = me.json().await?;
    ensure!(me["email"] == EMAIL && me["name"] == NAME, "its owner reads it: {me}");
    let again = post(phone, "/api/sessions", who.to_string()).await?;
    let other = again.1["token"].as_str().context("a second token")?.to_owned();
    let pass = near.1["pass"].as_str().context("a pass")?.to_owned();
    post(phone, "/api/passwords/forgotten", json!({ "email": EMAIL }).to_string()).await?;
    Ok(vec![token, other, pass])
}

/// A room with a player, one song asked for, and somebody who shows everything.
async fn an_evening(server: &Server) -> Result<Secrets> {
    let house = House::set_up(server, &music::folder()?).await?;
    let mut screen = house.pair(server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let code = screen.code()?.to_owned();
    let phone = Phone::enter(&server.url(), &house.room, &code).await?;
    let songs = house.songs().await?;
    // One song of the person who shows everything, and one of somebody who comes later.
    phone.queue(songs[0]).await?;
    let tokens = show_everything(&phone, &house.room).await?;
    Phone::enter(&server.url(), &house.room, &code).await?.queue(songs[1]).await?;
    for _ in 0..2 {
        screen.play_one().await?;
    }
    let metrics = reqwest::get(format!("{}/metrics", server.url())).await?.text().await?;
    ensure!(metrics.contains("jukeline_http_requests_total"), "there are metrics");
    let secrets = Secrets::of(&tokens);
    secrets.not_in("/metrics", metrics.as_bytes())?;
    secrets.not_in("the server's log", server.log().as_bytes())?;
    ensure!(server.log().contains("/api/rooms/{room}/presence"), "the log tells of the requests");
    let words: Vec<_> = server.log().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    ensure!(!words.contains(&code), "the code on the screen is not in the log");
    Ok(secrets)
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[tokio::test]
async fn the_embedded_server_keeps_nothing() -> Result<()> {
    let mut server = Setup::embedded().start().await?;
    let secrets = an_evening(&server).await?;
    for (table, rows) in support::rows_of_sqlite(server.data()).await? {
        secrets.not_in(&format!("the table {table}"), rows.join("\n").as_bytes())?;
    }
    // Running, with what stands in the write-ahead log; and after it was stopped in order.
    for stopped in [false, true] {
        if stopped {
            server.stop().await?;
        }
        let found = files(server.data())?;
        ensure!(found.iter().any(|path| path.ends_with("jukeline.sqlite")), "{found:?}");
        for path in found {
            secrets.not_in(&path.display().to_string(), &std::fs::read(&path)?)?;
        }
    }
    secrets.not_in("the server's log", server.log().as_bytes())
}

#[tokio::test]
async fn the_network_keeps_nothing() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let kafka = Kafka::start().await?;
    let postgres = Postgres::start().await?;
    let url = postgres.create_database("privacy").await?;
    let server = Setup::network(&kafka, &url).start().await?;
    let secrets = an_evening(&server).await?;
    let tables = support::rows_of_postgres(&url).await?;
    ensure!(tables.iter().any(|(table, rows)| table == "plays" && !rows.is_empty()), "there are plays");
    for (table, rows) in tables {
        secrets.not_in(&format!("the table {table}"), rows.as_bytes())?;
    }
    let reading = tokio::task::spawn_blocking(move || support::records(&kafka).map(|read| (read, kafka)));
    let (read, kafka) = reading.await??;
    for (topic, bytes) in read {
        secrets.not_in(&format!("the topic {topic}"), &bytes)?;
    }
    secrets.not_in("the server's log", server.log().as_bytes())?;
    // The brokers outlive the server, which is judged by its log when it ends.
    drop(server);
    drop(kafka);
    Ok(())
}
