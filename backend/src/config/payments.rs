//! `[payments]`: who takes the money, what is sold, and how it is shared.

use super::{Config, ConfigError};
use jukeline_app::{
    money::{Currency, Money, decimal},
    packs::PackOffer,
    shares::WHOLE,
    time::SECOND,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use url::Url;

/// Selling credits.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Payments {
    /// Who takes the money.
    pub provider: Provider,
    /// ISO 4217 code of every price.
    pub currency: String,
    /// What is sold.
    pub packs: Vec<PackConfig>,
    /// The venues' share of what played credits were worth, in percent, such as `60` or `62.5`. A venue may have its own.
    pub venue_share: String,
    /// Who sells: stands on receipts.
    pub seller: String,
    /// The tax within each price, in percent, such as `19`; no line on receipts if not set.
    pub vat_percent: Option<String>,
    /// What the tax is called on receipts, such as `VAT`.
    pub vat_name: String,
    /// What the buyer's bank calls a payment, such as `JUKELINE* CREDITS`: the account's prefix at Stripe, and what is
    /// put behind it; or the account's whole descriptor, without `* `. Receipts repeat it.
    pub statement: Option<String>,
    /// Credits a month that "I didn't hear it" gives one account at once.
    pub goodwill_credits: u32,
    /// The provider is asked about an open purchase this long after it began, and again after as long, in seconds.
    pub ask_seconds: u32,
    /// The sandbox's process.
    pub sandbox: Sandbox,
    /// Stripe's account.
    pub stripe: Stripe,
}

/// Who takes the money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Nobody: nothing is sold.
    #[default]
    None,
    /// `jukeline sandbox`: no real money.
    Sandbox,
    /// Stripe Checkout.
    Stripe,
}

/// A pack on sale.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackConfig {
    /// A stable name of lower-case letters, digits and dashes.
    pub id: String,
    /// In the currency's major unit, such as `9.50`; taxes included.
    pub price: String,
    /// Credits that never expire.
    pub credits: u32,
    /// Credits on top.
    #[serde(default)]
    pub bonus: u32,
    /// Days after which what is left of the bonus expires; never if not set.
    #[serde(default)]
    pub bonus_days: Option<u32>,
}

/// The sandbox's process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sandbox {
    /// The address of its API.
    pub api: Option<Url>,
    /// The key that it knows.
    pub key: String,
    /// What its webhooks are signed with.
    pub webhook_secrets: Vec<String>,
}

/// Stripe's account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stripe {
    /// The address of its API.
    pub api: Url,
    /// The secret (or restricted) key.
    pub key: String,
    /// What its webhooks are signed with: several while one is replaced.
    pub webhook_secrets: Vec<String>,
}

impl Default for Payments {
    fn default() -> Self {
        Payments {
            provider: Provider::None,
            currency: "EUR".into(),
            packs: Vec::new(),
            venue_share: "50".into(),
            seller: "Jukeline".into(),
            vat_percent: None,
            vat_name: "VAT".into(),
            statement: None,
            goodwill_credits: 6,
            ask_seconds: 60,
            sandbox: Sandbox::default(),
            stripe: Stripe::default(),
        }
    }
}

impl Default for Stripe {
    #[allow(clippy::expect_used, reason = "a constant address that the tests read")]
    fn default() -> Self {
        let api = Url::parse("https://api.stripe.com").expect("a valid address");
        Stripe { api, key: String::new(), webhook_secrets: Vec::new() }
    }
}

/// Packs at the most: a phone shows no more at once.
const PACKS_AT_MOST: usize = 8;
/// Characters of the seller at the most: it stands in the subject of mails.
const SELLER_AT_MOST: usize = 200;
/// Price in minor units at the most: what Stripe takes, eight digits.
const PRICE_AT_MOST: i64 = 99_999_999;

impl Payments {
    /// The packs on sale; empty without a provider.
    pub fn offers(&self) -> Vec<PackOffer> {
        let Ok(currency) = Currency::from_code(&self.currency) else { return Vec::new() };
        if self.provider == Provider::None {
            return Vec::new();
        }
        self.packs.iter().filter_map(|pack| pack.offer(currency)).collect()
    }

    /// The venues' share in hundredths of a percent.
    pub fn share(&self) -> u32 {
        percent(&self.venue_share).unwrap_or(WHOLE)
    }

    /// The tax within each price in hundredths of a percent.
    pub fn vat(&self) -> Option<u32> {
        self.vat_percent.as_deref().and_then(percent)
    }

    /// See [`Payments::ask_seconds`], in milliseconds.
    pub fn ask_ms(&self) -> i64 {
        i64::from(self.ask_seconds.max(1)) * SECOND
    }

    /// What is put behind the account's prefix on a bank's statement.
    pub fn statement_suffix(&self) -> Option<&str> {
        self.statement.as_deref().and_then(|statement| statement.split_once(STATEMENT_JOINT)).map(|(_, suffix)| suffix)
    }

    pub(super) fn check(&self, config: &Config) -> Result<(), ConfigError> {
        let wrong = |key, value: &str, right| Err(ConfigError::Impossible { key, value: value.into(), right });
        if percent(&self.venue_share).is_none() {
            return wrong("payments.venue_share", &self.venue_share, "a percentage from 0 to 100, such as \"62.5\"");
        }
        if let Some(vat) = &self.vat_percent
            && percent(vat).is_none()
        {
            return wrong("payments.vat_percent", vat, "a percentage from 0 to 100, such as \"19\"");
        }
        if self.seller.chars().count() > SELLER_AT_MOST || self.seller.chars().any(char::is_control) {
            return wrong("payments.seller", &self.seller, "one line of at most 200 characters");
        }
        if let Some(statement) = &self.statement
            && !is_statement(statement)
        {
            let right = "5 to 22 letters, digits, spaces and signs but < > \\ ' \" *, such as \"JUKELINE CREDITS\"; or a \
                         prefix of 2 to 10, \"* \" and the rest, such as \"JUKELINE* CREDITS\", with a letter in both";
            return wrong("payments.statement", statement, right);
        }
        let Ok(currency) = Currency::from_code(&self.currency) else {
            return wrong("payments.currency", &self.currency, "an ISO 4217 code such as \"EUR\"");
        };
        self.check_packs(currency)?;
        match self.provider {
            Provider::None => Ok(()),
            Provider::Sandbox if self.sandbox.api.is_none() => wrong(
                "payments.sandbox.api",
                "(not set)",
                "the address of `jukeline sandbox`, such as \"http://127.0.0.1:8090\"",
            ),
            Provider::Sandbox => check_keys("payments.sandbox", &self.sandbox.key, &self.sandbox.webhook_secrets),
            Provider::Stripe if !config.is_https() && !config.is_loopback() => wrong(
                "payments.provider",
                "stripe",
                "\"sandbox\" or \"none\" in trial mode: real money needs a public_url with https",
            ),
            Provider::Stripe => check_keys("payments.stripe", &self.stripe.key, &self.stripe.webhook_secrets),
        }
    }

    fn check_packs(&self, currency: Currency) -> Result<(), ConfigError> {
        let wrong =
            |value: &str, right| Err(ConfigError::Impossible { key: "payments.packs", value: value.into(), right });
        let mut names = BTreeSet::new();
        for pack in &self.packs {
            let named = !pack.id.is_empty()
                && pack.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !named || pack.id.len() > 40 || !names.insert(&pack.id) {
                return wrong(&pack.id, "an id of its own for each pack: lower-case letters, digits and dashes");
            }
            let right = match currency.decimals() {
                0 => "a price above 0 without decimals, such as \"500\"",
                3 => "a price above 0 with up to 3 decimals, such as \"1.250\"",
                _ => "a price above 0 with up to 2 decimals, such as \"9.50\"",
            };
            match Money::parse(&pack.price, currency) {
                Ok(price) if (1..=PRICE_AT_MOST).contains(&price.minor) => {}
                _ => return wrong(&pack.price, right),
            }
            if self.provider == Provider::Stripe && pack.offer(currency).and_then(|o| stripe_amount(o.price)).is_none()
            {
                return wrong(&pack.price, "a price that Stripe takes: whole units in MGA, a last digit of 0 in KWD");
            }
            if !(1..=10_000).contains(&pack.credits) || pack.bonus > 10_000 {
                return wrong(&pack.id, "1 to 10,000 credits, and a bonus of at most 10,000");
            }
            if pack.bonus_days.is_some_and(|days| !(1..=3650).contains(&days)) {
                return wrong(&pack.id, "bonus_days from 1 to 3650, or none");
            }
        }
        match self.packs.len() {
            0 if self.provider != Provider::None => wrong("(none)", "at least one [[payments.packs]] to sell"),
            number if number > PACKS_AT_MOST => wrong(&number.to_string(), "at most 8 packs"),
            _ => Ok(()),
        }
    }
}

/// What Stripe puts between an account's prefix and a payment's suffix.
const STATEMENT_JOINT: &str = "* ";

/// Stripe's rules (<https://docs.stripe.com/get-started/account/statement-descriptors>), in ASCII.
fn is_statement(text: &str) -> bool {
    let part = |part: &str| {
        let allowed = |c: char| (c == ' ' || c.is_ascii_graphic()) && !r#"<>\'"*"#.contains(c);
        part.chars().all(allowed) && part.trim() == part && part.contains(|c: char| c.is_ascii_alphabetic())
    };
    let parts_fit = match text.split_once(STATEMENT_JOINT) {
        None => part(text),
        Some((prefix, suffix)) => (2..=10).contains(&prefix.len()) && part(prefix) && part(suffix),
    };
    (5..=22).contains(&text.len()) && parts_fit
}

fn check_keys(key: &'static str, secret: &str, webhook_secrets: &[String]) -> Result<(), ConfigError> {
    let long = |secret: &String| secret.len() >= 16;
    if secret.len() < 8 || webhook_secrets.is_empty() || !webhook_secrets.iter().all(long) {
        let right = "key, and webhook_secrets of at least 16 characters each";
        return Err(ConfigError::Impossible { key, value: "(hidden)".into(), right });
    }
    Ok(())
}

impl PackConfig {
    fn offer(&self, currency: Currency) -> Option<PackOffer> {
        Some(PackOffer {
            id: self.id.clone(),
            price: Money::parse(&self.price, currency).ok()?,
            credits: i64::from(self.credits),
            bonus: i64::from(self.bonus),
            bonus_days: self.bonus_days,
        })
    }
}

/// A percentage with up to two decimals in hundredths of a percent.
fn percent(text: &str) -> Option<u32> {
    decimal(text, 2).and_then(|hundredths| u32::try_from(hundredths).ok()).filter(|hundredths| *hundredths <= WHOLE)
}

/// An amount as Stripe counts it. It counts ISK and UGX in hundredths although they have no minor unit, MGA in whole
/// units although it has one, and wants three-decimal amounts to end in 0 (<https://docs.stripe.com/currencies>).
pub fn stripe_amount(money: Money) -> Option<i64> {
    match money.currency.code() {
        "ISK" | "UGX" => money.minor.checked_mul(100),
        "MGA" => (money.minor % 100 == 0).then_some(money.minor / 100),
        _ if money.currency.decimals() == 3 => (money.minor % 10 == 0).then_some(money.minor),
        _ => Some(money.minor),
    }
}

/// What Stripe's count of an amount is in the currency's own minor unit.
pub fn from_stripe_amount(amount: i64, currency: Currency) -> i64 {
    match currency.code() {
        "ISK" | "UGX" => amount / 100,
        "MGA" => amount.saturating_mul(100),
        _ => amount,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selling(currency: &str, price: &str) -> Config {
        let payments = Payments {
            provider: Provider::Sandbox,
            currency: currency.into(),
            packs: vec![PackConfig { id: "ten".into(), price: price.into(), credits: 10, bonus: 0, bonus_days: None }],
            sandbox: Sandbox {
                api: Url::parse("http://127.0.0.1:1").ok(),
                key: "a key of the sandbox".into(),
                webhook_secrets: vec!["whsec_a_long_enough_one".into()],
            },
            ..Payments::default()
        };
        Config { payments, ..Config::default() }
    }

    #[test]
    fn prices_are_of_the_currencys_own_minor_unit() {
        for (currency, price, minor) in [("EUR", "9.50", 950), ("JPY", "500", 500), ("KWD", "1.250", 1250)] {
            let config = selling(currency, price);
            assert!(config.check().is_ok(), "{currency}");
            assert_eq!(config.payments.offers()[0].price.minor, minor);
        }
        for (currency, price) in [("JPY", "5.50"), ("EUR", "9.505"), ("EUR", "0"), ("EURO", "1"), ("EUR", "-1")] {
            assert!(selling(currency, price).check().is_err(), "{price} {currency}");
        }
    }

    #[test]
    fn stripe_refuses_to_start_in_trial_mode() {
        let mut config = selling("EUR", "9.50");
        config.payments.provider = Provider::Stripe;
        config.payments.stripe.key = "sk_test_0123456789".into();
        config.payments.stripe.webhook_secrets = vec!["whsec_0123456789abcdef".into()];
        assert!(config.check().is_ok(), "this machine alone");
        config.public_url = Url::parse("http://192.0.2.1").expect("an address");
        let refused = config.check().expect_err("trial mode").to_string();
        assert!(refused.contains("payments.provider") && refused.contains("https"), "{refused}");
        config.public_url = Url::parse("https://jukeline.example").expect("an address");
        assert!(config.check().is_ok());
    }

    #[test]
    fn stripe_counts_some_currencies_in_its_own_way() {
        let count =
            |minor, code| stripe_amount(Money { minor, currency: Currency::from_code(code).expect("a currency") });
        assert_eq!([count(950, "EUR"), count(500, "JPY"), count(1250, "KWD")], [Some(950), Some(500), Some(1250)]);
        assert_eq!(
            [count(500, "ISK"), count(500, "MGA"), count(550, "MGA"), count(1255, "KWD")],
            [Some(50_000), Some(5), None, None]
        );
    }

    #[test]
    fn a_statement_is_as_stripe_takes_it() {
        for (statement, suffix) in [
            ("JUKELINE* CREDITS", Some("CREDITS")),
            ("RUNCLUB* OCT MARATHON", Some("OCT MARATHON")),
            ("BAR* A", Some("A")),
            ("The Copper Still, Bonn", None),
        ] {
            let mut config = selling("EUR", "9.50");
            config.payments.statement = Some(statement.into());
            assert!(config.check().is_ok(), "{statement}");
            assert_eq!(config.payments.statement_suffix(), suffix);
        }
        for statement in [
            "",
            "BAR",
            "The Copper Still in Bonn",
            "JUKELINE*CREDITS",
            "JUKELINE* 2026",
            "12* CREDITS",
            "B* CREDITS",
            "BARS OF BONN* CREDITS",
            "BAR* * CREDITS",
            "JUKELINE*  CREDITS",
            "Zur Öde",
            "DANA'S BAR",
            "12345",
        ] {
            let mut config = selling("EUR", "9.50");
            config.payments.statement = Some(statement.into());
            let refused = config.check().expect_err(statement).to_string();
            assert!(refused.contains("payments.statement"), "{refused}");
        }
        let mut config = selling("EUR", "9.50");
        config.payments.seller = "Bar\r\nBcc: everybody@bar.example".into();
        assert!(config.check().is_err(), "a seller is one line");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut config = selling("EUR", "9.50");
        config.payments.venue_share = "101".into();
        assert!(config.check().expect_err("too much").to_string().contains("venue_share"));
        let mut config = selling("EUR", "9.50");
        config.payments.packs.push(config.payments.packs[0].clone());
        assert!(config.check().is_err(), "two packs of one name");
        let mut config = selling("EUR", "9.50");
        config.payments.packs.clear();
        assert!(config.check().is_err(), "nothing to sell");
        let mut config = selling("EUR", "9.50");
        config.payments.sandbox.webhook_secrets.clear();
        let refused = config.check().expect_err("no secret").to_string();
        assert!(!refused.contains("a key of the sandbox"), "{refused}");
    }
}
