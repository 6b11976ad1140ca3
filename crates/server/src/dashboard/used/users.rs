//! Who uses what a project counts in the periods that run, a page at a time, most first.

use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Result};
use dream_store::dashboard::{self as store, Running, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{meter, near, wish};
use crate::app::App;
use crate::caller::Backend;
use crate::http::etag::Known;
use crate::http::page;
use crate::http::params::Params;
use crate::http::problem;

/// Basis points of everything.
const ALL: i128 = 10_000;

/// Which of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// What is counted; `requests` if left out.
    meter: Option<String>,
    /// Only those who are `close` to the limit, at 80 % of it or more, or have `reached` it.
    usage: Option<String>,
    /// 1 to 100; 25 if left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageOfCustomers)]
pub(crate) struct Listed {
    #[schema(example = "requests")]
    meter: String,
    /// What the project counts; `requests` comes first.
    meters: Vec<String>,
    customers: Vec<Row>,
    /// Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    has_more: bool,
}

/// Someone who used some in the period that runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageOfCustomer)]
pub(crate) struct Row {
    /// What is counted under: our id, or the one that the developer's server sends.
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    user_id: String,
    /// Our id; absent for an id that only the developer's server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// The tier in force; for an id that only the developer's server knows, the one that was last told of it.
    #[schema(example = "pro")]
    plan: String,
    /// In the period that runs.
    #[schema(example = 420)]
    used: i64,
    /// Of the tier, with what was granted on top; -1 is unlimited.
    #[schema(example = 500)]
    limit: i64,
    /// Of what all customers used in the periods that run, in basis points: 2500 is a quarter.
    #[schema(example = 2500)]
    share: i64,
}

/// Who uses a meter
///
/// Everybody who used some in the running period of their plan, most first. An id that only the developer's server knows
/// is one too.
#[utoipa::path(get, path = "/api/dashboard/usage/customers", operation_id = "getDashboardUsageCustomers", tag = "dashboard", params(Listing, Known),
    responses((status = 200, description = "A page of them", body = Listed), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let tenant = &caller.tenant;
    let limit = page::limit(listing.limit.as_deref())?;
    let (meter, meters) = meter(tenant, listing.meter.as_deref())?;
    let near = near(listing.usage.as_deref())?;
    let of = listing.usage.as_deref().unwrap_or("all");
    let list = format!("used/{}/{}/{of}", tenant.scope.tenant(), meter.name());
    let secret = app.master.cursors();
    let place = page::position(secret, &list, listing.cursor.as_deref())?;
    let after = place.as_deref().map(after).transpose()?;
    app.db.fold().await?;
    let (db, scope) = (&app.db, &tenant.scope);
    let wish = wish(tenant, &meter, app.now());
    let running = store::running(db, scope, &wish).await?;
    let found = store::users(db, scope, &wish, near, after, limit + 1).await?;
    let (found, has_more) = page::cut(found, limit);
    let last = found.last().filter(|_| has_more);
    let listed = Listed {
        meter: meter.name().to_string(),
        meters: meters.iter().map(|one| one.name().to_string()).collect(),
        customers: found.iter().map(|one| Row::of(one, &running)).collect(),
        next_cursor: last
            .map(|last| page::cursor(secret, &list, &format!("{}/{}", last.used, last.user))),
        has_more,
    };
    Ok(known.answer(&listed))
}

/// What the last one of a page had used, and its id.
fn after(place: &str) -> Result<(i64, &str)> {
    let parts = place.split_once('/');
    let parts = parts.and_then(|(used, user)| Some((used.parse().ok()?, user)));
    parts.ok_or_else(|| Code::InvalidCursor.error("The cursor is damaged; start again without one"))
}

impl Row {
    pub(super) fn of(one: &User, running: &Running) -> Self {
        let user = one.user.to_string();
        let share = i128::from(one.used) * ALL / i128::from(running.used.max(1));
        Self {
            customer_id: one.is_known.then(|| user.clone()),
            user_id: user,
            email: one.email.as_deref().map(str::to_owned),
            plan: one.plan.to_string(),
            used: one.used,
            limit: one.most.unwrap_or(-1),
            share: i64::try_from(share).unwrap_or(0),
        }
    }
}
