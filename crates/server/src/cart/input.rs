//! What shoppers send.

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::order::{LINES_MAX, QUANTITY_MAX};
use dream_domain::text;
use dream_domain::user::Email;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::body::{Fields, missing, wrong};

/// A cart.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"items": [{"priceId": "price_1", "quantity": 2}], "email": "jane@example.com",
    "successUrl": "http://localhost:3000/thanks", "cancelUrl": "http://localhost:3000/cart"}))]
pub(crate) struct CartInput {
    /// 1 to 100 lines; the same product twice counts together.
    pub(super) items: Vec<Item>,
    /// Where the receipt goes; the payment page asks if it is left out.
    pub(super) email: Option<String>,
    /// An address of an allowed origin. `{CHECKOUT_SESSION_ID}` in it becomes the id of the session.
    pub(super) success_url: Option<String>,
    /// An address of an allowed origin.
    pub(super) cancel_url: Option<String>,
}

/// A line of a cart: one of `priceId`, `productId` and `tier`.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct Item {
    /// As `GET /api/products` shows it: the line is refused if the product costs something else by now.
    pub(super) price_id: Option<String>,
    pub(super) product_id: Option<String>,
    /// The internal name, `key` of `GET /api/products`.
    pub(super) tier: Option<String>,
    /// 1 if left out.
    #[schema(minimum = 1, value_type = Option<i64>)]
    pub(super) quantity: i64,
}

impl CartInput {
    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let given = fields.list("items")?.ok_or_else(empty)?;
        if given.is_empty() {
            return Err(empty());
        }
        if given.len() > LINES_MAX {
            return Err(invalid(
                "items",
                format!("has {} lines, of {LINES_MAX} allowed", given.len()),
                "Split the cart into several orders",
            ));
        }
        let mut items = Vec::with_capacity(given.len());
        for (place, value) in given.into_iter().enumerate() {
            let here = format!("items[{place}]");
            items.push(Item::read(value).map_err(|error| error.inside(&here))?);
        }
        if let Some(name) = fields.text("name")? {
            text::line("name", &name, 200)?;
        }
        let email = fields.text("email")?.filter(|email| !email.is_empty());
        Ok(Self {
            items,
            email: email
                .map(|email| Email::parse(&email).map(|email| email.as_str().to_owned()))
                .transpose()?,
            success_url: fields.text("successUrl")?,
            cancel_url: fields.text("cancelUrl")?,
        })
    }
}

impl Item {
    fn read(value: Value) -> Result<Self> {
        let Value::Object(members) = value else {
            return Err(wrong("item", "must be an object"));
        };
        let mut fields = Fields::of(members);
        let item = Self {
            price_id: fields.text("priceId")?,
            product_id: fields.text("productId")?,
            tier: fields.text("tier")?,
            quantity: fields.int("quantity")?.unwrap_or(1),
        };
        if item.price_id.is_none() && item.product_id.is_none() && item.tier.is_none() {
            return Err(missing("priceId"));
        }
        if !(1..=QUANTITY_MAX).contains(&item.quantity) {
            return Err(invalid(
                "quantity",
                format!("must be 1 to {QUANTITY_MAX}"),
                "Send a positive whole number",
            ));
        }
        Ok(item)
    }
}

fn empty() -> Error {
    Code::EmptyCart.error("The cart is empty; send items: [{priceId, quantity}]")
}
