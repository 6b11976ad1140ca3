//! How the parts of the answer are made.

use dream_domain::tier::{Tier, limit_for};
use dream_domain::time::Millis;
use dream_domain::usage::Meter;
use dream_store::inbox::Entry;
use dream_store::keys::ApiKey;
use dream_store::orders::{Sale, Stock};
use dream_store::projects::Tenant;

use super::{
    Filters, KeyRow, Keys, Metrics, OrderRow, Previous, RecentEvent, ShortEvent, TierRow, Webhook,
    WebhookStatus,
};
use crate::dashboard::figures::Figures;
use crate::dashboard::money::of;
use crate::dashboard::stores::Store;

impl Metrics {
    pub(super) fn of(figures: &Figures, store: &Store) -> Self {
        let subscriptions = figures.subscriptions;
        Self {
            currency: figures.currency,
            active_subs: subscriptions.active,
            trialing_subs: subscriptions.trialing,
            canceling_subs: subscriptions.canceling,
            past_due_subs: subscriptions.past_due,
            mrr: figures.main_mrr(),
            mrr_by_currency: figures.mrr.clone(),
            usage_this_period: figures.usage,
            churn: figures.churn,
            revenue: figures.revenue.clone(),
            store_sales_count: store.sales,
            store_total_revenue: store.revenue,
            low_stock_products: store.low,
            total_inventory: store.inventory,
        }
    }
}

impl Previous {
    pub(super) fn of(figures: &Figures, store: &Store) -> Self {
        let before = &figures.before;
        Self {
            active_subs: before.active,
            canceling_subs: before.canceling,
            mrr: of(&before.mrr, figures.currency),
            mrr_by_currency: before.mrr.clone(),
            usage_this_period: before.usage,
            revenue: before.revenue.clone(),
            store_sales_count: store.sales_before,
            store_total_revenue: store.revenue_before,
        }
    }
}

impl TierRow {
    pub(super) fn of(tenant: &Tenant, tier: &Tier, store: &Store) -> Self {
        let mut stock = store.stock.iter();
        let stock = stock.find(|stock| *stock.name == *tier.name);
        let inventory = stock.map_or(tier.inventory, |stock| Some(stock.available));
        Self {
            id: tier.name.clone(),
            name: tier.name.clone(),
            display_name: tier.display_name.clone(),
            price: tier.price.minor,
            currency: tier.price.currency.as_str(),
            interval: tier.interval.as_str(),
            limit: limit_for(tier, &Meter::requests()).limit.tier_number(),
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
            popular: tier.popular,
            active: tier.active,
            inventory,
            held: stock.map_or(0, |stock| stock.held),
            sold_out: inventory.is_some_and(|left| left <= 0),
            low_stock: stock.is_some_and(Stock::is_low),
            features: tier.features.clone(),
            image_url: tier.image_urls.first().cloned(),
            publishable_key: tenant.scope.tenant().to_string(),
            project_type: tenant.kind.as_str(),
        }
    }
}

impl OrderRow {
    pub(super) fn of(tenant: &Tenant, sale: &Sale) -> Self {
        let email = sale.email.as_deref().unwrap_or_default();
        let customer = sale.email.as_deref().or(sale.user.as_deref());
        let payment = sale.payment_id.as_deref();
        Self {
            id: sale.order.to_string(),
            customer: customer.unwrap_or_default().to_owned(),
            email: email.to_owned(),
            amount: sale.amount,
            currency: sale.currency.to_string(),
            payment_id: payment.unwrap_or_default().to_owned(),
            date: sale.at.to_rfc3339(),
            // An order of the sample that was not paid in time cannot be paid later.
            sample: tenant.is_sample(sale.at).then_some(true),
        }
    }
}

impl Keys {
    pub(crate) fn of(tenant: &Tenant, keys: &[ApiKey], account_id: Option<String>) -> Self {
        let mode = tenant.scope.mode();
        let publishable_key = tenant.scope.tenant().to_string();
        let row = |key: &ApiKey| KeyRow {
            id: key.id.to_string(),
            publishable_key: publishable_key.clone(),
            secret_key_masked: key.masked(mode),
            created_at: key.created_at.0,
            status: key.status.to_string(),
            name: tenant.name.to_string(),
            project_type: tenant.kind.as_str(),
            mode: mode.as_str(),
        };
        let active = keys.iter().find(|key| *key.status == *"active");
        Self {
            secret_key_masked: active.map(|key| key.masked(mode)),
            platform_id: tenant.scope.platform().to_string(),
            api_keys: keys.iter().map(row).collect(),
            account_id,
            publishable_key,
        }
    }
}

impl Webhook {
    pub(crate) fn of(public_url: &str, recent: &[Entry]) -> Self {
        let event = |entry: &Entry| RecentEvent {
            id: entry.id.to_string(),
            kind: entry.kind.to_string(),
            status: entry.status.as_str(),
            created_at: entry.created_at.0,
            received_at: entry.received_at.0,
            payload: serde_json::from_str(&entry.payload).unwrap_or_default(),
        };
        Self {
            url: format!("{public_url}/webhook/stripe"),
            last_event_at: recent.first().map(|entry| entry.received_at.0),
            recent: recent.iter().map(event).collect(),
        }
    }
}

impl WebhookStatus {
    pub(super) fn of(webhook: &Webhook) -> Self {
        let time = |ms: i64| Millis(ms).to_rfc3339();
        let short = |event: &RecentEvent| ShortEvent {
            kind: event.kind.clone(),
            timestamp: time(event.created_at),
        };
        Self {
            url: webhook.url.clone(),
            last_event: webhook.last_event_at.map(time),
            recent_events: webhook.recent.iter().map(short).collect(),
        }
    }
}

impl Filters {
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let scope = &tenant.scope;
        Self {
            platform_id: scope.platform().to_string(),
            publishable_key: scope.tenant().to_string(),
            mode: scope.mode().as_str(),
            project_name: tenant.name.to_string(),
            project_type: tenant.kind.as_str(),
        }
    }
}
