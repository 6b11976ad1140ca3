//! Products.

use serde_json::{Value, json};

use super::prices;
use crate::context::{Context, Input};
use crate::objects::{self, take_over};
use crate::params::{Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::{events, metadata};

const PACKAGE: Kind = Kind::Fields(&[
    must("height", Kind::Integer),
    must("length", Kind::Integer),
    must("weight", Kind::Integer),
    must("width", Kind::Integer),
]);

const FEATURES: Kind = Kind::List(&Kind::Fields(&[must("name", Kind::Text)]));

/// Parameters of `POST /v1/products`.
pub(crate) const CREATE: &[Field] = &[
    must("name", Kind::Text),
    may("id", Kind::Text),
    may("active", Kind::Bool),
    may("default_price_data", Kind::Fields(prices::INLINE)),
    may("description", Kind::Text),
    may("images", Kind::List(&Kind::Text)),
    may("marketing_features", FEATURES),
    may("metadata", Kind::Texts),
    may("package_dimensions", PACKAGE),
    may("shippable", Kind::Bool),
    may("statement_descriptor", Kind::Text),
    may("tax_code", Kind::Text),
    may("type", Kind::Choice(&["good", "service"])),
    may("unit_label", Kind::Text),
    may("url", Kind::Text),
];

/// Parameters of `POST /v1/products/{id}`.
pub(crate) const UPDATE: &[Field] = &[
    may("name", Kind::Text),
    may("active", Kind::Bool),
    may("default_price", Kind::Text),
    may("description", Kind::Text),
    may("images", Kind::List(&Kind::Text)),
    may("marketing_features", FEATURES),
    may("metadata", Kind::Texts),
    may("package_dimensions", PACKAGE),
    may("shippable", Kind::Bool),
    may("statement_descriptor", Kind::Text),
    may("tax_code", Kind::Text),
    may("unit_label", Kind::Text),
    may("url", Kind::Text),
];

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("active", Kind::Bool),
    may("created", Kind::Range),
    may("ids", Kind::List(&Kind::Text)),
    may("shippable", Kind::Bool),
    may("type", Kind::Choice(&["good", "service"])),
    may("url", Kind::Text),
];

const TAKEN_OVER: &[&str] = &[
    "name",
    "active",
    "description",
    "images",
    "marketing_features",
    "package_dimensions",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "type",
    "unit_label",
    "url",
];

/// `POST /v1/products`.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let id = input
        .text("id")
        .map_or_else(|| ctx.id("prod_"), str::to_owned);
    if objects::find(ctx, &id)?.is_some() {
        let message = format!("Product already exists: {id}");
        return Err(Problem::invalid(message)
            .with_code("resource_already_exists")
            .with_param("id"));
    }
    let mut product = blank(ctx, &id);
    take_over(&mut product, input, TAKEN_OVER);
    lists_are_never_null(&mut product);
    product["metadata"] = metadata::of(input)?;
    objects::insert(ctx, &product)?;
    if let Some(data) = input.get("default_price_data") {
        let price = prices::make(ctx, data, &id)?;
        product["default_price"] = price["id"].clone();
        objects::save(ctx, &product)?;
        events::emit(ctx, "product.created", &product)?;
        events::emit(ctx, "price.created", &price)?;
    } else {
        events::emit(ctx, "product.created", &product)?;
    }
    Ok(product)
}

/// `GET /v1/products/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    objects::get_living(ctx, "product", input.id(), "id")
}

/// `POST /v1/products/{id}`.
pub(crate) fn update(ctx: &Context, input: &Input) -> Result<Value> {
    let before = objects::get_living(ctx, "product", input.id(), "id")?;
    let mut product = before.clone();
    if input.params.get("name").is_some_and(Value::is_null) {
        let message = "You passed an empty string for 'name'; a product keeps its name.".to_owned();
        return Err(Problem::parameter(
            Some("parameter_invalid_empty"),
            "name",
            message,
        ));
    }
    if let Some(price) = input.text("default_price") {
        let price = objects::get(ctx, "price", price, "default_price")?;
        if price["product"] != product["id"] || price["active"] != true {
            let message = "The default price must be an active price of this product.";
            return Err(Problem::invalid(message).with_param("default_price"));
        }
    }
    take_over(&mut product, input, TAKEN_OVER);
    take_over(&mut product, input, &["default_price"]);
    lists_are_never_null(&mut product);
    metadata::merge(&mut product, input.params.get("metadata"))?;
    if product != before {
        product["updated"] = ctx.now.into();
    }
    events::save(ctx, "product.updated", &before, &product)?;
    Ok(product)
}

/// `DELETE /v1/products/{id}`: only one that never had a price.
pub(crate) fn delete(ctx: &Context, input: &Input) -> Result<Value> {
    let product = objects::get_living(ctx, "product", input.id(), "id")?;
    let prices = objects::all(ctx, "price")?;
    if prices.iter().any(|price| price["product"] == product["id"]) {
        let message =
            "This product cannot be deleted because it has one or more user-created prices.";
        return Err(Problem::invalid(message));
    }
    events::emit(ctx, "product.deleted", &product)?;
    objects::delete(ctx, "product", input.id())
}

/// `GET /v1/products`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let mut found = objects::all(ctx, "product")?;
    let ids = input.get("ids").and_then(Value::as_array);
    let equal = |body: &Value| {
        ["active", "shippable", "type", "url"]
            .iter()
            .all(|name| input.get(name).is_none_or(|value| body[*name] == *value))
    };
    found.retain(|body| {
        objects::in_range(input, body)
            && ids.is_none_or(|ids| ids.contains(&body["id"]))
            && equal(body)
    });
    objects::page(input, &found, "/v1/products")
}

/// A product of which only the name is known; for prices that bring their product.
pub(crate) fn blank(ctx: &Context, id: &str) -> Value {
    json!({
        "id": id,
        "object": "product",
        "active": true,
        "created": ctx.now,
        "default_price": null,
        "description": null,
        "images": [],
        "livemode": ctx.scope.live,
        "marketing_features": [],
        "metadata": {},
        "name": "",
        "package_dimensions": null,
        "shippable": null,
        "statement_descriptor": null,
        "tax_code": null,
        "type": "service",
        "unit_label": null,
        "updated": ctx.now,
        "url": null,
    })
}

fn lists_are_never_null(product: &mut Value) {
    for name in ["images", "marketing_features"] {
        if product[name].is_null() {
            product[name] = json!([]);
        }
    }
}
