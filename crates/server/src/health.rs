//! For machines: is it alive, can it count, how is it doing, and which keys sign.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Result};
use dream_store::settings;
use serde::Serialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// `sqlite` or `postgres`.
    #[schema(example = "sqlite")]
    database: &'static str,
    /// The version of the SQLite library; absent on PostgreSQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3.51.3")]
    sqlite_version: Option<&'static str>,
    /// Business time, milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    now: i64,
}

/// What a client must know to begin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublicConfig {
    /// `development` or `production`.
    #[schema(example = "development")]
    environment: &'static str,
    #[schema(example = "http://127.0.0.1:8787")]
    base_url: String,
    /// The project that developers are users of.
    root_publishable_key: String,
    version: &'static str,
}

/// Is it alive
#[utoipa::path(get, path = "/health", operation_id = "getHealth", tag = "machine", responses((status = 200, description = "It is", body = Health)))]
pub(crate) async fn health(State(app): State<App>) -> Json<Health> {
    Json(body(&app))
}

/// Can it count
///
/// Writes to the database before it says so.
#[utoipa::path(get, path = "/ready", operation_id = "getReady", tag = "machine", responses((status = 200, description = "It can", body = Health)))]
pub(crate) async fn ready(State(app): State<App>) -> problem::Result<Json<Health>> {
    if !app.is_ready() {
        return Err(Code::NotReady
            .error("The server is starting; retry in a second")
            .into());
    }
    settings::probe(&app.db, app.clock.machine()).await?;
    Ok(Json(body(&app)))
}

fn body(app: &App) -> Health {
    Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        database: app.db.engine(),
        sqlite_version: app.db.sqlite_version(),
        now: app.now().0,
    }
}

/// Counters in Prometheus' text format
///
/// Open in development; in production only with `metrics.token` as bearer token.
#[utoipa::path(get, path = "/metrics", operation_id = "getMetrics", tag = "machine", responses((status = 200, description = "Counters", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>, request: Request) -> problem::Result<Response> {
    if !app.config.is_development() {
        check_token(&app, &request)?;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float; 2^53 lines are not dropped in a lifetime"
    )]
    app.metrics.log_dropped.set(app.log.dropped() as f64);
    let text = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((text, app.metrics.render()).into_response())
}

/// Without the right token there is no such page.
fn check_token(app: &App, request: &Request) -> Result<()> {
    let missing = || Code::NotFound.error("There is nothing at this address");
    let wanted = app.config.metrics_token.as_ref().ok_or_else(missing)?;
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok()?.strip_prefix("Bearer "));
    let right = given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(wanted.as_bytes())));
    if right { Ok(()) } else { Err(missing()) }
}

/// What a client must know to begin
#[utoipa::path(get, path = "/api/config", operation_id = "getConfig", tag = "machine", responses((status = 200, description = "Public settings", body = PublicConfig)))]
pub(crate) async fn config(State(app): State<App>) -> Json<PublicConfig> {
    Json(PublicConfig {
        environment: if app.config.is_development() {
            "development"
        } else {
            "production"
        },
        base_url: app.config.public_url.clone(),
        root_publishable_key: app.root.to_string(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// The keys that verify user tokens (RFC 7517)
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "getSigningKeys", tag = "machine", responses((status = 200, description = "Public keys", body = Object)))]
pub(crate) async fn jwks(State(app): State<App>) -> Response {
    (
        [(header::CACHE_CONTROL, "public, max-age=300")],
        Json(app.keyring.jwks()),
    )
        .into_response()
}

/// Where to find what about user tokens (OpenID Connect Discovery)
#[utoipa::path(get, path = "/.well-known/openid-configuration", operation_id = "getDiscovery", tag = "machine", responses((status = 200, description = "Discovery", body = Object)))]
pub(crate) async fn discovery(State(app): State<App>) -> Json<Value> {
    let issuer = &app.config.public_url;
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "response_types_supported": ["code"],
        "claims_supported": ["sub", "sid", "iss", "azp", "exp", "iat", "email", "plan", "publishableKey"],
    }))
}
