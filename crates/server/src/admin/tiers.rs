//! The tiers that projects begin with.

use dream_domain::id::TierId;
use dream_domain::tier::{Tier, TierKind};
use dream_domain::usage::Limit;

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
    let id = TierId::new(app.now(), app.random.bytes());
    Tier::subscription(id, name, shown, price_cents, calls)
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
