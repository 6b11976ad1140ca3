//! Changes of tiers: what they do to the others, and what is refused.

use dream_domain::error::{Code, Error, Result};
use dream_domain::tier::{TIERS_MAX, Tier};
use dream_store::projects::Tenant;
use serde_json::{Value, json};

use crate::tier_input::{self, TierUpdates};

/// The changed tier first, then the one that gives up being the default for it.
pub(super) fn apply(tenant: &Tenant, before: &Tier, updates: &TierUpdates) -> Result<Vec<Tier>> {
    let mut tier = before.clone();
    updates.updates.write(&mut tier)?;
    if let Some(by) = updates.updates.adjust_inventory {
        adjust(&mut tier, by)?;
    }
    if tier == *before {
        return Err(nothing());
    }
    check_kind(tenant, &tier)?;
    if before.is_default && !(tier.is_default && tier.active) {
        return Err(Code::Conflict.error(format!(
            "{} is the default tier; flag another one as isDefault instead",
            tier.name
        )));
    }
    let mut changed = vec![tier];
    if changed[0].is_default && !before.is_default {
        let others = tenant
            .tiers
            .iter()
            .filter(|other| other.is_default && other.name != before.name);
        changed.extend(others.map(|other| Tier {
            is_default: false,
            ..other.clone()
        }));
    }
    Ok(changed)
}

/// Stores sell products, all others sell subscriptions (rules: the kind is fixed when a project is made).
pub(super) fn check_kind(tenant: &Tenant, tier: &Tier) -> Result<()> {
    tier_input::check_fits(tenant.kind, tier)
}

pub(super) fn check_room(tenant: &Tenant) -> Result<()> {
    if tenant.tiers.len() < TIERS_MAX {
        return Ok(());
    }
    Err(Code::Conflict.error(format!(
        "A project has at most {TIERS_MAX} tiers, archived ones included"
    )))
}

pub(super) fn nothing() -> Error {
    Code::MissingField.error("No updates provided; say in updates what to change")
}

/// What changed, for the audit log.
pub(super) fn difference(before: &Tier, after: &Tier) -> Value {
    let mut out = json!({});
    let mut note = |name: &str, from: Value, to: Value| {
        if from != to {
            out[name] = json!([from, to]);
        }
    };
    note(
        "displayName",
        json!(before.display_name),
        json!(after.display_name),
    );
    note(
        "price",
        json!(before.price.to_string()),
        json!(after.price.to_string()),
    );
    note(
        "limits",
        json!(format!("{:?}", before.limits)),
        json!(format!("{:?}", after.limits)),
    );
    note("active", json!(before.active), json!(after.active));
    note(
        "isDefault",
        json!(before.is_default),
        json!(after.is_default),
    );
    note("inventory", json!(before.inventory), json!(after.inventory));
    out
}

fn adjust(tier: &mut Tier, by: i64) -> Result<()> {
    let left = tier.inventory.ok_or_else(|| {
        Code::InvalidValue
            .error("adjustInventory needs a product with a known inventory; set inventory first")
    })?;
    let after = left.saturating_add(by);
    if after < 0 {
        return Err(Code::Conflict.error(format!(
            "Only {left} are left; the inventory cannot go below 0"
        )));
    }
    tier.inventory = Some(after);
    tier.validate()
}
