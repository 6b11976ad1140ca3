//! What became due and brought no news.

use std::collections::HashSet;
use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::PublishableKey;
use dream_store::checkouts::{self, Checkout, Status};
use dream_store::projects::Tenant;
use dream_store::subscriptions as store;
use tokio::task::JoinSet;

use super::{AT_ONCE, Lease, PATIENTLY, again};
use crate::app::App;
use crate::cache::Freshness;
use crate::subscriptions::{self, Synced};
use crate::{sales, settling};

/// Things that are read together.
const BATCH: i64 = 100;

/// Asks for everything that is due now; answers how many things that were.
pub(crate) async fn sweep(app: &App) -> Result<usize> {
    under(app, None).await
}

/// The same under a lease, which ends it when it is lost.
pub(super) async fn under(app: &App, lease: Option<&Lease<'_>>) -> Result<usize> {
    let mut swept = 0;
    swept += due_subscriptions(app, lease).await?;
    swept += stale_checkouts(app, lease).await?;
    swept += sales::sweep(app).await?;
    Ok(swept)
}

/// Subscriptions whose next look is due: a period, a trial, a claim that is over.
async fn due_subscriptions(app: &App, lease: Option<&Lease<'_>>) -> Result<usize> {
    let mut seen = HashSet::new();
    loop {
        let page = store::due(&app.db, app.now(), BATCH).await?;
        let fresh = |due: &store::Due| seen.insert((due.tenant.clone(), due.id.clone()));
        let page: Vec<_> = page.into_iter().filter(fresh).collect();
        if page.is_empty() || !kept(lease).await? {
            return Ok(seen.len());
        }
        each(app, page, async |app, due| {
            let Some(tenant) = tenant(&app, &due.tenant).await? else {
                return Ok(());
            };
            look(&app, &tenant, &due.id).await
        })
        .await;
    }
}

/// Asks for a subscription. What tells nothing now is looked at again later, so that it does not stay due.
async fn look(app: &App, tenant: &Tenant, id: &str) -> Result<()> {
    let synced = subscriptions::sync(app, tenant, id, PATIENTLY).await;
    if !matches!(synced, Ok(Synced::Done { .. }))
        && let Some(row) = store::find(&app.db, &tenant.scope, id).await?
        && row.next_check_at.is_some_and(|at| at <= app.now())
    {
        let next = Some(again(app));
        store::set_next_check(&app.db, &tenant.scope, id, row.version, next).await?;
    }
    synced.map(|_| ())
}

/// Checkouts that are past their end and not closed: paid at the last moment, or never.
async fn stale_checkouts(app: &App, lease: Option<&Lease<'_>>) -> Result<usize> {
    let mut seen = HashSet::new();
    loop {
        let page = checkouts::stale(&app.db, app.now(), BATCH).await?;
        let fresh = |(_, checkout): &(_, Checkout)| seen.insert(checkout.id.clone());
        let page: Vec<_> = page.into_iter().filter(fresh).collect();
        if page.is_empty() || !kept(lease).await? {
            return Ok(seen.len());
        }
        each(app, page, async |app, (key, checkout)| {
            let Some(tenant) = tenant(&app, &key).await? else {
                return Ok(());
            };
            close(&app, &tenant, &checkout).await
        })
        .await;
    }
}

/// Settles a checkout whose time is over, and closes it. One that is paid later all the same still counts: its event
/// finds it.
async fn close(app: &App, tenant: &Tenant, checkout: &Checkout) -> Result<()> {
    if let Some(session) = &checkout.session_id {
        match settling::session(app, tenant, session).await {
            Ok(_) => {}
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let (scope, status) = (&tenant.scope, Status::Expired);
    // Changes nothing where the session was settled.
    checkouts::close(&app.db, scope, &checkout.id, status, None, app.now()).await?;
    Ok(())
}

/// Nobody can be asked for it any more.
fn is_gone(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::PaymentRefused | Code::PaymentsNotConnected
    )
}

/// The tenant of a publishable key as it is now.
pub(super) async fn tenant(app: &App, key: &str) -> Result<Option<Arc<Tenant>>> {
    let Some(key) = PublishableKey::parse(key) else {
        return Ok(None);
    };
    let caches = &app.caches;
    caches.tenant(&app.db, &key, Freshness::CheckNow).await
}

/// Whether the work may go on.
pub(super) async fn kept(lease: Option<&Lease<'_>>) -> Result<bool> {
    match lease {
        Some(lease) => lease.keep().await,
        None => Ok(true),
    }
}

/// Does something with each, a few at a time. What fails is said and holds up nothing else; answers what came of the
/// others.
pub(super) async fn each<T, R, F>(app: &App, all: Vec<T>, work: impl Fn(App, T) -> F) -> Vec<R>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = Result<R>> + Send + 'static,
{
    let (mut running, mut done) = (JoinSet::new(), Vec::new());
    let note = |ended: Option<std::result::Result<Result<R>, _>>, done: &mut Vec<R>| match ended {
        Some(Ok(Ok(came))) => done.push(came),
        Some(Ok(Err(error))) => {
            tracing::warn!(cause = ?error, "something could not be compared with the payment provider; it is tried again");
        }
        Some(Err(_)) | None => {}
    };
    for one in all {
        if running.len() >= AT_ONCE {
            note(running.join_next().await, &mut done);
        }
        running.spawn(work(app.clone(), one));
    }
    while !running.is_empty() {
        note(running.join_next().await, &mut done);
    }
    done
}
