//! One connection, from start to return: remembered here, bound to the developer, his session and his browser, good
//! for ten minutes and once.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use dream_domain::error::Result;
use dream_domain::id::OneTimeId;
use dream_domain::key::Mode;
use dream_store::one_time::{self, NewToken};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::{signed_in, tenant_named};
use crate::cookies;
use crate::identity::secret;
use crate::signing_in::sealed;

/// How long a developer may take at the provider: ten minutes.
const LIFE_MS: i64 = 600_000;
const LIFE_SECONDS: u64 = 600;
const PURPOSE: &str = "connect";
/// The length of a secret of ours: 32 bytes in base64url.
const SECRET_LENGTH: usize = 43;

/// A developer, and his session if a cookie speaks for him.
pub(super) struct Who {
    user: Arc<str>,
    session: Option<String>,
}

impl Who {
    /// Who is signed in here by cookie; else the bearer of a token.
    pub(super) async fn of(
        app: &App,
        headers: &HeaderMap,
        bearer: Option<&Arc<str>>,
    ) -> Result<Option<Self>> {
        let root = tenant_named(app, &app.root).await?;
        let found = signed_in(app, &root, headers).await?;
        let by_cookie = found.map(|found| Self {
            user: found.session.user_id,
            session: Some(found.session.id.to_string()),
        });
        Ok(by_cookie.or_else(|| {
            bearer.map(|user| Self {
                user: user.clone(),
                session: None,
            })
        }))
    }
}

/// What is remembered of a connection that has begun.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    is_live: bool,
    /// The page of the dashboard to return to.
    pub(super) return_to: Option<String>,
    /// The developer who began it.
    pub(super) user: String,
    session: Option<String>,
}

impl Flow {
    pub(super) fn new(mode: Mode, return_to: Option<String>, who: Who) -> Self {
        Self {
            is_live: mode == Mode::Live,
            return_to,
            user: who.user.to_string(),
            session: who.session,
        }
    }

    pub(super) fn mode(&self) -> Mode {
        if self.is_live { Mode::Live } else { Mode::Test }
    }

    /// Stores it; answers the state for the provider and the cookie for the browser. A browser that has a cookie keeps
    /// its value: two tabs do not end each other.
    pub(super) async fn store(
        &self,
        app: &App,
        headers: &HeaderMap,
    ) -> Result<(String, HeaderValue)> {
        let now = app.clock.machine();
        let id = OneTimeId::new(now, app.random.bytes());
        let known = cookie(app, headers).map(str::to_owned);
        let browser = known.unwrap_or_else(|| secret::fresh(&app.random));
        let state = format!("{}.{}", secret::fresh(&app.random), self.mode().as_str());
        let payload = sealed::seal(app, &id, self)?;
        let token = NewToken {
            id: &id,
            purpose: PURPOSE,
            user: Some(&self.user),
            email_folded: None,
            link_hash: Some(&link_hash(&state, &browser)),
            flow_hash: None,
            code_hash: None,
            payload: &payload,
            created_at: now,
            expires_at: now.plus(LIFE_MS),
        };
        let root = tenant_named(app, &app.root).await?;
        one_time::create(&app.db, &root.scope, &token, None).await?;
        let cookie = cookies::line(app, name(app), &browser, LIFE_SECONDS)?;
        Ok((state, cookie))
    }
}

/// What this developer began in this browser with this state, and is hereby used: of many at once exactly one gets it.
pub(super) async fn take_back(
    app: &App,
    who: &Who,
    state: &str,
    headers: &HeaderMap,
) -> Result<Option<Flow>> {
    let Some(browser) = cookie(app, headers) else {
        return Ok(None);
    };
    let (hash, now) = (link_hash(state, browser), app.clock.machine());
    let Some(pending) = one_time::spend_link(&app.db, PURPOSE, &hash, now).await? else {
        return Ok(None);
    };
    let flow: Flow = sealed::open(app, &pending)?;
    let same = *flow.user == *who.user && flow.session == who.session;
    Ok(same.then_some(flow))
}

/// The mode that a state names. It proves nothing; it only says where to explain what is wrong.
pub(super) fn mode_in(state: &str) -> Option<Mode> {
    let (random, mode) = state.split_once('.')?;
    (random.len() == SECRET_LENGTH)
        .then(|| Mode::parse(mode))
        .flatten()
}

fn cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let value = cookies::find(headers, name(app))?;
    (value.len() == SECRET_LENGTH && value.bytes().all(plain)).then_some(value)
}

fn name(app: &App) -> &'static str {
    if app.https {
        "__Host-dream_connect"
    } else {
        "dream_connect"
    }
}

fn link_hash(state: &str, browser: &str) -> String {
    secret::hash(&format!("{state}.{browser}"))
}
