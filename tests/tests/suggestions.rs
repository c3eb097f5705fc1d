//! Elsewhere, suggestions and wishes, on the table and on Apache Kafka with PostgreSQL: from the floor's facts to what is
//! told, and the same after a rebuild.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{Installation, On, PATIENCE, house::House, house::patron};
use jukeline_app::{
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::{MINUTE, Timestamp},
    version::Version,
};
use jukeline_backend::{
    readers::{
        elsewhere::{Wanted, latest},
        evenings::nearest::nearest,
        history::{Person, artists},
        hours::{hour_of, taste},
        report::{self, Progress},
    },
    serve::Running,
    store::{
        Store, accounts,
        outbox::{Letter, put_all},
        places, wishes,
    },
};
use jukeline_tests::eventually;
use std::collections::BTreeMap;
use uuid::Uuid;

on_both!(
    songs_are_told_elsewhere_by_nobody_and_not_from_venues_that_say_no,
    suggestions_come_of_what_was_heard_together_and_of_the_hour,
    wishes_count_once_a_person,
);

const NIGHT: u32 = 20_260_301;
/// 2026-03-01 at 22:00 in London.
const EVENING: i64 = 1_772_402_400_000;

/// Venues where songs are heard.
struct Past {
    running: Running,
    installation: Installation,
    said: BTreeMap<JukeboxId, i64>,
    facts: i64,
}

/// A venue with its jukebox and songs.
struct Venue {
    id: VenueId,
    jukebox: JukeboxId,
    songs: Vec<SongId>,
}

impl Past {
    async fn begin(on: On) -> Result<Past> {
        let installation = Installation::make(on).await?;
        let running = installation.start().await?;
        Ok(Past { running, installation, said: BTreeMap::new(), facts: 0 })
    }

    fn store(&self) -> &Store {
        &self.running.context.store
    }

    async fn venue(&self, songs: usize) -> Result<Venue> {
        let house = House::make(self.store(), 1, songs).await?;
        let jukebox = house.jukeboxes[0];
        let id = places::venue_of(self.store(), jukebox).await?.context("no venue")?;
        Ok(Venue { id, jukebox, songs: house.songs })
    }

    /// Somebody hears a song a minute after the one before, and the fact is sent twice.
    async fn hears(&mut self, venue: &Venue, account: AccountId, song: SongId, night: u32) -> Result<()> {
        let n = self.said.entry(venue.jukebox).or_default();
        *n += 1;
        self.facts += 1;
        let heard_at = Timestamp(EVENING + self.facts * MINUTE);
        let (play, version) = (PlayId(Uuid::now_v7()), Version { epoch: 1, n: *n });
        let fact = Fact::Heard { play, account, song, venue: venue.id, heard_at, night };
        let stamped = Stamped { jukebox: venue.jukebox, version, at: heard_at, fact };
        let key = venue.jukebox.to_string();
        let streams = [format!("jukebox/{key}"), format!("again/{key}")];
        let mut tx = self.store().begin().await?;
        for stream in streams {
            let letter = Letter::new("plays", &key, &stream, 1, version.n, "Heard", heard_at, &stamped)?;
            put_all(&mut tx, &[letter]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Waits until a reader has this many rows in what it shows.
    async fn rows(&self, reader: &str, rows: i64) -> Result<()> {
        let sql = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM {reader} \
             WHERE generation = (SELECT live FROM readers WHERE name = '{reader}')"
        );
        eventually("all facts", PATIENCE, || async {
            let sql = sqlx::AssertSqlSafe(sql.clone());
            let found: i64 = sqlx::query_scalar(sql).fetch_one(self.store().read()).await?;
            ensure!(found == rows, "{reader}: {found} of {rows}");
            Ok(())
        })
        .await
    }

    /// Builds a reader anew and waits until that is shown.
    async fn replay(&self, reader: &str) -> Result<()> {
        let replay = report::replay(&self.running.context.config, self.store(), reader).await?;
        ensure!(matches!(replay.shown(PATIENCE, |_, _| ()).await?, Progress::Shown), "{reader} is not shown");
        Ok(())
    }

    /// The server is killed, and another one starts.
    async fn restart(self) -> Result<Past> {
        let Past { running, installation, said, facts } = self;
        drop(running);
        let running = installation.start().await?;
        Ok(Past { running, installation, said, facts })
    }
}

async fn songs_are_told_elsewhere_by_nobody_and_not_from_venues_that_say_no(on: On) -> Result<()> {
    let mut past = Past::begin(on).await?;
    let (here, busy, quiet) = (past.venue(1).await?, past.venue(1).await?, past.venue(1).await?);
    for _ in 0..5 {
        let guest = patron(past.store(), 0).await?;
        past.hears(&busy, guest, busy.songs[0], NIGHT).await?;
    }
    let shy = patron(past.store(), 0).await?;
    past.hears(&quiet, shy, quiet.songs[0], NIGHT).await?;
    past.hears(&here, shy, here.songs[0], NIGHT).await?;
    past.rows("elsewhere", 7).await?;
    let mut past = past.restart().await?;
    past.hears(&quiet, shy, quiet.songs[0], NIGHT).await?;
    past.rows("elsewhere", 8).await?;
    let wanted = Wanted { not_at: here.id, city: None };
    let told = latest(past.store(), &wanted, 20).await?;
    let (name, city) = (Some("The Still".to_owned()), Some("Leith".to_owned()));
    let found: Vec<_> = told.iter().map(|it| (it.song, it.venue_name.clone(), it.city.clone())).collect();
    let of = |venue: &Venue, name: &Option<String>| (venue.songs[0], name.clone(), city.clone());
    let mut expected = vec![of(&quiet, &None); 2];
    expected.extend(vec![of(&busy, &name); 5]);
    ensure!(found == expected, "{found:?}");
    past.replay("elsewhere").await?;
    ensure!(latest(past.store(), &wanted, 20).await? == told, "the same after a rebuild");

    places::show_elsewhere(past.store(), quiet.id, false).await?;
    let found = latest(past.store(), &wanted, 20).await?;
    ensure!(found.len() == 5 && found.iter().all(|it| it.city.is_none() && it.venue_name == name), "{found:?}");
    Ok(())
}

async fn suggestions_come_of_what_was_heard_together_and_of_the_hour(on: On) -> Result<()> {
    let mut past = Past::begin(on).await?;
    let venue = past.venue(3).await?;
    let [first, second, third] = venue.songs[..] else { anyhow::bail!("three songs") };
    let mut guests = Vec::new();
    for _ in 0..5 {
        guests.push(patron(past.store(), 0).await?);
    }
    for (n, guest) in guests.iter().enumerate() {
        past.hears(&venue, *guest, first, NIGHT).await?;
        past.hears(&venue, *guest, second, NIGHT).await?;
        if n > 0 {
            past.hears(&venue, *guest, third, NIGHT).await?;
        }
    }
    for reader in ["evenings", "history"] {
        past.rows(reader, 14).await?;
    }
    past.rows("hours", 3).await?;
    let near = nearest(past.store(), first, 8).await?;
    ensure!(near == [second], "the third is known of four people: {near:?}");
    let songs = Person::find(past.store(), guests[0]).await?.songs(past.store()).await?;
    let found = artists(&songs);
    ensure!(found.len() == 1 && found[0].because == second && found[0].plays == 2, "{found:?}");
    let hour = hour_of(Timestamp(EVENING), "Europe/London");
    ensure!(hour == 22, "{hour}");
    let counted = taste(past.store(), venue.id, hour, 12).await?;
    let plays: Vec<(SongId, i64)> = counted.iter().map(|it| (it.song, it.plays)).collect();
    ensure!(plays == [(second, 5), (first, 5), (third, 4)], "{plays:?}");
    for reader in ["evenings", "hours"] {
        past.replay(reader).await?;
    }
    ensure!(nearest(past.store(), first, 8).await? == near, "the same after a rebuild");
    ensure!(taste(past.store(), venue.id, hour, 12).await? == counted, "the same after a rebuild");

    // Whoever is gone is gone from the evenings, at once and in a rebuild; what the venue plays stays counted.
    let now = past.store().now().await?;
    let gone = accounts::delete(past.store(), guests[1], None, now).await?;
    ensure!(gone == accounts::Goodbye::Gone);
    past.rows("evenings", 11).await?;
    ensure!(nearest(past.store(), first, 8).await?.is_empty(), "four people are left");
    for reader in ["evenings", "hours"] {
        past.replay(reader).await?;
    }
    past.rows("evenings", 11).await?;
    ensure!(taste(past.store(), venue.id, hour, 12).await? == counted, "the counts stay");
    Ok(())
}

async fn wishes_count_once_a_person(on: On) -> Result<()> {
    let past = Past::begin(on).await?;
    let store = past.store();
    let (one, other) = (past.venue(0).await?, past.venue(0).await?);
    let (mara, guest, jo) = (patron(store, 0).await?, patron(store, 0).await?, patron(store, 0).await?);
    let now = store.now().await?;
    let asked = [(mara, &one), (mara, &other), (guest, &one), (jo, &one), (jo, &one)];
    let asks = asked.map(|(who, at)| wishes::ask(store, who, at.jukebox, "joga", now));
    for asked in futures_util::future::join_all(asks).await {
        ensure!(asked? == wishes::Asked::Counted);
    }
    ensure!(wishes::ask(store, jo, one.jukebox, "sandstorm", now).await? == wishes::Asked::Counted);
    let told = async || -> Result<Vec<(String, u32, u32)>> {
        let wishes = wishes::most(store, 10).await?;
        Ok(wishes.into_iter().map(|wish| (wish.words, wish.people, wish.rooms)).collect())
    };
    let sandstorm = ("sandstorm".to_owned(), 1, 1);
    let found = told().await?;
    ensure!(found == [("joga".to_owned(), 3, 2), sandstorm.clone()], "{found:?}");
    let mut tx = store.begin().await?;
    accounts::merge(store, &mut tx, guest, mara, now).await?;
    tx.commit().await?;
    ensure!(wishes::ask(store, guest, one.jukebox, "joga", now).await? == wishes::Asked::Gone);
    ensure!(accounts::delete(store, mara, None, now).await? == accounts::Goodbye::Gone);
    let found = told().await?;
    ensure!(
        found == [("joga".to_owned(), 2, 2), sandstorm],
        "the guest was the same person; the count stays: {found:?}"
    );
    // After 90 days nobody is known who asked, and asking again counts again.
    let later = now.plus(91 * 24 * 60 * MINUTE);
    ensure!(wishes::ask(store, jo, one.jukebox, "joga", later).await? == wishes::Asked::Counted);
    ensure!(told().await?[0].1 == 3, "{:?}", told().await?);
    let sql = "SELECT words FROM wish_people ORDER BY words";
    let left: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    ensure!(left == ["joga"], "{left:?}");
    Ok(())
}
