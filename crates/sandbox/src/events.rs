//! Events: what happened, kept for the list and put into the outbox for every endpoint that asked for it.

use serde_json::{Map, Value, json};

use crate::context::{Context, Input, Scope};
use crate::objects::{self, shown};
use crate::params::{Field, Kind, may};
use crate::problem::Result;
use crate::{faults, version};

/// Records that something happened to an object.
pub(crate) fn emit(ctx: &Context, kind: &str, object: &Value) -> Result<()> {
    emit_data(ctx, kind, &json!({ "object": shown(object.clone()) }))
}

/// Saves a changed object and records it; nothing happens if nothing changed.
pub(crate) fn save(ctx: &Context, kind: &str, before: &Value, after: &Value) -> Result<()> {
    if before == after {
        return Ok(());
    }
    objects::save(ctx, after)?;
    emit_change(ctx, kind, before, after)
}

/// Records that an object changed, unless only what is ours alone did.
pub(crate) fn emit_change(ctx: &Context, kind: &str, before: &Value, after: &Value) -> Result<()> {
    let previous = previous(&shown(before.clone()), &shown(after.clone()));
    if previous.is_empty() {
        return Ok(());
    }
    emit_data(
        ctx,
        kind,
        &json!({ "object": shown(after.clone()), "previous_attributes": previous }),
    )
}

/// Parameters of the list.
pub(crate) const LIST: &[Field] = &[
    may("created", Kind::Range),
    may("type", Kind::Text),
    may("types", Kind::List(&Kind::Text)),
    may("delivery_success", Kind::Bool),
];

/// `GET /v1/events`.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let bounds = input.or_null("created");
    let from = bounds["gte"].as_i64().or(bounds["gt"].as_i64());
    let mut found = objects::since(ctx, "event", from.unwrap_or(i64::MIN))?;
    found.retain(|event| {
        objects::in_range(input, event) && is_of_type(input, objects::text(event, "type"))
    });
    if let Some(asked) = input.flag("delivery_success") {
        let counted = found.into_iter().map(|event| with_pending(ctx, event));
        found = counted.collect::<Result<Vec<_>>>()?;
        found.retain(|event| (event["pending_webhooks"] == 0) == asked);
    }
    let mut page = objects::page(input, &found, "/v1/events")?;
    for event in page["data"].as_array_mut().into_iter().flatten() {
        *event = with_pending(ctx, event.take())?;
    }
    Ok(page)
}

/// `GET /v1/events/{id}`.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    with_pending(ctx, objects::get(ctx, "event", input.id(), "id")?)
}

/// The event as an endpoint gets it: a Connect endpoint is told the account.
pub(crate) fn payload(mut event: Value, endpoint: &Value, account: &str) -> Value {
    if endpoint["_connect"] == true {
        event["account"] = account.into();
    }
    if let Some(version) = endpoint["api_version"].as_str() {
        event["api_version"] = version.into();
    }
    event
}

fn is_of_type(input: &Input, kind: &str) -> bool {
    let matches = |pattern: &str| match pattern.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => kind == pattern,
    };
    let types = input.get("types").and_then(Value::as_array);
    input.text("type").is_none_or(matches)
        && types.is_none_or(|types| types.iter().filter_map(Value::as_str).any(matches))
}

/// The event with the count of deliveries that did not arrive yet.
pub(crate) fn with_pending(ctx: &Context, mut event: Value) -> Result<Value> {
    let sql = "select count(*) from deliveries where event = ?1 and state <> 'done'";
    let pending: i64 = ctx
        .db
        .query_row(sql, [objects::text(&event, "id")], |row| row.get(0))?;
    event["pending_webhooks"] = pending.into();
    Ok(event)
}

fn emit_data(ctx: &Context, kind: &str, data: &Value) -> Result<()> {
    let endpoints = endpoints(ctx, kind)?;
    let event = json!({
        "id": ctx.id("evt_"),
        "object": "event",
        "api_version": version::DEFAULT,
        "created": ctx.now,
        "data": data,
        "livemode": ctx.scope.live,
        "pending_webhooks": endpoints.len(),
        "request": { "id": ctx.request_id, "idempotency_key": ctx.idempotency_key },
        "type": kind,
    });
    objects::insert(ctx, &event)?;
    for endpoint in endpoints {
        enqueue(ctx, objects::text(&event, "id"), &endpoint)?;
    }
    Ok(())
}

/// Puts a delivery into the outbox, or does with it what was asked for to test the receiver.
fn enqueue(ctx: &Context, event: &str, endpoint: &str) -> Result<()> {
    let dropped = faults::take(ctx.db, "drop")?.is_some();
    let late = faults::take(ctx.db, "delay")?.unwrap_or(0);
    let copies = if faults::take(ctx.db, "duplicate")?.is_some() {
        2
    } else {
        1
    };
    let held = faults::take(ctx.db, "reorder")?.is_some();
    let state = match (dropped, held) {
        (true, _) => "dropped",
        (false, true) => "held",
        (false, false) => "ready",
    };
    let sql = "insert into deliveries (event, endpoint, state, due_at) values (?1, ?2, ?3, ?4)";
    for _ in 0..copies {
        ctx.db
            .execute(sql, (event, endpoint, state, ctx.now + late))?;
    }
    Ok(())
}

/// The endpoints of the account itself, and the Connect endpoints of the platforms it is connected to.
/// A live Connect endpoint gets events of both sides.
fn endpoints(ctx: &Context, kind: &str) -> Result<Vec<String>> {
    let sql =
        "select body, account from objects o where kind = 'webhook_endpoint' and deleted = 0 and (
            (account = ?1 and live = ?2 and body ->> '$._connect' = 0)
            or ((live = ?2 or live = 1) and body ->> '$._connect' = 1 and exists
                (select 1 from connections c where c.platform = o.account and c.account = ?1)))
        order by seq";
    let Scope { account, live } = &ctx.scope;
    let mut statement = ctx.db.prepare_cached(sql)?;
    let rows = statement.query_map((account, live), |row| row.get::<_, String>(0))?;
    let mut ids = Vec::new();
    for row in rows {
        let endpoint: Value = serde_json::from_str(&row?)?;
        let asked = |asked: &Value| asked == "*" || asked == kind;
        let wanted = endpoint["enabled_events"]
            .as_array()
            .is_some_and(|types| types.iter().any(asked));
        if wanted && endpoint["status"] == "enabled" {
            ids.push(objects::text(&endpoint, "id").to_owned());
        }
    }
    Ok(ids)
}

/// The fields that changed, with what they held before.
fn previous(before: &Value, after: &Value) -> Map<String, Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return Map::new();
    };
    let mut changed = Map::new();
    for (name, value) in after {
        let was = before.get(name).cloned().unwrap_or_default();
        if was == *value {
            continue;
        }
        let inner = previous(&was, value);
        changed.insert(
            name.clone(),
            if inner.is_empty() { was } else { inner.into() },
        );
    }
    changed
}
