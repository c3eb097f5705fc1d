//! The server is ended between each two steps of a purchase, a refund and a play, as by a power cut: nothing is lost,
//! nothing is doubled, and whoever paid has what they paid for.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{BuyPack, Report},
    client::Asked,
    id::{PlayId, PurchaseId, SongId},
    play::PlayState,
};
use jukeline_backend::store::{Store, outbox};
use jukeline_tests::{
    eventually,
    kafka::Kafka,
    machine::Need,
    needs,
    postgres::Postgres,
    sandbox::GOOD,
    server::Setup,
    shop::{SOON, Shop},
};
use serde_json::{Value, json};
use support::{doctor_is_happy, doctor_says};
use uuid::Uuid;

/// Between the steps of pressing Buy.
const BUYING: [&str; 3] = ["purchase-begun", "checkout-opened", "checkout-noted"];
/// Between the steps of a webhook.
const PAYING: [&str; 4] = ["webhook-verified", "event-noted", "purchase-decided", "purchase-committed"];
/// Between the steps of a refund.
const REFUNDING: [&str; 2] = ["refund-decided", "refund-sent"];
/// Before and after the log takes what a phone asks.
const ASKING: [&str; 2] = ["request-received", "request-appended"];
/// Before and after the log takes what a screen reports.
const REPORTING: [&str; 2] = ["report-received", "report-appended"];
/// Between the steps of a decision.
const DECIDING: [&str; 5] = ["floor-received", "plays-written", "credits-moved", "floor-decided", "floor-committed"];
/// Between the steps of telling the log of it.
const RELAYING: [&str; 3] = ["relay-received", "relay-sent", "relay-marked"];
/// Where a network is ended at reports between the request and the end.
const BETWEEN: [&str; 2] = ["floor-committed", "relay-sent"];
/// What the screen reports of a song, in order.
const REPORTS: [Report; 3] = [Report::Started { position_ms: 0 }, Report::Heard, Report::Finished];
/// Credits that a song costs.
const PRICE: u32 = 1;

/// Buys a pack for each point at which the server can end; gives the credits that they are.
async fn buying(shop: &mut Shop) -> Result<i64> {
    let mut expected = 0;
    for point in BUYING.into_iter().chain(PAYING) {
        shop.server.restart_at(Some(point)).await?;
        let buy = BuyPack { purchase: PurchaseId(Uuid::now_v7()), pack: "ten".into(), room: None };
        let begun = shop.mara.api.buy(&buy).await;
        ensure!(begun.is_err() == BUYING.contains(&point), "{point}: {begun:?}");
        let begun = match begun {
            Ok(begun) => begun,
            Err(_) => {
                shop.server.ended().await.with_context(|| format!("it ends at {point}"))?;
                shop.server.restart().await?;
                // The phone never heard the answer and asks again.
                shop.mara.api.buy(&buy).await?
            }
        };
        shop.sandbox.type_card(&begun.checkout_url.context("a page")?, GOOD).await?;
        if PAYING.contains(&point) {
            shop.server.ended().await.with_context(|| format!("it ends at {point}"))?;
            shop.server.restart().await?;
        }
        shop.credited(buy.purchase).await.with_context(|| format!("after {point}"))?;
        expected += 12;
        shop.credits_are(expected).await?;
        doctor_is_happy(&shop.server)?;
    }
    Ok(expected)
}

/// Buys and gives back for each point at which the server can end; the credits stay at `credits`.
async fn refunding(shop: &mut Shop, credits: i64) -> Result<()> {
    for point in REFUNDING {
        let bought = shop.bought("five").await?;
        shop.server.restart_at(Some(point)).await?;
        let operator = &shop.house.operator.transport;
        let address = format!("{}/api/purchases/{}/refunds", operator.base(), bought.purchase);
        let ask = json!({ "refund": Uuid::now_v7(), "part": "whole" });
        let asked = operator.bare().post(&address).json(&ask).send().await;
        ensure!(asked.is_err(), "it ends at {point}: {asked:?}");
        shop.server.ended().await?;
        shop.server.restart().await?;
        eventually("the refund at the provider, once", SOON, || async {
            let asked = shop.house.operator.transport.bare().post(&address).json(&ask).send().await?;
            let done: Value = asked.json().await?;
            ensure!(done["sent"] == true && done["amount"]["minor"] == 500, "{done}");
            Ok(())
        })
        .await?;
        let output = shop.server.command(&["ledger", "reconcile"])?.output()?;
        ensure!(output.status.success(), "{point}: {}", String::from_utf8_lossy(&output.stdout));
        shop.credits_are(credits).await?;
        doctor_is_happy(&shop.server)?;
    }
    Ok(())
}

/// What is on its way when the server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Asked,
    /// The report of this number.
    Reported(usize),
}

/// A shop whose songs are played across power cuts.
struct Stage<'s> {
    shop: &'s mut Shop,
    /// The network's store, where facts are told by a relay.
    network: Option<Store>,
}

impl Stage<'_> {
    /// A song from the request to its end, with the server ended once, at `point` of `step`.
    async fn a_song(&mut self, song: SongId, step: Step, point: &str) -> Result<()> {
        let play = PlayId(Uuid::now_v7());
        if step == Step::Asked {
            self.quiet().await?;
            self.shop.server.restart_at(Some(point)).await?;
            // Where the answer leaves before the point is reached, it holds.
            let _ = self.shop.mara.ask_as(play, song, PRICE).await;
            self.cut().await?;
        }
        self.insist(play, song).await?;
        self.shop.screen.cut();
        self.shop.screen.claim(None).await?;
        let (next, attempt) = self.shop.screen.next_song().await?;
        ensure!(next == play, "another song is next");
        for (number, report) in REPORTS.into_iter().enumerate() {
            if step != Step::Reported(number) {
                self.shop.screen.report(play, attempt, report, 0).await?;
                self.decided(play, number).await?;
                continue;
            }
            self.quiet().await?;
            self.shop.server.restart_at(Some(point)).await?;
            self.shop.screen.connect().await?;
            let acknowledged = self.shop.screen.report(play, attempt, report, 0).await.is_ok();
            self.cut().await?;
            self.shop.screen.connect().await?;
            // What was not acknowledged is still on the screen's disk and is sent again; what was may be relied on.
            if !acknowledged {
                self.shop.screen.report(play, attempt, report, 0).await?;
            }
            self.decided(play, number).await?;
        }
        eventually("the end of the song", SOON, || async {
            let state = self.shop.mara.api.play(play).await?.state;
            ensure!(state == PlayState::Finished, "{state:?}");
            Ok(())
        })
        .await
    }

    /// The server ends at the point that it was started with, and comes back without one.
    async fn cut(&mut self) -> Result<()> {
        self.shop.server.ended().await.context("it ends at the point")?;
        self.shop.server.restart().await
    }

    /// The phone asks until it has an answer, always with the same id.
    async fn insist(&self, play: PlayId, song: SongId) -> Result<()> {
        eventually("an answer to the request", SOON, || async {
            match self.shop.mara.ask_as(play, song, PRICE).await? {
                Asked::Queued(mine) => ensure!(mine.play == play, "another play"),
                Asked::Pending => anyhow::bail!("not decided yet"),
            }
            Ok(())
        })
        .await
    }

    /// Waits until the report of this number is decided, so that the next cut falls where it is meant to. Embedded it is
    /// when it is acknowledged.
    async fn decided(&self, play: PlayId, report: usize) -> Result<()> {
        let Some(store) = &self.network else { return Ok(()) };
        let fact = ["Started", "Heard", "Finished"][report];
        eventually("the decision about a report", SOON, || async {
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE ce_type = $1 AND payload LIKE $2";
            let told: i64 =
                sqlx::query_scalar(sql).bind(fact).bind(format!("%{play}%")).fetch_one(store.read()).await?;
            ensure!(told == 1, "{told} times {fact}");
            Ok(())
        })
        .await
    }

    /// Waits until nothing is under way.
    async fn quiet(&self) -> Result<()> {
        let Some(store) = &self.network else { return Ok(()) };
        eventually("an empty outbox", SOON, || async {
            ensure!(outbox::unpublished(store, 1).await?.is_empty(), "a fact waits");
            Ok(())
        })
        .await
    }
}

/// Every point at which the server can end while a song is asked for and played. What is between asking and the end goes
/// the same way as these; on a network, whose servers take a second to start, it is tried at two points of it.
fn cuts(relayed: bool) -> Vec<(Step, &'static str)> {
    let relaying = || RELAYING.into_iter().filter(|_| relayed);
    let asked = ASKING.into_iter().chain(DECIDING).chain(relaying()).map(|point| (Step::Asked, point));
    let reported = (0..REPORTS.len()).flat_map(|number| {
        let between = number + 1 < REPORTS.len();
        let points = REPORTING.into_iter().chain(DECIDING).chain(relaying());
        let points = points.filter(move |point| !(relayed && between) || BETWEEN.contains(point));
        points.map(move |point| (Step::Reported(number), point))
    });
    asked.chain(reported).collect()
}

/// Plays a song for each point at which the server can end: each is paid once and has one end.
async fn playing(shop: &mut Shop, network: Option<Store>) -> Result<()> {
    shop.house.rules(|rules| (rules.price, rules.cooldown_minutes, rules.per_patron) = (PRICE, 0, 50)).await?;
    let songs = shop.house.songs().await?;
    let mut left = 0;
    while left < 44 {
        shop.bought("twenty").await?;
        left += 22;
    }
    let cuts = cuts(network.is_some());
    ensure!(i64::try_from(cuts.len())? < left, "{} songs for {left} credits", cuts.len());
    let mut stage = Stage { shop, network };
    for (number, (step, point)) in cuts.iter().enumerate() {
        let played = stage.a_song(songs[number % songs.len()], *step, point).await;
        played.with_context(|| format!("{step:?}, {point}: {}", stage.shop.server.log()))?;
        left -= i64::from(PRICE);
        let me = stage.shop.mara.api.me().await?;
        ensure!((me.credits, me.reserved) == (left, 0), "{step:?}, {point}: {} and {}", me.credits, me.reserved);
    }
    let said = doctor_says(&stage.shop.server)?;
    let over = format!("{} accepted plays, {} of them over", cuts.len(), cuts.len());
    ensure!(said.contains(&over), "{said}");
    Ok(())
}

/// Longer than the player is ever away here.
fn patient(setup: Setup) -> Setup {
    setup.set(&["floor", "silent_after_seconds"], 600)
}

/// A network whose one process takes its partitions back at once: who they belong to is not what is tried here.
fn network(kafka: &Kafka, url: &str) -> Setup {
    patient(Setup::network(kafka, url)).set(&["log", "kafka", "group.instance.id"], "the-only-one")
}

#[tokio::test]
async fn purchases_and_refunds_survive_a_power_cut_at_every_step() -> Result<()> {
    let mut shop = Shop::open().await?;
    let credits = buying(&mut shop).await?;
    refunding(&mut shop, credits).await
}

#[tokio::test]
async fn plays_survive_a_power_cut_at_every_step() -> Result<()> {
    let mut shop = Shop::with(patient).await?;
    playing(&mut shop, None).await
}

#[tokio::test]
async fn purchases_and_refunds_of_a_network_survive_a_power_cut_at_every_step() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("bought").await?;
    let mut shop = Shop::on(network(&kafka, &url)).await?;
    let credits = buying(&mut shop).await?;
    refunding(&mut shop, credits).await
}

#[tokio::test]
async fn plays_of_a_network_survive_a_power_cut_at_every_step() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("played").await?;
    let mut shop = Shop::on(network(&kafka, &url)).await?;
    let store = Store::open_postgres(&url).await?;
    playing(&mut shop, Some(store)).await
}
