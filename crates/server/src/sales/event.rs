//! Events that concern orders: each is a hint to look at the payment provider.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::order::Dispute;
use dream_store::inbox::{self, Claimed};
use dream_store::orders::{self, Apply, Entry, Order};
use dream_store::projects::Tenant;
use serde_json::Value;

use crate::app::App;
use crate::payments::api::payments::Dispute as Told;
use crate::payments::api::webhook::Event;
use crate::payments::problem;
use crate::sales::{OrderState, TRIES_MAX, busy, calls, make, refunds, settle, tenant_named};

/// The tenant whose order an event is about; none for what is no order here. Found by account, mode and the ids we
/// stored; only a session that we had no time to store is found by the order it names, which must wait for one.
pub(crate) async fn tenant_of(app: &App, event: &Event) -> Result<Option<Tenant>> {
    let account = &event.account;
    let found = if let Some(session) = session_of(event) {
        match orders::tenant_of_session(&app.db, session, account).await? {
            Some(found) => Some(found),
            None => unattached(app, event).await?,
        }
    } else if let Some(payment) = payment_of(event) {
        orders::tenant_of_payment(&app.db, payment, account).await?
    } else {
        None
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let tenant = tenant_named(app, &found).await?;
    Ok(tenant.filter(|tenant| tenant.scope.mode() == event.mode()))
}

/// Works an event of an order of this project; whether it was noted with its effect.
pub(crate) async fn event(
    app: &App,
    tenant: &Tenant,
    claimed: &Claimed,
    event: &Event,
) -> Result<bool> {
    let (scope, key) = (&tenant.scope, tenant.scope.tenant());
    if **key != *claimed.tenant {
        inbox::assign(&app.db, &claimed.id, Some(key), scope.platform()).await?;
    }
    if let Some(id) = session_of(event) {
        let client = app.payments.provider(tenant.scope.mode())?;
        let fetched = client.at(&event.account).checkout(id).await;
        let session = fetched.map_err(problem)?;
        let settled = settle(app, tenant, &session, Some(claimed)).await?;
        return Ok(settled.is_some_and(|settled| settled.is_noted));
    }
    let Some(payment) = payment_of(event) else {
        return Ok(false);
    };
    if event.kind.starts_with("charge.dispute.") {
        let id = event.object_id.as_deref().unwrap_or_default();
        dispute_changed(app, tenant, payment, id).await?;
    } else {
        refund_changed(app, tenant, payment).await?;
    }
    Ok(false)
}

/// Fetches a session and does what follows from it; none if it is no order of this project.
pub(crate) async fn session(app: &App, tenant: &Tenant, id: &str) -> Result<Option<OrderState>> {
    let Some(order) = orders::find_by_session(&app.db, &tenant.scope, id).await? else {
        return Ok(None);
    };
    let session = calls(app, tenant, &order)?.checkout(id).await;
    settle(app, tenant, &session.map_err(problem)?, None).await
}

/// Brings what is known of the refunds of a payment to what the provider says.
async fn refund_changed(app: &App, tenant: &Tenant, payment_id: &str) -> Result<()> {
    match orders::find_by_payment(&app.db, &tenant.scope, payment_id).await? {
        Some(order) => refunds::reconcile(app, tenant, &order).await,
        None => Ok(()),
    }
}

/// Brings what is known of a dispute to what the provider says.
async fn dispute_changed(
    app: &App,
    tenant: &Tenant,
    payment_id: &str,
    dispute_id: &str,
) -> Result<()> {
    for _ in 0..TRIES_MAX {
        let found = orders::find_by_payment(&app.db, &tenant.scope, payment_id).await?;
        let Some(mut order) = found else {
            return Ok(());
        };
        let told = calls(app, tenant, &order)?.dispute(dispute_id).await;
        let told = told.map_err(problem)?;
        let Some(entry) = dispute(&mut order, &told) else {
            return Ok(());
        };
        let change = Apply {
            entries: vec![entry],
            ..Apply::of(&order, app.now())
        };
        if make(app, tenant, &change).await?.is_some() {
            return Ok(());
        }
    }
    Err(busy())
}

/// What a dispute makes of an order; none if that is known, or if it is of another payment.
fn dispute(order: &mut Order, told: &Told) -> Option<Entry> {
    if told.payment_intent.as_deref() != order.payment_id.as_deref() {
        return None;
    }
    let (stand, kind) = match told.status.as_str() {
        "lost" => (Dispute::Lost, "dispute_lost"),
        "won" | "prevented" | "warning_closed" => (Dispute::Won, "dispute_won"),
        _ => (Dispute::Open, "disputed"),
    };
    let same = order.dispute_id.as_deref() == Some(told.id.as_str());
    if same && order.dispute == Some(stand) {
        return None;
    }
    order.dispute = Some(stand);
    order.dispute_id = Some(told.id.as_str().into());
    Some(Entry {
        kind,
        amount: Some(told.amount),
        detail: Some(told.reason.clone()),
    })
}

/// The tenant of the order that a session names, if that order waits for its session.
async fn unattached(app: &App, event: &Event) -> Result<Option<Arc<str>>> {
    let notes = &event.object["metadata"];
    let (Some(key), Some(id)) = (notes["publishableKey"].as_str(), notes["orderId"].as_str())
    else {
        return Ok(None);
    };
    let Some(tenant) = tenant_named(app, key).await? else {
        return Ok(None);
    };
    let order = orders::find(&app.db, &tenant.scope, id).await?;
    let waits =
        order.filter(|order| order.session_id.is_none() && *order.account_id == *event.account);
    Ok(waits.map(|_| tenant.scope.tenant().clone()))
}

fn session_of(event: &Event) -> Option<&str> {
    let is_session = event.kind.starts_with("checkout.session.");
    event.object_id.as_deref().filter(|_| is_session)
}

/// The payment that a refund, a charge or a dispute is of.
fn payment_of(event: &Event) -> Option<&str> {
    let of_money = ["refund.", "charge.refund", "charge.dispute."];
    let payment: &Value = &event.object["payment_intent"];
    let id = payment.as_str().or_else(|| payment["id"].as_str());
    id.filter(|_| of_money.iter().any(|prefix| event.kind.starts_with(prefix)))
}
