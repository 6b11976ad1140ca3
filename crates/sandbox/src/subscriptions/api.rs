//! `/v1/subscriptions`.

use serde_json::{Value, json};

use super::beginning::{self, Beginning};
use super::invoices::{self, Line};
use super::{cycle, items};
use crate::context::{Context, Input};
use crate::objects;
use crate::params::{Field, Kind, may, must};
use crate::payments::cards;
use crate::payments::intents::Occasion;
use crate::problem::{Problem, Result};
use crate::{events, metadata};

/// What a change in the middle of a period costs.
pub(super) const PRORATION: Kind = Kind::Choice(&["always_invoice", "create_prorations", "none"]);

/// What becomes of a change that cannot be paid.
pub(super) const PAYMENT: Kind = Kind::Choice(&["allow_incomplete", "error_if_incomplete"]);

/// One change of the items of a subscription.
pub(super) const ITEM: &[Field] = &[
    may("deleted", Kind::Bool),
    may("id", Kind::Text),
    may("metadata", Kind::Texts),
    may("price", Kind::Text),
    may("quantity", Kind::Integer),
];

const END_BEHAVIOR: Kind = Kind::Fields(&[must(
    "missing_payment_method",
    Kind::Choice(&["cancel", "create_invoice", "pause"]),
)]);

const REASONS: Kind = Kind::Fields(&[
    may("comment", Kind::Text),
    may(
        "feedback",
        Kind::Choice(&[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]),
    ),
]);

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
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
    may("payment_behavior", PAYMENT),
    may("trial_end", Kind::Integer),
    may("trial_period_days", Kind::Integer),
    may(
        "trial_settings",
        Kind::Fields(&[must("end_behavior", END_BEHAVIOR)]),
    ),
];

/// Parameters of `POST /v1/subscriptions/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("cancel_at_period_end", Kind::Bool),
    may("cancellation_details", REASONS),
    may("default_payment_method", Kind::Text),
    may("description", Kind::Text),
    may("items", Kind::List(&Kind::Fields(ITEM))),
    may("metadata", Kind::Texts),
    may("payment_behavior", PAYMENT),
    may("proration_behavior", PRORATION),
    may("proration_date", Kind::Integer),
];

/// Parameters of `DELETE /v1/subscriptions/{id}`.
pub(crate) const CANCEL: &[Field] = &[may("cancellation_details", REASONS)];

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
            "paused",
            "trialing",
        ]),
    ),
];

/// `POST /v1/subscriptions`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let customer = input.text("customer").unwrap_or_default().to_owned();
    objects::get_living(ctx, "customer", &customer, "customer")?;
    let method = input
        .text("default_payment_method")
        .map(|id| cards::from_id(ctx, id))
        .transpose()?;
    let beginning = Beginning {
        customer,
        items: items::pairs(ctx, &input.or_null("items"))?,
        once: Vec::new(),
        method,
        trial_end: trial_end(ctx, input)?,
        metadata: metadata::of(input)?,
        description: input.or_null("description"),
        without_card: input.or_null("trial_settings")["end_behavior"]["missing_payment_method"]
            .take(),
        authenticated: false,
    };
    let (mut subscription, refused) = beginning::begin(ctx, &beginning)?;
    refuse_incomplete(input, refused)?;
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
    objects::take_over(&mut subscription, input, &["description"]);
    explain(&mut subscription, input);
    let lines = match input.get("items").and_then(Value::as_array) {
        Some(asked) => {
            let at = ctx.at(proration_date(ctx, input, &before)?);
            items::change(&at, &mut subscription, asked)?
        }
        None => Vec::new(),
    };
    let cancels = input.flag("cancel_at_period_end");
    if let Some(cancels) = cancels {
        cancel_at_end(ctx, &mut subscription, cancels);
    } else if subscription["cancel_at_period_end"] == true {
        subscription["cancel_at"] = cycle::period(&subscription).1.into();
    }
    let restarts = cycle::period(&subscription) != cycle::period(&before);
    match input.text("proration_behavior") {
        Some("none") => {}
        None | Some("create_prorations") if !restarts => {
            cycle::add_pending(&mut subscription, &lines);
        }
        _ if lines.is_empty() => {}
        _ => return invoice_now(ctx, input, &before, subscription, lines),
    }
    if restarts {
        return invoice_now(ctx, input, &before, subscription, Vec::new());
    }
    events::save(ctx, "customer.subscription.updated", &before, &subscription)?;
    Ok(subscription)
}

/// `DELETE /v1/subscriptions/{id}`: at once.
pub(crate) fn cancel(ctx: &Context, input: &Input) -> Result<Value> {
    let mut subscription = running(ctx, input)?;
    explain(&mut subscription, input);
    cycle::cancel(ctx, subscription, "cancellation_requested")
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

/// The moment that a change counts from: now, or one of the running period that the caller names.
fn proration_date(ctx: &Context, input: &Input, subscription: &Value) -> Result<i64> {
    let (start, end) = cycle::period(subscription);
    match input.integer("proration_date") {
        None => Ok(ctx.now),
        Some(date) if (start..=end).contains(&date) => Ok(date),
        Some(_) => {
            let message = "The proration_date lies outside of the current period.".to_owned();
            Err(Problem::parameter(None, "proration_date", message))
        }
    }
}

/// With `error_if_incomplete` nothing happens that is not paid: 402.
fn refuse_incomplete(input: &Input, refused: Option<Problem>) -> Result<()> {
    match refused {
        Some(problem) if input.text("payment_behavior") == Some("error_if_incomplete") => {
            Err(Problem {
                keeps_work: false,
                status: 402,
                ..problem
            })
        }
        _ => Ok(()),
    }
}

/// Why the customer leaves, in his words.
fn explain(subscription: &mut Value, input: &Input) {
    let given = input.or_null("cancellation_details");
    for (name, value) in given.as_object().into_iter().flatten() {
        subscription["cancellation_details"][name] = value.clone();
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

/// Invoices a change at once, with the new period if one begins.
fn invoice_now(
    ctx: &Context,
    input: &Input,
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
    refuse_incomplete(input, refused)?;
    events::save(ctx, "customer.subscription.updated", before, &subscription)?;
    Ok(subscription)
}
