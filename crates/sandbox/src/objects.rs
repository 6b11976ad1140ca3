//! Objects of an account: kept as they are answered. Fields that begin with `_` are ours and never shown.

use rusqlite::{OptionalExtension, Row};
use serde_json::{Map, Value, json};

use crate::context::{Context, Input};
use crate::problem::{Problem, Result};

/// Keeps a new object.
pub(crate) fn insert(ctx: &Context, body: &Value) -> Result<()> {
    let sql = "insert into objects (id, kind, account, live, created, body) values (?1, ?2, ?3, ?4, ?5, ?6)";
    let (id, kind) = (text(body, "id"), text(body, "object"));
    let created = body["created"].as_i64().unwrap_or(ctx.now);
    let values = (
        id,
        kind,
        &ctx.scope.account,
        ctx.scope.live,
        created,
        body.to_string(),
    );
    ctx.db.execute(sql, values)?;
    Ok(())
}

/// Keeps a changed object.
pub(crate) fn save(ctx: &Context, body: &Value) -> Result<()> {
    let sql = "update objects set body = ?2 where id = ?1 and account = ?3 and live = ?4";
    ctx.db.execute(
        sql,
        (
            text(body, "id"),
            body.to_string(),
            &ctx.scope.account,
            ctx.scope.live,
        ),
    )?;
    Ok(())
}

/// Puts a stub in the place of an object: it is answered by id and no longer listed.
pub(crate) fn delete(ctx: &Context, kind: &str, id: &str) -> Result<Value> {
    let stub = json!({ "id": id, "object": kind, "deleted": true });
    save(ctx, &stub)?;
    let sql = "update objects set deleted = 1 where id = ?1 and account = ?2 and live = ?3";
    ctx.db
        .execute(sql, (id, &ctx.scope.account, ctx.scope.live))?;
    Ok(stub)
}

/// An object that may be a stub; 404 naming the parameter that held the id.
pub(crate) fn get(ctx: &Context, kind: &str, id: &str, param: &str) -> Result<Value> {
    let sql = "select body from objects where id = ?1 and kind = ?2 and account = ?3 and live = ?4";
    let found: Option<String> = ctx
        .db
        .query_row(sql, (id, kind, &ctx.scope.account, ctx.scope.live), |row| {
            row.get(0)
        })
        .optional()?;
    match found {
        Some(body) => Ok(serde_json::from_str(&body)?),
        None => Err(not_found(ctx, kind, id, param)?),
    }
}

/// An object that was not deleted.
pub(crate) fn get_living(ctx: &Context, kind: &str, id: &str, param: &str) -> Result<Value> {
    let body = get(ctx, kind, id, param)?;
    if body["deleted"] == true {
        return Err(Problem::missing(&noun(kind), id, param));
    }
    Ok(body)
}

/// Any object by its id, for `expand`.
pub(crate) fn find(ctx: &Context, id: &str) -> Result<Option<Value>> {
    let sql = "select body from objects where id = ?1 and account = ?2 and live = ?3";
    let found: Option<String> = ctx
        .db
        .query_row(sql, (id, &ctx.scope.account, ctx.scope.live), |row| {
            row.get(0)
        })
        .optional()?;
    Ok(found.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// All objects of a kind that were not deleted, the newest first.
pub(crate) fn all(ctx: &Context, kind: &str) -> Result<Vec<Value>> {
    since(ctx, kind, i64::MIN)
}

/// Those of a kind that were made at a moment or later, the newest first.
pub(crate) fn since(ctx: &Context, kind: &str, created: i64) -> Result<Vec<Value>> {
    let sql = "select body from objects
        where account = ?1 and live = ?2 and kind = ?3 and deleted = 0 and created >= ?4 order by seq desc";
    let body = |row: &Row| row.get::<_, String>(0);
    let mut statement = ctx.db.prepare_cached(sql)?;
    let values = (&ctx.scope.account, ctx.scope.live, kind, created);
    let rows = statement.query_map(values, body)?;
    rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
}

/// A page of a kind: filters by `created`, and by the parameters named in `equal`.
pub(crate) fn list(ctx: &Context, input: &Input, kind: &str, equal: &[&str]) -> Result<Value> {
    let mut found = all(ctx, kind)?;
    found.retain(|body| {
        in_range(input, body)
            && equal
                .iter()
                .all(|name| input.get(name).is_none_or(|value| body[*name] == *value))
    });
    page(input, &found, &format!("/v1/{}s", kind.replace('.', "/")))
}

/// One page of what is listed; `limit` 1-100, default 10.
pub(crate) fn page(input: &Input, found: &[Value], url: &str) -> Result<Value> {
    let limit = input.integer("limit").unwrap_or(10);
    let limit = usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=100).contains(limit));
    let limit = limit.ok_or_else(|| {
        let code = Some("parameter_invalid_integer");
        Problem::parameter(
            code,
            "limit",
            "Invalid limit: must be between 1 and 100".into(),
        )
    })?;
    let place = |name: &str| -> Result<Option<usize>> {
        let Some(id) = input.text(name) else {
            return Ok(None);
        };
        let place = found.iter().position(|body| body["id"] == id);
        Ok(Some(place.ok_or_else(|| {
            Problem::missing("object", id, name).with_status(400)
        })?))
    };
    let (after, before) = (place("starting_after")?, place("ending_before")?);
    if after.is_some() && before.is_some() {
        return Err(Problem::invalid(
            "You cannot specify both `starting_after` and `ending_before`.",
        ));
    }
    let (rest, backwards) = match (after, before) {
        (Some(after), _) => (&found[after + 1..], false),
        (_, Some(before)) => (&found[..before], true),
        _ => (found, false),
    };
    let has_more = rest.len() > limit;
    let data = if backwards {
        &rest[rest.len().saturating_sub(limit)..]
    } else {
        &rest[..limit.min(rest.len())]
    };
    Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
}

/// Whether `created` lies in the asked range.
pub(crate) fn in_range(input: &Input, body: &Value) -> bool {
    let created = body["created"].as_i64().unwrap_or_default();
    match input.get("created") {
        Some(Value::Object(bounds)) => bounds.iter().all(|(name, bound)| {
            let bound = bound.as_i64().unwrap_or_default();
            match name.as_str() {
                "gt" => created > bound,
                "gte" => created >= bound,
                "lt" => created < bound,
                _ => created <= bound,
            }
        }),
        Some(moment) => moment.as_i64() == Some(created),
        None => true,
    }
}

/// Takes over the named parameters that were given, null for those that were unset.
pub(crate) fn take_over(body: &mut Value, input: &Input, names: &[&str]) {
    for name in names {
        if let Some(value) = input.params.get(*name) {
            body[*name] = value.clone();
        }
    }
}

/// A text field; empty if it is none.
pub(crate) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_default()
}

/// The object without what is ours alone.
pub(crate) fn shown(body: Value) -> Value {
    match body {
        Value::Object(fields) => {
            let public = fields
                .into_iter()
                .filter(|(name, _)| !name.starts_with('_'));
            Value::Object(
                public
                    .map(|(name, value)| (name, shown(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => items.into_iter().map(shown).collect(),
        other => other,
    }
}

fn not_found(ctx: &Context, kind: &str, id: &str, param: &str) -> Result<Problem> {
    let sql = "select 1 from objects where id = ?1 and kind = ?2 and account = ?3 and live = ?4";
    let elsewhere = ctx
        .db
        .query_row(sql, (id, kind, &ctx.scope.account, !ctx.scope.live), |_| {
            Ok(())
        })
        .optional()?;
    let mut problem = Problem::missing(&noun(kind), id, param);
    if elsewhere.is_some() {
        let (there, here) = if ctx.scope.live {
            ("test", "live")
        } else {
            ("live", "test")
        };
        let message = problem.message;
        problem.message = format!(
            "{message}; a similar object exists in {there} mode, but a {here} mode key was used to make this request."
        );
    }
    Ok(problem)
}

fn noun(kind: &str) -> String {
    kind.replace(['_', '.'], " ")
}
