//! What projects sell.

use std::collections::BTreeMap;
use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::TierId;
use dream_domain::money::{Currency, Money};
use dream_domain::period::PeriodKind;
use dream_domain::tier::{COUNT_MAX, Interval, MeterLimit, Tier, TierKind};
use dream_domain::time::Millis;
use dream_domain::usage::{Limit, Meter};

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::outbox::{self, Message};
use crate::params;
use crate::scope::{self, Scope};
use crate::sql::statements;
use crate::step::{Refusal, Step};
use crate::value::{Row, Value};

statements! {
    OF = "select tier_id, name, display_name, description, kind, price, currency, billing_interval, limits, features,
        popular, is_default, position, active, trial_days, rate_per_minute, inventory, max_per_order, low_stock_at,
        image_urls, price_id, product_id, version from tiers where publishable_key = $1 order by position, name";
    ADD = "insert into tiers (publishable_key, tier_id, name, display_name, description, kind, price, currency,
        billing_interval, limits, features, popular, is_default, position, active, trial_days, rate_per_minute,
        max_per_order, low_stock_at, image_urls, price_id, product_id, version, created_at, updated_at, inventory)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $24, $25)";
    /// Everything but the stock, which sales change all the time.
    UPDATE = "update tiers set tier_id = $2, display_name = $4, description = $5, kind = $6, price = $7, currency = $8,
        billing_interval = $9, limits = $10, features = $11, popular = $12, is_default = $13, position = $14, active = $15,
        trial_days = $16, rate_per_minute = $17, max_per_order = $18, low_stock_at = $19, image_urls = $20, price_id = $21,
        product_id = $22, version = $23 + 1, updated_at = $24
        where publishable_key = $1 and name = $3 and version = $23";
    /// Stock has no version: no edit writes it, so that none is made anew because of it.
    ADD_STOCK = "update tiers set inventory = inventory + $3, updated_at = $5
        where publishable_key = $1 and name = $2 and inventory is not null and inventory + $3 between 0 and $4";
    /// What was sold since `was` was read is never overwritten (defects 44).
    SET_STOCK = "update tiers set inventory = cast($3 as bigint), updated_at = $5
        where publishable_key = $1 and name = $2 and inventory is not distinct from cast($4 as bigint)";
}

/// The tiers of a tenant in its own order, archived ones included.
pub(crate) async fn of(db: &Db, tenant: &str) -> Result<Vec<Tier>> {
    db.near(&OF, params![tenant])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How the stock of a product changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// By so many, up or down.
    By(i64),
    /// To a number, if it is still what it was when somebody looked. None is any number.
    To {
        /// From now on.
        now: Option<i64>,
        /// What it must be at this moment.
        was: Option<i64>,
    },
}

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// Everything is written.
    Done,
    /// A tier was changed since it was read; nothing is written.
    Stale,
    /// The stock is not what it must be, or would leave its bounds; nothing is written.
    StockDiffers,
}

/// Adds a tier; 409 if the name is taken.
pub async fn add(db: &Db, scope: &Scope, tier: &Tier, act: &Act<'_>) -> Result<()> {
    add_with(db, scope, tier, &[], act).await
}

/// Adds a tier, with `messages` that leave because of it; 409 if the name is taken.
pub async fn add_with(
    db: &Db,
    scope: &Scope,
    tier: &Tier,
    messages: &[Message],
    act: &Act<'_>,
) -> Result<()> {
    let steps = vec![add_step(scope.tenant(), tier, act.at)];
    match change(db, scope, steps, messages, act).await {
        Err(Refusal::Taken(0)) => Err(Code::Conflict.error(format!(
            "There is a tier called {} already; edit it or choose another name",
            tier.name
        ))),
        other => other.map_err(Error::from),
    }
}

/// Writes changed tiers (the versions are those they were read at), and the ones that give up being the
/// default for them; 409 if one was changed since. Counts and stock are never touched.
pub async fn update(db: &Db, scope: &Scope, tiers: &[Tier], act: &Act<'_>) -> Result<()> {
    update_with(db, scope, tiers, &[], act).await
}

/// The same, with `messages` that leave because of it.
pub async fn update_with(
    db: &Db,
    scope: &Scope,
    tiers: &[Tier],
    messages: &[Message],
    act: &Act<'_>,
) -> Result<()> {
    match edit_with(db, scope, tiers, None, messages, act).await? {
        Edited::Done => Ok(()),
        Edited::Stale | Edited::StockDiffers => Err(Refusal::Guard(0).into()),
    }
}

/// The same, and with it the stock of the product of a name: all of it or nothing.
pub async fn edit(
    db: &Db,
    scope: &Scope,
    tiers: &[Tier],
    stock: Option<(&str, Stock)>,
    act: &Act<'_>,
) -> Result<Edited> {
    edit_with(db, scope, tiers, stock, &[], act).await
}

/// The same, with `messages` that leave because of it.
pub async fn edit_with(
    db: &Db,
    scope: &Scope,
    tiers: &[Tier],
    stock: Option<(&str, Stock)>,
    messages: &[Message],
    act: &Act<'_>,
) -> Result<Edited> {
    let write = |tier| Step::new(&UPDATE, row(scope.tenant(), tier, act.at)).must_change(1);
    let mut steps: Vec<Step> = tiers.iter().map(write).collect();
    steps.extend(stock.map(|(name, stock)| stock.step(scope.tenant(), name, act.at)));
    match change(db, scope, steps, messages, act).await {
        Ok(()) => Ok(Edited::Done),
        Err(Refusal::Guard(step)) if step < tiers.len() => Ok(Edited::Stale),
        Err(Refusal::Guard(step)) if step == tiers.len() && stock.is_some() => {
            Ok(Edited::StockDiffers)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

impl Stock {
    fn step(self, tenant: &str, name: &str, at: Millis) -> Step {
        let step = match self {
            Self::By(by) => Step::new(&ADD_STOCK, params![tenant, name, by, COUNT_MAX, at]),
            Self::To { now, was } => Step::new(&SET_STOCK, params![tenant, name, now, was, at]),
        };
        step.must_change(1)
    }
}

async fn change(
    db: &Db,
    scope: &Scope,
    mut steps: Vec<Step>,
    messages: &[Message],
    act: &Act<'_>,
) -> Result<(), Refusal> {
    let tenant = scope.tenant();
    steps.push(scope::touch(tenant));
    steps.extend(messages.iter().map(outbox::add_step));
    steps.push(act.step(scope.platform(), Some(tenant)));
    db.change(Change {
        steps,
        bumps: vec![db.versions().tenant_slot(tenant)],
        ..Change::default()
    })
    .await?;
    Ok(())
}

/// The step that stores a new tier.
pub(crate) fn add_step(tenant: &str, tier: &Tier, at: Millis) -> Step {
    let mut row = row(tenant, tier, at);
    row.extend(params![tier.inventory]);
    Step::new(&ADD, row).must_change(1)
}

/// Everything but the stock.
fn row(tenant: &str, tier: &Tier, at: Millis) -> Vec<Value> {
    params![
        tenant,
        tier.id.as_str(),
        &tier.name,
        &tier.display_name,
        tier.description.as_deref(),
        tier.kind.as_str(),
        tier.price.minor,
        tier.price.currency.as_str(),
        tier.interval.as_str(),
        limits_text(&tier.limits),
        list_text(&tier.features),
        tier.popular,
        tier.is_default,
        tier.position,
        tier.active,
        tier.trial_days,
        tier.rate_per_minute,
        tier.max_per_order,
        tier.low_stock_at,
        list_text(&tier.image_urls),
        &tier.price_id,
        &tier.product_id,
        tier.version,
        at,
    ]
}

fn read(row: &Row) -> Result<Tier> {
    let currency = Currency::parse(&row.text(6)?).map_err(|e| damaged().because(e))?;
    Ok(Tier {
        id: TierId::parse(&row.text(0)?)?,
        name: row.text(1)?.to_string(),
        display_name: row.text(2)?.to_string(),
        description: row.opt_text(3)?.map(|text| text.to_string()),
        kind: TierKind::parse(&row.text(4)?).ok_or_else(damaged)?,
        price: Money {
            minor: row.int(5)?,
            currency,
        },
        interval: Interval::parse(&row.text(7)?).ok_or_else(damaged)?,
        limits: limits(&row.text(8)?)?,
        features: list(&row.text(9)?)?,
        popular: row.flag(10)?,
        is_default: row.flag(11)?,
        position: row.int(12)?,
        active: row.flag(13)?,
        trial_days: row.opt_int(14)?,
        rate_per_minute: row.opt_int(15)?,
        inventory: row.opt_int(16)?,
        max_per_order: row.opt_int(17)?,
        low_stock_at: row.opt_int(18)?,
        image_urls: list(&row.text(19)?)?,
        price_id: row.text(20)?.to_string(),
        product_id: row.text(21)?.to_string(),
        version: row.int(22)?,
    })
}

/// `{"requests": [limit or null for unlimited, "month"]}`.
fn limits_text(limits: &BTreeMap<Meter, MeterLimit>) -> String {
    let entry = |(meter, limit): (&Meter, &MeterLimit)| {
        let most = match limit.limit {
            Limit::Max(most) => Some(most),
            Limit::Unlimited => None,
        };
        (
            meter.name().to_string(),
            serde_json::json!([most, limit.period.as_str()]),
        )
    };
    serde_json::Value::Object(limits.iter().map(entry).collect()).to_string()
}

fn limits(text: &str) -> Result<BTreeMap<Meter, MeterLimit>> {
    let stored: BTreeMap<String, (Option<i64>, Arc<str>)> =
        serde_json::from_str(text).map_err(|e| damaged().because(e))?;
    stored
        .into_iter()
        .map(|(meter, (most, period))| {
            let period = PeriodKind::parse(&period).ok_or_else(damaged)?;
            Ok((
                Meter::parse(&meter)?,
                MeterLimit {
                    limit: most.map_or(Limit::Unlimited, Limit::Max),
                    period,
                },
            ))
        })
        .collect()
}

fn list_text(list: &[String]) -> String {
    serde_json::json!(list).to_string()
}

fn list(text: &str) -> Result<Vec<String>> {
    serde_json::from_str(text).map_err(|e| damaged().because(e))
}

fn damaged() -> Error {
    Code::Internal.error("A stored tier is damaged")
}
