//! Before a project mode is deleted: nothing of it is sold or paid at the provider any more. Every step may be done
//! again, so a deletion that was cut off is finished by asking for it again.

mod emptying;

pub(crate) use emptying::{Wish, check as check_emptying, empty};

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::text::hex;
use dream_domain::tier::Tier;
use dream_store::projects::{self, Tenant};
use dream_store::subscriptions as store;
use dream_store::tiers;
use serde_json::json;

use crate::app::App;
use crate::payments::api::Kind;
use crate::payments::{self, Account, problem};
use crate::progress::Progress;
use crate::{catalog, settling};

/// Subscriptions read at a time.
const PAGE: i64 = 100;
/// How often tiers are read anew when they changed meanwhile.
const TRIES: usize = 5;

/// Whether a tenant can be taken off sale: 409 if subscriptions run at an account that is connected no more, unless they
/// are to be left to its owner. The account, if one is connected.
pub(crate) async fn check<'a>(
    app: &'a App,
    tenant: &Tenant,
    leaves_subscriptions: bool,
) -> Result<Option<Account<'a>>> {
    let account = connected(app, tenant).await?;
    if !leaves_subscriptions {
        let id = account.as_ref().map(|account| &*account.id);
        check_reachable(app, tenant, id).await?;
    }
    Ok(account)
}

/// Takes a tenant off sale, closes its checkouts and cancels its subscriptions at once. Fails as [`check`] does.
pub(crate) async fn withdraw(
    app: &App,
    tenant: &Tenant,
    actor: &str,
    leaves_subscriptions: bool,
    progress: &Progress,
) -> Result<()> {
    let account = check(app, tenant, leaves_subscriptions).await?;
    archive_tiers(app, tenant, actor).await?;
    let Some(account) = account else {
        return Ok(());
    };
    close_checkouts(app, tenant, &account).await?;
    app.fault("delete.expired");
    cancel_subscriptions(app, tenant, &account, progress).await?;
    app.fault("delete.canceled");
    catalog::withdraw(app, tenant).await?;
    app.fault("delete.archived");
    Ok(())
}

/// How many subscriptions of a tenant have not ended.
pub(crate) async fn count_running(app: &App, tenant: &Tenant) -> Result<usize> {
    Ok(running(app, tenant).await?.len())
}

/// The account that a tenant sells on, if one is connected.
async fn connected<'a>(app: &'a App, tenant: &Tenant) -> Result<Option<Account<'a>>> {
    match payments::account_of(app, &tenant.scope).await {
        Ok(account) => Ok(Some(account)),
        Err(error) if is_away(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_away(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::PaymentsNotConnected | Code::PaymentsNotConfigured
    )
}

/// Whether all that runs can be canceled.
async fn check_reachable(app: &App, tenant: &Tenant, account: Option<&str>) -> Result<()> {
    let running = running(app, tenant).await?;
    let away = running.iter().filter(|row| account != Some(&*row.1));
    match away.count() {
        0 => Ok(()),
        away => Err(unreachable(away)),
    }
}

/// So many subscriptions run where nobody here can cancel them.
fn unreachable(away: usize) -> Error {
    Code::PaymentsNotConnected
        .error(format!(
            "{away} subscriptions run at a payment account that is not connected, so they cannot be canceled. \
             Connect it again; or send leaveSubscriptions: true and cancel them there yourself"
        ))
        .with("subscriptions", away)
}

/// Here first: nobody begins a checkout from now on, and nothing makes the products anew.
async fn archive_tiers(app: &App, tenant: &Tenant, actor: &str) -> Result<()> {
    for _ in 0..TRIES {
        let fresh = catalog::open(app, tenant.scope.tenant()).await?;
        let Some(fresh) = fresh else {
            return Ok(());
        };
        let sold = fresh.tiers.iter().filter(|tier| catalog::is_sold(tier));
        let archived: Vec<Tier> = sold
            .map(|tier| Tier {
                active: false,
                is_default: false,
                ..tier.clone()
            })
            .collect();
        if archived.is_empty() {
            return Ok(());
        }
        let act = app.act(actor, "tier.archive", "*", &json!({"before": "deletion"}));
        match tiers::update(&app.db, &fresh.scope, &archived, &act).await {
            Err(error) if error.code() == Code::Conflict => {}
            done => return done,
        }
    }
    Err(Code::Conflict.error("The tiers keep changing; ask again"))
}

/// Sessions that are open are closed; one that was paid just now is settled first, so that its subscription is known.
async fn close_checkouts(app: &App, tenant: &Tenant, account: &Account<'_>) -> Result<()> {
    let sessions = projects::open_sessions(&app.db, &tenant.scope, &account.id).await?;
    for session in sessions {
        let key = hex(&app.random.bytes::<16>());
        match account.calls().expire_checkout(&session, &key).await {
            Err(failure) if failure.kind == Kind::Refused => {
                settling::session(app, tenant, &session).await?;
            }
            Err(failure) if failure.kind != Kind::NotFound => return Err(problem(failure)),
            _ => {}
        }
    }
    Ok(())
}

async fn cancel_subscriptions(
    app: &App,
    tenant: &Tenant,
    account: &Account<'_>,
    progress: &Progress,
) -> Result<()> {
    for (id, at) in running(app, tenant).await? {
        if *account.id == *at {
            match account.calls().cancel_now(&id).await {
                Err(failure) if failure.kind != Kind::NotFound => return Err(problem(failure)),
                _ => {}
            }
        }
        progress.step();
    }
    Ok(())
}

/// The subscriptions that have not ended, each with its account.
async fn running(app: &App, tenant: &Tenant) -> Result<Vec<(Arc<str>, String)>> {
    let mut found = Vec::new();
    let mut after: Arc<str> = "".into();
    loop {
        let page = store::unended(&app.db, &tenant.scope, &after, PAGE).await?;
        for id in &page {
            let row = store::find(&app.db, &tenant.scope, id).await?;
            found.extend(row.map(|row| (id.clone(), row.account_id)));
        }
        match page.last() {
            Some(last) => after = last.clone(),
            None => return Ok(found),
        }
    }
}
