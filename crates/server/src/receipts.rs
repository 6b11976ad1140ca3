//! What a buyer sees of an order: whoever has the token of the receipt.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Result};
use dream_store::orders::{self, Event, Line, Order};
use dream_store::projects::Tenant;
use dream_store::receipts as store;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::params::Segment;
use crate::http::problem;
use crate::identity::secret;
use crate::sales::receipt;

/// The longest text that can be a token; ours have 43 characters.
const TOKEN_MAX_CHARS: usize = 64;
/// What happened that buyers are told; the rest is the seller's.
const TOLD: &[&str] = &[
    "created",
    "paid",
    "payment_processing",
    "payment_failed",
    "out_of_stock",
    "fulfilled",
    "refunded",
    "expired",
    "released",
];

/// A receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptBody {
    order: Bought,
    project: Seller,
}

/// What was bought.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Bought {
    #[schema(example = "ord_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// Milliseconds since the epoch.
    created_at: i64,
    #[schema(example = "paid")]
    status: &'static str,
    lines: Vec<BoughtLine>,
    /// Minor units.
    amount_total: i64,
    amount_refunded: i64,
    #[schema(example = "usd")]
    currency: String,
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_url: Option<String>,
    timeline: Vec<Told>,
}

/// A line of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BoughtLine {
    #[schema(example = "Mug")]
    name: String,
    quantity: i64,
    /// Minor units, of all of them.
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
struct Told {
    at: i64,
    #[schema(example = "Paid $36.00")]
    what: String,
}

/// Who sold it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Seller {
    name: String,
    logo_url: Option<String>,
    accent_color: Option<String>,
}

/// See a receipt
///
/// The token is in the mail to the buyer; it is the only thing needed.
#[utoipa::path(get, path = "/api/receipts/{token}", operation_id = "getReceipt", tag = "orders", params(("token" = String, Path, description = "The token of the link")),
    responses((status = 200, description = "The receipt", body = ReceiptBody)), security(()))]
pub(crate) async fn get(
    State(app): State<App>,
    Segment(token): Segment,
) -> problem::Result<Json<ReceiptBody>> {
    let missing = || Code::NotFound.error("There is no such receipt");
    let found = match hash(&token) {
        Some(hash) => store::find(&app.db, &hash).await?,
        None => None,
    };
    let (tenant, order) = found.ok_or_else(missing)?;
    let lines = orders::lines(&app.db, &tenant.scope, &order.id).await?;
    let events = orders::events(&app.db, &tenant.scope, &order.id).await?;
    Ok(Json(body(&app, &tenant, &order, &lines, &events)))
}

/// The publishable key of the project whose receipt a token opens, for the page that shows it.
pub(crate) async fn tenant_of_receipt(app: &App, token: &str) -> Result<Option<Arc<str>>> {
    match hash(token) {
        Some(hash) => store::tenant_of(&app.db, &hash).await,
        None => Ok(None),
    }
}

fn hash(token: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let could_be = token.len() <= TOKEN_MAX_CHARS && token.bytes().all(plain);
    could_be.then(|| secret::hash(token))
}

fn body(
    app: &App,
    tenant: &Tenant,
    order: &Order,
    lines: &[Line],
    events: &[Event],
) -> ReceiptBody {
    let base = &app.config.public_url;
    let absolute = |path: &str| {
        if path.starts_with('/') {
            format!("{base}{path}")
        } else {
            path.to_owned()
        }
    };
    let line = |line: &Line| BoughtLine {
        name: line.name.to_string(),
        quantity: line.quantity,
        amount: line.amount,
        image_url: line.image_url.as_deref().map(absolute),
    };
    let told = events.iter().filter(|it| TOLD.contains(&&*it.kind));
    let shipping = order.shipping.as_deref();
    ReceiptBody {
        order: Bought {
            id: order.id.to_string(),
            created_at: order.created_at.0,
            status: order.state().as_str(),
            lines: lines.iter().map(line).collect(),
            amount_total: if order.paid_at.is_some() {
                order.amount_paid
            } else {
                order.amount_total
            },
            amount_refunded: order.amount_refunded,
            currency: order.currency.to_string(),
            email: order.email.as_ref().map(ToString::to_string),
            shipping: shipping.and_then(|text| serde_json::from_str(text).ok()),
            tracking_url: order.tracking_url.as_ref().map(ToString::to_string),
            timeline: told
                .map(|event| Told {
                    at: event.at.0,
                    what: receipt::words(order, event),
                })
                .collect(),
        },
        project: Seller {
            name: tenant.name.to_string(),
            logo_url: tenant.logo_url().as_deref().map(absolute),
            accent_color: tenant.settings.accent_color.clone(),
        },
    }
}
