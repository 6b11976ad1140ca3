//! Money is an integer of minor units with its currency.

use std::fmt;

use crate::error::{Error, Result, invalid};

/// Currencies without minor units (docs.stripe.com/currencies, zero-decimal).
const ZERO_DECIMAL: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
];
/// Currencies with three decimals (the same page).
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
/// Currencies with two decimals that a price may be in (the same page, presentment currencies).
/// ISK and UGX have none in life, but two on Stripe's wire.
const TWO_DECIMAL: &[&str] = &[
    "usd", "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd",
    "bdt", "bgn", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf",
    "cny", "cop", "crc", "cve", "czk", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp",
    "gbp", "gel", "gip", "gmd", "gtq", "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr",
    "isk", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad",
    "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn",
    "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron", "rsd",
    "rub", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb",
    "tjs", "top", "try", "ttd", "twd", "tzs", "uah", "ugx", "uyu", "uzs", "wst", "xcd", "xcg",
    "yer", "zar", "zmw",
];

/// The largest amount of one price, in minor units (Stripe's).
pub const PRICE_MAX: i64 = 99_999_999;

/// A currency that a price can be in, lower-case ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

impl Currency {
    /// US dollars.
    pub const USD: Self = Self("usd");

    /// Reads a code in any case.
    pub fn parse(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let all = TWO_DECIMAL.iter().chain(ZERO_DECIMAL).chain(THREE_DECIMAL);
        all.copied()
            .find(|code| *code == lower)
            .map(Self)
            .ok_or_else(unknown)
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

    /// What a price must be a multiple of, in minor units (the same page, three-decimal currencies and
    /// special cases).
    fn price_step(self) -> i64 {
        match self.0 {
            "isk" | "ugx" => 100,
            _ if self.decimals() == 3 => 10,
            _ => 1,
        }
    }
}

fn unknown() -> Error {
    invalid(
        "currency",
        "is not one that a price can be in",
        "Send a lower-case ISO code such as usd, eur or jpy",
    )
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
    /// A price: 0 to 99,999,999 minor units, and a multiple of what the currency is charged in; 422
    /// names `field`.
    pub fn price(field: &str, minor: i64, currency: Currency) -> Result<Self> {
        if !(0..=PRICE_MAX).contains(&minor) {
            return Err(invalid(
                field,
                format!("must be 0 to {PRICE_MAX}"),
                "Send the price in minor units: 2900 for $29.00",
            ));
        }
        let step = currency.price_step();
        if minor % step != 0 {
            return Err(invalid(
                field,
                format!("must be a multiple of {step} in {}", currency.as_str()),
                format!("Round the price to a multiple of {step}"),
            ));
        }
        Ok(Self { minor, currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.currency.decimals();
        let unit = 10_u64.pow(places);
        let (sign, size) = (
            if self.minor < 0 { "-" } else { "" },
            self.minor.unsigned_abs(),
        );
        let symbol = if self.currency == Currency::USD {
            "$"
        } else {
            ""
        };
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
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn written(minor: i64, code: &str) -> String {
        let currency = Currency::parse(code).unwrap();
        Money { minor, currency }.to_string()
    }

    #[test]
    fn amounts_are_written_in_their_currency() {
        for (minor, code, text) in [
            (2900, "USD", "$29.00"),
            (0, "usd", "$0.00"),
            (-5, "usd", "-$0.05"),
            (99_999_999, "usd", "$999999.99"),
            (1050, "eur", "10.50 EUR"),
            (500, "jpy", "500 JPY"),
            (-500, "jpy", "-500 JPY"),
            (1234, "kwd", "1.234 KWD"),
            (500, "isk", "5.00 ISK"),
        ] {
            assert_eq!(written(minor, code), text);
        }
        assert_eq!(written(i64::MIN, "usd"), "-$92233720368547758.08");
    }

    proptest! {
        #[test]
        fn what_is_written_holds_every_digit(minor: i64, code in prop::sample::select(vec!["usd", "jpy", "kwd"])) {
            let digits: String = written(minor, code).chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits.parse::<u64>().unwrap(), minor.unsigned_abs());
        }
    }

    #[test]
    fn currencies_are_those_of_the_list() {
        let all = || TWO_DECIMAL.iter().chain(ZERO_DECIMAL).chain(THREE_DECIMAL);
        assert_eq!(all().collect::<HashSet<_>>().len(), all().count());
        for code in all() {
            assert_eq!(Currency::parse(code).unwrap().as_str(), *code);
            assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_lowercase()));
        }
        for bad in ["", "us", "usdd", "zzz", " usd", "usd\0", "ＵＳＤ", "btc"] {
            let error = Currency::parse(bad).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "currency")
            );
        }
        assert_eq!(Currency::parse("Eur").unwrap().as_str(), "eur");
        let decimals = ["jpy", "usd", "kwd"].map(|code| Currency::parse(code).unwrap().decimals());
        assert_eq!(decimals, [0, 2, 3]);
    }

    #[test]
    fn prices_have_bounds() {
        for bad in [-1, PRICE_MAX + 1, i64::MAX, i64::MIN] {
            let error = Money::price("price", bad, Currency::USD).unwrap_err();
            assert_eq!(
                (error.code().status(), &*error.fields()[0].location),
                (422, "price")
            );
        }
        for good in [0, 1, PRICE_MAX] {
            assert_eq!(
                Money::price("price", good, Currency::USD).unwrap().minor,
                good
            );
        }
    }

    #[test]
    fn some_currencies_are_charged_in_steps() {
        for (code, good, bad) in [("kwd", 5120, 5124), ("isk", 500, 550), ("ugx", 100, 99)] {
            let currency = Currency::parse(code).unwrap();
            assert!(Money::price("price", good, currency).is_ok(), "{code}");
            assert!(Money::price("price", bad, currency).is_err(), "{code}");
        }
    }
}
