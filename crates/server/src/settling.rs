//! From a checkout session or an event to the function that deals with it. An event is a hint: whom it concerns is
//! found by what we stored, and the effect comes from the object fetched fresh (DESIGN 3.4).

mod account;
mod returned;
mod whose;

pub(crate) use whose::lane;

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_store::checkouts::{self, Checkout};
use dream_store::inbox::{self, Claimed};
use dream_store::payments as accounts;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::payments;
use crate::payments::api::checkout::{Sells, Session, Status};
use crate::payments::api::webhook::Event;
use crate::sales;
use crate::settling::whose::Whose;
use crate::subscriptions::{self, Cause, Synced};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is worked, and noted so with its effect.
    Noted,
    /// It is worked; that is still to be noted.
    Done,
    /// It told nothing of ours, and why.
    Ignored(&'static str),
}

/// Where a checkout session stands.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    /// `open`, `complete` or `expired`.
    pub(crate) status: &'static str,
    /// It is paid, or nothing was to be paid.
    pub(crate) is_paid: bool,
    /// The plan of the buyer now, if a plan was bought.
    pub(crate) plan: Option<String>,
    /// The event was noted with the effect.
    is_noted: bool,
}

/// Works an event. What it leads to is the same whether it comes first, late, twice or with others in between.
pub(crate) async fn event(app: &App, claimed: &Claimed) -> Result<Outcome> {
    let Ok(event) = Event::parse(claimed.payload.as_bytes()) else {
        return Ok(Outcome::Ignored("it cannot be read"));
    };
    if event.kind.starts_with("account.") {
        return account::event(app, claimed, &event).await;
    }
    if let Some(tenant) = sales::tenant_of(app, &event).await? {
        let is_noted = sales::event(app, &tenant, claimed, &event).await?;
        return Ok(if is_noted {
            Outcome::Noted
        } else {
            Outcome::Done
        });
    }
    let Some(whose) = whose::find(app, &event).await? else {
        return Ok(Outcome::Ignored("it concerns nothing that was bought here"));
    };
    let tenant = whose.tenant();
    let (scope, key) = (&tenant.scope, tenant.scope.tenant());
    if **key != *claimed.tenant {
        inbox::assign(&app.db, &claimed.id, Some(key), scope.platform()).await?;
    }
    match &whose {
        Whose::Session(tenant, checkout) => {
            let Some(id) = &checkout.session_id else {
                return Ok(Outcome::Ignored("its checkout has no session yet"));
            };
            let settled = of_plan(app, tenant, checkout, id, Some(claimed)).await?;
            Ok(if settled.is_noted {
                Outcome::Noted
            } else {
                Outcome::Done
            })
        }
        Whose::Subscription(tenant, id) => {
            let cause = Cause {
                event: Some(claimed),
                invoices: event.kind.starts_with("invoice"),
                ..Cause::default()
            };
            Ok(match subscriptions::sync(app, tenant, id, cause).await? {
                Synced::Done { .. } => Outcome::Noted,
                Synced::Foreign(why) => Outcome::Ignored(why),
            })
        }
        Whose::Customer(tenant, user) => {
            of_customer(app, tenant, user, &event).await?;
            Ok(Outcome::Done)
        }
    }
}

/// Fetches a session and does what follows from it: the same whether a webhook, the buyer's return or a round of the
/// sweeper asks. None if the project knows no such session.
pub(crate) async fn session(app: &App, tenant: &Tenant, id: &str) -> Result<Option<Settled>> {
    let Some(checkout) = checkouts::find_by_session(&app.db, &tenant.scope, id).await? else {
        return Ok(None);
    };
    of_plan(app, tenant, &checkout, id, None).await.map(Some)
}

/// Who began the checkout of a session, and for which tier; none if the project knows no such session.
pub(crate) async fn buyer(
    app: &App,
    tenant: &Tenant,
    id: &str,
) -> Result<Option<(Arc<str>, Arc<str>)>> {
    let found = checkouts::find_by_session(&app.db, &tenant.scope, id).await?;
    Ok(found.map(|checkout| (checkout.user, checkout.tier)))
}

/// A session that sells a plan.
async fn of_plan(
    app: &App,
    tenant: &Tenant,
    checkout: &Checkout,
    id: &str,
    event: Option<&Claimed>,
) -> Result<Settled> {
    let account = payments::account_of(app, &tenant.scope).await?;
    let session = account
        .calls()
        .checkout(id)
        .await
        .map_err(payments::problem)?;
    let mut settled = Settled {
        status: match session.status {
            Status::Open => "open",
            Status::Complete => "complete",
            _ => "expired",
        },
        is_paid: session.is_paid(),
        plan: None,
        is_noted: false,
    };
    if session.status == Status::Expired {
        let (scope, status) = (&tenant.scope, checkouts::Status::Expired);
        checkouts::close(&app.db, scope, &checkout.id, status, None, app.now()).await?;
    }
    if let Some(subscription) = bought(tenant, checkout, &session)? {
        let cause = Cause {
            event,
            checkout: Some((&checkout.id, &checkout.user)),
            invoices: true,
            ..Cause::default()
        };
        if let Synced::Done { plan, .. } =
            subscriptions::sync(app, tenant, subscription, cause).await?
        {
            settled.plan = Some(plan);
            settled.is_noted = event.is_some();
        }
    }
    Ok(settled)
}

/// The subscription that a session made, once it is paid. What the session says of itself must agree with what we
/// stored when it was opened.
fn bought<'a>(
    tenant: &Tenant,
    checkout: &Checkout,
    session: &'a Session,
) -> Result<Option<&'a str>> {
    if session.mode != Sells::Subscription
        || !session.is_paid()
        || session.status != Status::Complete
    {
        return Ok(None);
    }
    let agrees =
        |name: &str, ours: &str| session.metadata.get(name).is_none_or(|said| said == ours);
    if !agrees("publishableKey", tenant.scope.tenant()) || !agrees("userId", &checkout.user) {
        return Err(Code::Conflict.error("The session says it is of somebody else"));
    }
    Ok(session.subscription.as_deref())
}

/// The provider's customer changed or is gone: all that is bought under it is looked at.
async fn of_customer(app: &App, tenant: &Tenant, user: &str, event: &Event) -> Result<()> {
    if let (true, Some(id)) = (event.kind == "customer.deleted", &event.object_id) {
        accounts::customer_deleted(&app.db, &event.account, id, app.now()).await?;
    }
    returned::note(app, tenant, event).await?;
    let rows = dream_store::subscriptions::of_user(&app.db, &tenant.scope, user).await?;
    for row in rows.iter().filter(|row| row.ended_at.is_none()) {
        let cause = Cause {
            invoices: event.kind.contains("refund") || event.kind.contains("dispute"),
            ..Cause::default()
        };
        subscriptions::sync(app, tenant, &row.id, cause).await?;
    }
    Ok(())
}

/// Whether a failure will be one again however often it is tried.
pub(crate) fn is_final(error: &dream_domain::error::Error) -> bool {
    matches!(
        error.code(),
        Code::PaymentsNotConnected | Code::PaymentRefused | Code::ProjectNotFound
    )
}
