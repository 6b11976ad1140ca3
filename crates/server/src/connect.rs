//! A developer's payment account: connected on the provider's pages, looked at, disconnected.

mod answer;
mod flow;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::PlatformId;
use dream_domain::key::Mode;
use dream_store::payments::{self as store, Health, NewAccount};
use dream_store::projects;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::app::App;
use crate::caller::Developer;
use crate::catalog;
use crate::connect::answer::{AccountBody, Disconnected, ModeInput};
use crate::connect::flow::{Flow, Who};
use crate::http::body::{Fields, missing, wrong};
use crate::http::etag::Known;
use crate::http::params::Params;
use crate::http::problem::{self, Problem};
use crate::payments::{self, api};

/// Where a developer goes to connect an account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    mode: Option<String>,
    return_to: Option<String>,
}

/// What the provider sends a browser back with.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Which mode is asked about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `test` or `live`.
    #[param(example = "test")]
    mode: Option<String>,
}

/// The tokens of an account, as they are sealed.
#[derive(Serialize)]
struct Tokens<'a> {
    access_token: Option<&'a str>,
    refresh_token: Option<&'a str>,
    publishable_key: Option<&'a str>,
}

/// Sends a developer to the provider, to connect an account for a mode.
pub(crate) async fn authorize(
    State(app): State<App>,
    Params(start): Params<Start>,
    developer: std::result::Result<Developer, Problem>,
    headers: HeaderMap,
) -> problem::Result<Response> {
    let mode = mode(start.mode.as_deref())?;
    let Developer(developer) = match developer {
        Ok(developer) => developer,
        // Whoever follows a link without being signed in is let in by the dashboard.
        Err(Problem(error)) if error.code() == Code::DeveloperRequired => {
            let back = Landing::new(mode, None);
            return Ok(see_other(&back.url("error", Some("signed_out")), None));
        }
        Err(problem) => return Err(problem),
    };
    let return_to = start.return_to.map(|path| own_page(&path)).transpose()?;
    let provider = app.payments.provider(mode)?;
    let who = Who::of(&app, &headers, Some(&developer.user)).await?;
    let who = who.ok_or_else(|| Code::DeveloperRequired.error("Sign in as a developer"))?;
    let flow = Flow::new(mode, return_to, who);
    let (state, cookie) = flow.store(&app, &headers).await?;
    let url = provider.authorize_url(&state, &redirect_uri(&app));
    let url = url.ok_or_else(|| {
        Code::PaymentsNotConfigured.error(format!(
            "The operator of this server has set no client id for {} mode, so no account can be connected",
            mode.as_str()
        ))
    })?;
    Ok(see_other(&url, Some(cookie)))
}

/// Takes a developer back from the provider and connects the account. Of many at once with one state, one does.
pub(crate) async fn callback(
    State(app): State<App>,
    Params(back): Params<Back>,
    developer: std::result::Result<Developer, Problem>,
    headers: HeaderMap,
) -> problem::Result<Response> {
    let state = back.state.as_deref().unwrap_or_default();
    // The provider's page is another site, so the cookie is read here, and the state says that we began this.
    let bearer = developer.ok().map(|Developer(developer)| developer.user);
    let who = Who::of(&app, &headers, bearer.as_ref()).await?;
    let taken = match &who {
        Some(who) => flow::take_back(&app, who, state, &headers).await?,
        None => None,
    };
    let Some(flow) = taken else {
        let landing = Landing::new(flow::mode_in(state).unwrap_or(Mode::Test), None);
        let code = who.map_or("signed_out", |_| "unknown_state");
        return Ok(see_other(&landing.url("error", Some(code)), None));
    };
    let landing = Landing::new(flow.mode(), flow.return_to.clone());
    if let Some(error) = &back.error {
        let code = if error == "access_denied" {
            "access_denied"
        } else {
            "refused"
        };
        return Ok(see_other(&landing.url("error", Some(code)), None));
    }
    let code = back.code.as_deref().unwrap_or_default();
    match connect(&app, &flow, code).await {
        Ok(()) => Ok(see_other(&landing.url("connected", None), None)),
        Err(error) if error.code() == Code::Conflict => Err(error.into()),
        Err(error) => {
            tracing::warn!(code = error.code().as_str(), cause = ?error, "an account could not be connected");
            let code = error.code().as_str();
            Ok(see_other(&landing.url("error", Some(code)), None))
        }
    }
}

/// Exchanges the code and stores the account, with what is to be made there.
async fn connect(app: &App, flow: &Flow, code: &str) -> Result<()> {
    let mode = flow.mode();
    let provider = app.payments.provider(mode)?;
    let connected = provider.exchange(code).await.map_err(payments::problem)?;
    if connected.livemode != (mode == Mode::Live) {
        return Err(Code::Conflict.error(format!(
            "The payment provider connected an account of the other mode, not of {} mode; nothing was stored",
            mode.as_str()
        )));
    }
    let found = provider.at(&connected.account_id).account().await;
    // The account is connected; how it is can be asked again, the code cannot.
    let health = found.map_or_else(|_| Health::default(), payments::health);
    let fresh = PlatformId::new(app.now(), app.random.bytes());
    let platform = projects::ensure_platform(&app.db, &flow.user, &fresh, app.now()).await?;
    let tenants = projects::tenants_of(&app.db, &platform, mode).await?;
    let account = NewAccount {
        sealed_tokens: sealed(app, &platform, mode, &connected)?,
        account_id: connected.account_id,
        scope: connected.scope,
        health,
        messages: catalog::messages_of(app, &tenants),
    };
    let detail = json!({"mode": mode.as_str(), "account": account.account_id});
    let act = app.act(
        &flow.user,
        "payment-account.connect",
        &account.account_id,
        &detail,
    );
    store::connect(&app.db, &platform, mode, &account, &act).await?;
    app.wake_outbox();
    Ok(())
}

/// The tokens, encrypted and bound to the platform and mode.
fn sealed(
    app: &App,
    platform: &PlatformId,
    mode: Mode,
    connected: &api::connect::Connected,
) -> Result<String> {
    let text = |secret: &'_ Option<Zeroizing<String>>| secret.as_ref().map(|text| text.to_string());
    let (access, refresh) = (
        text(&connected.access_token),
        text(&connected.refresh_token),
    );
    let (access, refresh) = (access.map(Zeroizing::new), refresh.map(Zeroizing::new));
    let tokens = Tokens {
        access_token: access.as_ref().map(|text| text.as_str()),
        refresh_token: refresh.as_ref().map(|text| text.as_str()),
        publishable_key: connected.publishable_key.as_deref(),
    };
    let plain = serde_json::to_vec(&tokens).map(Zeroizing::new);
    let plain = plain.map_err(|e| {
        Code::Internal
            .error("The tokens cannot be stored")
            .because(e)
    })?;
    let belongs_to = format!("payment_accounts/{platform}/{}", mode.as_str());
    app.master.seal(&app.random, &belongs_to, &plain)
}

/// The connected payment account
///
/// What payments of your projects in a mode go to, and whether it can take them.
#[utoipa::path(get, path = "/payment-account", operation_id = "getPaymentAccount", tag = "connect", params(Which, Known),
    responses((status = 200, description = "The account, or that there is none", body = AccountBody), (status = 304, description = "As it was")), security(("developer" = [])))]
pub(crate) async fn account(
    State(app): State<App>,
    Developer(developer): Developer,
    known: Known,
    Params(which): Params<Which>,
) -> problem::Result<Response> {
    let mode = mode(which.mode.as_deref())?;
    let found = match projects::platform_of(&app.db, &developer.user).await? {
        Some(platform) => store::account(&app.db, &platform, mode).await?,
        None => None,
    };
    Ok(known.answer(&AccountBody::of(&app, mode, found.as_ref())))
}

/// Disconnect the payment account
///
/// Nothing more is sold in this mode. Those who pay keep what they paid for until their period ends; their
/// subscriptions go on at the provider, where the account's owner manages them.
#[utoipa::path(post, path = "/payment-account/disconnect", operation_id = "disconnectPaymentAccount", tag = "connect", request_body(content = ModeInput),
    responses((status = 200, description = "Disconnected", body = Disconnected)), security(("developer" = [])))]
pub(crate) async fn disconnect(
    State(app): State<App>,
    Developer(developer): Developer,
    mut fields: Fields,
) -> problem::Result<Json<Disconnected>> {
    let given = fields.text("mode")?.ok_or_else(|| missing("mode"))?;
    let mode = mode(Some(&given))?;
    let platform = developer.platform(&app).await?;
    let found = store::account(&app.db, &platform, mode).await?;
    let found = found.filter(|account| account.disconnected_at.is_none());
    let account = found.ok_or_else(|| payments::not_connected(mode))?;
    let sharing = store::platforms_of_account(&app.db, &account.account_id, mode).await?;
    // Somebody else here may have connected the same account; his connection stays.
    if sharing.len() < 2 {
        let provider = app.payments.provider(mode)?;
        match provider.deauthorize(&account.account_id).await {
            Err(failure) if failure.kind != api::Kind::Unauthorized => {
                return Err(payments::problem(failure).into());
            }
            _ => {}
        }
    }
    let detail = json!({"mode": mode.as_str()});
    let act = app.act(
        &developer.user,
        "payment-account.disconnect",
        &account.account_id,
        &detail,
    );
    store::disconnect(&app.db, &platform, mode, app.now(), &act).await?;
    Ok(Json(Disconnected::new()))
}

/// Where the provider sends browsers back to; registered with it, letter for letter.
fn redirect_uri(app: &App) -> String {
    format!("{}/callback", app.config.public_url)
}

fn mode(given: Option<&str>) -> Result<Mode> {
    Mode::parse(given.unwrap_or("test")).ok_or_else(|| wrong("mode", "must be test or live"))
}

/// A page of the dashboard, the only place that anybody returns to.
fn own_page(path: &str) -> Result<String> {
    let rest = path.strip_prefix("/dashboard");
    let ends = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let plain = path
        .bytes()
        .all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
    if ends && plain && path.len() <= 500 {
        return Ok(path.to_owned());
    }
    Err(wrong("returnTo", "must be a page of the dashboard"))
}

/// Where a developer lands in the end.
struct Landing {
    mode: Mode,
    page: String,
}

impl Landing {
    fn new(mode: Mode, page: Option<String>) -> Self {
        let page = page.unwrap_or_else(|| "/dashboard".to_owned());
        Self { mode, page }
    }

    /// The page with what became of it.
    fn url(&self, became: &str, code: Option<&str>) -> String {
        let join = if self.page.contains('?') { '&' } else { '?' };
        let code = code.map_or_else(String::new, |code| format!("&code={code}"));
        let (page, mode) = (&self.page, self.mode.as_str());
        let told = payments::RETURNED;
        format!("{page}{join}{told}={became}&mode={mode}{code}")
    }
}

fn see_other(url: &str, cookie: Option<HeaderValue>) -> Response {
    let Ok(location) = HeaderValue::from_str(url) else {
        let error: Error = Code::Internal.error("The address to go on to cannot be written");
        return Problem(error).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
