//! What developers send to promote a project.

use dream_domain::error::Result;
use dream_domain::tier::Tier;
use dream_store::projects::Tenant;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::body::{Fields, wrong};
use crate::plans;
use crate::tier_input::TierFields;

/// A project to promote.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"publishableKey": "pk_test_…", "tiers": [{"name": "pro", "price": 3900}]}))]
pub(crate) struct PromoteInput {
    /// The key of test mode.
    pub(crate) publishable_key: String,
    /// What is different in live mode, each by the name of its tier; what is left out is as in test mode.
    #[schema(value_type = Option<Vec<TierFields>>)]
    tiers: Vec<TierFields>,
    /// Deletes test mode with its customers, counts and orders.
    #[schema(rename = "deleteTestData", value_type = Option<bool>)]
    pub(crate) deletes_test_data: bool,
}

impl PromoteInput {
    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let publishable_key = fields.required_text("publishableKey")?;
        let mut tiers = Vec::new();
        for (position, value) in fields.list("tiers")?.into_iter().flatten().enumerate() {
            let Value::Object(members) = value else {
                return Err(wrong("tiers", "must be a list of objects"));
            };
            let read = TierFields::read(&mut Fields::of(members));
            tiers.push(read.map_err(|error| error.inside(&format!("tiers[{position}]")))?);
        }
        Ok(Self {
            publishable_key,
            tiers,
            deletes_test_data: fields.flag("deleteTestData")?.unwrap_or(false),
        })
    }

    /// The tiers with the changes written into them. 400 for a tier that the project does not have.
    pub(super) fn applied(&self, test: &Tenant, mut tiers: Vec<Tier>) -> Result<Vec<Tier>> {
        for (position, change) in self.tiers.iter().enumerate() {
            let named = change.name.as_deref().or(change.display_name.as_deref());
            let named = named.unwrap_or_default();
            let by_name = tiers.iter().position(|tier| tier.name == named);
            let found =
                by_name.or_else(|| tiers.iter().position(|tier| tier.display_name == named));
            let tier = found.and_then(|at| tiers.get_mut(at));
            let tier = tier.ok_or_else(|| plans::unknown(test, named))?;
            change
                .write(tier)
                .map_err(|error| error.inside(&format!("tiers[{position}]")))?;
        }
        tiers.retain(|tier| tier.active);
        Ok(tiers)
    }
}
