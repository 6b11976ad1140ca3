//! What developers pay the platform: the root project sells its paid plan on the operator's own account.

mod answer;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Error, Result};
use dream_domain::key::Mode;
use dream_domain::subscription::{Decision, Facts, Held, state};
use dream_domain::tier::find_tier;
use dream_store::customers::{self, Customer};
use dream_store::projects::{self, Tenant};
use dream_store::{dashboard, outbox, subscriptions};
use utoipa::ToSchema;

use crate::admin::projects as made;
use crate::app::App;
use crate::buying::{self, Wanted, Ways, Wish};
use crate::caller::{Developer, DeveloperCaller};
use crate::catalog;
use crate::http::body::Fields;
use crate::http::etag::Known;
use crate::http::problem;
use crate::platform::answer::{PlatformCheckout, PlatformPortal, PlatformSubscription};
use crate::root::PAID;

/// Where a developer goes on after the checkout: paid, and not paid.
const PAID_PAGE: &str = "/dashboard?payment=success";
const CANCELLED_PAGE: &str = "/dashboard?payment=cancelled";
/// Where he comes back to from the portal.
const DASHBOARD: &str = "/dashboard";
/// Tells our pages which checkout somebody comes back from; the provider fills in the session.
const SESSION: &str = "session_id={CHECKOUT_SESSION_ID}";

/// Lets the paid plan cost what the price of the settings says. That is asked for behind: the server starts without an
/// answer, and the first checkout asks too.
///
/// # Errors
/// Fails if the database does.
pub async fn adopt_price(app: &App) -> Result<()> {
    let root = made::root(app).await?;
    let is_adopted = |id: &String| root.tiers.iter().any(|tier| tier.price_id == *id);
    let price = &app.config.payments.price_id;
    if price.as_ref().is_none_or(is_adopted) {
        return Ok(());
    }
    for message in catalog::messages(app, root.scope.tenant(), &root.tiers, 0) {
        outbox::add(&app.db, &message).await?;
    }
    app.wake_outbox();
    Ok(())
}

/// Where to return to.
#[derive(Debug, Default, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"successUrl": "/dashboard/billing?payment=success", "cancelUrl": "/dashboard/billing"}))]
pub(crate) struct PlatformCheckoutInput {
    /// `paid`, which is also the default.
    tier: Option<String>,
    /// A page of ours, as a path or in full; `/dashboard?payment=success` if left out.
    success_url: Option<String>,
    /// A page of ours; `/dashboard?payment=cancelled` if left out.
    cancel_url: Option<String>,
}

/// Buy the platform's paid plan
///
/// Opens a checkout for the developer who calls, on the account of whoever runs this server. There is one open checkout
/// per developer, and a developer who pays already gets the billing portal instead. 503 `stripe_not_configured` where
/// the platform is free.
#[utoipa::path(post, path = "/create-checkout", operation_id = "createPlatformCheckout", tag = "developers", request_body(content = PlatformCheckoutInput),
    responses((status = 200, description = "Where to go", body = PlatformCheckout)), security(("developer" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    Developer(developer): Developer,
    mut fields: Fields,
) -> problem::Result<Json<PlatformCheckout>> {
    let input = PlatformCheckoutInput {
        tier: fields.text("tier")?,
        success_url: fields.text("successUrl")?,
        cancel_url: fields.text("cancelUrl")?,
    };
    let paid = own_page(&app, "successUrl", input.success_url, PAID_PAGE)?;
    let ways = Ways {
        success: with_session(&paid),
        cancel: own_page(&app, "cancelUrl", input.cancel_url, CANCELLED_PAGE)?,
    };
    let (root, buyer) = buyer(&app, &developer).await?;
    let wish = Wish {
        tier: Some(input.tier.as_deref().unwrap_or(PAID)),
        price_id: None,
    };
    let page = buying::begin(&app, &root, &buyer, &wish, &ways).await?;
    Ok(Json(PlatformCheckout::of(page)))
}

/// Where to come back to.
#[derive(Debug, Default, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"returnUrl": "/dashboard/billing"}))]
pub(crate) struct PlatformPortalInput {
    /// A page of ours, as a path or in full; `/dashboard` if left out.
    return_url: Option<String>,
}

/// Manage the platform's paid plan
///
/// Where the developer who calls changes his card, cancels, and finds invoices. 400 `no_subscription` for one who never
/// bought the plan.
#[utoipa::path(post, path = "/billing-portal", operation_id = "openPlatformPortal", tag = "developers", request_body(content = PlatformPortalInput),
    responses((status = 200, description = "Where to go", body = PlatformPortal)), security(("developer" = [])))]
pub(crate) async fn portal(
    State(app): State<App>,
    Developer(developer): Developer,
    mut fields: Fields,
) -> problem::Result<Json<PlatformPortal>> {
    let input = PlatformPortalInput {
        return_url: fields.text("returnUrl")?,
    };
    let wanted = Wanted {
        return_url: own_page(&app, "returnUrl", input.return_url, DASHBOARD)?,
        flow: None,
    };
    let (root, buyer) = buyer(&app, &developer).await?;
    // A checkout that was only begun has made a customer at the provider, but nothing to manage.
    let bought = subscriptions::of_user(&app.db, &root.scope, &buyer.id).await?;
    if bought.is_empty() {
        return Err(nothing_bought().into());
    }
    let url = buying::open_portal(&app, &root, &buyer, &wanted).await?;
    Ok(Json(PlatformPortal { url }))
}

/// The developer's own plan
///
/// What the developer who calls pays the platform, until when he has it, and how many live users his projects have.
/// `enforced` tells whether live keys stop without a paid plan; a plan that was cancelled and still runs is `active`
/// with `cancelAt`. 404 `platform_not_found` until the platform is made.
#[utoipa::path(get, path = "/subscription", operation_id = "getPlatformSubscription", tag = "developers", params(Known),
    responses((status = 200, description = "The plan", body = PlatformSubscription), (status = 304, description = "As it was")), security(("developer" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    Developer(developer): Developer,
    known: Known,
) -> problem::Result<Response> {
    let users = live_users(&app, &developer).await?;
    let root = made::root(&app).await?;
    let (scope, now) = (&root.scope, app.now());
    let rows = subscriptions::of_user(&app.db, scope, &developer.user).await?;
    let decided: Vec<(Facts, Decision)> =
        rows.iter().map(dashboard::decided).collect::<Result<_>>()?;
    let held: Vec<Held<'_>> = decided
        .iter()
        .map(|(facts, decision)| Held { facts, decision })
        .collect();
    let mut grants = customers::grants(&app.db, scope, &developer.user).await?;
    grants.retain(|grant| !grant.by.starts_with("subscription:"));
    let state = state(&root.tiers, &grants, &held, now);
    let lead = decided
        .iter()
        .map(|(facts, _)| facts)
        .find(|facts| state.subscription_id.as_ref() == Some(&facts.id));
    let paid = find_tier(&root.tiers, PAID);
    let paid = paid.ok_or_else(|| Code::Internal.error("The paid plan is missing"))?;
    let is_enforced = app.config.payments.price_id.is_some();
    let body = PlatformSubscription::of(&state, lead, paid, users, is_enforced);
    Ok(known.answer(&body))
}

/// Users of all live projects of a developer.
async fn live_users(app: &App, developer: &DeveloperCaller) -> Result<i64> {
    let platform = developer.platform(app).await;
    let platform = platform.map_err(|error| error.with("error", "Platform not found"))?;
    let mut users = 0;
    for tenant in projects::tenants_of(&app.db, &platform, Mode::Live).await? {
        users += projects::count_customers(&app.db, &tenant.scope).await?;
    }
    Ok(users)
}

/// The developer as a customer of the root project.
async fn buyer(app: &App, developer: &DeveloperCaller) -> Result<(Tenant, Customer)> {
    let root = made::root(app).await?;
    let found = customers::find(&app.db, &root.scope, &developer.user).await?;
    let found = found.ok_or_else(|| Code::TokenRevoked.error("This developer is deleted"))?;
    Ok((root, found))
}

fn nothing_bought() -> Error {
    Code::NoSubscription
        .error("You have not bought the paid plan, so there is nothing to manage; POST /create-checkout begins")
        .with("error", "No subscription found")
}

/// A page of ours, named by its path or in full; whatever it says, the browser stays here.
fn own_page(app: &App, field: &'static str, url: Option<String>, default: &str) -> Result<String> {
    let base = &app.config.public_url;
    let given = url.filter(|url| !url.is_empty());
    let given = given.as_deref().unwrap_or(default);
    let path = given.strip_prefix(base.as_str()).unwrap_or(given);
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    if is_path && !path.chars().any(char::is_control) {
        return Ok(format!("{base}{path}"));
    }
    Err(Code::RedirectNotAllowed
        .error(format!("{field} leads to another site than this one"))
        .field(
            field,
            "is no page of ours",
            "Send a path, such as /dashboard",
        ))
}

/// The page settles the checkout that is named in its address before it shows anything.
fn with_session(page: &str) -> String {
    if page.contains(SESSION) {
        return page.to_owned();
    }
    let (page, place) = match page.split_once('#') {
        Some((page, place)) => (page, format!("#{place}")),
        None => (page, String::new()),
    };
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}{SESSION}{place}")
}
