//! The life of a subscription that runs: renewal and end.

use serde_json::{Value, json};

use super::invoices::{self, Line};
use super::{collecting, pausing, preview};
use crate::billing_time::Cycle;
use crate::context::Context;
use crate::events;
use crate::objects;
use crate::payments::intents::Occasion;
use crate::problem::Result;

/// Does what is due for a subscription at the moment of the call.
pub(crate) fn due(ctx: &Context, mut subscription: Value) -> Result<()> {
    let period_end = period(&subscription).1;
    match objects::text(&subscription, "status") {
        "incomplete" => expire(ctx, &subscription),
        "trialing" if ctx.now < period_end => {
            subscription["_due_at"] = period_end.into();
            objects::save(ctx, &subscription)?;
            events::emit(ctx, "customer.subscription.trial_will_end", &subscription)
        }
        _ if ctx.now < period_end => {
            subscription["_due_at"] = period_end.into();
            objects::save(ctx, &subscription)?;
            announce(ctx, &subscription)
        }
        _ if subscription["cancel_at_period_end"] == true => {
            cancel(ctx, subscription, "cancellation_requested").map(|_| ())
        }
        "trialing" if pausing::lacks_card(ctx, &subscription)? => {
            pausing::end_trial(ctx, subscription)
        }
        _ => renew(ctx, &subscription),
    }
}

/// Ends a subscription whose first payment never came.
pub(super) fn expire(ctx: &Context, before: &Value) -> Result<()> {
    let mut subscription = before.clone();
    subscription["status"] = "incomplete_expired".into();
    subscription["ended_at"] = ctx.now.into();
    subscription["_due_at"] = Value::Null;
    events::save(ctx, "customer.subscription.updated", before, &subscription)
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
    subscription["_due_at"] = announced_at(start, end).into();
}

/// When the next invoice is announced: a week before it, in periods that are longer than that.
pub(super) fn announced_at(start: i64, end: i64) -> i64 {
    const WEEK: i64 = 7 * 86_400;
    if end - start > WEEK { end - WEEK } else { end }
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

/// What waits for the next invoice, taken off the subscription.
pub(super) fn take_pending(subscription: &mut Value) -> Vec<Line> {
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

/// Tells of the invoice that the end of the period will bring, if it will bring one.
fn announce(ctx: &Context, subscription: &Value) -> Result<()> {
    if subscription["cancel_at_period_end"] == true {
        return Ok(());
    }
    let invoice = preview::upcoming(ctx, subscription, &Value::Null)?;
    events::emit(ctx, "invoice.upcoming", &invoice)
}

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
    collecting::settle(ctx, subscription, &invoice, refused.is_none())
}
