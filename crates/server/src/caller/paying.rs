//! Where the operator charges developers, live keys of those who do not pay stop after a grace; test keys never do.
//!
//! Nobody is asked but our own database, and of that what is cached: a plan that is paid, or ends, shows with the next
//! call, since either changes the version of the developer.

use dream_domain::error::{Code, Result};
use dream_domain::key::{Mode, PublishableKey};
use dream_domain::subscription::Policy;
use dream_store::projects::Tenant;

use super::doors::unknown_project;
use crate::app::App;
use crate::cache::Freshness;

/// From the end of the paid plan, or from the making of a live project for who never had one.
const GRACE_MS: i64 = Policy::GRACE_MS;

/// 403 `subscription_expired` if the keys of this tenant are stopped.
pub(super) async fn check(app: &App, tenant: &Tenant, fresh: Freshness) -> Result<()> {
    if app.config.payments.price_id.is_none()
        || tenant.scope.mode() == Mode::Test
        || **tenant.scope.tenant() == *app.root
    {
        return Ok(());
    }
    // Only what lets a call through may be believed for a moment: who has just paid is served at once.
    if works(app, tenant, fresh).await? || works(app, tenant, Freshness::CheckNow).await? {
        return Ok(());
    }
    Err(Code::SubscriptionExpired
        .error("Subscription expired. Please renew at dashboard to restore API access."))
}

async fn works(app: &App, tenant: &Tenant, fresh: Freshness) -> Result<bool> {
    let key = PublishableKey::parse(&app.root).ok_or_else(unknown_project)?;
    // Of the root project only its scope is used, which never changes.
    let meter = Freshness::CheckedByMeter;
    let root = app.caches.tenant(&app.db, &key, meter).await?;
    let root = root.ok_or_else(unknown_project)?;
    let (now, machine) = (app.now(), app.clock.machine());
    let owner = app
        .caches
        .owner(&app.db, &root.scope, tenant, fresh, machine);
    let owner = owner.await?;
    let since = || owner.ended_at(now).unwrap_or(tenant.created_at);
    Ok(owner.pays(now) || now < since().plus(GRACE_MS))
}
