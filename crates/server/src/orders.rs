//! Orders of a store as its seller sees and works them.

mod answer;
mod input;
pub(crate) mod listing;

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::id::RefundId;
use dream_domain::order::{self, RefundStatus, Share, State as Stand};
use dream_store::audit;
use dream_store::orders::{self as store, Apply, Entry, NewRefund, Order};
use dream_store::reservations;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::caller::{Backend, BackendCaller};
use crate::http::body::Fields;
use crate::http::params::{Params, Segment};
use crate::http::{page, problem};
use crate::orders::answer::{OrderAnswer, OrderBody, ReservationBody, ReservationList};
use crate::orders::input::{FulfilInput, RefundInput};
use crate::sales::closing::{Why, withdraw};
use crate::sales::{busy, entry, make, receipt, refunds};

/// How often a change is tried that others were faster with.
const TRIES_MAX: u32 = 20;
/// How long nobody else asks for a refund that was just written down, in milliseconds.
const REFUND_DUE_MS: i64 = 60_000;

/// A page of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Get an order
///
/// With its lines, its refunds and what happened to it.
#[utoipa::path(get, path = "/api/orders/{id}", operation_id = "getOrder", tag = "orders", params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "The order", body = OrderAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
) -> problem::Result<Json<OrderAnswer>> {
    answer(&app, &caller, &found(&app, &caller, &id).await?.id).await
}

/// Mark an order as sent
///
/// The buyer gets a mail with the note and the tracking link. Sent again, it changes both.
#[utoipa::path(post, path = "/api/orders/{id}/fulfil", operation_id = "fulfilOrder", tag = "orders", params(("id" = String, Path, description = "The order")),
    request_body(content = FulfilInput), responses((status = 200, description = "Sent", body = OrderAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn fulfil(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    fields: Fields,
) -> problem::Result<Json<OrderAnswer>> {
    let input = FulfilInput::read(fields)?;
    for _ in 0..TRIES_MAX {
        let mut order = found(&app, &caller, &id).await?;
        if !matches!(
            order.state(),
            Stand::Paid | Stand::Fulfilled | Stand::PartiallyRefunded
        ) {
            return Err(not_possible(&order, "sent").into());
        }
        let now = app.now();
        order.fulfilled_at = order.fulfilled_at.or(Some(now));
        order.tracking_url = input
            .tracking_url
            .as_deref()
            .map(Into::into)
            .or(order.tracking_url);
        order.note = input.note.as_deref().map(Into::into).or(order.note);
        let change = Apply {
            entries: vec![Entry {
                detail: input.note.clone(),
                ..entry("fulfilled")
            }],
            mails: receipt::sent_letter(&app, &caller.tenant, &order)?,
            ..Apply::of(&order, now)
        };
        if make(&app, &caller.tenant, &change).await?.is_some() {
            note(&app, &caller, "order.fulfil", &order, &json!({})).await?;
            return answer(&app, &caller, &order.id).await;
        }
    }
    Err(busy().into())
}

/// Give money back
///
/// Everything that is left, an `amount`, or `lines` with how many of each; never more than was paid. With `restock` the
/// products of the lines are available again. What the payment provider could not be asked at once is asked later: the
/// refund is `asked` until then.
#[utoipa::path(post, path = "/api/orders/{id}/refund", operation_id = "refundOrder", tag = "orders", params(("id" = String, Path, description = "The order"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same")),
    request_body(content = RefundInput), responses((status = 200, description = "On its way", body = OrderAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn refund(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    fields: Fields,
) -> problem::Result<Json<OrderAnswer>> {
    let input = RefundInput::read(fields)?;
    let order = set_aside(&app, &caller, &id, &input).await?;
    app.fault("refund.stored");
    if let Err(error) = refunds::ask(&app, &caller.tenant, &order.id).await {
        tracing::warn!(order = &*order.id, cause = ?error, "a refund could not be made yet; it is tried again");
    }
    answer(&app, &caller, &order.id).await
}

/// Sets the money aside and writes the refund down, in one step: of many at once no two have the same money.
async fn set_aside(
    app: &App,
    caller: &BackendCaller,
    id: &str,
    input: &RefundInput,
) -> Result<Order> {
    for _ in 0..TRIES_MAX {
        let mut order = found(app, caller, id).await?;
        if order.paid_at.is_none() || order.payment_id.is_none() {
            return Err(not_possible(&order, "refunded"));
        }
        let mut lines = store::lines(&app.db, caller.scope(), &order.id).await?;
        let shares: Vec<Share> = lines.iter().map(store::Line::share).collect();
        let plan = order::plan(order.left(), &shares, &input.wish)?;
        if input.restock && plan.lines.is_empty() {
            let fix = "Send lines with how many of each, or leave restock out";
            return Err(invalid("restock", "needs to know what comes back", fix));
        }
        let now = app.now();
        order.amount_held += plan.amount;
        let quantity = |number: i64| plan.lines.iter().find(|(line, _)| *line == number);
        lines.retain(|line| quantity(line.line).is_some());
        for line in &mut lines {
            line.refunded_quantity += quantity(line.line).map_or(0, |(_, quantity)| *quantity);
        }
        let detail = json!({"amount": plan.amount, "lines": plan.lines, "restock": input.restock});
        let change = Apply {
            lines,
            asked: vec![NewRefund {
                id: RefundId::new(now, app.random.bytes()),
                amount: plan.amount,
                status: RefundStatus::Asked,
                provider_id: None,
                reason: input.reason.map(|reason| reason.as_str().to_owned()),
                origin: "seller",
                restock: input.restock,
                lines: plan.lines,
                created_at: now,
                due_at: now.plus(REFUND_DUE_MS),
            }],
            ..Apply::of(&order, now)
        };
        if make(app, &caller.tenant, &change).await?.is_some() {
            note(app, caller, "order.refund", &order, &detail).await?;
            return Ok(order);
        }
    }
    Err(busy())
}

/// Take held stock back
///
/// Ends the payment page of an unpaid order first, so that nobody pays for what he does not get, then makes its stock
/// available. 409 if it was paid in that moment.
#[utoipa::path(post, path = "/api/orders/{id}/release", operation_id = "releaseOrder", tag = "orders", params(("id" = String, Path, description = "The order")),
    responses((status = 200, description = "Released", body = OrderAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn release(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
) -> problem::Result<Json<OrderAnswer>> {
    let order = found(&app, &caller, &id).await?;
    match withdraw(&app, &caller.tenant, &order, Why::Released).await? {
        Stand::Expired => {}
        Stand::Pending => {
            return Err(Code::Conflict
                .error(
                    "The buyer has paid, and the money is still on its way; nothing was released",
                )
                .into());
        }
        _ => return Err(not_possible(&order, "released").into()),
    }
    note(&app, &caller, "order.release", &order, &json!({})).await?;
    answer(&app, &caller, &order.id).await
}

/// List held stock
///
/// What unpaid orders hold now, newest first.
#[utoipa::path(get, path = "/api/reservations", operation_id = "listReservations", tag = "orders", params(Paging),
    responses((status = 200, description = "A page of reservations", body = ReservationList)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn held(
    State(app): State<App>,
    Backend(caller): Backend,
    Params(paging): Params<Paging>,
) -> problem::Result<Json<ReservationList>> {
    let scope = caller.scope();
    let limit = page::limit(paging.limit.as_deref())?;
    let name = format!("reservations/{}", scope.tenant());
    let secret = app.master.cursors();
    let before = page::position(secret, &name, paging.cursor.as_deref())?;
    let rows = reservations::held(&app.db, scope, before.as_deref(), limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let next = rows.last().filter(|_| has_more);
    Ok(Json(ReservationList {
        next_cursor: next.map(|last| page::cursor(secret, &name, &last.id)),
        reservations: rows.iter().map(ReservationBody::of).collect(),
        has_more,
    }))
}

async fn answer(app: &App, caller: &BackendCaller, id: &str) -> problem::Result<Json<OrderAnswer>> {
    let order = found(app, caller, id).await?;
    let scope = caller.scope();
    let lines = store::lines(&app.db, scope, &order.id).await?;
    let events = store::events(&app.db, scope, &order.id).await?;
    let refunds = store::refunds_of(&app.db, scope, &order.id).await?;
    let body = OrderBody::of(app, &caller.tenant, &order, &lines)?.with(&order, &events, &refunds);
    Ok(Json(OrderAnswer { order: body }))
}

/// An order of the caller's project; another project's id answers like a random one.
async fn found(app: &App, caller: &BackendCaller, id: &str) -> Result<Order> {
    let found = if id.contains('\0') {
        None
    } else {
        store::find(&app.db, caller.scope(), id).await?
    };
    found.ok_or_else(|| Code::NotFound.error("There is no order with this id in this project"))
}

fn not_possible(order: &Order, what: &str) -> Error {
    let state = order.state().as_str();
    Code::Conflict
        .error(format!("An order that is {state} cannot be {what}"))
        .with("state", state)
}

async fn note(
    app: &App,
    caller: &BackendCaller,
    action: &'static str,
    order: &Order,
    detail: &serde_json::Value,
) -> Result<()> {
    let (scope, act) = (
        caller.scope(),
        app.act(&caller.actor, action, &order.id, detail),
    );
    audit::record(&app.db, scope.platform(), Some(scope.tenant()), &act).await
}
