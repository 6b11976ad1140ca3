//! What projects sell, and which of it a user has.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop with the line it stopped at"
)]

mod plans;
mod rules;

use std::collections::BTreeMap;

use dream_domain::id::TierId;
use dream_domain::money::{Currency, Money};
use dream_domain::period::PeriodKind;
use dream_domain::tier::{Interval, MeterLimit, Tier, TierKind};
use dream_domain::time::Millis;
use dream_domain::usage::{Limit, Meter};

/// A monthly plan in dollars with 500 requests a month.
fn tier(name: &str, price: i64) -> Tier {
    let id = TierId::new(Millis(0), [0; 10]);
    let limit = MeterLimit {
        limit: Limit::Max(500),
        period: PeriodKind::Month,
    };
    Tier {
        name: name.to_owned(),
        display_name: format!("The {name} plan"),
        description: None,
        kind: TierKind::Subscription,
        price: usd(price),
        interval: Interval::Month,
        limits: BTreeMap::from([(Meter::requests(), limit)]),
        features: Vec::new(),
        popular: false,
        is_default: false,
        position: 0,
        active: true,
        trial_days: None,
        rate_per_minute: None,
        inventory: None,
        max_per_order: None,
        low_stock_at: None,
        image_urls: Vec::new(),
        price_id: id.to_string(),
        product_id: id.to_string(),
        version: 1,
        id,
    }
}

fn usd(minor: i64) -> Money {
    money(minor, "usd")
}

fn money(minor: i64, code: &str) -> Money {
    let currency = Currency::parse(code).unwrap();
    Money { minor, currency }
}

fn name(tier: Option<&Tier>) -> Option<&str> {
    tier.map(|tier| tier.name.as_str())
}
