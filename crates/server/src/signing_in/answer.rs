//! What all calls of the hosted pages may answer.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::signing_in::codes::{Begun, RESEND_SECONDS};

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

/// It is done.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"success": true}))]
pub(crate) struct Done {
    pub(crate) success: bool,
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
