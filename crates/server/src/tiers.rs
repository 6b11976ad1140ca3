//! What a project sells: `GET /api/tiers` and `GET /api/products` for everyone, editing for the developer.

mod body;
mod edit;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Error};
use dream_domain::tier::{Tier, TierKind};
use dream_store::tiers as store;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Backend, BackendCaller, Public};
use crate::catalog;
use crate::http::body::Fields;
use crate::http::etag::Known;
use crate::http::params::Params;
use crate::http::problem;
use crate::previewing::Preview;
use crate::tier_input::{TierFields, TierNamed, TierUpdates, rules};
use crate::tiers::body::{ProductBody, TierBody};

/// The tiers of a project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TierList {
    tiers: Vec<TierBody>,
    /// That these are not what is sold, but a preview; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<PreviewBody>,
}

/// A preview of what is not sold yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PreviewBody {
    /// When its link stops working; milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    expires_at: i64,
}

/// Which tiers everyone sees.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Showing {
    /// What `POST /pricing-previews` put into its link: the tiers with that draft laid over them.
    preview: Option<String>,
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
    /// The price that takes the place of the one before, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "price_1Pgc6XIHvNDreamXY")]
    new_price_id: Option<String>,
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
/// What a pricing page shows, in the project's order. Prices are in minor units, -1 is unlimited. With `preview` it is
/// what they would be with a draft of the developer's; a checkout knows nothing of that.
#[utoipa::path(get, path = "/api/tiers", operation_id = "listTiers", tag = "catalogue", params(Showing), responses((status = 200, description = "Tiers that are sold", body = TierList)),
    security(("publishableKey" = []), ("secretKey" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Public(tenant): Public,
    Params(showing): Params<Showing>,
) -> problem::Result<Json<TierList>> {
    let token = showing.preview.as_deref();
    let preview = token
        .map(|token| Preview::open(&app, &tenant, token))
        .transpose()?;
    let tiers = preview.as_ref().map_or(&tenant.tiers, Preview::tiers);
    let sold = tiers.iter().filter(|tier| tier.active);
    Ok(Json(TierList {
        tiers: sold.map(|tier| TierBody::shown(tier, &tenant)).collect(),
        preview: preview.map(|preview| PreviewBody {
            expires_at: preview.expires_at().0,
        }),
    }))
}

/// List the products of a store
///
/// Tiers that are sold once, in the project's order. `soldOut` is computed from what is left, and pictures have whole
/// addresses.
#[utoipa::path(get, path = "/api/products", operation_id = "listProducts", tag = "catalogue", responses((status = 200, description = "Products that are sold", body = ProductList)),
    security(("publishableKey" = []), ("secretKey" = [])))]
pub(crate) async fn products(State(app): State<App>, Public(tenant): Public) -> Json<ProductList> {
    let sold = tenant
        .tiers
        .iter()
        .filter(|tier| tier.active && tier.kind == TierKind::OneOff);
    Json(ProductList {
        products: sold
            .map(|tier| ProductBody::of(tier, &tenant, &app.config.public_url))
            .collect(),
    })
}

/// List tiers for editing
#[utoipa::path(get, path = "/tiers", operation_id = "listOwnTiers", tag = "tiers", params(Listing, Known), responses((status = 200, description = "Tiers of the project", body = OwnTiers), (status = 304, description = "As it was")),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn own(
    Backend(caller): Backend,
    known: Known,
    Params(listing): Params<Listing>,
) -> problem::Result<Response> {
    let tenant = &caller.tenant;
    let shown = tenant
        .tiers
        .iter()
        .filter(|tier| tier.active || listing.archived);
    Ok(known.answer(&OwnTiers {
        tiers: shown.map(TierBody::own).collect(),
        platform_id: tenant.scope.platform().to_string(),
        publishable_key: tenant.scope.tenant().to_string(),
    }))
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
    rules::check_room(&caller.tenant.tiers)?;
    let detail = json!({"name": tier.name, "price": tier.price.minor, "currency": tier.price.currency.as_str()});
    let act = app.act(&caller.actor, "tier.add", &tier.name, &detail);
    let messages = catalog::messages(
        &app,
        caller.scope().tenant(),
        std::slice::from_ref(&tier),
        catalog::MEANWHILE_MS,
    );
    store::add_with(&app.db, caller.scope(), &tier, &messages, &act).await?;
    let made = if messages.is_empty() {
        None
    } else {
        catalog::agree_now(&app, &caller.tenant, &tier.name).await
    };
    let tier = made.unwrap_or(tier);
    Ok(Json(TierChanged {
        success: true,
        tier_name: tier.name.clone(),
        tier: TierBody::own(&tier),
        new_price_id: None,
    }))
}

/// Edit a tier
///
/// Limits apply at once and no count is reset. `updates` holds the fields to change; they may also stand
/// beside `tierName`. Stock changes by `adjustInventory`, or to `inventory`; with `inventoryWas`, the number that was
/// seen, nothing that was sold since is overwritten: 409 says what is left now. A new price takes the place of the old
/// one: those who pay the old one go on doing so, unless `migrateSubscribers` moves them, from their next period on.
#[utoipa::path(put, path = "/tiers", operation_id = "updateTier", tag = "tiers", request_body(content = TierUpdates), responses((status = 200, description = "Changed", body = TierChanged)),
    security(("secretKey" = []), ("developer" = [])))]
pub(crate) async fn update(
    State(app): State<App>,
    Backend(caller): Backend,
    fields: Fields,
) -> problem::Result<Json<TierChanged>> {
    let updates = TierUpdates::read(fields)?;
    let name = owned(&caller, &updates.tier_name)?.name.clone();
    let before = owned(&caller, &name)?.price_id.clone();
    let tier = edit::write(&app, &caller, &name, &updates).await?;
    let agreed = if edit::concerns_provider(&updates) {
        catalog::agree_now(&app, &caller.tenant, &name).await
    } else {
        None
    };
    let tier = agreed.unwrap_or(tier);
    Ok(Json(TierChanged {
        success: true,
        tier_name: tier.name.clone(),
        tier: TierBody::own(&tier),
        new_price_id: (tier.price_id != before).then(|| tier.price_id.clone()),
    }))
}

/// Archive a tier
///
/// It is no longer sold, here or at the payment provider. Those who are on it stay on it, with its limits.
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
    let message = catalog::message(
        &app,
        catalog::KIND,
        caller.scope().tenant(),
        &tier.name,
        catalog::MEANWHILE_MS,
    );
    store::update_with(
        &app.db,
        caller.scope(),
        std::slice::from_ref(&tier),
        &[message],
        &act,
    )
    .await?;
    catalog::agree_now(&app, &caller.tenant, &tier.name).await;
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
