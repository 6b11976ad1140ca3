//! What the pages and apps are answered.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::signing_in::codes::{Begun, RESEND_SECONDS};
use crate::signing_in::person::Person;

/// How far someone is: `complete` (signed in), `verify` (a code was mailed), `sent`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"status": "verify", "flow": "…", "resendAfterSeconds": 60}))]
pub(crate) struct Progress {
    /// `complete`, `verify` or `sent`.
    pub(crate) status: &'static str,
    /// Goes with the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<String>,
    /// Seconds until the mail may be asked for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resend_after_seconds: Option<i64>,
}

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

/// It is done.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"success": true}))]
pub(crate) struct Done {
    pub(crate) success: bool,
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

impl Progress {
    /// Without a flow.
    pub(crate) fn of(status: &'static str) -> Self {
        Self {
            status,
            flow: None,
            resend_after_seconds: None,
        }
    }

    /// With the flow that has begun.
    pub(crate) fn begun(status: &'static str, begun: &Begun) -> Self {
        Self {
            status,
            flow: Some(begun.flow.clone()),
            resend_after_seconds: Some(RESEND_SECONDS),
        }
    }

    /// As an answer that sets cookies.
    pub(crate) fn with(self, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
        with_cookies(Json(self), cookies)
    }
}

/// An answer that sets cookies.
pub(crate) fn with_cookies<T: Serialize>(
    body: Json<T>,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    let mut response = body.into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
