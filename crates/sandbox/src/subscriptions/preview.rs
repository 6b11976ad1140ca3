//! What an invoice would hold, without issuing it.

use serde_json::Value;

use super::beginning::{self, Beginning};
use super::invoices::{self, Line};
use super::{api, cycle, items};
use crate::context::{Context, Input};
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::{Problem, Result};

/// Parameters of `POST /v1/invoices/create_preview`.
pub(crate) const CREATE: &[Field] = &[
    may("customer", Kind::Text),
    may("subscription", Kind::Text),
    may(
        "subscription_details",
        Kind::Fields(&[
            may("cancel_at_period_end", Kind::Bool),
            may("items", Kind::List(&Kind::Fields(api::ITEM))),
            may("proration_behavior", api::PRORATION),
            may("proration_date", Kind::Integer),
        ]),
    ),
];

/// `POST /v1/invoices/create_preview`: the next invoice of a subscription, changed as described or as it is; or the
/// first one of a new subscription.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let details = input.or_null("subscription_details");
    let invoice = match input.text("subscription") {
        Some(id) => {
            let subscription = objects::get(ctx, "subscription", id, "subscription")?;
            upcoming(ctx, &subscription, &details)?
        }
        None => draw(ctx, first(ctx, input, &details)?)?,
    };
    if input
        .text("customer")
        .is_some_and(|id| invoice["customer"] != id)
    {
        let message = "The subscription does not belong to that customer.";
        return Err(Problem::invalid(message).with_param("customer"));
    }
    Ok(invoice)
}

/// The next invoice of a subscription, changed as the details say; null is not at all.
pub(super) fn upcoming(ctx: &Context, subscription: &Value, details: &Value) -> Result<Value> {
    let at = ctx.at(details["proration_date"].as_i64().unwrap_or(ctx.now));
    draw(&at, next(&at, subscription, details)?)
}

fn draw(ctx: &Context, (subscription, lines, moment): Preview) -> Result<Value> {
    let customer = match subscription["customer"]
        .as_str()
        .filter(|id| !id.is_empty())
    {
        Some(id) => objects::get(ctx, "customer", id, "customer")?,
        None => Value::Null,
    };
    let mut invoice = invoices::draft(
        &ctx.at(moment),
        &subscription,
        &customer,
        "upcoming",
        &lines,
    );
    invoice["id"] = ctx.id("upcoming_in_").into();
    invoice["next_payment_attempt"] = (moment + 3_600).into();
    for unknown in ["number", "effective_at", "hosted_invoice_url"] {
        invoice[unknown] = Value::Null;
    }
    invoice["status"] = "draft".into();
    invoice["status_transitions"]["finalized_at"] = Value::Null;
    Ok(invoice)
}

/// A subscription, the lines of an invoice, and the moment of it.
type Preview = (Value, Vec<Line>, i64);

fn next(ctx: &Context, subscription: &Value, details: &Value) -> Result<Preview> {
    let asked = details["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let behavior = details["proration_behavior"]
        .as_str()
        .unwrap_or("create_prorations");
    let ends = details["cancel_at_period_end"].as_bool();
    let ends = ends.or(subscription["cancel_at_period_end"].as_bool()) == Some(true);
    if subscription["ended_at"].is_i64() || (ends && asked.is_empty()) {
        let message = "No upcoming invoices for customer: the subscription ends.";
        let problem = Problem::invalid(message).with_code("invoice_upcoming_none");
        return Err(problem.with_status(404));
    }
    let mut after = subscription.clone();
    let mut lines = if asked.is_empty() {
        Vec::new()
    } else {
        items::change(ctx, &mut after, asked)?
    };
    if behavior == "none" {
        lines.clear();
    }
    let end = cycle::period(subscription).1;
    if cycle::period(&after) != cycle::period(subscription) {
        lines.extend(cycle::period_lines(&after, false));
        return Ok((after, lines, ctx.now));
    }
    if behavior == "always_invoice" && !asked.is_empty() {
        return Ok((after, lines, ctx.now));
    }
    let mut all = cycle::take_pending(&mut after);
    all.append(&mut lines);
    let anchor = after["billing_cycle_anchor"].as_i64().unwrap_or(end);
    let next = cycle::cycle(&after["items"]["data"][0]["price"]).next(anchor, end);
    cycle::set_period(&mut after, end, next);
    all.extend(cycle::period_lines(&after, false));
    Ok((after, all, end))
}

fn first(ctx: &Context, input: &Input, details: &Value) -> Result<Preview> {
    let beginning = Beginning {
        customer: input.text("customer").unwrap_or_default().to_owned(),
        items: items::pairs(ctx, &details["items"])?,
        once: Vec::new(),
        method: None,
        trial_end: None,
        metadata: Value::Null,
        description: Value::Null,
        without_card: Value::Null,
        authenticated: false,
    };
    let subscription = beginning::draft(ctx, &beginning)?;
    let lines = beginning::first_lines(ctx, &subscription, &[]);
    Ok((subscription, lines, ctx.now))
}
