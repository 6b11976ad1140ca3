//! Amounts by currency, and the currency that a project counts in first.

use std::collections::BTreeMap;
use std::sync::Arc;

use dream_domain::tier::Tier;
use dream_store::projects::Tenant;

/// Minor units by lower-case ISO code.
pub(super) type Amounts = BTreeMap<String, i64>;

/// The currency that most of the tiers that cost something are in; of several the one of the first such tier.
pub(super) fn main_currency(tenant: &Tenant) -> &'static str {
    most(tenant.tiers.iter())
}

/// The currency in which most of these projects count.
pub(super) fn of_all(tenants: &[Tenant]) -> &'static str {
    most(tenants.iter().flat_map(|tenant| &tenant.tiers))
}

fn most<'a>(tiers: impl Iterator<Item = &'a Tier>) -> &'static str {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for tier in tiers.filter(|tier| tier.active && tier.price.minor > 0) {
        let code = tier.price.currency.as_str();
        match counts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += 1,
            None => counts.push((code, 1)),
        }
    }
    // The last of equal ones is kept, so the first comes last.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or("usd", |(code, _)| code)
}

/// Adds an amount; what is nothing leaves no trace.
pub(super) fn add(amounts: &mut Amounts, currency: &Arc<str>, minor: i64) {
    if minor != 0 {
        let sum = amounts.entry(currency.to_string()).or_default();
        *sum = sum.saturating_add(minor);
    }
}

/// The amount in a currency.
pub(super) fn of(amounts: &Amounts, currency: &str) -> i64 {
    amounts.get(currency).copied().unwrap_or(0)
}
