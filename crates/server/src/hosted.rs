//! The hosted pages as the server sends them: one document, with what the page needs to know inside.

mod returned;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result};
use dream_domain::key::{Mode, PublishableKey};
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::cache::Freshness;
use crate::caller;
use crate::demo;
use crate::http::params::{Params, Segment};
use crate::http::problem;
use crate::receipts;
use crate::signing_in::offered;
use crate::signing_in::person::Person;
use crate::signing_in::way_back::{WayBack, origin_of};

/// Where the facts go in the document.
const MARK: &str = "<!--context-->";
/// The title as it is built.
const TITLE: &str = "<title>dream-api</title>";
/// No script but ours, no frame around it, nothing from elsewhere (cases SES-05).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What an address of a hosted page may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    pk: Option<String>,
    redirect: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    state: Option<String>,
    error: Option<String>,
    session_id: Option<String>,
}

/// What a page shows of its project.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Brand<'a> {
    name: &'a str,
    kind: &'static str,
    logo_url: Option<String>,
    accent_color: Option<&'a str>,
    hide_branding: bool,
}

/// Sign-up, sign-in, account, refresh, reset, verify, pricing and return: the page that its address names.
pub(crate) async fn page(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    asked: problem::Result<Params<Asked>>,
) -> Response {
    let Params(asked) = asked.unwrap_or(Params(Asked::default()));
    let path = uri.path();
    let tenant = match tenant_of(&app, &asked).await {
        Ok(tenant) => tenant,
        Err(error) => return document(&app, "dream-api", &broken(&app, &error), &error),
    };
    match context(&app, &tenant, path, &headers, &asked).await {
        Ok((facts, None)) => html(&app, StatusCode::OK, &tenant.name, &facts),
        Ok((facts, Some(error))) => document(&app, &tenant.name, &facts, &error),
        Err(error) => document(&app, "dream-api", &broken(&app, &error), &error),
    }
}

/// The start page, where developers sign up, and their dashboard: pages of dream-api itself.
pub(crate) async fn home(
    state: State<App>,
    uri: Uri,
    headers: HeaderMap,
    asked: problem::Result<Params<Asked>>,
) -> Response {
    let asked = Asked {
        session_id: asked.ok().and_then(|Params(asked)| asked.session_id),
        ..Asked::default()
    };
    page(state, uri, headers, Ok(Params(asked))).await
}

/// The receipt of an order, in the brand of the project that sold it.
pub(crate) async fn receipt(
    State(app): State<App>,
    Segment(token): Segment,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let missing =
        || Code::NotFound.error("There is no such receipt; open the link of the mail again");
    match receipts::tenant_of_receipt(&app, &token).await {
        Ok(Some(key)) => {
            let asked = Asked {
                pk: Some(key.to_string()),
                ..Asked::default()
            };
            page(State(app), uri, headers, Ok(Params(asked))).await
        }
        Ok(None) => {
            let error = missing();
            document(&app, "dream-api", &broken(&app, &error), &error)
        }
        Err(error) => document(&app, "dream-api", &broken(&app, &error), &error),
    }
}

/// A file of the built pages. Its name changes with its content.
pub(crate) async fn file(
    State(app): State<App>,
    Segment(name): Segment,
) -> problem::Result<Response> {
    built(&app, &name, "public, max-age=31536000, immutable")
}

/// What browsers know the dashboard by as an app.
pub(crate) async fn manifest(State(app): State<App>) -> problem::Result<Response> {
    built(&app, "manifest.webmanifest", "no-cache")
}

/// The service worker of the dashboard, which fetches from here and from nowhere else.
pub(crate) async fn worker(State(app): State<App>) -> problem::Result<Response> {
    let mut response = built(&app, "sw.js", "no-cache")?;
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; connect-src 'self'"),
    );
    Ok(response)
}

fn built(app: &App, name: &str, kept: &'static str) -> problem::Result<Response> {
    let missing = || Code::NotFound.error("There is no such file");
    let (bytes, kind) = (app.web.file)(name).ok_or_else(missing)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    Ok(response)
}

/// Without a key in the address it is the root project's page.
async fn tenant_of(app: &App, asked: &Asked) -> Result<std::sync::Arc<Tenant>> {
    let unknown = || Code::NotFound.error("There is no project with this publishable key (pk)");
    let key = asked.pk.as_deref().unwrap_or(&app.root);
    let key = PublishableKey::parse(key).ok_or_else(unknown)?;
    let found = app
        .caches
        .tenant(&app.db, &key, Freshness::CheckNow)
        .await?;
    found.ok_or_else(unknown)
}

/// The facts of a page, and what is wrong with its address, if anything.
async fn context(
    app: &App,
    tenant: &Tenant,
    path: &str,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<(Value, Option<Error>)> {
    let scope = &tenant.scope;
    let is_root = **scope.tenant() == *app.root;
    let way = way_of(asked);
    let returned_from = match asked.session_id.as_deref() {
        // Developers come back to any page of ours.
        Some(session) if path == "/refresh" || is_root => {
            returned::from(app, tenant, session).await?
        }
        _ => None,
    };
    let (destination, error) = match way.and_then(|way| way.destination(app, tenant)) {
        Ok(url) => (Some(returned::filled(url, returned_from.as_ref())), None),
        // These pages are of use without a place to return to.
        Err(error)
            if error.code() == Code::RedirectNotConfigured
                && (is_own(path) || asked.error.is_some()) =>
        {
            (None, None)
        }
        Err(error) => (None, Some(error)),
    };
    let found = caller::signed_in(app, tenant, headers).await?;
    let is_operator = found
        .as_ref()
        .is_some_and(|found| is_root && app.is_operator(&found.customer));
    let user = match &found {
        Some(signed_in) => Some(Person::of(app, tenant, &signed_in.customer).await?),
        None => None,
    };
    let providers = offered::list(app, tenant).await?;
    let brand = Brand {
        name: &tenant.name,
        kind: tenant.kind.as_str(),
        logo_url: tenant.logo_url(),
        accent_color: tenant.settings.accent_color.as_deref(),
        hide_branding: tenant.settings.hide_branding,
    };
    let signed_in = user.as_ref().map(|person| person.id.as_str());
    let checkout = returned_from.map(|from| from.told(signed_in));
    let test = scope.mode() == Mode::Test;
    let demo = match path {
        "/" => demo::door::path(app).await?,
        _ => None,
    };
    let facts = json!({
        "publishableKey": scope.tenant(),
        "baseUrl": app.config.public_url,
        "mode": scope.mode().as_str(),
        "isRoot": is_root,
        "isOperator": is_operator,
        "project": brand,
        "redirect": {
            "url": destination,
            "allowed": destination.is_some(),
            "origin": destination.as_deref().and_then(origin_of),
            "legacy": app.legacy_token(tenant),
        },
        "emailVerification": app.email_verification(tenant).as_str(),
        "testCodes": test && !is_root,
        "providers": providers.iter().map(|offered| json!({"id": offered.id, "name": offered.name})).collect::<Vec<_>>(),
        "user": user,
        "checkout": checkout,
        "environment": environment(app),
        "aheadSeconds": app.clock.ahead_seconds(),
        "demoDashboard": demo,
        "error": error.as_ref().map(told).or_else(|| asked.error.as_deref().and_then(sent_back)),
    });
    Ok((facts, error))
}

fn way_of(asked: &Asked) -> Result<WayBack> {
    let method = asked.code_challenge_method.as_deref();
    if asked.code_challenge.is_some() && method != Some("S256") {
        return Err(Code::InvalidValue
            .error("code_challenge_method must be S256")
            .field("code_challenge_method", "is not S256", "Send S256"));
    }
    WayBack {
        redirect: asked.redirect.clone(),
        code_challenge: asked.code_challenge.clone(),
        state: asked.state.clone(),
    }
    .checked()
}

/// Pages that do something of their own before anybody returns.
fn is_own(path: &str) -> bool {
    matches!(
        path,
        "/account" | "/verify" | "/reset" | "/pricing" | "/return"
    ) || path.starts_with("/r/")
}

/// What a sign-in provider's way back reports: a code of ours, in our words.
fn sent_back(code: &str) -> Option<Value> {
    let known = Code::ALL.iter().find(|known| known.as_str() == code)?;
    Some(json!({"code": known.as_str(), "message": known.help(), "recoverable": true}))
}

fn told(error: &Error) -> Value {
    json!({"code": error.code().as_str(), "message": error.detail()})
}

/// The facts of a page that has no project.
fn broken(app: &App, error: &Error) -> Value {
    json!({
        "publishableKey": null,
        "baseUrl": app.config.public_url,
        "mode": "live",
        "isRoot": false,
        "project": {"name": "dream-api", "kind": "saas", "logoUrl": null, "accentColor": null, "hideBranding": true},
        "redirect": {"url": null, "allowed": false, "origin": null, "legacy": false},
        "emailVerification": "required",
        "testCodes": false,
        "providers": [],
        "user": null,
        "checkout": null,
        "environment": environment(app),
        "error": told(error),
    })
}

fn environment(app: &App) -> &'static str {
    if app.config.is_development() {
        "development"
    } else {
        "production"
    }
}

/// A page that explains what is wrong; a missing place to return to is a fault of the request itself.
fn document(app: &App, title: &str, facts: &Value, error: &Error) -> Response {
    let status = match error.code() {
        Code::RedirectNotConfigured => StatusCode::BAD_REQUEST,
        code => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST),
    };
    html(app, status, title, facts)
}

fn html(app: &App, status: StatusCode, title: &str, facts: &Value) -> Response {
    // Inside of a script element only `<` can end it early.
    let facts = facts.to_string().replace('<', "\\u003c");
    let block = format!("<script type=\"application/json\" id=\"context\">{facts}</script>");
    let page = app.web.index.replacen(MARK, &block, 1).replacen(
        TITLE,
        &format!("<title>{}</title>", escape(title)),
        1,
    );
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
