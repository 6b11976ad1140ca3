//! What a project sells: `GET /api/tiers` and `GET /api/products` for everyone, editing for the developer.

mod edit;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Error};
use dream_domain::tier::{Tier, TierKind, limit_for};
use dream_domain::usage::Meter;
use dream_store::projects::Tenant;
use dream_store::tiers as store;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Backend, BackendCaller, Public};
use crate::http::body::Fields;
use crate::http::params::Params;
use crate::http::problem;
use crate::tier_input::{TierFields, TierNamed, TierUpdates};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    /// How many are left; absent if there is no end, or it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    inventory: Option<i64>,
    sold_out: bool,
    price_id: String,
    product_id: String,
    features: Vec<String>,
}

/// The tiers of a project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TierList {
    tiers: Vec<TierBody>,
}

/// The products of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductList {
    products: Vec<ProductBody>,
}

/// The developer's view of tiers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnTiers {
    tiers: Vec<TierBody>,
    platform_id: String,
    publishable_key: String,
}

/// An edited tier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TierChanged {
    success: bool,
    tier_name: String,
    tier: TierBody,
}

/// An archived tier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TierDeleted {
    success: bool,
    /// Its name.
    #[schema(example = "pro")]
    deleted: String,
}

/// Which tiers to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Archived tiers too.
    #[serde(default)]
    archived: bool,
}

/// List the tiers of a project
///
/// What a pricing page shows, in the project's order. Prices are in minor units, -1 is unlimited.
#[utoipa::path(get, path = "/api/tiers", operation_id = "listTiers", tag = "catalogue", responses((status = 200, description = "Tiers that are sold", body = TierList)),
    security(("publishableKey" = []), ("secretKey" = [])))]
pub(crate) async fn list(Public(tenant): Public) -> Json<TierList> {
    let sold = tenant.tiers.iter().filter(|tier| tier.active);
    Json(TierList {
        tiers: sold.map(|tier| TierBody::of(tier, &tenant)).collect(),
    })
}

/// List the products of a store
///
/// Tiers that are sold once. `soldOut` is computed from what is left.
#[utoipa::path(get, path = "/api/products", operation_id = "listProducts", tag = "catalogue", responses((status = 200, description = "Products that are sold", body = ProductList)),
    security(("publishableKey" = []), ("secretKey" = [])))]
pub(crate) async fn products(Public(tenant): Public) -> Json<ProductList> {
    let sold = tenant
        .tiers
        .iter()
        .filter(|tier| tier.active && tier.kind == TierKind::OneOff);
    Json(ProductList {
        products: sold.map(|tier| ProductBody::of(tier, &tenant)).collect(),
    })
}

/// List tiers for editing
#[utoipa::path(get, path = "/tiers", operation_id = "listOwnTiers", tag = "tiers", params(Listing), responses((status = 200, description = "Tiers of the project", body = OwnTiers)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn own(
    Backend(caller): Backend,
    Params(listing): Params<Listing>,
) -> Json<OwnTiers> {
    let tenant = &caller.tenant;
    let shown = tenant
        .tiers
        .iter()
        .filter(|tier| tier.active || listing.archived);
    Json(OwnTiers {
        tiers: shown.map(|tier| TierBody::of(tier, tenant)).collect(),
        platform_id: tenant.scope.platform().to_string(),
        publishable_key: tenant.scope.tenant().to_string(),
    })
}

/// Add a tier
///
/// Keys stay as they are. A tier of a store is a product.
#[utoipa::path(post, path = "/tiers/add", operation_id = "addTier", tag = "tiers", request_body(content = TierFields), responses((status = 200, description = "Added", body = TierChanged)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn add(
    State(app): State<App>,
    Backend(caller): Backend,
    mut fields: Fields,
) -> problem::Result<Json<TierChanged>> {
    let inner = fields.object("tier")?.map(Fields::of);
    let tier = TierFields::read(&mut inner.unwrap_or(fields))?.build(&app, &caller.tenant)?;
    edit::check_kind(&caller.tenant, &tier)?;
    edit::check_room(&caller.tenant)?;
    let detail = json!({"name": tier.name, "price": tier.price.minor, "currency": tier.price.currency.as_str()});
    let act = app.act(&caller.actor, "tier.add", &tier.name, &detail);
    store::add(&app.db, caller.scope(), &tier, &act).await?;
    Ok(Json(TierChanged {
        success: true,
        tier_name: tier.name.clone(),
        tier: TierBody::of(&tier, &caller.tenant),
    }))
}

/// Edit a tier
///
/// Limits apply at once and no count is reset. `updates` holds the fields to change; they may also stand
/// beside `tierName`.
#[utoipa::path(put, path = "/tiers", operation_id = "updateTier", tag = "tiers", request_body(content = TierUpdates), responses((status = 200, description = "Changed", body = TierChanged)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn update(
    State(app): State<App>,
    Backend(caller): Backend,
    fields: Fields,
) -> problem::Result<Json<TierChanged>> {
    let updates = TierUpdates::read(fields)?;
    let before = owned(&caller, &updates.tier_name)?;
    let changed = edit::apply(&caller.tenant, before, &updates)?;
    let tier = changed.first().cloned().ok_or_else(edit::nothing)?;
    let act = app.act(
        &caller.actor,
        "tier.update",
        &tier.name,
        &edit::difference(before, &tier),
    );
    store::update(&app.db, caller.scope(), &changed, &act).await?;
    Ok(Json(TierChanged {
        success: true,
        tier_name: tier.name.clone(),
        tier: TierBody::of(&tier, &caller.tenant),
    }))
}

/// Archive a tier
///
/// It is no longer sold. Those who are on it stay on it, with its limits.
#[utoipa::path(delete, path = "/tiers", operation_id = "deleteTier", tag = "tiers", request_body(content = TierNamed), responses((status = 200, description = "Archived", body = TierDeleted)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn delete(
    State(app): State<App>,
    Backend(caller): Backend,
    fields: Fields,
) -> problem::Result<Json<TierDeleted>> {
    let name = TierNamed::read(fields)?.tier_name;
    let before = owned(&caller, &name)?;
    if before.is_default {
        let detail = format!(
            "{} is the default tier; flag another one as isDefault first",
            before.name
        );
        return Err(Code::Conflict.error(detail).into());
    }
    let tier = Tier {
        active: false,
        ..before.clone()
    };
    let act = app.act(&caller.actor, "tier.archive", &tier.name, &json!({}));
    store::update(&app.db, caller.scope(), std::slice::from_ref(&tier), &act).await?;
    Ok(Json(TierDeleted {
        success: true,
        deleted: tier.name,
    }))
}

/// The tier of the caller's project with this internal or display name.
fn owned<'a>(caller: &'a BackendCaller, name: &str) -> Result<&'a Tier, Error> {
    let tiers = &caller.tenant.tiers;
    let found = tiers
        .iter()
        .find(|tier| tier.name == name)
        .or_else(|| tiers.iter().find(|tier| tier.display_name == name));
    found.ok_or_else(|| Code::TierNotFound.error("There is no tier with this name in this project"))
}

impl TierBody {
    pub(crate) fn of(tier: &Tier, tenant: &Tenant) -> Self {
        let requests = limit_for(tier, &Meter::requests());
        let others = tier
            .limits
            .iter()
            .filter(|(meter, _)| **meter != Meter::requests());
        let hidden = tenant.settings.hide_inventory;
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
            inventory: tier.inventory.filter(|_| !hidden),
            sold_out: is_sold_out(tier),
            image_url: tier.image_urls.first().cloned(),
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
        }
    }
}

impl ProductBody {
    fn of(tier: &Tier, tenant: &Tenant) -> Self {
        Self {
            id: tier.product_id.clone(),
            key: tier.name.clone(),
            name: tier.display_name.clone(),
            display_name: tier.display_name.clone(),
            description: tier.description.clone(),
            price: tier.price.minor,
            currency: tier.price.currency.as_str(),
            image_url: tier.image_urls.first().cloned(),
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
