//! Charts as an engine of others counts them: Kafka Streams, on the same topic.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{Installation, On, PATIENCE, house::House, kafka_side};
use jukeline_app::{
    api::Chart,
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::Timestamp,
    version::Version,
};
use jukeline_backend::{
    readers::charts::{Place, Wanted, ranking},
    store::{
        Store,
        outbox::{Letter, put_all},
        places,
    },
};
use jukeline_tests::{
    eventually,
    kafka::{Counted, Nights, top10},
    machine::Need,
    needs,
};
use uuid::Uuid;

/// Songs of the network: more than a chart has places.
const SONGS: usize = 14;

/// What is heard at two venues.
struct Past {
    rooms: Vec<(JukeboxId, VenueId)>,
    songs: Vec<SongId>,
    nights: [u32; 3],
    said: i64,
    heard: u32,
}

impl Past {
    async fn begin(store: &Store, tonight: u32) -> Result<Past> {
        let (one, other) = (House::make(store, 4, SONGS).await?, House::make(store, 3, 0).await?);
        let mut rooms = Vec::new();
        for jukebox in one.jukeboxes.into_iter().chain(other.jukeboxes) {
            rooms.push((jukebox, places::venue_of(store, jukebox).await?.context("no venue")?));
        }
        Ok(Past { rooms, songs: one.songs, nights: [20_260_130, 20_260_201, tonight], said: 0, heard: 0 })
    }

    /// So many more facts of every jukebox, as the floor would have committed them: two of three songs were heard.
    async fn goes_on(&mut self, store: &Store, facts: usize) -> Result<()> {
        let mut letters = Vec::new();
        for _ in 0..facts {
            self.said += 1;
            for (index, (jukebox, venue)) in self.rooms.iter().enumerate() {
                let turn = self.said * 7 + i64::try_from(index)?;
                let (song, night) = (usize::try_from(turn * turn % 37)? % SONGS, usize::try_from(turn / 3 % 3)?);
                let (play, at) = (PlayId(Uuid::now_v7()), Timestamp(self.said));
                let fact = if turn % 3 == 0 {
                    Fact::PlayedUnpaid { play }
                } else {
                    self.heard += 1;
                    let (song, night) = (self.songs[song], self.nights[night]);
                    Fact::Heard { play, account: AccountId(Uuid::nil()), song, venue: *venue, heard_at: at, night }
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

    /// Waits until all is counted, and fails where anything is counted twice.
    async fn is_counted(&self, store: &Store) -> Result<()> {
        let counted = || async {
            let wanted = Wanted { place: Place::Network, genre: None };
            let ranked = ranking(store, &wanted, None, 100).await?;
            anyhow::Ok(ranked.iter().map(|ranked| ranked.plays).sum::<i64>())
        };
        eventually("every song to be counted", PATIENCE, || async {
            let counted = counted().await?;
            ensure!(counted >= i64::from(self.heard), "{counted} of {}", self.heard);
            Ok(())
        })
        .await?;
        let counted = counted().await?;
        ensure!(counted == i64::from(self.heard), "{counted} instead of {}", self.heard);
        Ok(())
    }
}

/// Sends every fifth record again, as a relay that was killed before it knew of the answer would.
async fn some_are_sent_again(installation: &Installation) -> Result<usize> {
    let (kafka, topic) = (installation.kafka()?, installation.topic("plays"));
    let records = kafka_side::read_all(kafka, &topic).await?;
    let again: Vec<_> = records.iter().step_by(5).collect();
    for record in &again {
        let (key, payload) = (record.key.as_bytes(), record.payload.as_bytes());
        kafka_side::produce(kafka, &topic, Some(record.partition), key, Some(&record.id()), payload).await?;
    }
    Ok(again.len())
}

/// What a page shows.
async fn shown(url: &str, room: &str, query: &str) -> Result<(Vec<Counted>, Nights)> {
    let path = format!("{url}/api/rooms/{room}/charts?{query}");
    let chart: Chart = eventually("the chart", PATIENCE, || async {
        Ok(reqwest::get(&path).await?.error_for_status()?.json().await?)
    })
    .await?;
    let entries = chart.entries.into_iter();
    let counted =
        entries.map(|entry| Counted { song: entry.song.id, plays: entry.plays, last_heard_at: entry.last_heard_at });
    Ok((counted.collect(), chart.nights))
}

/// What the server ranks.
async fn ranked(store: &Store, venue: Option<VenueId>, nights: Nights) -> Result<Vec<Counted>> {
    let wanted = Wanted { place: venue.map_or(Place::Network, Place::Venue), genre: None };
    let ranked = ranking(store, &wanted, nights, 10).await?.into_iter();
    ranked
        .map(|ranked| {
            let plays = u32::try_from(ranked.plays)?;
            Ok(Counted { song: ranked.song, plays, last_heard_at: ranked.last_heard_at })
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kafka_streams_counts_the_same_charts_on_the_topic() -> Result<()> {
    needs!(Need::KafkaStreams, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let running = installation.start().await?;
    running.answer();
    let (store, url) = (&running.context.store, format!("http://{}", running.address));
    // The page itself says which night it is.
    let empty = House::make(store, 1, 0).await?;
    let room = places::room_by_jukebox(store, empty.jukeboxes[0]).await?.context("no room")?;
    let (_, tonight) = shown(&url, &room.room, "window=tonight&scope=network").await?;
    let (tonight, _) = tonight.context("no night")?;

    let mut past = Past::begin(store, tonight).await?;
    past.goes_on(store, 60).await?;
    past.is_counted(store).await?;
    let again = some_are_sent_again(&installation).await?;
    ensure!(again > 50, "{again} were sent again");
    // Behind what was sent again: once these are counted, that was read too.
    past.goes_on(store, 30).await?;
    past.is_counted(store).await?;

    let (jukebox, venue) = past.rooms[0];
    let room = places::room_by_jukebox(store, jukebox).await?.context("no room")?;
    let (one, some) = (Some((tonight, tonight)), Some((past.nights[0], past.nights[1])));
    let places = [Some(venue), Some(past.rooms[6].1), None];
    let wanted: Vec<_> = places.into_iter().flat_map(|place| [None, one, some].map(|nights| (place, nights))).collect();
    let theirs = top10(installation.kafka()?, &installation.topic("plays"), &wanted).await?;
    ensure!(theirs.len() == wanted.len(), "{} lists", theirs.len());
    for ((place, nights), theirs) in wanted.iter().zip(&theirs) {
        let ours = ranked(store, *place, *nights).await?;
        ensure!(ours.len() == 10, "{} places at {place:?} in {nights:?}", ours.len());
        ensure!(ours == *theirs, "at {place:?} in {nights:?}\nours: {ours:#?}\ntheirs: {theirs:#?}");
    }
    for (scope, place) in [("here", Some(venue)), ("network", None)] {
        for (window, nights) in [("ever", None), ("tonight", one)] {
            let (page, _) = shown(&url, &room.room, &format!("window={window}&scope={scope}")).await?;
            let asked = wanted.iter().position(|wanted| *wanted == (place, nights)).context("not asked")?;
            ensure!(page == theirs[asked], "{window} {scope}\npage: {page:#?}\ntheirs: {:#?}", theirs[asked]);
        }
    }
    Ok(())
}
