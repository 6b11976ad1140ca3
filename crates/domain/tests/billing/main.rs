//! What subscriptions give, what they bring, and that both come out right whatever is lost on the way.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop with the line it stopped at"
)]

mod convergence;
mod defects;
mod figures;
mod history;
mod laws;
mod looks;
mod states;
mod table;

use std::collections::BTreeMap;

use dream_domain::id::TierId;
use dream_domain::money::{Currency, Money};
use dream_domain::subscription::{Decision, Facts, Held, Item, Policy, State, Status};
use dream_domain::tier::{Interval, Tier};
use dream_domain::time::Millis;
use dream_domain::usage::Limit;

/// A plan for nothing, which is the default, and two that cost something.
fn tiers() -> Vec<Tier> {
    let tier = |name, minor| {
        let id = TierId::new(Millis(0), [0; 10]);
        Tier::subscription(id, name, name, minor, Limit::Max(500))
    };
    let mut tiers = vec![tier("free", 0), tier("pro", 2000), tier("max", 9900)];
    tiers[0].is_default = true;
    tiers
}

/// `price_pro` and `price_pro_old` are of pro, `price_max` is of max, nothing else is ours.
fn plan_of(price_id: &str) -> Option<String> {
    let tier = price_id.strip_prefix("price_")?;
    let tier = tier.strip_suffix("_old").unwrap_or(tier);
    ["pro", "max"].contains(&tier).then(|| tier.to_owned())
}

fn decide(facts: &Facts) -> Decision {
    decide_with(facts, &Policy::default())
}

fn decide_with(facts: &Facts, policy: &Policy) -> Decision {
    dream_domain::subscription::decide(facts, &plan_of, policy)
}

/// The state of a user who has these subscriptions and was given nothing.
fn state(all: &[Facts], now: Millis) -> State {
    let decisions: Vec<_> = all.iter().map(decide).collect();
    let held = held(all, &decisions);
    dream_domain::subscription::state(&tiers(), &[], &held, now)
}

fn held<'a>(facts: &'a [Facts], decisions: &'a [Decision]) -> Vec<Held<'a>> {
    facts
        .iter()
        .zip(decisions)
        .map(|(facts, decision)| Held { facts, decision })
        .collect()
}

/// A subscription of pro that began on day 0 and whose period ends on day 30.
fn facts(id: &str, status: Status) -> Facts {
    Facts {
        id: id.to_owned(),
        customer_id: "cus_1".to_owned(),
        status,
        items: vec![item("price_pro", 2000)],
        cancel_at: None,
        cancel_at_period_end: false,
        canceled_at: None,
        ended_at: None,
        trial_end: None,
        cancel_reason: None,
        started_at: day(0),
        metadata: BTreeMap::new(),
    }
}

/// One of a thing, monthly in dollars, from day 0 to day 30.
fn item(price_id: &str, minor: i64) -> Item {
    Item {
        id: format!("si_{price_id}"),
        price_id: price_id.to_owned(),
        product_id: "prod_1".to_owned(),
        quantity: 1,
        unit: money(minor, "usd"),
        interval: Interval::Month,
        interval_count: 1,
        period_start: day(0),
        period_end: day(30),
    }
}

fn money(minor: i64, currency: &str) -> Money {
    Money {
        minor,
        currency: Currency::parse(currency).unwrap(),
    }
}

fn day(number: i64) -> Millis {
    Millis(1_800_000_000_000).plus(number * 86_400_000)
}
