//! `/v1/subscriptions`.

use serde_json::{Value, json};

use super::cycle::{self, Beginning};
use super::invoices::{self, Line};
use crate::billing_time;
use crate::context::{Context, Input};
use crate::objects;
use crate::params::{Field, Kind, may, must};
use crate::payments::cards;
use crate::payments::intents::Occasion;
use crate::problem::{Problem, Result};
use crate::{events, metadata};

const PRORATION: Kind = Kind::Choice(&["always_invoice", "create_prorations", "none"]);

/// Parameters of `POST /v1/subscriptions`.
pub(crate) const CREATE: &[Field] = &[
    must("customer", Kind::Text),
    must(
        "items",
        Kind::List(&Kind::Fields(&[
            must("price", Kind::Text),
            may("quantity", Kind::Integer),
        ])),
    ),
    may("cancel_at_period_end", Kind::Bool),
    may("default_payment_method", Kind::Text),
    may("metadata", Kind::Texts),
    may(
        "payment_behavior",
        Kind::Choice(&["allow_incomplete", "error_if_incomplete"]),
    ),
    may("trial_end", Kind::Integer),
    may("trial_period_days", Kind::Integer),
];

/// Parameters of `POST /v1/subscriptions/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("cancel_at_period_end", Kind::Bool),
    may("default_payment_method", Kind::Text),
    may(
        "items",
        Kind::List(&Kind::Fields(&[
            must("id", Kind::Text),
            may("price", Kind::Text),
            may("quantity", Kind::Integer),
        ])),
    ),
    may("metadata", Kind::Texts),
    may("proration_behavior", PRORATION),
];

/// Parameters of the list; canceled ones are left out unless `status` asks for them.
pub(crate) const LIST: &[Field] = &[
    may("created", Kind::Range),
    may("customer", Kind::Text),
    may("price", Kind::Text),
    may(
        "status",
        Kind::Choice(&[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "trialing",
        ]),
    ),
];

/// `POST /v1/subscriptions`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let customer = input.text("customer").unwrap_or_default().to_owned();
    objects::get_living(ctx, "customer", &customer, "customer")?;
    let asked = input
        .get("items")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut items = Vec::with_capacity(asked.len());
    for (place, item) in asked.iter().enumerate() {
        let price = price(
            ctx,
            objects::text(item, "price"),
            &format!("items[{place}][price]"),
        )?;
        items.push((price, item["quantity"].as_i64().unwrap_or(1)));
    }
    let method = input
        .text("default_payment_method")
        .map(|id| cards::from_id(ctx, id))
        .transpose()?;
    let beginning = Beginning {
        customer,
        items: alike(items)?,
        method,
        trial_end: trial_end(ctx, input)?,
        metadata: metadata::of(input)?,
        authenticated: false,
    };
    let (mut subscription, refused) = cycle::begin(ctx, beginning)?;
    if let Some(problem) = refused
        && input.text("payment_behavior") == Some("error_if_incomplete")
    {
        return Err(Problem {
            keeps_work: false,
            status: 402,
            ..problem
        });
    }
    if input.flag("cancel_at_period_end") == Some(true) {
        let before = subscription.clone();
        cancel_at_end(ctx, &mut subscription, true);
        events::save(ctx, "customer.subscription.updated", &before, &subscription)?;
    }
    Ok(subscription)
}

/// `GET /v1/subscriptions/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "subscription", input.id(), "subscription")
}

/// `GET /v1/subscriptions`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let mut found = objects::all(ctx, "subscription")?;
    let asked = input.text("status");
    found.retain(|body| {
        let status = objects::text(body, "status");
        let is_over = matches!(status, "canceled" | "incomplete_expired");
        let is_asked = match asked {
            None => !is_over,
            Some("all") => true,
            Some("ended") => is_over,
            Some(asked) => status == asked,
        };
        let items = body["items"]["data"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        is_asked
            && objects::in_range(input, body)
            && input
                .text("customer")
                .is_none_or(|customer| body["customer"] == customer)
            && input
                .text("price")
                .is_none_or(|price| items.iter().any(|item| item["price"]["id"] == price))
    });
    objects::page(input, &found, "/v1/subscriptions")
}

/// `POST /v1/subscriptions/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let before = running(ctx, input)?;
    let mut subscription = before.clone();
    metadata::merge(&mut subscription, input.params.get("metadata"))?;
    if let Some(id) = input.text("default_payment_method") {
        subscription["default_payment_method"] = cards::from_id(ctx, id)?["id"].clone();
    }
    if let Some(cancels) = input.flag("cancel_at_period_end") {
        cancel_at_end(ctx, &mut subscription, cancels);
    }
    let asked = input
        .get("items")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let lines = if asked.is_empty() {
        Vec::new()
    } else {
        change(ctx, &mut subscription, asked)?
    };
    let restarts = cycle::period(&subscription) != cycle::period(&before);
    match input.text("proration_behavior") {
        Some("none") => {}
        None | Some("create_prorations") if !restarts => {
            cycle::add_pending(&mut subscription, &lines);
        }
        _ if lines.is_empty() => {}
        _ => return invoice_now(ctx, &before, subscription, lines),
    }
    if restarts {
        return invoice_now(ctx, &before, subscription, Vec::new());
    }
    events::save(ctx, "customer.subscription.updated", &before, &subscription)?;
    Ok(subscription)
}

/// `DELETE /v1/subscriptions/{id}`: at once.
pub(crate) fn cancel(ctx: &Context, input: &Input) -> Result<Value> {
    let subscription = running(ctx, input)?;
    cycle::cancel(ctx, subscription, "cancellation_requested")
}

/// A recurring price that is on sale.
pub(crate) fn price(ctx: &Context, id: &str, param: &str) -> Result<Value> {
    let price = objects::get(ctx, "price", id, param)?;
    if price["active"] != true {
        let message = "The price specified is inactive. This field only accepts active prices.";
        return Err(Problem::invalid(message)
            .with_code("price_inactive")
            .with_param(param));
    }
    if price["type"] != "recurring" {
        let message = "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.";
        return Err(Problem::invalid(message).with_param(param));
    }
    Ok(price)
}

/// Items share one interval and one currency.
pub(crate) fn alike(items: Vec<(Value, i64)>) -> Result<Vec<(Value, i64)>> {
    let Some((first, _)) = items.first() else {
        let message = "Missing required param: items.".to_owned();
        return Err(Problem::parameter(
            Some("parameter_missing"),
            "items",
            message,
        ));
    };
    let differs = |price: &Value| {
        cycle::cycle(price) != cycle::cycle(first) || price["currency"] != first["currency"]
    };
    if items.iter().any(|(price, _)| differs(price)) {
        let message = "All items of a subscription share one interval and one currency.";
        return Err(Problem::invalid(message).with_param("items"));
    }
    Ok(items)
}

const DAY: i64 = 86_400;

fn trial_end(ctx: &Context, input: &Input) -> Result<Option<i64>> {
    match (
        input.integer("trial_end"),
        input.integer("trial_period_days"),
    ) {
        (None, None) => Ok(None),
        (Some(end), None) if end > ctx.now => Ok(Some(end)),
        (None, Some(days @ 1..=730)) => Ok(Some(ctx.now + days * DAY)),
        (Some(_), Some(_)) => {
            let message =
                "You may only specify one of these parameters: trial_end, trial_period_days.";
            Err(Problem::parameter(None, "trial_end", message.to_owned()))
        }
        _ => {
            let message = "A trial ends in the future, at most 730 days ahead.";
            Err(Problem::parameter(None, "trial_end", message.to_owned()))
        }
    }
}

fn running(ctx: &Context, input: &Input) -> Result<Value> {
    let subscription = retrieve(ctx, input)?;
    if subscription["ended_at"].is_null() {
        return Ok(subscription);
    }
    Err(Problem::missing("subscription", input.id(), "id"))
}

fn cancel_at_end(ctx: &Context, subscription: &mut Value, cancels: bool) {
    let end = cycle::period(subscription).1;
    subscription["cancel_at_period_end"] = cancels.into();
    subscription["cancel_at"] = cancels.then_some(end).into();
    subscription["canceled_at"] = cancels.then_some(ctx.now).into();
    subscription["cancellation_details"]["reason"] =
        cancels.then_some("cancellation_requested").into();
}

/// Changes items and answers what the rest of the period costs less or more. A new interval begins a new period.
fn change(ctx: &Context, subscription: &mut Value, asked: &[Value]) -> Result<Vec<Line>> {
    let (start, end) = cycle::period(subscription);
    let trialing = subscription["status"] == "trialing";
    let mut items = subscription["items"]["data"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut lines = Vec::new();
    for (place, change) in asked.iter().enumerate() {
        let id = objects::text(change, "id");
        let item = items.iter_mut().find(|item| item["id"] == id);
        let item = item.ok_or_else(|| {
            Problem::missing("subscription item", id, &format!("items[{place}][id]"))
        })?;
        let old = item.clone();
        if let Some(id) = change["price"].as_str() {
            item["price"] = price(ctx, id, &format!("items[{place}][price]"))?;
        }
        if let Some(quantity) = change["quantity"].as_i64() {
            item["quantity"] = quantity.into();
        }
        let same_cycle = cycle::cycle(&old["price"]) == cycle::cycle(&item["price"]);
        let differs = cycle::cost(&old) != cycle::cost(item) || !same_cycle;
        if differs && !trialing {
            let part = |item: &Value, sign: i64| {
                let amount = sign * billing_time::unused(cycle::cost(item), start, end, ctx.now);
                Line {
                    item: item.clone(),
                    amount,
                    start: ctx.now,
                    end,
                    proration: true,
                }
            };
            lines.push(part(&old, -1));
            if same_cycle {
                lines.push(part(item, 1));
            }
        }
    }
    let pairs = items
        .iter()
        .map(|item| (item["price"].clone(), 1))
        .collect();
    alike(pairs)?;
    let old = cycle::cycle(&subscription["items"]["data"][0]["price"]);
    let new = cycle::cycle(&items[0]["price"]);
    subscription["items"]["data"] = items.into();
    if old != new && !trialing {
        subscription["billing_cycle_anchor"] = ctx.now.into();
        cycle::set_period(subscription, ctx.now, new.next(ctx.now, ctx.now));
    }
    Ok(lines)
}

/// Invoices a change at once, with the new period if one begins.
fn invoice_now(
    ctx: &Context,
    before: &Value,
    mut subscription: Value,
    mut lines: Vec<Line>,
) -> Result<Value> {
    if cycle::period(&subscription) != cycle::period(before) {
        lines.extend(cycle::period_lines(&subscription, false));
    }
    let invoice = invoices::issue(ctx, &subscription, "subscription_update", &lines)?;
    subscription["latest_invoice"] = invoice["id"].clone();
    let method = invoices::method(ctx, &subscription)?;
    let occasion = Occasion::OnSession {
        authenticated: true,
    };
    let (_, refused) = invoices::attempt(ctx, invoice, method.as_ref(), occasion)?;
    if refused.is_some() {
        subscription["status"] = json!("past_due");
    }
    events::save(ctx, "customer.subscription.updated", before, &subscription)?;
    Ok(subscription)
}
