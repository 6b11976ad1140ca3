//! Disputes: a payer's bank takes a payment back until it is decided who keeps it.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::{Problem, Result};

/// What a test asks the bank to do.
pub(crate) struct Order {
    pub(crate) status: String,
    pub(crate) reason: String,
    /// In minor units; all that was paid if there is none.
    pub(crate) amount: Option<i64>,
}

/// Opens a dispute of a charge or intent, or moves the one there is.
pub(crate) fn order(ctx: &Context, paid: &Value, order: &Order) -> Result<Value> {
    let status = STATUSES.iter().find(|status| **status == order.status);
    let status = status.ok_or_else(|| {
        let message = format!("status is one of {}", STATUSES.join(", "));
        Problem::invalid(message).with_param("status")
    })?;
    let charge = charge(ctx, paid)?;
    let known = objects::all(ctx, "dispute")?
        .into_iter()
        .find(|dispute| dispute["charge"] == charge["id"]);
    match known {
        Some(dispute) => go_on(ctx, &dispute, status),
        None if is_over(status) => {
            let dispute = open(ctx, &charge, "needs_response", order)?;
            go_on(ctx, &dispute, status)
        }
        None => open(ctx, &charge, status, order),
    }
}

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("charge", Kind::Text),
    may("created", Kind::Range),
    may("payment_intent", Kind::Text),
];

/// `GET /v1/disputes/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "dispute", input.id(), "dispute")
}

/// `GET /v1/disputes`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "dispute", &["charge", "payment_intent"])
}

const STATUSES: &[&str] = &[
    "needs_response",
    "under_review",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "won",
    "lost",
];

const WEEK: i64 = 7 * 86_400;

fn is_over(status: &str) -> bool {
    matches!(status, "won" | "lost" | "warning_closed")
}

fn charge(ctx: &Context, paid: &Value) -> Result<Value> {
    let charge = if paid["object"] == "charge" {
        paid.clone()
    } else {
        let id = objects::text(paid, "latest_charge");
        objects::get(ctx, "charge", id, "payment_intent")?
    };
    if charge["paid"] == true {
        return Ok(charge);
    }
    Err(Problem::invalid("Nothing was paid that could be disputed"))
}

fn open(ctx: &Context, charge: &Value, status: &str, order: &Order) -> Result<Value> {
    let amount = order.amount.or(charge["amount"].as_i64());
    let warns = status.starts_with("warning_");
    let dispute = json!({
        "id": ctx.id("du_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": ctx.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": ctx.now + WEEK, "has_evidence": false, "past_due": false, "submission_count": 0,
        },
        "is_charge_refundable": warns,
        "livemode": ctx.scope.live,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": order.reason,
        "status": status,
    });
    objects::insert(ctx, &dispute)?;
    let mut disputed = charge.clone();
    disputed["disputed"] = true.into();
    objects::save(ctx, &disputed)?;
    events::emit(ctx, "charge.dispute.created", &dispute)?;
    if !warns {
        events::emit(ctx, "charge.dispute.funds_withdrawn", &dispute)?;
    }
    Ok(dispute)
}

fn go_on(ctx: &Context, before: &Value, status: &str) -> Result<Value> {
    if is_over(objects::text(before, "status")) {
        return Err(Problem::invalid("The dispute of this payment is over"));
    }
    let mut dispute = before.clone();
    dispute["status"] = status.into();
    let kind = if is_over(status) {
        "charge.dispute.closed"
    } else {
        "charge.dispute.updated"
    };
    events::save(ctx, kind, before, &dispute)?;
    if status == "won" {
        events::emit(ctx, "charge.dispute.funds_reinstated", &dispute)?;
    }
    Ok(dispute)
}
