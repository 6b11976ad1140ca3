//! What happened day by day, for charts.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::Response;
use dream_domain::error::Result;
use dream_domain::time::Millis;
use dream_domain::usage::Meter;
use dream_store::dashboard as store;
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::DAY_MS;
use super::money::{Amounts, add};
use crate::app::App;
use crate::caller::Backend;
use crate::http::body::wrong;
use crate::http::etag::Known;
use crate::http::params::Params;
use crate::http::problem;

/// How many days come unasked.
const DAYS: &str = "30";

/// How far back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// 30, 90 or 365, today included; 30 if left out.
    #[param(value_type = Option<i64>)]
    days: Option<String>,
}

/// What happened day by day, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Series {
    days: Vec<Day>,
    /// The currencies that occur.
    currencies: Vec<String>,
}

/// One day, UTC. Amounts are minor units by currency.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Day {
    #[schema(example = "2026-11-21")]
    day: String,
    /// Calls of the meter `requests`.
    usage: i64,
    /// Users who began to pay.
    new_subscriptions: i64,
    /// Users who stopped, or will with their period.
    churned: i64,
    /// Users who paid at the end of the day.
    subscribers: i64,
    /// Users whose subscription ran to its end, at the end of the day.
    canceling: i64,
    /// Recurring revenue a month at the end of the day.
    mrr: Amounts,
    /// What was paid, less what went back of it since.
    revenue: Amounts,
    /// Orders that were paid.
    sales: i64,
}

/// The figures of a project by day
///
/// Every day of the span is there. `mrr`, `newSubscriptions`, `churned`, `subscribers` and `canceling` follow the record
/// of what users pay a month: a trial counts once it is paid, and a subscription that is cancelled counts under
/// `canceling` from then on.
#[utoipa::path(get, path = "/api/dashboard/series", operation_id = "getDashboardSeries", tag = "dashboard", params(Span, Known),
    responses((status = 200, description = "Day by day", body = Series), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn series(
    State(app): State<App>,
    Backend(caller): Backend,
    known: Known,
    Params(span): Params<Span>,
) -> problem::Result<Response> {
    let count = count(span.days.as_deref())?;
    app.db.fold().await?;
    let series = read(&app, &caller.tenant, count).await?;
    Ok(known.answer(&series))
}

/// How many days are asked for.
pub(super) fn count(asked: Option<&str>) -> Result<i64> {
    match asked.unwrap_or(DAYS) {
        "30" => Ok(30),
        "90" => Ok(90),
        "365" => Ok(365),
        _ => Err(wrong("days", "must be 30, 90 or 365")),
    }
}

async fn read(app: &App, tenant: &Tenant, count: i64) -> Result<Series> {
    let (db, scope) = (&app.db, &tenant.scope);
    let today = app.now().day_start();
    let first = today.plus(-(count - 1) * DAY_MS);
    let end = today.plus(DAY_MS);
    let mut days: BTreeMap<i64, Day> = (0..count)
        .map(|index| {
            let day = first.plus(index * DAY_MS);
            (number(day), Day::on(day))
        })
        .collect();
    for (day, used) in store::used(db, scope, &Meter::requests(), first, today).await? {
        if let Some(day) = days.get_mut(&number(day)) {
            day.usage += used;
        }
    }
    for paid in store::paid(db, scope, first, end).await? {
        if let Some(day) = days.get_mut(&paid.day) {
            add(&mut day.revenue, &paid.currency, paid.net);
            day.sales += paid.orders;
        }
    }
    sum_up(&mut days, &store::changes(db, scope, first, end).await?);
    let codes = days.values();
    let codes = codes.flat_map(|day| day.mrr.keys().chain(day.revenue.keys()));
    let currencies: BTreeSet<String> = codes.cloned().collect();
    Ok(Series {
        currencies: currencies.into_iter().collect(),
        days: days.into_values().collect(),
    })
}

/// What stands at the end of a day is what stood before and all that changed since.
fn sum_up(days: &mut BTreeMap<i64, Day>, changes: &[store::Changed]) {
    let mut sums = Sums::default();
    let mut changes = changes.iter().peekable();
    while let Some(before) = changes.next_if(|change| change.day.is_none()) {
        sums.add(before);
    }
    for (number, day) in days {
        while let Some(change) = changes.next_if(|change| change.day == Some(*number)) {
            sums.add(change);
            day.new_subscriptions += change.began;
            day.churned += change.stopped;
        }
        day.mrr = sums.mrr.clone();
        day.subscribers = sums.subscribers;
        day.canceling = sums.canceling;
    }
}

/// What all changes so far add up to.
#[derive(Default)]
struct Sums {
    mrr: Amounts,
    subscribers: i64,
    canceling: i64,
}

impl Sums {
    fn add(&mut self, change: &store::Changed) {
        add(&mut self.mrr, &change.currency, change.mrr);
        self.subscribers += change.paying;
        self.canceling += change.canceling;
    }
}

fn number(day: Millis) -> i64 {
    day.0.div_euclid(DAY_MS)
}

impl Day {
    fn on(day: Millis) -> Self {
        Self {
            day: day.date().to_string(),
            ..Self::default()
        }
    }
}
