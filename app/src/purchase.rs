//! A purchase's life, whatever order its provider tells it in.
//!
//! What a provider says may come twice, late or out of order, so it is *joined* to what is known ([`Known::hear`]): the
//! same sayings in any order and number give the same knowledge. What is left to do then follows from what is known and
//! what was done ([`due`]), and each of it is done once.

use serde::{Deserialize, Serialize};

/// Where a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseState {
    /// The person is at the provider's page, or has left it.
    Created,
    /// Paid; its credits could not be given yet.
    Paid,
    /// Its credits were given.
    Credited,
    /// The provider gave up; nothing was charged.
    Failed,
    /// The page was left until its time was over; nothing was charged.
    Expired,
}

impl PurchaseState {
    /// Every state.
    pub const ALL: [PurchaseState; 5] = [
        PurchaseState::Created,
        PurchaseState::Paid,
        PurchaseState::Credited,
        PurchaseState::Failed,
        PurchaseState::Expired,
    ];

    /// The stable word in the store.
    pub fn word(self) -> &'static str {
        match self {
            PurchaseState::Created => "created",
            PurchaseState::Paid => "paid",
            PurchaseState::Credited => "credited",
            PurchaseState::Failed => "failed",
            PurchaseState::Expired => "expired",
        }
    }

    /// The state of a stable word.
    pub fn from_word(word: &str) -> Option<PurchaseState> {
        PurchaseState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// How far a dispute with the card's bank is. A later one outranks an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// The money was taken back for the time being.
    Open,
    /// It stays with the cardholder.
    Lost,
    /// It came back.
    Won,
}

impl Dispute {
    /// The stable word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Dispute::Open => "open",
            Dispute::Lost => "lost",
            Dispute::Won => "won",
        }
    }

    /// The dispute of a stable word; none for any other.
    pub fn from_word(word: &str) -> Option<Dispute> {
        [Dispute::Open, Dispute::Lost, Dispute::Won].into_iter().find(|dispute| dispute.word() == word)
    }
}

/// One thing that a provider says about a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The whole price was paid.
    Paid,
    /// It won't be paid: the provider gave up.
    Failed,
    /// It won't be paid: time is over.
    Expired,
    /// So much of it was refunded altogether, in minor units.
    Refunded(i64),
    /// The cardholder's bank disputes it.
    Disputed(Dispute),
}

/// All that is known of a purchase from its provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The price was paid.
    pub paid: bool,
    /// The provider gave up.
    pub failed: bool,
    /// Time was over.
    pub expired: bool,
    /// Refunded altogether, in minor units.
    pub refunded: i64,
    /// How far a dispute is.
    pub dispute: Option<Dispute>,
}

impl Known {
    /// Joins what is said; true when it was news.
    pub fn hear(&mut self, said: Said) -> bool {
        let before = *self;
        match said {
            Said::Paid => self.paid = true,
            Said::Failed => self.failed = true,
            Said::Expired => self.expired = true,
            Said::Refunded(minor) => self.refunded = self.refunded.max(minor),
            Said::Disputed(dispute) => self.dispute = self.dispute.max(Some(dispute)),
        }
        *self != before
    }
}

/// What was done about a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Where it stands.
    pub state: PurchaseState,
    /// Refunds that were decided here or seen at the provider, in minor units.
    pub refunded: i64,
    /// How far the dispute has been followed.
    pub dispute: Option<Dispute>,
}

/// Something to be done, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Give the credits.
    Credit,
    /// Note that it failed.
    Fail,
    /// Note that it expired.
    Expire,
    /// Take back what is unspent, and remember what is owed.
    ClawBack,
    /// The dispute was won: what was taken comes back, nothing is owed.
    GiveBack,
    /// The dispute was lost: what was spent is a loss until it is made good.
    WriteOff,
    /// The provider refunded so many minor units more than was decided here: take credits for them.
    FollowRefund(i64),
}

/// What is to be done, in order. Being paid outranks having failed or expired: the money is there.
pub fn due(known: &Known, done: &Done) -> Vec<Action> {
    let mut actions = Vec::new();
    if !known.paid {
        if done.state == PurchaseState::Created {
            let over = if known.failed { Some(Action::Fail) } else { known.expired.then_some(Action::Expire) };
            actions.extend(over);
        }
        // Refunds and disputes of what isn't known to be paid wait for it.
        return actions;
    }
    if done.state != PurchaseState::Credited {
        actions.push(Action::Credit);
    }
    if known.refunded > done.refunded {
        actions.push(Action::FollowRefund(known.refunded - done.refunded));
    }
    if known.dispute.is_some() && done.dispute.is_none() {
        actions.push(Action::ClawBack);
    }
    match known.dispute {
        Some(Dispute::Won) if done.dispute != Some(Dispute::Won) => actions.push(Action::GiveBack),
        Some(Dispute::Lost) if done.dispute < Some(Dispute::Lost) => actions.push(Action::WriteOff),
        _ => {}
    }
    actions
}

/// How much of a purchase was refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refunded {
    /// Nothing.
    None,
    /// A part.
    Part,
    /// The whole price.
    Whole,
}

impl Refunded {
    /// By amounts in minor units.
    pub fn of(refunded: i64, price: i64) -> Refunded {
        match refunded {
            0 => Refunded::None,
            refunded if refunded < price => Refunded::Part,
            _ => Refunded::Whole,
        }
    }
}

/// How much the operator gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefundPart {
    /// The whole price, spent credits included: the operator bears what was spent.
    Whole,
    /// What the unspent credits cost.
    Unspent,
}

/// What somebody who deletes their account wants for the unspent credits that they paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaidCredits {
    /// What they cost goes back to the card.
    Refund,
    /// Nothing: the operator keeps it.
    Waive,
}

impl PaidCredits {
    /// The stable word in requests and in the store.
    pub fn word(self) -> &'static str {
        match self {
            PaidCredits::Refund => "refund",
            PaidCredits::Waive => "waive",
        }
    }
}

/// What of a purchase's lots is there to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unspent {
    /// Paid credits that were bought.
    pub credits: i64,
    /// Of them, neither spent nor reserved.
    pub credits_free: i64,
    /// Bonus credits that came along.
    pub bonus: i64,
    /// Of them, neither spent nor reserved nor expired.
    pub bonus_free: i64,
}

/// Credits that a refund takes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Paid ones.
    pub credits: i64,
    /// Bonus ones.
    pub bonus: i64,
}

/// What a refund takes: every unspent paid credit, and the bonus in proportion to them (rounded up), as far as it is
/// unspent. A whole refund takes all of the bonus that is unspent.
pub fn taken_by(part: RefundPart, unspent: &Unspent) -> Taken {
    let credits = unspent.credits_free;
    let share = match part {
        RefundPart::Whole => unspent.bonus,
        RefundPart::Unspent if unspent.credits > 0 => (unspent.bonus * credits + unspent.credits - 1) / unspent.credits,
        RefundPart::Unspent => 0,
    };
    Taken { credits, bonus: share.min(unspent.bonus_free) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said() -> impl Strategy<Value = Said> {
        prop_oneof![
            Just(Said::Paid),
            Just(Said::Failed),
            Just(Said::Expired),
            (1_i64..1000).prop_map(Said::Refunded),
            prop::sample::select(vec![Dispute::Open, Dispute::Lost, Dispute::Won]).prop_map(Said::Disputed),
        ]
    }

    /// Does what is due after each saying, as the store does.
    fn live(sayings: &[Said]) -> (Done, Vec<Action>) {
        let mut known = Known::default();
        let mut done = Done { state: PurchaseState::Created, refunded: 0, dispute: None };
        let mut all = Vec::new();
        for said in sayings {
            known.hear(*said);
            for action in due(&known, &done) {
                match action {
                    Action::Credit => done.state = PurchaseState::Credited,
                    Action::Fail => done.state = PurchaseState::Failed,
                    Action::Expire => done.state = PurchaseState::Expired,
                    Action::ClawBack => done.dispute = Some(Dispute::Open),
                    Action::GiveBack => done.dispute = Some(Dispute::Won),
                    Action::WriteOff => done.dispute = Some(Dispute::Lost),
                    Action::FollowRefund(minor) => done.refunded += minor,
                }
                all.push(action);
            }
            assert_eq!(due(&known, &done), [], "all of it was done");
        }
        (done, all)
    }

    proptest! {
        #[test]
        fn order_and_number_do_not_matter((sayings, shuffled) in prop::collection::vec(said(), 1..12)
            .prop_flat_map(|sayings| (Just(sayings.clone()), Just([sayings.clone(), sayings].concat()).prop_shuffle())))
        {
            let (done, _) = live(&sayings);
            let (again, actions) = live(&shuffled);
            let paid = sayings.contains(&Said::Paid);
            prop_assert_eq!(again.state == PurchaseState::Credited, paid);
            if paid {
                prop_assert_eq!(again, done);
            }
            let times = |wanted: Action| actions.iter().filter(|action| **action == wanted).count();
            prop_assert_eq!(times(Action::Credit), usize::from(paid));
            prop_assert!(times(Action::ClawBack) <= 1 && times(Action::GiveBack) <= 1 && times(Action::WriteOff) <= 1);
        }

        #[test]
        fn a_refund_takes_no_more_than_there_is(credits in 1_i64..200, spent in 0_i64..200, bonus in 0_i64..50, bonus_spent in 0_i64..50) {
            let credits_free = (credits - spent).max(0);
            let bonus_free = (bonus - bonus_spent).max(0);
            for part in [RefundPart::Whole, RefundPart::Unspent] {
                let taken = taken_by(part, &Unspent { credits, credits_free, bonus, bonus_free });
                prop_assert_eq!(taken.credits, credits_free);
                prop_assert!(taken.bonus >= 0 && taken.bonus <= bonus_free);
            }
        }
    }

    #[test]
    fn a_payment_that_comes_late_counts_all_the_same() {
        assert_eq!(live(&[Said::Expired, Said::Paid]).0.state, PurchaseState::Credited);
        assert_eq!(live(&[Said::Disputed(Dispute::Won)]).1, []);
        let (_, actions) = live(&[Said::Disputed(Dispute::Won), Said::Paid]);
        assert_eq!(actions, [Action::Credit, Action::ClawBack, Action::GiveBack]);
    }

    #[test]
    fn the_bonus_goes_back_in_proportion() {
        let unspent = Unspent { credits: 10, credits_free: 5, bonus: 3, bonus_free: 3 };
        assert_eq!(taken_by(RefundPart::Unspent, &unspent), Taken { credits: 5, bonus: 2 });
        assert_eq!(taken_by(RefundPart::Whole, &unspent), Taken { credits: 5, bonus: 3 });
    }
}
