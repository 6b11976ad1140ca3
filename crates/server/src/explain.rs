//! Why a customer has the plan he has, and what he paid.

mod answer;

use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Result};
use dream_domain::subscription::{Decision, Facts, Held, state};
use dream_domain::time::Millis;
use dream_store::customers::{self, Customer};
use dream_store::{dashboard, invoices, subscriptions};
use serde::Deserialize;

use crate::app::App;
use crate::caller::{Backend, BackendCaller};
use crate::explain::answer::{Explanation, InvoiceList};
use crate::http::etag::Known;
use crate::http::params::{Params, Segment};
use crate::http::{page, problem};

/// Invoices that an explanation shows.
const INVOICES: i64 = 10;

/// Explain a customer's plan
///
/// The plan in force, until when, the rule that decided, and every fact it was decided from.
#[utoipa::path(get, path = "/api/customers/{id}/explain", operation_id = "explainCustomer", tag = "customers", params(("id" = String, Path, description = "Our id or yours"), Known),
    responses((status = 200, description = "Why", body = Explanation), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn explain(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Segment(id): Segment,
) -> problem::Result<Response> {
    let customer = customer(&app, &caller, &id).await?;
    let scope = caller.scope();
    let now = app.now();
    let rows = subscriptions::of_user(&app.db, scope, &customer.id).await?;
    let decided: Vec<(Facts, Decision)> =
        rows.iter().map(dashboard::decided).collect::<Result<_>>()?;
    let held: Vec<Held<'_>> = decided
        .iter()
        .map(|(facts, decision)| Held { facts, decision })
        .collect();
    let mut grants = customers::grants(&app.db, scope, &customer.id).await?;
    grants.retain(|grant| !grant.by.starts_with("subscription:"));
    let state = state(&caller.tenant.tiers, &grants, &held, now);
    let paid = invoices::of_user(&app.db, scope, &customer.id, None, INVOICES).await?;
    let body = Explanation::of(&customer, &state, &grants, &rows, &paid, now);
    Ok(known.answer(&body))
}

/// Which invoices to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List the invoices of a customer
///
/// Newest first. Amounts are minor units.
#[utoipa::path(get, path = "/api/customers/{id}/invoices", operation_id = "listInvoices", tag = "customers", params(("id" = String, Path, description = "Our id or yours"), Listing, Known),
    responses((status = 200, description = "A page of invoices", body = InvoiceList), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn list_invoices(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Segment(id): Segment,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let customer = customer(&app, &caller, &id).await?;
    let limit = page::limit(listing.limit.as_deref())?;
    let scope = caller.scope();
    let name = format!("invoices/{}/{}", scope.tenant(), customer.id);
    let secret = app.master.cursors();
    let before = page::position(secret, &name, listing.cursor.as_deref())?;
    let before = before.as_deref().and_then(|text| {
        let (at, id) = text.split_once('/')?;
        Some((Millis(at.parse().ok()?), id))
    });
    let rows = invoices::of_user(&app.db, scope, &customer.id, before, limit + 1).await?;
    let (rows, has_more) = page::cut(rows, limit);
    let last = rows.last().filter(|_| has_more);
    let next_cursor = last.map(|last| {
        let place = format!("{}/{}", last.created_at.0, last.id);
        page::cursor(secret, &name, &place)
    });
    Ok(known.answer(&InvoiceList::of(&rows, next_cursor, has_more)))
}

async fn customer(app: &App, caller: &BackendCaller, id: &str) -> Result<Customer> {
    let found = customers::find(&app.db, caller.scope(), id).await?;
    found.ok_or_else(|| Code::CustomerNotFound.error("There is no customer with this id"))
}
