//! Checkout sessions in the modes `payment`, `setup` and `subscription`.

use serde_json::{Value, json};

use super::line_items;
use crate::catalog::prices;
use crate::context::{Context, Input};
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::{events, metadata, objects};

const ENABLED: Kind = Kind::Fields(&[must("enabled", Kind::Bool)]);

const PAYMENT_INTENT: Kind = Kind::Fields(&[
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
    may("receipt_email", Kind::Text),
]);

const SETUP_INTENT: Kind =
    Kind::Fields(&[may("description", Kind::Text), may("metadata", Kind::Texts)]);

const AUTO: Kind = Kind::Choice(&["auto", "never"]);

const CUSTOMER_UPDATE: Kind = Kind::Fields(&[
    may("address", AUTO),
    may("name", AUTO),
    may("shipping", AUTO),
]);

const SHIPPING: Kind = Kind::Fields(&[must("allowed_countries", Kind::List(&Kind::Text))]);

const SUBSCRIPTION: Kind = Kind::Fields(&[
    may("description", Kind::Text),
    may("metadata", Kind::Texts),
    may("trial_period_days", Kind::Integer),
]);

/// Parameters of `POST /v1/checkout/sessions`.
pub(crate) const CREATE: &[Field] = &[
    must("mode", Kind::Choice(&["payment", "setup", "subscription"])),
    must("success_url", Kind::Text),
    may("allow_promotion_codes", Kind::Bool),
    may("automatic_tax", ENABLED),
    may(
        "billing_address_collection",
        Kind::Choice(&["auto", "required"]),
    ),
    may("cancel_url", Kind::Text),
    may("client_reference_id", Kind::Text),
    may("currency", Kind::Text),
    may("customer", Kind::Text),
    may(
        "customer_creation",
        Kind::Choice(&["always", "if_required"]),
    ),
    may("customer_email", Kind::Text),
    may("customer_update", CUSTOMER_UPDATE),
    may("expires_at", Kind::Integer),
    may("line_items", Kind::List(&Kind::Fields(line_items::FIELDS))),
    may("locale", Kind::Text),
    may("metadata", Kind::Texts),
    may("payment_intent_data", PAYMENT_INTENT),
    may("payment_method_types", Kind::List(&Kind::Choice(&["card"]))),
    may("setup_intent_data", SETUP_INTENT),
    may("shipping_address_collection", SHIPPING),
    may("subscription_data", SUBSCRIPTION),
    may(
        "submit_type",
        Kind::Choice(&["auto", "book", "donate", "pay"]),
    ),
    may("ui_mode", Kind::Choice(&["hosted_page"])),
];

/// Parameters of `POST /v1/checkout/sessions/{id}`.
pub(crate) const UPDATE: &[Field] = &[may("metadata", Kind::Texts)];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("created", Kind::Range),
    may("customer", Kind::Text),
    may("payment_intent", Kind::Text),
    may("subscription", Kind::Text),
    may("status", Kind::Choice(&["open", "complete", "expired"])),
];

/// `POST /v1/checkout/sessions`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let mode = input.text("mode").unwrap_or_default();
    check_mode(input, mode)?;
    for name in ["success_url", "cancel_url"] {
        check_url(input, name)?;
    }
    let expires_at = expires_at(ctx, input)?;
    check_customer(ctx, input)?;
    let mut session = blank(ctx, input, expires_at);
    if mode == "setup" {
        let currency = input.text("currency");
        let currency = currency.map(|text| prices::currency(text, "currency"));
        session["currency"] = currency.transpose()?.into();
    } else {
        sell(ctx, input, &mut session)?;
    }
    session["metadata"] = metadata::of(input)?;
    if let Some(tax) = input.get("automatic_tax") {
        session["automatic_tax"]["enabled"] = tax["enabled"].clone();
    }
    session["_customer_update"] = input.or_null("customer_update");
    session["_payment_intent_data"] = input.or_null("payment_intent_data");
    session["_setup_intent_data"] = input.or_null("setup_intent_data");
    session["_subscription_data"] = input.or_null("subscription_data");
    session["_due_at"] = expires_at.into();
    objects::insert(ctx, &session)?;
    Ok(session)
}

/// Puts what is sold into a session.
fn sell(ctx: &Context, input: &Input, session: &mut Value) -> Result<()> {
    let mode = input.text("mode").unwrap_or_default();
    let data = input.or_null("subscription_data");
    let trial = data["trial_period_days"].is_i64();
    let lines = line_items::make(ctx, &input.or_null("line_items"), mode, trial)?;
    let amounts = lines
        .iter()
        .filter_map(|line| line["amount_total"].as_i64());
    let total: i64 = amounts.sum();
    session["amount_subtotal"] = total.into();
    session["amount_total"] = total.into();
    session["currency"] = lines
        .first()
        .map(|line| line["currency"].clone())
        .unwrap_or_default();
    session["_line_items"]["data"] = lines.into();
    Ok(())
}

/// `GET /v1/checkout/sessions/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "checkout.session", input.id(), "session")
}

/// `POST /v1/checkout/sessions/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let mut session = retrieve(ctx, input)?;
    metadata::merge(&mut session, input.params.get("metadata"))?;
    objects::save(ctx, &session)?;
    Ok(session)
}

/// `GET /v1/checkout/sessions/{id}/line_items`.
pub(crate) fn list_items(ctx: &Context, input: &Input) -> Result<Value> {
    let session = retrieve(ctx, input)?;
    let lines = &session["_line_items"];
    let data = lines["data"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    objects::page(input, data, objects::text(lines, "url"))
}

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) fn expire(ctx: &Context, input: &Input) -> Result<Value> {
    let session = retrieve(ctx, input)?;
    if session["status"] != "open" {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            objects::text(&session, "status")
        );
        return Err(Problem::invalid(message));
    }
    end(ctx, session)
}

/// `GET /v1/checkout/sessions`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(
        ctx,
        input,
        "checkout.session",
        &["customer", "payment_intent", "status", "subscription"],
    )
}

/// Takes an open session off sale.
pub(crate) fn end(ctx: &Context, mut session: Value) -> Result<Value> {
    session["status"] = "expired".into();
    session["url"] = Value::Null;
    session["_due_at"] = Value::Null;
    objects::save(ctx, &session)?;
    events::emit(ctx, "checkout.session.expired", &session)?;
    Ok(session)
}

const HALF_HOUR: i64 = 30 * 60;
const DAY: i64 = 24 * 60 * 60;

/// Between half an hour and a day ahead; a minute of grace for the way of the request.
fn expires_at(ctx: &Context, input: &Input) -> Result<i64> {
    let asked = input.integer("expires_at").unwrap_or(ctx.now + DAY);
    let message = if asked < ctx.now + HALF_HOUR - 60 {
        "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
    } else if asked > ctx.now + DAY {
        "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
    } else {
        return Ok(asked);
    };
    Err(Problem::parameter(None, "expires_at", message.to_owned()))
}

/// A customer who exists, alone or with what may be changed of him. Taxes need his address, or leave to ask for it.
fn check_customer(ctx: &Context, input: &Input) -> Result<()> {
    let updates = input.or_null("customer_update");
    let Some(id) = input.text("customer") else {
        if updates.is_null() {
            return Ok(());
        }
        let message = "`customer_update` can only be used with `customer`.".to_owned();
        return Err(Problem::parameter(None, "customer_update", message));
    };
    let customer = objects::get_living(ctx, "customer", id, "customer")?;
    if input.get("customer_email").is_some() || input.get("customer_creation").is_some() {
        let message = "You may only specify one of these parameters: customer, customer_email, customer_creation.";
        return Err(Problem::parameter(None, "customer", message.to_owned()));
    }
    let taxes = input.or_null("automatic_tax")["enabled"] == true;
    let asks = updates["address"] == "auto" || updates["shipping"] == "auto";
    if taxes && !asks && customer["address"].is_null() && customer["shipping"].is_null() {
        let message = "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid \
            address to the Customer or set either `customer_update[address]` to 'auto' or \
            `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer.";
        let problem = Problem::parameter(
            Some("customer_tax_location_invalid"),
            "customer",
            message.to_owned(),
        );
        return Err(problem);
    }
    Ok(())
}

/// Each mode has parameters of its own.
fn check_mode(input: &Input, mode: &str) -> Result<()> {
    let foreign: &[&str] = match mode {
        "payment" => &["subscription_data", "setup_intent_data", "currency"],
        "setup" => &[
            "line_items",
            "payment_intent_data",
            "subscription_data",
            "submit_type",
            "shipping_address_collection",
        ],
        _ => &[
            "payment_intent_data",
            "setup_intent_data",
            "customer_creation",
            "submit_type",
            "currency",
        ],
    };
    if let Some(name) = foreign.iter().find(|name| input.get(name).is_some()) {
        let message = format!("You can not pass `{name}` in `{mode}` mode.");
        return Err(Problem::parameter(None, name, message));
    }
    check_countries(input)?;
    let days = input
        .get("subscription_data")
        .and_then(|data| data["trial_period_days"].as_i64());
    if days.is_some_and(|days| !(1..=730).contains(&days)) {
        let message = "A trial has 1 to 730 days.".to_owned();
        return Err(Problem::parameter(
            None,
            "subscription_data[trial_period_days]",
            message,
        ));
    }
    Ok(())
}

/// Countries that are delivered to are two capital letters.
fn check_countries(input: &Input) -> Result<()> {
    let Some(asked) = input.get("shipping_address_collection") else {
        return Ok(());
    };
    let countries = asked["allowed_countries"].as_array();
    let countries = countries.map(Vec::as_slice).unwrap_or_default();
    let is_country = |code: &Value| {
        code.as_str()
            .is_some_and(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()))
    };
    if !countries.is_empty() && countries.iter().all(is_country) {
        return Ok(());
    }
    let param = "shipping_address_collection[allowed_countries]";
    let message = "Invalid allowed_countries: name at least one two-letter country code".to_owned();
    Err(Problem::parameter(None, param, message))
}

fn check_url(input: &Input, name: &str) -> Result<()> {
    let Some(text) = input.text(name) else {
        return Ok(());
    };
    let is_http = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_http {
        return Ok(());
    }
    Err(Problem::parameter(
        Some("url_invalid"),
        name,
        format!("Not a valid URL: {text}"),
    ))
}

/// Fields of what the sandbox does not do.
const EMPTY: &[&str] = &[
    "adaptive_pricing",
    "after_expiration",
    "amount_subtotal",
    "amount_total",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency",
    "currency_conversion",
    "customer_account",
    "customer_details",
    "invoice",
    "invoice_creation",
    "payment_intent",
    "payment_link",
    "recovered_from",
    "setup_intent",
    "shipping_cost",
    "subscription",
    "wallet_options",
];

const TAKEN_OVER: &[&str] = &[
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "locale",
    "shipping_address_collection",
    "submit_type",
    "success_url",
];

fn blank(ctx: &Context, input: &Input, expires_at: i64) -> Value {
    let side = if ctx.scope.live { "live" } else { "test" };
    let id = ctx.id(&format!("cs_{side}_"));
    let mut session = json!({
        "url": format!("{}/checkout/{id}", ctx.base),
        "id": id,
        "object": "checkout.session",
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "created": ctx.now,
        "custom_fields": [],
        "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
        "customer_creation": input.text("customer_creation").unwrap_or("if_required"),
        "discounts": [],
        "expires_at": expires_at,
        "livemode": ctx.scope.live,
        "mode": input.or_null("mode"),
        "payment_method_collection": "if_required",
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": "hosted_page",
    });
    let url = format!("/v1/checkout/sessions/{id}/line_items");
    session["_line_items"] = json!({ "object": "list", "data": [], "has_more": false, "url": url });
    for name in EMPTY {
        session[*name] = Value::Null;
    }
    for name in TAKEN_OVER {
        session[*name] = input.or_null(name);
    }
    session
}
