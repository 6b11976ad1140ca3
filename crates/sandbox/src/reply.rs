//! Answers of the API and their headers.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::response::Response;

use crate::answers::Kept;
use crate::problem::Problem;

/// What is answered.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) request_id: String,
    /// The first request that this answer was given to.
    pub(crate) replays: Option<String>,
}

impl Reply {
    /// A refusal.
    pub(crate) fn refused(problem: &Problem, request_id: String) -> Self {
        Self {
            status: problem.status,
            body: problem.body().to_string(),
            request_id,
            replays: None,
        }
    }

    /// An answer that was kept, given again.
    pub(crate) fn replayed(kept: Kept, request_id: String) -> Self {
        Self {
            status: kept.status,
            body: kept.body,
            request_id,
            replays: Some(kept.request_id),
        }
    }

    /// The response, with the version that was asked for.
    pub(crate) fn into_response(self, version: &str) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = axum::http::StatusCode::from_u16(self.status).unwrap_or_default();
        let headers = response.headers_mut();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put("content-type", "application/json");
        put("request-id", &self.request_id);
        put("stripe-version", version);
        if let Some(original) = &self.replays {
            put("idempotent-replayed", "true");
            put("original-request", original);
        }
        response
    }
}

/// Set on a response that must not reach the caller: the connection is closed instead.
#[derive(Clone, Copy)]
pub(crate) struct Lost;
