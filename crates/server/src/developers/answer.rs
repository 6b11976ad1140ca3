//! What developers are told of their own account.

use std::sync::Arc;

use dream_domain::id::PlatformId;
use dream_domain::key::SecretKey;
use dream_store::keys::ApiKey;
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::quota::answer::UsageBody;

/// The same for every address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Registered {
    #[schema(example = true)]
    success: bool,
    #[schema(example = "Check your mail: a link to continue is on its way")]
    message: &'static str,
}

/// A developer's platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlatformBody {
    #[schema(example = "plt_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    platform_id: String,
}

/// Keys of the newest project in each mode. The members without a mode are those of test, or of live where there is
/// no project in test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials {
    #[schema(example = "plt_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    platform_id: String,
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    /// Masked. Null if every secret was revoked.
    #[schema(example = "sk_test_••••1a2b")]
    secret_key: Option<String>,
    products: Vec<Sold>,
    #[schema(example = "pk_test_…")]
    test_publishable_key: Option<String>,
    #[schema(example = "sk_test_••••1a2b")]
    test_secret_key: Option<String>,
    test_products: Vec<Sold>,
    #[schema(example = json!(null))]
    live_publishable_key: Option<String>,
    #[schema(example = json!(null))]
    live_secret_key: Option<String>,
    #[schema(example = json!([]))]
    live_products: Vec<Sold>,
    /// Null without a project in test mode.
    test: Option<OfMode>,
    /// Null without a project in live mode.
    #[schema(example = json!(null))]
    live: Option<OfMode>,
}

/// Keys of a project in one mode.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfMode {
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    /// Null if every secret was revoked.
    #[schema(example = "sk_test_••••1a2b")]
    secret_key_masked: Option<String>,
    products: Vec<Sold>,
}

/// A tier by what checkouts call it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sold {
    #[schema(example = "free")]
    tier: String,
    #[schema(example = "tier_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    price_id: String,
    #[schema(example = "tier_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    product_id: String,
}

/// Keys to begin with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MadeCredentials {
    #[schema(example = "plt_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    platform_id: String,
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    /// The secret key, shown here and never again. Null if there was a project already.
    #[schema(example = "sk_test_…")]
    api_key: Option<String>,
    #[schema(example = "Keep apiKey on your server: it is not shown again")]
    message: &'static str,
    usage: UsageBody,
}

/// A developer who was verified and counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verified {
    #[schema(example = true)]
    success: bool,
    #[schema(value_type = String, example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    user_id: Arc<str>,
    #[schema(value_type = String, example = "free")]
    plan: Arc<str>,
    usage: UsageBody,
}

impl Registered {
    pub(super) fn new() -> Self {
        Self {
            success: true,
            message: "Check your mail: a link to continue is on its way",
        }
    }
}

impl PlatformBody {
    pub(super) fn of(platform: &PlatformId) -> Self {
        Self {
            platform_id: platform.to_string(),
        }
    }
}

impl Credentials {
    /// None without a project.
    pub(super) fn of(
        platform: &PlatformId,
        test: Option<OfMode>,
        live: Option<OfMode>,
    ) -> Option<Self> {
        let first = test.clone().or_else(|| live.clone())?;
        let key = |mode: &Option<OfMode>| mode.as_ref().map(|of| of.publishable_key.clone());
        let secret = |mode: &Option<OfMode>| mode.as_ref()?.secret_key_masked.clone();
        let products =
            |mode: &Option<OfMode>| mode.as_ref().map_or(Vec::new(), |of| of.products.clone());
        Some(Self {
            platform_id: platform.to_string(),
            publishable_key: first.publishable_key,
            secret_key: first.secret_key_masked,
            products: first.products,
            test_publishable_key: key(&test),
            test_secret_key: secret(&test),
            test_products: products(&test),
            live_publishable_key: key(&live),
            live_secret_key: secret(&live),
            live_products: products(&live),
            test,
            live,
        })
    }
}

impl OfMode {
    pub(super) fn of(tenant: &Tenant, keys: &[ApiKey]) -> Self {
        let newest = keys.iter().find(|key| &*key.status == "active");
        let sold = tenant.tiers.iter().filter(|tier| tier.active);
        let products = sold.map(|tier| Sold {
            tier: tier.name.clone(),
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
        });
        Self {
            publishable_key: tenant.scope.tenant().to_string(),
            secret_key_masked: newest.map(|key| key.masked(tenant.scope.mode())),
            products: products.collect(),
        }
    }
}

impl MadeCredentials {
    /// With a project that was just made.
    pub(super) fn new(
        platform: &PlatformId,
        publishable_key: &str,
        secret: &SecretKey,
        usage: UsageBody,
    ) -> Self {
        Self {
            api_key: Some(secret.expose().to_owned()),
            message: "Keep apiKey on your server: it is not shown again",
            ..Self::old(platform, publishable_key, usage)
        }
    }

    /// With a project that was there before; nobody knows its secret but its developer.
    pub(super) fn old(platform: &PlatformId, publishable_key: &str, usage: UsageBody) -> Self {
        Self {
            platform_id: platform.to_string(),
            publishable_key: publishable_key.to_owned(),
            api_key: None,
            message: "There is a project already, and its secret is not shown again. Make a further one with POST /projects/rotate-key",
            usage,
        }
    }
}

impl Verified {
    pub(super) fn new(user: &Arc<str>, usage: UsageBody) -> Self {
        Self {
            success: true,
            user_id: user.clone(),
            plan: usage.plan.clone(),
            usage,
        }
    }
}
