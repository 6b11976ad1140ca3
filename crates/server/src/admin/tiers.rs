//! The tiers that projects begin with.

use std::collections::BTreeMap;

use dream_domain::id::TierId;
use dream_domain::money::{Currency, Money};
use dream_domain::period::PeriodKind;
use dream_domain::tier::{Interval, MeterLimit, Tier, TierKind};
use dream_domain::usage::{Limit, Meter};

use crate::app::App;

/// The default tier of a saas project: free, with a limit a month.
pub(crate) fn free(app: &App, calls: i64) -> Tier {
    Tier {
        is_default: true,
        ..plan(app, "free", "Free", 0, Limit::Max(calls))
    }
}

/// A plan in US dollars with one limit a month. It comes first in order; callers set the rest.
pub(crate) fn plan(app: &App, name: &str, shown: &str, price_cents: i64, calls: Limit) -> Tier {
    let limit = MeterLimit {
        limit: calls,
        period: PeriodKind::Month,
    };
    let id = TierId::new(app.now(), app.random.bytes());
    Tier {
        name: name.to_owned(),
        display_name: shown.to_owned(),
        description: None,
        kind: TierKind::Subscription,
        price: Money {
            minor: price_cents,
            currency: Currency::USD,
        },
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
        image_urls: Vec::new(),
        price_id: id.to_string(),
        product_id: id.to_string(),
        version: 1,
        id,
    }
}

/// A product in US dollars with an inventory.
pub(crate) fn product(
    app: &App,
    name: &str,
    shown: &str,
    price_cents: i64,
    inventory: i64,
) -> Tier {
    Tier {
        kind: TierKind::OneOff,
        inventory: Some(inventory),
        ..plan(app, name, shown, price_cents, Limit::Unlimited)
    }
}
