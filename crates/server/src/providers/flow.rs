//! One sign-in at a provider, from start to return: remembered here, bound to the browser, good for once.
//!
//! The row is found only by state and cookie together, so that a state which became known is worth
//! nothing in another browser, and cannot even be used up from there (cases SES-10).

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::OneTimeId;
use dream_domain::key::PublishableKey;
use dream_store::one_time::{self, NewToken};
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::cookies;
use crate::identity::secret;
use crate::signing_in::offered::Registered;
use crate::signing_in::sealed;
use crate::signing_in::way_back::WayBack;

/// How long a person may take at the provider: ten minutes.
const LIFE_MS: i64 = 600_000;
const LIFE_SECONDS: u64 = 600;
const PURPOSE: &str = "provider";
/// The length of a secret of ours: 32 bytes in base64url.
const SECRET_LENGTH: usize = 43;

/// What is remembered of a sign-in that has begun.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) provider: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) way: WayBack,
    /// It began on the page to sign up.
    signs_up: bool,
}

impl Flow {
    pub(super) fn new(app: &App, provider: &Registered, way: WayBack, page: &'static str) -> Self {
        Self {
            provider: provider.id.clone(),
            issuer: provider.issuer.clone(),
            client_id: provider.client_id.clone(),
            nonce: secret::fresh(&app.random),
            verifier: secret::fresh(&app.random),
            way,
            signs_up: page == "signup",
        }
    }

    /// The page it began on.
    pub(super) fn page(&self) -> &'static str {
        if self.signs_up { "signup" } else { "signin" }
    }

    /// Stores it; answers the state for the provider and the cookie for the browser. A browser that has
    /// a cookie keeps its value: sign-ins in two tabs do not end each other.
    pub(super) async fn store(
        &self,
        app: &App,
        tenant: &Tenant,
        headers: &HeaderMap,
    ) -> Result<(String, HeaderValue)> {
        let now = app.clock.machine();
        let id = OneTimeId::new(now, app.random.bytes());
        let known = cookie(app, headers).map(str::to_owned);
        let browser = known.unwrap_or_else(|| secret::fresh(&app.random));
        let state = format!("{}.{}", secret::fresh(&app.random), tenant.scope.tenant());
        let payload = sealed::seal(app, &id, self)?;
        let token = NewToken {
            id: &id,
            purpose: PURPOSE,
            user: None,
            email_folded: None,
            link_hash: Some(&link_hash(&state, &browser)),
            flow_hash: None,
            code_hash: None,
            payload: &payload,
            created_at: now,
            expires_at: now.plus(LIFE_MS),
        };
        one_time::create(&app.db, &tenant.scope, &token, None).await?;
        Ok((
            state,
            cookies::line(app, name(app), &browser, LIFE_SECONDS)?,
        ))
    }
}

/// What began in this browser with this state, and is hereby used: of many at once exactly one gets it.
pub(super) async fn take_back(
    app: &App,
    provider: &str,
    state: &str,
    headers: &HeaderMap,
) -> Result<(Arc<Tenant>, Flow)> {
    let key = key_in(state).ok_or_else(unknown)?;
    let browser = cookie(app, headers).ok_or_else(unknown)?;
    let now = app.clock.machine();
    let hash = link_hash(state, browser);
    let spent = one_time::spend_link(&app.db, PURPOSE, &hash, now).await?;
    let pending = spent.ok_or_else(unknown)?;
    let tenant = super::tenant(app, Some(&pending.tenant)).await?;
    let flow: Flow = sealed::open(app, &pending)?;
    if flow.provider != provider || *key.as_str() != **tenant.scope.tenant() {
        return Err(unknown());
    }
    Ok((tenant, flow))
}

/// The project that a state names. It proves nothing; it only says whose page explains what is wrong.
pub(super) fn key_in(state: &str) -> Option<PublishableKey> {
    let (random, key) = state.split_once('.')?;
    (random.len() == SECRET_LENGTH)
        .then(|| PublishableKey::parse(key))
        .flatten()
}

fn cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let value = cookies::find(headers, name(app))?;
    (value.len() == SECRET_LENGTH && value.bytes().all(plain)).then_some(value)
}

fn name(app: &App) -> &'static str {
    if app.https {
        "__Host-dream_provider"
    } else {
        "dream_provider"
    }
}

fn link_hash(state: &str, browser: &str) -> String {
    secret::hash(&format!("{state}.{browser}"))
}

fn unknown() -> Error {
    Code::InvalidCode
        .error("This sign-in was not begun in this browser, or too long ago; try again")
}
