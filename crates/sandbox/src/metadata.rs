//! Metadata: up to 50 keys of 40 characters with values of 500; merged, and an empty value takes its key away.

use serde_json::{Map, Value, json};

use crate::context::Input;
use crate::problem::{Problem, Result};

/// The metadata of a new object.
pub(crate) fn of(input: &Input) -> Result<Value> {
    let mut body = json!({ "metadata": {} });
    merge(&mut body, input.params.get("metadata"))?;
    Ok(body["metadata"].take())
}

/// Merges what was given into an object; null takes all away.
pub(crate) fn merge(body: &mut Value, given: Option<&Value>) -> Result<()> {
    let Some(given) = given else { return Ok(()) };
    let mut merged = match &body["metadata"] {
        Value::Object(known) if !given.is_null() => known.clone(),
        _ => Map::new(),
    };
    for (key, value) in given.as_object().into_iter().flatten() {
        check(key, value.as_str().unwrap_or_default())?;
        if value == "" {
            merged.remove(key);
        } else {
            merged.insert(key.clone(), value.clone());
        }
    }
    if merged.len() > KEYS_MAX {
        let message = format!("You can only have {KEYS_MAX} metadata keys.");
        return Err(Problem::parameter(None, "metadata", message));
    }
    body["metadata"] = merged.into();
    Ok(())
}

const KEYS_MAX: usize = 50;
const KEY_MAX: usize = 40;
const VALUE_MAX: usize = 500;

fn check(key: &str, value: &str) -> Result<()> {
    let param = format!("metadata[{key}]");
    if key.is_empty() || key.chars().count() > KEY_MAX {
        let message = format!("Metadata keys can be up to {KEY_MAX} characters long.");
        return Err(Problem::parameter(None, &param, message));
    }
    if value.chars().count() > VALUE_MAX {
        let message = format!(
            "Metadata values can be up to {VALUE_MAX} characters, but you passed in a value that is {} characters.",
            value.chars().count()
        );
        return Err(Problem::parameter(None, &param, message));
    }
    Ok(())
}
