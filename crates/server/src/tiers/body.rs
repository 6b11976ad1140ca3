//! Tiers and products as they are answered.

use std::collections::BTreeMap;

use dream_domain::tier::{Tier, limit_for};
use dream_domain::usage::Meter;
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

/// A tier as people see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TierBody {
    /// The internal name; what `plan` says of those on it.
    #[schema(example = "pro")]
    pub(crate) id: String,
    /// The same as `id`.
    #[schema(example = "pro")]
    pub(crate) name: String,
    /// What people read.
    #[schema(example = "Pro")]
    pub(crate) display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// `subscription` or `one_off`.
    #[schema(example = "subscription")]
    pub(crate) billing_mode: &'static str,
    /// Minor units: 2900 is $29.00.
    #[schema(example = 2900)]
    pub(crate) price: i64,
    /// Lower-case ISO code.
    #[schema(example = "usd")]
    pub(crate) currency: &'static str,
    /// `month` or `year`.
    #[schema(example = "month")]
    pub(crate) interval: &'static str,
    /// Of the meter `requests` in one period; -1 is unlimited.
    #[schema(example = 500)]
    pub(crate) limit: i64,
    /// `day`, `week`, `month`, `year` or `lifetime`.
    #[schema(example = "month")]
    pub(crate) period: &'static str,
    /// Every other meter.
    pub(crate) meters: BTreeMap<String, MeterBody>,
    pub(crate) features: Vec<String>,
    pub(crate) popular: bool,
    /// The plan of those who have no other.
    pub(crate) is_default: bool,
    pub(crate) active: bool,
    pub(crate) position: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trial_days: Option<i64>,
    /// Calls a minute of a user on this tier; absent for the project's setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate_per_minute: Option<i64>,
    /// How many are left; absent if there is no end, or it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) inventory: Option<i64>,
    pub(crate) sold_out: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_url: Option<String>,
    /// Every picture; only for the developer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_urls: Option<Vec<String>>,
    /// The most in one order; only for the developer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_per_order: Option<i64>,
    /// From how many left on it counts as nearly sold out; only for the developer, and absent for the usual number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low_stock_at: Option<i64>,
    #[schema(example = "tier_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    pub(crate) price_id: String,
    #[schema(example = "tier_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    pub(crate) product_id: String,
}

/// A limit of one meter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeterBody {
    /// In one period; -1 is unlimited.
    #[schema(example = 100_000)]
    limit: i64,
    /// `day`, `week`, `month`, `year` or `lifetime`.
    #[schema(example = "month")]
    period: &'static str,
}

/// A product as shoppers see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductBody {
    /// The same as `productId`.
    id: String,
    /// The internal name.
    key: String,
    /// What people read.
    #[schema(example = "Mug")]
    name: String,
    #[schema(example = "Mug")]
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Minor units: 1800 is $18.00.
    #[schema(example = 1800)]
    price: i64,
    #[schema(example = "usd")]
    currency: &'static str,
    /// The first picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://api.example.org/api/assets/5f1d3c0a9b8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a.png"
    )]
    image_url: Option<String>,
    /// Every picture, as whole addresses.
    image_urls: Vec<String>,
    /// The most in one order; absent if there is no such limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_per_order: Option<i64>,
    /// How many are left; absent if there is no end, or it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    inventory: Option<i64>,
    sold_out: bool,
    price_id: String,
    product_id: String,
    features: Vec<String>,
}

impl TierBody {
    /// As anyone may see it.
    pub(crate) fn shown(tier: &Tier, tenant: &Tenant) -> Self {
        let hidden = tenant.settings.hide_inventory;
        Self {
            inventory: tier.inventory.filter(|_| !hidden),
            image_urls: None,
            max_per_order: None,
            low_stock_at: None,
            ..Self::own(tier)
        }
    }

    /// As its developer sees it.
    pub(crate) fn own(tier: &Tier) -> Self {
        let requests = limit_for(tier, &Meter::requests());
        let others = tier
            .limits
            .iter()
            .filter(|(meter, _)| **meter != Meter::requests());
        Self {
            id: tier.name.clone(),
            name: tier.name.clone(),
            display_name: tier.display_name.clone(),
            description: tier.description.clone(),
            billing_mode: tier.kind.as_str(),
            price: tier.price.minor,
            currency: tier.price.currency.as_str(),
            interval: tier.interval.as_str(),
            limit: requests.limit.tier_number(),
            period: requests.period.as_str(),
            meters: others
                .map(|(meter, limit)| {
                    let body = MeterBody {
                        limit: limit.limit.tier_number(),
                        period: limit.period.as_str(),
                    };
                    (meter.name().to_string(), body)
                })
                .collect(),
            features: tier.features.clone(),
            popular: tier.popular,
            is_default: tier.is_default,
            active: tier.active,
            position: tier.position,
            trial_days: tier.trial_days,
            rate_per_minute: tier.rate_per_minute,
            inventory: tier.inventory,
            sold_out: is_sold_out(tier),
            image_url: tier.image_urls.first().cloned(),
            image_urls: Some(tier.image_urls.clone()),
            max_per_order: tier.max_per_order,
            low_stock_at: tier.low_stock_at,
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
        }
    }
}

impl ProductBody {
    /// As shoppers see it; `base` is the address of this server, where its own pictures are.
    pub(super) fn of(tier: &Tier, tenant: &Tenant, base: &str) -> Self {
        let whole = |url: &String| {
            if url.starts_with('/') {
                format!("{base}{url}")
            } else {
                url.clone()
            }
        };
        let image_urls: Vec<String> = tier.image_urls.iter().map(whole).collect();
        Self {
            id: tier.product_id.clone(),
            key: tier.name.clone(),
            name: tier.display_name.clone(),
            display_name: tier.display_name.clone(),
            description: tier.description.clone(),
            price: tier.price.minor,
            currency: tier.price.currency.as_str(),
            image_url: image_urls.first().cloned(),
            image_urls,
            max_per_order: tier.max_per_order,
            inventory: tier.inventory.filter(|_| !tenant.settings.hide_inventory),
            sold_out: is_sold_out(tier),
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
            features: tier.features.clone(),
        }
    }
}

fn is_sold_out(tier: &Tier) -> bool {
    tier.inventory.is_some_and(|left| left <= 0)
}
