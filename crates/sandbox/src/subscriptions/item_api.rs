//! `/v1/subscription_items`: single items, each change a change of its subscription.

use serde_json::{Value, json};

use super::{api, items};
use crate::context::{Context, Input};
use crate::objects;
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};

/// Parameters of `POST /v1/subscription_items`.
pub(crate) const CREATE: &[Field] = &[
    must("price", Kind::Text),
    must("subscription", Kind::Text),
    may("metadata", Kind::Texts),
    may("payment_behavior", api::PAYMENT),
    may("proration_behavior", api::PRORATION),
    may("quantity", Kind::Integer),
];

/// Parameters of `POST /v1/subscription_items/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("metadata", Kind::Texts),
    may("payment_behavior", api::PAYMENT),
    may("price", Kind::Text),
    may("proration_behavior", api::PRORATION),
    may("quantity", Kind::Integer),
];

/// Parameters of `DELETE /v1/subscription_items/{id}`.
pub(crate) const DELETE: &[Field] = &[may("proration_behavior", api::PRORATION)];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[must("subscription", Kind::Text)];

/// `POST /v1/subscription_items`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let id = input.text("subscription").unwrap_or_default();
    let after = change(ctx, id, input, json!({}))?;
    Ok(items::of(&after).pop().unwrap_or_default())
}

/// `GET /v1/subscription_items/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    Ok(find(ctx, input.id())?.1)
}

/// `POST /v1/subscription_items/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let (subscription, _) = find(ctx, input.id())?;
    change(ctx, &subscription, input, json!({ "id": input.id() }))?;
    retrieve(ctx, input)
}

/// `DELETE /v1/subscription_items/{id}`: not the last one.
pub(crate) fn delete(ctx: &Context, input: &Input) -> Result<Value> {
    let (subscription, _) = find(ctx, input.id())?;
    let item = json!({ "id": input.id(), "deleted": true });
    change(ctx, &subscription, input, item)?;
    Ok(json!({ "id": input.id(), "object": "subscription_item", "deleted": true }))
}

/// `GET /v1/subscription_items`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let id = input.text("subscription").unwrap_or_default();
    let subscription = objects::get(ctx, "subscription", id, "subscription")?;
    objects::page(input, &items::of(&subscription), "/v1/subscription_items")
}

/// The subscription of an item, and the item.
fn find(ctx: &Context, id: &str) -> Result<(String, Value)> {
    for subscription in objects::all(ctx, "subscription")? {
        if let Some(item) = items::of(&subscription)
            .into_iter()
            .find(|item| item["id"] == id)
        {
            return Ok((objects::text(&subscription, "id").to_owned(), item));
        }
    }
    Err(Problem::missing("subscription item", id, "item"))
}

fn change(ctx: &Context, subscription: &str, input: &Input, mut item: Value) -> Result<Value> {
    objects::take_over(&mut item, input, &["metadata", "price", "quantity"]);
    let mut params = json!({ "items": [item] });
    objects::take_over(
        &mut params,
        input,
        &["payment_behavior", "proration_behavior"],
    );
    let change = Input {
        ids: vec![subscription.to_owned()],
        params: params.as_object().cloned().unwrap_or_default(),
    };
    api::update(ctx, &change)
}
