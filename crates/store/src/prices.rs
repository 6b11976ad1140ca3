//! Every price a tier ever had at the payment provider: whoever bought at an old one keeps it.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::db::Change;
use crate::params;
use crate::scope::{self, Scope, hold};
use crate::sql::statements;
use crate::step::Step;
use crate::value::Row;

statements! {
    OF = "select price_id, account_id, product_id, tier, amount, currency, billing_interval, kind, active, created_at
        from prices where publishable_key = $1 order by tier, created_at, price_id";
    /// What a price costs never changes; whether it is sold does.
    PUT = "insert into prices (publishable_key, price_id, account_id, product_id, tier, amount, currency, billing_interval, kind, active, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (publishable_key, price_id) do update set active = excluded.active, product_id = excluded.product_id, tier = excluded.tier";
    ARCHIVE = "update prices set active = 0 where publishable_key = $1 and price_id = $2";
    /// `updated_at` is when somebody changed the tier; this the server does by itself.
    POINT = "update tiers set price_id = $4, product_id = $5, version = version + 1
        where publishable_key = $1 and name = $2 and version = $3";
}

/// A price as the payment provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The provider's id of it.
    pub price_id: Arc<str>,
    /// The account it is in.
    pub account_id: Arc<str>,
    /// The provider's id of what is sold.
    pub product_id: Arc<str>,
    /// The tier whoever pays it is on.
    pub tier: Arc<str>,
    /// Minor units.
    pub amount: i64,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// `month` or `year`.
    pub interval: Arc<str>,
    /// `subscription` or `one_off`.
    pub kind: Arc<str>,
    /// It is sold; old prices are not.
    pub active: bool,
    /// When it was made.
    pub created_at: Millis,
}

/// The prices of a tenant, old ones included, by tier and then by age.
pub async fn of(db: &Db, scope: &Scope) -> Result<Vec<Price>> {
    let rows = db.near(&OF, params![scope.tenant()]).await?;
    rows.iter().map(read).collect()
}

/// Stores a price.
pub async fn put(db: &Db, scope: &Scope, price: &Price) -> Result<()> {
    db.run(vec![hold(scope.tenant()), put_step(scope.tenant(), price)])
        .await?;
    Ok(())
}

/// Notes that a price is sold no more; false if the tenant has no such price.
pub async fn archive(db: &Db, scope: &Scope, price_id: &str) -> Result<bool> {
    let row = params![scope.tenant(), price_id];
    db.changed(vec![Step::new(&ARCHIVE, row).must_change(1)])
        .await
}

/// Stores a price and makes it the one at which its tier, read at `version`, is sold; 409 if the tier
/// changed meanwhile. Prices the tier had before stay as they are: archive them when the provider has.
pub async fn set_on_tier(
    db: &Db,
    scope: &Scope,
    version: i64,
    price: &Price,
    act: &Act<'_>,
) -> Result<()> {
    let tenant = scope.tenant();
    let row = params![
        tenant,
        &price.tier,
        version,
        &price.price_id,
        &price.product_id
    ];
    let steps = vec![
        scope::touch(tenant),
        put_step(tenant, price),
        Step::new(&POINT, row).must_change(1),
        act.step(scope.platform(), Some(tenant)),
    ];
    let bumps = vec![db.versions().tenant_slot(tenant)];
    let change = Change {
        steps,
        bumps,
        ..Change::default()
    };
    db.change(change).await?;
    Ok(())
}

fn put_step(tenant: &str, price: &Price) -> Step {
    let row = params![
        tenant,
        &price.price_id,
        &price.account_id,
        &price.product_id,
        &price.tier,
        price.amount,
        &price.currency,
        &price.interval,
        &price.kind,
        price.active,
        price.created_at
    ];
    Step::new(&PUT, row)
}

fn read(row: &Row) -> Result<Price> {
    Ok(Price {
        price_id: row.text(0)?,
        account_id: row.text(1)?,
        product_id: row.text(2)?,
        tier: row.text(3)?,
        amount: row.int(4)?,
        currency: row.text(5)?,
        interval: row.text(6)?,
        kind: row.text(7)?,
        active: row.flag(8)?,
        created_at: row.time(9)?,
    })
}
