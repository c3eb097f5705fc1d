//! Venues of a network, and its charts as pages and staff read them.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{Chart, ChartMove, ChartQuery, ChartScope, ChartWindow, MakeOperator, MakeVenue},
    client::Client,
    id::{JukeboxId, SongId, VenueId},
};
use jukeline_backend::store::{Store, places};

use super::Past;
use crate::{
    bench::house::insert_songs,
    eventually,
    house::{EMAIL, HttpTransport, PASSWORD, setup_token},
    kafka::{Counted, Nights},
    server::Server,
};

/// Towns in turn.
const CITIES: [&str; 2] = ["Berlin", "Leith"];

/// A venue with one room.
#[derive(Clone, Debug)]
pub struct Venue {
    /// The venue.
    pub id: VenueId,
    /// Its room's name.
    pub room: String,
    /// The room's jukebox.
    pub jukebox: JukeboxId,
    /// Its town.
    pub city: &'static str,
}

/// Venues, songs, and an operator who sees everything.
pub struct Network {
    /// The operator's client.
    pub operator: Client<HttpTransport>,
    /// The venues.
    pub venues: Vec<Venue>,
    /// The catalogue.
    pub songs: Vec<SongId>,
}

impl Network {
    /// Furnishes an empty server; only the songs are rows of the database at `store`.
    ///
    /// # Errors
    /// The server refuses something.
    pub async fn furnish(server: &Server, store: &str, venues: usize, songs: usize) -> Result<Self> {
        let operator = Client { transport: HttpTransport::new(&server.url())? };
        let token = setup_token(server).await?;
        let make = MakeOperator { token, name: "Dana".into(), email: EMAIL.into(), password: PASSWORD.into() };
        operator.make_operator(&make).await?;
        let songs = insert_songs(store, songs).await?;
        let rows = Store::open_postgres(store).await?;
        let mut network = Self { operator, venues: Vec::new(), songs };
        for (number, city) in CITIES.into_iter().cycle().take(venues).enumerate() {
            network.open(&rows, &format!("room-{number}"), city).await?;
        }
        Ok(network)
    }

    async fn open(&mut self, rows: &Store, room: &str, city: &'static str) -> Result<()> {
        let venue = MakeVenue {
            name: format!("The {room}"),
            zone_name: String::new(),
            city: city.into(),
            room: room.into(),
            timezone: "Europe/London".into(),
            position: None,
            radius_m: 75.0,
            hours: Vec::new(),
        };
        let made = self.operator.make_venue(&venue).await?;
        let id = places::venue_of(rows, made.jukebox).await?.context("no venue")?;
        self.venues.push(Venue { id, room: made.room, jukebox: made.jukebox, city });
        Ok(())
    }

    /// The operator, asking another process.
    pub fn at(&self, server: &Server) -> Client<HttpTransport> {
        Client { transport: self.operator.transport.at(&server.url()) }
    }

    /// Which night it is at the venues, as a page says.
    ///
    /// # Errors
    /// The charts are not there within 60 s.
    pub async fn tonight(&self) -> Result<u32> {
        let query = ChartQuery { window: ChartWindow::Tonight, scope: ChartScope::Network, genre: None };
        let chart = eventually("the charts", Duration::from_secs(60), || async {
            Ok(self.operator.chart(&self.venues[0].room, &query).await?)
        })
        .await?;
        Ok(chart.nights.context("no night")?.0)
    }

    /// Whether a venue counts in a chart of `here`.
    fn counts<'n>(&'n self, here: &'n Venue, scope: ChartScope) -> impl Fn(VenueId) -> bool + 'n {
        move |id| match scope {
            ChartScope::Here => id == here.id,
            ChartScope::City => self.venues.iter().any(|venue| venue.id == id && venue.city == here.city),
            ChartScope::Network => true,
        }
    }

    /// Waits until every chart of every window and scope says what the past comes to.
    ///
    /// # Errors
    /// Not `within` that time, or a chart says more.
    pub async fn tells(&self, client: &Client<HttpTransport>, past: &Past, within: Duration) -> Result<()> {
        for here in &self.venues[..CITIES.len().min(self.venues.len())] {
            for scope in ChartScope::ALL {
                for window in ChartWindow::ALL {
                    let what = format!("the chart {} {} of {}", window.word(), scope.word(), here.room);
                    eventually(&what, within, || self.equals(client, past, here, window, scope)).await?;
                }
            }
        }
        Ok(())
    }

    async fn equals(
        &self,
        client: &Client<HttpTransport>,
        past: &Past,
        here: &Venue,
        window: ChartWindow,
        scope: ChartScope,
    ) -> Result<()> {
        let chart = client.chart(&here.room, &ChartQuery { window, scope, genre: None }).await?;
        let expected = |nights: Nights| past.chart(self.counts(here, scope), nights);
        let now = expected(chart.nights);
        let before = chart.compared_with.map(|nights| expected(Some(nights)));
        ensure!(!now.is_empty(), "the past has songs for it");
        same(&chart, &now, before.as_deref().unwrap_or_default())?;
        // Pages show ten places; staff see the others too.
        let all = ranked(client, here, window, scope).await?;
        let wanted: Vec<(SongId, u32)> = now.iter().map(|counted| (counted.song, counted.plays)).collect();
        ensure!(all == wanted, "{all:?} instead of {wanted:?}");
        Ok(())
    }

    /// How often each song was heard anywhere, as staff see it now.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn songs(&self, client: &Client<HttpTransport>) -> Result<BTreeMap<SongId, u32>> {
        let ranked = ranked(client, &self.venues[0], ChartWindow::Ever, ChartScope::Network).await?;
        Ok(ranked.into_iter().collect())
    }
}

/// Fails unless a page shows these, with the places that they had before.
fn same(chart: &Chart, now: &[Counted], before: &[Counted]) -> Result<()> {
    let shown: Vec<_> = chart
        .entries
        .iter()
        .map(|entry| (entry.rank, entry.song.id, entry.plays, entry.last_heard_at, entry.rank_before, entry.moved))
        .collect();
    let compared = chart.query.window != ChartWindow::Ever;
    let expected: Vec<_> = (1_u32..)
        .zip(now.iter().take(10))
        .map(|(rank, counted)| {
            let place = (1_u32..).zip(before).find(|(_, other)| other.song == counted.song).map(|(place, _)| place);
            let moved = compared.then(|| place.map_or(ChartMove::New, |place| moved(place, rank)));
            (rank, counted.song, counted.plays, counted.last_heard_at, place, moved)
        })
        .collect();
    ensure!(shown == expected, "{shown:#?}\ninstead of\n{expected:#?}");
    Ok(())
}

fn moved(before: u32, now: u32) -> ChartMove {
    match before.cmp(&now) {
        std::cmp::Ordering::Greater => ChartMove::Up,
        std::cmp::Ordering::Less => ChartMove::Down,
        std::cmp::Ordering::Equal => ChartMove::Same,
    }
}

/// A chart as staff take it along, with up to a thousand songs.
async fn ranked(
    client: &Client<HttpTransport>,
    here: &Venue,
    window: ChartWindow,
    scope: ChartScope,
) -> Result<Vec<(SongId, u32)>> {
    let (base, jukebox) = (client.transport.base(), here.jukebox);
    let url = format!("{base}/api/jukeboxes/{jukebox}/charts.csv?window={}&scope={}", window.word(), scope.word());
    let text = client.transport.bare().get(url).send().await?.error_for_status()?.text().await?;
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().context("no head")?.split(',').collect();
    let column = |name: &str| heads.iter().position(|head| *head == name).with_context(|| format!("no {name}"));
    let (song, plays) = (column("song")?, column("plays")?);
    lines
        .map(|line| {
            // The songs that this network has are named without commas.
            let cells: Vec<&str> = line.split(',').collect();
            ensure!(cells.len() == heads.len(), "{line}");
            Ok((SongId(cells[song].parse()?), cells[plays].parse()?))
        })
        .collect()
}
