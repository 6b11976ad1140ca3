//! What a customer has used, and what his developer does about it: more for this period, or a fresh count.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Error, Result};
use dream_domain::text;
use dream_domain::time::Millis;
use dream_domain::usage::{Amount, Extra, Limit, Meter};
use dream_store::customers::Customer;
use dream_store::usage as store;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::found;
use crate::app::App;
use crate::cache::{Freshness, User};
use crate::caller::{Backend, BackendCaller};
use crate::http::body::{Fields, missing, wrong};
use crate::http::etag::Known;
use crate::http::params::{Params, Segment};
use crate::http::problem;
use crate::quota::answer::{ClosedBody, UsageBody, body};
use crate::quota::{Allowed, meters_of};

/// How many days come unasked.
const DAYS: &str = "30";
const DAY_MS: i64 = 86_400_000;
/// The most closed periods in one answer.
const HISTORY_MAX: i64 = 100;
/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// How far back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// 30 or 90, today included; 30 if left out.
    #[param(value_type = Option<i64>)]
    days: Option<String>,
}

/// What a customer uses.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerUsage {
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    customer_id: String,
    /// The tier in force.
    #[schema(value_type = String, example = "free")]
    plan: Arc<str>,
    /// Where he stands with each meter in its running period; `requests` first.
    meters: Vec<UsageBody>,
    /// Every day of the span, the oldest first.
    days: Vec<CustomerUsageDay>,
    /// Periods that are over, newest first, 100 at most.
    history: Vec<ClosedBody>,
}

/// One day, UTC.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerUsageDay {
    #[schema(example = "2026-11-21")]
    day: String,
    /// By meter.
    #[schema(value_type = BTreeMap<String, i64>, example = json!({"requests": 3}))]
    used: BTreeMap<Arc<str>, i64>,
}

/// Extra use.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"amount": 100, "reason": "Sorry for yesterday"}))]
pub(crate) struct GrantInput {
    /// How much more, 1 to 1,000,000,000.
    #[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000)]
    amount: Amount,
    /// What of; `requests` if left out.
    #[schema(value_type = Option<String>, default = "requests")]
    meter: Meter,
    /// Why, for the audit log; up to 200 characters.
    reason: Option<String>,
}

/// Which count begins anew.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"meter": "requests"}))]
pub(crate) struct ResetInput {
    /// A meter; all of them if left out.
    #[schema(value_type = Option<String>)]
    meter: Option<Meter>,
}

/// Where the customer stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageChanged {
    success: bool,
    usage: UsageBody,
}

/// What a customer has used
///
/// Every meter in its running period, the days of the last 30 or 90, and the periods that are over.
#[utoipa::path(get, path = "/api/customers/{id}/usage", operation_id = "getCustomerUsage", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id"), Span, Known),
    responses((status = 200, description = "What is used", body = CustomerUsage), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn get(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Segment(id): Segment,
    Params(span): Params<Span>,
) -> problem::Result<Response> {
    let count = match span.days.as_deref().unwrap_or(DAYS) {
        "30" => 30,
        "90" => 90,
        _ => return Err(wrong("days", "must be 30 or 90").into()),
    };
    let customer = counted(&app, &caller, &id).await?;
    let user = judged(&app, &caller, &customer).await?;
    app.db.fold().await?;
    let (tenant, scope) = (&caller.tenant, caller.scope());
    let mut names = meters_of(tenant);
    names.sort_by_key(|meter| Reverse(*meter == Meter::requests()));
    let mut meters = Vec::with_capacity(names.len());
    for meter in &names {
        meters.push(usage(&app, &caller, &user, meter).await?);
    }
    let closed = store::history(&app.db, scope, &customer.id, HISTORY_MAX).await?;
    Ok(known.answer(&CustomerUsage {
        customer_id: customer.id.to_string(),
        plan: meters.first().map_or("".into(), |first| first.plan.clone()),
        meters,
        days: days(&app, &caller, &customer, &names, count).await?,
        history: closed.iter().map(ClosedBody::of).collect(),
    }))
}

/// Grant extra use
///
/// On top of the plan's limit, for the period of the meter that runs now and no other; several grants add up. It counts
/// with the next call, and stays when the plan changes to one with the same period.
#[utoipa::path(post, path = "/api/customers/{id}/usage/grant", operation_id = "grantCustomerUsage", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same and grant once")), request_body(content = GrantInput),
    responses((status = 200, description = "Granted", body = UsageChanged)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn grant(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    fields: Fields,
) -> problem::Result<Json<UsageChanged>> {
    let input = GrantInput::read(fields)?;
    let customer = counted(&app, &caller, &id).await?;
    let user = judged(&app, &caller, &customer).await?;
    let (meter, amount) = (&input.meter, input.amount.get());
    let allowed = Allowed::of(&app, &caller.tenant, &user, meter)?;
    if allowed.limit == Limit::Unlimited {
        return Err(unlimited(meter, &allowed).into());
    }
    let period = allowed.period.containing(app.now());
    let detail = json!({"meter": &**meter.name(), "amount": amount, "reason": &input.reason});
    let act = app.act(&caller.actor, "usage.grant", &customer.id, &detail);
    let (extra, reason) = (Extra { period, amount }, input.reason.as_deref());
    store::grant(
        &app.db,
        caller.scope(),
        &customer,
        meter,
        extra,
        reason,
        &act,
    )
    .await?;
    changed(&app, &caller, &customer, meter).await
}

/// Reset the count of a customer
///
/// What is used in the running period is 0 again, of one meter or of all, for the next call of every process. Reports
/// keep what was used by day.
#[utoipa::path(post, path = "/api/customers/{id}/usage/reset", operation_id = "resetCustomerUsage", tag = "customers", params(("id" = String, Path, description = "Our id, or your external id"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same and reset once")), request_body(content = ResetInput),
    responses((status = 200, description = "Reset", body = UsageChanged)), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn reset(
    State(app): State<App>,
    Backend(caller): Backend,
    Segment(id): Segment,
    mut fields: Fields,
) -> problem::Result<Json<UsageChanged>> {
    let input = ResetInput {
        meter: meter(&mut fields)?,
    };
    let customer = counted(&app, &caller, &id).await?;
    let shown = input.meter.clone().unwrap_or_else(Meter::requests);
    // A meter that no tier names has no count.
    let user = judged(&app, &caller, &customer).await?;
    Allowed::of(&app, &caller.tenant, &user, &shown)?;
    let detail = json!({"meter": input.meter.as_ref().map(|meter| &**meter.name())});
    let act = app.act(&caller.actor, "usage.reset", &customer.id, &detail);
    store::reset(
        &app.db,
        caller.scope(),
        &customer,
        input.meter.as_ref(),
        &act,
    )
    .await?;
    changed(&app, &caller, &customer, &shown).await
}

/// The customer, whose use can only be told and changed if there is a row.
async fn counted(app: &App, caller: &BackendCaller, id: &str) -> Result<Customer> {
    found(app, caller, id).await.map_err(|error| {
        if error.code() == Code::CustomerNotFound {
            unknown()
        } else {
            error
        }
    })
}

fn unknown() -> Error {
    Code::CustomerNotFound.error(
        "This project has no such customer; make one with POST /api/customers {externalId} first",
    )
}

/// What a customer is judged by now.
async fn judged(app: &App, caller: &BackendCaller, customer: &Customer) -> Result<Arc<User>> {
    let (scope, fresh) = (caller.scope(), Freshness::CheckNow);
    let user = app.caches.user(&app.db, scope, &customer.id, fresh).await?;
    user.ok_or_else(unknown)
}

async fn usage(app: &App, caller: &BackendCaller, user: &User, meter: &Meter) -> Result<UsageBody> {
    let allowed = Allowed::of(app, &caller.tenant, user, meter)?;
    let tally = allowed.standing(app, caller.scope(), &user.id, meter);
    Ok(body(&user.id, meter, &tally.await?))
}

async fn changed(
    app: &App,
    caller: &BackendCaller,
    customer: &Customer,
    meter: &Meter,
) -> problem::Result<Json<UsageChanged>> {
    let user = judged(app, caller, customer).await?;
    Ok(Json(UsageChanged {
        success: true,
        usage: usage(app, caller, &user, meter).await?,
    }))
}

/// Every day of the span with every meter of the project, and with those that were there then.
async fn days(
    app: &App,
    caller: &BackendCaller,
    customer: &Customer,
    meters: &[Meter],
    count: i64,
) -> Result<Vec<CustomerUsageDay>> {
    let today = app.now().day_start();
    let first = today.plus(-(count - 1) * DAY_MS);
    let none: BTreeMap<Arc<str>, i64> = meters.iter().map(|it| (it.name().clone(), 0)).collect();
    let mut days: BTreeMap<Millis, BTreeMap<Arc<str>, i64>> = (0..count)
        .map(|index| (first.plus(index * DAY_MS), none.clone()))
        .collect();
    let user = Some(&*customer.id);
    for (day, meter, used) in store::days(&app.db, caller.scope(), user, first, today).await? {
        if let Some(day) = days.get_mut(&day) {
            day.insert(meter, used);
        }
    }
    let day = |(day, used): (Millis, _)| CustomerUsageDay {
        day: day.date().to_string(),
        used,
    };
    Ok(days.into_iter().map(day).collect())
}

fn unlimited(meter: &Meter, allowed: &Allowed) -> Error {
    Code::Conflict.error(format!(
        "There is nothing to add to: {} is unlimited on the plan {}",
        meter.name(),
        allowed.plan
    ))
}

fn meter(fields: &mut Fields) -> Result<Option<Meter>> {
    let name = fields.text("meter")?;
    name.map(|name| Meter::parse(&name)).transpose()
}

impl GrantInput {
    fn read(mut fields: Fields) -> Result<Self> {
        let amount = fields.int("amount")?.ok_or_else(|| missing("amount"))?;
        let reason = fields.text("reason")?.filter(|text| !text.is_empty());
        Ok(Self {
            amount: Amount::new(amount)?,
            meter: meter(&mut fields)?.unwrap_or_else(Meter::requests),
            reason: reason
                .map(|reason| text::line("reason", &reason, REASON_MAX))
                .transpose()?,
        })
    }
}
