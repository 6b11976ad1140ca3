//! Customers as callers see them.

use dream_domain::plan::{Grant, effective_plan};
use dream_store::customers::Customer;
use dream_store::projects::Tenant;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerBody {
    #[schema(example = "user_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// The tier in force.
    #[schema(example = "free")]
    plan: String,
    publishable_key: String,
    /// It is sample data of a demo project; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<bool>,
    metadata: Value,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    created_at: i64,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    updated_at: i64,
}

/// One customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerAnswer {
    pub(super) success: bool,
    pub(super) customer: CustomerBody,
}

/// A page of customers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerList {
    pub(super) customers: Vec<CustomerBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    pub(super) next_cursor: Option<String>,
    pub(super) has_more: bool,
}

/// What was ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerDeleted {
    success: bool,
    #[schema(example = "Customer deleted successfully")]
    message: &'static str,
    deleted: Gone,
}

/// Who it was.
#[derive(Debug, Serialize, ToSchema)]
struct Gone {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

/// A token for a customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenBody {
    /// RS256; send it in `X-Clerk-Token`, with the publishable key in `X-Publishable-Key`.
    pub(super) token: String,
    #[schema(example = "sess_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    pub(super) session_id: String,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    pub(super) expires_at: i64,
}

impl CustomerBody {
    pub(super) fn of(app: &App, tenant: &Tenant, customer: &Customer, grants: &[Grant]) -> Self {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_ref().map(ToString::to_string);
        let plan = effective_plan(&tenant.tiers, grants, app.now());
        Self {
            id: customer.id.to_string(),
            email: text(&customer.email),
            email_verified: customer.email_verified,
            first_name: text(&customer.first_name),
            last_name: text(&customer.last_name),
            external_id: text(&customer.external_id),
            plan: plan.map(|tier| tier.name.clone()).unwrap_or_default(),
            publishable_key: tenant.scope.tenant().to_string(),
            sample: tenant.is_sample(customer.created_at).then_some(true),
            metadata: serde_json::from_str(&customer.metadata).unwrap_or_default(),
            created_at: customer.created_at.0,
            updated_at: customer.updated_at.0,
        }
    }
}

impl CustomerDeleted {
    pub(super) fn of(customer: &Customer) -> Self {
        let deleted = Gone {
            id: customer.id.to_string(),
            email: customer.email.as_ref().map(ToString::to_string),
        };
        Self {
            success: true,
            message: "Customer deleted successfully",
            deleted,
        }
    }

    pub(super) fn signed_out(customer: &Customer) -> Self {
        Self {
            message: "Every session of this customer has ended",
            ..Self::of(customer)
        }
    }
}
