//! `expand[]`: ids become the objects they name, down to four levels.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::objects;
use crate::problem::{Problem, Result};

/// Expands the asked properties of an answer.
pub(crate) fn apply(ctx: &Context, body: &mut Value, paths: &[String]) -> Result<()> {
    for path in paths {
        let pieces: Vec<&str> = path.split('.').collect();
        if pieces.len() > DEPTH_MAX {
            let message = format!(
                "You cannot expand more than {DEPTH_MAX} levels of a property. Property: {path}"
            );
            return Err(refused(message));
        }
        expand(ctx, body, &pieces, path)?;
    }
    Ok(())
}

const DEPTH_MAX: usize = 4;

fn expand(ctx: &Context, body: &mut Value, pieces: &[&str], path: &str) -> Result<()> {
    let Some((first, rest)) = pieces.split_first() else {
        return Ok(());
    };
    match body {
        Value::Array(items) => {
            for item in items {
                expand(ctx, item, pieces, path)?;
            }
            Ok(())
        }
        Value::Object(fields) => expand_field(ctx, fields, first, rest, path),
        _ => Err(cannot(path)),
    }
}

fn expand_field(
    ctx: &Context,
    fields: &mut Map<String, Value>,
    name: &str,
    rest: &[&str],
    path: &str,
) -> Result<()> {
    if let Some(kept_back) = fields.remove(&format!("_{name}")) {
        fields.insert(name.to_owned(), kept_back);
    }
    let field = fields.get_mut(name).ok_or_else(|| cannot(path))?;
    match field {
        Value::Null => return Ok(()),
        Value::String(id) => match objects::find(ctx, id)? {
            Some(found) => *field = found,
            None => return Err(cannot(path)),
        },
        Value::Object(_) | Value::Array(_) => {}
        _ => return Err(cannot(path)),
    }
    expand(ctx, field, rest, path)
}

fn cannot(path: &str) -> Problem {
    refused(format!("This property cannot be expanded ({path})."))
}

fn refused(message: String) -> Problem {
    Problem::parameter(None, "expand", message)
}
