//! What must be refused: each gets a clear answer and changes nothing.

mod support;

use anyhow::{Context, Result, bail, ensure};
use jukeline_app::{
    api::{AskForSong, Code, DeclineReason, Problem, ScreenRole, SongQuery},
    id::{PlayId, SongId},
    rules::{Opening, SongRefusal},
    time::Timestamp,
};
use jukeline_backend::{
    context::Secrets,
    http::passes,
    store::{Store, accounts},
};
use jukeline_tests::{
    eventually,
    house::{House, HttpTransport, Phone, Screen},
    kafka::Kafka,
    machine::{self, Need},
    music, needs, ports,
    postgres::Postgres,
    server::{Server, Setup},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, net::TcpListener, path::Path, time::Duration};
use support::{doctor_is_happy, refused, sqlite, what_matters};
use uuid::Uuid;

/// A room with a player where songs are free, and somebody in it.
struct Room {
    server: Server,
    house: House,
    screen: Screen,
    mara: Phone,
    songs: Vec<SongId>,
}

async fn room() -> Result<Room> {
    let server = Setup::embedded().set(&["guests", "grant"], 3).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let mut screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let mara = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let songs = house.songs().await?;
    Ok(Room { server, house, screen, mara, songs })
}

/// Sends raw bytes; gives status and code.
async fn raw(
    http: &HttpTransport,
    method: Method,
    path: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> Result<(u16, Code)> {
    let request = http.bare().request(method, format!("{}{path}", http.base())).header("content-type", kind);
    let answer = request.body(body).send().await?;
    let status = answer.status().as_u16();
    let written = answer.headers().get("content-type").context("no content type")?.to_str()?.to_owned();
    ensure!(written == "application/problem+json", "{status} {written} {}", answer.text().await?);
    let problem: Problem = answer.json().await?;
    ensure!(problem.status == status && !problem.title.is_empty(), "{problem:?}");
    Ok((status, problem.code))
}

#[tokio::test]
async fn requests_of_no_known_form() -> Result<()> {
    let room = room().await?;
    let (post, put) = (Method::POST, Method::PUT);
    let plays = format!("/api/rooms/{}/plays", room.house.room);
    let presence = format!("/api/rooms/{}/presence", room.house.room);
    let rules = format!("/api/jukeboxes/{}/rules", room.house.jukebox);
    let volume = format!("/api/jukeboxes/{}/volume", room.house.jukebox);
    let ask = json!({ "play": Uuid::now_v7(), "song": room.songs[0], "price": 0 });
    let with = |key: &str, value: Value| {
        let mut changed = ask.clone();
        changed[key] = value;
        changed.to_string()
    };
    let at = |latitude: &str| {
        format!(r#"{{"by":"position","position":{{"latitude":{latitude},"longitude":13.4}},"accuracy_m":5}}"#)
    };
    let (bad, invalid) = (Code::BadRequest, Code::Invalid);
    let mara = &room.mara.api.transport;
    let dana = &room.house.operator.transport;
    let cases: Vec<(&str, &HttpTransport, Method, &str, String, Code)> = vec![
        ("cut off", mara, post.clone(), &plays, ask.to_string()[..20].into(), bad),
        ("nothing", mara, post.clone(), &plays, String::new(), bad),
        ("no object", mara, post.clone(), &plays, "[]".into(), bad),
        ("unknown field", mara, post.clone(), &plays, with("free", json!(true)), bad),
        ("a word for a number", mara, post.clone(), &plays, with("price", json!("two")), bad),
        ("less than nothing", mara, post.clone(), &plays, with("price", json!(-1)), bad),
        ("no id", mara, post.clone(), &plays, with("song", json!("song-1")), bad),
        ("NUL", mara, post.clone(), "/api/sessions", r#"{"email":"a\u0000@b.example","password":"x"}"#.into(), bad),
        ("NaN", mara, post.clone(), &presence, at("NaN"), bad),
        ("1e999", mara, post.clone(), &presence, at("1e999"), bad),
        ("91 degrees", mara, post.clone(), &presence, at("91"), invalid),
        ("-90.1 degrees", mara, post.clone(), &presence, at("-90.1"), invalid),
        (
            "below sure",
            mara,
            post.clone(),
            &presence,
            at("52").replace("\"accuracy_m\":5", "\"accuracy_m\":-5"),
            invalid,
        ),
        (
            "nearby at 91",
            mara,
            post.clone(),
            "/api/venues/nearby",
            r#"{"position":{"latitude":91,"longitude":0}}"#.into(),
            invalid,
        ),
        ("volume 101", dana, put.clone(), &volume, r#"{"volume":101}"#.into(), invalid),
        ("volume 256", dana, put.clone(), &volume, r#"{"volume":256}"#.into(), bad),
        ("rules unknown", dana, put.clone(), &rules, r#"{"version":1,"cheap":true}"#.into(), bad),
        ("a stranger's room", mara, post.clone(), "/api/rooms/nowhere/plays", ask.to_string(), Code::NotFound),
        ("no such route", mara, post.clone(), "/api/nothing", "{}".into(), Code::NotFound),
        ("no such method", mara, put, &plays, "{}".into(), Code::MethodNotAllowed),
        ("too large", mara, post, &plays, with("play", json!("x".repeat(70_000))), Code::BodyTooLarge),
    ];
    let before = what_matters(room.server.data()).await?;
    for (what, http, method, path, body, code) in cases {
        let (status, answered) = raw(http, method, path, "application/json", body).await.context(what)?;
        ensure!((status, answered) == (code.status(), code), "{what}: {status} {answered:?} instead of {code:?}");
    }
    let (_, code) = raw(mara, Method::POST, &plays, "text/plain", ask.to_string()).await?;
    ensure!(code == Code::UnsupportedMediaType, "{code:?}");
    let unknown = format!("/api/rooms/{}/songs?list=newest&color=red", room.house.room);
    let (_, code) = raw(mara, Method::GET, &unknown, "application/json", "").await?;
    ensure!(code == bad, "{code:?}");
    ensure!(what_matters(room.server.data()).await? == before, "something changed");
    ensure!(room.mara.queue(room.songs[0]).await?.room == room.house.room, "and the next good one is served");
    Ok(())
}

/// The reason of a decline.
fn declined<T>(answer: Result<T, jukeline_app::client::ClientError>) -> Result<DeclineReason> {
    Ok(serde_json::from_value(refused(answer, Code::Declined)?.params["reason"].clone())?)
}

fn ask(song: SongId, price: u32) -> AskForSong {
    AskForSong { play: PlayId(Uuid::now_v7()), song, price, sooner: false, valid_until: None }
}

#[tokio::test]
async fn songs_that_are_not_to_be_had() -> Result<()> {
    let room = room().await?;
    let (house, mara, songs) = (&room.house, &room.mara, &room.songs);
    let name = &house.room;
    // The lists are read at once, so the rules come first.
    house
        .rules(|rules| {
            rules.price = 2;
            rules.blocked_songs.insert(songs[1]);
        })
        .await?;
    let price = 2;
    let bought = mara.ask_as(PlayId(Uuid::now_v7()), songs[0], price).await?;
    let jukeline_app::client::Asked::Queued(bought) = bought else { bail!("not decided") };
    let before = what_matters(room.server.data()).await?;

    refused(mara.api.ask_for(name, &ask(SongId(Uuid::now_v7()), price)).await, Code::NotFound)?;
    let blocked = declined(mara.api.ask_for(name, &ask(songs[1], price)).await)?;
    ensure!(blocked == DeclineReason::Song { refusal: SongRefusal::BlockedSong }, "{blocked:?}");
    let poor = refused(mara.api.ask_for(name, &ask(songs[2], price)).await, Code::NotEnoughCredits)?;
    ensure!(poor.params == json!({ "need": 2, "have": 1 }), "{poor:?}");
    let stale = declined(mara.api.ask_for(name, &ask(songs[2], 1)).await)?;
    ensure!(matches!(stale, DeclineReason::Dearer { price: 2 }), "{stale:?}");
    let changed = AskForSong { play: bought.play, ..ask(songs[3], price) };
    refused(mara.api.ask_for(name, &changed).await, Code::IdInUse)?;

    // Clocks that are hours off.
    let now = mara.api.room(name).await?.server_now;
    for hours in [-3, 3] {
        let off = AskForSong { valid_until: Some(now.plus(hours * 3_600_000)), ..ask(songs[2], price) };
        let problem = refused(mara.api.ask_for(name, &off).await, Code::Invalid)?;
        ensure!(problem.params["field"] == "valid_until", "{problem:?}");
    }

    // What belongs to others.
    let jo = Phone::enter(&room.server.url(), name, room.screen.code()?).await?;
    let with_jo = what_matters(room.server.data()).await?;
    refused(jo.api.play(bought.play).await, Code::NotFound)?;
    refused(jo.api.take_back(bought.play).await, Code::NotFound)?;
    let theirs = AskForSong { play: bought.play, ..ask(songs[0], price) };
    refused(jo.api.ask_for(name, &theirs).await, Code::IdInUse)?;
    refused(jo.api.set_paused(house.jukebox, true).await, Code::Forbidden)?;

    ensure!(what_matters(room.server.data()).await? == with_jo, "jo changed something");
    let mut after = what_matters(room.server.data()).await?;
    for (table, rows) in &mut after {
        rows.retain(|row| table == "plays" || before[table].contains(row));
        ensure!(rows == &before[table], "{table}: {rows:?} was {:?}", before[table]);
    }
    let me = mara.api.me().await?;
    ensure!((me.credits, me.reserved) == (1, 2), "nothing was taken: {} {}", me.credits, me.reserved);

    closed(&room).await?;
    doctor_is_happy(&room.server)
}

/// Outside the opening hours nothing is sold.
async fn closed(room: &Room) -> Result<()> {
    let now = room.mara.api.room(&room.house.room).await?.server_now;
    let zone_ms = jukeline_app::hours::utc_offset_minutes(now, "Europe/Berlin") as i64 * 60_000;
    // 1 January 1970 was a Thursday.
    let today = ((now.0 + zone_ms).div_euclid(86_400_000) + 3).rem_euclid(7);
    let later = u8::try_from((today + 3) % 7)?;
    room.house.rules(|rules| rules.hours = vec![Opening { day: later, opens: 600, closes: 660 }]).await?;
    let jo = Phone::enter(&room.server.url(), &room.house.room, room.screen.code()?).await?;
    let closed = declined(jo.api.ask_for(&room.house.room, &ask(room.songs[5], 2)).await)?;
    ensure!(closed == DeclineReason::Closed, "{closed:?}");
    ensure!(jo.api.me().await?.credits == 3, "nothing was taken");
    let back = room.house.operator.set_rules(room.house.jukebox, &jukeline_app::rules::HouseRules::default()).await;
    refused(back, Code::Stale)?;
    Ok(())
}

#[tokio::test]
async fn passes_that_are_over_forged_or_anothers() -> Result<()> {
    let room = room().await?;
    let store = Store::open_sqlite(room.server.data()).await?;
    let secrets = Secrets::load(&store).await?;
    let forged_secrets = Secrets { passes: [7; 32], addresses: [7; 32], purchases: [7; 32] };
    let now = store.now().await?;
    let mut tx = store.begin().await?;
    let account = accounts::make_guest(&mut tx, store.kind(), 3, now).await?;
    let (device, other) = (jukeline_backend::secret::token(), jukeline_backend::secret::token());
    let token = accounts::sessions::open(&mut tx, account, &device, "bearer", now).await?;
    tx.commit().await?;
    let (until, over) = (now.plus(600_000), Timestamp(now.0 - 1));
    let jukebox = room.house.jukebox;
    let elsewhere = House::open(room.house.operator.clone(), "tin").await?.jukebox;
    let good = passes::sign(&secrets, jukebox, &device, until);
    let bad = [
        ("none", String::new()),
        ("over", passes::sign(&secrets, jukebox, &device, over)),
        ("of another device", passes::sign(&secrets, jukebox, &other, until)),
        ("of another room", passes::sign(&secrets, elsewhere, &device, until)),
        ("signed by nobody", passes::sign(&forged_secrets, jukebox, &device, until)),
        ("prolonged", good.replace(&until.0.to_string(), &until.plus(1).0.to_string())),
    ];
    let send = |pass: String| {
        let url = format!("{}/api/rooms/{}/plays", room.server.url(), room.house.room);
        let request = reqwest::Client::new().post(url).bearer_auth(&token).header("jukeline-pass", pass);
        request.json(&ask(room.songs[0], 0)).send()
    };
    let before = what_matters(room.server.data()).await?;
    for (what, pass) in bad {
        let answer = send(pass).await?;
        let problem: Problem = answer.json().await.context(what)?;
        ensure!(problem.code == Code::NotInTheRoom, "{what}: {problem:?}");
    }
    ensure!(what_matters(room.server.data()).await? == before, "something changed");
    ensure!(send(good).await?.status() == 201, "a good one lets in");
    Ok(())
}

/// Runs the program with a configuration file of this text; fails unless it ends by itself and badly. Gives its words.
async fn fails(config: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Result<String> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("own.toml"), config)?;
    let mut command = tokio::process::Command::new(machine::server()?);
    command.args(arguments).arg("--config").arg(folder.path().join("own.toml")).current_dir(folder.path());
    command.envs(variables.iter().copied()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(20), command.output()).await.context("it does not end")??;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(!output.status.success(), "it went well: {said}");
    ensure!(!said.contains("panicked"), "{said}");
    Ok(said)
}

#[tokio::test]
async fn configurations_that_cannot_be_used() -> Result<()> {
    // What stands there, and what the message must name: the key, the value, and what would be right.
    let cases: [(&str, &[&str]); 10] = [
        ("colour = \"red\"", &["colour", "public_url"]),
        ("public_url = \"ftp://bar.example\"", &["public_url", "ftp://bar.example", "http or https"]),
        ("public_url = \"https://bar.example/jukebox\"", &["public_url", "/jukebox", "without a path"]),
        ("[http]\nbind = \"everywhere\"", &["http.bind", "everywhere", "127.0.0.1:8080"]),
        ("[log]\nkind = \"rabbit\"", &["log.kind", "rabbit", "table", "kafka"]),
        ("[log]\npartitions = 0", &["log.partitions", "\"0\"", "1 to 1000"]),
        ("[log]\nkind = \"kafka\"", &["log.kind", "kafka", "postgres://"]),
        (
            "[log]\nkind = \"kafka\"\n[store]\nurl = \"postgres://u:secret-word@h/d\"",
            &["log.kafka", "bootstrap.servers", "host:9092"],
        ),
        ("[store]\nurl = \"postgres://u:secret-word@h/d\"", &["log.kind", "table", "kafka"]),
        ("[mail]\nsmtp = \"smtp://127.0.0.1\"", &["mail", "smtp and from"]),
    ];
    for (config, words) in cases {
        let said = fails(config, &["serve"], &[]).await.context(config)?;
        for word in words {
            ensure!(said.contains(word), "{config}\nmust name {word}:\n{said}");
        }
        ensure!(!said.contains("secret-word"), "{said}");
    }
    let said = fails("", &["serve"], &[("JUKELINE_LOG__PARTITIONS", "many")]).await?;
    ensure!(said.to_lowercase().contains("partitions") && said.contains("many"), "{said}");
    let said = fails("[store]\nurl = \"mysql://u:secret-word@h/d\"", &["serve"], &[]).await?;
    ensure!(said.contains("store.url") && said.contains("sqlite") && !said.contains("secret-word"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_port_in_use_and_a_newer_database() -> Result<()> {
    let taken = TcpListener::bind(("127.0.0.1", 0))?;
    let port = taken.local_addr()?.port();
    let data = tempfile::tempdir()?;
    let config = |port: u16| Setup::embedded().port(port).data(data.path()).to_toml();
    let said = fails(&config(port)?, &["serve"], &[]).await?;
    ensure!(said.contains(&format!("127.0.0.1:{port}")) && said.contains("http.bind"), "{said}");

    let mut server = Setup::embedded().unjudged().data(data.path()).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    server.stop().await?;
    drop(house);
    let pool = sqlite(data.path()).await?;
    sqlx::query("UPDATE schema_version SET version = 99").execute(&pool).await?;
    pool.close().await;
    let before = support::rows_of_sqlite(data.path()).await?;
    for arguments in [&["serve"][..], &["doctor"], &["songs", "import", "/tmp"], &["accounts", "reset", "a@b.example"]]
    {
        let said = fails(&config(ports::free()?)?, arguments, &[]).await?;
        ensure!(said.contains("version 99") && said.contains("newer program"), "{arguments:?}: {said}");
    }
    ensure!(support::rows_of_sqlite(data.path()).await? == before, "it was left alone");
    Ok(())
}

fn import(server: &Server, folder: &Path) -> Result<(bool, String)> {
    let output = server.command(&["songs", "import"])?.arg(folder).output()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok((output.status.success(), said))
}

#[tokio::test]
async fn folders_without_music() -> Result<()> {
    let mut server = Setup::embedded().start().await?;
    server.stop().await?;
    let folder = tempfile::tempdir()?;
    let (well, said) = import(&server, &folder.path().join("nowhere"))?;
    ensure!(!well && said.contains("nowhere"), "{said}");
    let (_, said) = import(&server, folder.path())?;
    ensure!(said.contains("No music found"), "{said}");
    fs::write(folder.path().join("notes.txt"), "milk, bread")?;
    fs::write(folder.path().join("empty.ogg"), "")?;
    fs::write(folder.path().join("words.mp3"), "this is no sound".repeat(1000))?;
    let whole =
        fs::read_dir(music::folder()?)?.flatten().find(|file| file.path().extension().is_some_and(|e| e == "ogg"));
    let bytes = fs::read(whole.context("a song")?.path())?;
    fs::write(folder.path().join("cut.ogg"), &bytes[..bytes.len() / 2])?;
    let mut noisy = bytes.clone();
    let middle = noisy.len() / 2;
    noisy[middle..middle + 60_000].fill(0x5a);
    fs::write(folder.path().join("noisy.ogg"), noisy)?;
    let (_, said) = import(&server, folder.path())?;
    ensure!(said.contains("0 songs imported") && said.contains("4 refused"), "{said}");
    for (file, why) in [("empty.ogg", "empty"), ("words.mp3", ""), ("cut.ogg", "damaged"), ("noisy.ogg", "damaged")] {
        ensure!(said.lines().any(|line| line.contains(&format!("{file}: {why}"))), "{file} {why}: {said}");
    }
    ensure!(!said.contains("notes.txt"), "{said}");
    server.restart().await?;
    let state = jukeline_app::client::Client { transport: HttpTransport::new(&server.url())? }.setup().await?;
    ensure!(state.songs == 0, "{}", state.songs);
    Ok(())
}

/// The words of `/readyz`.
async fn readiness(server: &Server) -> Result<(u16, Value)> {
    let answer =
        reqwest::Client::new().get(format!("{}/readyz", server.url())).timeout(Duration::from_secs(8)).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

/// Waits until `/readyz` calls a part out of reach.
async fn says_out_of_reach(server: &Server, part: &str) -> Result<()> {
    eventually(&format!("{part} out of reach"), Duration::from_secs(40), || async {
        let (status, words) = readiness(server).await?;
        ensure!(status == 503 && words["ready"] == false && words[part] == "out of reach", "{status} {words}");
        Ok(())
    })
    .await
}

/// A song is asked for while something is out of reach: refused as such.
async fn ask_in_vain(phone: &Phone, room: &str, song: SongId) -> Result<PlayId> {
    let asked = ask(song, 2);
    let began = std::time::Instant::now();
    let answer = phone.api.ask_for(room, &asked).await;
    refused(answer, Code::Unavailable).with_context(|| format!("after {:?}", began.elapsed()))?;
    Ok(asked.play)
}

/// A song can be asked for again: everything has recovered by itself.
async fn asks_again(phone: &Phone, room: &str, song: SongId) -> Result<()> {
    let again = ask(song, 2);
    eventually("a song in the queue again", Duration::from_secs(60), || async {
        phone.api.ask_for(room, &again).await?;
        let play = phone.api.play(again.play).await?;
        ensure!(play.price == 2, "{play:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn kafka_and_postgres_out_of_reach() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let mut postgres = Postgres::start().await?;
    let url = postgres.create_database("reach").await?;
    let mut kafka = Kafka::start().await?;
    // At the start: it waits and says what for.
    kafka.kill9();
    let mut server = Setup::network(&kafka, &url).set(&["guests", "grant"], 20).launch()?;
    eventually("a word about Kafka", Duration::from_secs(60), || async {
        ensure!(server.log().contains("Kafka is out of reach"), "{}", server.log());
        Ok(())
    })
    .await?;
    kafka.restart().await?;
    server.wait().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    let mut screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let songs = house.songs().await?;
    phone.queue(songs[0]).await?;

    kafka.kill9();
    says_out_of_reach(&server, "log").await?;
    let newest = SongQuery { list: Some("newest".into()), ..Default::default() };
    ensure!(phone.api.songs(&house.room, &newest).await?.total > 0, "looking around works on");
    let vain = ask_in_vain(&phone, &house.room, songs[1]).await.context("without Kafka")?;
    ensure!(phone.api.me().await?.credits == 18, "nothing was taken");
    kafka.restart().await?;
    server.wait().await?;
    asks_again(&phone, &house.room, songs[2]).await?;
    refused(phone.api.play(vain).await, Code::NotFound)?;

    postgres.kill9();
    says_out_of_reach(&server, "store").await?;
    ask_in_vain(&phone, &house.room, songs[3]).await.context("without PostgreSQL")?;
    postgres.restart().await?;
    server.wait().await?;
    asks_again(&phone, &house.room, songs[3]).await?;
    let me = phone.api.me().await?;
    ensure!((me.credits, me.reserved) == (14, 6), "three songs and nothing else: {} {}", me.credits, me.reserved);
    doctor_is_happy(&server)
}
