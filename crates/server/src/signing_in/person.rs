//! A signed-in person, as pages and SDK read one.

use dream_domain::error::Result;
use dream_domain::plan::effective_plan;
use dream_store::customers::{self, Customer};
use dream_store::projects::Tenant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// An end user, to himself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"id": "user_019aa5c0d4f07a61b6ff0d3a4f5c2e17", "email": "ada@example.com", "emailVerified": true,
    "firstName": "Ada", "plan": "free", "publishableKey": "pk_test_…", "createdAt": 1_795_248_960_500_i64}))]
pub(crate) struct Person {
    /// `user_…`.
    pub(crate) id: String,
    /// As typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// The person has shown that the address is theirs.
    pub(crate) email_verified: bool,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<String>,
    /// The plan in force now.
    pub(crate) plan: String,
    /// The project.
    pub(crate) publishable_key: String,
    /// Epoch milliseconds.
    pub(crate) created_at: i64,
}

impl Person {
    /// Reads the plan in force and puts it beside what is known.
    pub(crate) async fn of(app: &App, tenant: &Tenant, customer: &Customer) -> Result<Self> {
        let grants = customers::grants(&app.db, &tenant.scope, &customer.id).await?;
        let plan = effective_plan(&tenant.tiers, &grants, app.now());
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        Ok(Self {
            id: customer.id.to_string(),
            email: text(&customer.email),
            email_verified: customer.email_verified,
            first_name: text(&customer.first_name),
            last_name: text(&customer.last_name),
            plan: plan.map_or_else(String::new, |tier| tier.name.clone()),
            publishable_key: tenant.scope.tenant().to_string(),
            created_at: customer.created_at.0,
        })
    }
}
