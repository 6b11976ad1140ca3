//! Who uses what a project counts, and how much: by day, this month, and in the periods that run.

pub(crate) mod users;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Error, Result};
use dream_domain::period::PeriodKind;
use dream_domain::plan::effective_plan;
use dream_domain::project::Kind;
use dream_domain::tier::limit_for;
use dream_domain::time::Millis;
use dream_domain::usage::{Limit, Meter};
use dream_store::dashboard::{self as store, Allows, Near, Wish};
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::users::Row;
use super::days;
use super::figures::{DAY_MS, months};
use crate::app::App;
use crate::caller::Backend;
use crate::http::body::wrong;
use crate::http::etag::Known;
use crate::http::params::Params;
use crate::http::problem;
use crate::quota;

/// Who stands in `top`.
const TOP: i64 = 10;

/// What to look at.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// 30, 90 or 365, today included; 30 if left out.
    #[param(value_type = Option<i64>)]
    days: Option<String>,
    /// What is counted; `requests` if left out.
    meter: Option<String>,
}

/// The use of one meter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectUsage)]
pub(crate) struct Usage {
    #[schema(example = "requests")]
    meter: String,
    /// What the project counts; `requests` comes first.
    meters: Vec<String>,
    /// Day by day, the oldest first.
    days: Vec<UsedDay>,
    /// Since the first of the month.
    #[schema(example = 1200)]
    used: i64,
    /// In as many days of the month before.
    #[schema(example = 900)]
    previous: i64,
    customers: UsedBy,
    /// The ten who used most in the periods that run, most first.
    top: Vec<Row>,
}

/// One day, UTC.
#[derive(Debug, Serialize, ToSchema)]
struct UsedDay {
    #[schema(example = "2026-11-21")]
    day: String,
    #[schema(example = 42)]
    used: i64,
}

/// How many customers use the meter in the periods that run. An id that only the developer's server knows is one too.
/// What was granted on top of a plan belongs to the limit.
#[derive(Debug, Serialize, ToSchema)]
struct UsedBy {
    /// They used it.
    #[schema(example = 25)]
    counted: i64,
    /// They are at 80 % of their limit or more, and not at the limit.
    #[schema(example = 2)]
    close: i64,
    /// They are at their limit.
    #[schema(example = 1)]
    reached: i64,
}

/// The use of a meter
///
/// Every day of the span is there. A month is a calendar month, UTC; the periods that run are those of each customer's
/// plan.
#[utoipa::path(get, path = "/api/dashboard/usage", operation_id = "getDashboardUsage", tag = "dashboard", params(Span, Known),
    responses((status = 200, description = "Who uses how much", body = Usage), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn usage(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(span): Params<Span>,
) -> problem::Result<Response> {
    let count = days::count(span.days.as_deref())?;
    let (meter, meters) = meter(&caller.tenant, span.meter.as_deref())?;
    app.db.fold().await?;
    let usage = read(&app, &caller.tenant, &meter, &meters, count).await?;
    Ok(known.answer(&usage))
}

/// The meter of a name, `requests` without one, and all that the project has.
fn meter(tenant: &Tenant, name: Option<&str>) -> Result<(Meter, Vec<Meter>)> {
    let meters = meters_of(tenant);
    let meter = name.map(Meter::parse).transpose()?;
    let meter = meter.unwrap_or_else(Meter::requests);
    if !meters.contains(&meter) {
        return Err(unknown(&meter, &meters));
    }
    Ok((meter, meters))
}

/// What a query says of how near the end of the limit somebody is.
pub(super) fn near(word: Option<&str>) -> Result<Option<Near>> {
    match word {
        None => Ok(None),
        Some("close") => Ok(Some(Near::Close)),
        Some("reached") => Ok(Some(Near::Reached)),
        Some(_) => Err(wrong("usage", "must be close or reached")),
    }
}

async fn read(
    app: &App,
    tenant: &Tenant,
    meter: &Meter,
    meters: &[Meter],
    count: i64,
) -> Result<Usage> {
    let (db, scope) = (&app.db, &tenant.scope);
    let wish = wish(tenant, meter, app.now());
    let (used, previous) = months(app, scope, meter).await?;
    let running = store::running(db, scope, &wish).await?;
    let top = store::users(db, scope, &wish, None, None, TOP).await?;
    let top = top.iter().map(|one| Row::of(one, &running));
    Ok(Usage {
        meter: meter.name().to_string(),
        meters: meters.iter().map(|one| one.name().to_string()).collect(),
        days: by_day(app, tenant, meter, count).await?,
        used,
        previous,
        customers: UsedBy {
            counted: running.counted,
            close: running.close,
            reached: running.reached,
        },
        top: top.collect(),
    })
}

async fn by_day(app: &App, tenant: &Tenant, meter: &Meter, count: i64) -> Result<Vec<UsedDay>> {
    let today = app.now().day_start();
    let first = today.plus(-(count - 1) * DAY_MS);
    let found = store::used(&app.db, &tenant.scope, meter, first, today).await?;
    let found: BTreeMap<Millis, i64> = found.into_iter().collect();
    let days = (0..count).map(|index| first.plus(index * DAY_MS));
    let days = days.map(|day| UsedDay {
        day: day.date().to_string(),
        used: found.get(&day).copied().unwrap_or(0),
    });
    Ok(days.collect())
}

/// The counters of a meter that run, and what they are judged by: the plan that each customer is on now.
pub(super) fn wish<'a>(tenant: &'a Tenant, meter: &Meter, now: Millis) -> Wish<'a> {
    let default = effective_plan(&tenant.tiers, &[], now);
    Wish {
        meter: meter.clone(),
        default_plan: default.map_or("", |tier| tier.name.as_str()),
        plans: plans(tenant, meter, now),
    }
}

/// What every plan allows of a meter, archived ones too, and what those have who are on none: nothing. A membership has
/// no limits.
fn plans<'a>(tenant: &'a Tenant, meter: &Meter, now: Millis) -> Vec<Allows<'a>> {
    let has_limits = tenant.kind != Kind::Membership;
    let tiers = tenant.tiers.iter().map(|tier| {
        let limit = limit_for(tier, meter);
        (tier.name.as_str(), limit.limit, limit.period)
    });
    let none = ("", Limit::Max(0), PeriodKind::Month);
    let all = tiers.chain([none]);
    all.map(|(plan, limit, period)| Allows {
        plan,
        most: match limit {
            Limit::Max(most) => Some(most).filter(|_| has_limits),
            Limit::Unlimited => None,
        },
        since: period.containing(now).start,
    })
    .collect()
}

/// What a project counts, `requests` first.
fn meters_of(tenant: &Tenant) -> Vec<Meter> {
    let mut meters = quota::meters_of(tenant);
    meters.sort_by_key(|meter| *meter != Meter::requests());
    meters
}

fn unknown(meter: &Meter, meters: &[Meter]) -> Error {
    let names: Vec<&str> = meters.iter().map(|one| &**one.name()).collect();
    Code::UnknownMeter.error(format!(
        "No tier of this project names the meter {}; its meters are: {}",
        meter.name(),
        names.join(", ")
    ))
}
