//! What apps call: the code of the address for tokens, fresh tokens, and signing out. Any origin may.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use dream_domain::error::{Code, Error, Result};
use dream_domain::time::Millis;
use dream_store::customers::{self, Customer};
use dream_store::one_time;
use dream_store::projects::Tenant;
use dream_store::refresh_tokens::{self, NewRefreshToken};
use dream_store::sessions::{self, Session};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::auth::answer::TokenPair;
use crate::auth::input::{CodeInput, RefreshInput};
use crate::caller::tenant_named;
use crate::http::body::Fields;
use crate::http::problem;
use crate::identity::secret;
use crate::signing_in::answer::Done;
use crate::signing_in::person::Person;
use crate::signing_in::way_back::Grant;
use crate::signing_in::{codes, sealed};
use crate::tokens;

/// Exchange a code for tokens
///
/// The code of the address a person came back with, and the verifier whose challenge was sent. Once.
#[utoipa::path(post, path = "/auth/token", operation_id = "exchangeCode", tag = "identity", request_body(content = CodeInput),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same")),
    responses((status = 200, description = "Tokens", body = TokenPair)), security(("publishableKey" = [])))]
pub(crate) async fn token(
    State(app): State<App>,
    headers: HeaderMap,
    mut fields: Fields,
) -> problem::Result<Json<TokenPair>> {
    let tenant = tenant_of(&app, &headers, &mut fields).await?;
    let input = CodeInput::read(&mut fields)?;
    let now = app.clock.machine();
    let hash = secret::hash(&input.code);
    let found = one_time::find_exchange(&app.db, &tenant.scope, &hash, now).await?;
    let pending = found.ok_or_else(codes::invalid)?;
    let grant: Grant = sealed::open(&app, &pending)?;
    let challenge = secret::challenge(&input.code_verifier);
    let right = bool::from(challenge.as_bytes().ct_eq(grant.challenge.as_bytes()));
    if !right || !comes_from(&headers, &grant.origin) {
        // A code in wrong hands is used up.
        one_time::spend_link(&app.db, "exchange", &hash, now).await?;
        return Err(codes::invalid().into());
    }
    let living = living(&app, &tenant, &grant.session).await?;
    let (session, customer) = living.ok_or_else(codes::invalid)?;
    let (refresh, fresh) = fresh_token(&app, &session, &grant.origin);
    if !refresh_tokens::exchange(&app.db, &tenant.scope, &pending.id, &fresh).await? {
        return Err(codes::invalid().into());
    }
    let origin = &grant.origin;
    Ok(Json(
        pair(&app, &tenant, &session, &customer, origin, refresh).await?,
    ))
}

/// Renew a token
///
/// Each refresh token works once; one that comes again ends its session. After a lost answer send the same
/// Idempotency-Key with the same body, and the answer comes again.
#[utoipa::path(post, path = "/auth/refresh", operation_id = "refreshToken", tag = "identity", request_body(content = RefreshInput),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry answer the same")),
    responses((status = 200, description = "Fresh tokens", body = TokenPair)), security(("publishableKey" = [])))]
pub(crate) async fn refresh(
    State(app): State<App>,
    headers: HeaderMap,
    mut fields: Fields,
) -> problem::Result<Json<TokenPair>> {
    let tenant = tenant_of(&app, &headers, &mut fields).await?;
    let input = RefreshInput::read(&mut fields)?;
    let hash = secret::hash(&input.refresh_token);
    let found = refresh_tokens::find(&app.db, &tenant.scope, &hash).await?;
    let known = found.ok_or_else(invalid)?;
    let living = living(&app, &tenant, &known.session).await?;
    let (session, customer) = living.ok_or_else(invalid)?;
    if known.used_at.is_some() {
        return Err(reused(&app, &tenant, &session).await?.into());
    }
    if known.expires_at <= app.clock.machine() || !comes_from(&headers, &known.origin) {
        return Err(invalid().into());
    }
    let (refresh, fresh) = fresh_token(&app, &session, &known.origin);
    if !refresh_tokens::rotate(&app.db, &tenant.scope, &hash, &fresh).await? {
        // Two came with the same token at once: one of them is not the app.
        return Err(reused(&app, &tenant, &session).await?.into());
    }
    let origin = &known.origin;
    Ok(Json(
        pair(&app, &tenant, &session, &customer, origin, refresh).await?,
    ))
}

/// Sign out
///
/// Ends the session of a refresh token, with all of its tokens. An unknown one is fine too.
#[utoipa::path(post, path = "/auth/revoke", operation_id = "revokeToken", tag = "identity", request_body(content = RefreshInput),
    responses((status = 200, description = "Signed out", body = Done)), security(("publishableKey" = [])))]
pub(crate) async fn revoke(
    State(app): State<App>,
    headers: HeaderMap,
    mut fields: Fields,
) -> problem::Result<Json<Done>> {
    let tenant = tenant_of(&app, &headers, &mut fields).await?;
    let input = RefreshInput::read(&mut fields)?;
    let hash = secret::hash(&input.refresh_token);
    if let Some(known) = refresh_tokens::find(&app.db, &tenant.scope, &hash).await?
        && let Some((session, _)) = living(&app, &tenant, &known.session).await?
    {
        end(&app, &tenant, &session).await?;
    }
    Ok(Json(Done { success: true }))
}

/// The project, from X-Publishable-Key or the body; both must agree.
async fn tenant_of(app: &App, headers: &HeaderMap, fields: &mut Fields) -> Result<Arc<Tenant>> {
    let header = headers.get("x-publishable-key");
    let header = header.and_then(|key| key.to_str().ok()).map(str::to_owned);
    let body = fields.text("publishableKey")?;
    if let (Some(header), Some(body)) = (&header, &body)
        && header != body
    {
        return Err(Code::KeyMismatch
            .error("X-Publishable-Key and publishableKey of the body name different projects"));
    }
    let key = header.or(body).ok_or_else(|| {
        Code::MissingAuthentication
            .error("Name the project: X-Publishable-Key, or publishableKey in the body")
    })?;
    tenant_named(app, &key).await
}

/// A browser says where a call comes from; a server says nothing.
fn comes_from(headers: &HeaderMap, origin: &str) -> bool {
    headers
        .get(header::ORIGIN)
        .is_none_or(|from| from.as_bytes() == origin.as_bytes())
}

async fn living(app: &App, tenant: &Tenant, session: &str) -> Result<Option<(Session, Customer)>> {
    let now = app.clock.machine();
    let found = sessions::find(&app.db, &tenant.scope, session).await?;
    let Some(session) = found.filter(|s| s.revoked_at.is_none() && s.expires_at > now) else {
        return Ok(None);
    };
    let customer = customers::find(&app.db, &tenant.scope, &session.user_id).await?;
    Ok(customer.map(|customer| (session, customer)))
}

/// A refresh token lives as long as its session.
fn fresh_token(app: &App, session: &Session, origin: &str) -> (String, NewRefreshToken) {
    let token = secret::fresh(&app.random);
    let fresh = NewRefreshToken {
        hash: secret::hash(&token),
        session: session.id.clone(),
        origin: origin.into(),
        created_at: app.clock.machine(),
        expires_at: session.expires_at,
    };
    (token, fresh)
}

async fn pair(
    app: &App,
    tenant: &Tenant,
    session: &Session,
    customer: &Customer,
    origin: &str,
    refresh_token: String,
) -> Result<TokenPair> {
    let left = (session.expires_at.0 - app.clock.machine().0) / 1000;
    let seconds = i64::try_from(app.config.access_token.as_secs()).unwrap_or(i64::MAX);
    let seconds = seconds.min(left.max(1));
    let signed = tokens::sign(app, tenant, customer, &session.id, seconds, Some(origin)).await?;
    let Millis(expires_at) = signed.expires_at;
    Ok(TokenPair {
        token: signed.token,
        expires_at,
        refresh_token,
        refresh_expires_at: session.expires_at.0,
        user: Person::of(app, tenant, customer).await?,
    })
}

/// Somebody else has this token too: nobody keeps the session (RFC 9700, 4.14.2).
async fn reused(app: &App, tenant: &Tenant, session: &Session) -> Result<Error> {
    end(app, tenant, session).await?;
    Ok(Code::InvalidRefreshToken
        .error("This refresh token was used before, so its session was ended; sign in again"))
}

async fn end(app: &App, tenant: &Tenant, session: &Session) -> Result<()> {
    let now = app.clock.machine();
    let id = Some(&*session.id);
    sessions::revoke(&app.db, &tenant.scope, &session.user_id, id, now).await
}

fn invalid() -> Error {
    Code::InvalidRefreshToken
        .error("The refresh token is unknown, or its session has ended; sign in again")
}
