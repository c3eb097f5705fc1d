//! Receipts: what one says, and its two renderings. Nothing personal stands on it.

pub mod html;
pub mod mailing;
pub mod pdf;

use crate::{
    config::Payments,
    context::Secrets,
    http::purchases::{tokens, view},
    store::purchases::Purchase,
};
use jukeline_app::{
    hours::day,
    money::{Currency, Money, tax_within},
};

/// What a receipt says, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Without gaps for each operator.
    pub number: i64,
    /// Who sold.
    pub seller: String,
    /// The day of the sale, in UTC.
    pub day: String,
    /// No real money was paid.
    pub sandbox: bool,
    /// What was sold and paid, from top to bottom.
    pub lines: Vec<Line>,
    /// Brings the credits back to a guest who lost their cookie.
    pub claim_code: String,
    /// What the buyer's bank calls it.
    pub statement: Option<String>,
}

/// A line with an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// With its currency.
    pub amount: String,
    /// The sum: a rule stands above it.
    pub is_sum: bool,
}

/// Said on a receipt of the sandbox.
const SANDBOX: &str = "Sandbox: no real money was paid.";
/// What the claim code is for.
const CLAIM: &str =
    "If your credits are gone, for instance because the browser forgot them, type this code under Wallet:";
/// What to do with the claim code.
const KEEP: &str = "Whoever has it has your credits: keep it to yourself.";

impl Receipt {
    /// The receipt of a purchase; nothing while it has no number.
    pub fn of(payments: &Payments, secrets: &Secrets, purchase: &Purchase) -> Option<Receipt> {
        Some(Receipt {
            number: purchase.receipt?,
            seller: payments.seller.clone(),
            day: day(purchase.credited_at.unwrap_or(purchase.created_at), "UTC"),
            sandbox: purchase.provider == "sandbox",
            lines: lines(payments, purchase),
            claim_code: tokens::grouped(&tokens::claim_code(secrets, purchase.id)),
            statement: payments.statement.as_ref().map(|words| format!("Your bank calls this payment {words}.")),
        })
    }
}

fn lines(payments: &Payments, purchase: &Purchase) -> Vec<Line> {
    let price = money(purchase.price_minor, &purchase.currency);
    let line = |label: String, amount: String| Line { label, amount, is_sum: false };
    let mut lines = vec![line(view::title(purchase), price.clone())];
    if let (Some(percent), Some(rate)) = (&payments.vat_percent, payments.vat()) {
        let tax = money(tax_within(purchase.price_minor, rate), &purchase.currency);
        lines.push(line(format!("including {percent} % {}", payments.vat_name), tax));
    }
    lines.push(Line { label: "Paid by card".into(), amount: price, is_sum: true });
    if purchase.done.refunded > 0 {
        lines.push(line("refunded".into(), format!("−{}", money(purchase.done.refunded, &purchase.currency))));
    }
    lines
}

fn money(minor: i64, code: &str) -> String {
    match Currency::from_code(code) {
        Ok(currency) => Money { minor, currency }.to_string(),
        Err(_) => format!("{minor} {code}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use jukeline_app::{
        id::{AccountId, PurchaseId},
        purchase::{Done, Known, PurchaseState},
        time::Timestamp,
    };
    use uuid::Uuid;

    pub(crate) fn receipt(payments: &Payments, currency: &str, price_minor: i64, refunded: i64) -> Receipt {
        let secrets = Secrets { passes: [0; 32], addresses: [0; 32], purchases: [7; 32] };
        let purchase = Purchase {
            id: PurchaseId(Uuid::from_u128(7)),
            account: AccountId(Uuid::from_u128(8)),
            pack: "ten".into(),
            price_minor,
            currency: currency.into(),
            credits: 10,
            bonus: 2,
            bonus_ms: None,
            room: None,
            provider: "stripe".into(),
            checkout: None,
            checkout_url: None,
            payment: None,
            done: Done { state: PurchaseState::Credited, refunded, dispute: None },
            known: Known::default(),
            declined: None,
            disputed_minor: 0,
            receipt: Some(12),
            created_at: Timestamp(1_767_225_600_000),
            expires_at: Timestamp(1_767_229_200_000),
            credited_at: Some(Timestamp(1_767_225_660_000)),
        };
        Receipt::of(payments, &secrets, &purchase).expect("it has a number")
    }

    fn taxed(percent: &str, name: &str) -> Payments {
        Payments { vat_percent: Some(percent.into()), vat_name: name.into(), ..Payments::default() }
    }

    #[test]
    fn the_tax_line_is_right_in_every_currency() {
        for (percent, name, currency, price, label, tax) in [
            ("19", "MwSt", "EUR", 950, "including 19 % MwSt", "1.52 EUR"),
            ("7.7", "MWST", "CHF", 1000, "including 7.7 % MWST", "0.71 CHF"),
            ("10", "消費税", "JPY", 500, "including 10 % 消費税", "45 JPY"),
            ("5", "VAT", "KWD", 1250, "including 5 % VAT", "0.060 KWD"),
            ("25.5", "ALV", "EUR", 2000, "including 25.5 % ALV", "4.06 EUR"),
            ("0", "VAT", "EUR", 950, "including 0 % VAT", "0.00 EUR"),
        ] {
            let lines = receipt(&taxed(percent, name), currency, price, 0).lines;
            let labels: Vec<&str> = lines.iter().map(|line| line.label.as_str()).collect();
            assert_eq!(labels, ["10 jukebox credits + 2 bonus", label, "Paid by card"]);
            assert_eq!(lines[1].amount, tax, "{percent} % of {price} {currency}");
            assert_eq!((&lines[0].amount, lines[2].is_sum), (&lines[2].amount, true));
        }
    }

    #[test]
    fn no_tax_no_line_and_what_went_back_is_told() {
        let lines = receipt(&Payments::default(), "JPY", 500, 200).lines;
        let said: Vec<String> = lines.iter().map(|line| format!("{}: {}", line.label, line.amount)).collect();
        assert_eq!(said, ["10 jukebox credits + 2 bonus: 500 JPY", "Paid by card: 500 JPY", "refunded: −200 JPY"]);
    }
}
