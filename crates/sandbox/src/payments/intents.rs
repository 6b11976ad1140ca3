//! Payment intents: one for each purchase, whatever number of attempts it takes.

use serde_json::{Value, json};

use super::cards::{self, Outcome};
use super::charges;
use crate::catalog::prices;
use crate::context::{Context, Input};
use crate::objects::{self, take_over};
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::{events, metadata};

/// Parameters of `POST /v1/payment_intents`.
pub(crate) const CREATE: &[Field] = &[
    must("amount", Kind::Integer),
    must("currency", Kind::Text),
    may(
        "automatic_payment_methods",
        Kind::Fields(&[
            must("enabled", Kind::Bool),
            may("allow_redirects", Kind::Choice(&["always", "never"])),
        ]),
    ),
    may("confirm", Kind::Bool),
    may("customer", Kind::Text),
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
    may("payment_method", Kind::Text),
    may("payment_method_types", Kind::List(&Kind::Choice(&["card"]))),
    may("receipt_email", Kind::Text),
    may("return_url", Kind::Text),
];

/// Parameters of `POST /v1/payment_intents/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("amount", Kind::Integer),
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
    may("receipt_email", Kind::Text),
];

/// Parameters of `POST /v1/payment_intents/{id}/confirm`.
pub(crate) const CONFIRM: &[Field] = &[
    may("payment_method", Kind::Text),
    may("return_url", Kind::Text),
];

/// Parameters of `POST /v1/payment_intents/{id}/cancel`.
pub(crate) const CANCEL: &[Field] = &[may(
    "cancellation_reason",
    Kind::Choice(&[
        "abandoned",
        "duplicate",
        "fraudulent",
        "requested_by_customer",
    ]),
)];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[may("created", Kind::Range), may("customer", Kind::Text)];

/// `POST /v1/payment_intents`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let currency = prices::currency(input.text("currency").unwrap_or_default(), "currency")?;
    if let Some(customer) = input.text("customer") {
        objects::get_living(ctx, "customer", customer, "customer")?;
    }
    let mut intent = blank(ctx, amount(input)?, &currency);
    take_over(
        &mut intent,
        input,
        &["customer", "description", "receipt_email"],
    );
    intent["metadata"] = metadata::of(input)?;
    keep(ctx, &intent)?;
    if input.flag("confirm") == Some(true) {
        return confirm_with(ctx, intent, input);
    }
    Ok(intent)
}

/// `GET /v1/payment_intents/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "payment_intent", input.id(), "intent")
}

/// `POST /v1/payment_intents/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let before = retrieve(ctx, input)?;
    let mut intent = before.clone();
    if input.get("amount").is_some() {
        check_status(
            &intent,
            &["requires_payment_method", "requires_action"],
            "updated",
        )?;
        intent["amount"] = amount(input)?.into();
    }
    take_over(&mut intent, input, &["description", "receipt_email"]);
    metadata::merge(&mut intent, input.params.get("metadata"))?;
    objects::save(ctx, &intent)?;
    Ok(intent)
}

/// `POST /v1/payment_intents/{id}/confirm`.
pub(crate) fn confirm(ctx: &Context, input: &Input) -> Result<Value> {
    let intent = retrieve(ctx, input)?;
    check_status(&intent, &["requires_payment_method"], "confirmed")?;
    confirm_with(ctx, intent, input)
}

/// `POST /v1/payment_intents/{id}/cancel`.
pub(crate) fn cancel(ctx: &Context, input: &Input) -> Result<Value> {
    let mut intent = retrieve(ctx, input)?;
    check_status(
        &intent,
        &["requires_payment_method", "requires_action"],
        "canceled",
    )?;
    intent["status"] = "canceled".into();
    intent["canceled_at"] = ctx.now.into();
    intent["cancellation_reason"] = input.or_null("cancellation_reason");
    intent["next_action"] = Value::Null;
    objects::save(ctx, &intent)?;
    events::emit(ctx, "payment_intent.canceled", &intent)?;
    Ok(intent)
}

/// `GET /v1/payment_intents`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "payment_intent", &["customer"])
}

/// An intent that nothing has been tried for.
pub(crate) fn blank(ctx: &Context, amount: i64, currency: &str) -> Value {
    let id = ctx.id("pi_");
    json!({
        "client_secret": format!("{id}_secret_{}", ctx.id("")),
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": ctx.now,
        "currency": currency,
        "customer": null,
        "customer_account": null,
        "description": null,
        "excluded_payment_method_types": null,
        "last_payment_error": null,
        "latest_charge": null,
        "livemode": ctx.scope.live,
        "managed_payments": null,
        "metadata": {},
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": null,
        "payment_method_configuration_details": null,
        "payment_method_options": null,
        "payment_method_types": ["card"],
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": "requires_payment_method",
        "transfer_group": null,
    })
}

/// Keeps a new intent and tells of it.
pub(crate) fn keep(ctx: &Context, intent: &Value) -> Result<()> {
    objects::insert(ctx, intent)?;
    events::emit(ctx, "payment_intent.created", intent)
}

/// Whether the card's owner is there when it is charged.
#[derive(Clone, Copy)]
pub(crate) enum Occasion {
    /// He is; `authenticated` if he passed 3-D Secure.
    OnSession { authenticated: bool },
    /// He is not: a renewal.
    OffSession,
}

/// Charges a payment method. 402 if it is declined: the attempt stays on record. A card that asks for
/// 3-D Secure leaves the intent in `requires_action` unless its owner was authenticated.
pub(crate) fn charge(
    ctx: &Context,
    mut intent: Value,
    method: &Value,
    occasion: Occasion,
) -> Result<Value> {
    match (cards::outcome(method), occasion) {
        (
            Outcome::NeedsAuthentication,
            Occasion::OnSession {
                authenticated: false,
            },
        ) => {
            intent["payment_method"] = method["id"].clone();
            intent["status"] = "requires_action".into();
            intent["next_action"] = json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {} });
            objects::save(ctx, &intent)?;
            events::emit(ctx, "payment_intent.requires_action", &intent)?;
            Ok(intent)
        }
        (Outcome::Declined(code), _) => Err(decline(ctx, intent, method, code)?),
        (Outcome::FailsLater, Occasion::OffSession) => {
            Err(decline(ctx, intent, method, "generic_decline")?)
        }
        (Outcome::Paid | Outcome::NeedsAuthentication | Outcome::FailsLater, _) => {
            let charge = charges::make(ctx, &intent, method, None)?;
            intent["amount_received"] = intent["amount"].clone();
            intent["latest_charge"] = charge["id"].clone();
            intent["last_payment_error"] = Value::Null;
            intent["next_action"] = Value::Null;
            intent["payment_method"] = method["id"].clone();
            intent["status"] = "succeeded".into();
            objects::save(ctx, &intent)?;
            events::emit(ctx, "payment_intent.succeeded", &intent)?;
            Ok(intent)
        }
    }
}

fn decline(
    ctx: &Context,
    mut intent: Value,
    method: &Value,
    code: &'static str,
) -> Result<Problem> {
    let charge = charges::make(ctx, &intent, method, Some(code))?;
    let problem = Problem::card("card_declined", Some(code), charges::DECLINED);
    let mut error = problem.body()["error"].take();
    error["charge"] = charge["id"].clone();
    error["payment_method"] = objects::shown(method.clone());
    intent["latest_charge"] = charge["id"].clone();
    intent["last_payment_error"] = error;
    intent["status"] = "requires_payment_method".into();
    objects::save(ctx, &intent)?;
    events::emit(ctx, "payment_intent.payment_failed", &intent)?;
    Ok(problem)
}

fn confirm_with(ctx: &Context, intent: Value, input: &Input) -> Result<Value> {
    let Some(id) = input.text("payment_method") else {
        let message =
            "You cannot confirm this PaymentIntent because it's missing a payment method.";
        return Err(Problem::invalid(message).with_code("payment_intent_unexpected_state"));
    };
    let method = cards::from_id(ctx, id)?;
    charge(
        ctx,
        intent,
        &method,
        Occasion::OnSession {
            authenticated: false,
        },
    )
}

fn amount(input: &Input) -> Result<i64> {
    match input.integer("amount") {
        Some(amount @ 1..=99_999_999) => Ok(amount),
        Some(amount) if amount > 0 => {
            let message = "Amount must be no more than 99999999.".to_owned();
            Err(Problem::parameter(
                Some("amount_too_large"),
                "amount",
                message,
            ))
        }
        _ => {
            let message = "This value must be greater than or equal to 1.".to_owned();
            Err(Problem::parameter(
                Some("parameter_invalid_integer"),
                "amount",
                message,
            ))
        }
    }
}

fn check_status(intent: &Value, allowed: &[&str], done: &str) -> Result<()> {
    let status = objects::text(intent, "status");
    if allowed.contains(&status) {
        return Ok(());
    }
    let message =
        format!("This PaymentIntent could not be {done} because it has a status of {status}.");
    Err(Problem::invalid(message).with_code("payment_intent_unexpected_state"))
}
