//! Histories, favourites, staples and years over HTTP, on the table and on Apache Kafka with PostgreSQL: what a plain
//! recomputation of the facts gives, through duplicates, a restart, a merge, a deletion and a rebuild.

mod contract;
mod support;

use anyhow::{Context as _, Result, ensure};
use contract::{Installation, On, PATIENCE, house::House};
use jukeline_app::{
    account::Role,
    api::{
        AddressAndPassword, AtRoom, ChangeMe, ChartQuery, ChartScope, ChartWindow, Code, Credential, Favourites,
        History, HistoryEntry, HistoryQuery, Problem, StartAsGuest, Year,
    },
    client::Client,
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::{MINUTE, Timestamp},
    version::Version,
};
use jukeline_backend::{
    readers::report::{self, Progress},
    serve::Running,
    store::{
        accounts,
        outbox::{Letter, put_all},
        places,
    },
};
use jukeline_tests::{eventually, house::HttpTransport};
use reqwest::Method;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

on_both!(
    a_history_is_a_plain_list_of_what_was_heard,
    a_history_comes_along_with_a_guest_and_goes_with_the_person,
    five_hundred_favourites_and_no_more,
    staples_are_what_was_heard_most_and_what_was_heard_a_year_ago,
    a_year_is_a_plain_count_and_its_pictures_say_the_same,
);

/// 2026-03-01 at 22:00 in London.
const EVENING: i64 = 1_772_402_400_000;
const NIGHT: u32 = 20_260_301;
const SONGS: usize = 24;
const ARTISTS: [&str; 5] = ["Ottilie Brandt", "Rope & Anchor", "Nour", "The Quiet Hours", "Ida"];

type Visitor = Client<HttpTransport>;

/// A song of somebody's that was heard.
#[derive(Clone, Copy, Debug)]
struct Heard {
    play: PlayId,
    account: AccountId,
    song: SongId,
    venue: VenueId,
    heard_at: Timestamp,
    night: u32,
}

/// A venue where songs are heard.
#[derive(Clone, Debug)]
struct Bar {
    venue: VenueId,
    jukebox: JukeboxId,
    room: String,
}

/// Two bars and what was heard there. The facts are a jukebox's that nobody has, so that the floor says nothing under its
/// key.
struct Town {
    installation: Installation,
    running: Running,
    url: String,
    bars: [Bar; 2],
    songs: Vec<SongId>,
    told_by: JukeboxId,
    heard: Vec<Heard>,
}

impl Town {
    async fn make(on: On, songs: usize) -> Result<Town> {
        let installation = Installation::make(on).await?;
        let running = installation.start().await?;
        running.answer();
        let url = format!("http://{}", running.address);
        let store = &running.context.store;
        let (one, two) = (House::make(store, 1, songs).await?, House::make(store, 1, 0).await?);
        let mut tx = store.begin().await?;
        for (number, song) in one.songs.iter().enumerate() {
            let artist = ARTISTS[number * number % ARTISTS.len()];
            let sql = "UPDATE songs SET title = $1, artist = $2, artists = $3 WHERE id = $4";
            let query = sqlx::query(sql).bind(format!("No. {number}")).bind(artist);
            query.bind(serde_json::to_string(&[artist])?).bind(song.to_string()).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        let mut bars = Vec::new();
        for jukebox in [one.jukeboxes[0], two.jukeboxes[0]] {
            let room = places::room_by_jukebox(store, jukebox).await?.context("no room")?;
            bars.push(Bar { venue: room.venue, jukebox, room: room.room });
        }
        let bars = bars.try_into().map_err(|_| anyhow::anyhow!("two bars"))?;
        let told_by = JukeboxId(Uuid::now_v7());
        Ok(Town { installation, running, url, bars, songs: one.songs, told_by, heard: Vec::new() })
    }

    /// Whoever comes in for the first time.
    async fn guest(&self) -> Result<(AccountId, Visitor)> {
        let visitor = Client { transport: HttpTransport::new(&self.url)? };
        Ok((visitor.start_as_guest(&StartAsGuest::default()).await?.me.account, visitor))
    }

    /// Somebody's song is heard a minute after the one before.
    fn hears(&mut self, account: AccountId, song: usize, bar: usize, night: u32) {
        let number = self.heard.len();
        let heard_at = Timestamp(EVENING + i64::try_from(number).unwrap_or_default() * MINUTE);
        let (play, song, venue) = (PlayId(Uuid::now_v7()), self.songs[song], self.bars[bar].venue);
        self.heard.push(Heard { play, account, song, venue, heard_at, night });
    }

    /// Tells the log of what was heard since `from`: some twice, and some behind their followers.
    async fn tells(&self, from: usize) -> Result<()> {
        let key = self.told_by.to_string();
        let letter = |stream: &str, number: usize| {
            let Heard { play, account, song, venue, heard_at, night } = self.heard[number];
            let fact = Fact::Heard { play, account, song, venue, heard_at, night };
            let version = Version { epoch: 1, n: i64::try_from(number).unwrap_or_default() + 1 };
            let stamped = Stamped { jukebox: self.told_by, version, at: heard_at, fact };
            Letter::new("plays", &key, &format!("{stream}/{key}"), 1, version.n, "Heard", heard_at, &stamped)
        };
        let mut letters = Vec::new();
        let mut numbers: Vec<usize> = (from..self.heard.len()).collect();
        for pair in numbers.chunks_mut(2) {
            pair.reverse();
        }
        for number in &numbers {
            letters.push(letter("jukebox", *number)?);
        }
        for number in numbers.iter().step_by(3) {
            letters.push(letter("again", *number)?);
        }
        let mut tx = self.running.context.store.begin().await?;
        put_all(&mut tx, &letters).await?;
        Ok(tx.commit().await?)
    }

    /// What some accounts heard, newest first.
    fn of(&self, accounts: &[AccountId]) -> Vec<Heard> {
        self.heard.iter().rev().filter(|heard| accounts.contains(&heard.account)).copied().collect()
    }

    /// Waits until a visitor's whole history is this.
    async fn is_told(&self, visitor: &Visitor, expected: &[Heard]) -> Result<()> {
        let expected: Vec<_> =
            expected.iter().map(|heard| (heard.play, heard.song, heard.venue, heard.night)).collect();
        eventually("the history", PATIENCE, || async {
            let told = whole(visitor, HistoryQuery::default()).await?;
            let told: Vec<_> =
                told.iter().map(|entry| (entry.play, entry.song.song.id, entry.venue, entry.night)).collect();
            ensure!(told == expected, "{} entries instead of {}", told.len(), expected.len());
            Ok(())
        })
        .await
    }

    async fn is_built_anew(&self, reader: &str) -> Result<()> {
        let context = &self.running.context;
        let replay = report::replay(&context.config, &context.store, reader).await?;
        let ended = replay.shown(PATIENCE, |_, _| ()).await?;
        ensure!(matches!(ended, Progress::Shown), "{ended:?}");
        Ok(())
    }

    /// How often each song was heard anywhere, as everybody is told.
    async fn counts(&self, visitor: &Visitor) -> Result<BTreeMap<SongId, u32>> {
        let query = ChartQuery { window: ChartWindow::Ever, scope: ChartScope::Network, genre: None };
        let chart = visitor.chart(&self.bars[0].room, &query).await?;
        Ok(chart.entries.into_iter().map(|entry| (entry.song.id, entry.plays)).collect())
    }
}

/// All pages of a history.
async fn whole(visitor: &Visitor, mut query: HistoryQuery) -> Result<Vec<HistoryEntry>> {
    let mut entries = Vec::new();
    loop {
        let page: History = visitor.history(&query).await?;
        ensure!(page.entries.len() <= 50, "{} entries", page.entries.len());
        entries.extend(page.entries);
        match page.more {
            Some(before) => query.before = Some(before),
            None => return Ok(entries),
        }
    }
}

/// What the API client has no word for: the status and the body.
async fn send(visitor: &Visitor, method: Method, path: &str) -> Result<(u16, String)> {
    let url = format!("{}{path}", visitor.transport.base());
    let answer = visitor.transport.bare().request(method, url).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// Fails unless a request was refused with this code.
async fn is_refused(visitor: &Visitor, method: Method, path: &str, code: Code) -> Result<Problem> {
    let (status, text) = send(visitor, method, path).await?;
    let problem: Problem = serde_json::from_str(&text).with_context(|| format!("{path}: {status} {text}"))?;
    ensure!(problem.code == code && status == code.status(), "{path}: {status} {text}");
    Ok(problem)
}

async fn a_history_is_a_plain_list_of_what_was_heard(on: On) -> Result<()> {
    let mut town = Town::make(on, SONGS).await?;
    let ((mara, phone), (jo, other)) = (town.guest().await?, town.guest().await?);
    for number in 0..170 {
        let account = if number % 5 == 0 { jo } else { mara };
        town.hears(account, number * number % SONGS, usize::from(number % 3 == 0), NIGHT + u32::from(number > 80));
    }
    town.tells(0).await?;
    let (hers, his) = (town.of(&[mara]), town.of(&[jo]));
    town.is_told(&phone, &hers).await?;
    town.is_told(&other, &his).await?;

    let page = phone.history(&HistoryQuery::default()).await?;
    let at = |venue: VenueId| hers.iter().filter(|heard| heard.venue == venue).count();
    let venues: BTreeMap<VenueId, usize> = page.venues.iter().map(|it| (it.venue, it.plays as usize)).collect();
    let wanted: BTreeMap<VenueId, usize> = town.bars.iter().map(|bar| (bar.venue, at(bar.venue))).collect();
    ensure!(venues == wanted && page.here.is_none(), "{venues:?} instead of {wanted:?}");
    let venue = town.bars[1].venue;
    let query = HistoryQuery { venue: Some(venue), from: Some(NIGHT), to: Some(NIGHT), ..HistoryQuery::default() };
    let told: Vec<PlayId> = whole(&phone, query).await?.iter().map(|entry| entry.play).collect();
    let some = hers.iter().filter(|heard| heard.venue == venue && heard.night == NIGHT).map(|heard| heard.play);
    ensure!(told == some.collect::<Vec<_>>() && !told.is_empty(), "{told:?}");
    let query = HistoryQuery { q: Some("no. 4".into()), ..HistoryQuery::default() };
    let told: BTreeSet<String> = whole(&phone, query).await?.into_iter().map(|entry| entry.song.song.title).collect();
    ensure!(told.contains("No. 4") && told.iter().all(|title| title.starts_with("No. 4")), "{told:?}");
    // A play of somebody else is none of hers to go on from.
    let query = HistoryQuery { before: Some(his[3].play), ..HistoryQuery::default() };
    ensure!(phone.history(&query).await?.entries == page.entries, "the first page");
    let (status, csv) = send(&phone, Method::GET, "/api/history.csv").await?;
    ensure!(status == 200 && csv.lines().count() == hers.len() + 1, "{status} {csv}");

    let Town { installation, running, .. } = town;
    drop(running);
    let running = installation.start().await?;
    running.answer();
    let url = format!("http://{}", running.address);
    let mut town = Town { installation, running, url, ..town };
    let (phone, other) = (at_home(&phone, &town), at_home(&other, &town));
    town.hears(mara, 1, 0, NIGHT + 2);
    town.tells(170).await?;
    let hers = town.of(&[mara]);
    town.is_told(&phone, &hers).await?;
    town.is_built_anew("history").await?;
    town.is_told(&phone, &hers).await?;
    town.is_told(&other, &his).await
}

/// The same cookies at the server that runs now.
fn at_home(visitor: &Visitor, town: &Town) -> Visitor {
    Client { transport: visitor.transport.at(&town.url) }
}

async fn a_history_comes_along_with_a_guest_and_goes_with_the_person(on: On) -> Result<()> {
    let mut town = Town::make(on, 8).await?;
    let ((mara, phone), (guest, tablet), (jo, other)) = (town.guest().await?, town.guest().await?, town.guest().await?);
    for number in 0..60 {
        town.hears([mara, guest, jo][number % 3], number * 5 % 8, number % 2, NIGHT);
    }
    town.tells(0).await?;
    town.is_told(&phone, &town.of(&[mara])).await?;
    town.is_told(&tablet, &town.of(&[guest])).await?;
    let hearts = [(&phone, 0), (&tablet, 0), (&tablet, 1)];
    for (visitor, song) in hearts {
        let path = format!("/api/favourites/{}", town.songs[song]);
        ensure!(send(visitor, Method::PUT, &path).await?.0 == 204);
    }

    // She signs up on her phone, and in on the tablet, where she was a guest.
    let person = AddressAndPassword {
        email: "mara@unmistakable.example".into(),
        password: "seven yellow umbrellas".into(),
        credential: Credential::Cookie,
    };
    ensure!(phone.sign_up(&person).await?.me.account == mara, "the same person");
    ensure!(tablet.sign_in(&person).await?.me.account == mara, "the same person");
    let change = ChangeMe { name: Some("Unmistakable Mara".into()), ..ChangeMe::default() };
    phone.change_me(&change).await?;
    let both = town.of(&[mara, guest]);
    town.is_told(&phone, &both).await?;
    town.is_told(&tablet, &both).await?;
    let marked: Favourites = serde_json::from_str(&send(&phone, Method::GET, "/api/favourites").await?.1)?;
    let marked: BTreeSet<SongId> = marked.songs.into_iter().map(|marked| marked.song.song.id).collect();
    ensure!(marked == BTreeSet::from([town.songs[0], town.songs[1]]), "{marked:?}");
    let year: Year = serde_json::from_str(&send(&tablet, Method::GET, "/api/years/2026").await?.1)?;
    ensure!(year.plays as usize == both.len(), "{year:?}");
    town.is_built_anew("history").await?;
    town.is_told(&phone, &both).await?;

    let mut plain: BTreeMap<SongId, u32> = BTreeMap::new();
    town.heard.iter().for_each(|heard| *plain.entry(heard.song).or_default() += 1);
    eventually("the counts", PATIENCE, || async {
        ensure!(town.counts(&other).await? == plain);
        Ok(())
    })
    .await?;
    phone.delete_me(None).await?;
    for visitor in [&phone, &tablet] {
        for path in ["/api/history", "/api/history.csv", "/api/history/staples", "/api/favourites", "/api/years/2026"] {
            is_refused(visitor, Method::GET, path, Code::SignInNeeded).await?;
        }
    }
    // What songs were heard of both stays, and so does what the other guest heard; a rebuild changes neither.
    for _ in 0..2 {
        ensure!(town.counts(&other).await? == plain, "the counts are kept");
        town.is_told(&other, &town.of(&[jo])).await?;
        for reader in ["charts", "history", "evenings", "elsewhere"] {
            town.is_built_anew(reader).await?;
        }
    }
    // Whoever signs up with that address begins anew.
    let again = Client { transport: HttpTransport::new(&town.url)? };
    ensure!(again.sign_up(&person).await?.me.account != mara, "somebody else");
    ensure!(again.history(&HistoryQuery::default()).await?.entries.is_empty());
    again.delete_me(None).await?;
    for (table, rows) in everything(&town, on).await? {
        ensure!(!rows.contains("Unmistakable Mara") && !rows.contains("unmistakable.example"), "named in {table}");
    }
    Ok(())
}

/// Every row of every table.
async fn everything(town: &Town, on: On) -> Result<Vec<(String, String)>> {
    let config = &town.running.context.config;
    if on == On::Network {
        return support::rows_of_postgres(&config.store.url).await;
    }
    let rows = support::rows_of_sqlite(&config.data).await?;
    Ok(rows.into_iter().map(|(table, rows)| (table, rows.join("\n"))).collect())
}

async fn five_hundred_favourites_and_no_more(on: On) -> Result<()> {
    let town = Town::make(on, 502).await?;
    let ((_, phone), (_, other)) = (town.guest().await?, town.guest().await?);
    let path = |song: usize| format!("/api/favourites/{}", town.songs[song]);
    for song in 0..500 {
        let (status, text) = send(&phone, Method::PUT, &path(song)).await?;
        ensure!(status == 204, "{song}: {status} {text}");
    }
    let problem = is_refused(&phone, Method::PUT, &path(500), Code::FavouritesFull).await?;
    ensure!(problem.params["cap"] == 500, "{problem:?}");
    ensure!(send(&phone, Method::PUT, &path(7)).await?.0 == 204, "one that is there may be marked again");
    ensure!(send(&other, Method::PUT, &path(500)).await?.0 == 204, "everybody has a list of their own");
    // One goes, and one comes: the newest first.
    ensure!(send(&phone, Method::DELETE, &path(3)).await?.0 == 204);
    ensure!(send(&phone, Method::PUT, &path(501)).await?.0 == 204);
    is_refused(&phone, Method::PUT, &path(500), Code::FavouritesFull).await?;
    let list: Favourites = serde_json::from_str(&send(&phone, Method::GET, "/api/favourites").await?.1)?;
    let marked: BTreeSet<SongId> = list.songs.iter().map(|marked| marked.song.song.id).collect();
    let wanted: BTreeSet<SongId> =
        (0..502).filter(|song| ![3, 500].contains(song)).map(|song| town.songs[song]).collect();
    ensure!(marked == wanted && list.songs.len() == 500, "{} favourites", list.songs.len());
    ensure!(list.songs[0].song.song.id == town.songs[501], "the newest first");
    ensure!(list.songs.windows(2).all(|pair| pair[0].since >= pair[1].since), "the newest first");

    for (song, favourite) in [(501, true), (500, false), (3, false)] {
        let (_, text) = send(&phone, Method::GET, &path(song)).await?;
        ensure!(serde_json::from_str::<serde_json::Value>(&text)?["favourite"] == favourite, "{text}");
        let quote = phone.quote(&town.bars[1].room, town.songs[song]).await?;
        ensure!(quote.favourite == favourite, "{quote:?}");
    }
    Ok(())
}

async fn staples_are_what_was_heard_most_and_what_was_heard_a_year_ago(on: On) -> Result<()> {
    let mut town = Town::make(on, SONGS).await?;
    let ((mara, phone), (jo, _)) = (town.guest().await?, town.guest().await?);
    let room = Some(town.bars[0].room.clone());
    let at_room = AtRoom { room: room.clone() };
    let nothing = eventually("staples", PATIENCE, || async { Ok(phone.staples(&at_room).await?) }).await?;
    ensure!(nothing.top.is_empty() && nothing.a_year_ago.is_empty() && nothing.a_year_ago_night.is_none());
    let query = ChartQuery { window: ChartWindow::Tonight, scope: ChartScope::Here, genre: None };
    let tonight = phone.chart(&town.bars[0].room, &query).await?.nights.context("no night")?.0;
    let around = jukeline_app::charts::a_year_before(tonight);
    ensure!(tonight / 10_000 - around[0] / 10_000 == 1, "{around:?}");

    for number in 0..120 {
        town.hears(mara, number * number % SONGS, number % 2, NIGHT);
        town.hears(jo, 5, 0, around[0]);
    }
    // On the date itself she was elsewhere; three days later more was heard than on the day before.
    let (near, far) = (around[1], around[6]);
    for (song, night) in [(1, near), (2, near), (3, far), (4, far), (6, far)] {
        town.hears(mara, song, 1, night);
    }
    town.tells(0).await?;
    let hers = town.of(&[mara]);
    town.is_told(&phone, &hers).await?;
    let mut counts: BTreeMap<SongId, (usize, Timestamp)> = BTreeMap::new();
    for heard in &hers {
        let (plays, last) = counts.entry(heard.song).or_default();
        (*plays, *last) = (*plays + 1, (*last).max(heard.heard_at));
    }
    let mut top: Vec<_> = counts.into_iter().map(|(song, (plays, last))| (plays, last, song)).collect();
    top.sort_by(|one, other| other.cmp(one));
    let top: Vec<_> = top.into_iter().take(10).map(|(plays, _, song)| (song, plays)).collect();
    for at in [&at_room, &AtRoom::default()] {
        let staples = phone.staples(at).await?;
        let told: Vec<_> = staples.top.iter().map(|counted| (counted.song.song.id, counted.plays as usize)).collect();
        ensure!(told == top, "{told:?} instead of {top:?}");
        ensure!(staples.a_year_ago_night == Some(near), "{:?} instead of {near}", staples.a_year_ago_night);
        let told: Vec<SongId> = staples.a_year_ago.iter().map(|entry| entry.song.song.id).collect();
        ensure!(told == [town.songs[2], town.songs[1]], "{told:?}");
        ensure!(staples.here.map(|here| here.room) == at.room, "a price where one may play it");
    }
    town.hears(mara, 8, 0, around[0]);
    let before = town.heard.len() - 1;
    town.tells(before).await?;
    town.is_told(&phone, &town.of(&[mara])).await?;
    let staples = phone.staples(&at_room).await?;
    ensure!(staples.a_year_ago_night == Some(around[0]) && staples.a_year_ago.len() == 1, "{staples:?}");
    Ok(())
}

/// What a year comes to: songs and artists with their counts, the one heard most first.
#[derive(Debug, PartialEq, Eq)]
struct Numbers {
    plays: usize,
    songs: usize,
    artists: usize,
    nights: usize,
    venues: usize,
    top_songs: Vec<(String, usize)>,
    top_artists: Vec<(String, usize)>,
    months: Vec<usize>,
    busiest: Option<(u32, usize)>,
}

impl Numbers {
    /// Counted plainly; `names` are title and artist of each song.
    fn of<'h>(
        heard: impl Iterator<Item = &'h Heard>,
        names: &BTreeMap<SongId, (String, String)>,
        year: u32,
    ) -> Numbers {
        let (mut plays, mut months, mut venues) = (0, vec![0; 12], BTreeSet::new());
        let (mut songs, mut artists, mut nights) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for heard in heard.filter(|heard| heard.night / 10_000 == year) {
            let (title, artist) = &names[&heard.song];
            for counted in [songs.entry(title.clone()), artists.entry(artist.clone())] {
                let (plays, last): &mut (usize, Timestamp) = counted.or_default();
                (*plays, *last) = (*plays + 1, (*last).max(heard.heard_at));
            }
            *nights.entry(heard.night).or_insert(0) += 1;
            months[(heard.night / 100 % 100) as usize - 1] += 1;
            venues.insert(heard.venue);
            plays += 1;
        }
        let top = |counts: &BTreeMap<String, (usize, Timestamp)>| {
            let mut top: Vec<_> = counts.iter().map(|(name, count)| (*count, name.clone())).collect();
            top.sort_by(|one, other| other.cmp(one));
            top.into_iter().take(5).map(|((plays, _), name)| (name, plays)).collect()
        };
        Numbers {
            plays,
            songs: songs.len(),
            artists: artists.len(),
            nights: nights.len(),
            venues: venues.len(),
            top_songs: top(&songs),
            top_artists: top(&artists),
            months,
            // Of equal nights the last.
            busiest: nights.iter().map(|(night, plays)| (*plays, *night)).max().map(|(plays, night)| (night, plays)),
        }
    }

    fn told(year: Year) -> Numbers {
        Numbers {
            plays: year.plays as usize,
            songs: year.songs as usize,
            artists: year.artists as usize,
            nights: year.nights as usize,
            venues: year.venues as usize,
            top_songs: year.top_songs.into_iter().map(|top| (top.song.title, top.plays as usize)).collect(),
            top_artists: year.top_artists.into_iter().map(|top| (top.artist, top.plays as usize)).collect(),
            months: year.months.into_iter().map(|plays| plays as usize).collect(),
            busiest: year.busiest_night.map(|(night, plays)| (night, plays as usize)),
        }
    }
}

async fn a_year_is_a_plain_count_and_its_pictures_say_the_same(on: On) -> Result<()> {
    let mut town = Town::make(on, SONGS).await?;
    let ((mara, phone), (jo, staff)) = (town.guest().await?, town.guest().await?);
    let store = town.running.context.store.clone();
    let mut tx = store.begin().await?;
    accounts::appoint(&mut tx, jo, Role::Attendant, Some(town.bars[0].venue)).await?;
    tx.commit().await?;
    for number in 0..240_u32 {
        let account = if number % 4 == 0 { jo } else { mara };
        let night = match number % 7 {
            0 => 20_251_231,
            1 => 20_260_101,
            of => 20_260_000 + (1 + number * number % 12) * 100 + 10 + of,
        };
        let song = (number * number % 24) as usize;
        town.hears(account, song, usize::from(number % 5 == 0), night);
    }
    town.tells(0).await?;
    town.is_told(&phone, &town.of(&[mara])).await?;
    let name = |number: usize| (format!("No. {number}"), ARTISTS[number * number % ARTISTS.len()].to_owned());
    let names: BTreeMap<_, _> = town.songs.iter().enumerate().map(|(number, song)| (*song, name(number))).collect();
    let bar = &town.bars[0];
    for year in [2025, 2026] {
        let hers = Numbers::of(town.of(&[mara]).iter(), &names, year);
        let of_bar = Numbers::of(town.heard.iter().filter(|heard| heard.venue == bar.venue), &names, year);
        ensure!(hers.plays > 0 && of_bar.plays > 0, "{hers:?} {of_bar:?}");
        let years = [
            (&phone, format!("/api/years/{year}"), hers, true),
            (&staff, format!("/api/jukeboxes/{}/years/{year}", bar.jukebox), of_bar, false),
        ];
        for (visitor, path, expected, is_own) in years {
            eventually(&path, PATIENCE, || async {
                let told = Numbers::told(serde_json::from_str(&send(visitor, Method::GET, &path).await?.1)?);
                ensure!(told == expected, "{told:#?}\ninstead of\n{expected:#?}");
                Ok(())
            })
            .await?;
            pictures_say(visitor, &path, &expected, is_own).await?;
        }
    }
    let empty: Year = serde_json::from_str(&send(&phone, Method::GET, "/api/years/2024").await?.1)?;
    ensure!((empty.plays, empty.busiest_night, empty.months.len()) == (0, None, 12), "{empty:?}");
    is_refused(&phone, Method::GET, "/api/years/99", Code::NotFound).await?;
    is_refused(&phone, Method::GET, "/api/years/2026/pictures/weather?format=svg", Code::NotFound).await?;
    is_refused(&phone, Method::GET, &format!("/api/jukeboxes/{}/years/2026", bar.jukebox), Code::Forbidden).await?;
    let nobody = Client { transport: HttpTransport::new(&town.url)? };
    is_refused(&nobody, Method::GET, "/api/years/2026", Code::SignInNeeded).await?;
    Ok(())
}

/// Fails unless the numbers in the four pictures of a year are these, in their order.
async fn pictures_say(visitor: &Visitor, path: &str, year: &Numbers, is_own: bool) -> Result<()> {
    let plain = |texts: &[String]| -> Vec<usize> { texts.iter().filter_map(|text| text.parse().ok()).collect() };
    let times = |texts: &[String]| -> Vec<usize> {
        texts.iter().filter_map(|text| text.strip_suffix('×')?.parse().ok()).collect()
    };
    let numbers = texts(visitor, path, "numbers").await?;
    let mut expected = vec![year.plays, year.songs, year.artists, year.nights];
    expected.extend(is_own.then_some(year.venues));
    ensure!(plain(&numbers) == expected, "{numbers:?} instead of {expected:?}");
    for (picture, top) in [("songs", &year.top_songs), ("artists", &year.top_artists)] {
        let drawn = texts(visitor, path, picture).await?;
        let expected: Vec<usize> = top.iter().map(|(_, plays)| *plays).collect();
        ensure!(times(&drawn) == expected, "{drawn:?} instead of {expected:?}");
        // Large names are broken into lines.
        let read = format!(" {} ", drawn.join(" "));
        let places: Vec<Option<usize>> =
            top.iter().map(|(name, _)| read.find(&format!(" {} ", name.replace('&', "&amp;")))).collect();
        ensure!(places.is_sorted() && places.iter().all(Option::is_some), "{top:?} in {drawn:?}");
    }
    let months = texts(visitor, path, "months").await?;
    let expected: Vec<usize> = year.months.iter().copied().filter(|plays| *plays > 0).collect();
    ensure!(plain(&months) == expected, "{months:?} instead of {expected:?}");
    let (night, plays) = year.busiest.context("a busiest night")?;
    ensure!(times(&months) == [plays], "{months:?} instead of {plays}");
    let day = (night % 100).to_string();
    let is_day =
        |text: &String| text.split(|c: char| !c.is_ascii_digit()).any(|word| word == day) && text.contains(' ');
    ensure!(months.iter().any(is_day), "{night} in {months:?}");
    let pixels =
        visitor.transport.bare().get(format!("{}{path}/pictures/numbers?format=png", visitor.transport.base()));
    let pixels = pixels.send().await?.error_for_status()?.bytes().await?;
    ensure!(pixels.starts_with(b"\x89PNG"), "a picture");
    Ok(())
}

/// What is written on a picture.
async fn texts(visitor: &Visitor, path: &str, picture: &str) -> Result<Vec<String>> {
    let (status, svg) = send(visitor, Method::GET, &format!("{path}/pictures/{picture}?format=svg&lang=en")).await?;
    ensure!(status == 200, "{status} {svg}");
    let text = |part: &str| part.split_once('>').and_then(|(_, rest)| Some(rest.split_once("</text>")?.0.to_owned()));
    Ok(svg.split("<text ").skip(1).filter_map(text).collect())
}
