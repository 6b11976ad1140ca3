//! `/_control`: what a test does to the sandbox, and what it may see of it. JSON both ways.

mod accounts;
mod payments;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::problem::{Problem, Result};
use crate::sandbox::{Sandbox, blocking};
use crate::{calls, database, faults, passing, web};

/// The routes below `/_control`.
pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/_control/accounts/{account}", post(accounts::change))
        .route(
            "/_control/accounts/{account}/deauthorize",
            post(accounts::deauthorize),
        )
        .route("/_control/calls", get(last_calls).delete(forget_calls))
        .route(
            "/_control/checkout/{session}/pay",
            post(payments::pay_checkout),
        )
        .route("/_control/connect", post(accounts::connect))
        .route("/_control/deliveries", get(deliveries))
        .route("/_control/disputes", post(payments::dispute))
        .route(
            "/_control/misbehave",
            get(ordered).post(misbehave).delete(behave),
        )
        .route("/_control/refunds/{refund}", post(payments::end_refund))
        .route("/_control/reset", post(reset))
        .route("/_control/settle", post(settle))
}

/// `GET /_control/calls`: the last 1,000 calls of the API, the oldest first.
async fn last_calls(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let done = blocking(move || {
        sandbox.transaction(|db| Ok(json!({ "calls": calls::last(db, calls::KEPT)? })))
    });
    answer(done.await)
}

/// `DELETE /_control/calls`.
async fn forget_calls(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let done = blocking(move || {
        sandbox.transaction(|db| {
            calls::forget(db)?;
            Ok(json!({ "calls": [] }))
        })
    });
    answer(done.await)
}

/// `POST /_control/settle` `{at?}`: answers `{delivered, failed, settled}` when everything that became due by business
/// time has happened and every delivery due now was tried, and business time is `at` (in seconds) or later. After 30
/// seconds `settled` is false.
async fn settle(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let done = async {
        let asked = read(&body, &["at"])?;
        let at = asked.get("at").and_then(Value::as_i64).unwrap_or(0);
        passing::settle(&sandbox, at, SETTLED_WITHIN).await
    };
    answer(done.await.map(|settled| settled.body()))
}

const SETTLED_WITHIN: Duration = Duration::from_secs(30);

/// `GET /_control/deliveries`: every delivery with its attempts, the oldest first.
async fn deliveries(State(sandbox): State<Arc<Sandbox>>) -> Response {
    answer(blocking(move || sandbox.transaction(all_deliveries)).await)
}

fn all_deliveries(db: &Connection) -> Result<Value> {
    let sql = "select d.seq, d.event, ev.body ->> '$.type', d.endpoint, e.body ->> '$.url', d.state, d.due_at,
            (select json_group_array(json_object('at', a.at, 'status', a.status, 'error', a.error))
             from (select * from attempts where delivery = d.seq order by seq) a)
        from deliveries d left join objects ev on ev.id = d.event left join objects e on e.id = d.endpoint
        order by d.seq";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let attempts: Value = serde_json::from_str(&row.get::<_, String>(7)?)?;
        found.push(json!({
            "id": row.get::<_, i64>(0)?,
            "event": row.get::<_, String>(1)?,
            "type": row.get::<_, Option<String>>(2)?,
            "endpoint": row.get::<_, String>(3)?,
            "url": row.get::<_, Option<String>>(4)?,
            "state": row.get::<_, String>(5)?,
            "due_at": row.get::<_, i64>(6)?,
            "attempts": attempts,
        }));
    }
    Ok(json!({ "deliveries": found }))
}

/// `GET /_control/misbehave`: what is ordered and not used up.
async fn ordered(State(sandbox): State<Arc<Sandbox>>) -> Response {
    answer(
        blocking(move || sandbox.transaction(|db| Ok(json!({ "ordered": faults::ordered(db)? }))))
            .await,
    )
}

/// `POST /_control/misbehave` `{what, count?, seconds?}`: `count` times, or until it is taken back.
/// `seconds` is how much business time a delivery is late (default an hour), or machine time an answer hangs (two minutes).
async fn misbehave(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let done = blocking(move || {
        let asked = read(&body, &["what", "count", "seconds"])?;
        let what = asked.get("what").and_then(Value::as_str);
        let fault = what.and_then(faults::find).ok_or_else(|| {
            let known: Vec<&str> = faults::FAULTS.iter().map(|fault| fault.what).collect();
            let message = format!("what is one of {}", known.join(", "));
            Problem::invalid(message).with_param("what")
        })?;
        let (count, seconds) = (whole(&asked, "count")?, whole(&asked, "seconds")?);
        sandbox.transaction(|db| {
            faults::order(db, fault, count, seconds)?;
            Ok(json!({ "ordered": faults::ordered(db)? }))
        })
    });
    answer(done.await)
}

/// `DELETE /_control/misbehave`: takes all back and sends what was held to be reordered.
async fn behave(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let done = blocking(move || {
        sandbox.transaction(|db| {
            faults::reset(db)?;
            Ok(json!({ "ordered": {} }))
        })
    });
    answer(done.await)
}

/// `POST /_control/reset`: forgets everything.
async fn reset(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let done = blocking(move || {
        database::clear(&mut sandbox.db.lock())?;
        Ok(json!({ "reset": true }))
    });
    answer(done.await)
}

fn answer(done: Result<Value>) -> Response {
    match done {
        Ok(body) => web::json(200, &body),
        Err(problem) => web::json(problem.status, &problem.body()),
    }
}

/// A JSON object of known names; an empty body is an empty one.
fn read(body: &[u8], names: &[&str]) -> Result<Map<String, Value>> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let read: Option<Map<String, Value>> = serde_json::from_slice(body).ok();
    let read = read.ok_or_else(|| Problem::invalid("The body is a JSON object"))?;
    match read.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(Problem::invalid(format!("Unknown name: {name}")).with_param(name)),
        None => Ok(read),
    }
}

fn whole(asked: &Map<String, Value>, name: &str) -> Result<Option<i64>> {
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(number @ 0..=1_000_000_000) => Ok(Some(number)),
            _ => Err(Problem::invalid(format!("{name} is a whole number from 0")).with_param(name)),
        },
    }
}
