//! What a session sells.

use serde_json::{Value, json};

use crate::catalog::prices;
use crate::context::Context;
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::{Problem, Result};

/// Parameters of one line.
pub(super) const FIELDS: &[Field] = &[
    may("metadata", Kind::Texts),
    may("price", Kind::Text),
    may("price_data", Kind::Fields(PRICE_DATA)),
    may("quantity", Kind::Integer),
];

const PRICE_DATA: &[Field] = &[
    crate::params::must("currency", Kind::Text),
    may("product", Kind::Text),
    may("product_data", Kind::Fields(prices::PRODUCT_DATA)),
    may("recurring", prices::RECURRING),
    may(
        "tax_behavior",
        Kind::Choice(&["exclusive", "inclusive", "unspecified"]),
    ),
    may("unit_amount", Kind::Integer),
    may("unit_amount_decimal", Kind::Text),
];

/// The lines as they are answered: all of one currency, and of prices that fit the mode. A subscription has at least
/// one recurring price, which costs nothing yet if it begins with a trial.
pub(super) fn make(ctx: &Context, asked: &Value, mode: &str, trial: bool) -> Result<Vec<Value>> {
    let asked = asked.as_array().map(Vec::as_slice).unwrap_or_default();
    if asked.is_empty() {
        let message = "Missing required param: line_items.".to_owned();
        return Err(Problem::parameter(
            Some("parameter_missing"),
            "line_items",
            message,
        ));
    }
    let mut lines: Vec<Value> = Vec::with_capacity(asked.len());
    for (place, line) in asked.iter().enumerate() {
        let line = one(ctx, line, mode, trial, &format!("line_items[{place}]"))?;
        if lines
            .first()
            .is_some_and(|first| first["currency"] != line["currency"])
        {
            let message = "All prices on a Checkout session must have the same currency.";
            return Err(Problem::invalid(message).with_param("line_items"));
        }
        lines.push(line);
    }
    if mode == "subscription" && !lines.iter().any(is_recurring) {
        let message = "You must provide at least one recurring price in `subscription` mode when using prices.";
        return Err(Problem::invalid(message).with_param("line_items"));
    }
    Ok(lines)
}

/// Whether a line is paid again and again.
pub(super) fn is_recurring(line: &Value) -> bool {
    line["price"]["type"] == "recurring"
}

fn one(ctx: &Context, asked: &Value, mode: &str, trial: bool, param: &str) -> Result<Value> {
    let price = price(ctx, asked, param)?;
    check_mode(&price, mode, param)?;
    let Some(quantity @ 1..=999_999) = asked["quantity"].as_i64() else {
        let message =
            "Quantity is required and at least 1. Add `quantity` to the line item.".to_owned();
        return Err(Problem::parameter(
            None,
            &format!("{param}[quantity]"),
            message,
        ));
    };
    let product = objects::get(ctx, "product", objects::text(&price, "product"), "product")?;
    let total = price["unit_amount"]
        .as_i64()
        .and_then(|amount| amount.checked_mul(quantity));
    let total =
        total.ok_or_else(|| Problem::invalid("The amount is too large.").with_param(param))?;
    let total = if trial && price["type"] == "recurring" {
        0
    } else {
        total
    };
    Ok(json!({
        "id": ctx.id("li_"),
        "object": "item",
        "adjustable_quantity": null,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": asked.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "price": price,
        "quantity": quantity,
    }))
}

fn check_mode(price: &Value, mode: &str, param: &str) -> Result<()> {
    if mode != "payment" || price["type"] != "recurring" {
        return Ok(());
    }
    let message = "You specified `payment` mode but passed a recurring price. \
        Either switch to `subscription` mode or use only one-time prices.";
    Err(Problem::invalid(message).with_param(param))
}

fn price(ctx: &Context, asked: &Value, param: &str) -> Result<Value> {
    match (asked["price"].as_str(), asked.get("price_data")) {
        (Some(id), None) => {
            let price = objects::get(ctx, "price", id, &format!("{param}[price]"))?;
            if price["active"] == true {
                return Ok(price);
            }
            let message = "The price specified is inactive. This field only accepts active prices.";
            Err(Problem::invalid(message)
                .with_code("price_inactive")
                .with_param(&format!("{param}[price]")))
        }
        (None, Some(data)) => inline(ctx, data, param),
        _ => {
            let message = format!("You must provide one of `price` or `price_data` for `{param}`.");
            Err(Problem::parameter(
                Some("parameter_missing"),
                param,
                message,
            ))
        }
    }
}

/// A price made for this session only; it is never offered again.
fn inline(ctx: &Context, data: &Value, param: &str) -> Result<Value> {
    let product = match (data["product"].as_str(), data.get("product_data")) {
        (Some(id), None) => {
            objects::get_living(ctx, "product", id, &format!("{param}[price_data][product]"))?
        }
        (None, Some(data)) => prices::make_product(ctx, data)?,
        _ => {
            let param = format!("{param}[price_data][product]");
            let message = format!("Missing required param: {param}.");
            return Err(Problem::parameter(
                Some("parameter_missing"),
                &param,
                message,
            ));
        }
    };
    let mut price = prices::make(ctx, data, objects::text(&product, "id"))?;
    price["active"] = false.into();
    objects::save(ctx, &price)?;
    Ok(price)
}
