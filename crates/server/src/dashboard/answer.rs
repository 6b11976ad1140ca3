//! The dashboard as it is answered: nested as the first dashboard read it, flat as the published client does.

mod made;

use dream_domain::tier::{Tier, TierKind};
use dream_store::projects::Tenant;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::alerts::{Alert, Health};
use super::figures::Figures;
use super::money::{Amounts, of};
use super::people::{CustomerRow, Page};
use super::stores::Store;

/// How a project stands. Amounts are minor units.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dashboard {
    metrics: Metrics,
    previous: Previous,
    /// Recurring revenue a month by currency.
    mrr_by_currency: Amounts,
    customers: Vec<CustomerRow>,
    /// Send it as `cursor` for the next page of customers; null on the last one.
    next_cursor: Option<String>,
    has_more: bool,
    tiers: Vec<TierRow>,
    products: Vec<TierRow>,
    orders: Vec<OrderRow>,
    keys: Keys,
    webhook: Webhook,
    webhook_status: WebhookStatus,
    health: Health,
    alerts: Vec<Alert>,
    filters: Filters,
    /// `metrics.activeSubs`.
    active_subscriptions: i64,
    /// `metrics.cancelingSubs`.
    canceling_subscriptions: i64,
    /// `metrics.mrr`.
    mrr: i64,
    /// `metrics.usageThisPeriod`.
    usage_this_period: i64,
    /// What was paid ever, less what went back, in the main currency.
    total_revenue: i64,
    /// Orders that were paid.
    total_sales: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_order_value: Option<i64>,
}

/// The figures of now. Each subscription counts in one of the four.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    /// The main currency: the one that most tiers are in.
    #[schema(example = "usd")]
    currency: &'static str,
    /// Paid, and going on.
    active_subs: i64,
    /// In their trial.
    trialing_subs: i64,
    /// They run to their end.
    canceling_subs: i64,
    /// A payment is outstanding.
    past_due_subs: i64,
    /// Recurring revenue a month in the main currency, without trials and what ends.
    #[schema(example = 2900)]
    mrr: i64,
    /// The same in every currency.
    mrr_by_currency: Amounts,
    /// Calls of the meter `requests` since the first of the month.
    usage_this_period: i64,
    /// Of those who paid thirty days ago: how many no longer do, in basis points (750 is 7.5 %). Null if nobody did.
    churn: Option<i64>,
    /// What was paid in the last thirty days, less what went back of it.
    revenue: Amounts,
    /// Orders that were paid, ever.
    store_sales_count: i64,
    /// What was paid for orders, less what went back, in the main currency.
    store_total_revenue: i64,
    low_stock_products: i64,
    /// What is unsold, of all products that are counted.
    total_inventory: i64,
}

/// The figures of thirty days ago, or of the period before.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Previous {
    active_subs: i64,
    /// By the record of changes, which knows trials only once they are paid.
    canceling_subs: i64,
    mrr: i64,
    mrr_by_currency: Amounts,
    /// In as many days of the calendar month before.
    usage_this_period: i64,
    /// In the thirty days before the last thirty.
    revenue: Amounts,
    store_sales_count: i64,
    store_total_revenue: i64,
}

/// A tier, plan or product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TierRow {
    #[schema(example = "pro")]
    id: String,
    #[schema(example = "pro")]
    name: String,
    display_name: String,
    price: i64,
    currency: &'static str,
    interval: &'static str,
    /// -1 is unlimited.
    limit: i64,
    price_id: String,
    product_id: String,
    popular: bool,
    active: bool,
    /// What can be bought now; null for any number.
    inventory: Option<i64>,
    /// What unpaid orders hold.
    held: i64,
    sold_out: bool,
    low_stock: bool,
    features: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    publishable_key: String,
    project_type: &'static str,
}

/// One of the last orders.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderRow {
    id: String,
    /// Who bought: the address, else our id of the user.
    customer: String,
    email: String,
    /// What stays of what was paid.
    amount: i64,
    currency: String,
    payment_id: String,
    /// When it was paid.
    #[schema(example = "2026-11-21T08:16:00Z")]
    date: String,
    /// It is sample data of a demo project; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<bool>,
}

/// The keys of the project, masked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Keys {
    publishable_key: String,
    /// Null if there is none.
    secret_key_masked: Option<String>,
    platform_id: String,
    api_keys: Vec<KeyRow>,
    /// The account that is sold on; null if none is connected.
    #[serde(rename = "stripeAccountId")]
    account_id: Option<String>,
}

/// A secret key without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KeyRow {
    id: String,
    publishable_key: String,
    secret_key_masked: String,
    /// Milliseconds since the epoch.
    created_at: i64,
    /// `active` or `revoked`.
    status: String,
    name: String,
    project_type: &'static str,
    mode: &'static str,
}

/// The last events. Times are milliseconds since the epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook {
    url: String,
    /// Null before the first.
    last_event_at: Option<i64>,
    recent: Vec<RecentEvent>,
}

/// An event with what it tells.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RecentEvent {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// `waiting`, `done`, `ignored` or `dead`.
    status: &'static str,
    created_at: i64,
    received_at: i64,
    payload: Value,
}

/// The same in short, with times as text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WebhookStatus {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event: Option<String>,
    recent_events: Vec<ShortEvent>,
}

/// An event in short.
#[derive(Debug, Serialize, ToSchema)]
struct ShortEvent {
    #[serde(rename = "type")]
    kind: String,
    #[schema(example = "2026-11-21T08:16:00Z")]
    timestamp: String,
}

/// What the figures are of.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filters {
    platform_id: String,
    publishable_key: String,
    #[schema(example = "test")]
    mode: &'static str,
    project_name: String,
    #[schema(example = "saas")]
    project_type: &'static str,
}

/// What a dashboard is put together from.
pub(super) struct Parts {
    pub(super) figures: Figures,
    pub(super) store: Store,
    pub(super) people: Page,
    pub(super) keys: Keys,
    pub(super) webhook: Webhook,
    pub(super) alerts: Vec<Alert>,
    pub(super) health: Health,
    pub(super) filters: Filters,
}

impl Dashboard {
    pub(super) fn of(tenant: &Tenant, parts: Parts) -> Self {
        let (figures, store) = (&parts.figures, &parts.store);
        let (plans, products): (Vec<&Tier>, Vec<&Tier>) = {
            let all = tenant.tiers.iter().filter(|tier| tier.active);
            all.partition(|tier| tier.kind == TierKind::Subscription)
        };
        let row = |tier: &Tier| TierRow::of(tenant, tier, store);
        let mut tiers: Vec<_> = plans.into_iter().map(row).collect();
        tiers.extend(products.iter().map(|tier| row(tier)));
        Self {
            active_subscriptions: figures.subscriptions.active,
            canceling_subscriptions: figures.subscriptions.canceling,
            mrr: figures.main_mrr(),
            usage_this_period: figures.usage,
            total_revenue: of(&figures.revenue_ever, figures.currency),
            total_sales: store.sales,
            avg_order_value: store.average,
            mrr_by_currency: figures.mrr.clone(),
            metrics: Metrics::of(figures, store),
            previous: Previous::of(figures, store),
            customers: parts.people.customers,
            next_cursor: parts.people.next_cursor,
            has_more: parts.people.has_more,
            tiers,
            products: products.into_iter().map(row).collect(),
            orders: store
                .last
                .iter()
                .map(|sale| OrderRow::of(tenant, sale))
                .collect(),
            keys: parts.keys,
            webhook_status: WebhookStatus::of(&parts.webhook),
            webhook: parts.webhook,
            health: parts.health,
            alerts: parts.alerts,
            filters: parts.filters,
        }
    }
}
