//! What the owner of a connected account would do: agree, change, leave.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::{answer, read};
use crate::context::{Context, Scope};
use crate::oauth::authorize;
use crate::problem::{Problem, Result};
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::{accounts, keys};

/// `POST /_control/connect`: presses the button of the Connect page. Answers `{account, code, scope}`, and `url`, where
/// the owner would be sent, if a `redirect_uri` is given. `account` names one that is known or to be made; otherwise
/// a new one is made. With `key` it is connected to that key's platform at once; the code works all the same.
pub(super) async fn connect(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let done = blocking(move || {
        let mut asked = read(&body, ASKED)?;
        asked.entry("scope").or_insert_with(|| "read_write".into());
        check(&asked)?;
        if let Some(key) = asked.get("key").and_then(Value::as_str) {
            let account = connect_key(&sandbox, key, &asked)?;
            asked.insert("account".to_owned(), account.into());
        }
        let (code, account) = authorize::issue(&sandbox, &asked)?;
        let scope = asked["scope"].as_str().unwrap_or_default().to_owned();
        let mut told = json!({ "account": account, "code": code, "scope": scope });
        if asked.contains_key("redirect_uri") {
            let answer = vec![("scope".to_owned(), scope), ("code".to_owned(), code)];
            told["url"] = authorize::back(&asked, answer)?.into();
        }
        Ok(told)
    });
    answer(done.await)
}

/// `POST /_control/accounts/{account}` with some of the fields of [`accounts::CHANGEABLE`]: changes the account and
/// emits `account.updated`. Answers the account.
pub(super) async fn change(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let done = blocking(move || {
        let changes = read(&body, accounts::CHANGEABLE)?;
        sandbox.transaction(|db| accounts::change(&of(&sandbox, db, &id), &id, &changes))
    });
    answer(done.await)
}

/// `POST /_control/accounts/{account}/deauthorize`: the owner takes away the access of every platform, and each is told
/// by `account.application.deauthorized`. Answers `{account, platforms}`.
pub(super) async fn deauthorize(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<String>,
) -> Response {
    let done = blocking(move || {
        sandbox.transaction(|db| {
            let platforms = accounts::leave(&of(&sandbox, db, &id), &id)?;
            Ok(json!({ "account": id, "platforms": platforms }))
        })
    });
    answer(done.await)
}

const ASKED: &[&str] = &[
    "key",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "account",
];

fn check(asked: &Map<String, Value>) -> Result<()> {
    if let Some((name, _)) = asked.iter().find(|(_, value)| !value.is_string()) {
        return Err(Problem::invalid(format!("{name} is a text")).with_param(name));
    }
    let account = asked.get("account").and_then(Value::as_str);
    if account.is_some_and(|id| !id.starts_with("acct_")) {
        return Err(Problem::invalid("account begins with acct_").with_param("account"));
    }
    Ok(())
}

fn of<'a>(sandbox: &'a Sandbox, db: &'a Connection, account: &str) -> Context<'a> {
    let scope = Scope {
        account: account.to_owned(),
        live: false,
    };
    sandbox.context(db, Caller::nobody(scope))
}

fn connect_key(sandbox: &Sandbox, key: &str, asked: &Map<String, Value>) -> Result<String> {
    sandbox.transaction(|db| {
        let ctx = sandbox.context(db, Caller::nobody(keys::scope(db, key)?));
        accounts::make_with_id(&ctx, &ctx.platform)?;
        let account = match asked.get("account").and_then(Value::as_str) {
            Some(known) => {
                accounts::make_with_id(&ctx, known)?;
                known.to_owned()
            }
            None => accounts::make(&ctx)?,
        };
        let scope = asked["scope"].as_str().unwrap_or_default();
        accounts::connect(&ctx, &ctx.platform, &account, scope)?;
        Ok(account)
    })
}
