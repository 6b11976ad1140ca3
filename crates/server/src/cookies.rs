//! The cookies of the hosted pages: one session per tenant, and the browser that began a flow.
//!
//! Each project mode has its own names, so that a session of one app is never used for another.

use axum::http::{HeaderMap, HeaderValue, header};
use dream_domain::error::{Code, Result};

use crate::app::App;
use crate::identity::secret;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Someone is signed in.
    Session,
    /// This browser began a sign-up or a reset.
    Flow,
}

/// The value of a tenant's cookie. Two cookies of one name are none: nobody can tell which is ours.
pub(crate) fn read<'a>(
    app: &App,
    headers: &'a HeaderMap,
    name: Name,
    tenant: &str,
) -> Option<&'a str> {
    find(headers, &full_name(app, name, tenant))
}

/// Any cookie by its full name.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut values = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Sets a tenant's cookie for so many seconds; 0 removes it.
pub(crate) fn set(
    app: &App,
    name: Name,
    tenant: &str,
    value: &str,
    seconds: u64,
) -> Result<HeaderValue> {
    line(app, &full_name(app, name, tenant), value, seconds)
}

/// The line that sets any cookie. `Lax`, since people come to these pages from apps, mails and providers.
pub(crate) fn line(app: &App, name: &str, value: &str, seconds: u64) -> Result<HeaderValue> {
    let secure = if app.https { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&line)
        .map_err(|e| Code::Internal.error("A cookie could not be set").because(e))
}

/// Removes a tenant's cookie.
pub(crate) fn clear(app: &App, name: Name, tenant: &str) -> Result<HeaderValue> {
    set(app, name, tenant, "", 0)
}

/// On https the prefix keeps subdomains and plain http from setting it (RFC 6265bis, 4.1.3.2).
fn full_name(app: &App, name: Name, tenant: &str) -> String {
    let prefix = if app.https { "__Host-" } else { "" };
    let word = match name {
        Name::Session => "session",
        Name::Flow => "flow",
    };
    let hash = secret::hash(tenant);
    format!("{prefix}dream_{word}_{}", &hash[..16])
}
