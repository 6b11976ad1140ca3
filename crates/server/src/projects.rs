//! A developer's projects: made, listed, keyed, set up and deleted.

mod answer;
mod input;

use axum::Json;
use axum::extract::State;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{PlatformId, ProjectId};
use dream_domain::key::SecretKey;
use dream_domain::project::{Origin, redirect_allowed};
use dream_store::keys::{self, Others};
use dream_store::projects::{self as store, NewProject, ProjectSettings, Tenant};
use serde_json::json;

use crate::app::App;
use crate::caller::{Developer, DeveloperCaller};
use crate::http::body::{Fields, missing};
use crate::http::problem;
use crate::projects::answer::{
    Created, KeyAnswer, ProjectBody, ProjectDeleted, ProjectList, Regenerated, SettingsAnswer,
    SettingsBody,
};
use crate::projects::input::{DeleteInput, KeyInput, ProjectInput, SettingsInput, WhichKey};

/// Create a project
///
/// Makes the project with its tiers and keys, all or nothing. The secret key is shown in this answer and
/// never again.
#[utoipa::path(post, path = "/create-products", operation_id = "createProject", tag = "projects", request_body(content = ProjectInput),
    responses((status = 200, description = "Created", body = Created)), security(("developer" = [])))]
pub(crate) async fn create(
    State(app): State<App>,
    Developer(developer): Developer,
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
    let (project, secret) = assemble(&app, platform, input);
    let subject = project.publishable_key.to_string();
    let act = app.act(
        &developer.user,
        "project.create",
        &subject,
        &json!({"name": project.name, "kind": project.kind.as_str()}),
    );
    store::create(&app.db, &project, &act).await?;
    Ok(Json(Created::of(&project, &secret)))
}

fn assemble(app: &App, platform: PlatformId, input: ProjectInput) -> (NewProject, SecretKey) {
    let (key, secret) = app.new_key(input.mode, "default");
    let project = NewProject {
        id: ProjectId::new(app.now(), app.random.bytes()),
        platform,
        name: input.name,
        kind: input.kind,
        publishable_key: app.random.publishable_key(input.mode),
        key: Some(key),
        tiers: input.tiers,
        settings: ProjectSettings::default(),
    };
    (project, secret)
}

/// List your projects
///
/// One entry for each project and mode. Secrets are masked.
#[utoipa::path(get, path = "/projects", operation_id = "listProjects", tag = "projects", responses((status = 200, description = "Projects", body = ProjectList)), security(("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Developer(developer): Developer,
) -> problem::Result<Json<ProjectList>> {
    let Some(platform) = store::platform_of(&app.db, &developer.user).await? else {
        return Ok(Json(ProjectList::none()));
    };
    let tenants = store::list(&app.db, &platform).await?;
    let mut projects = Vec::with_capacity(tenants.len());
    for tenant in &tenants {
        let keys = keys::list(&app.db, &tenant.scope).await?;
        projects.push(ProjectBody::of(tenant, &keys));
    }
    Ok(Json(ProjectList::of(&platform, projects)))
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

/// Delete a project
///
/// The whole of it, test and live: keys, tiers, customers, counts. Nothing remains but a line in the audit
/// log. `confirm` is the project's name, typed.
#[utoipa::path(post, path = "/projects/delete", operation_id = "deleteProject", tag = "projects", request_body(content = DeleteInput),
    responses((status = 200, description = "Deleted", body = ProjectDeleted)), security(("developer" = [])))]
pub(crate) async fn delete(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<ProjectDeleted>> {
    let input = DeleteInput::read(fields)?;
    let tenants = chosen(&app, &developer, &input).await?;
    let name = tenants
        .first()
        .map(|tenant| tenant.name.clone())
        .unwrap_or_default();
    let by_name = input.project_name.is_some();
    if !by_name && input.confirm.as_deref() != Some(&*name) {
        let detail = format!(
            "This deletes the whole project {name}, test and live, with all its customers. Send confirm: {name:?} to do it"
        );
        return Err(Code::ConfirmationRequired.error(detail).into());
    }
    let mut customers = 0;
    for tenant in &tenants {
        customers += store::count_customers(&app.db, &tenant.scope).await?;
    }
    let project = tenants
        .first()
        .map(|tenant| tenant.scope.project().to_string())
        .unwrap_or_default();
    let detail = json!({"name": &*name, "modes": tenants.len(), "customers": customers});
    let act = app.act(&developer.user, "project.delete", &project, &detail);
    store::delete(&app.db, &tenants, &act).await?;
    Ok(Json(ProjectDeleted::of(&tenants, customers)))
}

/// The tenants of the project that is to be deleted: named by key, id, or a name that is unique.
async fn chosen(
    app: &App,
    developer: &DeveloperCaller,
    input: &DeleteInput,
) -> Result<Vec<Tenant>> {
    let missing_project = || Code::ProjectNotFound.error("You have no such project");
    let platform = developer
        .platform(app)
        .await
        .map_err(|_| missing_project())?;
    let all = store::list(&app.db, &platform).await?;
    let id = match (
        &input.publishable_key,
        &input.project_id,
        &input.project_name,
    ) {
        (Some(key), _, _) => all
            .iter()
            .find(|t| **t.scope.tenant() == **key)
            .map(|t| t.scope.project().clone()),
        (None, Some(id), _) => all
            .iter()
            .find(|t| t.scope.project().as_str() == id)
            .map(|t| t.scope.project().clone()),
        (None, None, Some(name)) => {
            let mut named: Vec<_> = all
                .iter()
                .filter(|t| *t.name == **name)
                .map(|t| t.scope.project().clone())
                .collect();
            named.dedup();
            if named.len() > 1 {
                return Err(Code::ProjectAmbiguous.error(format!(
                    "You have {} projects called {name}; name one by publishableKey",
                    named.len()
                )));
            }
            named.pop()
        }
        (None, None, None) => return Err(missing("publishableKey")),
    };
    let id = id.ok_or_else(missing_project)?;
    Ok(all
        .into_iter()
        .filter(|tenant| *tenant.scope.project() == id)
        .collect())
}

fn key_missing(error: Error) -> Error {
    if error.code() == Code::ProjectNotFound {
        return Code::KeyNotFound.error("There is no project of yours with this publishable key");
    }
    error
}
