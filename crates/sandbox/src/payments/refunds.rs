//! Refunds, whole or in part.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::{Problem, Result};
use crate::{events, metadata};

/// Parameters of `POST /v1/refunds`.
pub(crate) const CREATE: &[Field] = &[
    may("amount", Kind::Integer),
    may("charge", Kind::Text),
    may("metadata", Kind::Texts),
    may("payment_intent", Kind::Text),
    may(
        "reason",
        Kind::Choice(&["duplicate", "fraudulent", "requested_by_customer"]),
    ),
];

/// Parameters of `POST /v1/refunds/{id}`.
pub(crate) const UPDATE: &[Field] = &[may("metadata", Kind::Texts)];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("charge", Kind::Text),
    may("created", Kind::Range),
    may("payment_intent", Kind::Text),
];

/// `POST /v1/refunds`: what is left of the charge unless an amount is named.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let before = charge(ctx, input)?;
    let number = |name: &str| before[name].as_i64().unwrap_or_default();
    let left = number("amount_captured") - number("amount_refunded");
    let id = objects::text(&before, "id");
    if left == 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(Problem::invalid(message).with_code("charge_already_refunded"));
    }
    let amount = input.integer("amount").unwrap_or(left);
    if amount < 1 {
        let message = format!("Invalid positive integer: {amount}");
        return Err(Problem::parameter(
            Some("parameter_invalid_integer"),
            "amount",
            message,
        ));
    }
    if amount > left {
        let message = format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        );
        return Err(Problem::invalid(message).with_param("amount"));
    }
    let refund = json!({
        "id": ctx.id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": null,
        "charge": id,
        "created": ctx.now,
        "currency": before["currency"],
        "customer": before["customer"],
        "customer_account": null,
        "destination_details": { "card": { "type": "refund" }, "type": "card" },
        "metadata": metadata::of(input)?,
        "payment_intent": before["payment_intent"],
        "payment_method": before["payment_method"],
        "reason": input.or_null("reason"),
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    });
    objects::insert(ctx, &refund)?;
    let mut after = before.clone();
    after["amount_refunded"] = (number("amount_refunded") + amount).into();
    after["refunded"] = (amount == left).into();
    events::save(ctx, "charge.refunded", &before, &after)?;
    events::emit(ctx, "refund.created", &refund)?;
    Ok(refund)
}

/// The bank takes a refund, or refuses it: then the money is back where it was.
pub(crate) fn end(ctx: &Context, before: &Value, failed: bool) -> Result<Value> {
    if before["status"] == "failed" {
        return Err(Problem::invalid("This refund has failed already"));
    }
    let mut refund = before.clone();
    if !failed {
        refund["destination_details"]["card"]["reference_status"] = "available".into();
        events::save(ctx, "refund.updated", before, &refund)?;
        return Ok(refund);
    }
    refund["status"] = "failed".into();
    refund["failure_reason"] = "lost_or_stolen_card".into();
    let mut charge = objects::get(ctx, "charge", objects::text(&refund, "charge"), "charge")?;
    let number = |body: &Value, name: &str| body[name].as_i64().unwrap_or_default();
    let left = number(&charge, "amount_refunded") - number(&refund, "amount");
    charge["amount_refunded"] = left.into();
    charge["refunded"] = false.into();
    objects::save(ctx, &charge)?;
    events::save(ctx, "refund.updated", before, &refund)?;
    events::emit(ctx, "refund.failed", &refund)?;
    events::emit(ctx, "charge.refund.updated", &refund)?;
    Ok(refund)
}

/// `GET /v1/refunds/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "refund", input.id(), "refund")
}

/// `POST /v1/refunds/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let before = retrieve(ctx, input)?;
    let mut refund = before.clone();
    metadata::merge(&mut refund, input.params.get("metadata"))?;
    events::save(ctx, "refund.updated", &before, &refund)?;
    Ok(refund)
}

/// `GET /v1/refunds`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "refund", &["charge", "payment_intent"])
}

/// The charge that money goes back from.
fn charge(ctx: &Context, input: &Input) -> Result<Value> {
    match (input.text("charge"), input.text("payment_intent")) {
        (Some(charge), None) => objects::get(ctx, "charge", charge, "charge"),
        (None, Some(intent)) => {
            let intent = objects::get(ctx, "payment_intent", intent, "payment_intent")?;
            if intent["status"] != "succeeded" {
                let message = format!(
                    "This PaymentIntent ({}) does not have a successful charge to refund.",
                    objects::text(&intent, "id")
                );
                return Err(Problem::invalid(message).with_param("payment_intent"));
            }
            objects::get(
                ctx,
                "charge",
                objects::text(&intent, "latest_charge"),
                "charge",
            )
        }
        _ => {
            let message = "One of the following params should be provided for this request: payment_intent or charge.";
            Err(Problem::parameter(
                Some("parameter_missing"),
                "payment_intent",
                message.to_owned(),
            ))
        }
    }
}
