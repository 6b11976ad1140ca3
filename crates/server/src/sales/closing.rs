//! An order that is given up: what it holds is available again.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::order::{Hold, State};
use dream_domain::time::Millis;
use dream_store::inbox::Claimed;
use dream_store::orders::{self, Apply, Entry, Order, Return};
use dream_store::projects::Tenant;
use dream_store::reservations;

use crate::app::App;
use crate::payments::api::Kind;
use crate::payments::api::checkout::{Session, Status};
use crate::payments::problem;
use crate::sales::{self, busy, calls, make};

/// Why an order is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It was not paid in time.
    Expired,
    /// The payment was tried and did not come.
    PaymentFailed,
    /// The seller wants the stock back.
    Released,
    /// The payment provider made no session.
    Refused,
}

impl Why {
    fn entry(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::PaymentFailed => "payment_failed",
            Self::Released => "released",
            Self::Refused => "checkout_failed",
        }
    }
}

/// When what an order holds is given back, if its session is taken off sale at `expires_at`.
pub(crate) fn end_of(app: &App, expires_at: Millis) -> Millis {
    expires_at.plus(millis(app.config.store.hold))
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Gives an order up; none if others changed something meanwhile.
pub(super) async fn apply(
    app: &App,
    tenant: &Tenant,
    mut order: Order,
    why: Why,
    event: Option<&Claimed>,
) -> Result<Option<State>> {
    let now = app.now();
    let all = reservations::of_order(&app.db, &tenant.scope, &order.id).await?;
    let held = || all.iter().filter(|it| it.hold == Hold::Held);
    order.closed_at = Some(now);
    order.check_at = None;
    order.url = None;
    let change = Apply {
        returns: held()
            .map(|reservation| Return {
                reservation,
                hold: Hold::Released,
                quantity: reservation.quantity,
            })
            .collect(),
        stock: held()
            .map(|it| (it.tier_id.clone(), it.tier.clone(), it.quantity))
            .collect(),
        entries: vec![Entry {
            kind: why.entry(),
            amount: None,
            detail: None,
        }],
        event: event.map(|event| (event, app.clock.machine())),
        ..Apply::of(&order, now)
    };
    make(app, tenant, &change).await
}

/// Gives up an order that no session can pay any more, unless it is paid or given up already.
pub(crate) async fn give_up(app: &App, tenant: &Tenant, id: &str, why: Why) -> Result<()> {
    for _ in 0..sales::TRIES_MAX {
        let Some(order) = orders::find(&app.db, &tenant.scope, id).await? else {
            return Ok(());
        };
        if order.state() != State::Pending || apply(app, tenant, order, why, None).await?.is_some()
        {
            return Ok(());
        }
    }
    Err(busy())
}

/// Takes an order off sale at the payment provider first, then gives it up. One that was paid in that moment is paid:
/// its state says so.
pub(crate) async fn withdraw(app: &App, tenant: &Tenant, order: &Order, why: Why) -> Result<State> {
    if order.state() != State::Pending {
        return Ok(order.state());
    }
    if let Some(session) = &order.session_id
        && let Some(session) = closed_session(app, tenant, order, session).await?
        && session.status == Status::Complete
    {
        let settled = sales::settle(app, tenant, &session, None).await?;
        return Ok(settled.map_or(State::Pending, |settled| settled.state));
    }
    give_up(app, tenant, &order.id, why).await?;
    let order = orders::find(&app.db, &tenant.scope, &order.id).await?;
    Ok(order.map_or(State::Expired, |order| order.state()))
}

/// The session of an order, once it is certain that nobody can pay it from now on; none if the provider has none, or
/// does not let us in any more.
async fn closed_session(
    app: &App,
    tenant: &Tenant,
    order: &Order,
    id: &Arc<str>,
) -> Result<Option<Session>> {
    let calls = match calls(app, tenant, order) {
        Err(error) if error.code() == Code::PaymentsNotConfigured => return Ok(None),
        calls => calls?.in_background(),
    };
    let mut session = match calls.checkout(id).await {
        Err(failure) if matches!(failure.kind, Kind::NotFound | Kind::Unauthorized) => {
            return Ok(None);
        }
        session => session.map_err(problem)?,
    };
    if session.status == Status::Open {
        let key = format!("{}/expire", order.id);
        session = match calls.expire_checkout(id, &key).await {
            // It was paid, or has ended by itself, in this moment.
            Err(failure) if failure.kind == Kind::Refused => {
                calls.checkout(id).await.map_err(problem)?
            }
            expired => expired.map_err(problem)?,
        };
    }
    if session.status == Status::Open {
        return Err(Code::PaymentsUnavailable.error(
            "The payment provider does not take the order off sale; try again in a moment",
        ));
    }
    Ok(Some(session))
}
