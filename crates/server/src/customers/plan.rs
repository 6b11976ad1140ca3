//! Plans that developers give to customers.

use dream_domain::error::Result;
use dream_domain::id::ChangeId;
use dream_domain::plan::{Grant, effective_plan};
use dream_domain::tier::{Tier, default_tier, find_tier};
use dream_store::customers::PlanChange;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::caller::BackendCaller;
use crate::plans;

/// The tier that a plan's name means; 400 if there is none.
pub(super) fn plan_of<'a>(tenant: &'a Tenant, name: &str) -> Result<&'a Tier> {
    find_tier(&tenant.tiers, name).ok_or_else(|| plans::unknown(tenant, name))
}

/// Whether a tier is the plan of those who have no other.
pub(super) fn is_default(tenant: &Tenant, tier: &Tier) -> bool {
    default_tier(&tenant.tiers).is_some_and(|default| default.name == tier.name)
}

/// A plan that the caller gives for good.
pub(super) fn grant(tier: &Tier, caller: &BackendCaller) -> Grant {
    Grant {
        plan: tier.name.clone(),
        by: caller.actor.to_string(),
        until: None,
    }
}

/// What another grant, in the place of all given ones, makes of the plan; none if nothing.
pub(super) fn moved(
    app: &App,
    tenant: &Tenant,
    before: &[Grant],
    given: Option<&Grant>,
) -> Option<PlanChange> {
    let bought = before
        .iter()
        .filter(|grant| grant.by.starts_with("subscription:"));
    let after: Vec<Grant> = bought.chain(given).cloned().collect();
    let name = |grants: &[Grant]| {
        let plan = effective_plan(&tenant.tiers, grants, app.now());
        plan.map_or("", |tier| tier.name.as_str())
    };
    let (from, to) = (name(before), name(&after));
    (from != to).then(|| change(app, tenant, from, to))
}

/// The record of a plan that is given.
pub(super) fn change(app: &App, tenant: &Tenant, from: &str, to: &str) -> PlanChange {
    let currency = tenant
        .tiers
        .first()
        .map_or("usd", |tier| tier.price.currency.as_str());
    PlanChange {
        id: ChangeId::new(app.now(), app.random.bytes()).to_string(),
        from: from.to_owned(),
        to: to.to_owned(),
        currency: currency.to_owned(),
        reason: "grant",
    }
}
