//! Customers.

use serde_json::{Value, json};

use crate::context::{Context, Input, letters};
use crate::objects::{self, take_over};
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::subscriptions::cycle;
use crate::{events, metadata};

const ADDRESS: Kind = Kind::Fields(ADDRESS_FIELDS);

const ADDRESS_FIELDS: &[Field] = &[
    may("city", Kind::Text),
    may("country", Kind::Text),
    may("line1", Kind::Text),
    may("line2", Kind::Text),
    may("postal_code", Kind::Text),
    may("state", Kind::Text),
];

const SHIPPING: Kind = Kind::Fields(&[
    must("address", ADDRESS),
    must("name", Kind::Text),
    may("phone", Kind::Text),
]);

const INVOICE_SETTINGS: Kind = Kind::Fields(&[may("default_payment_method", Kind::Text)]);

/// Parameters of `POST /v1/customers` and `POST /v1/customers/{id}`.
pub(crate) const FIELDS: &[Field] = &[
    may("address", ADDRESS),
    may("balance", Kind::Integer),
    may("description", Kind::Text),
    may("email", Kind::Text),
    may("invoice_settings", INVOICE_SETTINGS),
    may("metadata", Kind::Texts),
    may("name", Kind::Text),
    may("phone", Kind::Text),
    may("preferred_locales", Kind::List(&Kind::Text)),
    may("shipping", SHIPPING),
    may("tax_exempt", Kind::Choice(&["exempt", "none", "reverse"])),
];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[may("created", Kind::Range), may("email", Kind::Text)];

const TAKEN_OVER: &[&str] = &[
    "balance",
    "description",
    "email",
    "name",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
];

/// `POST /v1/customers`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let mut customer = blank(ctx);
    apply(&mut customer, input)?;
    keep(ctx, customer)
}

/// A customer of whom only the e-mail address is known.
pub(crate) fn make(ctx: &Context, email: &str) -> Result<Value> {
    let mut customer = blank(ctx);
    customer["email"] = email.into();
    keep(ctx, customer)
}

fn keep(ctx: &Context, customer: Value) -> Result<Value> {
    objects::insert(ctx, &customer)?;
    events::emit(ctx, "customer.created", &customer)?;
    Ok(customer)
}

fn blank(ctx: &Context) -> Value {
    json!({
        "id": ctx.id("cus_"),
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": ctx.now,
        "currency": null,
        "customer_account": null,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "discount": null,
        "email": null,
        "invoice_prefix": letters(ctx.random, "", 8).to_ascii_uppercase(),
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": null,
            "footer": null,
            "rendering_options": null,
        },
        "livemode": ctx.scope.live,
        "metadata": {},
        "name": null,
        "next_invoice_sequence": 1,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    })
}

/// `GET /v1/customers/{id}`; a deleted one is answered as a stub.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "customer", input.id(), "id")
}

/// `POST /v1/customers/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let before = objects::get_living(ctx, "customer", input.id(), "id")?;
    let mut customer = before.clone();
    apply(&mut customer, input)?;
    events::save(ctx, "customer.updated", &before, &customer)?;
    Ok(customer)
}

/// `DELETE /v1/customers/{id}`: its subscriptions end with it.
pub(crate) fn delete(ctx: &Context, input: &Input) -> Result<Value> {
    let customer = objects::get_living(ctx, "customer", input.id(), "id")?;
    for subscription in objects::all(ctx, "subscription")? {
        if subscription["customer"] == customer["id"] && subscription["ended_at"].is_null() {
            cycle::cancel(ctx, subscription, "cancellation_requested")?;
        }
    }
    let stub = objects::delete(ctx, "customer", input.id())?;
    events::emit(ctx, "customer.deleted", &customer)?;
    Ok(stub)
}

/// `GET /v1/customers`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    objects::list(ctx, input, "customer", &["email"])
}

fn apply(customer: &mut Value, input: &Input) -> Result<()> {
    check_email(input)?;
    take_over(customer, input, TAKEN_OVER);
    if let Some(address) = input.params.get("address") {
        customer["address"] = full_address(address);
    }
    if customer["balance"].is_null() {
        customer["balance"] = 0.into();
    }
    if customer["preferred_locales"].is_null() {
        customer["preferred_locales"] = json!([]);
    }
    if let Some(method) = input
        .get("invoice_settings")
        .and_then(|settings| settings.get("default_payment_method"))
    {
        customer["invoice_settings"]["default_payment_method"] = method.clone();
    }
    metadata::merge(customer, input.params.get("metadata"))
}

/// An address always names all its fields.
fn full_address(given: &Value) -> Value {
    if given.is_null() {
        return Value::Null;
    }
    let mut address = json!({
        "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null,
    });
    for (name, value) in given.as_object().into_iter().flatten() {
        address[name] = value.clone();
    }
    address
}

fn check_email(input: &Input) -> Result<()> {
    let Some(email) = input.text("email") else {
        return Ok(());
    };
    let is_one = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !email.contains(char::is_whitespace)
    });
    if is_one {
        return Ok(());
    }
    let message = format!("Invalid email address: {email}");
    Err(Problem::parameter(Some("email_invalid"), "email", message))
}
