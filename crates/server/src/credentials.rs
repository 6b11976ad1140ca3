//! The credentials of a request, read once and strictly. A key in a query string or a cookie is no
//! credential.

use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};
use dream_domain::error::{Code, Error, Result};
use dream_domain::key::{PublishableKey, SecretKey};

/// What stands in `Authorization`.
pub(crate) enum Presented {
    /// Nothing.
    None,
    /// A well-formed secret key.
    Secret(SecretKey),
    /// A token.
    Token(String),
}

/// Everything a request says about who sends it.
pub(crate) struct Credentials {
    pub(crate) presented: Presented,
    pub(crate) publishable: Option<PublishableKey>,
    /// `X-Clerk-Token`, `X-User-Token` or `X-End-User-Token`.
    pub(crate) user_token: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) user_plan: Option<String>,
    /// The page a browser calls from.
    pub(crate) origin: Option<String>,
    /// Cookies, and whether the call may be made with one; none without cookies.
    pub(crate) cookies: Option<Cookies>,
}

/// What decides whether a cookie counts (rules 3).
pub(crate) struct Cookies {
    /// The headers of the request.
    pub(crate) headers: HeaderMap,
    /// The call changes nothing.
    pub(crate) reads: bool,
}

impl Credentials {
    pub(crate) fn read(headers: &HeaderMap, method: &Method) -> Result<Self> {
        let presented = match single(headers, &AUTHORIZATION)? {
            None => Presented::None,
            Some(text) => presented(text)?,
        };
        let publishable = match single(headers, &HeaderName::from_static("x-publishable-key"))? {
            None => None,
            Some(text) => Some(PublishableKey::parse(text).ok_or_else(bad_publishable)?),
        };
        let mut user_token = None;
        for name in ["x-clerk-token", "x-user-token", "x-end-user-token"] {
            if user_token.is_none() {
                user_token = single(headers, &HeaderName::from_static(name))?.map(str::to_owned);
            }
        }
        let user_id = decoded(headers, "x-user-id")?;
        if user_id.is_some() && publishable.is_some() && matches!(presented, Presented::None) {
            return Err(Code::UserTokenRequired
                .error("X-User-Id counts only with a secret key; with a publishable key send the user's token in X-Clerk-Token"));
        }
        let user_plan = decoded(headers, "x-user-plan")?;
        let origin = headers
            .get(ORIGIN)
            .map(|origin| origin.to_str().unwrap_or("null"));
        let cookies = headers.contains_key(COOKIE).then(|| Cookies {
            headers: headers.clone(),
            reads: matches!(*method, Method::GET | Method::HEAD),
        });
        Ok(Self {
            presented,
            publishable,
            user_token,
            user_id,
            user_plan,
            origin: origin.map(str::to_owned),
            cookies,
        })
    }
}

fn presented(text: &str) -> Result<Presented> {
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || rest.is_empty() {
        return Err(Code::MissingAuthentication
            .error("Authorization must read: Bearer {secret key or token}"));
    }
    if rest.starts_with("sk_") {
        return SecretKey::parse(rest)
            .map(Presented::Secret)
            .ok_or_else(|| Code::InvalidApiKey.error("API key not found or expired"));
    }
    if rest.starts_with("pk_") {
        return Err(Code::PublishableKeyInAuthorization
            .error("This is a publishable key; send it in X-Publishable-Key, and a secret key in Authorization"));
    }
    if rest.matches('.').count() == 2 {
        return Ok(Presented::Token(rest.to_owned()));
    }
    Err(Code::InvalidApiKey.error("API key not found or expired"))
}

/// The one value of a header; two are a mistake that must not be guessed about.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(twice(name));
    }
    let text = value.to_str().map_err(|_| unreadable(name))?;
    Ok((!text.is_empty()).then_some(text))
}

/// A header that may hold UTF-8, as some clients send it.
fn decoded(headers: &HeaderMap, name: &'static str) -> Result<Option<String>> {
    let name = HeaderName::from_static(name);
    let mut values = headers.get_all(&name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(twice(&name));
    }
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| unreadable(&name))?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn twice(name: &HeaderName) -> Error {
    Code::InvalidHeader.error(format!("The header {name} appears twice; send it once"))
}

fn unreadable(name: &HeaderName) -> Error {
    Code::InvalidHeader.error(format!(
        "The header {name} holds characters that cannot be read; send UTF-8 text"
    ))
}

fn bad_publishable() -> Error {
    Code::InvalidPublishableKey.error("Publishable key not found or invalid")
}
