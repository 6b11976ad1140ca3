//! Answers of commands as people read them.

use dream_domain::time::Millis;
use serde_json::Value;

use crate::output::table;

/// A project that was just made.
pub(super) fn project(made: &Value) -> Vec<String> {
    pairs(
        made,
        &[
            ("Name", "/name"),
            ("Kind", "/kind"),
            ("Mode", "/mode"),
            ("Owner", "/owner/email"),
            ("Project id", "/projectId"),
            ("Platform id", "/platformId"),
            ("Publishable key", "/publishableKey"),
            ("Secret key", "/secretKey"),
            ("Key id", "/keyId"),
        ],
    )
}

/// All projects.
pub(super) fn projects(found: &Value) -> Vec<String> {
    let heading = ["NAME", "KIND", "MODE", "TIERS", "PUBLISHABLE KEY", "MADE"];
    let row = |project: &Value| {
        let name = text(project, "/name");
        let root = project.pointer("/isRoot") == Some(&Value::Bool(true));
        [
            if root { format!("{name} (root)") } else { name },
            text(project, "/kind"),
            text(project, "/mode"),
            text(project, "/tiers"),
            text(project, "/publishableKey"),
            time(project, "/createdAt"),
        ]
    };
    table(heading, &rows(found, "/projects", row))
}

/// A secret key that was just made.
pub(super) fn new_key(made: &Value) -> Vec<String> {
    pairs(
        made,
        &[
            ("Key id", "/keyId"),
            ("Label", "/label"),
            ("Publishable key", "/publishableKey"),
            ("Secret key", "/secretKey"),
        ],
    )
}

/// A key that was just ended.
pub(super) fn revoked(done: &Value) -> Vec<String> {
    vec![format!("Revoked {}", text(done, "/keyId"))]
}

/// The keys of a project mode.
pub(super) fn keys(found: &Value) -> Vec<String> {
    let heading = ["KEY ID", "LABEL", "SECRET", "STATUS", "MADE", "LAST USED"];
    let row = |key: &Value| {
        [
            text(key, "/keyId"),
            text(key, "/label"),
            format!("…{}", text(key, "/lastFour")),
            text(key, "/status"),
            time(key, "/createdAt"),
            time(key, "/lastUsedAt"),
        ]
    };
    table(heading, &rows(found, "/keys", row))
}

/// A new signing key.
pub(super) fn rotated(done: &Value) -> Vec<String> {
    vec![
        format!("Tokens are now signed with {}", text(done, "/kid")),
        format!(
            "The keys before verify until {}",
            time(done, "/othersVerifyUntil")
        ),
    ]
}

/// A token, alone, so that a shell can take it.
pub(super) fn token(made: &Value) -> Vec<String> {
    vec![text(made, "/token")]
}

fn pairs(value: &Value, names: &[(&str, &str)]) -> Vec<String> {
    let width = names.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, pointer): &(&str, &str)| format!("{name:<width$}  {}", text(value, pointer));
    names.iter().map(line).collect()
}

fn rows<const N: usize>(
    value: &Value,
    pointer: &str,
    row: impl Fn(&Value) -> [String; N],
) -> Vec<[String; N]> {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.into_iter().flatten().map(row).collect()
}

fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => "-".to_owned(),
        Some(other) => other.to_string(),
    }
}

fn time(value: &Value, pointer: &str) -> String {
    let ms = value.pointer(pointer).and_then(Value::as_i64);
    ms.map_or_else(|| "-".to_owned(), |ms| Millis(ms).to_rfc3339())
}
