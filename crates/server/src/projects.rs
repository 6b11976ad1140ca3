//! A developer's projects: made, listed, keyed, set up and deleted.

mod answer;
pub(crate) mod deletion;
mod input;
pub(crate) mod reset;
pub(crate) mod works;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{PlatformId, ProjectId};
use dream_domain::key::{PublishableKey, SecretKey};
use dream_domain::project::{Origin, redirect_allowed};
use dream_store::keys::{self, Others};
use dream_store::projects::{self as store, NewProject, ProjectSettings, Tenant};
use serde_json::json;

use crate::app::App;
use crate::caller::Developer;
use crate::http::body::Fields;
use crate::http::etag::Known;
use crate::http::problem;
use crate::idempotency::Given;
use crate::projects::answer::{
    Created, KeyAnswer, ProjectBody, ProjectList, Regenerated, SettingsAnswer, SettingsBody,
};
use crate::projects::input::{KeyInput, ProjectInput, SettingsInput, WhichKey};
use crate::{catalog, retried};

/// What a key of a new project is derived for.
const ROUTE: &str = "create-products";

/// Create a project
///
/// Makes the project with its tiers and keys, all or nothing, and their products and prices at the payment provider.
/// What cannot be made there yet is made later, or when an account is connected; until then both ids are the tier's own.
/// The secret key is shown in this answer and never again. With an `Idempotency-Key` a repetition makes nothing twice,
/// even if the first answer was lost.
#[utoipa::path(post, path = "/create-products", operation_id = "createProject", tag = "projects", request_body(content = ProjectInput),
    responses((status = 200, description = "Created", body = Created)), security(("developer" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    Developer(developer): Developer,
    Given(given): Given,
    fields: Fields,
) -> problem::Result<Json<Created>> {
    let input = ProjectInput::read(&app, fields)?;
    if input
        .user_id
        .as_deref()
        .is_some_and(|id| id != &*developer.user)
    {
        return Err(Code::CrossSite
            .error("userId is not the developer who is signed in; leave it out")
            .into());
    }
    let fresh = PlatformId::new(app.now(), app.random.bytes());
    let platform = store::ensure_platform(&app.db, &developer.user, &fresh, app.now()).await?;
    let key = retried::publishable_key(&app, input.mode, &developer.user, ROUTE, given.as_deref());
    let (project, secret) = assemble(&app, platform, key, input);
    let (tenant, secret) = store_or_find(&app, &developer.user, project, secret).await?;
    app.fault("create-products.stored");
    catalog::make_now(&app, &tenant).await;
    let tenant = developer.owned(&app, tenant.scope.tenant()).await?;
    Ok(Json(Created::of(&tenant, &secret)))
}

/// Stores a project with what is to be made at the payment provider; or finds the one that an earlier try of the same
/// request has stored.
async fn store_or_find(
    app: &App,
    developer: &str,
    mut project: NewProject,
    secret: SecretKey,
) -> Result<(Tenant, SecretKey)> {
    let platform = project.platform.clone();
    if !write(app, developer, &project).await? {
        let key = &project.publishable_key;
        if let Some(found) = retried::resume(app, developer, &platform, key).await? {
            return Ok(found);
        }
        project.publishable_key = app.random.publishable_key(key.mode());
        write(app, developer, &project).await?;
    }
    let tenant = store::open_owned(&app.db, &platform, &project.publishable_key).await?;
    let gone = || Code::Conflict.error("The project was deleted at the same time");
    Ok((tenant.ok_or_else(gone)?, secret))
}

async fn write(app: &App, developer: &str, project: &NewProject) -> Result<bool> {
    let subject: Arc<str> = project.publishable_key.as_str().into();
    let detail = json!({"name": project.name, "kind": project.kind.as_str()});
    let act = app.act(developer, "project.create", &subject, &detail);
    let messages = catalog::messages(app, &subject, &project.tiers, catalog::MEANWHILE_MS);
    store::create_with(&app.db, project, &messages, &act).await
}

fn assemble(
    app: &App,
    platform: PlatformId,
    publishable_key: PublishableKey,
    input: ProjectInput,
) -> (NewProject, SecretKey) {
    let (key, secret) = app.new_key(input.mode, "default");
    let project = NewProject {
        id: ProjectId::new(app.now(), app.random.bytes()),
        platform,
        name: input.name,
        kind: input.kind,
        publishable_key,
        key: Some(key),
        tiers: input.tiers,
        settings: ProjectSettings {
            enable_tax: input.enable_tax,
            ..ProjectSettings::default()
        },
    };
    (project, secret)
}

/// List your projects
///
/// One entry for each project and mode. Secrets are masked.
#[utoipa::path(get, path = "/projects", operation_id = "listProjects", tag = "projects", params(Known),
    responses((status = 200, description = "Projects", body = ProjectList), (status = 304, description = "As it was")), security(("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Developer(developer): Developer,
    known: Known,
) -> problem::Result<Response> {
    let Some(platform) = store::platform_of(&app.db, &developer.user).await? else {
        return Ok(known.answer(&ProjectList::none()));
    };
    let tenants = store::list(&app.db, &platform).await?;
    let mut projects = Vec::with_capacity(tenants.len());
    for tenant in &tenants {
        let keys = keys::list(&app.db, &tenant.scope).await?;
        projects.push(ProjectBody::of(tenant, &keys));
    }
    Ok(known.answer(&ProjectList::of(&platform, projects)))
}

/// Replace the secret key
///
/// The publishable key stays; every other secret of this project and mode is dead at once.
#[utoipa::path(post, path = "/projects/regenerate-secret", operation_id = "regenerateSecret", tag = "projects", request_body(content = WhichKey),
    responses((status = 200, description = "The new secret, shown once", body = Regenerated)), security(("developer" = [])))]
pub(crate) async fn regenerate(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<Regenerated>> {
    let input = WhichKey::read(fields)?;
    let tenant = developer
        .owned(&app, &input.publishable_key)
        .await
        .map_err(key_missing)?;
    let (key, secret) = app.new_key(tenant.scope.mode(), "default");
    let act = app.act(
        &developer.user,
        "key.regenerate",
        key.id.as_str(),
        &json!({}),
    );
    keys::add(&app.db, &tenant.scope, &key, Others::Revoke, &act).await?;
    Ok(Json(Regenerated::of(
        &tenant,
        &secret,
        "Secret key regenerated. Old key no longer works.",
    )))
}

/// Add a secret key and let the old ones run out
///
/// The new secret works at once; the others end after the overlap, a day by default.
#[utoipa::path(post, path = "/projects/rotate-key", operation_id = "rotateKey", tag = "projects", request_body(content = KeyInput),
    responses((status = 200, description = "The new secret, shown once", body = Regenerated)), security(("developer" = [])))]
pub(crate) async fn rotate(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<Regenerated>> {
    let input = KeyInput::read(fields)?;
    let tenant = developer
        .owned(&app, &input.publishable_key)
        .await
        .map_err(key_missing)?;
    let (key, secret) = app.new_key(tenant.scope.mode(), &input.label);
    let overlap = input
        .overlap_seconds
        .unwrap_or_else(|| i64::try_from(app.config.secret_overlap.as_secs()).unwrap_or(86_400));
    let others = Others::ExpireAt(app.clock.machine().plus(overlap.saturating_mul(1000)));
    let act = app.act(
        &developer.user,
        "key.rotate",
        key.id.as_str(),
        &json!({"overlapSeconds": overlap}),
    );
    keys::add(&app.db, &tenant.scope, &key, others, &act).await?;
    Ok(Json(Regenerated::of(
        &tenant,
        &secret,
        "A further secret key was made. The old ones end after the overlap.",
    )))
}

/// List the secret keys of a project
#[utoipa::path(post, path = "/projects/keys", operation_id = "listKeys", tag = "projects", request_body(content = WhichKey),
    responses((status = 200, description = "Keys without their secrets", body = KeyAnswer)), security(("developer" = [])))]
pub(crate) async fn list_keys(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<KeyAnswer>> {
    let input = WhichKey::read(fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    Ok(Json(KeyAnswer::of(
        &keys::list(&app.db, &tenant.scope).await?,
    )))
}

/// Change the settings of a project
///
/// What is left out stays. Without any change it answers what is set.
#[utoipa::path(post, path = "/projects/settings", operation_id = "changeProjectSettings", tag = "projects", request_body(content = SettingsInput),
    responses((status = 200, description = "The settings now", body = SettingsAnswer)), security(("developer" = [])))]
pub(crate) async fn settings(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<SettingsAnswer>> {
    let input = SettingsInput::read(fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    let next = input.over(&tenant.settings);
    check_way_back(&tenant, &next)?;
    if next != tenant.settings {
        let act = app.act(
            &developer.user,
            "project.settings",
            tenant.scope.tenant(),
            &json!(next),
        );
        store::put_settings(&app.db, &tenant, &next, &act).await?;
    }
    if let Some(name) = input.project_name.filter(|name| **name != *tenant.name) {
        let act = app.act(
            &developer.user,
            "project.rename",
            tenant.scope.project().as_str(),
            &json!({"name": name}),
        );
        store::rename(&app.db, &tenant, &name, &act).await?;
    }
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    Ok(Json(SettingsAnswer {
        success: true,
        settings: SettingsBody::of(&tenant),
    }))
}

/// Whoever comes without an address must still end up at an allowed one (DESIGN 3.8).
fn check_way_back(tenant: &Tenant, next: &ProjectSettings) -> Result<()> {
    let Some(url) = &next.default_redirect else {
        return Ok(());
    };
    let origins: Result<Vec<Origin>> = next
        .redirect_origins
        .iter()
        .map(|o| Origin::parse(o))
        .collect();
    if redirect_allowed(url, &origins?, tenant.scope.mode()) {
        return Ok(());
    }
    let fix = "Add its origin to redirectOrigins in the same call, or choose another address";
    Err(Code::RedirectNotAllowed
        .error("defaultRedirect is not of an origin that the project allows")
        .field("defaultRedirect", "is not of an allowed origin", fix))
}

fn key_missing(error: Error) -> Error {
    if error.code() == Code::ProjectNotFound {
        return Code::KeyNotFound.error("There is no project of yours with this publishable key");
    }
    error
}
