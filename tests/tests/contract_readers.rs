//! Readers of facts, on the table and on Apache Kafka: every fact is counted once, whatever becomes of the processes that
//! count, and a rebuild gives the same while facts go on.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{Installation, On, PATIENCE, house::House, kafka_side};
use jukeline_app::{
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::Timestamp,
    version::Version,
};
use jukeline_backend::{
    readers::{
        Reader,
        charts::{Place, Wanted, ranking},
        prune,
        report::{self, Progress, ReplayError},
    },
    serve::Running,
    store::{
        Store,
        outbox::{Letter, put_all},
        places, readers,
    },
};
use jukeline_tests::{eventually, machine::Need, needs};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

on_both!(
    songs_are_counted_once_through_kills_and_restarts,
    a_rebuild_gives_the_same_while_songs_go_on_and_half_of_it_is_never_shown,
    old_windows_are_deleted_and_what_is_shown_stays,
);

const NIGHT: u32 = 20_260_301;
/// Long enough after it.
const LATER: u32 = 20_260_609;

/// What is heard at a house, and how often each song was.
struct Past {
    venue: VenueId,
    jukeboxes: Vec<JukeboxId>,
    songs: Vec<SongId>,
    said: i64,
    /// The night that it is.
    night: u32,
    counts: BTreeMap<SongId, i64>,
}

impl Past {
    async fn begin(store: &Store) -> Result<Past> {
        let house = House::make(store, 6, 12).await?;
        let venue = places::venue_of(store, house.jukeboxes[0]).await?.context("no venue")?;
        Ok(Past {
            venue,
            jukeboxes: house.jukeboxes,
            songs: house.songs,
            said: 0,
            night: NIGHT,
            counts: BTreeMap::new(),
        })
    }

    /// So many more facts of every jukebox, as the floor would have committed them: two of three songs were heard.
    async fn goes_on(&mut self, store: &Store, facts: usize) -> Result<()> {
        let mut letters = Vec::new();
        for _ in 0..facts {
            self.said += 1;
            for (index, jukebox) in self.jukeboxes.iter().enumerate() {
                let turn = self.said * 7 + i64::try_from(index)?;
                let song = self.songs[usize::try_from(turn * turn % 12)?];
                let (play, at) = (PlayId(Uuid::now_v7()), Timestamp(self.said));
                let fact = if turn % 3 == 0 {
                    Fact::PlayedUnpaid { play }
                } else {
                    *self.counts.entry(song).or_default() += 1;
                    let (account, venue) = (AccountId(Uuid::nil()), self.venue);
                    Fact::Heard { play, account, song, venue, heard_at: at, night: self.night }
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

    async fn shown(&self, store: &Store) -> Result<BTreeMap<SongId, i64>> {
        self.shown_of(store, Some((NIGHT, NIGHT))).await
    }

    async fn shown_of(&self, store: &Store, nights: Option<(u32, u32)>) -> Result<BTreeMap<SongId, i64>> {
        let wanted = Wanted { place: Place::Venue(self.venue), genre: None };
        let ranked = ranking(store, &wanted, nights, 100).await?;
        Ok(ranked.into_iter().map(|ranked| (ranked.song, ranked.plays)).collect())
    }

    /// Waits until all is counted, and fails where anything is counted twice.
    async fn is_counted(&self, store: &Store) -> Result<()> {
        let total: i64 = self.counts.values().sum();
        eventually("every song to be counted", PATIENCE, || async {
            let counted: i64 = self.shown(store).await?.values().sum();
            ensure!(counted >= total, "{counted} of {total}");
            Ok(())
        })
        .await?;
        let shown = self.shown(store).await?;
        ensure!(shown == self.counts, "{shown:?} instead of {:?}", self.counts);
        ensure!(shown == self.shown_of(store, None).await?, "all nights are this one");
        Ok(())
    }
}

async fn is_shown(store: &Store) -> Result<()> {
    eventually("charts that are shown", PATIENCE, || async {
        let standing = readers::standing(store, "charts").await?.context("no row")?;
        ensure!(standing.live.is_some() && standing.building.is_none(), "{standing:?}");
        Ok(())
    })
    .await
}

async fn old_windows_are_deleted_and_what_is_shown_stays(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let store = &running.context.store;
    let mut past = Past::begin(store).await?;
    is_shown(store).await?;
    past.goes_on(store, 60).await?;
    past.is_counted(store).await?;
    let network = async |nights| -> Result<BTreeMap<SongId, i64>> {
        let ranked = ranking(store, &Wanted { place: Place::Network, genre: None }, nights, 100).await?;
        Ok(ranked.into_iter().map(|ranked| (ranked.song, ranked.plays)).collect())
    };
    let (night, month) = (Some((NIGHT, NIGHT)), Some((20_260_301, 20_260_331)));
    let before = past.counts.clone();
    for nights in [night, month, None] {
        ensure!(network(nights).await? == before, "{nights:?}");
    }
    past.night = LATER;
    past.goes_on(store, 60).await?;
    eventually("the later night to be counted", PATIENCE, || async {
        let counted = network(None).await?;
        ensure!(counted == past.counts, "{counted:?} of {:?}", past.counts);
        Ok(())
    })
    .await?;
    let reader = Reader::named("charts").context("no charts")?;
    let live = readers::standing(store, "charts").await?.and_then(|standing| standing.live).context("nothing shown")?;
    let now = store.now().await?;
    ensure!(prune(store, reader, live.number, now, 1_000).await?.is_all, "there is more");
    for nights in [night, month] {
        ensure!(network(nights).await?.is_empty(), "{nights:?} is kept");
    }
    ensure!(network(None).await? == past.counts, "all nights");
    ensure!(past.shown(store).await? == before, "a venue keeps its year");
    Ok(())
}

async fn songs_are_counted_once_through_kills_and_restarts(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let mut running = installation.start().await?;
    let mut past = Past::begin(&running.context.store).await?;
    past.goes_on(&running.context.store, 300).await?;
    is_shown(&running.context.store).await?;
    for _ in 0..3 {
        // In a network a second one shares the work before the first is killed; embedded there is one at a time.
        let second = if on == On::Network { Some(installation.start().await?) } else { None };
        past.goes_on(&running.context.store, 200).await?;
        let some: i64 = past.counts.values().sum::<i64>() / 2;
        eventually("work under way", PATIENCE, || async {
            let counted: i64 = past.shown(&running.context.store).await?.values().sum();
            ensure!(counted >= some, "{counted} of {some}");
            Ok(())
        })
        .await?;
        past.goes_on(&running.context.store, 100).await?;
        drop(running);
        running = match second {
            Some(second) => second,
            None => installation.start().await?,
        };
        past.goes_on(&running.context.store, 50).await?;
    }
    past.is_counted(&running.context.store).await
}

async fn a_rebuild_gives_the_same_while_songs_go_on_and_half_of_it_is_never_shown(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running: Running = installation.start().await?;
    let (store, config) = (running.context.store.clone(), running.context.config.clone());
    let mut past = Past::begin(&store).await?;
    past.goes_on(&store, 500).await?;
    past.is_counted(&store).await?;
    is_shown(&store).await?;
    let before = readers::standing(&store, "charts").await?.and_then(|standing| standing.live).context("none shown")?;
    let over = Arc::new(AtomicBool::new(false));
    let going_on = {
        let (over, store) = (over.clone(), store.clone());
        tokio::spawn(async move {
            let mut least = 0;
            while !over.load(Ordering::Relaxed) {
                past.goes_on(&store, 2).await?;
                let shown: i64 = past.shown(&store).await?.values().sum();
                ensure!(shown >= least, "{shown} after {least}: something went back");
                least = shown;
            }
            Ok(past)
        })
    };
    let replay = report::replay(&config, &store, "charts").await?;
    let again = report::replay(&config, &store, "charts").await?;
    ensure!(replay.generation() == again.generation() && replay.generation() > before.number, "one rebuild");
    let ended = replay.shown(PATIENCE, |_, _| ()).await;
    over.store(true, Ordering::Relaxed);
    let past = going_on.await??;
    ensure!(matches!(ended?, Progress::Shown));
    past.is_counted(&store).await?;
    let text = report::report(&config, &store).await?;
    ensure!(text.contains("charts") && text.contains("shown") && !text.contains("building"), "{text}");
    eventually("the rows that were shown before to be forgotten", PATIENCE, || async {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM charts WHERE generation = $1";
        let left: i64 = sqlx::query_scalar(sql).bind(before.number).fetch_one(store.read()).await?;
        ensure!(left == 0, "{left} rows");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_whose_start_is_gone_is_refused_and_what_is_shown_stays() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let running = installation.start().await?;
    let (store, config) = (&running.context.store, &running.context.config);
    let mut past = Past::begin(store).await?;
    past.goes_on(store, 50).await?;
    past.is_counted(store).await?;
    kafka_side::delete_records(installation.kafka()?, &installation.topic("plays"), 10).await?;
    let refused = report::replay(config, store, "charts").await.err().context("not refused")?;
    ensure!(matches!(refused, ReplayError::StartGone { low: 10, .. }), "{refused}");
    ensure!(refused.to_string().contains("what was before it is gone"), "{refused}");
    past.goes_on(store, 50).await?;
    past.is_counted(store).await
}
