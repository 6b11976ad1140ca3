//! Getting invoices paid: again, on request, or not at all.

use serde_json::Value;

use super::{cycle, invoices};
use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::payments::cards;
use crate::payments::intents::Occasion;
use crate::problem::{Problem, Result};

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

/// `POST /v1/invoices/{id}/void`: an open invoice that nobody will pay, as if it had never been.
pub(crate) fn void(ctx: &Context, input: &Input) -> Result<Value> {
    end(ctx, input, "void", "voided_at", "invoice.voided")
}

/// `POST /v1/invoices/{id}/mark_uncollectible`: an open invoice that is given up.
pub(crate) fn mark_uncollectible(ctx: &Context, input: &Input) -> Result<Value> {
    let moment = "marked_uncollectible_at";
    end(
        ctx,
        input,
        "uncollectible",
        moment,
        "invoice.marked_uncollectible",
    )
}

/// What an attempt means for the subscription: active again once nothing is open, past due, or over.
pub(super) fn settle(
    ctx: &Context,
    subscription: Value,
    invoice: &Value,
    paid: bool,
) -> Result<()> {
    let given_up = !paid && invoice["next_payment_attempt"].is_null();
    if given_up {
        return cycle::cancel(ctx, subscription, "payment_failed").map(|_| ());
    }
    let mut after = subscription.clone();
    after["status"] = if invoices::any_open(ctx, objects::text(&subscription, "id"))? {
        "past_due"
    } else {
        "active"
    }
    .into();
    if subscription["status"] == "incomplete" {
        let (start, end) = cycle::period(&subscription);
        after["_due_at"] = cycle::announced_at(start, end).into();
    }
    events::save(ctx, "customer.subscription.updated", &subscription, &after)
}

fn end(ctx: &Context, input: &Input, status: &str, moment: &str, event: &str) -> Result<Value> {
    let mut invoice = invoices::retrieve(ctx, input)?;
    if invoice["status"] != "open" {
        let is = objects::text(&invoice, "status");
        let message =
            format!("You can only pass in open invoices. This invoice isn't open: it is {is}.");
        return Err(Problem::invalid(message));
    }
    invoice["status"] = status.into();
    invoice["status_transitions"][moment] = ctx.now.into();
    invoice["next_payment_attempt"] = Value::Null;
    invoice["_due_at"] = Value::Null;
    objects::save(ctx, &invoice)?;
    events::emit(ctx, event, &invoice)?;
    let id = invoices::subscription(&invoice);
    let subscription = objects::get(ctx, "subscription", id, "subscription")?;
    match objects::text(&subscription, "status") {
        "past_due" => settle(ctx, subscription, &invoice, true)?,
        "incomplete" => cycle::expire(ctx, &subscription)?,
        _ => {}
    }
    Ok(invoice)
}
