//! Subscriptions that move to the price at which their tier is sold now.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::subscription::{Facts, Status};
use dream_domain::text::hex;
use dream_store::projects::Tenant;
use dream_store::subscriptions::{self as store, Row};

use super::{agreeing, open};
use crate::app::App;
use crate::payments::api::subscriptions::Proration;
use crate::payments::{self, problem};
use crate::subscriptions::{self, Cause};

/// Subscriptions read at a time.
const PAGE: i64 = 100;

/// Moves every running subscription of a tier to its price now; nobody pays for the rest of a period. Refusals of the
/// provider do not stop the others; they are told together when all were tried.
pub(super) async fn move_all(app: &App, tenant_key: &str, name: &str) -> Result<()> {
    agreeing::agree(app, tenant_key, name, true).await?;
    let Some(tenant) = open(app, tenant_key).await? else {
        return Ok(());
    };
    let price = tenant.tiers.iter().find(|tier| tier.name == name);
    let Some(price) = price.map(|tier| tier.price_id.clone()) else {
        return Ok(());
    };
    let mut refused = Vec::new();
    let mut after: Arc<str> = "".into();
    loop {
        let page = store::unended(&app.db, &tenant.scope, &after, PAGE).await?;
        for id in &page {
            match move_one(app, &tenant, id, name, &price).await {
                Err(error) if error.code() == Code::PaymentRefused => {
                    refused.push(format!("{id}: {}", error.detail()));
                }
                done => done?,
            }
        }
        match page.last() {
            Some(last) => after = last.clone(),
            None => break,
        }
    }
    match refused.first() {
        Some(first) => Err(Code::PaymentRefused.error(format!(
            "{} subscriptions could not be moved; {first}",
            refused.len()
        ))),
        None => Ok(()),
    }
}

async fn move_one(app: &App, tenant: &Tenant, id: &str, tier: &str, price: &str) -> Result<()> {
    let found = store::find(&app.db, &tenant.scope, id).await?;
    let Some(row) = found.filter(|row| row.tier == tier && row.price_id != price) else {
        return Ok(());
    };
    let account = payments::account_of(app, &tenant.scope).await?;
    let Some(item) = item(&row).filter(|_| *account.id == *row.account_id) else {
        return Ok(());
    };
    // Setting the same price twice is as good as once, so each try has a key of its own.
    let key = hex(&app.random.bytes::<16>());
    let calls = account.calls().in_background();
    let moved = calls.change_price(id, &item, price, Proration::None, &key);
    moved.await.map_err(problem)?;
    subscriptions::sync(app, tenant, id, Cause::default()).await?;
    Ok(())
}

/// The item of a running subscription that is at its price.
fn item(row: &Row) -> Option<String> {
    let facts: Facts = serde_json::from_str(&row.facts).ok()?;
    let runs = matches!(
        facts.status,
        Status::Active | Status::Trialing | Status::PastDue
    );
    let mut items = facts.items.into_iter().filter(|_| runs);
    let item = items.find(|item| item.price_id == row.price_id)?;
    Some(item.id)
}
