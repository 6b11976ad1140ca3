//! Prices: what is paid is fixed for good, only name, key, state and notes change.

use serde_json::{Map, Value, json};

use crate::context::{Context, Input};
use crate::objects::{self, take_over};
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::{events, metadata};

/// How often a price is paid.
pub(crate) const RECURRING: Kind = Kind::Fields(&[
    must("interval", Kind::Choice(&["day", "week", "month", "year"])),
    may("interval_count", Kind::Integer),
    may("trial_period_days", Kind::Integer),
    may("usage_type", Kind::Choice(&["licensed"])),
]);

const TAX: Kind = Kind::Choice(&["exclusive", "inclusive", "unspecified"]);

/// A price inside another call.
pub(crate) const INLINE: &[Field] = &[
    must("currency", Kind::Text),
    may("unit_amount", Kind::Integer),
    may("unit_amount_decimal", Kind::Text),
    may("recurring", RECURRING),
    may("tax_behavior", TAX),
    may("metadata", Kind::Texts),
];

/// A product inside a call that makes a price.
pub(crate) const PRODUCT_DATA: &[Field] = &[
    must("name", Kind::Text),
    may("id", Kind::Text),
    may("active", Kind::Bool),
    may("description", Kind::Text),
    may("images", Kind::List(&Kind::Text)),
    may("metadata", Kind::Texts),
    may("statement_descriptor", Kind::Text),
    may("tax_code", Kind::Text),
    may("unit_label", Kind::Text),
];

/// Parameters of `POST /v1/prices`.
pub(crate) const CREATE: &[Field] = &[
    must("currency", Kind::Text),
    may("active", Kind::Bool),
    may("billing_scheme", Kind::Choice(&["per_unit"])),
    may("lookup_key", Kind::Text),
    may("metadata", Kind::Texts),
    may("nickname", Kind::Text),
    may("product", Kind::Text),
    may("product_data", Kind::Fields(PRODUCT_DATA)),
    may("recurring", RECURRING),
    may("tax_behavior", TAX),
    may("transfer_lookup_key", Kind::Bool),
    may("unit_amount", Kind::Integer),
    may("unit_amount_decimal", Kind::Text),
];

/// Parameters of `POST /v1/prices/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("active", Kind::Bool),
    may("lookup_key", Kind::Text),
    may("metadata", Kind::Texts),
    may("nickname", Kind::Text),
    may("tax_behavior", TAX),
    may("transfer_lookup_key", Kind::Bool),
];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("active", Kind::Bool),
    may("created", Kind::Range),
    may("currency", Kind::Text),
    may("lookup_keys", Kind::List(&Kind::Text)),
    may("product", Kind::Text),
    may(
        "recurring",
        Kind::Fields(&[may(
            "interval",
            Kind::Choice(&["day", "week", "month", "year"]),
        )]),
    ),
    may("type", Kind::Choice(&["one_time", "recurring"])),
];

/// `POST /v1/prices`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let product = match (input.text("product"), input.get("product_data")) {
        (Some(id), None) => objects::get_living(ctx, "product", id, "product")?["id"].clone(),
        (None, Some(data)) => make_product(ctx, data)?["id"].clone(),
        (None, None) => {
            let message = "Missing required param: product.".to_owned();
            return Err(Problem::parameter(
                Some("parameter_missing"),
                "product",
                message,
            ));
        }
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: product, product_data.";
            return Err(Problem::parameter(None, "product", message.to_owned()));
        }
    };
    let product = product.as_str().unwrap_or_default();
    let mut price = blank(ctx, &input.params.clone().into(), product)?;
    price["metadata"] = metadata::of(input)?;
    take_over(&mut price, input, &["active", "nickname"]);
    claim_lookup_key(ctx, input, &price)?;
    take_over(&mut price, input, &["lookup_key"]);
    objects::insert(ctx, &price)?;
    events::emit(ctx, "price.created", &price)?;
    Ok(price)
}

/// `GET /v1/prices/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get(ctx, "price", input.id(), "price")
}

/// `POST /v1/prices/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let before = objects::get(ctx, "price", input.id(), "price")?;
    let mut price = before.clone();
    if input.flag("active") == Some(false) && before["active"] == true {
        refuse_default(ctx, &price)?;
    }
    if price["tax_behavior"] != "unspecified"
        && input
            .get("tax_behavior")
            .is_some_and(|asked| *asked != price["tax_behavior"])
    {
        let message = "The tax behavior of a price cannot be changed once it is set.".to_owned();
        return Err(Problem::parameter(None, "tax_behavior", message));
    }
    claim_lookup_key(ctx, input, &price)?;
    take_over(
        &mut price,
        input,
        &["active", "lookup_key", "nickname", "tax_behavior"],
    );
    metadata::merge(&mut price, input.params.get("metadata"))?;
    events::save(ctx, "price.updated", &before, &price)?;
    Ok(price)
}

/// `GET /v1/prices`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let mut found = objects::all(ctx, "price")?;
    let keys = input.get("lookup_keys").and_then(Value::as_array);
    let interval = input
        .get("recurring")
        .map(|recurring| &recurring["interval"]);
    let equal = |body: &Value| {
        ["active", "currency", "product", "type"]
            .iter()
            .all(|name| input.get(name).is_none_or(|value| body[*name] == *value))
    };
    found.retain(|body| {
        objects::in_range(input, body)
            && keys.is_none_or(|keys| keys.contains(&body["lookup_key"]))
            && interval.is_none_or(|interval| body["recurring"]["interval"] == *interval)
            && equal(body)
    });
    objects::page(input, &found, "/v1/prices")
}

/// Makes and keeps a price that another call describes; the caller records the event.
pub(crate) fn make(ctx: &Context, data: &Value, product: &str) -> Result<Value> {
    let mut price = blank(ctx, data, product)?;
    metadata::merge(&mut price, data.get("metadata"))?;
    objects::insert(ctx, &price)?;
    Ok(price)
}

/// Makes and keeps the product that a price brings along.
pub(crate) fn make_product(ctx: &Context, data: &Value) -> Result<Value> {
    let given: Map<String, Value> = data.as_object().cloned().unwrap_or_default();
    let input = Input {
        ids: Vec::new(),
        params: given,
    };
    super::products::create(ctx, &input)
}

fn blank(ctx: &Context, data: &Value, product: &str) -> Result<Value> {
    let amount = amount(data)?;
    let recurring = recurring(&data["recurring"])?;
    Ok(json!({
        "id": ctx.id("price_"),
        "object": "price",
        "active": true,
        "billing_scheme": "per_unit",
        "created": ctx.now,
        "currency": currency(objects::text(data, "currency"), "currency")?,
        "custom_unit_amount": null,
        "livemode": ctx.scope.live,
        "lookup_key": null,
        "metadata": {},
        "nickname": null,
        "product": product,
        "type": if recurring.is_null() { "one_time" } else { "recurring" },
        "recurring": recurring,
        "tax_behavior": data["tax_behavior"].as_str().unwrap_or("unspecified"),
        "tiers_mode": null,
        "transform_quantity": null,
        "unit_amount": amount,
        "unit_amount_decimal": amount.to_string(),
    }))
}

/// A currency in small letters; any three letters are one.
pub(crate) fn currency(text: &str, param: &str) -> Result<String> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Problem::parameter(
        None,
        param,
        format!("Invalid currency: {text}"),
    ))
}

fn amount(data: &Value) -> Result<i64> {
    let decimal = data["unit_amount_decimal"].as_str();
    let amount = match (data["unit_amount"].as_i64(), decimal) {
        (Some(amount), None) => amount,
        (None, Some(decimal)) => decimal.parse().map_err(|_| {
            let message =
                format!("Invalid decimal: {decimal}; the sandbox knows whole minor units only");
            Problem::parameter(
                Some("parameter_invalid_integer"),
                "unit_amount_decimal",
                message,
            )
        })?,
        (None, None) => {
            let message = "Missing required param: unit_amount.".to_owned();
            return Err(Problem::parameter(
                Some("parameter_missing"),
                "unit_amount",
                message,
            ));
        }
        (Some(_), Some(_)) => {
            let message =
                "You may only specify one of these parameters: unit_amount, unit_amount_decimal.";
            return Err(Problem::parameter(None, "unit_amount", message.to_owned()));
        }
    };
    if (0..=AMOUNT_MAX).contains(&amount) {
        return Ok(amount);
    }
    let message = format!("Invalid integer: {amount}; an amount is between 0 and {AMOUNT_MAX}");
    Err(Problem::parameter(
        Some("parameter_invalid_integer"),
        "unit_amount",
        message,
    ))
}

const AMOUNT_MAX: i64 = 99_999_999_999;
const INTERVALS_MAX: &[(&str, i64)] = &[("day", 1095), ("week", 156), ("month", 36), ("year", 3)];

fn recurring(given: &Value) -> Result<Value> {
    let Some(interval) = given["interval"].as_str() else {
        return Ok(Value::Null);
    };
    let count = given["interval_count"].as_i64().unwrap_or(1);
    let most = INTERVALS_MAX
        .iter()
        .find(|(name, _)| *name == interval)
        .map_or(1, |(_, most)| *most);
    if !(1..=most).contains(&count) {
        let message =
            format!("Invalid interval_count: between 1 and {most} for an interval of {interval}");
        return Err(Problem::parameter(
            None,
            "recurring[interval_count]",
            message,
        ));
    }
    Ok(json!({
        "interval": interval,
        "interval_count": count,
        "meter": null,
        "trial_period_days": given["trial_period_days"],
        "usage_type": "licensed",
    }))
}

/// A lookup key belongs to one price; `transfer_lookup_key` takes it from the one that has it.
fn claim_lookup_key(ctx: &Context, input: &Input, price: &Value) -> Result<()> {
    let Some(key) = input.text("lookup_key") else {
        return Ok(());
    };
    let prices = objects::all(ctx, "price")?;
    let Some(holder) = prices
        .iter()
        .find(|other| other["lookup_key"] == key && other["id"] != price["id"])
    else {
        return Ok(());
    };
    if input.flag("transfer_lookup_key") != Some(true) {
        let message = format!(
            "A price (`{}`) already uses that lookup key.",
            objects::text(holder, "id")
        );
        return Err(Problem::invalid(message).with_param("lookup_key"));
    }
    let mut without = holder.clone();
    without["lookup_key"] = Value::Null;
    events::save(ctx, "price.updated", holder, &without)
}

fn refuse_default(ctx: &Context, price: &Value) -> Result<()> {
    let product = objects::get(ctx, "product", objects::text(price, "product"), "product")?;
    if product["default_price"] == price["id"] {
        let message =
            "This price cannot be archived because it is the default price of its product.";
        return Err(Problem::invalid(message).with_param("active"));
    }
    Ok(())
}
