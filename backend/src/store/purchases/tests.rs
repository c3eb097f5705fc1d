//! Any interleaving of purchases, plays, refunds, disputes, expiries, codes, complaints, merges and farewells keeps every
//! invariant that `doctor` knows.

use super::{Heard, NewPurchase, begin, debts, events, expiry, find, hear, leaving, refunds};
use crate::{
    doctor,
    store::{
        Store, accounts, complaints,
        ledger::{self, NewTransfer, settle},
        places::{NewVenue, make_venue},
        settings, vouchers,
    },
};
use jukeline_app::{
    conductor::Spans,
    id::{AccountId, PlayId, PurchaseId, RefundId, VenueId},
    ledger::{Book, Phase, reserve},
    purchase::{Action, Dispute, PaidCredits, PurchaseState, RefundPart, Said},
    time::Timestamp,
};
use proptest::prelude::*;
use std::{fs, sync::OnceLock};
use uuid::Uuid;

/// Currencies of two, none and three decimals.
const CURRENCIES: [&str; 6] = ["EUR", "USD", "JPY", "ISK", "KWD", "BHD"];
/// Codes that give credits, each to two people.
const CODES: [&str; 3] = ["ONE", "TWO", "THREE"];

/// One thing that happens. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Op {
    Begin {
        account: usize,
        price: i64,
        credits: i64,
        bonus: i64,
        currency: &'static str,
    },
    Say {
        purchase: usize,
        said: Said,
    },
    /// By events that share a transaction: of which purchase, what, how often each comes.
    Events(Vec<(usize, Said, usize)>),
    Reserve {
        account: usize,
        credits: i64,
    },
    Settle {
        play: usize,
        captured: bool,
    },
    Refund {
        purchase: usize,
        part: RefundPart,
    },
    SendRefunds,
    RefuseRefunds,
    ExpireBonus,
    CollectDebts,
    /// One account becomes part of the other, as by a claim code; somebody new comes.
    Merge,
    Redeem {
        account: usize,
        code: usize,
    },
    /// "I didn't hear it."
    Complain {
        play: usize,
    },
    /// An account is deleted, if it says what becomes of paid credits or has none; somebody new comes.
    Leave {
        account: usize,
        paid: Option<PaidCredits>,
    },
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        6 => Just(Said::Paid),
        1 => Just(Said::Expired),
        1 => Just(Said::Failed),
        2 => (1_i64..600).prop_map(Said::Refunded),
        3 => prop::sample::select(vec![Dispute::Open, Dispute::Lost, Dispute::Won]).prop_map(Said::Disputed),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let which = 0_usize..100;
    prop_oneof![
        3 => (which.clone(), 1_i64..1000, 1_i64..15, 0_i64..4, prop::sample::select(CURRENCIES.to_vec())).prop_map(
            |(account, price, credits, bonus, currency)| Op::Begin { account, price, credits, bonus, currency }
        ),
        6 => (which.clone(), said()).prop_map(|(purchase, said)| Op::Say { purchase, said }),
        4 => prop::collection::vec((which.clone(), said(), 1_usize..4), 1..5).prop_map(Op::Events),
        6 => (which.clone(), 1_i64..6).prop_map(|(account, credits)| Op::Reserve { account, credits }),
        5 => (which.clone(), any::<bool>()).prop_map(|(play, captured)| Op::Settle { play, captured }),
        2 => (which.clone(), any::<bool>()).prop_map(|(purchase, whole)| Op::Refund {
            purchase,
            part: if whole { RefundPart::Whole } else { RefundPart::Unspent },
        }),
        1 => Just(Op::SendRefunds),
        1 => Just(Op::RefuseRefunds),
        1 => Just(Op::ExpireBonus),
        2 => Just(Op::CollectDebts),
        1 => Just(Op::Merge),
        1 => (which.clone(), which.clone()).prop_map(|(account, code)| Op::Redeem { account, code }),
        1 => which.clone().prop_map(|play| Op::Complain { play }),
        2 => (which, prop::sample::select(vec![None, Some(PaidCredits::Refund), Some(PaidCredits::Waive)]))
            .prop_map(|(account, paid)| Op::Leave { account, paid }),
    ]
}

struct World {
    store: Store,
    venue: VenueId,
    accounts: Vec<AccountId>,
    purchases: Vec<PurchaseId>,
    plays: Vec<(PlayId, AccountId)>,
    events: usize,
    _folder: tempfile::TempDir,
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

impl World {
    async fn new(share: u32) -> Result<World, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("jukeline.sqlite"), empty().await?)?;
        let store = Store::open_fleeting(folder.path()).await?;
        settings::set(&store, ledger::SHARE, &share.to_string()).await?;
        let now = store.now().await?;
        let mut tx = store.begin().await?;
        let new = NewVenue { name: "Still", city: "Leith", timezone: "UTC", position: None, radius_m: 75.0 };
        let venue = make_venue(&mut tx, &new, now).await?;
        let mut guests = Vec::new();
        for _ in 0..2 {
            guests.push(accounts::make_guest(&mut tx, store.kind(), 3, now).await?);
        }
        tx.commit().await?;
        let batch = vouchers::NewBatch { name: "bar", credits: 3, uses: 2, expires_at: None };
        vouchers::make(&store, &batch, &CODES.map(str::to_owned)).await?;
        let (purchases, plays) = (Vec::new(), Vec::new());
        Ok(World { store, venue, accounts: guests, purchases, plays, events: 0, _folder: folder })
    }

    async fn apply(&mut self, op: Op) -> Outcome {
        match op {
            Op::Begin { account, price, credits, bonus, currency } => {
                self.begin(account, price, credits, bonus, currency).await
            }
            Op::Say { purchase, said } => {
                let Some(purchase) = choose(&self.purchases, purchase) else { return Ok(()) };
                let payment = Some(format!("pi_{purchase}")).filter(|_| said == Said::Paid);
                hear(&self.store, purchase, &Heard { said: vec![said], payment, declined: None }).await?;
                Ok(())
            }
            Op::Events(events) => self.events(&events).await,
            Op::Reserve { account, credits } => self.reserve(account, credits).await,
            Op::Settle { play, captured } => self.settle(play, captured).await,
            Op::Refund { purchase, part } => {
                let Some(purchase) = choose(&self.purchases, purchase) else { return Ok(()) };
                let refund = RefundId(Uuid::now_v7());
                let once = refunds::decide(&self.store, purchase, refund, part, None).await?;
                assert_eq!(refunds::decide(&self.store, purchase, refund, part, None).await?, once, "the same again");
                Ok(())
            }
            Op::SendRefunds => {
                for refund in refunds::to_send(&self.store, Timestamp(i64::MAX)).await? {
                    refunds::sent(&self.store, &refund).await?;
                    refunds::sent(&self.store, &refund).await?;
                }
                Ok(())
            }
            Op::RefuseRefunds => {
                for refund in refunds::to_send(&self.store, Timestamp(i64::MAX)).await? {
                    let refused = refunds::refused(&self.store, &refund, "of this test").await?;
                    // Whoever left has no account that the credits could come back to.
                    let why: String = "of this test".into();
                    assert!(
                        [refunds::RefundState::Refused(why.clone()), refunds::RefundState::Owed(why)]
                            .contains(&refused)
                    );
                    assert_eq!(refunds::refused(&self.store, &refund, "again").await?, refused, "once");
                }
                Ok(())
            }
            Op::ExpireBonus => {
                let sql = "UPDATE lots SET expires_at = 1 WHERE origin = 'bonus'";
                let mut tx = self.store.begin().await?;
                sqlx::query(sql).execute(&mut *tx).await?;
                tx.commit().await?;
                expiry::sweep(&self.store).await?;
                Ok(())
            }
            Op::CollectDebts => {
                debts::sweep(&self.store).await?;
                leaving::sweep(&self.store).await?;
                Ok(())
            }
            Op::Merge => self.merge().await,
            Op::Redeem { account, code } => {
                let account = self.accounts[account % self.accounts.len()];
                vouchers::redeem(&self.store, account, CODES[code % CODES.len()]).await?;
                Ok(())
            }
            Op::Complain { play } => {
                let Some((play, account)) = choose(&self.plays, play) else { return Ok(()) };
                let once = complaints::note(&self.store, account, play, 2, 5).await?;
                assert_eq!(complaints::note(&self.store, account, play, 2, 5).await?, once, "the same again");
                Ok(())
            }
            Op::Leave { account, paid } => self.leave(account, paid).await,
        }
    }

    async fn merge(&mut self) -> Outcome {
        let (guest, into) = (self.accounts[0], self.accounts[1]);
        let now = self.store.now().await?;
        let mut tx = self.store.begin().await?;
        accounts::merge(&self.store, &mut tx, guest, into, now).await?;
        self.accounts[0] = accounts::make_guest(&mut tx, self.store.kind(), 3, now).await?;
        tx.commit().await?;
        self.plays.iter_mut().filter(|(_, account)| *account == guest).for_each(|(_, account)| *account = into);
        Ok(())
    }

    async fn leave(&mut self, which: usize, paid: Option<PaidCredits>) -> Outcome {
        let account = &mut self.accounts[which % 2];
        let now = self.store.now().await?;
        match accounts::delete(&self.store, *account, paid, now).await? {
            accounts::Goodbye::Gone => {}
            accounts::Goodbye::PaidCreditsLeft(_) if paid.is_none() => return Ok(()),
            other => panic!("{other:?}"),
        }
        let mut tx = self.store.begin().await?;
        *account = accounts::make_guest(&mut tx, self.store.kind(), 3, now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn begin(&mut self, account: usize, price: i64, credits: i64, bonus: i64, currency: &'static str) -> Outcome {
        let id = PurchaseId(Uuid::now_v7());
        let now = self.store.now().await?;
        let new = NewPurchase {
            id,
            account: self.accounts[account % self.accounts.len()],
            pack: "pack",
            price_minor: price,
            currency,
            credits,
            bonus,
            bonus_ms: Some(1_000_000),
            room: None,
            provider: "sandbox",
            expires_at: now.plus(1000),
            ask_at: now,
            claim_hash: &id.to_string(),
        };
        begin(&self.store, &new, now).await?;
        self.purchases.push(id);
        Ok(())
    }

    async fn events(&mut self, together: &[(usize, Said, usize)]) -> Outcome {
        let mut events = Vec::new();
        for (purchase, said, times) in together {
            let Some(purchase) = choose(&self.purchases, *purchase) else { return Ok(()) };
            self.events += 1;
            let event = events::NewEvent {
                id: format!("evt_{}", self.events),
                kind: "test".into(),
                // Disputes and refunds name their payment alone.
                purchase: matches!(said, Said::Paid | Said::Expired | Said::Failed).then_some(purchase),
                payment: Some(format!("pi_{purchase}")),
                said: Some(*said),
                paid: None,
                declined: None,
            };
            events.extend(std::iter::repeat_n(event, *times));
        }
        events::take(&self.store, &events).await?;
        // The same once more changes nothing.
        let again = events::take(&self.store, &events).await?;
        assert!(again.iter().all(|taken| *taken == events::Taken::Known), "{again:?}");
        Ok(())
    }

    async fn reserve(&mut self, account: usize, credits: i64) -> Outcome {
        let account = self.accounts[account % self.accounts.len()];
        let mut tx = self.store.begin().await?;
        let now = crate::store::now(self.store.kind(), &mut tx).await?;
        let lots = ledger::lots(&mut tx, &[account]).await?.remove(&account).unwrap_or_default();
        let Ok(legs) = reserve(&lots, credits, now) else { return Ok(()) };
        let play = PlayId(Uuid::now_v7());
        let transfers: Vec<_> = legs
            .iter()
            .map(|leg| {
                let transfer = NewTransfer {
                    kind: "reserve",
                    phase: Phase::Pending,
                    pending: None,
                    debit: Book::Lot(leg.lot),
                    credit: Book::Revenue(self.venue),
                    amount: leg.amount,
                    account,
                    play: Some(play),
                    purchase: None,
                };
                (Uuid::now_v7(), transfer)
            })
            .collect();
        ledger::write(&mut tx, &transfers, now).await?;
        tx.commit().await?;
        self.plays.push((play, account));
        Ok(())
    }

    async fn settle(&mut self, play: usize, captured: bool) -> Outcome {
        let Some((play, account)) = choose(&self.plays, play) else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        let now = crate::store::now(self.store.kind(), &mut tx).await?;
        let pending = ledger::pending(&mut tx, &[play]).await?.remove(&play).unwrap_or_default();
        let transfers: Vec<_> =
            pending.iter().map(|leg| (Uuid::now_v7(), settle(play, account, self.venue, leg, captured))).collect();
        ledger::write(&mut tx, &transfers, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What `doctor` finds, but for events of payments that were never made, which are for a person, and but for the
    /// plays, which are numbers only here.
    async fn wrong(&self) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let found = doctor::examine(&self.store, Spans::default()).await?.wrong;
        let mut wrong: Vec<String> = found.iter().map(|wrong| format!("{wrong:?}")).collect();
        wrong.retain(|line| {
            !line.contains("belongs to no purchase") && !line.contains("isn't there, but transfers name it")
        });
        for purchase in &self.purchases {
            let purchase = find(&self.store, *purchase).await?.ok_or("a purchase is lost")?;
            let mut due = jukeline_app::purchase::due(&purchase.known, &purchase.done);
            // Nobody is there to have the credits: the money went back.
            due.retain(|action| *action != Action::Credit || purchase.done.state != PurchaseState::Paid);
            if !due.is_empty() {
                wrong.push(format!("something is left to do: {purchase:?}"));
            }
        }
        Ok(wrong)
    }
}

/// A database without rows, made once: making its tables takes longer than most cases.
async fn empty() -> Result<&'static [u8], Box<dyn std::error::Error>> {
    static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(made) = EMPTY.get() {
        return Ok(made);
    }
    let folder = tempfile::tempdir()?;
    Store::open_fleeting(folder.path()).await?.close().await;
    let made = fs::read(folder.path().join("jukeline.sqlite"))?;
    Ok(EMPTY.get_or_init(|| made))
}

fn choose<T: Copy>(from: &[T], which: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[which % from.len()])
}

/// More with `JUKELINE_CASES=20000`.
fn cases() -> u32 {
    std::env::var("JUKELINE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_keeps_every_invariant(
        ops in prop::collection::vec(op(), 1..40),
        share in 0_u32..=10_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let wrong = runtime.block_on(async {
            let mut world = World::new(share).await.expect("a store");
            for op in ops {
                world.apply(op).await.expect("done");
            }
            let wrong = world.wrong().await.expect("examined");
            world.store.close().await;
            wrong
        });
        prop_assert!(wrong.is_empty(), "{:#?}", wrong);
    }
}
