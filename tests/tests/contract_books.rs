//! What becomes of money in the store, on SQLite and on PostgreSQL: one body for both.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Database, On, doctor as doctor_is_happy,
    house::{House, ask, claim, patron, record, report},
    parts,
};
use jukeline_app::{
    api::Report,
    events::Request,
    id::{AccountId, JukeboxId, PurchaseId, RefundId},
    purchase::{Dispute, PaidCredits, RefundPart, Said},
    time::Timestamp,
};
use jukeline_backend::{
    context::Context,
    floor::{Handled, handle},
    store::{
        Store,
        accounts::{self, Goodbye},
        ledger,
        purchases::{
            self, Heard, NewPurchase, leaving,
            refunds::{self, RefundState},
        },
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
