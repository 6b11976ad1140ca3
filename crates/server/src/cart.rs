//! `POST /api/cart/checkout`: a cart of products, bought by anyone. Its stock is held before the payment provider is
//! asked, so that whoever gets to the page can have what he pays for.

mod input;
mod lines;
mod shopper;

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{OrderId, ReservationId};
use dream_domain::time::Millis;
use dream_store::orders::{self, Apply, NewLine, NewOrder, Reserved};
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::cart::input::CartInput;
use crate::cart::lines::Line;
use crate::cart::shopper::Shopper;
use crate::http::body::Fields;
use crate::http::problem;
use crate::payments::api::Metadata;
use crate::payments::api::checkout::{NewSession, Payer, Sale, Session};
use crate::payments::{self, Account};
use crate::sales::closing::{Why, give_up, millis};
use crate::sales::{self, receipt};
use crate::{buying, catalog};

/// How often a cart is looked at anew when products change at the same time.
const TRIES_MAX: u32 = 20;

/// A page to send the buyer to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CartPage {
    /// Where it is paid.
    #[schema(example = "https://checkout.example.com/cs_test_a1")]
    url: String,
    #[schema(example = "cs_test_a1")]
    session_id: String,
    #[schema(example = "ord_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    order_id: String,
}

/// Both ways out of a checkout.
struct Ways {
    success: String,
    cancel: String,
}

/// Check a cart out
///
/// Holds the stock of every line or of none, and answers the page where it is paid. If there is not enough, 409
/// `out_of_stock` names in `lines` what was asked for and what is left; a product that was archived or re-priced since
/// answers 409 `cart_changed`. What is not paid in time is available again.
#[utoipa::path(post, path = "/api/cart/checkout", operation_id = "checkoutCart", tag = "catalogue", request_body(content = CartInput),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same")),
    responses((status = 200, description = "Where to send the buyer", body = CartPage)), security(("publishableKey" = []), ("secretKey" = [])))]
pub(crate) async fn checkout(
    State(app): State<App>,
    shopper: Shopper,
    fields: Fields,
) -> problem::Result<Json<CartPage>> {
    let input = CartInput::read(fields)?;
    let ways = ways(&app, &shopper.tenant, &input)?;
    let account = payments::account_of(&app, &shopper.tenant.scope).await?;
    let (order, lines, tenant) = hold(&app, &shopper, &input, &account).await?;
    let made = open(&app, &tenant, &account, &order, &lines, &ways).await;
    let session = match made {
        Ok(session) => session,
        Err(error) => {
            give_up(&app, &tenant, order.id.as_str(), Why::Refused).await?;
            return Err(error.into());
        }
    };
    app.fault("cart.session");
    let url = attach(&app, &tenant, order.id.as_str(), &session).await?;
    Ok(Json(CartPage {
        url,
        session_id: session.id,
        order_id: order.id.to_string(),
    }))
}

/// Where the buyer goes afterwards: only where the project allows (rules 26).
fn ways(app: &App, tenant: &Tenant, input: &CartInput) -> Result<Ways> {
    let success = input.success_url.as_deref();
    let cancel = input.cancel_url.as_deref();
    let success = buying::allowed(app, tenant, "successUrl", success)?;
    let own = format!("{}/return?", app.config.public_url);
    Ok(Ways {
        success: if success.starts_with(&own) {
            format!("{success}&session_id={{CHECKOUT_SESSION_ID}}")
        } else {
            success
        },
        cancel: buying::allowed(app, tenant, "cancelUrl", cancel)?,
    })
}

/// An order that holds its stock.
struct Held {
    id: OrderId,
    email: Option<String>,
    expires_at: Millis,
}

/// Makes the order. What was refused is explained by what the products are now.
async fn hold(
    app: &App,
    shopper: &Shopper,
    input: &CartInput,
    account: &Account<'_>,
) -> Result<(Held, Vec<Line>, Tenant)> {
    let mut tenant = (*shopper.tenant).clone();
    for _ in 0..TRIES_MAX {
        let lines = lines::read(app, &tenant, &input.items).await?;
        let lines = priced(app, &tenant, lines).await?;
        let now = app.now();
        let id = OrderId::new(now, app.random.bytes());
        let held = Held {
            email: input.email.clone().or_else(|| shopper.email.clone()),
            expires_at: now.plus(millis(app.config.store.checkout)),
            id,
        };
        match reserve(app, &tenant, shopper, account, &held, &lines, now).await? {
            Reserved::Held => return Ok((held, lines, tenant)),
            Reserved::TooMany(next) => return Err(too_many(next, now)),
            Reserved::Changed => {}
        }
        let fresh = sales::tenant_named(app, tenant.scope.tenant()).await?;
        tenant = fresh.ok_or_else(|| Code::ProjectNotFound.error("This project is deleted"))?;
    }
    Err(Code::CartChanged.error("The products of this cart are being changed; try again"))
}

/// Products that have no price at the payment provider yet get one now.
async fn priced(app: &App, tenant: &Tenant, mut lines: Vec<Line>) -> Result<Vec<Line>> {
    for line in &mut lines {
        if line.tier.price_id == line.tier.id.as_str() {
            line.tier = catalog::ensure_tier(app, tenant, &line.tier.name).await?;
        }
    }
    Ok(lines)
}

async fn reserve(
    app: &App,
    tenant: &Tenant,
    shopper: &Shopper,
    account: &Account<'_>,
    held: &Held,
    lines: &[Line],
    now: Millis,
) -> Result<Reserved> {
    let (receipt_hash, receipt_sealed) = receipt::token(app, held.id.as_str())?;
    let most = i64::from(app.config.limits.unpaid_orders_per_network);
    let new = NewOrder {
        id: held.id.clone(),
        account_id: &account.id,
        user: shopper.user.as_deref(),
        email: held.email.as_deref(),
        currency: lines
            .first()
            .map_or("usd", |line| line.tier.price.currency.as_str()),
        lines: lines.iter().map(|line| new_line(app, line, now)).collect(),
        receipt_hash: &receipt_hash,
        receipt_sealed: &receipt_sealed,
        created_at: now,
        expires_at: held.expires_at,
        ends_at: sales::closing::end_of(app, held.expires_at),
        most: shopper
            .network
            .as_deref()
            .map(|who| (who, most))
            .filter(|_| most > 0),
    };
    orders::reserve(&app.db, &tenant.scope, &new).await
}

fn new_line<'a>(app: &App, line: &'a Line, now: Millis) -> NewLine<'a> {
    let tier = &line.tier;
    NewLine {
        reservation: ReservationId::new(now, app.random.bytes()),
        tier_id: tier.id.as_str(),
        tier: &tier.name,
        name: &tier.display_name,
        price_id: &tier.price_id,
        unit_amount: tier.price.minor,
        quantity: line.quantity,
        counted: tier.inventory.is_some(),
        image_url: tier.image_urls.first().map(String::as_str),
    }
}

/// Opens the session of an order; the order's id is the idempotency key.
async fn open(
    app: &App,
    tenant: &Tenant,
    account: &Account<'_>,
    order: &Held,
    lines: &[Line],
    ways: &Ways,
) -> Result<Session> {
    app.fault("cart.held");
    let note = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let notes = Metadata::from([
        note("orderId", order.id.as_str()),
        note("publishableKey", tenant.scope.tenant()),
    ]);
    let sold: Vec<(&str, i64)> = lines
        .iter()
        .map(|line| (line.tier.price_id.as_str(), line.quantity))
        .collect();
    let new = NewSession {
        sale: Sale::Payment { metadata: &notes },
        lines: &sold,
        payer: order.email.as_deref().map_or(Payer::Anyone, Payer::Email),
        client_reference_id: Some(order.id.as_str()),
        metadata: &notes,
        success_url: &ways.success,
        cancel_url: &ways.cancel,
        expires_at: Some(order.expires_at),
        automatic_tax: tenant.settings.enable_tax,
        shipping_countries: &tenant.settings.shipping_countries,
        allow_promotion_codes: false,
    };
    let made = account
        .calls()
        .create_checkout(&new, order.id.as_str())
        .await;
    let session = made.map_err(payments::problem)?;
    if session.url.is_none() {
        return Err(Code::PaymentsUnavailable
            .error("The payment provider opened no page; try again in a moment"));
    }
    Ok(session)
}

/// Stores the session with its order. An order that its seller released in this moment is not sold.
async fn attach(app: &App, tenant: &Tenant, id: &str, session: &Session) -> Result<String> {
    for _ in 0..TRIES_MAX {
        let found = orders::find(&app.db, &tenant.scope, id).await?;
        let Some(mut order) = found.filter(|order| order.closed_at.is_none()) else {
            break;
        };
        order.session_id = Some(session.id.as_str().into());
        order.url = session.url.as_deref().map(Into::into);
        order.expires_at = session.expires_at;
        if sales::make(app, tenant, &Apply::of(&order, app.now()))
            .await?
            .is_some()
        {
            return Ok(session.url.clone().unwrap_or_default());
        }
    }
    Err(Code::CartChanged.error("The seller took this order back; check the cart out again"))
}

fn too_many(next: Option<Millis>, now: Millis) -> Error {
    let seconds = next.map_or(60, |next| ((next.0 - now.0) / 1000).max(1));
    Code::RateLimited
        .error("Too many unpaid orders from this address hold stock; pay one of them, or wait")
        .with("retryAfter", seconds)
}
