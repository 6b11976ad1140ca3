//! How a subscription begins.

use serde_json::{Value, json};

use super::cycle;
use super::invoices::{self, Line};
use crate::context::Context;
use crate::events;
use crate::objects;
use crate::payments::intents::Occasion;
use crate::problem::{Problem, Result};

/// What a subscription begins with.
pub(crate) struct Beginning {
    pub(crate) customer: String,
    /// Price and quantity; all of one interval and currency.
    pub(crate) items: Vec<(Value, i64)>,
    /// Price and quantity of what is paid once, with the first invoice.
    pub(crate) once: Vec<(Value, i64)>,
    pub(crate) method: Option<Value>,
    pub(crate) trial_end: Option<i64>,
    pub(crate) metadata: Value,
    pub(crate) description: Value,
    /// What becomes of it if there is no card when its trial ends: `cancel`, `create_invoice` or `pause`; null is
    /// `create_invoice`.
    pub(crate) without_card: Value,
    pub(crate) authenticated: bool,
}

/// Begins a subscription and charges its first invoice: the subscription, and why it is not paid if it is not.
pub(crate) fn begin(ctx: &Context, beginning: &Beginning) -> Result<(Value, Option<Problem>)> {
    let subscription = draft(ctx, beginning)?;
    objects::insert(ctx, &subscription)?;
    events::emit(ctx, "customer.subscription.created", &subscription)?;
    let lines = first_lines(ctx, &subscription, &beginning.once);
    let invoice = invoices::issue(ctx, &subscription, "subscription_create", &lines)?;
    let method = match &beginning.method {
        Some(method) => Some(method.clone()),
        None => invoices::method(ctx, &subscription)?,
    };
    let occasion = Occasion::OnSession {
        authenticated: beginning.authenticated,
    };
    let (mut invoice, refused) = invoices::attempt(ctx, invoice, method.as_ref(), occasion)?;
    let mut after = subscription.clone();
    after["latest_invoice"] = invoice["id"].clone();
    if beginning.trial_end.is_none() && refused.is_none() {
        after["status"] = "active".into();
    }
    if after["status"] == "incomplete" {
        // The first payment is not tried again by itself; a day later the subscription is over.
        invoice["_due_at"] = Value::Null;
        objects::save(ctx, &invoice)?;
        after["_due_at"] = (ctx.now + INCOMPLETE_FOR).into();
    }
    events::save(ctx, "customer.subscription.updated", &subscription, &after)?;
    Ok((after, refused))
}

/// A subscription as it begins, kept nowhere yet.
pub(super) fn draft(ctx: &Context, beginning: &Beginning) -> Result<Value> {
    let (first, _) = beginning
        .items
        .first()
        .ok_or_else(|| Problem::invalid("A subscription has items."))?;
    let trial_end = beginning.trial_end;
    let anchor = trial_end.unwrap_or(ctx.now);
    let end = trial_end.unwrap_or_else(|| cycle::cycle(first).next(anchor, ctx.now));
    let mut subscription = blank(ctx, first, anchor);
    let id = objects::text(&subscription, "id").to_owned();
    let pairs = beginning.items.iter();
    let data: Vec<Value> = pairs
        .map(|(price, quantity)| item(ctx, &id, price, *quantity, (ctx.now, end)))
        .collect();
    let url = format!("/v1/subscription_items?subscription={id}");
    subscription["items"] =
        json!({ "object": "list", "data": data, "has_more": false, "url": url });
    subscription["customer"] = beginning.customer.as_str().into();
    let method = beginning.method.as_ref();
    subscription["default_payment_method"] =
        method.map_or(Value::Null, |method| method["id"].clone());
    subscription["description"] = beginning.description.clone();
    subscription["metadata"] = beginning.metadata.clone();
    subscription["trial_start"] = trial_end.map(|_| ctx.now).into();
    subscription["trial_end"] = trial_end.into();
    let without_card = beginning.without_card.as_str().unwrap_or("create_invoice");
    subscription["trial_settings"] =
        json!({ "end_behavior": { "missing_payment_method": without_card } });
    subscription["status"] = if trial_end.is_some() {
        "trialing"
    } else {
        "incomplete"
    }
    .into();
    let warned_at = trial_end.map(|end| (end - WARNED_BEFORE).max(ctx.now));
    let announced_at = cycle::announced_at(ctx.now, end);
    subscription["_due_at"] = warned_at.unwrap_or(announced_at).into();
    Ok(subscription)
}

/// What the first invoice holds: the first period, free in a trial, and what is paid once.
pub(super) fn first_lines(ctx: &Context, subscription: &Value, once: &[(Value, i64)]) -> Vec<Line> {
    let mut lines = cycle::period_lines(subscription, subscription["trial_end"].is_i64());
    lines.extend(once.iter().map(|(price, quantity)| {
        let item = json!({ "price": price, "quantity": quantity });
        Line {
            amount: cycle::cost(&item),
            item,
            start: ctx.now,
            end: ctx.now,
            proration: false,
        }
    }));
    lines
}

/// A new item of a subscription; `period` is start and end.
pub(super) fn item(
    ctx: &Context,
    subscription: &str,
    price: &Value,
    quantity: i64,
    period: (i64, i64),
) -> Value {
    json!({
        "id": ctx.id("si_"),
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": ctx.now,
        "current_period_end": period.1,
        "current_period_start": period.0,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    })
}

const WARNED_BEFORE: i64 = 3 * 86_400;
const INCOMPLETE_FOR: i64 = 23 * 3_600;

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
