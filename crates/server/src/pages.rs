//! The few pages that need no build step: the API reference and a page for every error.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use dream_domain::error::Code;

use crate::http::params::Segment;
use crate::http::problem;

/// Styles of the plain pages; its hash is in their policy.
const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1.25rem;color:#0b1020;background:#fff}\
h1{font-size:1.75rem;line-height:1.25}code,pre{font-family:ui-monospace,monospace;font-size:.9em}\
pre{background:#f4f5f8;padding:1rem;border-radius:8px;overflow-x:auto}a{color:#5b5bd6}\
dt{font-weight:600;margin-top:1rem}dd{margin:0}\
@media(prefers-color-scheme:dark){body{color:#e8eaf2;background:#0d1117}pre{background:#161b22}a{color:#a5a5f5}}";

/// The page of an error code.
pub(crate) async fn error(Segment(code): Segment) -> problem::Result<Response> {
    let found = Code::ALL.iter().find(|known| known.as_str() == code);
    let code = found.ok_or_else(|| Code::NotFound.error("There is no error with this code"))?;
    let body = format!(
        "<h1>{}</h1><dl><dt>Code</dt><dd><code>{}</code></dd><dt>HTTP status</dt><dd>{}</dd>\
<dt>When it happens, and what to do</dt><dd>{}</dd></dl><p><a href=\"/docs/\">API reference</a></p>",
        code.title(),
        code.as_str(),
        code.status(),
        code.help()
    );
    Ok(page(code.title(), &body))
}

/// The OpenAPI document.
pub(crate) fn document(document: &str) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        document.to_owned(),
    )
        .into_response()
}

/// The reference's files are beside each other, so its address ends with a slash.
pub(crate) async fn to_reference() -> Redirect {
    Redirect::permanent("/docs/")
}

/// The reference itself.
pub(crate) async fn reference_home() -> problem::Result<Response> {
    file("index.html")
}

/// A file of the reference.
pub(crate) async fn reference(Segment(name): Segment) -> problem::Result<Response> {
    file(&name)
}

fn file(name: &str) -> problem::Result<Response> {
    static CONFIG: LazyLock<Arc<utoipa_swagger_ui::Config<'static>>> = LazyLock::new(|| {
        Arc::new(utoipa_swagger_ui::Config::from("/openapi.json").use_base_layout())
    });
    let missing = || Code::NotFound.error("There is no such page in the reference");
    let found = utoipa_swagger_ui::serve(name, CONFIG.clone())
        .map_err(|_| missing())?
        .ok_or_else(missing)?;
    let bytes = if name == "index.html" {
        let page = String::from_utf8_lossy(&found.bytes);
        page.replace(
            "<title>Swagger UI</title>",
            "<title>dream-api reference</title>",
        )
        .into_bytes()
    } else {
        found.bytes.into_owned()
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&found.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'",
    ));
    Ok(response)
}

/// A plain page; everything in `body` is ours.
fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    );
    let mut response = Html(html).into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    );
    response
}
