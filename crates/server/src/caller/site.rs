//! Calls that a cookie speaks for must come from our own pages (rules 3).

use axum::http::{HeaderMap, header};
use dream_domain::error::{Code, Error, Result};

use crate::app::App;

/// A call that changes something: `Origin` is ours and the body is JSON, which no form of another site
/// can send, or an upload, which most routes do not read.
pub(crate) fn check_write(app: &App, headers: &HeaderMap) -> Result<()> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let read = ["application/json", "multipart/form-data"];
    let read = read.iter().any(|read| kind.eq_ignore_ascii_case(read));
    if read && origin(headers).is_some_and(|origin| is_ours(app, headers, origin)) {
        return Ok(());
    }
    Err(elsewhere())
}

/// A call that reads: nothing says that it comes from another site.
pub(crate) fn check_read(app: &App, headers: &HeaderMap) -> Result<()> {
    let foreign = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site.as_bytes() == b"cross-site");
    if !foreign && origin(headers).is_none_or(|origin| is_ours(app, headers, origin)) {
        return Ok(());
    }
    Err(elsewhere())
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::ORIGIN)
        .map(|origin| origin.to_str().unwrap_or("null"))
}

/// Our public URL. In development also another name of this machine, if the call was made to that name.
fn is_ours(app: &App, headers: &HeaderMap, origin: &str) -> bool {
    if origin == app.config.public_url {
        return true;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    let loopback = matches!(name, Some("localhost" | "127.0.0.1" | "[::1]"));
    app.config.is_development()
        && loopback
        && host.is_some_and(|host| origin.strip_prefix("http://") == Some(host))
}

fn elsewhere() -> Error {
    Code::CrossSite.error(
        "With a cookie a call must come from our own pages: Origin must be ours and the body JSON",
    )
}
