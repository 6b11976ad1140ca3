//! Customers with their use and their subscription, a page at a time.

use std::collections::HashMap;
use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::period::{Period, PeriodKind};
use dream_domain::plan::Grant;
use dream_domain::project::Kind;
use dream_domain::subscription::{Decision, Facts, Held, Standing, State, state};
use dream_domain::tier::{find_tier, limit_for};
use dream_domain::time::Millis;
use dream_domain::usage::{Extra, Limit, Meter};
use dream_store::dashboard::{self as store, Filter, Person, Sort, Used};
use dream_store::projects::Tenant;
use dream_store::subscriptions::Row;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::page;

/// Which customers are wanted.
pub(super) struct Wish<'a> {
    pub(super) filter: Filter<'a>,
    pub(super) sort: Sort<'a>,
    /// What cursors are made for.
    pub(super) list: String,
    /// The place of the last one seen.
    pub(super) after: Option<String>,
}

/// A page of customers.
pub(super) struct Page {
    pub(super) customers: Vec<CustomerRow>,
    pub(super) next_cursor: Option<String>,
    pub(super) has_more: bool,
}

/// A customer in a table.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerRow {
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// The same as `id`.
    user_id: String,
    /// Empty if there is none.
    #[schema(example = "jane@example.com")]
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// The tier in force.
    #[schema(example = "pro")]
    plan: String,
    /// Calls of the meter `requests` in the running period.
    #[schema(example = 42)]
    usage: i64,
    /// The same as `usage`.
    usage_count: i64,
    /// With what was granted on top of the plan's; -1 is unlimited.
    #[schema(example = 500)]
    limit: i64,
    /// `YYYY-MM-DD`.
    #[schema(example = "2026-11-01")]
    period_start: String,
    /// `YYYY-MM-DD`, included.
    #[schema(example = "2026-11-30")]
    period_end: String,
    /// `none`, `trialing`, `active`, `canceling`, `past_due` or `canceled`.
    #[schema(example = "active")]
    status: &'static str,
    #[serde(flatten)]
    subscription: SubscriptionColumns,
    publishable_key: String,
    /// It is sample data of a demo project; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<bool>,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    created_at: i64,
}

/// What is shown of the subscription that decides; absent without one.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubscriptionColumns {
    /// When it renews; absent if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-21T08:16:00Z")]
    renews_at: Option<String>,
    /// When it ends; absent if that is not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_period_end: Option<String>,
    /// When somebody cancelled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    canceled_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trial_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "sub_1PgQ2bAbc")]
    subscription_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "stripeCustomerId")]
    payment_customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<String>,
    /// What one of it costs each time, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2900)]
    amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// `month` or `year`.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
}

/// The list that cursors are made for: of a tenant, in an order.
pub(super) fn list(tenant: &Tenant, sort: &str) -> String {
    format!("dashboard/{}/{sort}", tenant.scope.tenant())
}

/// Reads a page. Use is exact after a fold.
pub(super) async fn page(app: &App, tenant: &Tenant, wish: &Wish<'_>, limit: i64) -> Result<Page> {
    let (db, scope) = (&app.db, &tenant.scope);
    let after = wish.after.as_deref();
    let found = store::page(db, scope, &wish.filter, &wish.sort, after, limit + 1).await?;
    let (found, has_more) = page::cut(found, limit);
    let users: Vec<Arc<str>> = found.iter().map(|person| person.id.clone()).collect();
    let mut grants = by_user(store::grants(db, scope, &users).await?);
    let rows = store::subscriptions(db, scope, &users).await?;
    let mut rows = by_user(rows.into_iter().map(|row| (row.user.as_str().into(), row)));
    let used = store::counters(db, scope, &users).await?;
    let mut used = by_user(used.into_iter().map(|one| (one.user.clone(), one)));
    let mut extras = by_user(store::extras(db, scope, &users).await?);
    let last = found.last().filter(|_| has_more);
    let secret = app.master.cursors();
    let next_cursor = last.map(|last| page::cursor(secret, &wish.list, &last.place()));
    let customers = found.iter().map(|person| {
        let id = &person.id;
        let known = Known {
            grants: grants.remove(id).unwrap_or_default(),
            rows: rows.remove(id).unwrap_or_default(),
            used: used.remove(id).unwrap_or_default(),
            extras: extras.remove(id).unwrap_or_default(),
        };
        row(tenant, person, &known, app.now())
    });
    Ok(Page {
        customers: customers.collect::<Result<_>>()?,
        next_cursor,
        has_more,
    })
}

/// What is known of one customer.
struct Known {
    grants: Vec<Grant>,
    rows: Vec<Row>,
    used: Vec<Used>,
    extras: Vec<Extra>,
}

fn by_user<T>(all: impl IntoIterator<Item = (Arc<str>, T)>) -> HashMap<Arc<str>, Vec<T>> {
    let mut map: HashMap<_, Vec<T>> = HashMap::new();
    for (user, one) in all {
        map.entry(user).or_default().push(one);
    }
    map
}

fn row(tenant: &Tenant, person: &Person, known: &Known, now: Millis) -> Result<CustomerRow> {
    let read: Vec<(Facts, Decision)> = known
        .rows
        .iter()
        .map(store::decided)
        .collect::<Result<_>>()?;
    let held: Vec<Held<'_>> = read
        .iter()
        .map(|(facts, decision)| Held { facts, decision })
        .collect();
    let state = state(&tenant.tiers, &known.grants, &held, now);
    let lead = state.subscription_id.as_deref();
    let lead = lead.and_then(|id| known.rows.iter().find(|row| row.id == id));
    let (period, limit) = allowed(tenant, &state, now);
    let used = known.used.iter().find(|used| used.start == period.start);
    let used = used.map_or(0, |used| used.used);
    let extras = known.extras.iter().map(|extra| extra.within(period));
    let limit = limit.plus(extras.sum());
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    let id = person.id.to_string();
    Ok(CustomerRow {
        user_id: id.clone(),
        id,
        email: text(&person.email).unwrap_or_default(),
        first_name: text(&person.first_name),
        last_name: text(&person.last_name),
        external_id: text(&person.external_id),
        plan: state.plan.unwrap_or_default(),
        usage: used,
        usage_count: used,
        limit: limit.tier_number(),
        period_start: period.start_date(),
        period_end: period.end_date(),
        status: state.status.as_str(),
        subscription: lead.map_or_else(SubscriptionColumns::default, |row| {
            SubscriptionColumns::of(row, state.status)
        }),
        publishable_key: tenant.scope.tenant().to_string(),
        sample: tenant.is_sample(person.created_at).then_some(true),
        created_at: person.created_at.0,
    })
}

/// The running period and the limit of a customer's plan. A membership gives access without a meter.
fn allowed(tenant: &Tenant, state: &State, now: Millis) -> (Period, Limit) {
    let plan = state.plan.as_deref();
    let tier = plan.and_then(|name| find_tier(&tenant.tiers, name));
    let limit = tier.map(|tier| limit_for(tier, &Meter::requests()));
    let kind = limit.map_or(PeriodKind::Month, |it| it.period);
    let limit = match limit {
        _ if tenant.kind == Kind::Membership => Limit::Unlimited,
        Some(limit) => limit.limit,
        None => Limit::Max(0),
    };
    (kind.containing(now), limit)
}

impl SubscriptionColumns {
    fn of(row: &Row, status: Standing) -> Self {
        let time = |at: Millis| at.to_rfc3339();
        let goes_on = matches!(
            status,
            Standing::Active | Standing::Trialing | Standing::PastDue
        );
        let period_end = row.cancel_at_period_end.then_some(row.period_end);
        let set = [row.cancel_at, period_end].into_iter().flatten().min();
        let ends = set.or(Some(row.period_end));
        Self {
            renews_at: goes_on.then(|| time(row.period_end)),
            cancel_at: ends.filter(|_| status == Standing::Canceling).map(time),
            current_period_end: Some(time(row.period_end)),
            canceled_at: row.canceled_at.map(time),
            trial_end: row.trial_end.map(time),
            subscription_id: Some(row.id.clone()),
            payment_customer_id: Some(row.customer_id.clone()),
            price_id: Some(row.price_id.clone()),
            product_id: Some(row.product_id.clone()),
            amount: Some(row.amount),
            currency: Some(row.currency.clone()),
            interval: Some(row.interval.clone()),
        }
    }
}
