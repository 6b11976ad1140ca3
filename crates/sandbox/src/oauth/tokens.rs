//! The exchange of codes for tokens, and the end of a connection.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use super::text;
use crate::context::{Context, letters};
use crate::params::{self, Field, Kind, may, must};
use crate::problem::{Problem, Result};
use crate::sandbox::{Caller, Sandbox, blocking};
use crate::{accounts, form, keys, web};

/// `POST /oauth/token`: a code or a refresh token for tokens.
pub(crate) async fn token(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(sandbox, headers, body, exchange).await
}

/// `POST /oauth/deauthorize`: ends a connection.
pub(crate) async fn deauthorize(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(sandbox, headers, body, end).await
}

const TOKEN: &[Field] = &[
    must("grant_type", Kind::Text),
    may("client_secret", Kind::Text),
    may("code", Kind::Text),
    may("refresh_token", Kind::Text),
    may("scope", Kind::Text),
    may("assert_capabilities", Kind::List(&Kind::Text)),
];

const DEAUTHORIZE: &[Field] = &[
    must("client_id", Kind::Text),
    must("stripe_user_id", Kind::Text),
    may("client_secret", Kind::Text),
];

/// What a call of `/oauth` does, once its key is known.
type Work = fn(&Sandbox, &Context, &[u8]) -> std::result::Result<Value, Refusal>;

/// An error in OAuth's own shape.
struct Refusal {
    status: u16,
    error: &'static str,
    description: String,
    keeps_work: bool,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let error = if problem.status == 401 {
            "invalid_client"
        } else {
            "invalid_request"
        };
        Self {
            status: problem.status,
            error,
            description: problem.message,
            keeps_work: false,
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Problem::from(error).into()
    }
}

fn invalid_grant(description: &str) -> Refusal {
    Refusal {
        status: 400,
        error: "invalid_grant",
        description: description.to_owned(),
        keeps_work: false,
    }
}

async fn answer(sandbox: Arc<Sandbox>, headers: HeaderMap, body: Bytes, work: Work) -> Response {
    let done = blocking(move || {
        sandbox.transaction(|db| {
            let key = key(&headers, &body)?;
            let own = keys::scope(db, &key)?;
            let caller = Caller {
                platform: own.account.clone(),
                scope: own,
                request_id: None,
                idempotency_key: None,
            };
            let ctx = sandbox.context(db, caller);
            db.execute_batch("savepoint oauth")?;
            let done = work(&sandbox, &ctx, &body);
            let undo = done
                .as_ref()
                .err()
                .is_some_and(|refusal| !refusal.keeps_work);
            db.execute_batch(if undo {
                "rollback to oauth; release oauth"
            } else {
                "release oauth"
            })?;
            Ok(done)
        })
    });
    let refusal = match done.await {
        Ok(Ok(body)) => return web::json(200, &body),
        Ok(Err(refusal)) => refusal,
        Err(problem) => problem.into(),
    };
    web::json(
        refusal.status,
        &json!({ "error": refusal.error, "error_description": refusal.description }),
    )
}

/// The platform's key: `client_secret` of the form, or the header.
fn key(headers: &HeaderMap, body: &[u8]) -> Result<String> {
    let in_form = url::form_urlencoded::parse(body).find(|(name, _)| name == "client_secret");
    match in_form {
        Some((_, secret)) => Ok(secret.into_owned()),
        None => keys::from_header(
            headers
                .get("authorization")
                .and_then(|value| value.to_str().ok()),
        ),
    }
}

fn exchange(sandbox: &Sandbox, ctx: &Context, body: &[u8]) -> std::result::Result<Value, Refusal> {
    let asked = params::read(form::parse(body)?, &[TOKEN])?;
    match text(&asked, "grant_type") {
        Some("authorization_code") => {
            redeem(sandbox, ctx, text(&asked, "code").unwrap_or_default())
        }
        Some("refresh_token") => refresh(ctx, text(&asked, "refresh_token").unwrap_or_default()),
        _ => Err(Refusal {
            error: "unsupported_grant_type",
            ..invalid_grant("The grant type is not supported")
        }),
    }
}

fn redeem(sandbox: &Sandbox, ctx: &Context, code: &str) -> std::result::Result<Value, Refusal> {
    let sql = "select account, scope, expires_at, used_by from codes where code = ?1";
    let read = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let found: Option<(String, String, i64, Option<String>)> =
        ctx.db.query_row(sql, [code], read).optional()?;
    let Some((account, scope, expires_at, used_by)) = found else {
        return Err(invalid_grant(&format!(
            "Authorization code does not exist: {code}"
        )));
    };
    if let Some(platform) = used_by {
        let first = Context {
            platform: platform.clone(),
            ..ctx.on(ctx.scope.clone())
        };
        accounts::disconnect(&first, &platform, &account)?;
        let description = format!(
            "This authorization code has already been used. All tokens issued with this code have been revoked: {code}"
        );
        return Err(Refusal {
            keeps_work: true,
            ..invalid_grant(&description)
        });
    }
    if expires_at <= (sandbox.machine)() {
        return Err(invalid_grant(&format!(
            "Authorization code expired: {code}"
        )));
    }
    ctx.db.execute(
        "update codes set used_by = ?2 where code = ?1",
        (code, &ctx.platform),
    )?;
    accounts::make_with_id(ctx, &ctx.platform)?;
    accounts::connect(ctx, &ctx.platform, &account, &scope)?;
    let refresh_token = letters(ctx.random, "rt_", 32);
    keep_token(ctx, &refresh_token, &account, true)?;
    tokens(ctx, &account, &scope, &refresh_token)
}

/// New tokens for an account, on the side of the key: a refresh token mints tokens of the other side too.
fn refresh(ctx: &Context, token: &str) -> std::result::Result<Value, Refusal> {
    let sql = "select t.account, c.scope from tokens t join connections c on c.platform = t.platform and c.account = t.account
        where t.token = ?1 and t.refresh = 1 and t.platform = ?2";
    let read = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?));
    let found: Option<(String, String)> = ctx
        .db
        .query_row(sql, (token, &ctx.platform), read)
        .optional()?;
    match found {
        Some((account, scope)) => tokens(ctx, &account, &scope, token),
        None => Err(invalid_grant(&format!(
            "Refresh token does not exist: {token}"
        ))),
    }
}

fn tokens(
    ctx: &Context,
    account: &str,
    scope: &str,
    refresh_token: &str,
) -> std::result::Result<Value, Refusal> {
    let side = if ctx.scope.live { "live" } else { "test" };
    let access_token = letters(ctx.random, &format!("sk_{side}{}", keys::TOKEN_MARK), 24);
    keep_token(ctx, &access_token, account, false)?;
    Ok(json!({
        "access_token": access_token,
        "livemode": ctx.scope.live,
        "refresh_token": refresh_token,
        "scope": scope,
        "stripe_publishable_key": letters(ctx.random, &format!("pk_{side}_"), 24),
        "stripe_user_id": account,
        "token_type": "bearer",
    }))
}

fn keep_token(ctx: &Context, token: &str, account: &str, refresh: bool) -> Result<()> {
    let sql =
        "insert into tokens (token, platform, account, live, refresh) values (?1, ?2, ?3, ?4, ?5)";
    ctx.db.execute(
        sql,
        (token, &ctx.platform, account, ctx.scope.live, refresh),
    )?;
    Ok(())
}

fn end(_: &Sandbox, ctx: &Context, body: &[u8]) -> std::result::Result<Value, Refusal> {
    let asked = params::read(form::parse(body)?, &[DEAUTHORIZE])?;
    let account = text(&asked, "stripe_user_id").unwrap_or_default();
    if accounts::disconnect(ctx, &ctx.platform, account)? {
        return Ok(json!({ "stripe_user_id": account }));
    }
    let description = format!(
        "This application is not connected to stripe account {account}, or that account does not exist."
    );
    Err(Refusal {
        status: 401,
        error: "invalid_client",
        ..invalid_grant(&description)
    })
}
