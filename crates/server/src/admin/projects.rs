//! Projects from the command line, and the pieces that demo data is made of.

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::id::{KeyId, PlatformId, ProjectId, UserId};
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_domain::project::{Kind, check_name};
use dream_domain::tier::Tier;
use dream_domain::user::Email;
use dream_store::customers::{self, Customer, Fields, Filter};
use dream_store::projects::{self, NewProject, ProjectSettings, Tenant};
use serde_json::{Value, json};

use super::{ACTOR, tiers};
use crate::app::App;

/// The limit of the free tier that a saas project begins with.
const FREE_CALLS: i64 = 100;

pub(super) async fn create(
    app: &App,
    name: &str,
    kind: &str,
    mode: &str,
    owner: Option<&str>,
) -> Result<Value> {
    let name = check_name(name)?;
    let kind = Kind::parse(kind).ok_or_else(|| wrong("kind", "saas, store or membership"))?;
    let mode = Mode::parse(mode).ok_or_else(|| wrong("mode", "test or live"))?;
    let owner = match owner {
        Some(email) => developer(app, &Email::parse(email)?).await?,
        None => only_developer(app).await?,
    };
    let platform = platform(app, &owner.id).await?;
    let tiers = match kind {
        Kind::Saas => vec![tiers::free(app, FREE_CALLS)],
        Kind::Store | Kind::Membership => Vec::new(),
    };
    let made = make(app, &platform, &name, kind, mode, tiers).await?;
    Ok(json!({
        "projectId": made.id.as_str(),
        "platformId": platform.as_str(),
        "name": name,
        "kind": kind.as_str(),
        "mode": mode.as_str(),
        "publishableKey": made.publishable_key.as_str(),
        "secretKey": made.secret_key.expose(),
        "keyId": made.key_id.as_str(),
        "owner": {"id": owner.id, "email": owner.email},
    }))
}

pub(super) async fn list(app: &App) -> Result<Value> {
    let all = projects::list_all(&app.db).await?;
    let shown = all.iter().map(|tenant| {
        json!({
            "projectId": tenant.scope.project().as_str(),
            "platformId": tenant.scope.platform().as_str(),
            "name": tenant.name,
            "kind": tenant.kind.as_str(),
            "mode": tenant.scope.mode().as_str(),
            "publishableKey": tenant.scope.tenant(),
            "tiers": tenant.tiers.iter().filter(|tier| tier.active).count(),
            "isRoot": *tenant.scope.tenant() == app.root,
            "createdAt": tenant.created_at.0,
        })
    });
    Ok(json!({"projects": shown.collect::<Vec<_>>()}))
}

/// A project that was just made; the only moment its secret key is known.
pub(crate) struct Made {
    pub(crate) id: ProjectId,
    pub(crate) publishable_key: PublishableKey,
    pub(crate) secret_key: SecretKey,
    pub(crate) key_id: KeyId,
}

/// Makes a project in one mode with its first secret key.
pub(crate) async fn make(
    app: &App,
    platform: &PlatformId,
    name: &str,
    kind: Kind,
    mode: Mode,
    tiers: Vec<Tier>,
) -> Result<Made> {
    let id = ProjectId::new(app.now(), app.random.bytes());
    let (key, secret_key) = app.new_key(mode, "default");
    let key_id = key.id.clone();
    let publishable_key = app.random.publishable_key(mode);
    let project = NewProject {
        id: id.clone(),
        platform: platform.clone(),
        name: name.to_owned(),
        kind,
        publishable_key: publishable_key.clone(),
        key: Some(key),
        tiers,
        settings: ProjectSettings::default(),
    };
    let detail = json!({"name": name, "kind": kind.as_str(), "mode": mode.as_str()});
    let act = app.act(ACTOR, "project.create", id.as_str(), &detail);
    projects::create(&app.db, &project, &act).await?;
    Ok(Made {
        id,
        publishable_key,
        secret_key,
        key_id,
    })
}

/// The platform of a developer, made if there is none.
pub(crate) async fn platform(app: &App, developer: &str) -> Result<PlatformId> {
    let fresh = PlatformId::new(app.now(), app.random.bytes());
    projects::ensure_platform(&app.db, developer, &fresh, app.now()).await
}

/// The root project, whose end users are the developers.
pub(crate) async fn root(app: &App) -> Result<Tenant> {
    let missing = || Code::Internal.error("The root project is missing");
    let key = PublishableKey::parse(&app.root).ok_or_else(missing)?;
    projects::open_public(&app.db, &key)
        .await?
        .ok_or_else(missing)
}

/// The developer with this e-mail, made if there is none.
pub(crate) async fn developer(app: &App, email: &Email) -> Result<Customer> {
    customer(app, &root(app).await?, email).await
}

/// The end user of a project with this e-mail, made if there is none.
pub(crate) async fn customer(app: &App, tenant: &Tenant, email: &Email) -> Result<Customer> {
    let (scope, folded) = (&tenant.scope, email.folded());
    if let Some(found) = customers::find_by_email(&app.db, scope, &folded).await? {
        return Ok(found);
    }
    let id = UserId::new(app.now(), app.random.bytes());
    let fields = Fields::of_email(email);
    let act = app.act(ACTOR, "customer.create", id.as_str(), &json!({}));
    let made = customers::create(&app.db, scope, &id, &fields, None, None, &act).await;
    match made {
        // Another process was faster.
        Err(error) if error.code() == Code::EmailTaken => {}
        made => made?,
    }
    let found = customers::find_by_email(&app.db, scope, &folded).await?;
    found.ok_or_else(|| Code::Internal.error("The user was not stored"))
}

async fn only_developer(app: &App) -> Result<Customer> {
    let root = root(app).await?;
    let mut found = customers::list(&app.db, &root.scope, &Filter::default(), 2).await?;
    match (found.pop(), found.is_empty()) {
        (Some((developer, _)), true) => Ok(developer),
        (None, _) => Err(whose("There is no developer yet")),
        (Some(_), false) => Err(whose("There are several developers")),
    }
}

fn whose(why: &str) -> Error {
    let fix = "Add --owner and an e-mail address; the developer is made if there is none";
    let detail = format!("{why}, so the owner must be named");
    Code::Conflict
        .error(detail)
        .field("owner", "is not named", fix)
}

fn wrong(field: &str, choices: &str) -> Error {
    invalid(
        field,
        "is not one of the choices",
        format!("Send {choices}"),
    )
}
