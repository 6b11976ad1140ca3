//! A developer's own account: registration, platform, credentials, and the call that counts.

mod answer;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::{PlatformId, ProjectId};
use dream_domain::key::{Mode, SecretKey};
use dream_domain::project::Kind;
use dream_domain::usage::{Amount, Meter};
use dream_domain::user::Email;
use dream_store::keys;
use dream_store::projects::{self as store, NewProject, ProjectSettings, Tenant};
use serde_json::json;
use utoipa::ToSchema;

use crate::admin::{projects as made, tiers};
use crate::app::App;
use crate::caller::{Developer, MeteredDeveloper, UserCaller};
use crate::developers::answer::{
    Credentials, MadeCredentials, OfMode, PlatformBody, Registered, Verified,
};
use crate::http::body::Fields;
use crate::http::peer::{Peer, network};
use crate::http::problem;
use crate::quota::answer::{UsageBody, body, headers, refused};
use crate::quota::{self, Counted, standing};
use crate::signing_in::invite;

/// The project that somebody gets who asked for keys before making one.
const FIRST_PROJECT: &str = "My first project";
/// Calls a month that its free tier allows (rules 32).
const FIRST_CALLS: i64 = 5;

/// Someone who wants to become a developer here.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub(crate) struct RegisterInput {
    /// Where the link goes.
    #[schema(value_type = String)]
    pub(crate) email: Email,
}

impl RegisterInput {
    fn read(mut fields: Fields) -> Result<Self> {
        let email = Email::parse(&fields.required_text("email")?)?;
        Ok(Self { email })
    }
}

/// Register as a developer
///
/// Mails a link that works once; it lets its reader choose a password, and makes the account if there is none. The
/// answer is the same for every address. More than a few mails an hour are not sent to one address.
#[utoipa::path(post, path = "/api/developer/register", operation_id = "registerDeveloper", tag = "developers", request_body(content = RegisterInput),
    responses((status = 200, description = "The mail is on its way, if it is one's first few", body = Registered)))]
pub(crate) async fn register(
    State(app): State<App>,
    peer: Option<Extension<Peer>>,
    fields: Fields,
) -> problem::Result<Json<Registered>> {
    let RegisterInput { email } = RegisterInput::read(fields)?;
    if let Some(Extension(peer)) = peer {
        limit_registrations(&app, peer)?;
    }
    let root = made::root(&app).await?;
    invite::send(&app, &root, &email).await?;
    Ok(Json(Registered::new()))
}

fn limit_registrations(app: &App, peer: Peer) -> Result<()> {
    let limit = app.config.limits.registrations_per_network_per_hour;
    let now = app.clock.machine();
    let allowance = app
        .limits
        .registrations
        .take_hourly(network(peer.client), limit, now);
    let Some(over) = allowance.filter(|allowance| !allowance.allowed) else {
        return Ok(());
    };
    app.metrics.rate_limited.increment(1);
    let seconds = over.reset_seconds;
    Err(Code::RateLimited
        .error(format!(
            "Too many links were asked for from this address; retry in {seconds} seconds"
        ))
        .with("retryAfter", seconds))
}

/// Make the platform
///
/// Every developer has one, which owns the projects. Asked again, the same is answered.
#[utoipa::path(post, path = "/generate-platform-id", operation_id = "makePlatform", tag = "developers",
    responses((status = 200, description = "The platform", body = PlatformBody)), security(("developer" = [])))]
pub(crate) async fn make_platform(
    State(app): State<App>,
    Developer(developer): Developer,
) -> problem::Result<Json<PlatformBody>> {
    let platform = ensure_platform(&app, &developer.user).await?;
    Ok(Json(PlatformBody::of(&platform)))
}

/// The platform
///
/// 404 `platform_not_found` until it is made.
#[utoipa::path(get, path = "/get-platform-id", operation_id = "getPlatform", tag = "developers",
    responses((status = 200, description = "The platform", body = PlatformBody)), security(("developer" = [])))]
pub(crate) async fn platform(
    State(app): State<App>,
    Developer(developer): Developer,
) -> problem::Result<Json<PlatformBody>> {
    let platform = developer.platform(&app).await?;
    Ok(Json(PlatformBody::of(&platform)))
}

/// Your keys
///
/// Those of the newest project in each mode. Secrets are masked: they are shown once, when they are made.
#[utoipa::path(get, path = "/get-credentials", operation_id = "getCredentials", tag = "developers",
    responses((status = 200, description = "The keys", body = Credentials)), security(("developer" = [])))]
pub(crate) async fn credentials(
    State(app): State<App>,
    Developer(developer): Developer,
) -> problem::Result<Json<Credentials>> {
    let platform = developer
        .platform(&app)
        .await
        .map_err(|error| error.with("error", "Platform ID not found. Please log in first."))?;
    let tenants = store::list(&app.db, &platform).await?;
    let test = of_mode(&app, &tenants, Mode::Test).await?;
    let live = of_mode(&app, &tenants, Mode::Live).await?;
    let found = Credentials::of(&platform, test, live);
    Ok(Json(found.ok_or_else(|| no_keys(&platform))?))
}

/// Get started with one call
///
/// Makes the platform, and a saas project in test mode with a free tier if there is no project yet; `apiKey` is its
/// secret key, shown in this answer and never again. With a project already there it is null: `POST
/// /projects/rotate-key` makes a further one.
#[utoipa::path(post, path = "/generate-credentials", operation_id = "makeCredentials", tag = "developers",
    responses((status = 200, description = "The keys", body = MadeCredentials)), security(("developer" = [])))]
pub(crate) async fn make_credentials(
    State(app): State<App>,
    MeteredDeveloper(caller): MeteredDeveloper,
) -> problem::Result<Json<MadeCredentials>> {
    let platform = ensure_platform(&app, &caller.subject).await?;
    let usage = usage_of(&app, &caller).await?;
    let (project, secret) = first_project(&app, &platform);
    let subject = project.publishable_key.to_string();
    let act = app.act(
        &caller.subject,
        "project.create",
        &subject,
        &json!({"name": project.name, "kind": project.kind.as_str()}),
    );
    if store::create_first(&app.db, &project, &act).await? {
        return Ok(Json(MadeCredentials::new(
            &platform, &subject, &secret, usage,
        )));
    }
    let tenants = store::list(&app.db, &platform).await?;
    let newest = newest(&tenants, Mode::Test).or_else(|| newest(&tenants, Mode::Live));
    let newest = newest.ok_or_else(|| no_keys(&platform))?;
    Ok(Json(MadeCredentials::old(
        &platform,
        newest.scope.tenant(),
        usage,
    )))
}

/// Count a verified call of yours
///
/// Verifies the developer who calls and counts 1 against his plan: 5 a month on `free`, 500 on `paid`. 403
/// `tier_limit_reached` at the limit.
#[utoipa::path(post, path = "/verify-auth", operation_id = "verifyDeveloper", tag = "developers",
    responses((status = 200, description = "Verified and counted", body = Verified)), security(("developer" = [])))]
pub(crate) async fn verify(
    State(app): State<App>,
    MeteredDeveloper(caller): MeteredDeveloper,
) -> problem::Result<Response> {
    let meter = Meter::requests();
    let (caller, counted) = quota::count(&app, caller, &meter, Amount::new(1)?, None).await?;
    let tally = match counted {
        Counted::Taken(tally) => tally,
        Counted::Refused(tally) => return Ok(refused(&app, &caller, &meter, &tally)),
    };
    let usage = body(&caller.subject, &meter, &tally);
    let mut response = Json(Verified::new(&caller.subject, usage)).into_response();
    headers(response.headers_mut(), &tally, app.now(), caller.rate);
    Ok(response)
}

async fn ensure_platform(app: &App, developer: &str) -> Result<PlatformId> {
    let fresh = PlatformId::new(app.now(), app.random.bytes());
    store::ensure_platform(&app.db, developer, &fresh, app.now()).await
}

async fn usage_of(app: &App, caller: &UserCaller) -> Result<UsageBody> {
    let meter = Meter::requests();
    let tally = standing(app, caller, &meter).await?;
    Ok(body(&caller.subject, &meter, &tally))
}

fn first_project(app: &App, platform: &PlatformId) -> (NewProject, SecretKey) {
    let (key, secret) = app.new_key(Mode::Test, "default");
    let project = NewProject {
        id: ProjectId::new(app.now(), app.random.bytes()),
        platform: platform.clone(),
        name: FIRST_PROJECT.to_owned(),
        kind: Kind::Saas,
        publishable_key: app.random.publishable_key(Mode::Test),
        key: Some(key),
        tiers: vec![tiers::free(app, FIRST_CALLS)],
        settings: ProjectSettings::default(),
    };
    (project, secret)
}

/// Projects are listed by their ids, which grow with time.
fn newest(tenants: &[Tenant], mode: Mode) -> Option<&Tenant> {
    let mut of_mode = tenants.iter().filter(|tenant| tenant.scope.mode() == mode);
    of_mode.next_back()
}

async fn of_mode(app: &App, tenants: &[Tenant], mode: Mode) -> Result<Option<OfMode>> {
    let Some(tenant) = newest(tenants, mode) else {
        return Ok(None);
    };
    let keys = keys::list(&app.db, &tenant.scope).await?;
    Ok(Some(OfMode::of(tenant, &keys)))
}

/// In the words of the first clients.
fn no_keys(platform: &PlatformId) -> Error {
    const WORDS: &str = "API keys not generated yet. Please configure tiers first.";
    Code::ProjectNotFound
        .error(format!("{WORDS} POST /create-products makes a project with its tiers and keys, POST /generate-credentials one to begin with"))
        .with("error", WORDS)
        .with("platformId", platform.to_string())
}
