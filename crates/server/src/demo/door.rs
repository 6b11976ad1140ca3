//! The way into the demo developer's dashboard, who has no password: for whoever sits at this machine.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Result};
use dream_domain::user::Email;
use dream_store::customers::{self, Customer};
use dream_store::projects::Tenant;
use dream_store::settings;

use super::{DEVELOPER, MADE};
use crate::admin::projects as admin;
use crate::app::App;
use crate::caller::site;
use crate::dev::Local;
use crate::http::problem;
use crate::signing_in::session;

/// Where the door is.
pub(crate) const PATH: &str = "/_dev/dashboard";

/// Signs a browser on this machine in as the demo developer and leads it to the dashboard. Closed like every door of
/// development (rules 30), and to links of other sites; 404 where there is no demo data.
pub(crate) async fn open(
    _: Local,
    State(app): State<App>,
    headers: HeaderMap,
) -> problem::Result<Response> {
    site::check_read(&app, &headers)?;
    let (root, developer) = find(&app).await?.ok_or_else(|| {
        Code::NotFound.error("There is no demo developer here; sign up at / to make projects")
    })?;
    let agent = session::user_agent(&headers);
    let (_, cookie) = session::open(&app, &root, &developer.id, agent.as_deref()).await?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let answer = response.headers_mut();
    answer.insert(header::SET_COOKIE, cookie);
    answer.insert(header::LOCATION, HeaderValue::from_static("/dashboard"));
    Ok(response)
}

/// Where the door is, if it leads anywhere.
pub(crate) async fn path(app: &App) -> Result<Option<&'static str>> {
    Ok(find(app).await?.map(|_| PATH))
}

/// The demo developer, and the project that developers are users of.
async fn find(app: &App) -> Result<Option<(Tenant, Customer)>> {
    let made = app.config.is_development()
        && settings::find(&app.db, settings::DEMO).await?.as_deref() == Some(MADE);
    if !made {
        return Ok(None);
    }
    let root = admin::root(app).await?;
    let folded = Email::parse(DEVELOPER)?.folded();
    let found = customers::find_by_email(&app.db, &root.scope, &folded).await?;
    Ok(found.map(|developer| (root, developer)))
}
