//! `/v1`: from a request to an answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request};
use axum::response::Response;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::answers::{self, Kept};
use crate::context::{Context, Input, Scope, letters};
use crate::form::{self, Node};
use crate::params::{self, Kind, may};
use crate::problem::{Problem, Result};
use crate::reply::{Lost, Reply};
use crate::routes::{self, Route};
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::{accounts, calls, expand, faults, keys, objects, version};

/// Answers every request below `/v1`.
pub(crate) async fn answer(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request<Body>,
) -> Response {
    let request_id = letters(&sandbox.random, "req_", 14);
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        let problem = Problem::invalid("The request body is too large.").with_status(413);
        return Reply::refused(&problem, request_id).into_response(version::DEFAULT);
    };
    let call = Call {
        head,
        body,
        request_id,
    };
    let asked = call.version().to_owned();
    match misbehave(&sandbox, &call).await {
        Ok(lost) => {
            let reply = run(&sandbox, call).await;
            let mut response = reply.into_response(&asked);
            if lost {
                response.extensions_mut().insert(Lost);
            }
            response
        }
        Err(fault) => {
            let reply = Reply::refused(&fault.problem, call.request_id.clone());
            let (shared, record) = (sandbox.clone(), call.record(&sandbox, "", reply.status));
            // An order that cannot be noted is obeyed all the same.
            let _ = blocking(move || shared.transaction(|db| Ok(calls::note(db, &record)?))).await;
            let mut response = reply.into_response(&asked);
            if fault.is_lost {
                response.extensions_mut().insert(Lost);
            }
            response
        }
    }
}

/// Takes the misbehaviours of answers that were ordered: whether the answer is to be lost, or what to answer instead.
async fn misbehave(sandbox: &Arc<Sandbox>, call: &Call) -> std::result::Result<bool, Fault> {
    let _reservation = Reservation::of(sandbox, call).map_err(Fault::told)?;
    let shared = sandbox.clone();
    let taken = blocking(move || {
        shared.transaction(|db| {
            for what in ["answer_429", "answer_500", "time_out", "lose_answer"] {
                if let Some(seconds) = faults::take(db, what)? {
                    return Ok(Some((what, seconds)));
                }
            }
            Ok(None)
        })
    });
    match taken.await.map_err(Fault::told)? {
        None => Ok(false),
        Some(("lose_answer", _)) => Ok(true),
        Some(("answer_429", _)) => {
            let message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.";
            Err(Fault::told(
                Problem::invalid(message)
                    .with_status(429)
                    .with_code("rate_limit"),
            ))
        }
        Some(("answer_500", _)) => {
            let problem = Problem::invalid("An unknown error occurred").with_status(500);
            Err(Fault::told(Problem {
                kind: "api_error",
                ..problem
            }))
        }
        Some((_, seconds)) => {
            tokio::time::sleep(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))).await;
            Err(Fault {
                problem: Problem::invalid("No answer in time").with_status(504),
                is_lost: true,
            })
        }
    }
}

async fn run(sandbox: &Arc<Sandbox>, call: Call) -> Reply {
    let reservation = match Reservation::of(sandbox, &call) {
        Ok(reservation) => reservation,
        Err(problem) => return Reply::refused(&problem, call.request_id),
    };
    let request_id = call.request_id.clone();
    let shared = sandbox.clone();
    let done = blocking(move || {
        let _reservation = reservation;
        shared.transaction(|db| noted(&shared, db, &call))
    });
    done.await
        .unwrap_or_else(|problem| Reply::refused(&problem, request_id))
}

/// One call and the note of it, in one commit; of a refused call nothing else stays.
fn noted(sandbox: &Sandbox, db: &Connection, call: &Call) -> Result<Reply> {
    let mut account = String::new();
    db.execute_batch("savepoint call")?;
    let done = in_transaction(sandbox, db, call, &mut account);
    db.execute_batch(if done.is_ok() {
        "release call"
    } else {
        "rollback to call; release call"
    })?;
    let reply = done.unwrap_or_else(|problem| Reply::refused(&problem, call.request_id.clone()));
    calls::note(db, &call.record(sandbox, &account, reply.status))?;
    Ok(reply)
}

/// Everything that one call does to the state, and the keeping of its answer.
fn in_transaction(
    sandbox: &Sandbox,
    db: &Connection,
    call: &Call,
    account: &mut String,
) -> Result<Reply> {
    let ctx = sandbox.context(db, call.caller(db)?);
    account.clone_from(&ctx.scope.account);
    accounts::make_with_id(&ctx, &ctx.platform)?;
    check_account(&ctx)?;
    let Some((route, ids)) = routes::find(call.head.method.as_str(), call.path()) else {
        return Err(call.unrecognized());
    };
    let key = call.idempotency_key()?;
    let fingerprint = answers::fingerprint(call.path(), &call.body);
    let machine = (sandbox.machine)();
    if let Some(key) = key
        && let Some(kept) = answers::find(&ctx, key, &fingerprint, machine)?
    {
        return Ok(Reply::replayed(kept, call.request_id.clone()));
    }
    db.execute_batch("savepoint operation")?;
    let done = operate(&ctx, route, ids, call);
    let undo = done
        .as_ref()
        .err()
        .is_some_and(|problem| !problem.keeps_work);
    db.execute_batch(if undo {
        "rollback to operation; release operation"
    } else {
        "release operation"
    })?;
    let keeps = done.as_ref().err().is_none_or(|problem| problem.began);
    let reply = match done {
        Ok(body) => Reply {
            status: 200,
            body: body.to_string(),
            request_id: call.request_id.clone(),
            replays: None,
        },
        Err(problem) => Reply::refused(&problem, call.request_id.clone()),
    };
    if let Some(key) = key.filter(|_| keeps) {
        let kept = Kept {
            status: reply.status,
            body: reply.body.clone(),
            request_id: reply.request_id.clone(),
        };
        answers::keep(&ctx, key, &fingerprint, &kept, machine)?;
    }
    Ok(reply)
}

fn operate(ctx: &Context, route: &Route, ids: Vec<String>, call: &Call) -> Result<Value> {
    let mut form = call.form()?;
    let paths = take_expand(&mut form)?;
    let params = params::read(form, route.fields)?;
    let mut body = (route.run)(ctx, &Input { ids, params })?;
    expand::apply(ctx, &mut body, &paths)?;
    Ok(objects::shown(body))
}

fn take_expand(form: &mut Vec<(String, Node)>) -> Result<Vec<String>> {
    let Some(at) = form.iter().position(|(name, _)| name == "expand") else {
        return Ok(Vec::new());
    };
    let asked = vec![form.swap_remove(at)];
    let read = params::read(asked, &[&[may("expand", Kind::List(&Kind::Text))]])?;
    let paths = read
        .get("expand")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    Ok(paths
        .filter_map(|path| path.as_str().map(str::to_owned))
        .collect())
}

/// One request, read to its end.
struct Call {
    head: Parts,
    body: Bytes,
    request_id: String,
}

const BODY_MAX: usize = 1024 * 1024;
/// How much of a body is noted.
const NOTED_MAX: usize = 16 * 1024;

impl Call {
    fn path(&self) -> &str {
        self.head.uri.path()
    }

    fn header(&self, name: &str) -> Option<&str> {
        header(&self.head.headers, name)
    }

    fn version(&self) -> &str {
        self.header("stripe-version").unwrap_or(version::DEFAULT)
    }

    /// The key of a POST; other methods repeat harmlessly.
    fn idempotency_key(&self) -> Result<Option<&str>> {
        let key = self
            .header("idempotency-key")
            .filter(|_| self.head.method == Method::POST);
        match key {
            Some(key) if key.is_empty() || key.len() > answers::KEY_MAX => {
                let message = format!(
                    "Idempotency keys are 1 to {} characters long.",
                    answers::KEY_MAX
                );
                Err(Problem {
                    began: false,
                    ..Problem::invalid(message)
                })
            }
            key => Ok(key),
        }
    }

    fn caller(&self, db: &Connection) -> Result<Caller> {
        let key = keys::from_header(self.header("authorization"))?;
        let own = keys::scope(db, &key)?;
        if !version::is_well_formed(self.version()) {
            let message = format!("Invalid Stripe API version: {}", self.version());
            return Err(Problem {
                began: false,
                ..Problem::invalid(message)
            });
        }
        let account = self
            .header("stripe-account")
            .unwrap_or(&own.account)
            .to_owned();
        Ok(Caller {
            scope: Scope {
                account,
                live: own.live,
            },
            platform: own.account,
            request_id: Some(self.request_id.clone()),
            idempotency_key: self.idempotency_key()?.map(str::to_owned),
        })
    }

    /// Query and body together.
    fn form(&self) -> Result<Vec<(String, Node)>> {
        let is_json = self
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"));
        if is_json && !self.body.is_empty() {
            let message = "Invalid request (check that your POST content type is application/x-www-form-urlencoded).";
            return Err(Problem {
                began: false,
                ..Problem::invalid(message)
            });
        }
        let mut text = self
            .head
            .uri
            .query()
            .unwrap_or_default()
            .as_bytes()
            .to_vec();
        text.push(b'&');
        text.extend_from_slice(&self.body);
        form::parse(&text)
    }

    /// What is noted of the call.
    fn record(&self, sandbox: &Sandbox, account: &str, status: u16) -> Value {
        json!({
            "at": (sandbox.clock)(),
            "method": self.head.method.as_str(),
            "path": self.path(),
            "query": self.head.uri.query(),
            "body": String::from_utf8_lossy(&self.body[..self.body.len().min(NOTED_MAX)]),
            "account": account,
            "idempotency_key": self.header("idempotency-key"),
            "request_id": self.request_id,
            "status": status,
        })
    }

    fn unrecognized(&self) -> Problem {
        let message = format!(
            "Unrecognized request URL ({}: {}).",
            self.head.method,
            self.path()
        );
        Problem {
            began: false,
            ..Problem::invalid(message).with_status(404)
        }
    }
}

/// Whether the key may act for the account that was named.
fn check_account(ctx: &Context) -> Result<()> {
    let id = &ctx.scope.account;
    if *id == ctx.platform || accounts::is_connected(ctx, id)? {
        return Ok(());
    }
    Err(accounts::no_access(id))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Keeps a second request with the same idempotency key away while the first runs.
struct Reservation(Option<(Arc<Sandbox>, String)>);

impl Reservation {
    fn of(sandbox: &Arc<Sandbox>, call: &Call) -> Result<Self> {
        let Some(key) = call.idempotency_key()? else {
            return Ok(Self(None));
        };
        let whose = (
            call.header("authorization"),
            call.header("stripe-account"),
            key,
        );
        let entry = format!("{whose:?}");
        if !sandbox.running.lock().insert(entry.clone()) {
            return Err(answers::running(key));
        }
        Ok(Self(Some((sandbox.clone(), entry))))
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some((sandbox, entry)) = &self.0 {
            sandbox.running.lock().remove(entry);
        }
    }
}

struct Fault {
    problem: Problem,
    is_lost: bool,
}

impl Fault {
    fn told(problem: Problem) -> Self {
        Self {
            problem,
            is_lost: false,
        }
    }
}
