//! Input that nobody should send: never a 5xx, always an answer in the one form (cases INP).

mod bodies;
mod heads;
mod sizes;
mod texts;

use serde_json::{Value, json};

use crate::api::Call;
use crate::project::Project;
use crate::spec::Operation;

/// The right credentials for an operation on this project.
pub(crate) fn admitted(project: &Project, operation: &Operation, call: Call) -> Call {
    if operation.tag == "hosted pages" {
        let call = call.header("origin", &project.api.base);
        return call.header("content-type", "application/json");
    }
    if operation.secured && operation.by_developer {
        return call.bearer(project.api.developer());
    }
    call.bearer(&project.sk).user("fuzzer")
}

/// Members that name what exists, so that the rest of a body is looked at.
pub(crate) fn existing(project: &Project, name: &str) -> Option<Value> {
    Some(match name {
        "publishableKey" => json!(project.pk),
        "tierName" | "plan" => json!("pro"),
        "email" => json!("fuzz@example.com"),
        "price" => json!(100),
        "tiers" => json!([{"name": "free", "price": 0}]),
        "confirm" => json!("not the name"),
        "meter" => json!("requests"),
        _ => return None,
    })
}
