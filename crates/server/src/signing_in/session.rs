//! Opening a session on the hosted pages.

use axum::http::{HeaderMap, HeaderValue, header};
use dream_domain::error::Result;
use dream_domain::id::SessionId;
use dream_store::projects::Tenant;
use dream_store::sessions::{self, NewSession};

use crate::app::App;
use crate::cookies::{self, Name};
use crate::identity::secret;

/// The most of a browser's description that is kept, in characters.
const USER_AGENT_MAX: usize = 200;

/// A session about to be opened, with the cookie that carries it.
pub(crate) struct Prepared {
    pub(crate) session: NewSession,
    pub(crate) cookie: HeaderValue,
}

/// Makes a session that nobody has stored yet: it goes into the transaction that proves who signs in.
pub(crate) fn prepare(app: &App, tenant: &Tenant, user_agent: Option<&str>) -> Result<Prepared> {
    let now = app.clock.machine();
    let seconds = app.config.session.as_secs();
    let value = secret::fresh(&app.random);
    let session = NewSession {
        id: SessionId::new(now, app.random.bytes()),
        created_at: now,
        expires_at: now.plus(i64::try_from(seconds * 1000).unwrap_or(i64::MAX)),
        cookie_hash: Some(secret::hash(&value)),
        user_agent: user_agent.map(str::to_owned),
    };
    let cookie = cookies::set(app, Name::Session, tenant.scope.tenant(), &value, seconds)?;
    Ok(Prepared { session, cookie })
}

/// Opens a session for a user who has just proved who they are.
pub(crate) async fn open(
    app: &App,
    tenant: &Tenant,
    user: &str,
    user_agent: Option<&str>,
) -> Result<(SessionId, HeaderValue)> {
    let prepared = prepare(app, tenant, user_agent)?;
    sessions::create(&app.db, &tenant.scope, user, &prepared.session).await?;
    Ok((prepared.session.id, prepared.cookie))
}

/// What a browser says it is, shortened to what is kept.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(USER_AGENT_MAX).collect())
}
