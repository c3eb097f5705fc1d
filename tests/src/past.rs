//! A past that is told to the log from outside, and a plain recomputation of what charts and histories must say of it.

mod network;
mod replay;

pub use network::{Network, Venue};
pub use replay::{Replayed, replay_while_songs_go_on};

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context, Result, bail};
use jukeline_app::{
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId, fact_id},
    time::Timestamp,
    version::Version,
};
use rdkafka::{
    message::{Header, OwnedHeaders},
    producer::{DeliveryFuture, FutureProducer, FutureRecord},
};
use uuid::Uuid;

use crate::kafka::{Counted, Kafka, Nights};

/// Facts that each play is told in.
pub const FACTS_OF_A_PLAY: usize = 4;
/// Jukeboxes of a venue, each a stream of its own.
const JUKEBOXES: usize = 4;
/// One of so many records comes again later, as of a relay that was killed before it knew of the answer.
const AGAIN: u64 = 25;
/// Records that wait for the broker's word at once.
const ON_THEIR_WAY: usize = 20_000;
/// Songs are a second apart, from here on: 2026-01-05 18:00 UTC.
const BEGAN: i64 = 1_767_636_000_000;

/// What is told, and what it comes to. The jukeboxes are nobody's, so that the floor has no facts of its own under their
/// keys.
pub struct Past {
    topic: String,
    producer: FutureProducer,
    jukeboxes: Vec<Told>,
    songs: Vec<SongId>,
    nights: Vec<u32>,
    people: Vec<AccountId>,
    plays: u64,
    counts: BTreeMap<(VenueId, u32, SongId), (u32, Timestamp)>,
    histories: BTreeMap<(AccountId, VenueId), u32>,
}

/// A jukebox with the number of its last fact.
struct Told {
    jukebox: JukeboxId,
    venue: VenueId,
    n: i64,
}

/// A record on its way.
struct Sent {
    key: String,
    id: String,
    payload: String,
}

impl Past {
    /// Nothing told yet. The nights are those in which songs will be heard, and the people those who will have chosen
    /// them; `topic` has its prefix.
    ///
    /// # Errors
    /// The broker's client can't be made.
    pub fn new(
        kafka: &Kafka,
        topic: &str,
        network: &Network,
        nights: Vec<u32>,
        people: Vec<AccountId>,
    ) -> Result<Self> {
        let mut client = kafka.client();
        client.set("enable.idempotence", "true").set("partitioner", "murmur2_random").set("linger.ms", "5");
        let producer = client.create()?;
        let jukebox = |venue: &Venue| Told { jukebox: JukeboxId(Uuid::now_v7()), venue: venue.id, n: 0 };
        let jukeboxes = network.venues.iter().cycle().take(network.venues.len() * JUKEBOXES).map(jukebox).collect();
        Ok(Self {
            topic: topic.to_owned(),
            producer,
            jukeboxes,
            songs: network.songs.clone(),
            nights,
            people,
            plays: 0,
            counts: BTreeMap::new(),
            histories: BTreeMap::new(),
        })
    }

    /// Tells of so many more plays, and tells some of the facts a second time behind the others.
    ///
    /// # Errors
    /// The broker takes a record not.
    pub async fn goes_on(&mut self, plays: usize) -> Result<()> {
        let (mut waiting, mut again) = (VecDeque::new(), Vec::new());
        for number in 0..plays {
            for sent in self.play()? {
                self.send(&sent, &mut waiting).await?;
                if mix(self.plays ^ number as u64).is_multiple_of(AGAIN) {
                    again.push(sent);
                }
            }
        }
        for sent in again {
            self.send(&sent, &mut waiting).await?;
        }
        for delivered in waiting {
            delivered.await?.map_err(|(error, _)| error)?;
        }
        Ok(())
    }

    /// How many plays were heard.
    pub fn heard(&self) -> u64 {
        self.plays
    }

    /// What a chart must say: of the venues that are wanted, in these nights, the one heard most first; of two that were
    /// heard as often the one that was heard last.
    pub fn chart(&self, wanted: impl Fn(VenueId) -> bool, nights: Nights) -> Vec<Counted> {
        let mut songs: BTreeMap<SongId, (u32, Timestamp)> = BTreeMap::new();
        for ((venue, night, song), (plays, last)) in &self.counts {
            if wanted(*venue) && nights.is_none_or(|(from, to)| (from..=to).contains(night)) {
                let (sum, latest) = songs.entry(*song).or_default();
                *sum += plays;
                *latest = (*latest).max(*last);
            }
        }
        let mut chart: Vec<Counted> =
            songs.into_iter().map(|(song, (plays, last_heard_at))| Counted { song, plays, last_heard_at }).collect();
        chart.sort_by_key(|counted| (std::cmp::Reverse((counted.plays, counted.last_heard_at)), counted.song));
        chart
    }

    /// How often each song was heard anywhere.
    pub fn songs(&self) -> BTreeMap<SongId, u32> {
        self.chart(|_| true, None).into_iter().map(|counted| (counted.song, counted.plays)).collect()
    }

    /// How many of somebody's songs were heard at each venue.
    pub fn history(&self, of: AccountId) -> BTreeMap<VenueId, u32> {
        let theirs = self.histories.iter().filter(|((account, _), _)| *account == of);
        theirs.map(|((_, venue), plays)| (*venue, *plays)).collect()
    }

    /// The facts of the next play.
    fn play(&mut self) -> Result<Vec<Sent>> {
        let drawn = mix(self.plays);
        let part = |shift: u32, of: usize| usize::try_from((drawn >> shift) % 65_536).map(|part| part % of);
        // Some songs are loved by all.
        let song = self.songs[part(0, self.songs.len())?.min(part(16, self.songs.len())?)];
        let night = self.nights[part(32, self.nights.len())?];
        let account = match self.people.len() {
            0 => AccountId(Uuid::nil()),
            people => self.people[part(40, people)?],
        };
        let heard_at = Timestamp(BEGAN + i64::try_from(self.plays)? * 1_000);
        let play = PlayId(Uuid::now_v7());
        let jukebox = usize::try_from(self.plays)? % self.jukeboxes.len();
        let told = &mut self.jukeboxes[jukebox];
        self.plays += 1;
        let (plays, last) = self.counts.entry((told.venue, night, song)).or_default();
        (*plays, *last) = (*plays + 1, (*last).max(heard_at));
        *self.histories.entry((account, told.venue)).or_default() += 1;
        let facts: [Fact; FACTS_OF_A_PLAY] = [
            Fact::Handed { plays: vec![(play, 1)], player_epoch: 1 },
            Fact::Started { play, attempt: 1, anchor: heard_at },
            Fact::Heard { play, account, song, venue: told.venue, heard_at, night },
            Fact::Finished { play, account, price: 0 },
        ];
        facts.into_iter().map(|fact| told.tells(heard_at, fact)).collect()
    }

    /// Hands a record to the broker's client, in order, and waits where too many wait.
    async fn send(&self, sent: &Sent, waiting: &mut VecDeque<DeliveryFuture>) -> Result<()> {
        let headers = OwnedHeaders::new().insert(Header { key: "ce_id", value: Some(&sent.id) });
        let record = FutureRecord::to(&self.topic).key(&sent.key).payload(&sent.payload).headers(headers);
        match self.producer.send_result(record) {
            Ok(delivered) => waiting.push_back(delivered),
            Err((error, _)) => bail!(error),
        }
        if waiting.len() > ON_THEIR_WAY {
            let first = waiting.pop_front().context("none waits")?;
            first.await?.map_err(|(error, _)| error)?;
        }
        Ok(())
    }
}

impl Told {
    fn tells(&mut self, at: Timestamp, fact: Fact) -> Result<Sent> {
        self.n += 1;
        let (key, version) = (self.jukebox.to_string(), Version { epoch: 1, n: self.n });
        let id = fact_id(&format!("jukebox/{key}"), version.epoch, version.n).to_string();
        let payload = serde_json::to_string(&Stamped { jukebox: self.jukebox, version, at, fact })?;
        Ok(Sent { key, id, payload })
    }
}

/// Spreads a number over 64 bits: SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
