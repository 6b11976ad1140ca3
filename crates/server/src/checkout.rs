//! `POST /api/create-checkout`, `POST /api/customer-portal`, and what became of a checkout.

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Result};
use dream_domain::order::State as OrderState;
use dream_store::customers::{self, Customer};
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::buying::{self, PortalInput, PortalPage, Ways, Wish};
use crate::caller::{Public, User, UserCaller, Visitor};
use crate::http::body::Fields;
use crate::http::params::Segment;
use crate::http::problem::{self, Problem};
use crate::{sales, settling};

/// What to buy, and where to return to.
#[derive(Debug, Default, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"tier": "pro", "successUrl": "http://localhost:3000/welcome", "cancelUrl": "http://localhost:3000/pricing"}))]
pub(crate) struct CheckoutInput {
    /// The name of a tier; `pro` if neither this nor `priceId` is sent.
    tier: Option<String>,
    /// The price that was shown; refused if the tier has another one by now.
    price_id: Option<String>,
    /// An address of an allowed origin. `{CHECKOUT_SESSION_ID}` in it becomes the id of the session.
    success_url: Option<String>,
    /// An address of an allowed origin.
    cancel_url: Option<String>,
}

/// What to buy on the pricing page.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_0123456789abcdef0123456789abcdef", "tier": "pro"}))]
#[expect(
    dead_code,
    reason = "describes the wire; the caller reads the key, and the handler the tier"
)]
pub(crate) struct PricingInput {
    publishable_key: String,
    /// The name of a tier.
    tier: String,
}

/// A page to send the user to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutPage {
    /// Where it is paid; for a user who pays for a plan already, the billing portal.
    #[schema(example = "https://checkout.example.com/cs_test_a1")]
    url: String,
    /// The session; absent if the page is the billing portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
}

/// Where a checkout stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutState {
    /// `open`, `complete` or `expired`.
    #[schema(example = "complete")]
    status: &'static str,
    /// It is paid, or nothing was to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<bool>,
    /// The plan of the user now.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    /// Where the order stands, if products were bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_state: Option<&'static str>,
}

impl CheckoutState {
    /// Of a cart: whoever knows the session may see how it ended.
    fn of_order(state: OrderState) -> Self {
        Self {
            status: match state {
                OrderState::Pending => "open",
                OrderState::Expired => "expired",
                _ => "complete",
            },
            paid: None,
            plan: None,
            order_state: Some(state.as_str()),
        }
    }
}

/// Begin a checkout
///
/// The price always comes from the tier. There is one open checkout per user and tier, so a double click gets the same
/// page; a user who pays for a plan already gets the billing portal instead.
#[utoipa::path(post, path = "/api/create-checkout", operation_id = "createCheckout", tag = "billing", request_body(content = CheckoutInput),
    responses((status = 200, description = "Where to send the user", body = CheckoutPage)), security(("userToken" = []), ("secretKey" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    User(caller): User,
    mut fields: Fields,
) -> problem::Result<Json<CheckoutPage>> {
    let input = CheckoutInput {
        tier: fields.text("tier")?,
        price_id: fields.text("priceId")?,
        success_url: fields.text("successUrl")?,
        cancel_url: fields.text("cancelUrl")?,
    };
    let tenant = &caller.tenant;
    let (success, cancel) = (input.success_url.as_deref(), input.cancel_url.as_deref());
    let ways = Ways::of_plan(&app, tenant, success, cancel)?;
    let buyer = known(&app, &caller).await?;
    let wish = Wish {
        tier: input.tier.as_deref(),
        price_id: input.price_id.as_deref(),
    };
    let page = buying::begin(&app, tenant, &buyer, &wish, &ways).await?;
    Ok(Json(CheckoutPage {
        url: page.url,
        session_id: page.session_id,
    }))
}

/// Begin a checkout on the pricing page
///
/// For whoever is signed in on the hosted pages of the project.
#[utoipa::path(post, path = "/auth/checkout", operation_id = "checkoutFromPricing", tag = "hosted pages", request_body(content = PricingInput),
    responses((status = 200, description = "Where to send the user", body = CheckoutPage)))]
pub(crate) async fn from_pricing(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Json<CheckoutPage>> {
    let tier = visitor.fields.required_text("tier")?;
    let tenant = &visitor.tenant;
    let back = format!(
        "{}/pricing?pk={}",
        app.config.public_url,
        tenant.scope.tenant()
    );
    let ways = Ways {
        cancel: back,
        ..Ways::of_plan(&app, tenant, None, None)?
    };
    let buyer = &visitor.signed_in()?.customer;
    let wish = Wish {
        tier: Some(&tier),
        price_id: None,
    };
    let page = buying::begin(&app, tenant, buyer, &wish, &ways).await?;
    Ok(Json(CheckoutPage {
        url: page.url,
        session_id: page.session_id,
    }))
}

/// Open the billing portal
///
/// Where the user changes plan and card, cancels, and finds invoices.
#[utoipa::path(post, path = "/api/customer-portal", operation_id = "openPortal", tag = "billing", request_body(content = PortalInput),
    responses((status = 200, description = "Where to send the user", body = PortalPage)), security(("userToken" = []), ("secretKey" = [])))]
pub(crate) async fn portal(
    State(app): State<App>,
    User(caller): User,
    fields: Fields,
) -> problem::Result<Json<PortalPage>> {
    let tenant = &caller.tenant;
    let wanted = PortalInput::read(fields)?.wanted(&app, tenant)?;
    let user = known(&app, &caller).await?;
    Ok(Json(PortalPage::open(&app, tenant, &user, &wanted).await?))
}

/// Ask how a checkout ended
///
/// Fetches the session and does what follows from it, as its event would: after this answer says `complete`, the next
/// call of the user has the new plan.
#[utoipa::path(get, path = "/api/checkout/{id}", operation_id = "getCheckout", tag = "billing", params(("id" = String, Path, description = "The `sessionId` of the checkout")),
    responses((status = 200, description = "Where it stands", body = CheckoutState)), security(("userToken" = []), ("secretKey" = []), ("publishableKey" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    user: std::result::Result<User, Problem>,
    public: std::result::Result<Public, Problem>,
    Segment(id): Segment,
) -> problem::Result<Json<CheckoutState>> {
    // A token alone names its project, too (rules 2).
    let (tenant, user) = match user {
        Ok(User(caller)) => (caller.tenant, Some(caller.subject)),
        Err(_) => (public?.0, None),
    };
    Ok(Json(state(&app, &tenant, user.as_deref(), &id).await?))
}

async fn state(app: &App, tenant: &Tenant, user: Option<&str>, id: &str) -> Result<CheckoutState> {
    let missing = || Code::NotFound.error("This user has no such checkout");
    if let Some(sold) = sales::session(app, tenant, id).await? {
        return Ok(CheckoutState::of_order(sold.state));
    }
    let (buyer, _) = settling::buyer(app, tenant, id)
        .await?
        .ok_or_else(missing)?;
    if user != Some(&*buyer) {
        return Err(missing());
    }
    let settled = settling::session(app, tenant, id)
        .await?
        .ok_or_else(missing)?;
    Ok(CheckoutState {
        status: settled.status,
        paid: Some(settled.is_paid),
        plan: settled.plan,
        order_state: None,
    })
}

/// The row of the user who calls: whoever buys must be known to us (rules 1).
async fn known(app: &App, caller: &UserCaller) -> Result<Customer> {
    let unknown = || {
        Code::CustomerNotFound.error(
            "Only customers that exist here can buy; make one with POST /api/customers {\"externalId\": …} first",
        )
    };
    let id = caller
        .known
        .as_ref()
        .map(|user| user.id.clone())
        .ok_or_else(unknown)?;
    let found = customers::find(&app.db, &caller.tenant.scope, &id).await?;
    found.ok_or_else(unknown)
}
