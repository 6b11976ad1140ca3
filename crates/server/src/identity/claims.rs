//! What a token says: who someone is, never what he may do (DESIGN 3.2).

use serde::Deserialize;
use serde_json::{Value, json};

/// The claims of our tokens that are read back.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    /// The user.
    pub(crate) sub: String,
    /// The session.
    pub(crate) sid: String,
    /// The tenant.
    #[serde(rename = "publishableKey")]
    pub(crate) publishable_key: String,
    /// The origin it was given to.
    #[serde(default)]
    pub(crate) azp: Option<String>,
    /// Seconds since the epoch.
    pub(crate) exp: i64,
    /// Seconds since the epoch.
    pub(crate) iat: i64,
    /// Seconds since the epoch.
    #[serde(default)]
    pub(crate) nbf: Option<i64>,
}

/// Who a new token is for.
pub(crate) struct Subject<'a> {
    pub(crate) user: &'a str,
    pub(crate) session: &'a str,
    pub(crate) publishable_key: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) plan: &'a str,
    pub(crate) origin: &'a str,
}

/// The claims of a new token: flat for the published SDK, and in `publicMetadata` for older readers.
pub(crate) fn make(subject: &Subject<'_>, issuer: &str, issued: i64, expires: i64) -> Value {
    let Subject {
        user,
        session,
        publishable_key,
        email,
        plan,
        origin,
    } = subject;
    json!({
        "iss": issuer,
        "sub": user,
        "sid": session,
        "azp": origin,
        "iat": issued,
        "nbf": issued,
        "exp": expires,
        "email": email,
        "plan": plan,
        "publishableKey": publishable_key,
        "publicMetadata": {"plan": plan, "publishableKey": publishable_key},
    })
}
