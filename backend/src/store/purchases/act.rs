//! What is done about what a provider says, each thing once, in one transaction with its money, credits and facts.

use super::{Purchase, debts, events, locked, refunds};
use crate::store::{
    Result, Store, StoreError, Tx, id,
    ledger::{self, MoneyMove, NewLot, NewTransfer, make_lot, move_money},
    list, outbox, padded, pieces, rows,
};
use jukeline_app::{
    id::{AccountId, LotId, PurchaseId},
    ledger::{Book, LedgerFact, Origin, Phase},
    purchase::{Action, Dispute, PurchaseState, Said, due},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What a provider says, and how we know.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// What is said; nothing when only a card was declined.
    pub said: Vec<Said>,
    /// The provider's name of the payment.
    pub payment: Option<String>,
    /// Why a card was declined.
    pub declined: Option<String>,
}

/// Accounts within a transaction: their versions, and what is written about them together at its end.
pub(super) struct Ledger<'a> {
    /// Whoever reads or writes credits here calls [`Ledger::flush`] before.
    pub(super) tx: &'a mut Tx,
    pub(super) now: Timestamp,
    versions: HashMap<AccountId, ledger::AccountVersion>,
    /// Accounts that are deleted.
    pub(super) gone: HashSet<AccountId>,
    /// Accounts that owe credits after a dispute.
    owing: HashSet<AccountId>,
    incoming: ledger::Incoming,
    letters: Vec<outbox::Letter>,
}

impl<'a> Ledger<'a> {
    /// Locks the accounts.
    pub(super) async fn open(store: &Store, tx: &'a mut Tx, accounts: &[AccountId], now: Timestamp) -> Result<Self> {
        let versions = ledger::versions(tx, store.kind(), accounts).await?;
        let (gone, owing) = conditions(tx, accounts).await?;
        Ok(Ledger { tx, now, versions, gone, owing, incoming: ledger::Incoming::default(), letters: Vec::new() })
    }

    pub(super) fn tell(&mut self, account: AccountId, fact: &LedgerFact) -> Result<()> {
        self.letters.push(ledger::letter(&mut self.versions, account, fact, self.now)?);
        Ok(())
    }

    /// Writes the lots and the money that were gathered so far.
    pub(super) async fn flush(&mut self) -> Result<()> {
        self.incoming.write(self.tx, self.now).await
    }

    /// Writes what was gathered, the facts and the versions.
    pub(super) async fn close(mut self, store: &Store) -> Result<()> {
        self.flush().await?;
        if self.letters.is_empty() {
            return Ok(());
        }
        outbox::put_all(self.tx, &self.letters).await?;
        if store.kind() == crate::store::Kind::Postgres {
            sqlx::raw_sql("NOTIFY jukeline_outbox").execute(&mut **self.tx).await?;
        }
        ledger::save_versions(self.tx, &self.versions).await
    }
}

/// Which of the accounts are deleted, and which owe something.
async fn conditions(tx: &mut Tx, accounts: &[AccountId]) -> Result<(HashSet<AccountId>, HashSet<AccountId>)> {
    let (mut gone, mut owing) = (HashSet::new(), HashSet::new());
    for chunk in padded(accounts, 256) {
        let count = chunk.len();
        let sql = format!(
            "SELECT id, 'gone' FROM accounts WHERE deleted_at IS NOT NULL AND id IN ({}) \
             UNION ALL SELECT account, 'owes' FROM purchases WHERE owed > 0 AND account IN ({})",
            list(1, count),
            list(count + 1, count)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in chunk.iter().chain(&chunk) {
            query = query.bind(account.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let is_gone = row.try_get::<String, _>(1)? == "gone";
            if is_gone { &mut gone } else { &mut owing }.insert(id("accounts", row.try_get(0)?)?);
        }
    }
    Ok((gone, owing))
}

/// How often a merge of accounts may come in between.
pub(super) const TRIES: usize = 3;

/// Hears what a provider says about a purchase and does what follows. True when anything was news.
pub async fn hear(store: &Store, purchase: PurchaseId, heard: &Heard) -> Result<bool> {
    for _ in 0..TRIES {
        let mut tx = store.begin().await?;
        if let Some(news) = try_hear(store, &mut tx, purchase, heard).await? {
            tx.commit().await?;
            return Ok(news);
        }
    }
    Err(StoreError::garbled("purchases", "its account changes all the time"))
}

/// Nothing when the purchase has moved to another account between reading and locking.
async fn try_hear(store: &Store, tx: &mut Tx, purchase: PurchaseId, heard: &Heard) -> Result<Option<bool>> {
    let now = crate::store::now(store.kind(), tx).await?;
    let Some(account) = account_of(tx, purchase).await? else { return Ok(Some(false)) };
    let mut books = Ledger::open(store, tx, &[account], now).await?;
    let Some(mut purchase) = locked(books.tx, store.kind(), purchase).await? else { return Ok(Some(false)) };
    if purchase.account != account {
        return Ok(None);
    }
    let payments: Vec<String> = purchase.payment.iter().chain(&heard.payment).cloned().collect();
    let mut earlier = events::unmatched(books.tx, &payments).await?;
    if !follow(&mut books, &mut purchase, heard, &mut earlier).await? {
        return Ok(Some(false));
    }
    save(books.tx, &[&purchase]).await?;
    books.close(store).await?;
    Ok(Some(true))
}

/// Joins what is heard to what is known of a purchase and does what follows; true when anything was news. What was said
/// `earlier` of its payment is heard as soon as that is known to be its.
pub(super) async fn follow(
    books: &mut Ledger<'_>,
    purchase: &mut Purchase,
    heard: &Heard,
    earlier: &mut events::Unmatched,
) -> Result<bool> {
    let mut news = join(purchase, heard);
    if purchase.known.paid {
        for said in events::adopt(books.tx, purchase, earlier).await? {
            news |= purchase.known.hear(bounded(said, purchase));
        }
    }
    if !news {
        return Ok(false);
    }
    for action in due(&purchase.known, &purchase.done) {
        act(books, purchase, action).await?;
    }
    Ok(true)
}

pub(super) async fn account_of(tx: &mut Tx, purchase: PurchaseId) -> Result<Option<AccountId>> {
    let sql = "SELECT account FROM purchases WHERE id = $1";
    let found: Option<String> = sqlx::query_scalar(sql).bind(purchase.to_string()).fetch_optional(&mut **tx).await?;
    found.map(|account| id("purchases", &account)).transpose()
}

fn join(purchase: &mut Purchase, heard: &Heard) -> bool {
    let mut news = false;
    for said in &heard.said {
        news |= purchase.known.hear(bounded(*said, purchase));
    }
    if heard.declined.is_some() && heard.declined != purchase.declined && !purchase.known.paid {
        purchase.declined.clone_from(&heard.declined);
        news = true;
    }
    if purchase.payment.is_none() && heard.payment.is_some() {
        purchase.payment.clone_from(&heard.payment);
        news = true;
    }
    news
}

/// No more can have gone back than was paid.
fn bounded(said: Said, purchase: &Purchase) -> Said {
    match said {
        Said::Refunded(minor) => Said::Refunded(minor.min(purchase.price_minor)),
        other => other,
    }
}

pub(super) async fn act(books: &mut Ledger<'_>, purchase: &mut Purchase, action: Action) -> Result<()> {
    match action {
        Action::Fail => purchase.done.state = PurchaseState::Failed,
        Action::Expire => purchase.done.state = PurchaseState::Expired,
        Action::Credit => return credit(books, purchase).await,
        Action::FollowRefund(_) | Action::ClawBack | Action::GiveBack | Action::WriteOff => {}
    }
    // These read what is there.
    books.flush().await?;
    match action {
        Action::Fail | Action::Expire | Action::Credit => Ok(()),
        Action::FollowRefund(minor) => refunds::follow(books, purchase, minor).await,
        Action::ClawBack => claw_back(books, purchase).await,
        Action::GiveBack => give_back(books, purchase).await,
        Action::WriteOff => write_off(books, purchase).await,
    }
}

/// A money move of this purchase.
pub(super) async fn money(
    books: &mut Ledger<'_>,
    purchase: &Purchase,
    kind: &'static str,
    (debit, credit): (Book, Book),
    minor: i64,
) -> Result<()> {
    if minor == 0 {
        return Ok(());
    }
    // A negative amount is the same the other way round.
    let (debit, credit) = if minor > 0 { (debit, credit) } else { (credit, debit) };
    let made = MoneyMove {
        kind,
        debit,
        credit,
        minor: minor.abs(),
        currency: &purchase.currency,
        account: purchase.account,
        purchase: purchase.id,
    };
    move_money(books.tx, &made, books.now).await
}

async fn credit(books: &mut Ledger<'_>, purchase: &mut Purchase) -> Result<()> {
    let first = purchase.done.state != PurchaseState::Paid;
    if first {
        books.incoming.money(&MoneyMove {
            kind: "pay",
            debit: Book::Provider,
            credit: Book::Deferred,
            minor: purchase.price_minor,
            currency: &purchase.currency,
            account: purchase.account,
            purchase: purchase.id,
        });
    }
    let (account, now) = (purchase.account, books.now);
    if books.gone.contains(&account) {
        // Nobody is there to give them to: the money goes back, once.
        purchase.done.state = PurchaseState::Paid;
        return if first { refunds::give_all_back(books, purchase).await } else { Ok(()) };
    }
    let bought = NewLot {
        account,
        amount: purchase.credits,
        origin: Origin::Purchase,
        kind: "buy",
        source: Book::Sold,
        purchase: Some(purchase.id),
        worth: Some((purchase.price_minor, &purchase.currency)),
        expires_at: None,
    };
    let lot = books.incoming.lot(&bought);
    books.tell(
        account,
        &LedgerFact::Bought {
            account,
            purchase: purchase.id,
            lot,
            amount: purchase.credits,
            minor: purchase.price_minor,
            currency: purchase.currency.clone(),
        },
    )?;
    if purchase.bonus > 0 {
        let bonus = NewLot {
            amount: purchase.bonus,
            origin: Origin::Bonus,
            kind: "bonus",
            source: Book::Grants,
            worth: None,
            expires_at: purchase.bonus_ms.map(|ms| now.plus(ms)),
            ..bought
        };
        let lot = books.incoming.lot(&bonus);
        books.tell(account, &LedgerFact::Granted { account, lot, amount: purchase.bonus })?;
    }
    purchase.credited_at = Some(now);
    purchase.done.state = PurchaseState::Credited;
    if !books.owing.contains(&account) {
        return Ok(());
    }
    books.flush().await?;
    debts::collect(books, account).await
}

/// Lots of a purchase: (lot, origin is a bonus, credits that came in, credits that are free).
pub(super) async fn lots_of(tx: &mut Tx, purchase: PurchaseId) -> Result<Vec<(LotId, bool, i64, i64)>> {
    let sql = "SELECT id, origin, amount, balance FROM lots WHERE purchase = $1 ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(purchase.to_string()).fetch_all(&mut **tx).await?;
    rows.iter()
        .map(|row| {
            let bonus = row.try_get::<String, _>(1)? == Origin::Bonus.word();
            Ok((id("lots", row.try_get(0)?)?, bonus, row.try_get(2)?, row.try_get(3)?))
        })
        .collect()
}

/// A transfer of credits out of a lot because of this purchase.
pub(super) fn out_of(
    purchase: &Purchase,
    lot: LotId,
    kind: &'static str,
    credit: Book,
    amount: i64,
) -> (Uuid, NewTransfer) {
    let transfer = NewTransfer {
        kind,
        phase: Phase::Single,
        pending: None,
        debit: Book::Lot(lot),
        credit,
        amount,
        account: purchase.account,
        play: None,
        purchase: Some(purchase.id),
    };
    (Uuid::now_v7(), transfer)
}

/// Takes back what is unspent of a disputed purchase; what is spent is owed, and other credits go towards it.
async fn claw_back(books: &mut Ledger<'_>, purchase: &mut Purchase) -> Result<()> {
    purchase.disputed_minor = purchase.price_minor - purchase.done.refunded;
    money(books, purchase, "dispute", (Book::Disputes, Book::Provider), purchase.disputed_minor).await?;
    let lots = lots_of(books.tx, purchase.id).await?;
    let free: Vec<_> = lots.iter().filter(|(.., free)| *free > 0).collect();
    let taken: i64 = free.iter().map(|(.., free)| free).sum();
    let transfers: Vec<_> =
        free.iter().map(|(lot, _, _, free)| out_of(purchase, *lot, "claw_back", Book::Disputes, *free)).collect();
    ledger::write(books.tx, &transfers, books.now).await?;
    let paid = |(_, bonus, amount, free): &(LotId, bool, i64, i64)| if *bonus { (0, 0) } else { (*amount, *free) };
    let (bought, taken_paid) = lots.iter().map(paid).fold((0, 0), |(a, f), (amount, free)| (a + amount, f + free));
    let gone_before = refunds::credits_taken(books.tx, purchase.id).await?;
    let owed = (bought - taken_paid - gone_before).max(0);
    let account = purchase.account;
    if owed > 0 {
        let owe = NewTransfer {
            debit: Book::Debt(account),
            ..out_of(purchase, LotId(Uuid::nil()), "owe", Book::Disputes, owed).1
        };
        ledger::write(books.tx, &[(Uuid::now_v7(), owe)], books.now).await?;
    }
    purchase.done.dispute = Some(Dispute::Open);
    debts::set(books.tx, purchase.id, owed).await?;
    books.owing.insert(account);
    books.tell(account, &LedgerFact::ClawedBack { account, purchase: purchase.id, amount: taken, owed })?;
    debts::collect(books, account).await
}

/// What left lots because of the dispute.
struct TakenInDispute {
    /// Credits that were paid for.
    paid: i64,
    /// Credits that were given.
    given: i64,
    /// What the paid ones were worth.
    worth: i64,
}

async fn taken_in_dispute(tx: &mut Tx, purchase: &Purchase) -> Result<TakenInDispute> {
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN l.worth_total > 0 THEN t.amount ELSE 0 END), 0) AS BIGINT), \
               CAST(COALESCE(SUM(CASE WHEN l.worth_total > 0 THEN 0 ELSE t.amount END), 0) AS BIGINT) \
               FROM transfers t JOIN lots l ON t.debit = 'lot:' || l.id \
               WHERE t.purchase = $1 AND t.unit = $2 AND t.kind IN ('claw_back', 'repay', 'recover')";
    let row = sqlx::query(sql).bind(purchase.id.to_string()).bind(ledger::CREDIT).fetch_one(&mut **tx).await?;
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transfers WHERE purchase = $1 AND unit = $2 \
               AND kind IN ('claw_back', 'repay', 'recover')";
    let worth = sqlx::query_scalar(sql)
        .bind(purchase.id.to_string())
        .bind(purchase.currency.clone())
        .fetch_one(&mut **tx)
        .await?;
    Ok(TakenInDispute { paid: row.try_get(0)?, given: row.try_get(1)?, worth })
}

async fn give_back(books: &mut Ledger<'_>, purchase: &mut Purchase) -> Result<()> {
    let TakenInDispute { paid, given, worth } = taken_in_dispute(books.tx, purchase).await?;
    let from = if purchase.done.dispute == Some(Dispute::Lost) { Book::Losses } else { Book::Disputes };
    money(books, purchase, "dispute_won", (Book::Provider, from), purchase.disputed_minor).await?;
    money(books, purchase, "restore", (from, Book::Deferred), worth).await?;
    let account = purchase.account;
    let owed = debts::owed_for(books.tx, purchase.id).await?;
    if owed > 0 {
        let forgive = NewTransfer {
            debit: Book::Disputes,
            ..out_of(purchase, LotId(Uuid::nil()), "forgive", Book::Debt(account), owed).1
        };
        ledger::write(books.tx, &[(Uuid::now_v7(), forgive)], books.now).await?;
    }
    debts::set(books.tx, purchase.id, 0).await?;
    purchase.done.dispute = Some(Dispute::Won);
    restore(books, purchase, Origin::Purchase, paid, Some(worth)).await?;
    restore(books, purchase, Origin::Bonus, given, None).await
}

/// Gives back what was taken in a dispute, with what it was worth.
async fn restore(
    books: &mut Ledger<'_>,
    purchase: &Purchase,
    origin: Origin,
    amount: i64,
    worth: Option<i64>,
) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    let account = purchase.account;
    let restored = NewLot {
        account,
        amount,
        origin,
        kind: "restore",
        source: Book::Disputes,
        purchase: Some(purchase.id),
        worth: worth.map(|worth| (worth, purchase.currency.as_str())),
        expires_at: None,
    };
    let lot = make_lot(books.tx, &restored, books.now).await?;
    books.tell(account, &LedgerFact::Granted { account, lot, amount })
}

async fn write_off(books: &mut Ledger<'_>, purchase: &mut Purchase) -> Result<()> {
    let worth = taken_in_dispute(books.tx, purchase).await?.worth;
    money(books, purchase, "dispute_lost", (Book::Losses, Book::Disputes), purchase.disputed_minor - worth).await?;
    purchase.done.dispute = Some(Dispute::Lost);
    Ok(())
}

/// Writes what changes in the lives of purchases; what is owed for them is written where it changes.
pub(super) async fn save(tx: &mut Tx, purchases: &[&Purchase]) -> Result<()> {
    for chunk in pieces(purchases, 32) {
        let sql = format!(
            "UPDATE purchases SET state = v.column2, dispute_done = v.column3, refunded_minor = v.column4, paid = v.column5, \
             failed = v.column6, expired = v.column7, refunded_seen = v.column8, dispute_seen = v.column9, \
             declined = v.column10, credited_at = CAST(v.column11 AS BIGINT), payment = v.column12, \
             ask_at = CASE WHEN v.column2 = 'created' THEN ask_at ELSE NULL END, disputed_minor = v.column13 \
             FROM (VALUES {}) AS v WHERE purchases.id = v.column1",
            rows(chunk.len(), 13)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for purchase in chunk {
            query = query
                .bind(purchase.id.to_string())
                .bind(purchase.done.state.word())
                .bind(purchase.done.dispute.map_or("", Dispute::word))
                .bind(purchase.done.refunded)
                .bind(i64::from(purchase.known.paid))
                .bind(i64::from(purchase.known.failed))
                .bind(i64::from(purchase.known.expired))
                .bind(purchase.known.refunded)
                .bind(purchase.known.dispute.map_or("", Dispute::word))
                .bind(purchase.declined.clone())
                .bind(purchase.credited_at.map(|at| at.0))
                .bind(purchase.payment.clone())
                .bind(purchase.disputed_minor);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
