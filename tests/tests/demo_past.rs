//! The demo's past: told through the log, the same in every run, and the same pages again when readers are built anew.

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{AddressAndPassword, Credential},
    client::Client,
    events::{Fact, Stamped},
    hours::house_clock,
    id::{AccountId, PlayId, SongId, VenueId},
    time::{MINUTE, Timestamp},
};
use jukeline_tests::{
    eventually,
    house::HttpTransport,
    machine::Need,
    needs, ports,
    server::{Server, Setup},
};
use serde_json::Value;
use sqlx::AnyPool;

/// The first run composes its music before the past is played with it.
const PATIENCE: Duration = Duration::from_secs(300);
const ROOMS: [&str; 3] = ["copper", "lindgren", "heron"];
const READERS: [&str; 5] = ["charts", "elsewhere", "evenings", "history", "hours"];
const VISITOR: (&str, &str) = ("ines@jukeline.example", "two coins and a wink");
const OPERATOR: (&str, &str) = ("dana@jukeline.example", "copper kettle blues");

/// Starts the demo as whoever tries it would, with its own music or that of a folder.
async fn demo(data: &Path, music: Option<&Path>) -> Result<Server> {
    let (port, data_text) = (ports::free()?, data.display().to_string());
    let (port_text, music) = (port.to_string(), music.map(|music| music.display().to_string()));
    let mut arguments = vec!["demo", "--no-open", "--port", &port_text, "--data", &data_text];
    if let Some(music) = &music {
        arguments.extend(["--music", music]);
    }
    Setup::embedded().data(data).port(port).arguments(&arguments).start().await
}

/// Runs a command on the demo's configuration, beside it; gives what it said.
async fn said(server: &Server, arguments: &[&str]) -> Result<String> {
    let mut command = server.command(arguments)?;
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    Ok(text)
}

/// Waits until the past is written and every reader has read it.
async fn is_read(server: &Server) -> Result<()> {
    eventually("the demo's past", PATIENCE, || async {
        ensure!(server.log().contains("nights are written"), "{}", server.log());
        Ok(())
    })
    .await?;
    eventually("every reader at the log's end", PATIENCE, || async {
        let text = said(server, &["readers"]).await?;
        let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
        let done = |name: &&str| lines.iter().any(|line| line[0] == *name && line[3] == "shown" && line[8] == "0");
        ensure!(READERS.iter().all(done) && lines.len() == READERS.len(), "{text}");
        Ok(())
    })
    .await
}

/// A play that was heard, by what is the same in every run: rooms, songs and people have other ids in each.
type Heard = (PlayId, Timestamp, u32, String, String, usize);

/// What the facts say was heard, and until when the past goes.
async fn heard(pool: &AnyPool) -> Result<(BTreeSet<Heard>, i64)> {
    let setting = |name: &'static str| async move {
        let sql = "SELECT value FROM settings WHERE name = $1";
        let value: String = sqlx::query_scalar(sql).bind(name).fetch_one(pool).await?;
        anyhow::Ok(value)
    };
    let people = setting("demo.people").await?;
    let people: Vec<AccountId> = people.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let songs: Vec<(String, String)> = sqlx::query_as("SELECT id, title FROM songs").fetch_all(pool).await?;
    let venues: Vec<(String, String)> = sqlx::query_as("SELECT id, name FROM venues").fetch_all(pool).await?;
    let songs = songs.into_iter().map(|(id, title)| Ok((SongId(id.parse()?), title)));
    let songs: BTreeMap<SongId, String> = songs.collect::<Result<_>>()?;
    let venues = venues.into_iter().map(|(id, name)| Ok((VenueId(id.parse()?), name)));
    let venues: BTreeMap<VenueId, String> = venues.collect::<Result<_>>()?;
    let sql = "SELECT payload FROM outbox WHERE topic = 'plays' AND ce_type = 'Heard' ORDER BY seq";
    let payloads: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await?;
    let mut plays = BTreeSet::new();
    for payload in &payloads {
        let stamped: Stamped = serde_json::from_str(payload)?;
        let Fact::Heard { play, account, song, venue, heard_at, night } = stamped.fact else { continue };
        let person = people.iter().position(|person| *person == account).context("a stranger")?;
        let (title, place) = (songs.get(&song).context("no song")?, venues.get(&venue).context("no venue")?);
        plays.insert((play, heard_at, night, title.clone(), place.clone(), person));
    }
    ensure!(plays.len() == payloads.len(), "each play is another");
    Ok((plays, setting("demo.past").await?.parse()?))
}

/// Whoever looks at the demo.
struct Visitors {
    nobody: Client<HttpTransport>,
    visitor: Client<HttpTransport>,
    operator: Client<HttpTransport>,
}

async fn enters(server: &Server, (email, password): (&str, &str)) -> Result<Client<HttpTransport>> {
    let client = Client { transport: HttpTransport::new(&server.url())? };
    client
        .sign_in(&AddressAndPassword {
            email: email.into(),
            password: password.into(),
            credential: Credential::default(),
        })
        .await?;
    Ok(client)
}

impl Visitors {
    async fn enter(server: &Server) -> Result<Visitors> {
        Ok(Visitors {
            nobody: Client { transport: HttpTransport::new(&server.url())? },
            visitor: enters(server, VISITOR).await?,
            operator: enters(server, OPERATOR).await?,
        })
    }

    /// Every page of the past, by its address.
    async fn pages(&self) -> Result<BTreeMap<String, Value>> {
        let mut pages = BTreeMap::new();
        let nobody = self.public().await?;
        read(&self.nobody, &nobody, &mut pages).await?;
        read(&self.visitor, &own(), &mut pages).await?;
        for room in ROOMS {
            let yours = get(&self.visitor, &format!("/api/rooms/{room}/yours")).await?;
            pages.insert(format!("yours of {} in {room}", VISITOR.0), yours);
        }
        self.rest_of_the_history(&mut pages).await?;
        read(&self.operator, &self.staffs().await?, &mut pages).await?;
        Ok(pages)
    }

    /// What everybody may see.
    async fn public(&self) -> Result<Vec<String>> {
        let mut paths = Vec::new();
        for room in ROOMS {
            for scope in ["here", "city", "network"] {
                for window in ["tonight", "week", "month", "ever"] {
                    paths.push(format!("/api/rooms/{room}/charts?window={window}&scope={scope}"));
                }
                paths.push(format!("/api/rooms/{room}/charts?window=ever&scope={scope}&genre=Jazz"));
            }
            for scope in ["city", "network"] {
                paths.push(format!("/api/rooms/{room}/elsewhere?scope={scope}"));
            }
            paths.push(format!("/api/rooms/{room}/yours"));
        }
        let chart = get(&self.nobody, "/api/rooms/copper/charts?window=ever&scope=network").await?;
        for entry in chart["entries"].as_array().context("no chart")? {
            let song = entry["song"]["id"].as_str().context("no song")?;
            paths.push(format!("/api/rooms/copper/songs/{song}/also"));
        }
        Ok(paths)
    }

    /// The pages of the history behind the first.
    async fn rest_of_the_history(&self, pages: &mut BTreeMap<String, Value>) -> Result<()> {
        let mut path = "/api/history".to_owned();
        while let Some(more) = pages[&path]["more"].as_str() {
            path = format!("/api/history?before={more}");
            read(&self.visitor, std::slice::from_ref(&path), pages).await?;
        }
        Ok(())
    }

    async fn staffs(&self) -> Result<Vec<String>> {
        let mut paths = Vec::new();
        for room in ROOMS {
            let jukebox = self.nobody.room(room).await?.info.jukebox;
            paths.extend(years().map(|year| format!("/api/jukeboxes/{jukebox}/years/{year}")));
            for scope in ["here", "network"] {
                paths.push(format!("/api/jukeboxes/{jukebox}/charts.csv?window=ever&scope={scope}"));
            }
        }
        Ok(paths)
    }
}

/// This year and the last: two months and the days of a year ago lie in these.
fn years() -> [i16; 2] {
    let now = house_clock(now(), "UTC", &[]).night;
    let year = i16::try_from(now / 10_000).unwrap_or_default();
    [year - 1, year]
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or_default())
}

/// What the visitor sees of their own.
fn own() -> Vec<String> {
    let mut paths: Vec<String> =
        ["", ".csv", "/staples", "/staples?room=copper", "?room=heron", "?q=the", "?from=20260101"]
            .map(|rest| format!("/api/history{rest}"))
            .to_vec();
    paths
        .extend(ROOMS.map(|room| format!("/api/rooms/{room}/yours?mine")).iter().map(|path| path.replace("?mine", "")));
    for year in years() {
        paths.push(format!("/api/years/{year}"));
        for picture in ["numbers", "songs", "artists", "months"] {
            paths.push(format!("/api/years/{year}/pictures/{picture}?format=svg"));
        }
    }
    paths
}

async fn read(client: &Client<HttpTransport>, paths: &[String], pages: &mut BTreeMap<String, Value>) -> Result<()> {
    for path in paths {
        let page = get(client, path).await?;
        pages.insert(path.clone(), page);
    }
    Ok(())
}

/// A page without what is the clock's: the time itself, and whether a song still rests in the room.
async fn get(client: &Client<HttpTransport>, path: &str) -> Result<Value> {
    let url = format!("{}{path}", client.transport.base());
    let answer = client.transport.bare().get(url).send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{path}: {status} {text}");
    let mut page = serde_json::from_str(&text).unwrap_or(Value::String(text));
    without_the_clock(&mut page);
    Ok(page)
}

fn without_the_clock(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("server_now");
            fields.remove("refusal");
            fields.values_mut().for_each(without_the_clock);
        }
        Value::Array(values) => values.iter_mut().for_each(without_the_clock),
        _ => {}
    }
}

/// Fails unless the pages are those of a past that is plausible and full.
fn are_full(pages: &BTreeMap<String, Value>, plays: usize) -> Result<()> {
    let length = |path: &str, field: &str| pages[path][field].as_array().map_or(0, Vec::len);
    for room in ROOMS {
        for scope in ["here", "city", "network"] {
            ensure!(length(&format!("/api/rooms/{room}/charts?window=ever&scope={scope}"), "entries") == 10, "{room}");
        }
        ensure!(length(&format!("/api/rooms/{room}/elsewhere?scope=network"), "entries") == 20, "{room}");
        ensure!(length(&format!("yours of {} in {room}", VISITOR.0), "artists") > 0, "{room}");
    }
    ensure!(length("/api/history", "entries") == 50 && length("/api/history", "venues") > 1, "a history");
    ensure!(length("/api/history/staples", "top") == 10, "{}", pages["/api/history/staples"]);
    ensure!(length("/api/history/staples", "a_year_ago") > 0, "{}", pages["/api/history/staples"]);
    let also: Vec<&Value> = pages.iter().filter(|(path, _)| path.ends_with("/also")).map(|(_, page)| page).collect();
    ensure!(also.iter().all(|page| page["songs"].as_array().is_some_and(|songs| !songs.is_empty())), "{also:?}");
    // Three venues' two years are all that was heard, and so are the counts that staff take along.
    let of_years = pages.iter().filter(|(path, _)| path.starts_with("/api/jukeboxes/") && path.contains("/years/"));
    let sum: u64 = of_years.map(|(_, page)| page["plays"].as_u64().unwrap_or(0)).sum();
    ensure!(sum == plays as u64, "{sum} of {plays} plays in the years");
    for (path, page) in pages.iter().filter(|(path, _)| path.ends_with("charts.csv?window=ever&scope=network")) {
        let counted: usize = page.as_str().context("no text")?.lines().skip(1).filter_map(plays_of_line).sum();
        ensure!(counted == plays, "{counted} of {plays} plays in {path}");
    }
    Ok(())
}

/// The count of a line of CSV, which stands before a moment: titles may hold commas themselves.
fn plays_of_line(line: &str) -> Option<usize> {
    let cells: Vec<&str> = line.split(',').collect();
    let moment = cells.iter().position(|cell| cell.starts_with("20") && cell.contains('T') && cell.ends_with('Z'))?;
    cells[moment.checked_sub(1)?].parse().ok()
}

/// Builds a reader anew and fails unless every page is the same again. What an hour plays is the hour's, and what a night
/// is, is the night's: where one of them turned meanwhile, it is tried once more.
async fn same_again(server: &Server, visitors: &Visitors, reader: &str) -> Result<()> {
    let hour = || house_clock(now(), "UTC", &[]).minute_of_day / 60;
    for _ in 0..2 {
        let (began, before) = (hour(), visitors.pages().await?);
        let text = said(server, &["replay", reader]).await?;
        ensure!(text.contains("is built anew") && text.contains("is shown"), "{text}");
        let after = visitors.pages().await?;
        if hour() != began {
            continue;
        }
        ensure!(after.len() == before.len(), "{} pages instead of {}", after.len(), before.len());
        for (path, page) in &before {
            let now = after.get(path).with_context(|| format!("{path} is gone after {reader}"))?;
            ensure!(now == page, "{path} after {reader}:\n{page:#}\nbefore, and now\n{now:#}");
        }
        return Ok(());
    }
    anyhow::bail!("two hours turned while {reader} was built anew")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_past_is_the_same_in_every_run_and_the_same_again_when_it_is_read_again() -> Result<()> {
    needs!(Need::Server);
    let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let first = demo(one.path(), None).await?;
    is_read(&first).await?;
    first.judge()?;
    let (facts, until) = heard(&support::sqlite(one.path()).await?).await?;
    ensure!((3_000..12_000).contains(&facts.len()), "{} plays", facts.len());

    // With the music that the first composed, which comes to the catalogue in another order.
    let second = demo(two.path(), Some(&one.path().join("music"))).await?;
    is_read(&second).await?;
    let (again, later) = heard(&support::sqlite(two.path()).await?).await?;
    let lacking = facts.difference(&again).count();
    ensure!(until <= later && lacking == 0, "{lacking} of {} plays are not in the second run", facts.len());
    let mut more = again.difference(&facts).map(|(_, heard_at, ..)| *heard_at);
    ensure!(more.all(|heard_at| heard_at.plus(10 * MINUTE) > Timestamp(until)), "more than what ended meanwhile");
    drop(second);

    let visitors = Visitors::enter(&first).await?;
    are_full(&visitors.pages().await?, facts.len())?;
    for reader in READERS {
        same_again(&first, &visitors, reader).await?;
    }
    Ok(())
}
