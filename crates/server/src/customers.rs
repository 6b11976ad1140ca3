//! A developer's end users: `/api/customers`, and `/api/me` for the user himself.

mod answer;
mod input;
mod plan;
pub(crate) mod portal;
pub(crate) mod sessions;
pub(crate) mod usage;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Result};
use dream_domain::id::UserId;
use dream_store::customers::{self as store, Customer, Filter};
use dream_store::{audit, sessions as signed_in};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::caller::{Backend, BackendCaller, User};
use crate::customers::answer::{
    CustomerAnswer, CustomerBody, CustomerDeleted, CustomerList, TokenBody,
};
use crate::customers::input::{CustomerChanges, CustomerInput, TokenInput};
use crate::customers::plan::{change, grant, is_default, moved, plan_of};
use crate::http::body::{Fields, wrong};
use crate::http::etag::Known;
use crate::http::params::{Params, Segment};
use crate::http::{page, problem};
use crate::{subscriptions, tokens};

/// The longest a minted token may live: a year.
const TOKEN_SECONDS_MAX: i64 = 366 * 86_400;

/// Create a customer
///
/// `plan` is stored as a grant; the default plan needs none. `externalId` is your own id of the person:
/// what was counted for it before is taken over.
#[utoipa::path(post, path = "/api/customers", operation_id = "createCustomer", tag = "customers", request_body(content = CustomerInput),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same")),
    responses((status = 201, description = "Created", body = CustomerAnswer)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    Backend(caller): Backend,
    fields: Fields,
) -> problem::Result<Response> {
    let input = CustomerInput::read(fields)?;
    let tenant = &caller.tenant;
    let now = app.now();
    let id = UserId::new(now, app.random.bytes());
    let plan = input
        .plan
        .as_deref()
        .map(|name| plan_of(tenant, name))
        .transpose()?;
    let grant = plan
        .filter(|tier| !is_default(tenant, tier))
        .map(|tier| grant(tier, &caller));
    let change = grant
        .as_ref()
        .map(|grant| change(&app, tenant, "", &grant.plan));
    let phc = match &input.password {
        Some(password) => Some(app.hasher.hash(password).await?),
        None => None,
    };
    let act = app.act(
        &caller.actor,
        "customer.create",
        id.as_str(),
        &json!({"plan": grant.as_ref().map(|g| &g.plan)}),
    );
    store::create(
        &app.db,
        caller.scope(),
        &id,
        &input.stored(phc)?,
        grant.as_ref(),
        change.as_ref(),
        &act,
    )
    .await?;
    let customer = found(&app, &caller, id.as_str()).await?;
    let body = CustomerBody::of(&app, tenant, &customer, grant.as_slice());
    Ok((
        StatusCode::CREATED,
        Json(CustomerAnswer {
            success: true,
            customer: body,
        }),
    )
        .into_response())
}

/// Which customers to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Part of an e-mail, a name or an external id, or a whole id.
    search: Option<String>,
    /// Only those on this plan.
    plan: Option<String>,
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List customers
///
/// Newest first.
#[utoipa::path(get, path = "/api/customers", operation_id = "listCustomers", tag = "customers", params(Listing, Known),
    responses((status = 200, description = "A page of customers", body = CustomerList), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let tenant = &caller.tenant;
    let limit = page::limit(listing.limit.as_deref())?;
    let name = format!("customers/{}", tenant.scope.tenant());
    let secret = app.master.cursors();
    let before = page::position(secret, &name, listing.cursor.as_deref())?;
    let plan = listing
        .plan
        .as_deref()
        .map(|name| plan_of(tenant, name))
        .transpose()?;
    let search = listing.search.filter(|text| !text.is_empty());
    if search
        .as_ref()
        .is_some_and(|text| text.contains('\0') || text.len() > 255)
    {
        return Err(wrong("search", "must be up to 255 characters without NUL").into());
    }
    let filter = Filter {
        search,
        plan: plan.map(|tier| tier.name.clone()),
        plan_is_default: plan.is_some_and(|tier| is_default(tenant, tier)),
        before,
    };
    let rows = store::list(&app.db, caller.scope(), &filter, limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|(last, _)| page::cursor(secret, &name, &last.id));
    let customers = rows
        .iter()
        .map(|(customer, grants)| CustomerBody::of(&app, tenant, customer, grants))
        .collect();
    Ok(known.answer(&CustomerList {
        customers,
        next_cursor: next,
        has_more,
    }))
}

/// Get a customer
///
/// By our id or by your `externalId`.
#[utoipa::path(get, path = "/api/customers/{id}", operation_id = "getCustomer", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id"), Known),
    responses((status = 200, description = "The customer", body = CustomerAnswer), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Segment(id): Segment,
) -> problem::Result<Response> {
    let customer = found(&app, &caller, &id).await?;
    let Json(body) = answer(&app, &caller, &customer).await?;
    Ok(known.answer(&body))
}

/// Change a customer
///
/// What is left out stays; `null` clears a name or the external id. A change of plan keeps the count.
#[utoipa::path(patch, path = "/api/customers/{id}", operation_id = "updateCustomer", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id")),
    request_body(content = CustomerChanges), responses((status = 200, description = "Changed", body = CustomerAnswer)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn update(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    fields: Fields,
) -> problem::Result<Json<CustomerAnswer>> {
    let changes = CustomerChanges::read(fields)?;
    let tenant = &caller.tenant;
    let customer = found(&app, &caller, &id).await?;
    let plan = changes
        .plan
        .as_deref()
        .map(|name| plan_of(tenant, name))
        .transpose()?;
    let given = plan.map(|tier| (!is_default(tenant, tier)).then(|| grant(tier, &caller)));
    if let Some(None) = given
        && store::paid(&app.db, caller.scope(), &customer.id).await?
    {
        return Err(Code::Subscribed
            .error("This customer pays for a subscription, which decides the plan; change or cancel it in the billing portal")
            .into());
    }
    let before = store::grants(&app.db, caller.scope(), &customer.id).await?;
    let moved = plan.and_then(|_| moved(&app, tenant, &before, given.as_ref()?.as_ref()));
    let act = app.act(
        &caller.actor,
        "customer.update",
        &customer.id,
        &json!({"plan": plan.map(|tier| &tier.name)}),
    );
    let given = given.as_ref().map(Option::as_ref);
    store::update(
        &app.db,
        caller.scope(),
        &customer,
        &changes.over(&customer)?,
        given,
        moved.as_ref(),
        &act,
    )
    .await?;
    let customer = found(&app, &caller, &customer.id).await?;
    answer(&app, &caller, &customer).await
}

/// Delete a customer
///
/// Everything of theirs is gone and their tokens die at once. Subscriptions are cancelled at the payment provider
/// first: nobody who is deleted goes on paying.
#[utoipa::path(delete, path = "/api/customers/{id}", operation_id = "deleteCustomer", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id")),
    responses((status = 200, description = "Deleted", body = CustomerDeleted)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn delete(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
) -> problem::Result<Json<CustomerDeleted>> {
    let customer = found(&app, &caller, &id).await?;
    subscriptions::cancel_all(&app, &caller.tenant, &customer.id).await?;
    let act = app.act(&caller.actor, "customer.delete", &customer.id, &json!({}));
    store::delete(&app.db, caller.scope(), &customer, &[], &act).await?;
    Ok(Json(CustomerDeleted::of(&customer)))
}

/// Mint a token for a customer
///
/// For apps with their own sign-in: the token lets the browser call as this user with the publishable key.
#[utoipa::path(post, path = "/api/customers/{id}/tokens", operation_id = "createCustomerToken", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id")),
    request_body(content = TokenInput), responses((status = 200, description = "The token", body = TokenBody)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn mint(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    fields: Fields,
) -> problem::Result<Json<TokenBody>> {
    let seconds = TokenInput::read(fields)?.expires_in;
    let seconds = seconds
        .unwrap_or_else(|| i64::try_from(app.config.user_token.as_secs()).unwrap_or(i64::MAX));
    if !(60..=TOKEN_SECONDS_MAX).contains(&seconds) {
        return Err(wrong("expiresIn", "must be 60 to 31622400 seconds").into());
    }
    if **caller.scope().tenant() == *app.root {
        return Err(Code::SecretKeyRequired
            .error("Tokens of developers come from signing in")
            .into());
    }
    let customer = found(&app, &caller, &id).await?;
    let act = app.act(
        &caller.actor,
        "token.mint",
        &customer.id,
        &json!({"seconds": seconds}),
    );
    audit::record(
        &app.db,
        caller.scope().platform(),
        Some(caller.scope().tenant()),
        &act,
    )
    .await?;
    let minted = tokens::mint(&app, &caller.tenant, &customer.id, seconds).await?;
    Ok(Json(TokenBody {
        token: minted.token,
        session_id: minted.session.to_string(),
        expires_at: minted.expires_at.0,
    }))
}

/// Sign a customer out everywhere
///
/// Every session ends and every token of theirs is refused at once.
#[utoipa::path(delete, path = "/api/customers/{id}/tokens", operation_id = "endCustomerSessions", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id")),
    responses((status = 200, description = "Ended", body = CustomerDeleted)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
) -> problem::Result<Json<CustomerDeleted>> {
    let customer = found(&app, &caller, &id).await?;
    let act = app.act(&caller.actor, "token.revoke", &customer.id, &json!({}));
    audit::record(
        &app.db,
        caller.scope().platform(),
        Some(caller.scope().tenant()),
        &act,
    )
    .await?;
    signed_in::revoke(
        &app.db,
        caller.scope(),
        &customer.id,
        None,
        app.clock.machine(),
    )
    .await?;
    Ok(Json(CustomerDeleted::signed_out(&customer)))
}

/// Who am I
///
/// The user of the token, with the plan in force.
#[utoipa::path(get, path = "/api/me", operation_id = "getMe", tag = "usage", responses((status = 200, description = "The user", body = CustomerAnswer)),
    security(("userToken" = []), ("secretKey" = [])))]
pub(crate) async fn me(
    State(app): State<App>,
    User(caller): User,
) -> problem::Result<Json<CustomerAnswer>> {
    let scope = &caller.tenant.scope;
    let unknown = || {
        Code::CustomerNotFound.error(
            "There is no customer with this id; make one with POST /api/customers {externalId}",
        )
    };
    let customer = store::find(&app.db, scope, &caller.subject)
        .await?
        .ok_or_else(unknown)?;
    let grants = store::grants(&app.db, scope, &customer.id).await?;
    let body = CustomerBody::of(&app, &caller.tenant, &customer, &grants);
    Ok(Json(CustomerAnswer {
        success: true,
        customer: body,
    }))
}

async fn answer(
    app: &App,
    caller: &BackendCaller,
    customer: &Customer,
) -> problem::Result<Json<CustomerAnswer>> {
    let grants = store::grants(&app.db, caller.scope(), &customer.id).await?;
    let body = CustomerBody::of(app, &caller.tenant, customer, &grants);
    Ok(Json(CustomerAnswer {
        success: true,
        customer: body,
    }))
}

/// A customer of the caller's project; another project's id answers like a random one.
async fn found(app: &App, caller: &BackendCaller, id: &str) -> Result<Customer> {
    let missing =
        || Code::CustomerNotFound.error("Customer not found or does not belong to your platform");
    if id.contains('\0') {
        return Err(missing());
    }
    store::find(&app.db, caller.scope(), id)
        .await?
        .ok_or_else(missing)
}
