//! Which plan a user is on.

use std::collections::BTreeMap;

use crate::tier::{Interval, Tier, default_tier, find_tier};
use crate::time::Millis;

/// A plan that somebody gave to a user, as opposed to one that was bought (rules 20).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The name of the tier.
    pub plan: String,
    /// Who gave it: a developer, a key, the command line.
    pub by: String,
    /// The first moment it no longer holds (business time); none if it holds for good.
    pub until: Option<Millis>,
}

impl Grant {
    /// Whether it holds at a moment.
    pub fn is_running(&self, now: Millis) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The tier a user is on: the best one that is granted, else the project's default; none if it has none.
///
/// The higher monthly price wins; at the same price the tier that is later in the project's order. Prices
/// in different currencies say nothing about each other, so of the best tiers of each currency the later
/// one wins. A grant counts for nothing once it has ended or its tier is gone; an archived tier still
/// serves those who have it.
///
/// A subscription is one more claim on a tier: it joins `granted` below.
pub fn effective_plan<'a>(tiers: &'a [Tier], grants: &[Grant], now: Millis) -> Option<&'a Tier> {
    let running = grants.iter().filter(|grant| grant.is_running(now));
    let granted = running.filter_map(|grant| find_tier(tiers, &grant.plan));
    best(tiers, granted).or_else(|| default_tier(tiers))
}

fn best<'a>(tiers: &'a [Tier], claims: impl Iterator<Item = &'a Tier>) -> Option<&'a Tier> {
    let index = |tier: &Tier| tiers.iter().position(|other| other.name == tier.name);
    let place = |tier: &Tier| (tier.position, index(tier));
    let rank = |tier: &Tier| (yearly_minor(tier), place(tier));
    let mut bests: BTreeMap<_, &Tier> = BTreeMap::new();
    for tier in claims {
        let best = bests.entry(tier.price.currency.as_str()).or_insert(tier);
        if rank(tier) > rank(best) {
            *best = tier;
        }
    }
    bests.into_values().max_by_key(|tier| place(tier))
}

/// What a year costs: comparing this is comparing monthly prices, without the rounding of a twelfth.
fn yearly_minor(tier: &Tier) -> i64 {
    match tier.interval {
        Interval::Month => tier.price.minor.saturating_mul(12),
        Interval::Year => tier.price.minor,
    }
}
