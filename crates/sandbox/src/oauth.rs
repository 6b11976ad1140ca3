//! Connect: how a platform comes to act for an account.

pub(crate) mod authorize;
pub(crate) mod tokens;

use serde_json::{Map, Value};

fn text<'a>(asked: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    asked.get(name).and_then(Value::as_str)
}
