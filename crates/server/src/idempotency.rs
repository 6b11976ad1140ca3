//! `Idempotency-Key` on every POST (rules 10): the first answer is kept a day and given again.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result};
use dream_domain::text::hex;
use dream_store::idempotency::{self as store, Claim};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::caller;
use crate::http::body;
use crate::http::problem::{Pending, Problem};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// A claim older than this belongs to a process that died.
const ABANDONED_MS: i64 = 60_000;

/// The key of a request: 1 to 255 visible characters.
fn key_of(headers: &HeaderMap) -> Result<Option<String>> {
    let mut values = headers.get_all(&KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let good = !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if good && values.next().is_none() {
        return Ok(Some(text.to_owned()));
    }
    Err(Code::InvalidIdempotencyKey
        .error("Idempotency-Key must be one value of 1 to 255 visible ASCII characters"))
}

/// The key of a request, for handlers that keep their answers themselves.
pub(crate) struct Given(pub(crate) Option<String>);

impl FromRequestParts<App> for Given {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> std::result::Result<Self, Problem> {
        Ok(Self(key_of(&parts.headers)?))
    }
}

/// What a key is stored under: who sent it, where, and the key itself.
pub(crate) fn name(who: &str, route: &str, key: &str) -> String {
    digest(&[who.as_bytes(), route.as_bytes(), key.as_bytes()])
}

/// A hash over parts, each with its length (32 hex characters).
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..16])
}

/// The answer to a key that was used for something else.
pub(crate) fn reused() -> Error {
    Code::IdempotencyMismatch
        .error("This Idempotency-Key was used for another request; use a fresh key for each")
}

/// Whether a POST is kept here; the keys of `/api/data` are kept by the meter, with its counts, calls of the hosted
/// pages set cookies, which nobody gets twice, and an upload that comes again is the same picture by itself.
pub(crate) fn applies(request: &Request, path: Option<&str>) -> bool {
    let of_apps = ["/auth/token", "/auth/refresh", "/auth/revoke"];
    let elsewhere = ["/api/data", "/api/assets", "/upload-asset"];
    let kept = |path: &str| {
        !elsewhere.contains(&path) && (!path.starts_with("/auth/") || of_apps.contains(&path))
    };
    request.headers().contains_key(&KEY) && path.is_some_and(kept)
}

/// Answers a keyed POST: from what was kept, or by `next`.
pub(crate) async fn around<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    match keyed(app, request, next).await {
        Ok(response) => response,
        Err(error) => Problem(error).into_response(),
    }
}

async fn keyed<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Result<Response> {
    let Some(key) = key_of(request.headers())? else {
        return Ok(next(request).await);
    };
    let (mut parts, body) = request.into_parts();
    // What is kept must be readable by every later caller, whatever encodings this one accepts.
    parts.headers.remove(header::ACCEPT_ENCODING);
    let bytes = body::read(Request::from_parts(parts.clone(), body), app).await?;
    let route = format!("{} {}", parts.method, parts.uri);
    let Some((owner, who)) = caller::owner(app, &parts).await else {
        return Ok(next(Request::from_parts(parts, Body::from(bytes))).await);
    };
    let shared = who == caller::PUBLIC;
    if shared && key.len() < 16 {
        return Err(Code::InvalidIdempotencyKey
            .error("With a publishable key an Idempotency-Key needs at least 16 characters"));
    }
    let said = digest(&[&bytes]);
    let who = if shared { said.clone() } else { who };
    let name = name(&who, &route, &key);
    let now = app.clock.machine();
    match store::claim(&app.db, &owner, &name, &said, now, now.plus(-ABANDONED_MS)).await? {
        Claim::Running => Err(Code::IdempotencyInFlight
            .error("The first request with this Idempotency-Key still runs; retry in a moment")
            .with("retryAfter", 1)),
        Claim::Mismatch => Err(reused()),
        Claim::Done(status, sealed) => replay(app, &name, status, &sealed),
        Claim::Ours => {
            let response = next(Request::from_parts(parts, Body::from(bytes))).await;
            keep(app, &owner, &name, response).await
        }
    }
}

/// Stores the answer, encrypted because it may hold a secret; one that is worth a fresh try is not kept.
async fn keep(app: &App, owner: &str, name: &str, response: Response) -> Result<Response> {
    let status = response.status();
    let again = matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS
    );
    if again || status.is_server_error() {
        store::release(&app.db, owner, name).await?;
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let kept = match parts.extensions.get::<Pending>() {
        Some(Pending(members)) => serde_json::to_vec(members).unwrap_or_default().into(),
        None => bytes.clone(),
    };
    let sealed = app.master.seal(&app.random, name, &kept)?;
    store::finish(&app.db, owner, name, status.as_u16(), &sealed).await?;
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(app: &App, name: &str, status: u16, sealed: &str) -> Result<Response> {
    let bytes = app.master.open(name, sealed)?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = if status.is_client_error() {
        let mut response = status.into_response();
        let members = serde_json::from_slice(&bytes).unwrap_or_default();
        response.extensions_mut().insert(Pending(members));
        response
    } else {
        let json = [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )];
        (status, json, Bytes::copy_from_slice(&bytes)).into_response()
    };
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
