//! Money is an integer of minor units with its currency.

use std::fmt;

use crate::error::{Error, Result, invalid};

/// Currencies without minor units (docs.stripe.com/currencies, zero-decimal).
const ZERO_DECIMAL: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];
/// Currencies with three decimals (the same page).
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
/// Currencies with two decimals that a price may be in (the same page, presentment currencies).
const TWO_DECIMAL: &[&str] = &[
    "usd", "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bmd",
    "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc", "cve", "czk", "dkk",
    "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gtq", "gyd", "hkd", "hnl", "htg",
    "huf", "idr", "ils", "inr", "isk", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl",
    "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok",
    "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron", "rsd", "rub", "sar", "sbd", "scr", "sek",
    "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb", "tjs", "top", "try", "ttd", "twd", "tzs", "uah", "ugx",
    "uyu", "uzs", "wst", "xcd", "xcg", "yer", "zar", "zmw",
];

/// The largest amount of one price, in minor units (Stripe's).
pub const PRICE_MAX: i64 = 99_999_999;

/// A currency, lower-case ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(&'static str);

impl Currency {
    /// US dollars.
    pub const USD: Self = Self("usd");

    /// Reads a code in any case.
    pub fn parse(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let all = TWO_DECIMAL.iter().chain(ZERO_DECIMAL).chain(THREE_DECIMAL);
        all.copied().find(|code| *code == lower).map(Self).ok_or_else(unknown)
    }

    /// The code, lower-case.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// How many decimals an amount is written with.
    pub fn decimals(self) -> u32 {
        if ZERO_DECIMAL.contains(&self.0) {
            0
        } else if THREE_DECIMAL.contains(&self.0) {
            3
        } else {
            2
        }
    }
}

fn unknown() -> Error {
    invalid("currency", "is not one that Stripe takes", "Send a lower-case ISO code such as usd, eur or jpy")
}

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Cents, or whatever the currency's smallest unit is.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// A price: 0 to 99,999,999 minor units.
    pub fn price(field: &str, minor: i64, currency: Currency) -> Result<Self> {
        if (0..=PRICE_MAX).contains(&minor) {
            return Ok(Self { minor, currency });
        }
        Err(invalid(field, format!("must be 0 to {PRICE_MAX}"), "Send the price in minor units: 2900 for $29.00"))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.currency.decimals();
        let unit = 10_u64.pow(places);
        let (sign, size) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        let symbol = if self.currency == Currency::USD { "$" } else { "" };
        write!(f, "{sign}{symbol}{}", size / unit)?;
        if places > 0 {
            write!(f, ".{:0width$}", size % unit, width = places as usize)?;
        }
        if symbol.is_empty() {
            write!(f, " {}", self.currency.0.to_ascii_uppercase())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_their_currency() {
        let money = |minor, code| Money { minor, currency: Currency::parse(code).unwrap() }.to_string();
        assert_eq!(money(2900, "USD"), "$29.00");
        assert_eq!(money(-5, "usd"), "-$0.05");
        assert_eq!(money(500, "jpy"), "500 JPY");
        assert_eq!(money(1234, "kwd"), "1.234 KWD");
        assert!(Currency::parse("zzz").is_err());
    }

    #[test]
    fn prices_have_bounds() {
        for bad in [-1, PRICE_MAX + 1, i64::MAX] {
            assert!(Money::price("price", bad, Currency::USD).is_err());
        }
        assert!(Money::price("price", PRICE_MAX, Currency::USD).is_ok());
    }
}
