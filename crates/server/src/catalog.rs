//! What tiers are at the payment provider: a product and a price each, made where they are missing and kept as their
//! tiers are.
//!
//! Every change of a tier leaves a message in the outbox, in the transaction of the change. The message only names the
//! tier: whoever works it reads the tier anew and makes the provider agree with it. So it may come late, twice, or
//! while another process works the same.

mod adopting;
mod agreeing;
mod making;
mod moving;

use std::sync::Arc;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::MessageId;
use dream_domain::key::PublishableKey;
use dream_domain::tier::Tier;
use dream_store::outbox::{Claimed, Message};
use dream_store::prices;
use dream_store::projects::{self, Tenant};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::payments;

/// What a message is called that brings one tier up to date.
pub(crate) const KIND: &str = "catalog";
/// What a message is called that moves subscriptions to the price of their tier now.
pub(crate) const MOVE: &str = "catalog.move";
/// Who makes objects right after writing their messages has this long, in milliseconds, before the outbox does.
pub(crate) const MEANWHILE_MS: i64 = 10_000;

/// What is made while a caller waits; the rest is left to the outbox.
const BUDGET: Duration = Duration::from_secs(8);

/// What a message names.
#[derive(Serialize, Deserialize)]
struct Task {
    tier: String,
}

/// Makes the products and prices that are missing of all tiers that are sold, within the time of a caller that waits.
/// Their messages are in the outbox already, which does what fails here. Nothing where no account is connected:
/// connecting one makes them.
pub(crate) async fn make_now(app: &App, tenant: &Tenant) {
    match tokio::time::timeout(BUDGET, make_missing(app, tenant)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(tenant = &**tenant.scope.tenant(), cause = ?error, "products are made later");
        }
        Err(_) => {
            tracing::warn!(
                tenant = &**tenant.scope.tenant(),
                "products are made later: there was no more time"
            );
        }
    }
}

/// Brings one tier up to date at the provider within the time of a caller that waits, if its message is in the outbox
/// already; the tier now, or none if that is left to the outbox.
pub(crate) async fn agree_now(app: &App, tenant: &Tenant, tier: &str) -> Option<Tier> {
    let agreeing = agreeing::agree(app, tenant.scope.tenant(), tier, false);
    match tokio::time::timeout(BUDGET, agreeing).await {
        Ok(Ok(tier)) => tier,
        Ok(Err(error)) if waits_for_account(&error) => None,
        Ok(Err(error)) => {
            tracing::warn!(tenant = &**tenant.scope.tenant(), tier, cause = ?error, "a tier is brought up to date later");
            None
        }
        Err(_) => None,
    }
}

/// A tier with the price at which the provider sells it, made now if it is missing. A tier that is not sold is answered
/// as it is. 409 if no account is connected.
pub(crate) async fn ensure_tier(app: &App, tenant: &Tenant, name: &str) -> Result<Tier> {
    let missing = || Code::TierNotFound.error("There is no tier with this name in this project");
    let tier = tenant.tiers.iter().find(|tier| tier.name == name);
    let tier = tier.ok_or_else(missing)?;
    if !is_sold(tier) {
        return Ok(tier.clone());
    }
    let account = payments::account_of(app, &tenant.scope).await?;
    let known = prices::of(&app.db, &tenant.scope).await?;
    if agreeing::is_current(app, tenant, tier, &account.id, &known) {
        return Ok(tier.clone());
    }
    let made = agreeing::agree(app, tenant.scope.tenant(), name, false).await?;
    made.ok_or_else(missing)
}

/// The messages for those tiers that are sold, due after so many milliseconds.
pub(crate) fn messages(
    app: &App,
    tenant: &Arc<str>,
    tiers: &[Tier],
    after_ms: i64,
) -> Vec<Message> {
    let sold = tiers.iter().filter(|tier| is_sold(tier));
    sold.map(|tier| message(app, KIND, tenant, &tier.name, after_ms))
        .collect()
}

/// A message that names a tier, due after so many milliseconds.
pub(crate) fn message(
    app: &App,
    kind: &'static str,
    tenant: &Arc<str>,
    tier: &str,
    after_ms: i64,
) -> Message {
    let now = app.clock.machine();
    let task = Task {
        tier: tier.to_owned(),
    };
    Message {
        id: MessageId::new(now, app.random.bytes()),
        tenant: tenant.clone(),
        kind,
        payload: serde_json::json!(task).to_string(),
        due_at: now.plus(after_ms),
        created_at: now,
    }
}

/// Works a message of the outbox.
pub(crate) async fn work(app: &App, message: &Claimed) -> Result<()> {
    let unreadable = |e| {
        Code::Internal
            .error("The message cannot be read")
            .because(e)
    };
    let task: Task = serde_json::from_str(&message.payload).map_err(unreadable)?;
    let done = if *message.kind == *MOVE {
        moving::move_all(app, &message.tenant, &task.tier).await
    } else {
        let agreed = agreeing::agree(app, &message.tenant, &task.tier, true).await;
        agreed.map(|_| ())
    };
    match done {
        Err(error) if waits_for_account(&error) => Ok(()),
        done => done,
    }
}

/// Takes everything of a tenant off sale at the provider. Nothing where its account cannot be reached any more.
pub(crate) async fn withdraw(app: &App, tenant: &Tenant) -> Result<()> {
    match agreeing::withdraw(app, tenant).await {
        Err(error) if waits_for_account(&error) => Ok(()),
        done => done,
    }
}

/// The messages that make everything which a platform sells in a mode at an account that was just connected.
pub(crate) fn messages_of(app: &App, tenants: &[Tenant]) -> Vec<Message> {
    let of = |tenant: &Tenant| messages(app, tenant.scope.tenant(), &tenant.tiers, 0);
    tenants.iter().flat_map(of).collect()
}

async fn make_missing(app: &App, tenant: &Tenant) -> Result<()> {
    for tier in tenant.tiers.iter().filter(|tier| is_sold(tier)) {
        match ensure_tier(app, tenant, &tier.name).await {
            Err(error) if waits_for_account(&error) => return Ok(()),
            made => made?,
        };
    }
    Ok(())
}

/// Whether nothing can be made before an account is connected, which makes everything.
fn waits_for_account(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::PaymentsNotConnected | Code::PaymentsNotConfigured
    )
}

/// Whether a tier is sold for money.
pub(crate) fn is_sold(tier: &Tier) -> bool {
    tier.active && tier.price.minor > 0
}

/// The tenant of a key as it is now; none if it is deleted.
pub(crate) async fn open(app: &App, key: &str) -> Result<Option<Tenant>> {
    match PublishableKey::parse(key) {
        Some(key) => projects::open_public(&app.db, &key).await,
        None => Ok(None),
    }
}
