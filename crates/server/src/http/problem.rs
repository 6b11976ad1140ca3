//! Every error is one JSON shape: RFC 9457 plus the members the first clients read (DESIGN 6).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dream_domain::error::{Code, Error};
use serde_json::{Map, Value, json};

/// An error on its way out; the request id is added by the service around all routes.
pub(crate) struct Problem(pub(crate) Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What handlers answer.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

/// Marks a response as a problem, so that the service can complete it with the request id.
#[derive(Clone)]
pub(crate) struct Pending(pub(crate) Map<String, Value>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let code = error.code();
        let status =
            StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            tracing::error!(code = code.as_str(), detail = error.detail(), cause = ?std::error::Error::source(&error), "a request failed");
        }
        let mut response = status.into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, challenge(code));
        }
        if let Some(seconds) = error
            .members()
            .iter()
            .find(|(name, _)| *name == "retryAfter")
            .and_then(|(_, v)| v.as_i64())
        {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(1));
        }
        response.extensions_mut().insert(Pending(body(&error)));
        response
    }
}

/// The members of a problem but for `type` and `requestId`, which the service knows.
fn body(error: &Error) -> Map<String, Value> {
    let code = error.code();
    let mut members = Map::new();
    members.insert("title".into(), code.title().into());
    members.insert("status".into(), code.status().into());
    members.insert("detail".into(), error.detail().into());
    members.insert("error".into(), code.title().into());
    members.insert("message".into(), error.detail().into());
    members.insert("code".into(), code.as_str().into());
    for (name, value) in error.members() {
        members.insert((*name).to_owned(), value.clone());
    }
    let fields = error.fields();
    if !fields.is_empty() {
        let list = fields
            .iter()
            .map(|f| json!({"location": f.location, "message": f.message, "fix": f.fix}));
        members.insert("errors".into(), list.collect());
    }
    members
}

/// RFC 6750, section 3.
fn challenge(code: Code) -> HeaderValue {
    match code {
        Code::MissingAuthentication | Code::UserTokenRequired | Code::DeveloperRequired => {
            HeaderValue::from_static("Bearer realm=\"dream-api\"")
        }
        Code::TokenExpired => HeaderValue::from_static(
            "Bearer realm=\"dream-api\", error=\"invalid_token\", error_description=\"expired\"",
        ),
        _ => HeaderValue::from_static("Bearer realm=\"dream-api\", error=\"invalid_token\""),
    }
}

/// Completes a problem: where its page is, and which request it was.
pub(crate) fn complete(
    mut members: Map<String, Value>,
    public_url: &str,
    request_id: &str,
) -> Vec<u8> {
    let code = members
        .get("code")
        .and_then(Value::as_str)
        .unwrap_or("internal")
        .to_owned();
    members.insert(
        "type".into(),
        format!("{public_url}/docs/errors/{code}").into(),
    );
    members.insert("requestId".into(), request_id.into());
    members.insert("instance".into(), request_id.into());
    serde_json::to_vec(&Value::Object(members)).unwrap_or_default()
}
