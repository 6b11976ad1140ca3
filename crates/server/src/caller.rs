//! Who calls. The extractor's type *is* the permission: a handler that takes [`Backend`] cannot be
//! reached without a secret key (rules 1-6).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::{PublishableKey, SecretKey};
use dream_domain::usage::Subject;
use dream_store::projects::{self, Tenant};
use dream_store::scope::Scope;

use crate::app::App;
use crate::cache::{Freshness, Known};
use crate::credentials::{Credentials, Presented};
use crate::http::peer::Peer;
use crate::http::problem::Problem;
use crate::identity::verified::Verified;
use crate::rate::Allowance;
use crate::tokens;

/// Anyone who names a project: a publishable or a secret key.
pub(crate) struct Public(pub(crate) Arc<Tenant>);

/// Someone who speaks for one user of a project.
pub(crate) struct User(pub(crate) UserCaller);

/// The same as [`User`], for the meter, which checks again whether the caller is still who he was.
pub(crate) struct MeteredUser(pub(crate) UserCaller);

/// The developer's own server, or himself on his own project.
pub(crate) struct Backend(pub(crate) BackendCaller);

/// A signed-in developer.
pub(crate) struct Developer(pub(crate) DeveloperCaller);

/// A call on behalf of one user.
pub(crate) struct UserCaller {
    pub(crate) tenant: Arc<Tenant>,
    /// Whose counters: our id of a known user, else the id as given.
    pub(crate) subject: Arc<str>,
    /// The row of the user; none for an id that only the developer knows.
    pub(crate) known: Known,
    /// `key_…` of the secret key, or none for a token.
    pub(crate) key_id: Option<Arc<str>>,
    /// What the rate limit says, if one applies.
    pub(crate) rate: Option<Allowance>,
    /// What the call presented, to judge it anew.
    credentials: Arc<Credentials>,
    /// Versions read before anything was looked up.
    pub(crate) versions: ((u16, u32), (u16, u32)),
}

impl UserCaller {
    /// What `X-User-Plan` says; counts only with a secret key and for an unknown id (rules 1).
    pub(crate) fn told_plan(&self) -> Option<&str> {
        self.credentials
            .user_plan
            .as_deref()
            .filter(|_| self.key_id.is_some())
    }

    /// Judges the same call anew, after what it was judged by has changed. Counts no second call
    /// against the rate limit.
    pub(crate) async fn again(self, app: &App) -> Result<Self> {
        let rate = self.rate;
        let fresh = user(app, self.credentials, Freshness::CheckNow).await?;
        Ok(Self { rate, ..fresh })
    }
}

/// A call with full rights on one project.
#[derive(Debug)]
pub(crate) struct BackendCaller {
    pub(crate) tenant: Arc<Tenant>,
    /// Who is written into the audit log.
    pub(crate) actor: Arc<str>,
}

impl BackendCaller {
    pub(crate) fn scope(&self) -> &Scope {
        &self.tenant.scope
    }
}

/// A developer: an end user of the root project.
#[derive(Clone, Debug)]
pub(crate) struct DeveloperCaller {
    pub(crate) user: Arc<str>,
}

impl DeveloperCaller {
    /// The developer's platform, if he has one.
    pub(crate) async fn platform(&self, app: &App) -> Result<PlatformId> {
        let found = projects::platform_of(&app.db, &self.user).await?;
        found.ok_or_else(|| {
            Code::NotFound.error(
                "There is no platform for this developer yet; call POST /generate-platform-id",
            )
        })
    }
}

impl FromRequestParts<App> for Public {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        let presented = authenticate(app, parts, async |c| public(app, c).await).await?;
        Ok(Self(presented))
    }
}

impl FromRequestParts<App> for User {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        Ok(Self(
            authenticate(app, parts, async |c| {
                user(app, c, Freshness::CheckNow).await
            })
            .await?,
        ))
    }
}

impl FromRequestParts<App> for MeteredUser {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        Ok(Self(
            authenticate(app, parts, async |c| {
                user(app, c, Freshness::CheckedByMeter).await
            })
            .await?,
        ))
    }
}

impl FromRequestParts<App> for Backend {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        Ok(Self(
            authenticate(app, parts, async |c| backend(app, c).await).await?,
        ))
    }
}

impl FromRequestParts<App> for Developer {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        Ok(Self(
            authenticate(app, parts, async |c| developer(app, c).await).await?,
        ))
    }
}

/// Reads the credentials and runs a door; a failure counts against the address (rules 31), and an
/// address that failed too often gets 429 instead of 401.
async fn authenticate<T>(
    app: &App,
    parts: &Parts,
    door: impl AsyncFnOnce(Arc<Credentials>) -> Result<T>,
) -> Result<T> {
    let opened = match Credentials::read(&parts.headers) {
        Ok(credentials) => door(Arc::new(credentials)).await,
        Err(error) => Err(error),
    };
    let counts = |error: &Error| matches!(error.code(), Code::InvalidApiKey | Code::InvalidToken);
    if let Err(error) = &opened
        && counts(error)
        && let Some(peer) = parts.extensions.get::<Peer>()
    {
        let limit = app.config.limits.failed_authentication_per_minute;
        let allowance = app
            .limits
            .failures
            .take(network(peer.client), limit, app.clock.machine());
        if let Some(over) = allowance.filter(|a| !a.allowed) {
            app.metrics.rate_limited.increment(1);
            return Err(Code::AuthenticationRateLimited
                .error(format!(
                    "Too many failed authentications from this address; retry in {} seconds",
                    over.reset_seconds
                ))
                .with("retryAfter", over.reset_seconds));
        }
    }
    opened
}

/// An IPv6 client has a whole /64 to itself.
fn network(address: std::net::IpAddr) -> std::net::IpAddr {
    match address.to_canonical() {
        std::net::IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ std::net::IpAddr::V4(_) => v4,
    }
}

async fn public(app: &App, credentials: Arc<Credentials>) -> Result<Arc<Tenant>> {
    match &credentials.presented {
        Presented::Secret(secret) => Ok(secret_key(
            app,
            secret,
            credentials.publishable.as_ref(),
            Freshness::CheckNow,
        )
        .await?
        .0),
        _ => publishable_key(app, credentials.publishable.as_ref()).await,
    }
}

async fn backend(app: &App, credentials: Arc<Credentials>) -> Result<BackendCaller> {
    match &credentials.presented {
        Presented::Secret(secret) => {
            let (tenant, actor) = secret_key(
                app,
                secret,
                credentials.publishable.as_ref(),
                Freshness::CheckNow,
            )
            .await?;
            Ok(BackendCaller { tenant, actor })
        }
        Presented::Token(_) => {
            let key = credentials.publishable.clone();
            let developer = developer(app, credentials)
                .await
                .map_err(|_| secret_required())?;
            let key = key.ok_or_else(|| {
                Code::MissingAuthentication.error("Name your project in X-Publishable-Key")
            })?;
            let platform = developer.platform(app).await?;
            let owned = app
                .caches
                .tenant(&app.db, &key, Freshness::CheckNow)
                .await?;
            let tenant = owned
                .filter(|t| *t.scope.platform() == platform)
                .ok_or_else(not_your_project)?;
            Ok(BackendCaller {
                tenant,
                actor: developer.user,
            })
        }
        Presented::None if credentials.publishable.is_some() => Err(secret_required()),
        Presented::None => Err(missing()),
    }
}

async fn developer(app: &App, credentials: Arc<Credentials>) -> Result<DeveloperCaller> {
    let Presented::Token(token) = &credentials.presented else {
        return Err(Code::DeveloperRequired
            .error("Sign in as a developer: Authorization: Bearer {token of the root project}"));
    };
    let verified = tokens::verify(app, token, Freshness::CheckNow).await?;
    if *verified.tenant.as_str() != *app.root {
        return Err(Code::TokenWrongProject
            .error("This is the token of an app's user; sign in as a developer"));
    }
    let tenant = tenant_of(app, &verified, Freshness::CheckNow).await?;
    let found = dream_store::customers::find(&app.db, &tenant.scope, &verified.user).await?;
    let row = found.ok_or_else(|| Code::TokenRevoked.error("This developer is deleted"))?;
    Ok(DeveloperCaller { user: row.id })
}

async fn user(app: &App, credentials: Arc<Credentials>, fresh: Freshness) -> Result<UserCaller> {
    match &credentials.presented {
        Presented::Secret(secret) => {
            let slots = |tenant: &Tenant, id: &str| versions(app, tenant, id);
            let (tenant, key_id) =
                secret_key(app, secret, credentials.publishable.as_ref(), fresh).await?;
            limit_key(app, &key_id)?;
            let named: Arc<str> = match (&credentials.user_token, &credentials.user_id) {
                (Some(token), _) => {
                    let verified = tokens::verify(app, token, fresh).await?;
                    same_project(&verified, &tenant)?;
                    verified.user.clone()
                }
                (None, Some(id)) => Subject::parse(id)?.as_str().into(),
                (None, None) => {
                    return Err(Code::UserRequired.error("Say which user this is for: X-User-Id with your own id of the user, or X-Clerk-Token"));
                }
            };
            let versions = slots(&tenant, &named);
            let known = app
                .caches
                .user(&app.db, &tenant.scope, &named, fresh)
                .await?;
            if known.is_none() && credentials.user_token.is_some() {
                return Err(Code::TokenRevoked.error("The user of this token is deleted"));
            }
            let subject = known
                .as_ref()
                .map_or_else(|| named.clone(), |user| user.id.clone());
            Ok(UserCaller {
                tenant,
                subject,
                known,
                key_id: Some(key_id),
                rate: None,
                credentials: credentials.clone(),
                versions,
            })
        }
        Presented::Token(token) => by_token(app, token, &credentials, fresh).await,
        Presented::None => {
            match (&credentials.user_token, &credentials.publishable) {
                (Some(token), _) => by_token(app, token, &credentials, fresh).await,
                (None, Some(key)) => {
                    publishable_key(app, Some(key)).await?;
                    Err(Code::UserTokenRequired.error("A publishable key alone names no user; send the user's token in X-Clerk-Token"))
                }
                (None, None) => Err(missing()),
            }
        }
    }
}

/// A token, alone or with the publishable key it was made for.
async fn by_token(
    app: &App,
    token: &str,
    credentials: &Arc<Credentials>,
    fresh: Freshness,
) -> Result<UserCaller> {
    let verified = tokens::verify(app, token, fresh).await?;
    if let Some(key) = &credentials.publishable
        && *key != verified.tenant
    {
        publishable_key(app, Some(key)).await?;
        return Err(wrong_project());
    }
    let tenant = tenant_of(app, &verified, fresh).await?;
    let versions = versions(app, &tenant, &verified.user);
    let known = app
        .caches
        .user(&app.db, &tenant.scope, &verified.user, fresh)
        .await?;
    if known.is_none() {
        return Err(Code::TokenRevoked.error("The user of this token is deleted"));
    }
    let rate = limit_user(app, &tenant, known.as_deref(), &verified.user)?;
    let subject = verified.user.clone();
    Ok(UserCaller {
        tenant,
        subject,
        known,
        key_id: None,
        rate,
        credentials: credentials.clone(),
        versions,
    })
}

async fn tenant_of(app: &App, verified: &Verified, fresh: Freshness) -> Result<Arc<Tenant>> {
    let found = app.caches.tenant(&app.db, &verified.tenant, fresh).await?;
    found.ok_or_else(|| Code::TokenRevoked.error("The project of this token is deleted"))
}

async fn secret_key(
    app: &App,
    secret: &SecretKey,
    named: Option<&PublishableKey>,
    fresh: Freshness,
) -> Result<(Arc<Tenant>, Arc<str>)> {
    let now = app.clock.machine();
    let opened = app
        .caches
        .key(&app.db, &secret.hash(), now, fresh)
        .await?
        .ok_or_else(unknown_key)?;
    if named.is_some_and(|key| *key.as_str() != **opened.tenant.scope.tenant()) {
        return Err(Code::KeyMismatch
            .error("X-Publishable-Key belongs to another project than the secret key"));
    }
    app.keys_used.note(&opened.key_id, now);
    Ok((opened.tenant.clone(), opened.key_id.clone()))
}

async fn publishable_key(app: &App, key: Option<&PublishableKey>) -> Result<Arc<Tenant>> {
    let key = key.ok_or_else(missing)?;
    let found = app.caches.tenant(&app.db, key, Freshness::CheckNow).await?;
    found.ok_or_else(|| Code::InvalidPublishableKey.error("Publishable key not found or invalid"))
}

fn versions(app: &App, tenant: &Tenant, id: &str) -> ((u16, u32), (u16, u32)) {
    let versions = app.db.versions();
    let (tenant_slot, user_slot) = (
        versions.tenant_slot(tenant.scope.tenant()),
        versions.user_slot(tenant.scope.tenant(), id),
    );
    (
        (tenant_slot, versions.get(tenant_slot)),
        (user_slot, versions.get(user_slot)),
    )
}

fn limit_key(app: &App, key_id: &Arc<str>) -> Result<()> {
    let limit = app.config.limits.per_secret_key_per_minute;
    match app
        .limits
        .secret_keys
        .take(key_id, limit, app.clock.machine())
    {
        Some(over) if !over.allowed => Err(rate_limited(app, &over)),
        _ => Ok(()),
    }
}

fn limit_user(
    app: &App,
    tenant: &Tenant,
    known: Option<&crate::cache::User>,
    user: &str,
) -> Result<Option<Allowance>> {
    let grants = known.map_or(&[][..], |known| &known.grants);
    let plan = dream_domain::plan::effective_plan(&tenant.tiers, grants, app.now());
    let set = plan
        .and_then(|tier| tier.rate_per_minute)
        .or(tenant.settings.per_user_per_minute);
    let limit = set.map_or(app.config.limits.per_user_per_minute, |limit| {
        u32::try_from(limit).unwrap_or(u32::MAX)
    });
    let allowance =
        app.limits
            .users
            .take((tenant.scope.tenant(), user), limit, app.clock.machine());
    match allowance {
        Some(over) if !over.allowed => Err(rate_limited(app, &over)),
        other => Ok(other),
    }
}

fn rate_limited(app: &App, over: &Allowance) -> Error {
    app.metrics.rate_limited.increment(1);
    Code::RateLimited
        .error(format!(
            "Maximum {} requests per minute; retry in {} seconds",
            over.limit, over.reset_seconds
        ))
        .with("retryAfter", over.reset_seconds)
}

fn same_project(verified: &Verified, tenant: &Tenant) -> Result<()> {
    if *verified.tenant.as_str() == **tenant.scope.tenant() {
        Ok(())
    } else {
        Err(wrong_project())
    }
}

fn wrong_project() -> Error {
    Code::TokenWrongProject.error("End-user token does not match this project")
}

fn unknown_key() -> Error {
    Code::InvalidApiKey.error("API key not found or expired")
}

fn not_your_project() -> Error {
    Code::InvalidPublishableKey.error("Publishable key not found or invalid")
}

fn secret_required() -> Error {
    Code::SecretKeyRequired.error("This endpoint requires a secret key (backend only)")
}

fn missing() -> Error {
    Code::MissingAuthentication
        .error("Provide Authorization: Bearer {secret_key} or X-Publishable-Key header")
}

/// Whom an idempotency key belongs to: the tenant or platform, and who within it. None if the
/// credentials open nothing, which the route itself will say.
pub(crate) async fn owner(
    app: &App,
    headers: &axum::http::HeaderMap,
) -> Option<(Arc<str>, String)> {
    let credentials = Arc::new(Credentials::read(headers).ok()?);
    match &credentials.presented {
        Presented::Secret(secret) => {
            let (tenant, key) = secret_key(
                app,
                secret,
                credentials.publishable.as_ref(),
                Freshness::CheckNow,
            )
            .await
            .ok()?;
            Some((tenant.scope.tenant().clone(), key.to_string()))
        }
        Presented::Token(token) => {
            let verified = tokens::verify(app, token, Freshness::CheckNow).await.ok()?;
            Some((verified.tenant.as_str().into(), verified.user.to_string()))
        }
        Presented::None => {
            let tenant = publishable_key(app, credentials.publishable.as_ref())
                .await
                .ok()?;
            let user = match &credentials.user_token {
                Some(token) => tokens::verify(app, token, Freshness::CheckNow)
                    .await
                    .ok()
                    .map(|v| v.user.to_string()),
                None => None,
            };
            Some((
                tenant.scope.tenant().clone(),
                user.unwrap_or_else(|| PUBLIC.to_owned()),
            ))
        }
    }
}

/// Who everyone with a publishable key is.
pub(crate) const PUBLIC: &str = "public";
