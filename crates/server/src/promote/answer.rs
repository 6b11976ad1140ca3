//! A project that is live.

use dream_domain::key::SecretKey;
use dream_domain::tier::Tier;
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

use super::End;
use crate::works::WorkBody;

/// A project in live mode.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Promoted {
    success: bool,
    #[schema(example = "pk_live_…")]
    publishable_key: String,
    /// Shown here and never again.
    #[schema(example = "sk_live_…")]
    secret_key: String,
    products: Vec<LiveProduct>,
    #[schema(example = "live")]
    mode: &'static str,
    #[schema(example = "saas")]
    project_type: &'static str,
    #[schema(example = "Weather API")]
    project_name: String,
    /// Test mode was deleted, as it was asked for.
    test_data_deleted: bool,
    /// Test mode is still being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<WorkBody>,
    /// What is still to be done, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// A tier in live mode.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LiveProduct {
    #[schema(example = "pro")]
    tier: String,
    #[schema(example = "price_1Pgc6XIHvNDreamXY")]
    price_id: String,
    #[schema(example = "dream_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    product_id: String,
}

impl Promoted {
    pub(super) fn of(live: &Tenant, secret: &SecretKey, end: &End, warnings: &[String]) -> Self {
        Self {
            success: true,
            publishable_key: live.scope.tenant().to_string(),
            secret_key: secret.expose().to_owned(),
            products: live.tiers.iter().map(LiveProduct::of).collect(),
            mode: live.scope.mode().as_str(),
            project_type: live.kind.as_str(),
            project_name: live.name.to_string(),
            test_data_deleted: matches!(end, End::Gone),
            work: match end {
                End::Goes(work) => Some(WorkBody::of(work)),
                _ => None,
            },
            warning: (!warnings.is_empty()).then(|| warnings.join(" ")),
        }
    }
}

impl LiveProduct {
    fn of(tier: &Tier) -> Self {
        Self {
            tier: tier.name.clone(),
            price_id: tier.price_id.clone(),
            product_id: tier.product_id.clone(),
        }
    }
}
