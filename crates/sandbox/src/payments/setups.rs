//! Setup intents: a card kept for later, nothing charged.

use serde_json::{Value, json};

use super::cards::{self, Outcome};
use super::charges;
use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::{Problem, Result};

/// Keeps a card for a customer, or for nobody yet; `data` is what the session said about the intent. 402 if the card
/// is one that is always declined: the failed intent stays on record.
pub(crate) fn save(
    ctx: &Context,
    customer: &Value,
    mut method: Value,
    data: &Value,
) -> Result<Value> {
    let mut intent = blank(ctx, customer, data);
    objects::insert(ctx, &intent)?;
    events::emit(ctx, "setup_intent.created", &intent)?;
    if let Outcome::Declined(code) = cards::outcome(&method) {
        let problem = Problem::card("card_declined", Some(code), charges::DECLINED);
        intent["last_setup_error"] = problem.body()["error"].take();
        objects::save(ctx, &intent)?;
        events::emit(ctx, "setup_intent.setup_failed", &intent)?;
        return Err(problem);
    }
    if customer.is_string() {
        method["customer"] = customer.clone();
        objects::save(ctx, &method)?;
        events::emit(ctx, "payment_method.attached", &method)?;
    }
    intent["payment_method"] = method["id"].clone();
    intent["status"] = "succeeded".into();
    objects::save(ctx, &intent)?;
    events::emit(ctx, "setup_intent.succeeded", &intent)?;
    Ok(intent)
}

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("created", Kind::Range),
    may("customer", Kind::Text),
    may("payment_method", Kind::Text),
];

/// `GET /v1/setup_intents/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "setup_intent", input.id(), "intent")
}

/// `GET /v1/setup_intents`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "setup_intent", &["customer", "payment_method"])
}

fn blank(ctx: &Context, customer: &Value, data: &Value) -> Value {
    let id = ctx.id("seti_");
    let metadata = &data["metadata"];
    json!({
        "client_secret": format!("{id}_secret_{}", ctx.id("")),
        "id": id,
        "object": "setup_intent",
        "application": null,
        "automatic_payment_methods": null,
        "cancellation_reason": null,
        "created": ctx.now,
        "customer": customer,
        "description": data["description"],
        "last_setup_error": null,
        "latest_attempt": null,
        "livemode": ctx.scope.live,
        "mandate": null,
        "metadata": if metadata.is_object() { metadata.clone() } else { json!({}) },
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": null,
        "payment_method_options": null,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    })
}
