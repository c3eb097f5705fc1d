//! Amounts of money: minor units of an ISO 4217 currency, never a floating-point number.

use std::{fmt, str::FromStr};

/// A currency of ISO 4217 that has minor units (which rules out gold, and codes for testing).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// No ISO 4217 code of a currency that people pay with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no currency of ISO 4217, such as EUR")]
pub struct UnknownCurrency;

impl Currency {
    /// The currency of a code in any case, such as `EUR` or `eur`.
    pub fn from_code(code: &str) -> Result<Currency, UnknownCurrency> {
        let found = iso_currency::Currency::from_code(&code.to_ascii_uppercase()).ok_or(UnknownCurrency)?;
        found.exponent().map(|_| Currency(found)).ok_or(UnknownCurrency)
    }

    /// The code in upper case, such as `EUR`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the major unit has: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u8 {
        self.0.exponent().and_then(|exponent| u8::try_from(exponent).ok()).unwrap_or(0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Currency, UnknownCurrency> {
        Currency::from_code(code)
    }
}

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units, such as cents.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// A text that is no amount of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount such as {0}")]
pub struct NoAmount(&'static str);

impl Money {
    /// Reads an amount of the major unit: `9.50` or `9` in EUR, `500` in JPY, `1.250` in KWD. No sign, no thousands.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, NoAmount> {
        let decimals = currency.decimals();
        let wrong = NoAmount(match decimals {
            0 => "500",
            3 => "1.250",
            _ => "9.50",
        });
        decimal(text, decimals).map(|minor| Money { minor, currency }).ok_or(wrong)
    }
}

/// Reads a decimal number without a sign as a multiple of `10^-decimals`; fewer decimals are filled up, more refused.
pub fn decimal(text: &str, decimals: u8) -> Option<i64> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let decimals = usize::from(decimals);
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > decimals {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok()
}

/// The amount in its major unit with all its decimals, then the code: `9.50 EUR`, `500 JPY`, `1.250 KWD`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (minor, decimals) = (self.minor.unsigned_abs(), u32::from(self.currency.decimals()));
        let unit = 10_u64.pow(decimals);
        if decimals == 0 {
            return write!(f, "{sign}{minor} {}", self.currency);
        }
        let width = decimals as usize;
        write!(f, "{sign}{}.{:0width$} {}", minor / unit, minor % unit, self.currency)
    }
}

/// The tax that stands within a gross price, at a rate in hundredths of a percent, rounded half up.
pub fn tax_within(gross_minor: i64, rate: u32) -> i64 {
    let (gross, rate) = (i128::from(gross_minor), i128::from(rate));
    let whole = 10_000 + rate;
    i64::try_from((2 * gross * rate + whole) / (2 * whole)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).expect("a currency")
    }

    #[test]
    fn each_currency_has_its_own_minor_unit() {
        let shown = |text, code| Money::parse(text, currency(code)).map(|money| (money.minor, money.to_string()));
        assert_eq!(shown("9.5", "eur"), Ok((950, "9.50 EUR".into())));
        assert_eq!(shown("500", "JPY"), Ok((500, "500 JPY".into())));
        assert_eq!(shown("1.25", "KWD"), Ok((1250, "1.250 KWD".into())));
        for (text, code) in [
            ("5.5", "JPY"),
            ("9.505", "EUR"),
            ("-1", "EUR"),
            ("1,50", "EUR"),
            ("1.", "EUR"),
            (".5", "EUR"),
            ("", "EUR"),
        ] {
            assert!(Money::parse(text, currency(code)).is_err(), "{text} {code}");
        }
        assert_eq!(Currency::from_code("XAU"), Err(UnknownCurrency), "gold has no minor unit");
        assert_eq!(Currency::from_code("EURO"), Err(UnknownCurrency));
    }

    #[test]
    fn tax_stands_within_the_price() {
        assert_eq!(tax_within(1190, 1900), 190);
        assert_eq!(tax_within(1000, 1900), 160, "159.66 rounded");
        assert_eq!(tax_within(1000, 0), 0);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(minor in 0_i64..1_000_000_000_000, code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF", "USD"])) {
            let money = Money { minor, currency: currency(code) };
            let text = money.to_string();
            let (amount, _) = text.split_once(' ').expect("a code");
            prop_assert_eq!(Money::parse(amount, money.currency), Ok(money));
        }
    }
}
