//! Projects as their developer sees them. A secret appears in the one answer that makes it.

use dream_domain::id::PlatformId;
use dream_domain::key::SecretKey;
use dream_domain::tier::Tier;
use dream_store::keys::ApiKey;
use dream_store::projects::Tenant;
use dream_store::projects::reset::Gone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::works::Went;

/// A project that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    success: bool,
    platform_id: String,
    project_id: String,
    publishable_key: String,
    /// Shown here and never again.
    secret_key: String,
    products: Vec<MadeTier>,
    #[schema(example = "test")]
    mode: &'static str,
    #[schema(example = "saas")]
    project_type: &'static str,
    project_name: String,
}

/// A tier that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MadeTier {
    tier: String,
    price_id: String,
    product_id: String,
}

/// Your projects.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectList {
    /// Absent until there is a platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_id: Option<String>,
    projects: Vec<ProjectBody>,
}

/// A project in one mode.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectBody {
    #[schema(example = "prj_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    project_id: String,
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    #[schema(example = "Weather API")]
    name: String,
    /// `saas`, `store` or `membership`.
    #[serde(rename = "type")]
    kind: &'static str,
    mode: &'static str,
    status: &'static str,
    /// Masked: its last four characters. Null if there is none.
    secret_key: Option<String>,
    keys: Vec<KeyBody>,
    settings: SetBody,
    /// Customers, orders and events that were made before this moment are sample data, which
    /// `POST /projects/reset {only: "sample"}` removes. Milliseconds since the epoch; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_763_712_000_000_i64)]
    sample_until: Option<i64>,
    /// Milliseconds since the epoch.
    created_at: i64,
}

/// A secret key without its secret. Times are milliseconds since the epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyBody {
    #[schema(example = "key_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    label: String,
    last_four: String,
    /// `active` or `revoked`.
    status: String,
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
}

/// The keys of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    keys: Vec<KeyBody>,
}

/// A fresh secret key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Regenerated {
    success: bool,
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    /// Shown here and never again.
    #[schema(example = "sk_test_…")]
    secret_key: String,
    #[schema(example = "test")]
    mode: &'static str,
    message: &'static str,
}

/// What is set for a project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsBody {
    #[schema(example = "pk_test_…")]
    publishable_key: String,
    #[schema(example = "Weather API")]
    project_name: String,
    #[serde(flatten)]
    set: SetBody,
}

/// What a developer sets for a project in one mode.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetBody {
    redirect_origins: Vec<String>,
    upgrade_url: Option<String>,
    per_user_per_minute: Option<i64>,
    hide_inventory: bool,
    /// The payment provider works out taxes at checkout.
    enable_tax: bool,
    /// Countries that a store sends to, two letters each.
    #[schema(example = json!(["DE", "US"]))]
    shipping_countries: Vec<String>,
    /// `required` or `later`: what is set, or the default of the mode.
    #[schema(example = "required")]
    email_verification: &'static str,
    legacy_token: bool,
    #[schema(example = "https://app.example.com/welcome")]
    default_redirect: Option<String>,
    #[schema(example = "#5b5bd6")]
    accent_color: Option<String>,
    hide_branding: bool,
    /// The picture on this server; set with `POST /projects/logo`.
    #[schema(example = "/auth/logo/pk_test_…?v=0a1b2c3d4e5f")]
    logo_url: Option<String>,
}

/// The settings after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsAnswer {
    pub(super) success: bool,
    pub(super) settings: SettingsBody,
}

/// A project that is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectDeleted {
    success: bool,
    #[schema(example = "Project deleted permanently, test and live")]
    message: &'static str,
    /// How many modes it had.
    deleted_keys: usize,
    deleted_customers: i64,
    /// Subscriptions that were canceled.
    deleted_subscriptions: i64,
    deleted_orders: i64,
}

/// What a reset took, or would take.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectReset {
    success: bool,
    #[schema(example = 3)]
    customers: i64,
    /// Ended ones included.
    #[schema(example = 1)]
    subscriptions: i64,
    #[schema(example = 0)]
    orders: i64,
    /// Events that arrived from the payment provider.
    #[schema(example = 14)]
    events: i64,
}

impl Created {
    pub(super) fn of(tenant: &Tenant, secret: &SecretKey) -> Self {
        Self {
            success: true,
            platform_id: tenant.scope.platform().to_string(),
            project_id: tenant.scope.project().to_string(),
            publishable_key: tenant.scope.tenant().to_string(),
            secret_key: secret.expose().to_owned(),
            products: tenant.tiers.iter().map(MadeTier::of).collect(),
            mode: tenant.scope.mode().as_str(),
            project_type: tenant.kind.as_str(),
            project_name: tenant.name.to_string(),
        }
    }
}

impl MadeTier {
    fn of(tier: &Tier) -> Self {
        Self {
            tier: tier.name.clone(),
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
        }
    }
}

impl ProjectList {
    pub(super) fn none() -> Self {
        Self {
            platform_id: None,
            projects: Vec::new(),
        }
    }

    pub(super) fn of(platform: &PlatformId, projects: Vec<ProjectBody>) -> Self {
        Self {
            platform_id: Some(platform.to_string()),
            projects,
        }
    }
}

impl ProjectBody {
    pub(super) fn of(tenant: &Tenant, keys: &[ApiKey]) -> Self {
        let mode = tenant.scope.mode();
        let newest = keys.iter().find(|key| &*key.status == "active");
        Self {
            project_id: tenant.scope.project().to_string(),
            publishable_key: tenant.scope.tenant().to_string(),
            name: tenant.name.to_string(),
            kind: tenant.kind.as_str(),
            mode: mode.as_str(),
            status: "active",
            secret_key: newest.map(|key| key.masked(mode)),
            keys: keys.iter().map(KeyBody::of).collect(),
            settings: SetBody::of(tenant),
            sample_until: tenant.settings.sample_until,
            created_at: tenant.created_at.0,
        }
    }
}

impl KeyBody {
    fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            label: key.label.to_string(),
            last_four: key.last_four.to_string(),
            status: key.status.to_string(),
            created_at: key.created_at.0,
            expires_at: key.expires_at.map(|at| at.0),
            revoked_at: key.revoked_at.map(|at| at.0),
            last_used_at: key.last_used_at.map(|at| at.0),
        }
    }
}

impl KeyAnswer {
    pub(super) fn of(keys: &[ApiKey]) -> Self {
        Self {
            keys: keys.iter().map(KeyBody::of).collect(),
        }
    }
}

impl Regenerated {
    pub(super) fn of(tenant: &Tenant, secret: &SecretKey, message: &'static str) -> Self {
        Self {
            success: true,
            publishable_key: tenant.scope.tenant().to_string(),
            secret_key: secret.expose().to_owned(),
            mode: tenant.scope.mode().as_str(),
            message,
        }
    }
}

impl SettingsBody {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self {
            publishable_key: tenant.scope.tenant().to_string(),
            project_name: tenant.name.to_string(),
            set: SetBody::of(tenant),
        }
    }
}

impl SetBody {
    fn of(tenant: &Tenant) -> Self {
        let settings = tenant.settings.clone();
        Self {
            redirect_origins: settings.redirect_origins,
            upgrade_url: settings.upgrade_url,
            per_user_per_minute: settings.per_user_per_minute,
            hide_inventory: settings.hide_inventory,
            enable_tax: settings.enable_tax,
            shipping_countries: settings.shipping_countries.clone(),
            email_verification: tenant.email_verification().as_str(),
            legacy_token: tenant.legacy_token(),
            default_redirect: settings.default_redirect,
            accent_color: settings.accent_color,
            hide_branding: settings.hide_branding,
            logo_url: tenant.logo_url(),
        }
    }
}

impl ProjectDeleted {
    pub(super) fn of(went: &Went) -> Self {
        Self {
            success: true,
            message: "Project deleted permanently, test and live",
            deleted_keys: went.modes,
            deleted_customers: went.customers,
            deleted_subscriptions: went.subscriptions,
            deleted_orders: went.orders,
        }
    }
}

impl ProjectReset {
    pub(super) fn of(gone: &Gone) -> Self {
        Self {
            success: true,
            customers: gone.customers,
            subscriptions: gone.subscriptions,
            orders: gone.orders,
            events: gone.events,
        }
    }
}
