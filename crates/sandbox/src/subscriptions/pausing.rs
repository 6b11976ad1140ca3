//! A trial that ends without a card, and what was paused by it.

use serde_json::Value;

use super::{cycle, invoices};
use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::payments::intents::Occasion;
use crate::problem::{Problem, Result};

/// Parameters of `POST /v1/subscriptions/{id}/resume`.
pub(crate) const RESUME: &[Field] = &[
    may("billing_cycle_anchor", Kind::Choice(&["now"])),
    may(
        "proration_behavior",
        Kind::Choice(&["create_prorations", "always_invoice", "none"]),
    ),
];

/// `POST /v1/subscriptions/{id}/resume`: a paused one begins a new period now, and its invoice is charged.
pub(crate) fn resume(ctx: &Context, input: &Input) -> Result<Value> {
    let before = objects::get(ctx, "subscription", input.id(), "subscription")?;
    if before["status"] != "paused" {
        let message = "Only subscriptions with a status of paused can be resumed. To take back a cancellation, \
            set cancel_at_period_end to false.";
        return Err(Problem::invalid(message).with_code("subscription_not_paused"));
    }
    let mut after = before.clone();
    let cycle = cycle::cycle(&after["items"]["data"][0]["price"]);
    after["billing_cycle_anchor"] = ctx.now.into();
    after["status"] = "active".into();
    cycle::set_period(&mut after, ctx.now, cycle.next(ctx.now, ctx.now));
    let lines = cycle::period_lines(&after, false);
    let invoice = invoices::issue(ctx, &after, "subscription_update", &lines)?;
    after["latest_invoice"] = invoice["id"].clone();
    let method = invoices::method(ctx, &after)?;
    let occasion = Occasion::OnSession {
        authenticated: true,
    };
    let (_, refused) = invoices::attempt(ctx, invoice, method.as_ref(), occasion)?;
    if refused.is_some() {
        after["status"] = "past_due".into();
    }
    events::save(ctx, "customer.subscription.updated", &before, &after)?;
    events::emit(ctx, "customer.subscription.resumed", &after)?;
    Ok(after)
}

/// Whether there is no card when the trial ends, and something else than an invoice was asked for then.
pub(super) fn lacks_card(ctx: &Context, subscription: &Value) -> Result<bool> {
    Ok(asked(subscription) != "create_invoice" && invoices::method(ctx, subscription)?.is_none())
}

/// Does what was asked for: the subscription is over, or paused.
pub(super) fn end_trial(ctx: &Context, subscription: Value) -> Result<()> {
    if asked(&subscription) == "cancel" {
        return cycle::cancel(ctx, subscription, "payment_failed").map(|_| ());
    }
    let mut after = subscription.clone();
    after["status"] = "paused".into();
    after["_due_at"] = Value::Null;
    events::save(ctx, "customer.subscription.updated", &subscription, &after)?;
    events::emit(ctx, "customer.subscription.paused", &after)
}

fn asked(subscription: &Value) -> &str {
    let behavior = &subscription["trial_settings"]["end_behavior"];
    objects::text(behavior, "missing_payment_method")
}
