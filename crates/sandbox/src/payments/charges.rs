//! Charges: one for each attempt to take money.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::Result;

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("created", Kind::Range),
    may("customer", Kind::Text),
    may("payment_intent", Kind::Text),
];

/// Keeps a charge of an intent and tells of it; `decline` is Stripe's decline code.
pub(crate) fn make(
    ctx: &Context,
    intent: &Value,
    method: &Value,
    decline: Option<&str>,
) -> Result<Value> {
    let paid = decline.is_none();
    let charge = json!({
        "id": ctx.id("ch_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": if paid { intent["amount"].clone() } else { 0.into() },
        "amount_refunded": 0,
        "balance_transaction": null,
        "billing_details": method["billing_details"],
        "captured": paid,
        "created": ctx.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": false,
        "failure_code": decline.map(|_| "card_declined"),
        "failure_message": decline.map(|_| DECLINED),
        "fraud_details": {},
        "livemode": ctx.scope.live,
        "metadata": intent["metadata"],
        "outcome": {
            "network_status": if paid { "approved_by_network" } else { "declined_by_network" },
            "reason": decline,
            "type": if paid { "authorized" } else { "issuer_declined" },
        },
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": { "card": method["card"], "type": "card" },
        "receipt_email": intent["receipt_email"],
        "receipt_url": null,
        "refunded": false,
        "shipping": intent["shipping"],
        "statement_descriptor": null,
        "status": if paid { "succeeded" } else { "failed" },
    });
    objects::insert(ctx, &charge)?;
    events::emit(
        ctx,
        if paid {
            "charge.succeeded"
        } else {
            "charge.failed"
        },
        &charge,
    )?;
    Ok(charge)
}

/// What the payer is told.
pub(crate) const DECLINED: &str = "Your card was declined.";

/// `GET /v1/charges/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "charge", input.id(), "charge")
}

/// `GET /v1/charges`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "charge", &["customer", "payment_intent"])
}
