//! What is said of plans in more than one place.

use dream_domain::error::{Code, Error};
use dream_store::projects::Tenant;

/// 400: the project has no such plan; the message lists those it has.
pub(crate) fn unknown(tenant: &Tenant, name: &str) -> Error {
    let names: Vec<&str> = tenant
        .tiers
        .iter()
        .filter(|tier| tier.active)
        .map(|tier| tier.name.as_str())
        .collect();
    let shown: String = name.chars().take(64).collect();
    Code::UnknownPlan.error(format!(
        "This project has no plan {shown:?}; its plans are: {}",
        names.join(", ")
    ))
}
