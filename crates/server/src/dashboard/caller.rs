//! Who may see what all projects of a platform add up to: the developer, or the server of one of them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dream_domain::error::{Code, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::PublishableKey;
use dream_store::customers;
use dream_store::projects::{self, Tenant};

use crate::app::App;
use crate::caller::{Backend, Developer, DeveloperCaller};
use crate::credentials::{Credentials, Presented};
use crate::http::problem::Problem;

/// A platform, by a secret key of one of its projects or by its developer.
pub(crate) struct OfPlatform(pub(super) PlatformId);

impl FromRequestParts<App> for OfPlatform {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        if by_key(parts) {
            let Backend(caller) = Backend::from_request_parts(parts, app).await?;
            return Ok(Self(caller.scope().platform().clone()));
        }
        let Developer(developer) = Developer::from_request_parts(parts, app).await?;
        Ok(Self(developer.platform(app).await?))
    }
}

/// Whether a project speaks; what cannot be read is for that door to refuse.
fn by_key(parts: &Parts) -> bool {
    let Ok(credentials) = Credentials::read(&parts.headers, &parts.method) else {
        return true;
    };
    match credentials.presented {
        Presented::Secret(_) => true,
        Presented::Token(_) => false,
        Presented::None => credentials.cookies.is_none(),
    }
}

/// Someone who runs this server: a developer with the verified address of an operator (rules 4).
pub(crate) struct Operator;

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Problem> {
        let Developer(developer) = Developer::from_request_parts(parts, app).await?;
        if is_operator(app, &developer).await? {
            Ok(Self)
        } else {
            Err(Code::OperatorRequired
                .error("Only operators of this server may call this")
                .into())
        }
    }
}

async fn is_operator(app: &App, developer: &DeveloperCaller) -> Result<bool> {
    let root = root(app).await?;
    let Some(row) = customers::find(&app.db, &root.scope, &developer.user).await? else {
        return Ok(false);
    };
    Ok(app.is_operator(&row))
}

/// The root project, whose users developers are.
pub(super) async fn root(app: &App) -> Result<Tenant> {
    let missing = || Code::Internal.error("The root project is missing");
    let key = PublishableKey::parse(&app.root).ok_or_else(missing)?;
    let found = projects::open_public(&app.db, &key).await?;
    found.ok_or_else(missing)
}
