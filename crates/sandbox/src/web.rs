//! Answers that are no API answers: pages, redirects, plain JSON.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;

use crate::pages;
use crate::problem::Problem;

/// A page. It stands in no frame, where a click on another page could press its buttons.
pub(crate) fn html(status: u16, page: String) -> Response {
    let mut response = answer(status, "text/html; charset=utf-8", page);
    let headers = response.headers_mut();
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let policy = HeaderValue::from_static("frame-ancestors 'none'");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// JSON.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    answer(status, "application/json", body.to_string())
}

/// 303 to another address.
pub(crate) fn see_other(to: &str) -> Response {
    let mut response = answer(303, "text/plain", String::new());
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// A page that says what went wrong.
pub(crate) fn refused(problem: &Problem) -> Response {
    let body = pages::error(&problem.message);
    html(problem.status, pages::page("That did not work", &body))
}

fn answer(status: u16, kind: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
