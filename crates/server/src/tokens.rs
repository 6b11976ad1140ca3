//! User tokens: RS256, verified once, then known by their hash until they expire or their session ends.

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::SessionId;
use dream_domain::key::PublishableKey;
use dream_domain::time::Millis;
use dream_store::customers::{self, Customer};
use dream_store::projects::Tenant;
use dream_store::sessions::{self, NewSession};
use jsonwebtoken::{Algorithm, Validation};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::cache::Freshness;
use crate::identity::claims::{self, Claims};
use crate::identity::verified::Verified;

/// How far clocks may differ (reference: clerk.md 6.2).
const SKEW_SECONDS: i64 = 5;
/// A token longer than this is not one of ours.
const LENGTH_MAX: usize = 8 * 1024;

/// A minted token.
pub(crate) struct Minted {
    pub(crate) token: String,
    pub(crate) session: SessionId,
    pub(crate) expires_at: Millis,
}

/// Opens a session for a user and signs a token for it.
pub(crate) async fn mint(app: &App, tenant: &Tenant, user: &str, seconds: i64) -> Result<Minted> {
    let now = app.clock.machine();
    let found = customers::find(&app.db, &tenant.scope, user).await?;
    let customer = found.ok_or_else(|| {
        Code::CustomerNotFound.error("There is no customer with this id in this project")
    })?;
    let session = NewSession {
        id: SessionId::new(now, app.random.bytes()),
        created_at: now,
        expires_at: now.plus(seconds.saturating_mul(1000)),
        cookie_hash: None,
        user_agent: None,
    };
    sessions::create(&app.db, &tenant.scope, &customer.id, &session).await?;
    let signed = sign(app, tenant, &customer, session.id.as_str(), seconds, None).await?;
    Ok(Minted {
        token: signed.token,
        session: session.id,
        expires_at: signed.expires_at,
    })
}

/// A signed token.
pub(crate) struct Signed {
    pub(crate) token: String,
    pub(crate) expires_at: Millis,
}

/// Signs a token of a session for so many seconds. With `origin` it is refused wherever a request says
/// that it comes from another origin (rules 27).
pub(crate) async fn sign(
    app: &App,
    tenant: &Tenant,
    customer: &Customer,
    session: &str,
    seconds: i64,
    origin: Option<&str>,
) -> Result<Signed> {
    let grants = customers::grants(&app.db, &tenant.scope, &customer.id).await?;
    let plan = dream_domain::plan::effective_plan(&tenant.tiers, &grants, app.clock.business());
    let subject = claims::Subject {
        user: &customer.id,
        session,
        publishable_key: tenant.scope.tenant(),
        email: customer.email.as_deref(),
        plan: plan.map_or("", |tier| tier.name.as_str()),
        origin: origin.unwrap_or(&app.config.public_url),
    };
    let issued = app.clock.machine().0 / 1000;
    let expires = issued.saturating_add(seconds);
    let claims = claims::make(&subject, &app.config.public_url, issued, expires);
    Ok(Signed {
        token: app.keyring.sign(&claims)?,
        expires_at: Millis(expires.saturating_mul(1000)),
    })
}

/// Verifies a token and its session (rules 5: one text up to the signature, issuer and audience).
pub(crate) async fn verify(app: &App, token: &str, fresh: Freshness) -> Result<Arc<Verified>> {
    if token.len() > LENGTH_MAX {
        return Err(invalid());
    }
    let name: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let verified = if let Some(verified) = app.tokens.verified.get(&name) {
        verified
    } else {
        let verified = Arc::new(check(app, token)?);
        app.tokens.verified.insert(name, verified.clone());
        verified
    };
    if app.clock.machine().0 / 1000 > verified.expires + SKEW_SECONDS {
        return Err(
            Code::TokenExpired.error("The token has expired; get a fresh one by signing in again")
        );
    }
    check_session(app, &name, &verified, fresh).await?;
    Ok(verified)
}

async fn check_session(
    app: &App,
    name: &[u8; 32],
    verified: &Verified,
    fresh: Freshness,
) -> Result<()> {
    let versions = app.db.versions();
    let slot = versions.user_slot(verified.tenant.as_str(), &verified.user);
    let version = versions.get(slot);
    let checked = fresh == Freshness::CheckedByMeter || !app.db.is_shared();
    if checked && app.tokens.living.get(name) == Some((slot, version)) {
        return Ok(());
    }
    let revoked = || Code::TokenRevoked.error("The session of this token has ended; sign in again");
    let tenant = app
        .caches
        .tenant(&app.db, &verified.tenant, fresh)
        .await?
        .ok_or_else(revoked)?;
    let session = sessions::find(&app.db, &tenant.scope, &verified.session)
        .await?
        .ok_or_else(revoked)?;
    if session.revoked_at.is_some() || *session.user_id != *verified.user {
        return Err(revoked());
    }
    app.tokens.living.insert(*name, (slot, version));
    Ok(())
}

fn check(app: &App, token: &str) -> Result<Verified> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
    if header.alg != Algorithm::RS256 {
        return Err(invalid());
    }
    let key = header
        .kid
        .filter(|kid| kid.len() <= 64)
        .and_then(|kid| app.keyring.verifying(&kid))
        .ok_or_else(invalid)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[&app.config.public_url]);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
        .map_err(|_| invalid())?
        .claims;
    let now = app.clock.machine().0 / 1000;
    let early =
        claims.nbf.is_some_and(|nbf| nbf > now + SKEW_SECONDS) || claims.iat > now + SKEW_SECONDS;
    if early {
        return Err(invalid());
    }
    let tenant = PublishableKey::parse(&claims.publishable_key).ok_or_else(invalid)?;
    let origin = claims.azp.filter(|azp| *azp != app.config.public_url);
    Ok(Verified {
        origin: origin.map(Into::into),
        user: claims.sub.into(),
        session: claims.sid.into(),
        tenant,
        expires: claims.exp,
    })
}

/// One text for every way a token can be wrong.
pub(crate) fn invalid() -> Error {
    Code::InvalidToken.error("The user token is not valid")
}
