//! The test cards and what becomes of a charge on each.

use serde_json::{Value, json};

use crate::context::{Context, Input};
use crate::events;
use crate::objects;
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};

/// What a card does when it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Paid,
    /// Paid once its owner has proven who he is.
    NeedsAuthentication,
    /// Paid while its owner is there, declined at every renewal.
    FailsLater,
    /// Not paid, with Stripe's decline code.
    Declined(&'static str),
}

struct Card {
    number: &'static str,
    token: &'static str,
    outcome: Outcome,
}

const CARDS: &[Card] = &[
    Card {
        number: "4242424242424242",
        token: "pm_card_visa",
        outcome: Outcome::Paid,
    },
    Card {
        number: "4000000000000002",
        token: "pm_card_chargeDeclined",
        outcome: Outcome::Declined("generic_decline"),
    },
    Card {
        number: "4000000000009995",
        token: "pm_card_chargeDeclinedInsufficientFunds",
        outcome: Outcome::Declined("insufficient_funds"),
    },
    Card {
        number: "4000002500003155",
        token: "pm_card_authenticationRequiredOnSetup",
        outcome: Outcome::NeedsAuthentication,
    },
    Card {
        number: "4000000000000341",
        token: "pm_card_chargeCustomerFail",
        outcome: Outcome::FailsLater,
    },
];

/// What the page offers one click away: number and what it does.
pub(crate) const OFFERED: &[(&str, &str)] = &[
    ("4242 4242 4242 4242", "goes through"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0025 0000 3155", "asks for 3-D Secure"),
    ("4000 0000 0000 0341", "goes through, fails at renewal"),
];

/// Makes a payment method of a card number as it was typed.
pub(crate) fn from_number(ctx: &Context, typed: &str, email: Option<&str>) -> Result<Value> {
    let digits: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    if let Some(card) = CARDS.iter().find(|card| card.number == digits) {
        return make(ctx, card, email);
    }
    let message = "Your card number is not one of the test cards; try 4242 4242 4242 4242.";
    let problem = Problem::card("incorrect_number", None, message);
    Err(Problem {
        keeps_work: false,
        ..problem
    })
}

/// A payment method by its id, or one made of a token such as `pm_card_visa`.
pub(crate) fn from_id(ctx: &Context, id: &str) -> Result<Value> {
    match CARDS.iter().find(|card| card.token == id) {
        Some(card) => make(ctx, card, None),
        None => objects::get(ctx, "payment_method", id, "payment_method"),
    }
}

/// What becomes of a charge on a payment method.
pub(crate) fn outcome(method: &Value) -> Outcome {
    let number = objects::text(method, "_number");
    CARDS
        .iter()
        .find(|card| card.number == number)
        .map_or(Outcome::Paid, |card| card.outcome)
}

/// `GET /v1/payment_methods/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "payment_method", input.id(), "payment_method")
}

/// Parameters of `POST /v1/payment_methods/{id}/attach`.
pub(crate) const ATTACH: &[Field] = &[must("customer", Kind::Text)];

/// `POST /v1/payment_methods/{id}/attach`.
pub(crate) fn attach(ctx: &Context, input: &Input) -> Result<Value> {
    let customer = input.text("customer").unwrap_or_default();
    objects::get_living(ctx, "customer", customer, "customer")?;
    let mut method = from_id(ctx, input.id())?;
    method["customer"] = customer.into();
    objects::save(ctx, &method)?;
    events::emit(ctx, "payment_method.attached", &method)?;
    Ok(method)
}

/// `POST /v1/payment_methods/{id}/detach`: it pays for nothing any more.
pub(crate) fn detach(ctx: &Context, input: &Input) -> Result<Value> {
    let before = retrieve(ctx, input)?;
    if before["customer"].is_null() {
        let message = "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(Problem::invalid(message));
    }
    let mut method = before.clone();
    method["customer"] = Value::Null;
    events::save(ctx, "payment_method.detached", &before, &method)?;
    Ok(method)
}

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("customer", Kind::Text),
    may("type", Kind::Choice(&["card"])),
];

/// `GET /v1/payment_methods`: those of a customer.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let mut found = objects::all(ctx, "payment_method")?;
    found.retain(|method| {
        let customer = &method["customer"];
        customer.is_string() && input.text("customer").is_none_or(|id| customer == id)
    });
    objects::page(input, &found, "/v1/payment_methods")
}

fn make(ctx: &Context, card: &Card, email: Option<&str>) -> Result<Value> {
    let method = json!({
        "id": ctx.id("pm_"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": { "address": null, "email": email, "name": null, "phone": null, "tax_id": null },
        "card": {
            "brand": "visa",
            "checks": null,
            "country": "US",
            "exp_month": 12,
            "exp_year": 2040,
            "fingerprint": card.number.chars().rev().collect::<String>(),
            "funding": "credit",
            "last4": &card.number[12..],
        },
        "created": ctx.now,
        "customer": null,
        "livemode": ctx.scope.live,
        "metadata": {},
        "type": "card",
        "_number": card.number,
    });
    objects::insert(ctx, &method)?;
    Ok(method)
}
