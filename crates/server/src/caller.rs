//! Who calls. The extractor's type *is* the permission: a handler that takes [`Backend`] cannot be
//! reached without a secret key (rules 1-6).

mod doors;
mod paying;
pub(crate) mod site;
mod visitor;

use std::sync::Arc;

pub(crate) use visitor::{SignedIn, Visitor, find as signed_in};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::PublishableKey;
use dream_store::projects::{self, Tenant};
use dream_store::scope::Scope;

use crate::app::App;
use crate::cache::{Freshness, Known};
use crate::credentials::{Credentials, Presented};
use crate::http::peer::{Peer, network};
use crate::http::problem::Problem;
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

/// A signed-in developer as a user of the root project, for the meter.
pub(crate) struct MeteredDeveloper(pub(crate) UserCaller);

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
    pub(super) credentials: Arc<Credentials>,
    /// How the call came in, to judge it anew.
    door: Door,
    /// Versions read before anything was looked up.
    pub(crate) versions: ((u16, u32), (u16, u32)),
}

/// The ways in for one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    User,
    Developer,
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
        let fresh = match self.door {
            Door::User => doors::user(app, self.credentials, Freshness::CheckNow).await?,
            Door::Developer => doors::metered_developer(app, self.credentials).await?,
        };
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
            Code::PlatformNotFound
                .error("There is no platform for this developer yet; make one with POST /generate-platform-id")
        })
    }

    /// A project of the developer's own, by its publishable key (404 `project_not_found`).
    pub(crate) async fn owned(&self, app: &App, key: &str) -> Result<Tenant> {
        let missing =
            || Code::ProjectNotFound.error("You have no project with this publishable key");
        let key = PublishableKey::parse(key).ok_or_else(missing)?;
        let platform = self.platform(app).await.map_err(|_| missing())?;
        let found = projects::open_owned(&app.db, &platform, &key).await?;
        found.ok_or_else(missing)
    }
}

/// Makes an extractor of each kind of caller: the door it goes through.
macro_rules! doors {
    ($($caller:ident: |$app:ident, $credentials:ident| $door:expr;)*) => {$(
        impl FromRequestParts<App> for $caller {
            type Rejection = Problem;

            async fn from_request_parts(
                parts: &mut Parts,
                $app: &App,
            ) -> std::result::Result<Self, Problem> {
                let opened = authenticate($app, parts, async |$credentials| $door.await).await?;
                Ok(Self(opened))
            }
        }
    )*};
}

doors! {
    Public: |app, credentials| doors::public(app, credentials);
    User: |app, credentials| doors::user(app, credentials, Freshness::CheckNow);
    MeteredUser: |app, credentials| doors::user(app, credentials, Freshness::CheckedByMeter);
    Backend: |app, credentials| doors::backend(app, credentials);
    Developer: |app, credentials| doors::developer(app, credentials);
    MeteredDeveloper: |app, credentials| doors::metered_developer(app, credentials);
}

/// The project that a publishable key in a body or an address names (401 `invalid_publishable_key`).
pub(crate) async fn tenant_named(app: &App, key: &str) -> Result<Arc<Tenant>> {
    let key = PublishableKey::parse(key).ok_or_else(doors::unknown_project)?;
    doors::publishable_key(app, Some(&key)).await
}

/// Reads the credentials and runs a door; a failure counts against the address (rules 31), and an
/// address that failed too often gets 429 instead of 401.
async fn authenticate<T>(
    app: &App,
    parts: &Parts,
    door: impl AsyncFnOnce(Arc<Credentials>) -> Result<T>,
) -> Result<T> {
    let opened = match Credentials::read(&parts.headers, &parts.method) {
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

/// Whom an idempotency key belongs to: the tenant or platform, and who within it. None if the
/// credentials open nothing, which the route itself will say.
pub(crate) async fn owner(app: &App, parts: &Parts) -> Option<(Arc<str>, String)> {
    let credentials = Arc::new(Credentials::read(&parts.headers, &parts.method).ok()?);
    match &credentials.presented {
        Presented::Secret(secret) => {
            let (tenant, key) = doors::secret_key(
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
            let named = named(&credentials).filter(|_| *verified.tenant.as_str() == *app.root);
            let owner = named.unwrap_or_else(|| verified.tenant.as_str().into());
            Some((owner, verified.user.to_string()))
        }
        // A cookie speaks for a developer, or for nobody whose answers are kept.
        Presented::None if credentials.cookies.is_some() => {
            let developer = doors::developer(app, credentials.clone()).await.ok()?;
            let owner = named(&credentials).unwrap_or_else(|| app.root.clone());
            Some((owner, developer.user.to_string()))
        }
        Presented::None => {
            let tenant = doors::publishable_key(app, credentials.publishable.as_ref())
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

/// The project that a developer names.
fn named(credentials: &Credentials) -> Option<Arc<str>> {
    let key = credentials.publishable.as_ref()?;
    Some(key.as_str().into())
}

/// Who everyone with a publishable key is.
pub(crate) const PUBLIC: &str = "public";
