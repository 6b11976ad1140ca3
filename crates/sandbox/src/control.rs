//! `/_control`: what a test does to the sandbox, and what it may see of it. JSON both ways.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::checkout::pay::{self, Outcome, Payer};
use crate::oauth::authorize;
use crate::problem::{Problem, Result};
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::{accounts, database, faults, keys, objects, web};

/// The routes below `/_control`.
pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/_control/calls", get(calls).delete(forget_calls))
        .route("/_control/checkout/{session}/pay", post(pay_checkout))
        .route("/_control/connect", post(connect))
        .route("/_control/deliveries", get(deliveries))
        .route(
            "/_control/misbehave",
            get(ordered).post(misbehave).delete(behave),
        )
        .route("/_control/reset", post(reset))
}

/// `GET /_control/calls`: every API call since the start, the oldest first.
async fn calls(State(sandbox): State<Arc<Sandbox>>) -> Response {
    web::json(200, &json!({ "calls": sandbox.calls() }))
}

/// `DELETE /_control/calls`.
async fn forget_calls(State(sandbox): State<Arc<Sandbox>>) -> Response {
    sandbox.forget_calls();
    web::json(200, &json!({ "calls": [] }))
}

/// `POST /_control/connect` with `key`: connects an account to that key's platform at once and answers `{account}`.
/// With `client_id` and `redirect_uri`: answers `{account, code}` as if the button of the page had been pressed.
/// `account` names one that is known or to be made; otherwise a new one is made.
async fn connect(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let done = blocking(move || {
        let asked = read(
            &body,
            &["key", "client_id", "redirect_uri", "scope", "account"],
        )?;
        if let Some(key) = asked.get("key").and_then(Value::as_str) {
            return connect_key(&sandbox, key, &asked);
        }
        let (code, account) = authorize::issue(&sandbox, &asked)?;
        Ok(json!({ "account": account, "code": code }))
    });
    answer(done.await)
}

fn connect_key(sandbox: &Sandbox, key: &str, asked: &Map<String, Value>) -> Result<Value> {
    sandbox.transaction(|db| {
        let own = keys::scope(db, key)?;
        let caller = Caller {
            platform: own.account.clone(),
            scope: own,
            request_id: None,
            idempotency_key: None,
        };
        let ctx = sandbox.context(db, caller);
        accounts::make_with_id(&ctx, &ctx.platform)?;
        let account = match asked.get("account").and_then(Value::as_str) {
            Some(known) => {
                accounts::make_with_id(&ctx, known)?;
                known.to_owned()
            }
            None => accounts::make(&ctx)?,
        };
        accounts::connect(&ctx, &ctx.platform, &account, "read_write")?;
        Ok(json!({ "account": account }))
    })
}

/// `POST /_control/checkout/{session}/pay` `{card?, email?, authenticated?}`: what the payer would do on the page;
/// a card that asks for 3-D Secure is authenticated unless `authenticated` is false. Answers the session.
async fn pay_checkout(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let done = blocking(move || {
        let asked = read(&body, &["card", "email", "authenticated"])?;
        let text = |name: &str| asked.get(name).and_then(Value::as_str);
        let payer = Payer {
            card: text("card").unwrap_or("4242424242424242").to_owned(),
            email: Some(text("email").unwrap_or("payer@example.com").to_owned()),
            authenticated: asked.get("authenticated") != Some(&false.into()),
        };
        match pay::pay(&sandbox, &id, &payer)? {
            Outcome::Complete(session) => Ok(objects::shown(session)),
            Outcome::NeedsAuthentication => {
                let problem = Problem::card(
                    "authentication_required",
                    None,
                    "The card asks for 3-D Secure.",
                );
                Err(problem)
            }
        }
    });
    answer(done.await)
}

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
        let what = asked
            .get("what")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !faults::KINDS.contains(&what) {
            let message = format!("what is one of {}", faults::KINDS.join(", "));
            return Err(Problem::invalid(message).with_param("what"));
        }
        let seconds = if what == "delay" { 3_600 } else { 120 };
        let seconds = whole(&asked, "seconds")?.unwrap_or(seconds);
        let count = whole(&asked, "count")?;
        sandbox.transaction(|db| {
            faults::order(db, what, count, seconds)?;
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
            db.execute(
                "update deliveries set state = 'ready' where state = 'held'",
                [],
            )?;
            Ok(json!({ "ordered": {} }))
        })
    });
    answer(done.await)
}

/// `POST /_control/reset`: forgets everything.
async fn reset(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let done = blocking(move || {
        database::clear(&mut sandbox.db.lock())?;
        sandbox.forget_calls();
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
