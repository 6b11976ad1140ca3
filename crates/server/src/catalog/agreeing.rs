//! One tier at the provider: its product and price are made, changed, archived until they are as the tier is.

use dream_domain::error::{Code, Result};
use dream_domain::tier::Tier;
use dream_store::prices::{self, Price};
use dream_store::projects::Tenant;
use serde_json::json;

use super::{adopting, is_sold, open};
use crate::app::App;
use crate::catalog::making::{Work, product_id};
use crate::payments::api::Kind;
use crate::payments::api::catalog::{self as api, Product, ProductChange};
use crate::payments::{self, problem};

/// Who is written into the audit log for prices that are made.
pub(super) const ACTOR: &str = "catalog";
/// How often a tier is begun anew when it changed meanwhile. Each time somebody did change it.
const TRIES: usize = 20;

/// Whether a tier points at a price of this account that costs what the tier costs.
pub(super) fn is_current(
    app: &App,
    tenant: &Tenant,
    tier: &Tier,
    account: &str,
    known: &[Price],
) -> bool {
    if adopting::applies(app, tenant) {
        return adopting::is_current(app, tier, known);
    }
    let current = known.iter().find(|price| *price.price_id == *tier.price_id);
    current.is_some_and(|price| {
        price.active
            && *price.account_id == *account
            && *price.tier == *tier.name
            && price.amount == tier.price.minor
            && *price.currency == *tier.price.currency.as_str()
            && *price.interval == *tier.interval.as_str()
            && *price.kind == *tier.kind.as_str()
    })
}

/// Makes the provider agree with a tier as it is now; the tier, or none if it is gone. `behind` for work that nobody
/// waits for. 409 if no account is connected.
pub(super) async fn agree(
    app: &App,
    tenant_key: &str,
    name: &str,
    behind: bool,
) -> Result<Option<Tier>> {
    for _ in 0..TRIES {
        let Some((tenant, tier)) = read(app, tenant_key, name).await? else {
            return Ok(None);
        };
        let account = payments::account_of(app, &tenant.scope).await?;
        let calls = account.calls();
        let work = Work {
            app,
            tenant: &tenant,
            tier: &tier,
            account: &account.id,
            calls: if behind { calls.in_background() } else { calls },
            known: of_tier(app, &tenant, name).await?,
        };
        if !work.run().await? {
            continue;
        }
        // Whoever worked an older state of the tier at the same time may have written that over ours.
        let after = read(app, tenant_key, name).await?.map(|(_, after)| after);
        if after.as_ref().is_none_or(|after| is_same(after, &tier)) {
            return Ok(after);
        }
    }
    Err(Code::Conflict.error("The tier keeps changing while it is brought up to date"))
}

/// Takes everything that a tenant sold off sale.
pub(super) async fn withdraw(app: &App, tenant: &Tenant) -> Result<()> {
    let account = payments::account_of(app, &tenant.scope).await?;
    for tier in &tenant.tiers {
        let work = Work {
            app,
            tenant,
            tier,
            account: &account.id,
            calls: account.calls(),
            known: of_tier(app, tenant, &tier.name).await?,
        };
        work.withdraw().await?;
    }
    Ok(())
}

async fn read(app: &App, tenant_key: &str, name: &str) -> Result<Option<(Tenant, Tier)>> {
    let found = open(app, tenant_key).await?.and_then(|tenant| {
        let tier = tenant.tiers.iter().find(|tier| tier.name == name).cloned();
        tier.map(|tier| (tenant, tier))
    });
    Ok(found)
}

async fn of_tier(app: &App, tenant: &Tenant, name: &str) -> Result<Vec<Price>> {
    let mut known = prices::of(&app.db, &tenant.scope).await?;
    known.retain(|price| *price.tier == *name);
    Ok(known)
}

/// Whether the provider has the same to know of both.
fn is_same(one: &Tier, other: &Tier) -> bool {
    let told = |tier: &Tier| Tier {
        price_id: String::new(),
        product_id: String::new(),
        inventory: None,
        version: 0,
        ..tier.clone()
    };
    told(one) == told(other)
}

impl Work<'_> {
    /// True once the provider agrees; false if the tier changed meanwhile.
    async fn run(&self) -> Result<bool> {
        let (app, tenant, tier) = (self.app, self.tenant, self.tier);
        if adopting::applies(app, tenant) {
            return adopting::adopt(app, tenant, tier, &self.calls, &self.known).await;
        }
        if !is_sold(self.tier) {
            self.withdraw().await?;
            return Ok(true);
        }
        let (product, is_new) = self.product().await?;
        if is_new {
            self.app.fault("create-products.product");
        }
        let known = &self.known;
        // A product that had to be made has no price, whatever we remember.
        if !is_new && is_current(self.app, self.tenant, self.tier, self.account, known) {
            self.archive_others(&product, &self.tier.price_id).await?;
            return Ok(true);
        }
        let price = self.price(&product, is_new).await?;
        self.app.fault("create-products.price");
        if !self.point(&price).await? {
            return Ok(false);
        }
        self.app.fault("create-products.pointed");
        self.archive_others(&product, &price.id).await?;
        Ok(true)
    }

    /// Stores a price as the one at which the tier is sold; false if the tier changed meanwhile, and then the price is
    /// stored all the same, so that it is archived with the others.
    async fn point(&self, price: &api::Price) -> Result<bool> {
        let (app, tier, scope) = (self.app, self.tier, &self.tenant.scope);
        let detail = json!({"priceId": price.id, "price": tier.price.to_string()});
        let act = app.act(ACTOR, "tier.price", &tier.name, &detail);
        let row = Price {
            price_id: price.id.as_str().into(),
            account_id: self.account.into(),
            product_id: price.product_id.as_str().into(),
            tier: tier.name.as_str().into(),
            amount: price.unit_amount.unwrap_or(tier.price.minor),
            currency: price.currency.as_str().into(),
            interval: tier.interval.as_str().into(),
            kind: tier.kind.as_str().into(),
            active: true,
            created_at: app.now(),
        };
        match prices::set_on_tier(&app.db, scope, tier.version, &row, &act).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Code::Conflict => {
                if self
                    .known
                    .iter()
                    .all(|known| known.price_id != row.price_id)
                {
                    prices::put(&app.db, scope, &row).await?;
                }
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the product and its prices off sale, if there are any.
    async fn withdraw(&self) -> Result<()> {
        let is_known = self
            .known
            .iter()
            .any(|price| *price.account_id == *self.account);
        // What was made just before a crash is not known here yet.
        if !is_known && self.tier.price.minor == 0 {
            return self.archive_others_elsewhere("").await;
        }
        match self.calls.product(&product_id(self.tier)).await {
            Err(failure) if failure.kind == Kind::NotFound => Ok(()),
            Err(failure) => Err(problem(failure)),
            Ok(mut product) => {
                if product.active {
                    let change = ProductChange {
                        active: Some(false),
                        ..ProductChange::default()
                    };
                    product = self.change_product(&change).await?;
                }
                self.archive_others(&product, "").await
            }
        }
    }

    /// Archives every price of the tier but the one it is sold at, there and here. Whoever pays one goes on doing so.
    async fn archive_others(&self, product: &Product, current: &str) -> Result<()> {
        let old = self
            .known
            .iter()
            .filter(|price| *price.price_id != *current);
        let mut default = product.default_price.as_deref();
        for price in old.filter(|price| price.active && *price.account_id == *self.account) {
            if default == Some(&price.price_id) {
                // The price that stands for its product cannot be archived.
                let change = ProductChange {
                    default_price: Some(current),
                    ..ProductChange::default()
                };
                self.change_product(&change).await?;
                default = None;
            }
            match self
                .calls
                .set_price_active(&price.price_id, false, &self.key())
                .await
            {
                Err(failure) if failure.kind != Kind::NotFound => return Err(problem(failure)),
                _ => {
                    prices::archive(&self.app.db, &self.tenant.scope, &price.price_id).await?;
                }
            }
        }
        self.archive_others_elsewhere(current).await
    }

    /// Notes that prices at accounts that were connected before are sold no more.
    async fn archive_others_elsewhere(&self, current: &str) -> Result<()> {
        let elsewhere = self.known.iter().filter(|price| {
            price.active && *price.account_id != *self.account && *price.price_id != *current
        });
        for price in elsewhere {
            prices::archive(&self.app.db, &self.tenant.scope, &price.price_id).await?;
        }
        Ok(())
    }
}
