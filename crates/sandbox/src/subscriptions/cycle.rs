//! The life of a subscription: start, renewal, failure, end.

use serde_json::{Value, json};

use super::invoices::{self, Line};
use crate::billing_time::Cycle;
use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::payments::cards;
use crate::payments::intents::Occasion;
use crate::problem::{Problem, Result};

/// What a subscription begins with.
pub(crate) struct Beginning {
    pub(crate) customer: String,
    /// Price and quantity; all of one interval and currency.
    pub(crate) items: Vec<(Value, i64)>,
    pub(crate) method: Option<Value>,
    pub(crate) trial_end: Option<i64>,
    pub(crate) metadata: Value,
    pub(crate) authenticated: bool,
}

/// Begins a subscription and charges its first invoice: the subscription, and why it is not paid if it is not.
pub(crate) fn begin(ctx: &Context, beginning: Beginning) -> Result<(Value, Option<Problem>)> {
    let Beginning {
        customer,
        items,
        method,
        trial_end,
        metadata,
        authenticated,
    } = beginning;
    let (first, _) = items
        .first()
        .ok_or_else(|| Problem::invalid("A subscription has items."))?;
    let anchor = trial_end.unwrap_or(ctx.now);
    let end = trial_end.unwrap_or_else(|| cycle(first).next(anchor, ctx.now));
    let mut subscription = blank(ctx, first, anchor);
    let id = objects::text(&subscription, "id").to_owned();
    let data: Vec<Value> = items
        .iter()
        .map(|(price, quantity)| item(ctx, &id, price, *quantity, end))
        .collect();
    subscription["items"] = json!({ "object": "list", "data": data, "has_more": false, "url": format!("/v1/subscription_items?subscription={id}") });
    subscription["customer"] = customer.into();
    subscription["default_payment_method"] = method
        .as_ref()
        .map(|method| method["id"].clone())
        .unwrap_or_default();
    subscription["metadata"] = metadata;
    subscription["trial_start"] = trial_end.map(|_| ctx.now).into();
    subscription["trial_end"] = trial_end.into();
    subscription["status"] = if trial_end.is_some() {
        "trialing"
    } else {
        "incomplete"
    }
    .into();
    subscription["_due_at"] = trial_end
        .map_or(end, |end| (end - WARNED_BEFORE).max(ctx.now))
        .into();
    objects::insert(ctx, &subscription)?;
    events::emit(ctx, "customer.subscription.created", &subscription)?;
    let lines = period_lines(&subscription, trial_end.is_some());
    let invoice = invoices::issue(ctx, &subscription, "subscription_create", &lines)?;
    let method = method.map_or_else(
        || invoices::method(ctx, &subscription),
        |method| Ok(Some(method)),
    )?;
    let (invoice, refused) = invoices::attempt(
        ctx,
        invoice,
        method.as_ref(),
        Occasion::OnSession { authenticated },
    )?;
    let before = subscription.clone();
    subscription["latest_invoice"] = invoice["id"].clone();
    if trial_end.is_none() && refused.is_none() {
        subscription["status"] = "active".into();
    }
    if subscription["status"] == "incomplete" {
        // The first payment is not tried again by itself; a day later the subscription is over.
        let mut invoice = invoice;
        invoice["_due_at"] = Value::Null;
        objects::save(ctx, &invoice)?;
        subscription["_due_at"] = (ctx.now + INCOMPLETE_FOR).into();
    }
    events::save(ctx, "customer.subscription.updated", &before, &subscription)?;
    Ok((subscription, refused))
}

/// Does what is due for a subscription at the moment of the call.
pub(crate) fn due(ctx: &Context, mut subscription: Value) -> Result<()> {
    let period_end = period(&subscription).1;
    match objects::text(&subscription, "status") {
        "incomplete" => {
            let before = subscription.clone();
            subscription["status"] = "incomplete_expired".into();
            subscription["ended_at"] = ctx.now.into();
            subscription["_due_at"] = Value::Null;
            events::save(ctx, "customer.subscription.updated", &before, &subscription)
        }
        "trialing" if ctx.now < period_end => {
            subscription["_due_at"] = period_end.into();
            objects::save(ctx, &subscription)?;
            events::emit(ctx, "customer.subscription.trial_will_end", &subscription)
        }
        _ if subscription["cancel_at_period_end"] == true => {
            cancel(ctx, subscription, "cancellation_requested").map(|_| ())
        }
        _ => renew(ctx, &subscription),
    }
}

/// Tries an unpaid invoice again.
pub(crate) fn retry(ctx: &Context, mut invoice: Value) -> Result<()> {
    invoice["_due_at"] = Value::Null;
    objects::save(ctx, &invoice)?;
    let subscription = objects::get(
        ctx,
        "subscription",
        invoices::subscription(&invoice),
        "subscription",
    )?;
    if subscription["ended_at"].is_i64() {
        return Ok(());
    }
    let method = invoices::method(ctx, &subscription)?;
    let (invoice, refused) =
        invoices::attempt(ctx, invoice, method.as_ref(), Occasion::OffSession)?;
    settle(ctx, subscription, &invoice, refused.is_none())
}

/// Parameters of `POST /v1/invoices/{id}/pay`.
pub(crate) const PAY: &[Field] = &[may("payment_method", Kind::Text)];

/// `POST /v1/invoices/{id}/pay`: charges an open invoice now; 402 if the card is declined.
pub(crate) fn pay(ctx: &Context, input: &Input) -> Result<Value> {
    let invoice = invoices::retrieve(ctx, input)?;
    if invoice["status"] != "open" {
        let status = objects::text(&invoice, "status");
        return Err(Problem::invalid(format!("Invoice is already {status}")));
    }
    let id = invoices::subscription(&invoice);
    let subscription = objects::get(ctx, "subscription", id, "subscription")?;
    let method = match input.text("payment_method") {
        Some(id) => Some(cards::from_id(ctx, id)?),
        None => invoices::method(ctx, &subscription)?,
    };
    let occasion = Occasion::OnSession {
        authenticated: false,
    };
    let (invoice, refused) = invoices::attempt(ctx, invoice, method.as_ref(), occasion)?;
    if let Some(problem) = refused {
        return Err(Problem {
            status: 402,
            keeps_work: true,
            ..problem
        });
    }
    if subscription["ended_at"].is_null() {
        settle(ctx, subscription, &invoice, true)?;
    }
    Ok(invoice)
}

/// Ends a subscription at once; its unpaid invoices are not tried again.
pub(crate) fn cancel(ctx: &Context, mut subscription: Value, reason: &str) -> Result<Value> {
    subscription["status"] = "canceled".into();
    if subscription["canceled_at"].is_null() {
        subscription["canceled_at"] = ctx.now.into();
    }
    subscription["ended_at"] = ctx.now.into();
    subscription["cancellation_details"]["reason"] = reason.into();
    subscription["_due_at"] = Value::Null;
    objects::save(ctx, &subscription)?;
    events::emit(ctx, "customer.subscription.deleted", &subscription)?;
    Ok(subscription)
}

/// Start and end of the period that runs.
pub(crate) fn period(subscription: &Value) -> (i64, i64) {
    let item = &subscription["items"]["data"][0];
    let moment = |name: &str| item[name].as_i64().unwrap_or_default();
    (moment("current_period_start"), moment("current_period_end"))
}

/// What the period that runs costs; a trial costs nothing.
pub(crate) fn period_lines(subscription: &Value, free: bool) -> Vec<Line> {
    let (start, end) = period(subscription);
    let items = subscription["items"]["data"]
        .as_array()
        .into_iter()
        .flatten();
    let line = |item: &Value| {
        let amount = if free { 0 } else { cost(item) };
        Line {
            item: item.clone(),
            amount,
            start,
            end,
            proration: false,
        }
    };
    items.map(line).collect()
}

/// What one period of an item costs.
pub(crate) fn cost(item: &Value) -> i64 {
    let amount = item["price"]["unit_amount"].as_i64().unwrap_or_default();
    amount.saturating_mul(item["quantity"].as_i64().unwrap_or(1))
}

/// The cycle of a recurring price.
pub(crate) fn cycle(price: &Value) -> Cycle {
    let recurring = &price["recurring"];
    Cycle::new(
        objects::text(recurring, "interval"),
        recurring["interval_count"].as_i64().unwrap_or(1),
    )
}

/// Moves all items to a period.
pub(crate) fn set_period(subscription: &mut Value, start: i64, end: i64) {
    for item in subscription["items"]["data"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        item["current_period_start"] = start.into();
        item["current_period_end"] = end.into();
    }
    subscription["_due_at"] = end.into();
}

/// Keeps prorated lines for the next invoice.
pub(crate) fn add_pending(subscription: &mut Value, lines: &[Line]) {
    let kept = lines.iter().map(|line| {
        json!({ "item": line.item, "amount": line.amount, "start": line.start, "end": line.end })
    });
    if let Some(pending) = subscription["_pending"].as_array_mut() {
        pending.extend(kept);
    }
}

fn take_pending(subscription: &mut Value) -> Vec<Line> {
    let pending = std::mem::replace(&mut subscription["_pending"], json!([]));
    let line = |kept: &Value| {
        let number = |name: &str| kept[name].as_i64().unwrap_or_default();
        Line {
            item: kept["item"].clone(),
            amount: number("amount"),
            start: number("start"),
            end: number("end"),
            proration: true,
        }
    };
    pending.as_array().into_iter().flatten().map(line).collect()
}

const DAY: i64 = 86_400;
const WARNED_BEFORE: i64 = 3 * DAY;
const INCOMPLETE_FOR: i64 = 23 * 3_600;

fn renew(ctx: &Context, before: &Value) -> Result<()> {
    let start = period(before).1;
    let anchor = before["billing_cycle_anchor"].as_i64().unwrap_or(start);
    let mut subscription = before.clone();
    let end = cycle(&before["items"]["data"][0]["price"]).next(anchor, start);
    set_period(&mut subscription, start, end);
    if subscription["status"] == "trialing" {
        subscription["status"] = "active".into();
    }
    let mut lines = take_pending(&mut subscription);
    lines.extend(period_lines(&subscription, false));
    let invoice = invoices::issue(ctx, &subscription, "subscription_cycle", &lines)?;
    subscription["latest_invoice"] = invoice["id"].clone();
    events::save(ctx, "customer.subscription.updated", before, &subscription)?;
    let method = invoices::method(ctx, &subscription)?;
    let (invoice, refused) =
        invoices::attempt(ctx, invoice, method.as_ref(), Occasion::OffSession)?;
    settle(ctx, subscription, &invoice, refused.is_none())
}

/// What an attempt means for the subscription: active again once nothing is open, past due, or over.
fn settle(ctx: &Context, subscription: Value, invoice: &Value, paid: bool) -> Result<()> {
    let given_up = !paid && invoice["next_payment_attempt"].is_null();
    if given_up {
        return cancel(ctx, subscription, "payment_failed").map(|_| ());
    }
    let invoices = objects::all(ctx, "invoice")?;
    let is_open = |other: &Value| {
        other["status"] == "open" && invoices::subscription(other) == subscription["id"]
    };
    let mut after = subscription.clone();
    after["status"] = if invoices.iter().any(is_open) {
        "past_due"
    } else {
        "active"
    }
    .into();
    if subscription["status"] == "incomplete" {
        after["_due_at"] = period(&subscription).1.into();
    }
    events::save(ctx, "customer.subscription.updated", &subscription, &after)
}

fn item(ctx: &Context, subscription: &str, price: &Value, quantity: i64, end: i64) -> Value {
    json!({
        "id": ctx.id("si_"),
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": ctx.now,
        "current_period_end": end,
        "current_period_start": ctx.now,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    })
}

fn blank(ctx: &Context, price: &Value, anchor: i64) -> Value {
    json!({
        "id": ctx.id("sub_"),
        "object": "subscription",
        "application": null,
        "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
        "billing_cycle_anchor": anchor,
        "cancel_at": null,
        "cancel_at_period_end": false,
        "canceled_at": null,
        "cancellation_details": { "comment": null, "feedback": null, "reason": null },
        "collection_method": "charge_automatically",
        "created": ctx.now,
        "currency": price["currency"],
        "description": null,
        "discounts": [],
        "ended_at": null,
        "latest_invoice": null,
        "livemode": ctx.scope.live,
        "next_pending_invoice_item_invoice": null,
        "pause_collection": null,
        "pending_setup_intent": null,
        "pending_update": null,
        "schedule": null,
        "start_date": ctx.now,
        "test_clock": null,
        "_pending": [],
    })
}
