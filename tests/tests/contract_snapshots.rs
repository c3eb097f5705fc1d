//! Snapshots of readers, on the table and on Apache Kafka: what was cut off the log comes from the file, what came after
//! it from the log, people who are gone stay gone, and a file that isn't whole changes nothing. And what it costs to keep
//! the topics.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Installation, On, PATIENCE,
    house::{House, patron},
    kafka_side,
};
use jukeline_app::{
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::Timestamp,
    version::Version,
};
use jukeline_backend::{
    config::Config,
    log::{cost, kafka},
    readers::{
        charts::{Place, Wanted, ranking},
        history::{Person, Wanted as Heard},
        report::{self, Progress, ReplayError},
        snapshot::{self, SnapshotError},
    },
    store::{
        Store, accounts,
        outbox::{Letter, put_all},
        places,
        readers::{self, Standing, filling},
    },
};
use jukeline_tests::{eventually, machine::Need, needs};
use std::{collections::BTreeMap, path::Path};
use uuid::Uuid;

on_both!(
    what_the_log_lost_comes_from_a_snapshot_and_the_rest_from_the_log,
    a_file_that_is_not_a_whole_snapshot_of_this_changes_nothing,
    a_generation_is_folded_only_when_it_is_filled_and_a_replay_takes_the_place_of_one_that_is_not,
);

const NIGHT: u32 = 20_260_301;

/// What patrons hear at a house.
struct Past {
    venue: VenueId,
    jukeboxes: Vec<JukeboxId>,
    songs: Vec<SongId>,
    patrons: Vec<AccountId>,
    said: i64,
}

impl Past {
    async fn begin(store: &Store) -> Result<Past> {
        let house = House::make(store, 6, 5).await?;
        let venue = places::venue_of(store, house.jukeboxes[0]).await?.context("no venue")?;
        let mut patrons = Vec::new();
        for _ in 0..3 {
            patrons.push(patron(store, 0).await?);
        }
        Ok(Past { venue, jukeboxes: house.jukeboxes, songs: house.songs, patrons, said: 0 })
    }

    /// So many more songs of every jukebox, as the floor would have committed them.
    async fn goes_on(&mut self, store: &Store, songs: usize) -> Result<()> {
        let mut letters = Vec::new();
        for _ in 0..songs {
            self.said += 1;
            for (index, jukebox) in self.jukeboxes.iter().enumerate() {
                let turn = usize::try_from(self.said)? * 7 + index;
                let at = Timestamp(self.said);
                let fact = Fact::Heard {
                    play: PlayId(Uuid::now_v7()),
                    account: self.patrons[turn % 3],
                    song: self.songs[turn * turn % 5],
                    venue: self.venue,
                    heard_at: at,
                    night: NIGHT,
                };
                let (version, key) = (Version { epoch: 1, n: self.said }, jukebox.to_string());
                let stamped = Stamped { jukebox: *jukebox, version, at, fact };
                let (stream, kind) = (format!("jukebox/{key}"), stamped.fact.name());
                letters.push(Letter::new("plays", &key, &stream, 1, self.said, kind, at, &stamped)?);
            }
        }
        let mut tx = store.begin().await?;
        put_all(&mut tx, &letters).await?;
        Ok(tx.commit().await?)
    }

    /// Waits until charts and history have all of it.
    async fn is_shown(&self, store: &Store) -> Result<()> {
        eventually("all that was heard", PATIENCE * 2, || async {
            let counted: i64 = self.chart(store).await?.values().sum();
            let all = self.said * i64::try_from(self.jukeboxes.len())?;
            ensure!(counted == all, "{counted} of {all}");
            for reader in ["charts", "history"] {
                let standing = standing(store, reader).await?;
                ensure!(standing.live.is_some() && standing.building.is_none(), "{reader}: {standing:?}");
            }
            let theirs = rows(store, "history").await?;
            ensure!(theirs >= all / 2, "{theirs} plays of patrons");
            Ok(())
        })
        .await
    }

    async fn chart(&self, store: &Store) -> Result<BTreeMap<SongId, i64>> {
        let wanted = Wanted { place: Place::Venue(self.venue), genre: None };
        let ranked = ranking(store, &wanted, Some((NIGHT, NIGHT)), 100).await?;
        Ok(ranked.into_iter().map(|ranked| (ranked.song, ranked.plays)).collect())
    }

    /// What a patron's page lists.
    async fn heard(&self, store: &Store, patron: usize) -> Result<Vec<(PlayId, SongId)>> {
        let person = Person::find(store, self.patrons[patron]).await?;
        let heard = person.heard(store, &Heard::default(), 10_000).await?;
        Ok(heard.into_iter().map(|played| (played.play, played.song)).collect())
    }

    /// Waits until a patron's page lists so many.
    async fn lists(&self, store: &Store, patron: usize, plays: usize) -> Result<()> {
        eventually("a patron's page", PATIENCE * 2, || async {
            let heard = self.heard(store, patron).await?.len();
            ensure!(heard == plays, "{heard} of {plays}");
            Ok(())
        })
        .await
    }

    /// Takes what was said so far from the log.
    async fn is_cut_off(&self, installation: &Installation, on: On, store: &Store, before: i64) -> Result<()> {
        if on == On::Network {
            return kafka_side::delete_records(installation.kafka()?, &installation.topic("plays"), before).await;
        }
        // The embedded log has no means to lose its start: the test takes it away.
        let mut tx = store.begin().await?;
        let sql = "DELETE FROM outbox WHERE topic = 'plays' AND seq < $1";
        let gone = sqlx::query(sql).bind(before).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        ensure!(gone > 0, "nothing was there");
        Ok(())
    }
}

async fn standing(store: &Store, reader: &str) -> Result<Standing> {
    readers::standing(store, reader).await?.context("no row")
}

/// Rows of the generation that is shown.
async fn rows(store: &Store, reader: &str) -> Result<i64> {
    let shown = standing(store, reader).await?.live.map_or(0, |live| live.number);
    let tables = if reader == "charts" { vec!["charts", "chart_parts"] } else { vec![reader] };
    let mut rows = 0;
    for table in tables {
        let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table} WHERE generation = $1");
        rows += sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).bind(shown).fetch_one(store.read()).await?;
    }
    Ok(rows)
}

/// Rows of any generation.
async fn all_rows(store: &Store, table: &str) -> Result<i64> {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(store.read()).await?)
}

/// Builds a reader anew from a file, and waits until that is shown.
async fn loaded(config: &Config, store: &Store, reader: &str, file: &Path) -> Result<()> {
    let before = standing(store, reader).await?.live.context("nothing is shown")?.number;
    let replay = snapshot::load(config, store, reader, file).await?;
    ensure!(replay.generation() > before, "a generation of its own");
    let ended = replay.shown(PATIENCE, |_, _| ()).await?;
    ensure!(ended == Progress::Shown, "{ended:?}");
    Ok(())
}

async fn what_the_log_lost_comes_from_a_snapshot_and_the_rest_from_the_log(on: On) -> Result<()> {
    let (installation, folder) = (Installation::make(on).await?, tempfile::tempdir()?);
    let running = installation.start().await?;
    let (store, config) = (&running.context.store, &running.context.config);
    let mut past = Past::begin(store).await?;
    past.goes_on(store, 40).await?;
    past.is_shown(store).await?;
    // 240 songs of three patrons who take turns.
    past.lists(store, 0, 80).await?;
    let file = |reader: &str| folder.path().join(format!("{reader}.jsonl.gz"));
    for reader in ["charts", "history"] {
        let held = snapshot::take(config, store, reader, &file(reader)).await?;
        ensure!(held.rows == u64::try_from(rows(store, reader).await?)?, "{held:?}");
    }
    past.is_cut_off(&installation, on, store, 20).await?;
    past.goes_on(store, 20).await?;
    past.is_shown(store).await?;
    past.lists(store, 0, 120).await?;
    past.lists(store, 2, 120).await?;
    let now = store.now().await?;
    let left = accounts::delete(store, past.patrons[2], None, now).await?;
    ensure!(matches!(left, accounts::Goodbye::Gone), "{left:?}");
    let before = (past.chart(store).await?, past.heard(store, 0).await?, past.heard(store, 1).await?);

    if on == On::Network {
        let refused = report::replay(config, store, "charts").await.err().context("not refused")?;
        ensure!(matches!(refused, ReplayError::StartGone { low: 20, .. }), "{refused}");
        ensure!(refused.to_string().contains("jukeline replay charts --from-snapshot"), "{refused}");
    }
    for reader in ["charts", "history"] {
        loaded(config, store, reader, &file(reader)).await?;
    }
    let after = (past.chart(store).await?, past.heard(store, 0).await?, past.heard(store, 1).await?);
    ensure!(after == before, "{after:?} instead of {before:?}");
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM history WHERE account = $1";
    let back: i64 = sqlx::query_scalar(sql).bind(past.patrons[2].to_string()).fetch_one(store.read()).await?;
    ensure!(back == 0, "{back} plays of somebody who is gone");
    past.goes_on(store, 10).await?;
    past.is_shown(store).await?;
    past.lists(store, 0, 140).await
}

async fn a_file_that_is_not_a_whole_snapshot_of_this_changes_nothing(on: On) -> Result<()> {
    let (installation, folder) = (Installation::make(on).await?, tempfile::tempdir()?);
    let running = installation.start().await?;
    let (store, config) = (&running.context.store, &running.context.config);
    let mut past = Past::begin(store).await?;
    past.goes_on(store, 20).await?;
    past.is_shown(store).await?;
    let whole = folder.path().join("charts.jsonl.gz");
    snapshot::take(config, store, "charts", &whole).await?;
    let before = (standing(store, "charts").await?, all_rows(store, "charts").await?, past.chart(store).await?);

    let bytes = std::fs::read(&whole)?;
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 0x10;
    let damaged = folder.path().join("damaged");
    let contents: [&[u8]; 5] =
        [&bytes[..bytes.len() * 2 / 3], &bytes[..bytes.len() - 4], &flipped, b"{\"head\":{}}\n", b""];
    for content in contents {
        std::fs::write(&damaged, content)?;
        let refused = snapshot::load(config, store, "charts", &damaged).await.err().context("not refused")?;
        ensure!(matches!(refused, SnapshotError::Damaged { .. }), "{refused}");
    }
    let refused = snapshot::load(config, store, "history", &whole).await.err().context("not refused")?;
    ensure!(matches!(refused, SnapshotError::Other { .. }), "{refused}");
    let refused = snapshot::load(config, store, "charts", &folder.path().join("none")).await.err();
    ensure!(matches!(refused, Some(SnapshotError::File { .. })), "a file that isn't there");
    let after = (standing(store, "charts").await?, all_rows(store, "charts").await?, past.chart(store).await?);
    ensure!(after == before, "{after:?} instead of {before:?}");

    // A whole one still is one.
    loaded(config, store, "charts", &whole).await?;
    ensure!(past.chart(store).await? == before.2, "the same again");

    // Another installation's log has no such place.
    let other = Installation::make(on).await?;
    let elsewhere = other.start().await?;
    let refused = snapshot::load(&elsewhere.context.config, &elsewhere.context.store, "charts", &whole).await.err();
    let expected = match on {
        On::Embedded => matches!(refused, Some(SnapshotError::OtherLog { .. })),
        On::Network => matches!(refused, Some(SnapshotError::Other { .. })),
    };
    ensure!(expected, "{refused:?}");
    Ok(())
}

async fn a_generation_is_folded_only_when_it_is_filled_and_a_replay_takes_the_place_of_one_that_is_not(
    on: On,
) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let (store, config) = (&running.context.store, &running.context.config);
    let mut past = Past::begin(store).await?;
    past.goes_on(store, 20).await?;
    past.is_shown(store).await?;
    // Somebody began to fill one and was killed.
    let half = filling::begin(store, "charts").await?;
    past.goes_on(store, 20).await?;
    eventually("what is shown to go on", PATIENCE * 2, || async {
        let counted: i64 = past.chart(store).await?.values().sum();
        ensure!(counted == 240, "{counted}");
        Ok(())
    })
    .await?;
    let building = standing(store, "charts").await?.building.context("nothing is filled")?;
    ensure!(building.number == half && building.version == filling::FILLING, "{building:?}");
    ensure!(readers::places(store, "charts", half, "plays").await?.is_empty(), "somebody folds it");
    let text = report::report(config, store).await?;
    ensure!(text.contains("filling"), "{text}");

    let replay = report::replay(config, store, "charts").await?;
    ensure!(replay.generation() > half, "another one");
    let ended = replay.shown(PATIENCE, |_, _| ()).await?;
    ensure!(ended == Progress::Shown, "{ended:?}");
    ensure!(!filling::finish(store, "charts", half, 1, &[]).await?, "the killed one comes too late");
    past.is_shown(store).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_older_than_the_logs_start_is_refused() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (installation, folder) = (Installation::make(On::Network).await?, tempfile::tempdir()?);
    let running = installation.start().await?;
    let (store, config) = (&running.context.store, &running.context.config);
    let mut past = Past::begin(store).await?;
    past.goes_on(store, 10).await?;
    past.is_shown(store).await?;
    let file = folder.path().join("charts.jsonl.gz");
    snapshot::take(config, store, "charts", &file).await?;
    past.goes_on(store, 100).await?;
    past.is_shown(store).await?;
    // Whatever partitions six jukeboxes fell into, none was past 60 then, and those that have any are past 100 now.
    past.is_cut_off(&installation, On::Network, store, 80).await?;
    let before = standing(store, "charts").await?;
    let refused = snapshot::load(config, store, "charts", &file).await.err().context("not refused")?;
    ensure!(matches!(refused, SnapshotError::Gap { low: 80, .. }), "{refused}");
    ensure!(standing(store, "charts").await? == before, "nothing was changed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_topics_cost_is_measured_by_their_records() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let running = installation.start().await?;
    let (store, config) = (&running.context.store, &running.context.config.log);
    let of = |measured: &[cost::Measured<'_>], name: &str| {
        measured.iter().find(|(topic, _)| topic.name == name).and_then(|(_, sample)| *sample)
    };
    let empty = of(&kafka::measure(config).await?, "plays").context("no topic")?;
    ensure!((empty.partitions, empty.appended, empty.records) == (3, 0, 0), "{empty:?}");
    let mut past = Past::begin(store).await?;
    past.goes_on(store, 5).await?;
    past.is_shown(store).await?;
    let measured = kafka::measure(config).await?;
    let plays = of(&measured, "plays").context("no topic")?;
    ensure!((plays.appended, plays.held, plays.records, plays.heard) == (30, 30, 30, 30), "{plays:?}");
    let bytes = plays.bytes / plays.records;
    ensure!((300..1_500).contains(&bytes), "{bytes} bytes a record");
    let words = cost::words(config, &measured);
    let expected = format!("{:.0} bytes a song x 150 songs a night", plays.bytes as f64 / plays.records as f64);
    ensure!(words.iter().any(|text| text.contains(&expected) && text.contains("GB in 365 nights")), "{words:?}");
    Ok(())
}
