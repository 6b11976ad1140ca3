//! The doors: what each kind of caller must present.

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::{PublishableKey, SecretKey};
use dream_domain::plan::effective_plan;
use dream_domain::usage::Subject;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::cache::Freshness;
use crate::caller::{BackendCaller, DeveloperCaller, Door, UserCaller, paying, site, visitor};
use crate::cookies::{self, Name};
use crate::credentials::{Credentials, Presented};
use crate::identity::verified::Verified;
use crate::rate::Allowance;
use crate::tokens;

pub(super) async fn public(app: &App, credentials: Arc<Credentials>) -> Result<Arc<Tenant>> {
    let (key, fresh) = (credentials.publishable.as_ref(), Freshness::CheckNow);
    if let Presented::Secret(secret) = &credentials.presented {
        return Ok(secret_key(app, secret, key, fresh).await?.0);
    }
    let tenant = publishable_key(app, key).await?;
    paying::check(app, &tenant, fresh).await?;
    Ok(tenant)
}

pub(super) async fn backend(app: &App, credentials: Arc<Credentials>) -> Result<BackendCaller> {
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
            own_project(app, developer, key).await
        }
        Presented::None if credentials.publishable.is_some() && credentials.cookies.is_some() => {
            let key = credentials.publishable.clone();
            let developer = by_cookie(app, &credentials).await.map_err(|error| {
                if error.code() == Code::DeveloperRequired {
                    secret_required()
                } else {
                    error
                }
            })?;
            own_project(app, developer, key).await
        }
        Presented::None if credentials.publishable.is_some() => Err(secret_required()),
        Presented::None => Err(missing()),
    }
}

/// A developer's own project, named by its publishable key.
async fn own_project(
    app: &App,
    developer: DeveloperCaller,
    key: Option<PublishableKey>,
) -> Result<BackendCaller> {
    let key = key.ok_or_else(|| {
        Code::MissingAuthentication.error("Name your project in X-Publishable-Key")
    })?;
    let platform = developer.platform(app).await?;
    let found = app
        .caches
        .tenant(&app.db, &key, Freshness::CheckNow)
        .await?;
    let tenant = found
        .filter(|t| *t.scope.platform() == platform)
        .ok_or_else(unknown_project)?;
    Ok(BackendCaller {
        tenant,
        actor: developer.user,
    })
}

pub(super) async fn developer(app: &App, credentials: Arc<Credentials>) -> Result<DeveloperCaller> {
    let token = match &credentials.presented {
        Presented::Token(token) => token,
        Presented::None if credentials.cookies.is_some() => {
            return by_cookie(app, &credentials).await;
        }
        Presented::None | Presented::Secret(_) => return Err(developer_required()),
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

/// A developer as a user of the root project, with its calls a minute.
pub(super) async fn metered_developer(
    app: &App,
    credentials: Arc<Credentials>,
) -> Result<UserCaller> {
    let subject = developer(app, credentials.clone()).await?.user;
    let tenant = root(app).await?;
    let versions = versions(app, &tenant, &subject);
    let fresh = Freshness::CheckNow;
    let known = app
        .caches
        .user(&app.db, &tenant.scope, &subject, fresh)
        .await?;
    let rate = limit_user(app, &tenant, known.as_deref(), &subject)?;
    Ok(UserCaller {
        tenant,
        subject,
        known,
        key_id: None,
        rate,
        credentials,
        door: Door::Developer,
        versions,
    })
}

/// A developer by the cookie of the root project (rules 3).
async fn by_cookie(app: &App, credentials: &Credentials) -> Result<DeveloperCaller> {
    let cookies = credentials
        .cookies
        .as_ref()
        .ok_or_else(developer_required)?;
    cookies::read(app, &cookies.headers, Name::Session, &app.root)
        .ok_or_else(developer_required)?;
    if cookies.reads {
        site::check_read(app, &cookies.headers)?;
    } else {
        site::check_write(app, &cookies.headers)?;
    }
    let tenant = root(app).await?;
    let found = visitor::session_of(app, &tenant, &cookies.headers).await?;
    let session = found.ok_or_else(developer_required)?;
    Ok(DeveloperCaller {
        user: session.user_id,
    })
}

pub(super) async fn user(
    app: &App,
    credentials: Arc<Credentials>,
    fresh: Freshness,
) -> Result<UserCaller> {
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
                door: Door::User,
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
    if let (Some(given_to), Some(from)) = (&verified.origin, &credentials.origin)
        && **given_to != **from
    {
        return Err(Code::InvalidToken
            .error("The token was given to another origin than the one this call comes from"));
    }
    let tenant = tenant_of(app, &verified, fresh).await?;
    paying::check(app, &tenant, fresh).await?;
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
        door: Door::User,
        versions,
    })
}

async fn tenant_of(app: &App, verified: &Verified, fresh: Freshness) -> Result<Arc<Tenant>> {
    let found = app.caches.tenant(&app.db, &verified.tenant, fresh).await?;
    found.ok_or_else(|| Code::TokenRevoked.error("The project of this token is deleted"))
}

pub(super) async fn secret_key(
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
    paying::check(app, &opened.tenant, fresh).await?;
    app.keys_used.note(&opened.key_id, now);
    Ok((opened.tenant.clone(), opened.key_id.clone()))
}

pub(super) async fn publishable_key(
    app: &App,
    key: Option<&PublishableKey>,
) -> Result<Arc<Tenant>> {
    let key = key.ok_or_else(missing)?;
    let found = app.caches.tenant(&app.db, key, Freshness::CheckNow).await?;
    found.ok_or_else(unknown_project)
}

/// The root project, whose users developers are.
async fn root(app: &App) -> Result<Arc<Tenant>> {
    publishable_key(app, PublishableKey::parse(&app.root).as_ref()).await
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
    let plan = effective_plan(&tenant.tiers, grants, app.now());
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

pub(super) fn unknown_project() -> Error {
    Code::InvalidPublishableKey.error("Publishable key not found or invalid")
}

fn developer_required() -> Error {
    Code::DeveloperRequired
        .error("Sign in as a developer: Authorization: Bearer {token of the root project}, or the cookie of a sign-in here")
}

fn secret_required() -> Error {
    Code::SecretKeyRequired.error("This endpoint requires a secret key (backend only)")
}

fn missing() -> Error {
    Code::MissingAuthentication
        .error("Provide Authorization: Bearer {secret_key} or X-Publishable-Key header")
}
