//! Sign-in at other providers: developers set them up, people sign in with them.

mod account;
mod answer;
mod flow;
mod input;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result, invalid};
use dream_providers::oidc::{self, Begin, Failure, Person, Registration, Return};
use dream_store::projects::Tenant;
use dream_store::sign_in_providers::{self as store, SignInProvider};
use serde_json::json;

use crate::app::App;
use crate::caller::Developer;
use crate::caller::tenant_named;
use crate::http::body::Fields;
use crate::http::params::{Params, Segment};
use crate::http::peer::{Peer, network};
use crate::http::problem;
use crate::providers::answer::{ProviderBody, ProviderDeleted, ProviderList, ProviderSet};
use crate::providers::flow::Flow;
use crate::providers::input::{CallbackQuery, ProviderInput, StartQuery, Which, WhichQuery};
use crate::signing_in::offered::{self, Registered};
use crate::signing_in::session;
use crate::signing_in::way_back::{self, WayBack};

/// List the sign-in providers of a project
///
/// Its own, with where each sends people back to; secrets are not shown.
#[utoipa::path(get, path = "/projects/providers", operation_id = "listProviders", tag = "projects", params(WhichQuery),
    responses((status = 200, description = "Providers", body = ProviderList)), security(("developer" = [])))]
pub(crate) async fn list(
    State(app): State<App>,
    Developer(developer): Developer,
    Params(query): Params<WhichQuery>,
) -> problem::Result<Json<ProviderList>> {
    let tenant = developer.owned(&app, &query.publishable_key).await?;
    let own = store::list(&app.db, &tenant.scope).await?;
    let offered = offered::list(&app, &tenant).await?;
    Ok(Json(ProviderList::of(&app, &own, offered)))
}

/// Set up a sign-in provider
///
/// Adds one, or replaces the one of the same id. The issuer is asked at once whether it can sign people in.
#[utoipa::path(post, path = "/projects/providers", operation_id = "setProvider", tag = "projects", request_body(content = ProviderInput),
    responses((status = 200, description = "Set up", body = ProviderSet)), security(("developer" = [])))]
pub(crate) async fn set(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<ProviderSet>> {
    let input = ProviderInput::read(&app, fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    let now = app.clock.machine();
    let inspected = app.oidc.inspect(&input.issuer, now).await;
    inspected.map_err(|failure| unusable(&failure))?;
    let provider = SignInProvider {
        sealed_secret: offered::seal(&app, &tenant, &input.id, &input.client_secret)?.into(),
        id: input.id.into(),
        name: input.name.into(),
        issuer: input.issuer.into(),
        client_id: input.client_id.into(),
        created_at: app.now(),
    };
    let detail = json!({"issuer": *provider.issuer, "clientId": *provider.client_id});
    let act = app.act(&developer.user, "provider.set", &provider.id, &detail);
    store::put(&app.db, &tenant.scope, &provider, &act).await?;
    Ok(Json(ProviderSet::of(ProviderBody::of(&app, &provider))))
}

/// Take a sign-in provider away
///
/// Nobody signs in with it any more. Accounts stay; their owners can set a password by e-mail.
#[utoipa::path(delete, path = "/projects/providers", operation_id = "deleteProvider", tag = "projects", request_body(content = Which),
    responses((status = 200, description = "Gone", body = ProviderDeleted)), security(("developer" = [])))]
pub(crate) async fn delete(
    State(app): State<App>,
    Developer(developer): Developer,
    fields: Fields,
) -> problem::Result<Json<ProviderDeleted>> {
    let input = Which::read(fields)?;
    let tenant = developer.owned(&app, &input.publishable_key).await?;
    let act = app.act(&developer.user, "provider.delete", &input.id, &json!({}));
    store::delete(&app.db, &tenant.scope, &input.id, &act).await?;
    Ok(Json(ProviderDeleted { success: true }))
}

/// Sends the browser to a provider. What cannot work leads to the sign-in page, which says why.
pub(crate) async fn start(
    State(app): State<App>,
    Segment(id): Segment,
    Params(query): Params<StartQuery>,
    peer: Option<axum::Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let place = Place {
        page: query.page(),
        key: query.pk.clone(),
        way: query.way(),
    };
    let client = peer.map(|axum::Extension(peer)| peer.client);
    match depart(&app, &id, &place, client, &headers).await {
        Ok((url, cookie)) => see_other(&url, &[cookie]),
        Err(error) => place.explained(&app, &error),
    }
}

async fn depart(
    app: &App,
    id: &str,
    place: &Place,
    client: Option<std::net::IpAddr>,
    headers: &HeaderMap,
) -> Result<(String, HeaderValue)> {
    limit(app, client)?;
    let tenant = tenant(app, place.key.as_deref()).await?;
    let way = place.way.clone().checked()?;
    // Nobody is sent to a provider who could not come back from there.
    way.destination(app, &tenant)?;
    let provider = offered::find(app, &tenant, id).await?;
    let now = app.clock.machine();
    let metadata = app.oidc.discover(&provider.issuer, now).await;
    let metadata = metadata.map_err(|failure| failed(&tenant, &provider, &failure))?;
    let flow = Flow::new(app, &provider, way, place.page);
    let (state, cookie) = flow.store(app, &tenant, headers).await?;
    let begin = Begin {
        state: &state,
        nonce: &flow.nonce,
        verifier: &flow.verifier,
    };
    let uri = offered::redirect_uri(app, &provider.id);
    let url = oidc::authorization_url(&metadata, &registration(&provider, &uri), &begin);
    Ok((url, cookie))
}

/// Takes the browser back from a provider, signs the person in and goes on to the app.
pub(crate) async fn callback(
    State(app): State<App>,
    Segment(id): Segment,
    Params(query): Params<CallbackQuery>,
    headers: HeaderMap,
) -> Response {
    let state = query.state.clone().unwrap_or_default();
    let (tenant, flow) = match flow::take_back(&app, &id, &state, &headers).await {
        Ok(taken) => taken,
        // Whoever this is did not begin here: nothing that the address says is followed (cases RED-06).
        Err(error) => return Place::unknown(&state).explained(&app, &error),
    };
    let place = Place {
        page: flow.page(),
        key: Some(tenant.scope.tenant().to_string()),
        way: flow.way.clone(),
    };
    if query.error.as_deref() == Some("access_denied") {
        // Changing one's mind is no error.
        return see_other(&place.url(&app, None), &[]);
    }
    match arrive(&app, &tenant, &flow, &query, &headers).await {
        Ok((url, cookies)) => see_other(&url, &cookies),
        Err(error) => place.explained(&app, &error),
    }
}

async fn arrive(
    app: &App,
    tenant: &Tenant,
    flow: &Flow,
    query: &CallbackQuery,
    headers: &HeaderMap,
) -> Result<(String, Vec<HeaderValue>)> {
    let provider = offered::find(app, tenant, &flow.provider).await?;
    if provider.issuer != flow.issuer || provider.client_id != flow.client_id {
        let text = "The provider was set up anew meanwhile; try again";
        return Err(Code::ProviderFailed.error(text));
    }
    let person = person(app, &provider, flow, query).await;
    let person = person.map_err(|failure| failed(tenant, &provider, &failure))?;
    let account = account::of(app, tenant, &provider, &person).await?;
    let welcome = account::welcome(app, tenant, &account, &flow.way).await?;
    let customer = account.customer;
    let agent = session::user_agent(headers);
    let (session, cookie) = session::open(app, tenant, &customer.id, agent.as_deref()).await?;
    let url = way_back::url(app, tenant, session.as_str(), &customer, &flow.way).await?;
    Ok((url, welcome.into_iter().chain([cookie]).collect()))
}

/// Asks the provider who it has signed in.
async fn person(
    app: &App,
    provider: &Registered,
    flow: &Flow,
    query: &CallbackQuery,
) -> Result<Person, Failure> {
    let now = app.clock.machine();
    let metadata = app.oidc.discover(&provider.issuer, now).await?;
    // An answer of one issuer is never taken to another (RFC 9207).
    let named = query.iss.as_deref();
    if named.is_some_and(|iss| iss != metadata.issuer) || (named.is_none() && metadata.names_itself)
    {
        let text = "The answer does not come from this issuer";
        return Err(Failure::Invalid(text.to_owned()));
    }
    let Some(code) = query.code.as_deref() else {
        let text = "The issuer sent the browser back without a code";
        return Err(Failure::Refused(text.to_owned()));
    };
    let uri = offered::redirect_uri(app, &provider.id);
    let back = Return {
        code,
        nonce: &flow.nonce,
        verifier: &flow.verifier,
    };
    app.oidc
        .finish(&metadata, &registration(provider, &uri), &back, now)
        .await
}

fn registration<'a>(provider: &'a Registered, redirect_uri: &'a str) -> Registration<'a> {
    Registration {
        client_id: &provider.client_id,
        client_secret: &provider.client_secret,
        redirect_uri,
    }
}

/// A page of ours that a person is sent to when something is in the way.
struct Place {
    /// `signin` or `signup`.
    page: &'static str,
    /// The publishable key; none for the root project.
    key: Option<String>,
    way: WayBack,
}

impl Place {
    /// All that is left of a state that is not known: the project it names, if it names one.
    fn unknown(state: &str) -> Self {
        let key = flow::key_in(state);
        Self {
            page: "signin",
            key: key.map(|key| key.to_string()),
            way: WayBack::default(),
        }
    }

    fn url(&self, app: &App, code: Option<Code>) -> String {
        let page = format!("{}/{}", app.config.public_url, self.page);
        let key = self.key.as_deref().filter(|key| **key != *app.root);
        let way = &self.way;
        let challenge = way.code_challenge.as_deref();
        let members = [
            ("pk", key),
            ("redirect", way.redirect.as_deref()),
            ("code_challenge", challenge),
            ("code_challenge_method", challenge.map(|_| "S256")),
            ("state", way.state.as_deref()),
            ("error", code.map(Code::as_str)),
        ];
        way_back::with_query(&page, &members)
    }

    /// The page, which explains an error by its code.
    fn explained(&self, app: &App, error: &Error) -> Response {
        let code = error.code();
        if code.status() >= 500 && code != Code::ProviderFailed {
            tracing::error!(code = code.as_str(), detail = error.detail(), cause = ?std::error::Error::source(error), "a sign-in failed");
        }
        see_other(&self.url(app, Some(code)), &[])
    }
}

fn see_other(url: &str, cookies: &[HeaderValue]) -> Response {
    let Ok(location) = HeaderValue::from_str(url) else {
        let error = Code::Internal.error("The address to go on to cannot be written");
        return problem::Problem(error).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// The project of a publishable key; without one the root project.
async fn tenant(app: &App, key: Option<&str>) -> Result<Arc<Tenant>> {
    tenant_named(app, key.unwrap_or(&app.root)).await
}

/// Every start stores something, so an address has only so many a minute.
fn limit(app: &App, client: Option<std::net::IpAddr>) -> Result<()> {
    let Some(client) = client else {
        return Ok(());
    };
    let limit = app.config.limits.failed_authentication_per_minute;
    let (name, now) = (("provider", network(client)), app.clock.machine());
    match app.limits.attempts.take(name, limit, now) {
        Some(over) if !over.allowed => {
            app.metrics.rate_limited.increment(1);
            Err(Code::AuthenticationRateLimited.error("Too many sign-ins from this address"))
        }
        _ => Ok(()),
    }
}

/// A sign-in that the provider stands in the way of: people learn that, whoever runs the server learns why.
fn failed(tenant: &Tenant, provider: &Registered, failure: &Failure) -> Error {
    tracing::warn!(
        tenant = &**tenant.scope.tenant(),
        provider = provider.id,
        kind = failure.kind(),
        %failure,
        "a sign-in provider failed"
    );
    Code::ProviderFailed.error("The sign-in provider did not answer as it should; try again")
}

/// What a developer is told of an issuer that cannot be set up.
fn unusable(failure: &Failure) -> Error {
    match failure {
        Failure::Unreachable(what) => Code::ProviderFailed.error(what.clone()),
        Failure::Refused(what) | Failure::Invalid(what) => invalid(
            "issuer",
            format!("cannot be used: {what}"),
            "Send the issuer exactly as its discovery document names it, an https address without /.well-known",
        ),
    }
}
