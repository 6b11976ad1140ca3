//! What the projects of a developer add up to.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::Result;
use dream_domain::id::PlatformId;
use dream_domain::key::Mode;
use dream_domain::tier::TierKind;
use dream_domain::time::Millis;
use dream_domain::usage::Meter;
use dream_store::customers;
use dream_store::dashboard as store;
use dream_store::projects::{self, Tenant};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{OfPlatform, root};
use super::figures::{Subscriptions, WINDOW_MS, calls, mrr};
use super::money::{Amounts, main_currency, of, of_all};
use crate::app::App;
use crate::caller::Developer;
use crate::http::etag::Known;
use crate::http::problem;

/// What all live projects add up to. Amounts are minor units.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Totals {
    totals: Sums,
    /// What was paid ever, less what went back, in the main currency.
    #[serde(rename = "totalRevenue")]
    total_revenue: i64,
    #[serde(rename = "totalCustomers")]
    total_customers: i64,
    /// The same as `totals.mrr`.
    #[serde(rename = "totalMRR")]
    total_mrr: i64,
    #[serde(rename = "mrrByCurrency")]
    mrr_by_currency: Amounts,
    #[serde(rename = "revenueByCurrency")]
    revenue_by_currency: Amounts,
    /// The main currency: the one that most tiers are in.
    #[schema(example = "usd")]
    currency: &'static str,
    #[serde(rename = "platformId")]
    platform_id: String,
    projects: Vec<ProjectSums>,
}

/// The sums in the words of the first dashboard.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Sums {
    /// Recurring revenue a month in the main currency.
    mrr: i64,
    active_subs: i64,
    canceling_subs: i64,
    trialing_subs: i64,
    /// Products that are sold.
    total_products: i64,
    live_projects: i64,
}

/// One live project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProjectSums {
    project_id: String,
    publishable_key: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    customers: i64,
    active_subs: i64,
    canceling_subs: i64,
    /// In this project's main currency.
    mrr: i64,
    #[schema(example = "usd")]
    currency: &'static str,
    mrr_by_currency: Amounts,
    revenue_by_currency: Amounts,
}

/// What all live projects add up to
///
/// Test mode counts nothing. With a secret key of any project of the platform, or as its developer.
#[utoipa::path(get, path = "/api/dashboard/totals", operation_id = "getTotals", tag = "dashboard", params(Known),
    responses((status = 200, description = "The sums", body = Totals), (status = 304, description = "As it was")), security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn totals(
    State(app): State<App>,
    OfPlatform(platform): OfPlatform,
    known: Known,
) -> problem::Result<Response> {
    let live = projects::tenants_of(&app.db, &platform, Mode::Live).await?;
    let mut rows = Vec::with_capacity(live.len());
    let mut sums = Sums::default();
    for tenant in &live {
        let (row, subscriptions) = project(&app, tenant).await?;
        sums.active_subs += subscriptions.active;
        sums.canceling_subs += subscriptions.canceling;
        sums.trialing_subs += subscriptions.trialing;
        sums.total_products += products(tenant);
        sums.live_projects += 1;
        rows.push(row);
    }
    let currency = of_all(&live);
    let mrr_by_currency = together(rows.iter().map(|row| &row.mrr_by_currency));
    let revenue_by_currency = together(rows.iter().map(|row| &row.revenue_by_currency));
    sums.mrr = of(&mrr_by_currency, currency);
    let totals = Totals {
        total_revenue: of(&revenue_by_currency, currency),
        total_customers: rows.iter().map(|row| row.customers).sum(),
        total_mrr: sums.mrr,
        totals: sums,
        mrr_by_currency,
        revenue_by_currency,
        currency,
        platform_id: platform.to_string(),
        projects: rows,
    };
    Ok(known.answer(&totals))
}

async fn project(app: &App, tenant: &Tenant) -> Result<(ProjectSums, Subscriptions)> {
    let (db, scope) = (&app.db, &tenant.scope);
    let standings = store::standings(db, scope).await?;
    let subscriptions = Subscriptions::of(&standings);
    let mrr_by_currency = mrr(&standings);
    let mut revenue = Amounts::new();
    for row in store::revenue(db, scope, app.now(), WINDOW_MS).await? {
        super::money::add(&mut revenue, &row.currency, row.total);
    }
    let currency = main_currency(tenant);
    let row = ProjectSums {
        project_id: scope.project().to_string(),
        publishable_key: scope.tenant().to_string(),
        name: tenant.name.to_string(),
        kind: tenant.kind.as_str(),
        customers: projects::count_customers(db, scope).await?,
        active_subs: subscriptions.active,
        canceling_subs: subscriptions.canceling,
        mrr: of(&mrr_by_currency, currency),
        currency,
        mrr_by_currency,
        revenue_by_currency: revenue,
    };
    Ok((row, subscriptions))
}

fn products(tenant: &Tenant) -> i64 {
    let tiers = tenant.tiers.iter();
    let sold = tiers.filter(|tier| tier.active && tier.kind == TierKind::OneOff);
    i64::try_from(sold.count()).unwrap_or(i64::MAX)
}

fn together<'a>(all: impl Iterator<Item = &'a Amounts>) -> Amounts {
    let mut sums = Amounts::new();
    for (currency, minor) in all.flatten() {
        let sum = sums.entry(currency.clone()).or_default();
        *sum = sum.saturating_add(*minor);
    }
    sums
}

/// A developer's figures in the words of the first client.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"success": true, "stats": {"totalUsers": 12, "freeUsers": 9, "proUsers": 3, "totalCalls": 4100, "monthlyRevenue": 8700},
    "platform": {"platformId": "plt_019aa5c0d4f07a61b6ff0d3a4f5c2e17", "email": "ada@example.com", "createdAt": 1_795_248_960_500_i64}}))]
pub(crate) struct DeveloperDashboard {
    success: bool,
    stats: Stats,
    platform: PlatformStats,
}

/// What a developer's end users are and do.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Stats {
    total_users: i64,
    /// On the default plan.
    free_users: i64,
    /// On any other.
    pro_users: i64,
    /// Calls of the meter `requests` since the first of the month.
    total_calls: i64,
    /// Recurring revenue a month in the main currency, in minor units.
    monthly_revenue: i64,
}

/// The developer's account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PlatformStats {
    platform_id: String,
    email: String,
    /// Milliseconds since the epoch.
    created_at: i64,
}

/// A developer's figures
///
/// Over all live projects; while there is none, over those in test mode.
#[utoipa::path(get, path = "/api/developer/dashboard", operation_id = "getDeveloperDashboard", tag = "dashboard",
    responses((status = 200, description = "The figures", body = DeveloperDashboard)), security(("developer" = [])))]
pub(crate) async fn developer(
    State(app): State<App>,
    Developer(developer): Developer,
) -> problem::Result<Json<DeveloperDashboard>> {
    let platform = developer.platform(&app).await?;
    let owner = customers::find(&app.db, &root(&app).await?.scope, &developer.user).await?;
    let email = owner.as_ref().and_then(|owner| owner.email.as_deref());
    app.db.fold().await?;
    Ok(Json(DeveloperDashboard {
        success: true,
        stats: stats(&app, &platform).await?,
        platform: PlatformStats {
            email: email.unwrap_or_default().to_owned(),
            created_at: owner.as_ref().map_or(0, |owner| owner.created_at.0),
            platform_id: platform.to_string(),
        },
    }))
}

async fn stats(app: &App, platform: &PlatformId) -> Result<Stats> {
    let live = projects::tenants_of(&app.db, platform, Mode::Live).await?;
    let shown = if live.is_empty() {
        projects::tenants_of(&app.db, platform, Mode::Test).await?
    } else {
        live
    };
    let today = app.now().day_start();
    let first = Millis::of_date(today.date().first_of_month());
    let currency = of_all(&shown);
    let requests = Meter::requests();
    let mut stats = Stats::default();
    for tenant in &shown {
        let (all, free) = store::people(&app.db, &tenant.scope).await?;
        stats.total_users += all;
        stats.free_users += free;
        stats.pro_users += all - free;
        stats.total_calls += calls(app, &tenant.scope, &requests, first, today).await?;
        let standings = store::standings(&app.db, &tenant.scope).await?;
        stats.monthly_revenue += of(&mrr(&standings), currency);
    }
    Ok(stats)
}
