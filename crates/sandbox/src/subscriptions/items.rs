//! What a subscription is made of, and what changing it costs.

use serde_json::{Map, Value};

use super::beginning;
use super::cycle;
use super::invoices::Line;
use crate::billing_time;
use crate::context::Context;
use crate::objects;
use crate::problem::{Problem, Result};

/// Changes, adds and removes items; answers what the rest of the period costs less or more. A new interval begins a
/// new period.
pub(crate) fn change(
    ctx: &Context,
    subscription: &mut Value,
    asked: &[Value],
) -> Result<Vec<Line>> {
    let old = of(subscription);
    let mut new = old.clone();
    for (place, change) in asked.iter().enumerate() {
        let param = format!("items[{place}]");
        apply(ctx, subscription, &mut new, change, &param)?;
    }
    check(&new)?;
    let was = cycle::cycle(&old[0]["price"]);
    let is = cycle::cycle(&new[0]["price"]);
    let trialing = subscription["status"] == "trialing";
    let lines = if trialing {
        Vec::new()
    } else {
        prorated(ctx, cycle::period(subscription), (&old, &new), was == is)
    };
    subscription["items"]["data"] = new.into();
    if was != is && !trialing {
        subscription["billing_cycle_anchor"] = ctx.now.into();
        cycle::set_period(subscription, ctx.now, is.next(ctx.now, ctx.now));
    }
    Ok(lines)
}

/// The items of a subscription.
pub(crate) fn of(subscription: &Value) -> Vec<Value> {
    let data = subscription["items"]["data"].as_array();
    data.cloned().unwrap_or_default()
}

/// A recurring price that is on sale.
pub(crate) fn price(ctx: &Context, id: &str, param: &str) -> Result<Value> {
    let price = objects::get(ctx, "price", id, param)?;
    if price["active"] != true {
        let message = "The price specified is inactive. This field only accepts active prices.";
        return Err(Problem::invalid(message)
            .with_code("price_inactive")
            .with_param(param));
    }
    if price["type"] != "recurring" {
        let message = "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.";
        return Err(Problem::invalid(message).with_param(param));
    }
    Ok(price)
}

/// Prices and quantities as a call names them.
pub(crate) fn pairs(ctx: &Context, asked: &Value) -> Result<Vec<(Value, i64)>> {
    let asked = asked.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut pairs = Vec::with_capacity(asked.len());
    for (place, item) in asked.iter().enumerate() {
        let param = format!("items[{place}][price]");
        let price = price(ctx, objects::text(item, "price"), &param)?;
        pairs.push((price, quantity(item, 1, &format!("items[{place}]"))?));
    }
    alike(pairs)
}

/// Items share one interval and one currency.
pub(crate) fn alike(items: Vec<(Value, i64)>) -> Result<Vec<(Value, i64)>> {
    let Some((first, _)) = items.first() else {
        let message = "Missing required param: items.".to_owned();
        let code = Some("parameter_missing");
        return Err(Problem::parameter(code, "items", message));
    };
    let differs = |price: &Value| {
        cycle::cycle(price) != cycle::cycle(first) || price["currency"] != first["currency"]
    };
    if items.iter().any(|(price, _)| differs(price)) {
        let message = "All items of a subscription share one interval and one currency.";
        return Err(Problem::invalid(message).with_param("items"));
    }
    Ok(items)
}

/// One change: an item that is named is changed or removed, one that is not is added.
fn apply(
    ctx: &Context,
    subscription: &Value,
    items: &mut Vec<Value>,
    change: &Value,
    param: &str,
) -> Result<()> {
    let new_price = change["price"].as_str();
    let new_price = new_price.map(|id| price(ctx, id, &format!("{param}[price]")));
    let new_price = new_price.transpose()?;
    let Some(id) = change["id"].as_str() else {
        let Some(price) = new_price else {
            let message = format!("Missing required param: {param}[price].");
            let code = Some("parameter_missing");
            return Err(Problem::parameter(
                code,
                &format!("{param}[price]"),
                message,
            ));
        };
        let of = objects::text(subscription, "id");
        let many = quantity(change, 1, param)?;
        let mut item = beginning::item(ctx, of, &price, many, cycle::period(subscription));
        note(&mut item, &change["metadata"]);
        items.push(item);
        return Ok(());
    };
    let place = items.iter().position(|item| item["id"] == id);
    let place =
        place.ok_or_else(|| Problem::missing("subscription item", id, &format!("{param}[id]")))?;
    if change["deleted"] == true {
        items.remove(place);
        return Ok(());
    }
    let item = &mut items[place];
    let known = item["quantity"].as_i64().unwrap_or(1);
    item["quantity"] = quantity(change, known, param)?.into();
    if let Some(price) = new_price {
        item["price"] = price;
    }
    note(item, &change["metadata"]);
    Ok(())
}

fn quantity(change: &Value, known: i64, param: &str) -> Result<i64> {
    match change["quantity"].as_i64() {
        None => Ok(known),
        Some(many @ 0..=999_999) => Ok(many),
        Some(many) => {
            let message = format!("Invalid integer: {many}; a quantity is between 0 and 999999");
            let code = Some("parameter_invalid_integer");
            Err(Problem::parameter(
                code,
                &format!("{param}[quantity]"),
                message,
            ))
        }
    }
}

/// Merges metadata; an empty value takes its key away.
fn note(item: &mut Value, given: &Value) {
    let Some(given) = given.as_object() else {
        return;
    };
    let mut merged: Map<String, Value> = item["metadata"].as_object().cloned().unwrap_or_default();
    for (key, value) in given {
        merged.insert(key.clone(), value.clone());
    }
    merged.retain(|_, value| value != "");
    item["metadata"] = merged.into();
}

fn check(items: &[Value]) -> Result<()> {
    if items.is_empty() {
        let message = "A subscription must have at least one item. To end it, cancel it.";
        return Err(Problem::invalid(message).with_param("items"));
    }
    let same = |(place, item): (usize, &Value)| {
        let mut before = items[..place].iter();
        before.any(|other| other["price"]["id"] == item["price"]["id"])
    };
    if items.iter().enumerate().any(same) {
        let message = "Cannot add multiple subscription items with the same plan.";
        return Err(Problem::invalid(message).with_param("items"));
    }
    let pairs = items.iter().map(|item| (item["price"].clone(), 1));
    alike(pairs.collect()).map(|_| ())
}

/// Credit for what is not used of the old items, and the price of the rest of the period for the new ones. With a new
/// interval nothing is kept, and a whole period is charged elsewhere.
fn prorated(
    ctx: &Context,
    (start, end): (i64, i64),
    (old, new): (&[Value], &[Value]),
    same_cycle: bool,
) -> Vec<Line> {
    let part = |item: &Value, sign: i64| Line {
        item: item.clone(),
        amount: sign * billing_time::unused(cycle::cost(item), start, end, ctx.now),
        start: ctx.now,
        end,
        proration: true,
    };
    let find = |items: &[Value], id: &Value| items.iter().find(|item| item["id"] == *id).cloned();
    let mut lines = Vec::new();
    for before in old {
        match find(new, &before["id"]) {
            Some(after) if same_cycle && cycle::cost(&after) == cycle::cost(before) => {}
            Some(after) if same_cycle => lines.extend([part(before, -1), part(&after, 1)]),
            _ => lines.push(part(before, -1)),
        }
    }
    let added = new.iter().filter(|item| find(old, &item["id"]).is_none());
    if same_cycle {
        lines.extend(added.map(|item| part(item, 1)));
    }
    lines
}
