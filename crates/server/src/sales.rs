//! What becomes of orders: paid, expired, refunded, disputed. The same whether a webhook, the buyer's return, the
//! seller or a round of the sweeper asks, and whether it comes first, late or several times.

pub(crate) mod closing;
mod event;
mod paid;
pub(crate) mod receipt;
pub(crate) mod refunds;
mod stock;
mod sweep;

pub(crate) use event::{event, session, tenant_of};
pub(crate) use sweep::sweep;

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::PublishableKey;
use dream_domain::order::State;
use dream_store::inbox::Claimed;
use dream_store::orders::{self, Applied, Apply, Entry, Order};
use dream_store::projects::{self, Tenant};

use crate::app::App;
use crate::payments::api::At;
use crate::payments::api::checkout::{Session, Status};
use crate::payments::problem;
use crate::sales::closing::Why;

/// How often a change is tried that others were faster with.
const TRIES_MAX: u32 = 20;
/// Between two looks at a payment that is under way, in milliseconds: slow ones take days.
const LOOK_AGAIN_MS: i64 = 3_600_000;

/// Where an order stands after it was settled.
#[derive(Clone, Debug)]
pub(crate) struct OrderState {
    /// `ord_…`.
    pub(crate) id: Arc<str>,
    /// Where it stands.
    pub(crate) state: State,
    /// The event that told of it was noted with the effect.
    pub(crate) is_noted: bool,
}

/// Does what follows from a session that was fetched with all its lines. None if it is no order of this project.
pub(crate) async fn settle(
    app: &App,
    tenant: &Tenant,
    session: &Session,
    event: Option<&Claimed>,
) -> Result<Option<OrderState>> {
    for _ in 0..TRIES_MAX {
        let Some(order) = order_of(app, tenant, session).await? else {
            return Ok(None);
        };
        let known = OrderState {
            id: order.id.clone(),
            state: order.state(),
            is_noted: false,
        };
        let done = match next(app, tenant, &order, session).await? {
            Next::Nothing => return Ok(Some(known)),
            Next::Pay => paid::apply(app, tenant, order, session, event).await?,
            Next::Close(why) => closing::apply(app, tenant, order, why, event).await?,
            Next::Wait => wait(app, tenant, order, event).await?,
        };
        if let Some(state) = done {
            afterwards(app, tenant, &known.id).await;
            return Ok(Some(OrderState {
                state,
                is_noted: event.is_some(),
                ..known
            }));
        }
    }
    Err(busy())
}

/// What a session asks for.
enum Next {
    Nothing,
    Pay,
    Close(Why),
    Wait,
}

async fn next(app: &App, tenant: &Tenant, order: &Order, session: &Session) -> Result<Next> {
    if order.paid_at.is_some() {
        return Ok(Next::Nothing);
    }
    if session.is_paid() {
        return Ok(Next::Pay);
    }
    if order.closed_at.is_some() {
        return Ok(Next::Nothing);
    }
    Ok(match session.status {
        Status::Expired => Next::Close(Why::Expired),
        Status::Complete if has_failed(app, tenant, order, session).await? => {
            Next::Close(Why::PaymentFailed)
        }
        Status::Complete => Next::Wait,
        Status::Open | Status::Unknown => Next::Nothing,
    })
}

/// Whether a payment that was under way will not come any more.
async fn has_failed(app: &App, tenant: &Tenant, order: &Order, session: &Session) -> Result<bool> {
    let Some(payment) = &session.payment_intent else {
        return Ok(false);
    };
    let calls = calls(app, tenant, order)?;
    let payment = calls.payment_intent(payment).await.map_err(problem)?;
    Ok(matches!(
        payment.status.as_str(),
        "requires_payment_method" | "canceled"
    ))
}

/// The buyer is done, but the money is still under way: the stock stays held until it is known.
async fn wait(
    app: &App,
    tenant: &Tenant,
    mut order: Order,
    event: Option<&Claimed>,
) -> Result<Option<State>> {
    let now = app.now();
    let first = order.check_at == Some(closing::end_of(app, order.expires_at));
    order.check_at = Some(now.plus(LOOK_AGAIN_MS));
    let mut change = Apply::of(&order, now);
    change.ends_at = order.check_at;
    change.event = event.map(|event| (event, app.clock.machine()));
    if first {
        change.entries.push(entry("payment_processing"));
    }
    make(app, tenant, &change).await
}

/// The order of a session: the one it was attached to, or the one that it names and that waits for a session.
async fn order_of(app: &App, tenant: &Tenant, session: &Session) -> Result<Option<Order>> {
    let scope = &tenant.scope;
    if let Some(order) = orders::find_by_session(&app.db, scope, &session.id).await? {
        return Ok(Some(order));
    }
    let named = session.metadata.get("publishableKey");
    let Some(id) = session.metadata.get("orderId") else {
        return Ok(None);
    };
    if named.is_none_or(|key| **key != **scope.tenant()) {
        return Ok(None);
    }
    let order = orders::find(&app.db, scope, id).await?;
    Ok(order.filter(|order| order.session_id.is_none()))
}

/// Makes a change: where the order stands then, or none if somebody else changed something before.
pub(crate) async fn make(app: &App, tenant: &Tenant, change: &Apply<'_>) -> Result<Option<State>> {
    let applied = orders::apply(&app.db, &tenant.scope, change).await?;
    if applied == Applied::Conflict {
        return Ok(None);
    }
    if !change.mails.is_empty() {
        app.wake_outbox();
    }
    Ok(Some(change.order.state()))
}

/// What is done at once after an order changed, and by the sweeper if it cannot be done now.
async fn afterwards(app: &App, tenant: &Tenant, order: &str) {
    if let Err(error) = refunds::ask(app, tenant, order).await {
        tracing::warn!(order, cause = ?error, "a refund could not be made yet; it is tried again");
    }
    if let Err(error) = stock::tell(app, Some(tenant.scope.tenant())).await {
        tracing::warn!(order, cause = ?error, "a developer could not be told of the stock yet");
    }
}

/// The calls on behalf of the account that an order was sold on.
pub(crate) fn calls<'a>(app: &'a App, tenant: &Tenant, order: &'a Order) -> Result<At<'a>> {
    let client = app.payments.provider(tenant.scope.mode())?;
    Ok(client.at(&order.account_id))
}

/// The tenant of a publishable key as it is now.
pub(crate) async fn tenant_named(app: &App, key: &str) -> Result<Option<Tenant>> {
    match PublishableKey::parse(key) {
        Some(key) => projects::open_public(&app.db, &key).await,
        None => Ok(None),
    }
}

/// An entry of the timeline without more.
pub(crate) fn entry(kind: &'static str) -> Entry {
    Entry {
        kind,
        amount: None,
        detail: None,
    }
}

/// The answer when others were faster too often.
pub(crate) fn busy() -> Error {
    Code::Conflict.error("The order is being changed by others; try again")
}
