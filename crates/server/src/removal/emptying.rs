//! Before people of a tenant are deleted while the tenant goes on: nothing of theirs is still to be paid. Every step
//! may be done again.

use dream_domain::error::{Code, Result};
use dream_domain::text::hex;
use dream_store::checkouts::{self, Status};
use dream_store::orders;
use dream_store::projects::Tenant;
use dream_store::projects::reset::{self as store, Gone, Quiet, What};
use serde_json::json;

use super::{TRIES, connected, unreachable};
use crate::app::App;
use crate::payments::api::Kind;
use crate::payments::{Account, problem};
use crate::progress::Running;
use crate::sales::closing::{self, Why};
use crate::subscriptions::{self, Cause, Synced};
use crate::{catalog, settling};

/// How a tenant is emptied.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// What goes.
    pub(crate) what: What,
    /// Who wants it.
    pub(crate) actor: &'a str,
    /// Subscriptions at an account that is connected no more are left to its owner.
    pub(crate) leaves_subscriptions: bool,
}

/// Deletes what people left in a tenant: what may still be paid is closed at the payment provider first, and unpaid
/// orders give their stock back. Ends the work that it is. 409 if subscriptions run at an account that is connected no
/// more, unless they are to be left to its owner; 409 too if people keep beginning things.
pub(crate) async fn empty(
    app: &App,
    tenant: &Tenant,
    wish: Wish<'_>,
    work: &Running<'_>,
) -> Result<Gone> {
    let what = wish.what;
    for _ in 0..TRIES {
        let fresh = catalog::open(app, tenant.scope.tenant()).await?;
        let gone = || Code::ProjectNotFound.error("This project is deleted already");
        let fresh = fresh.ok_or_else(gone)?;
        let account = check(app, &fresh, what, wish.leaves_subscriptions).await?;
        close_orders(app, &fresh, what).await?;
        close_checkouts(app, &fresh, what, account.as_ref()).await?;
        let quiet = Quiet {
            account: account.as_ref().map_or("", |account| &account.id),
            unknown: end_subscriptions(app, &fresh, what, account.as_ref(), work).await?,
        };
        app.fault("reset.quiet");
        let only = matches!(what, What::Sample(_)).then_some("sample");
        let key = fresh.scope.tenant();
        let act = app.act(wish.actor, "project.reset", key, &json!({"only": only}));
        let held = work.held(app);
        if let Some(gone) = store::reset(&app.db, &fresh, what, quiet, held, &act).await? {
            return Ok(gone);
        }
    }
    Err(Code::Conflict.error(
        "Orders or subscriptions of this project keep changing, or a payment is under way; ask again in a moment",
    ))
}

/// Whether all that runs can be canceled, unless it is to be left. The account, if one is connected.
pub(crate) async fn check<'a>(
    app: &'a App,
    tenant: &Tenant,
    what: What,
    leaves_subscriptions: bool,
) -> Result<Option<Account<'a>>> {
    let account = connected(app, tenant).await?;
    if leaves_subscriptions {
        return Ok(account);
    }
    let running = store::running(&app.db, &tenant.scope, what).await?;
    let id = account.as_ref().map(|account| &*account.id);
    let away = running.iter().filter(|(_, at)| id != Some(&**at));
    match away.count() {
        0 => Ok(account),
        away => Err(unreachable(away)),
    }
}

/// Unpaid orders are taken off sale and give back what they hold.
async fn close_orders(app: &App, tenant: &Tenant, what: What) -> Result<()> {
    for id in store::pending_orders(&app.db, &tenant.scope, what).await? {
        if let Some(order) = orders::find(&app.db, &tenant.scope, &id).await? {
            closing::withdraw(app, tenant, &order, Why::Released).await?;
        }
    }
    Ok(())
}

/// Open checkouts of plans are closed; one that was paid just now is settled, so that its subscription is known.
async fn close_checkouts(
    app: &App,
    tenant: &Tenant,
    what: What,
    account: Option<&Account<'_>>,
) -> Result<()> {
    let scope = &tenant.scope;
    for id in store::open_checkouts(&app.db, scope, what).await? {
        let Some(checkout) = checkouts::find(&app.db, scope, &id).await? else {
            continue;
        };
        let at = account.filter(|account| *account.id == *checkout.account_id);
        if let (Some(session), Some(account)) = (&checkout.session_id, at) {
            let key = hex(&app.random.bytes::<16>());
            match account.calls().expire_checkout(session, &key).await {
                Err(failure) if failure.kind == Kind::Refused => {
                    settling::session(app, tenant, session).await?;
                }
                Err(failure) if failure.kind != Kind::NotFound => return Err(problem(failure)),
                _ => {}
            }
        }
        // Changes nothing where the session was settled.
        checkouts::close(&app.db, scope, &id, Status::Expired, None, app.now()).await?;
    }
    Ok(())
}

/// Cancels what runs at the account, and writes down that it has ended; how many the account does not know.
async fn end_subscriptions(
    app: &App,
    tenant: &Tenant,
    what: What,
    account: Option<&Account<'_>>,
    work: &Running<'_>,
) -> Result<i64> {
    let Some(account) = account else {
        return Ok(0);
    };
    let mut unknown = 0;
    let mut running = store::running(&app.db, &tenant.scope, what).await?;
    running.retain(|(_, at)| *account.id == **at);
    work.progress.begin(running.len());
    for (id, _) in running {
        match account.calls().cancel_now(&id).await {
            Err(failure) if failure.kind == Kind::NotFound => unknown += 1,
            Err(failure) => return Err(problem(failure)),
            Ok(_) => {
                let synced = subscriptions::sync(app, tenant, &id, Cause::default()).await?;
                unknown += i64::from(matches!(synced, Synced::Foreign(_)));
            }
        }
        work.progress.step();
    }
    Ok(unknown)
}
