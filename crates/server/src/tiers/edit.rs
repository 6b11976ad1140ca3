//! Changes of tiers: what they do to the others, and what is refused.

use std::sync::Arc;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::PublishableKey;
use dream_domain::tier::{COUNT_MAX, Tier};
use dream_store::outbox::Message;
use dream_store::projects::{self, Tenant};
use dream_store::tiers::{self as store, Edited, Stock};
use serde_json::{Value, json};

use crate::app::App;
use crate::caller::BackendCaller;
use crate::catalog;
use crate::http::body::wrong;
use crate::tier_input::{self, TierFields, TierUpdates, rules};

/// How often an edit is tried again over what others wrote meanwhile.
const TRIES: u32 = 12;

/// How much longer it waits before each next try, so that whoever lost a few times comes to their turn.
const PAUSE: Duration = Duration::from_millis(4);

/// Writes a change of the caller's tier of this name; the tier as it is then.
pub(super) async fn write(
    app: &App,
    caller: &BackendCaller,
    name: &str,
    updates: &TierUpdates,
) -> Result<Tier> {
    let mut tenant = caller.tenant.clone();
    for tried in 0..TRIES {
        tokio::time::sleep(PAUSE * tried).await;
        let edit = Edit::of(&tenant, find(&tenant, name)?, updates)?;
        let act = app.act(&caller.actor, "tier.update", name, &edit.detail);
        let stock = edit.stock.map(|stock| (name, stock));
        let told = messages(app, caller, name, updates);
        let edited =
            store::edit_with(&app.db, caller.scope(), &edit.tiers, stock, &told, &act).await?;
        tenant = fresh(app, caller).await?;
        match edited {
            Edited::Done => {
                app.wake_outbox();
                return find(&tenant, name).cloned();
            }
            // A sale, or somebody else's edit: this one is made anew over it.
            Edited::Stale if !edit.overwrites_stock(updates) => {}
            Edited::Stale | Edited::StockDiffers => {
                return Err(differs(find(&tenant, name)?, &updates.updates));
            }
        }
    }
    Err(Code::Conflict.error("The tier changes all the time; retry in a moment"))
}

/// What an edit comes to.
struct Edit {
    /// The changed tier first, if anything but its stock changes, then the one that gives up being the default for it.
    tiers: Vec<Tier>,
    stock: Option<Stock>,
    /// For the audit log.
    detail: Value,
}

impl Edit {
    fn of(tenant: &Tenant, before: &Tier, updates: &TierUpdates) -> Result<Self> {
        let mut tier = before.clone();
        updates.updates.write(&mut tier)?;
        let stock = stock(before, &updates.updates)?;
        let detail = difference(before, &tier, stock);
        tier.inventory = before.inventory;
        if tier.price.minor == 0 {
            // What is free is sold at no price (rules 25).
            tier.price_id = tier.id.to_string();
            tier.product_id = tier.id.to_string();
        }
        let mut tiers = Vec::new();
        if tier != *before {
            check_kind(tenant, &tier)?;
            rules::check_default(before, &tier)?;
            let others = tenant
                .tiers
                .iter()
                .filter(|other| tier.is_default && other.is_default && other.name != before.name);
            let others = others.map(|other| Tier {
                is_default: false,
                ..other.clone()
            });
            let others: Vec<Tier> = others.collect();
            tiers.push(tier);
            tiers.extend(others);
        }
        if tiers.is_empty() && stock.is_none() && !updates.migrates_subscribers {
            return Err(nothing());
        }
        Ok(Self {
            tiers,
            stock,
            detail,
        })
    }

    /// Whether it sets the stock without saying what it was: then it holds only for the tier as it was read.
    fn overwrites_stock(&self, updates: &TierUpdates) -> bool {
        matches!(self.stock, Some(Stock::To { .. })) && updates.updates.inventory_was.is_none()
    }
}

/// Whether the payment provider has to hear of a change.
pub(super) fn concerns_provider(updates: &TierUpdates) -> bool {
    let change = &updates.updates;
    change.display_name.is_some()
        || change.description.is_some()
        || change.image_url.is_some()
        || change.price.is_some()
        || change.currency.is_some()
        || change.interval.is_some()
        || change.active.is_some()
}

/// What leaves because of a change.
fn messages(app: &App, caller: &BackendCaller, name: &str, updates: &TierUpdates) -> Vec<Message> {
    let tenant = caller.scope().tenant();
    let message = |kind, after_ms| catalog::message(app, kind, tenant, name, after_ms);
    let agrees = concerns_provider(updates);
    let agreeing = agrees.then(|| message(catalog::KIND, catalog::MEANWHILE_MS));
    let moving = updates
        .migrates_subscribers
        .then(|| message(catalog::MOVE, 0));
    agreeing.into_iter().chain(moving).collect()
}

fn find<'a>(tenant: &'a Tenant, name: &str) -> Result<&'a Tier> {
    let found = tenant.tiers.iter().find(|tier| tier.name == name);
    found.ok_or_else(|| Code::TierNotFound.error("The tier was deleted at the same time"))
}

async fn fresh(app: &App, caller: &BackendCaller) -> Result<Arc<Tenant>> {
    let gone = || Code::ProjectNotFound.error("The project was deleted at the same time");
    let key = PublishableKey::parse(caller.scope().tenant()).ok_or_else(gone)?;
    let tenant = projects::open_public(&app.db, &key).await?;
    tenant.map(Arc::new).ok_or_else(gone)
}

/// How the stock changes, if it does.
fn stock(before: &Tier, updates: &TierFields) -> Result<Option<Stock>> {
    if let Some(by) = updates.adjust_inventory {
        if updates.inventory.is_some() || updates.inventory_was.is_some() {
            let message = "stands beside inventory or inventoryWas";
            return Err(wrong("adjustInventory", message));
        }
        if before.inventory.is_none() {
            return Err(Code::InvalidValue.error(
                "adjustInventory needs a product with a known inventory; set inventory first",
            ));
        }
        return Ok((by != 0).then_some(Stock::By(by)));
    }
    match (updates.inventory, updates.inventory_was) {
        (Some(now), Some(was)) => Ok(Some(Stock::To { now, was })),
        (Some(now), None) => Ok((now != before.inventory).then_some(Stock::To {
            now,
            was: before.inventory,
        })),
        (None, Some(_)) => Err(wrong("inventoryWas", "stands without inventory")),
        (None, None) => Ok(None),
    }
}

/// 409 that says what is left now.
fn differs(tier: &Tier, updates: &TierFields) -> Error {
    let left = tier
        .inventory
        .map_or_else(|| "not counted".to_owned(), |left| left.to_string());
    let detail = if updates.adjust_inventory.is_some() {
        format!("The inventory is {left}, and can be adjusted from 0 to {COUNT_MAX} only")
    } else {
        format!(
            "The inventory is {left} now, which is not what it was; look again before you set it"
        )
    };
    Code::Conflict
        .error(detail)
        .with("inventory", tier.inventory)
}

/// Stores sell products, all others sell subscriptions (rules: the kind is fixed when a project is made).
pub(super) fn check_kind(tenant: &Tenant, tier: &Tier) -> Result<()> {
    tier_input::check_fits(tenant.kind, tier)
}

fn nothing() -> Error {
    Code::MissingField.error("No updates provided; say in updates what to change")
}

/// What changed, for the audit log.
fn difference(before: &Tier, after: &Tier, stock: Option<Stock>) -> Value {
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
    match stock {
        Some(Stock::By(by)) => out["adjustInventory"] = json!(by),
        Some(Stock::To { now, was }) => out["inventory"] = json!([was, now]),
        None => {}
    }
    out
}
