//! What becomes of money in the store, on SQLite and on PostgreSQL: one body for both.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Database, On, doctor as doctor_is_happy,
    house::{House, ask, claim, patron, record, report},
    parts,
};
use jukeline_app::{
    api::{AccountTerm, Report, SettlementLine},
    events::Request,
    id::{AccountId, JukeboxId, PurchaseId, RefundId},
    purchase::{Dispute, PaidCredits, RefundPart, Said},
    time::Timestamp,
};
use jukeline_backend::{
    books::{self, Command, Format},
    config::Config,
    context::Context,
    floor::{Handled, handle},
    store::{
        Store,
        accounts::{self, Goodbye},
        complaints, ledger, places,
        purchases::{
            self, Heard, NewPurchase, idle, leaving, receipts,
            refunds::{self, RefundState},
        },
        settings,
    },
};
use tempfile::TempDir;
use uuid::Uuid;

on_both!(
    who_leaves_gets_the_money_back,
    who_waives_leaves_it_to_the_operator,
    a_refused_refund_gives_the_credits_back,
    a_refused_refund_of_who_left_is_owed,
    a_refused_refund_uncovers_a_dispute,
    a_month_is_the_venues_own,
    an_accounts_terms_add_up,
    complaints_come_newest_first,
    mostly_there_is_nothing_to_do,
);

/// An open store with the parts of a server, and what keeps both alive.
struct Opened {
    store: Store,
    context: Context,
    _database: Database,
    _folder: TempDir,
}

async fn open(on: On) -> Result<Opened> {
    let database = Database::make(on).await?;
    let store = database.open().await?;
    let folder = tempfile::tempdir()?;
    let context = parts(&store, folder.path()).await?;
    Ok(Opened { store, context, _database: database, _folder: folder })
}

/// Lets the floor decide requests about one jukebox, behind those it decided before.
async fn decide(context: &Context, jukebox: JukeboxId, next: &mut i64, requests: &[Request]) -> Result<()> {
    let records = requests.iter().zip(*next..).map(|(request, offset)| record(offset, jukebox, request));
    let records = records.collect::<Result<Vec<_>>>()?;
    *next += i64::try_from(records.len())?;
    ensure!(handle(context, 0, &records).await? == Handled::Committed, "somebody else was there");
    Ok(())
}

/// Ten credits for 9.50 EUR.
async fn bought(store: &Store, account: AccountId) -> Result<PurchaseId> {
    let id = PurchaseId(Uuid::now_v7());
    let now = store.now().await?;
    let new = NewPurchase {
        id,
        account,
        pack: "ten",
        price_minor: 950,
        currency: "EUR",
        credits: 10,
        bonus: 0,
        bonus_ms: None,
        room: None,
        provider: "sandbox",
        expires_at: now.plus(1000),
        ask_at: now,
        claim_hash: &id.to_string(),
    };
    purchases::begin(store, &new, now).await?;
    let paid = Heard { said: vec![Said::Paid], payment: Some(format!("pi_{id}")), declined: None };
    ensure!(purchases::hear(store, id, &paid).await?);
    Ok(id)
}

/// What is to go back to cards, oldest first.
async fn decided_refunds(store: &Store) -> Result<Vec<refunds::Refund>> {
    Ok(refunds::to_send(store, Timestamp(i64::MAX)).await?)
}

/// The sum of the transfers of a kind, in a unit.
async fn moved(store: &Store, kind: &str, unit: &str) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transfers WHERE kind = $1 AND unit = $2";
    Ok(sqlx::query_scalar(sql).bind(kind).bind(unit).fetch_one(store.read()).await?)
}

async fn who_leaves_gets_the_money_back(on: On) -> Result<()> {
    let Opened { store, context, .. } = &open(on).await?;
    let house = House::make(store, 1, 1).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(store, 1).await?);
    let purchase = bought(store, ada).await?;
    let mut next = 0;
    // The player has the song, and can't let go of it: a given credit and a paid one are set aside.
    let (play, asked) = ask(ada, house.songs[0]);
    decide(context, copper, &mut next, &[claim(), asked]).await?;

    let unsaid = accounts::delete(store, ada, None, store.now().await?).await?;
    let Goodbye::PaidCreditsLeft(left) = unsaid else { anyhow::bail!("{unsaid:?}") };
    ensure!(left.len() == 1 && (left[0].credits, left[0].worth_minor, left[0].currency.as_str()) == (10, 950, "EUR"));
    ensure!(decided_refunds(store).await?.is_empty(), "nothing changed");

    let gone = accounts::delete(store, ada, Some(PaidCredits::Refund), store.now().await?).await?;
    ensure!(gone == Goodbye::Gone, "{gone:?}");
    let refunds = decided_refunds(store).await?;
    ensure!(refunds.len() == 1 && refunds[0].amount_minor == 855, "nine of ten: {refunds:?}");
    ensure!(refunds[0].purchase == purchase && refunds[0].taken.credits == 9, "{refunds:?}");
    doctor_is_happy(store).await?;
    ensure!(leaving::sweep(store).await? == 0, "nothing came back yet");

    let back = Request::TakeBackRequested { play, account: ada };
    decide(context, copper, &mut next, &[back, report(play, Report::Dropped)]).await?;
    ensure!(leaving::sweep(store).await? == 1 && leaving::sweep(store).await? == 0, "once");
    let refunds = decided_refunds(store).await?;
    ensure!(refunds.iter().map(|refund| refund.amount_minor).sum::<i64>() == 950, "all of it: {refunds:?}");
    for refund in &refunds {
        refunds::sent(store, refund).await?;
    }
    ensure!(moved(store, "refund_sent", "EUR").await? == 950 && moved(store, "breakage", "EUR").await? == 0);
    ensure!(moved(store, "forfeit", "credit").await? == 1, "what was given");
    doctor_is_happy(store).await
}

async fn who_waives_leaves_it_to_the_operator(on: On) -> Result<()> {
    let Opened { store, context, .. } = &open(on).await?;
    let house = House::make(store, 1, 1).await?;
    let (copper, bo) = (house.jukeboxes[0], patron(store, 1).await?);
    bought(store, bo).await?;
    let mut next = 0;
    let (play, asked) = ask(bo, house.songs[0]);
    decide(context, copper, &mut next, &[claim(), asked]).await?;
    let gone = accounts::delete(store, bo, Some(PaidCredits::Waive), store.now().await?).await?;
    ensure!(gone == Goodbye::Gone, "{gone:?}");
    ensure!(moved(store, "breakage", "EUR").await? == 855);
    let back = Request::TakeBackRequested { play, account: bo };
    decide(context, copper, &mut next, &[back, report(play, Report::Dropped)]).await?;
    ensure!(leaving::sweep(store).await? == 1, "what came back");
    ensure!(moved(store, "breakage", "EUR").await? == 950 && moved(store, "forfeit", "credit").await? == 11);
    ensure!(decided_refunds(store).await?.is_empty(), "waived is waived");
    // Who has nothing that was paid for is asked nothing.
    let guest = patron(store, 3).await?;
    ensure!(accounts::delete(store, guest, None, store.now().await?).await? == Goodbye::Gone);
    doctor_is_happy(store).await
}

const REASON: &str = "invalid_request_error charge_already_refunded";

/// Decides a refund of what is unspent.
async fn decide_refund(store: &Store, purchase: PurchaseId) -> Result<refunds::Refund> {
    let decided = refunds::decide(store, purchase, RefundId(Uuid::now_v7()), RefundPart::Unspent, None).await?;
    decided.context("a refund")
}

async fn says(store: &Store, purchase: PurchaseId, said: Said) -> Result<()> {
    let heard = Heard { said: vec![said], payment: None, declined: None };
    ensure!(purchases::hear(store, purchase, &heard).await?);
    Ok(())
}

async fn a_refused_refund_gives_the_credits_back(on: On) -> Result<()> {
    let Opened { store, .. } = &open(on).await?;
    let ada = patron(store, 1).await?;
    let purchase = bought(store, ada).await?;
    let refund = decide_refund(store, purchase).await?;
    ensure!(ledger::balance(store, ada).await? == (1, 0));
    let refused = RefundState::Refused(REASON.into());
    ensure!(refunds::refused(store, &refund, REASON).await? == refused);
    ensure!(refunds::refused(store, &refund, "another reason").await? == refused, "once");
    ensure!(ledger::balance(store, ada).await? == (11, 0), "given back");
    ensure!(decided_refunds(store).await?.is_empty(), "not sent again");
    ensure!(purchases::find(store, purchase).await?.context("it")?.done.refunded == 0);
    doctor_is_happy(store).await?;
    // It was refunded at the provider, which is only told now.
    says(store, purchase, Said::Refunded(950)).await?;
    ensure!(ledger::balance(store, ada).await? == (1, 0), "gone with the money");
    doctor_is_happy(store).await?;
    // The other way round: told while ours was on its way.
    let purchase = bought(store, ada).await?;
    let refund = decide_refund(store, purchase).await?;
    says(store, purchase, Said::Refunded(950)).await?;
    ensure!(matches!(refunds::refused(store, &refund, REASON).await?, RefundState::Refused(_)));
    ensure!(ledger::balance(store, ada).await? == (1, 0));
    ensure!(moved(store, "refund_sent", "EUR").await? == 1900, "what went back twice at the provider");
    doctor_is_happy(store).await
}

async fn a_refused_refund_of_who_left_is_owed(on: On) -> Result<()> {
    let Opened { store, .. } = &open(on).await?;
    let ada = patron(store, 0).await?;
    let purchase = bought(store, ada).await?;
    let gone = accounts::delete(store, ada, Some(PaidCredits::Refund), store.now().await?).await?;
    ensure!(gone == Goodbye::Gone, "{gone:?}");
    let refund = decided_refunds(store).await?.pop().context("a refund")?;
    ensure!(refunds::refused(store, &refund, REASON).await? == RefundState::Owed(REASON.into()));
    ensure!(leaving::sweep(store).await? == 0 && decided_refunds(store).await?.is_empty());
    ensure!(purchases::find(store, purchase).await?.context("it")?.done.refunded == 950);
    doctor_is_happy(store).await
}

async fn a_refused_refund_uncovers_a_dispute(on: On) -> Result<()> {
    let Opened { store, .. } = &open(on).await?;
    let ada = patron(store, 0).await?;
    for end in [Dispute::Won, Dispute::Lost] {
        let purchase = bought(store, ada).await?;
        let refund = decide_refund(store, purchase).await?;
        says(store, purchase, Said::Disputed(Dispute::Open)).await?;
        ensure!(matches!(refunds::refused(store, &refund, "charge_disputed").await?, RefundState::Refused(_)));
        ensure!(ledger::balance(store, ada).await? == (0, 0), "the bank has the money");
        doctor_is_happy(store).await?;
        says(store, purchase, Said::Disputed(end)).await?;
        doctor_is_happy(store).await?;
        ensure!(purchases::owed(store, ada).await? == 0);
        let back = if end == Dispute::Won { 10 } else { 0 };
        ensure!(ledger::balance(store, ada).await? == (back, 0), "{end:?}");
        if end == Dispute::Won {
            decide_refund(store, purchase).await?;
        }
    }
    doctor_is_happy(store).await
}

/// Reads the books as `jukeline ledger` and the API do.
async fn read<T: serde::de::DeserializeOwned>(store: &Store, command: Command) -> Result<Vec<T>> {
    let (text, well) = books::read(&Config::default(), store, &command, Format::Json).await?;
    ensure!(well, "{text}");
    Ok(serde_json::from_str(&text)?)
}

async fn execute(store: &Store, sql: &'static str, text: &str, number: i64) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query(sql).bind(number).bind(text.to_owned()).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn settled(store: &Store, month: &str) -> Result<SettlementLine> {
    let month: books::Month = month.parse().map_err(anyhow::Error::msg)?;
    let mut lines = read::<SettlementLine>(store, Command::Settle { month }).await?;
    ensure!(lines.len() == 1, "one venue, one currency: {lines:?}");
    lines.pop().context("a line")
}

/// The venue is in London, where July begins an hour before it does by universal time.
async fn a_month_is_the_venues_own(on: On) -> Result<()> {
    let Opened { store, context, .. } = &open(on).await?;
    let house = House::make(store, 1, 2).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(store, 0).await?);
    settings::set(store, ledger::SHARE, "3333").await?;
    bought(store, ada).await?;
    let mut next = 0;
    decide(context, copper, &mut next, &[claim()]).await?;
    // 23:30 on June 30th and on July 31st by universal time.
    for (song, at) in [(house.songs[0], 1_782_862_200_000), (house.songs[1], 1_785_540_600_000)] {
        let (play, asked) = ask(ada, song);
        let heard = [report(play, Report::Started { position_ms: 0 }), report(play, Report::Finished)];
        decide(context, copper, &mut next, &[asked]).await?;
        decide(context, copper, &mut next, &heard).await?;
        execute(store, "UPDATE transfers SET at = $1 WHERE play = $2", &play.to_string(), at).await?;
        if song == house.songs[0] {
            let july = settled(store, "2026-07").await?;
            let money = (july.worth_minor, july.venue_minor, july.operator_minor);
            ensure!(money == (Some(190), Some(63), Some(127)) && july.credits_played == 2, "{july:?}");
            // 33.33 % of 190 is 63.33: the largest remainder is the operator's.
            ensure!(july.share_percent.as_deref() == Some("33.33"), "{july:?}");
            ensure!(july.rounding_hundredths_of_minor == Some(-32), "{july:?}");
            // From now on this venue has a share of its own.
            let venue = places::venue_of(store, copper).await?.context("a venue")?.to_string();
            execute(store, "UPDATE venues SET share = $1 WHERE id = $2", &venue, 7000).await?;
        }
    }
    let (june, august) = (settled(store, "2026-06").await?, settled(store, "2026-08").await?);
    ensure!(june.currency.is_none() && june.credits_played == 0, "{june:?}");
    let money = (august.worth_minor, august.venue_minor, august.operator_minor);
    ensure!(money == (Some(190), Some(133), Some(57)) && august.credits_played == 2, "{august:?}");
    ensure!(august.rounding_hundredths_of_minor == Some(0), "{august:?}");
    ensure!(settled(store, "2026-07").await?.venue_minor == Some(63), "what was earned stays");
    doctor_is_happy(store).await
}

async fn an_accounts_terms_add_up(on: On) -> Result<()> {
    let Opened { store, context, .. } = &open(on).await?;
    let house = House::make(store, 1, 2).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(store, 1).await?);
    let purchase = bought(store, ada).await?;
    let mut next = 0;
    let ((heard, first), (_, second)) = (ask(ada, house.songs[0]), ask(ada, house.songs[1]));
    decide(context, copper, &mut next, &[claim(), first, second]).await?;
    let reports = [report(heard, Report::Started { position_ms: 0 }), report(heard, Report::Finished)];
    decide(context, copper, &mut next, &reports).await?;
    decide_refund(store, purchase).await?;
    let terms = read::<AccountTerm>(store, Command::Account { account: ada }).await?;
    let told: Vec<(&str, i64)> = terms.iter().map(|line| (line.term.as_str(), line.credits)).collect();
    let right = [("in: grant", 1), ("in: purchase", 10), ("out: capture", 2), ("out: refund", 7), ("out: reserve", 2)];
    ensure!(told == [right.as_slice(), &[("available", 0)]].concat(), "{told:?}");
    let nobody = Command::Account { account: AccountId(Uuid::now_v7()) };
    ensure!(books::read(&Config::default(), store, &nobody, Format::Json).await.is_err());
    Ok(())
}

async fn complaints_come_newest_first(on: On) -> Result<()> {
    let Opened { store, context, .. } = &open(on).await?;
    let house = House::make(store, 1, 3).await?;
    let elsewhere = House::make(store, 1, 0).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(store, 10).await?);
    let mut next = 0;
    decide(context, copper, &mut next, &[claim()]).await?;
    let mut plays = Vec::new();
    let now = store.now().await?.0;
    for (song, at) in house.songs.iter().zip(now..) {
        let (play, asked) = ask(ada, *song);
        let heard = [report(play, Report::Started { position_ms: 0 }), report(play, Report::Finished)];
        decide(context, copper, &mut next, &[asked]).await?;
        decide(context, copper, &mut next, &heard).await?;
        complaints::note(store, ada, play, 2, 4).await?;
        execute(store, "UPDATE complaints SET made_at = $1 WHERE play = $2", &play.to_string(), at).await?;
        plays.insert(0, play);
    }
    let venue = async |house: &House| places::venue_of(store, house.jukeboxes[0]).await?.context("a venue");
    let here = venue(&house).await?;
    let all = complaints::of_venue(store, here, None, 50).await?;
    ensure!(all.iter().map(|complaint| complaint.play).collect::<Vec<_>>() == plays, "{all:?}");
    ensure!(all.iter().map(|complaint| complaint.credits).collect::<Vec<_>>() == [0, 2, 2], "{all:?}");
    ensure!(all[0].title == house.songs[2].to_string() && all[0].artist == "Ada" && all[0].jukebox == copper);
    ensure!(all[0].started_at.is_some());
    let older = complaints::of_venue(store, here, Some(plays[0]), 1).await?;
    ensure!(older == all[1..2], "{older:?}");
    ensure!(complaints::of_venue(store, venue(&elsewhere).await?, None, 50).await?.is_empty(), "another's");
    Ok(())
}

async fn mostly_there_is_nothing_to_do(on: On) -> Result<()> {
    let Opened { store, .. } = &open(on).await?;
    let ada = patron(store, 3).await?;
    let work = idle::work(store).await?;
    let settled = !(work.to_expire || work.to_match || work.debts || work.left_behind);
    ensure!(settled && !(work.to_number || work.to_send || work.to_ask), "{work:?}");
    let purchase = bought(store, ada).await?;
    let work = idle::work(store).await?;
    ensure!(work.to_number && !work.to_send && !work.to_ask && !work.to_expire, "{work:?}");
    ensure!(receipts::number(store).await? == 1);
    decide_refund(store, purchase).await?;
    let work = idle::work(store).await?;
    ensure!(work.to_send && !work.to_number, "{work:?}");
    says(store, purchase, Said::Disputed(Dispute::Open)).await?;
    execute(store, "UPDATE lots SET expires_at = $1 WHERE account = $2", &ada.to_string(), 1).await?;
    let work = idle::work(store).await?;
    ensure!(work.to_expire && !work.debts, "{work:?}");
    Ok(())
}
