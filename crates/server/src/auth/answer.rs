//! What the pages and apps are answered.

use serde::Serialize;
use utoipa::ToSchema;

use crate::signing_in::person::Person;

/// Where to go now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"url": "http://localhost:3000/welcome?code=…"}))]
pub(crate) struct Destination {
    pub(crate) url: String,
}

/// Who is signed in here; null if nobody is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user": null}))]
pub(crate) struct SessionBody {
    pub(crate) user: Option<Person>,
}

/// A short-lived token, and what renews it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"token": "eyJ…", "expiresAt": 1_795_249_260_000_i64, "refreshToken": "…", "refreshExpiresAt": 1_797_840_960_000_i64,
    "user": {"id": "user_019aa5c0d4f07a61b6ff0d3a4f5c2e17", "email": "ada@example.com", "emailVerified": true, "plan": "free", "publishableKey": "pk_test_…", "createdAt": 1_795_248_960_500_i64}}))]
pub(crate) struct TokenPair {
    /// RS256; send it in X-Clerk-Token.
    pub(crate) token: String,
    /// Epoch milliseconds.
    pub(crate) expires_at: i64,
    /// Works once.
    pub(crate) refresh_token: String,
    /// Epoch milliseconds; when the session ends.
    pub(crate) refresh_expires_at: i64,
    pub(crate) user: Person,
}
