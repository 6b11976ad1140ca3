//! Where a person goes after signing in: back to the app, and only to origins its project allows.
//!
//! With a PKCE challenge the address gets a code that the SDK exchanges; without one the old
//! `__clerk_jwt` (rules 27), while the project allows it.

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::id::OneTimeId;
use dream_domain::project::{Origin, redirect_allowed};
use dream_domain::text;
use dream_store::customers::Customer;
use dream_store::one_time::{self, NewToken};
use dream_store::projects::Tenant;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::http::body::Fields;
use crate::identity::secret;
use crate::signing_in::sealed;
use crate::tokens;

/// How long the code in the address may be exchanged.
const CODE_MS: i64 = 60_000;
/// The length of an S256 challenge (RFC 7636, 4.2).
const CHALLENGE_LENGTH: usize = 43;

/// What is left alone in a query value.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What an app asks for when it sends a person to the hosted pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WayBack {
    /// Where to return to; the project's default if there is none.
    pub(crate) redirect: Option<String>,
    /// S256 challenge of PKCE.
    pub(crate) code_challenge: Option<String>,
    /// Comes back as it was.
    pub(crate) state: Option<String>,
}

/// What the code in the address stands for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) session: String,
    pub(crate) challenge: String,
    pub(crate) origin: String,
}

impl WayBack {
    /// Takes `redirect`, `codeChallenge` and `state` of a body.
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        let way = Self {
            redirect: fields.text("redirect")?,
            code_challenge: fields.text("codeChallenge")?,
            state: fields.text("state")?,
        };
        way.checked()
    }

    /// Checks the form of what an address or a body says; 422 names the field.
    pub(crate) fn checked(self) -> Result<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if let Some(challenge) = &self.code_challenge
            && (challenge.len() != CHALLENGE_LENGTH || !challenge.bytes().all(plain))
        {
            return Err(invalid(
                "codeChallenge",
                "is not an S256 challenge",
                "Send the SHA-256 of the verifier in base64url, 43 characters, and code_challenge_method=S256",
            ));
        }
        if let Some(state) = &self.state {
            text::line("state", state, 512)?;
        }
        Ok(self)
    }

    /// The same as part of a query, beginning with `&`.
    pub(crate) fn query(&self) -> String {
        let mut query = String::new();
        let mut add = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                query.extend(["&", name, "=", &encode(value)]);
            }
        };
        add("redirect", self.redirect.as_deref());
        add("code_challenge", self.code_challenge.as_deref());
        add(
            "code_challenge_method",
            self.code_challenge.as_ref().map(|_| "S256"),
        );
        add("state", self.state.as_deref());
        query
    }

    /// The address this leads to, if the project allows it: 422 otherwise. Of the root project a path on
    /// our own pages (rules 4).
    pub(crate) fn destination(&self, app: &App, tenant: &Tenant) -> Result<String> {
        if **tenant.scope.tenant() == *app.root {
            return own_path(app, self.redirect.as_deref().unwrap_or("/"));
        }
        let url = self
            .redirect
            .as_deref()
            .filter(|url| !url.is_empty())
            .or(tenant.settings.default_redirect.as_deref())
            .ok_or_else(|| {
                Code::RedirectNotConfigured
                    .error("No address to return to was sent, and the project has no default; send redirect")
            })?;
        if redirect_allowed(url, &origins(tenant), tenant.scope.mode()) {
            return Ok(url.to_owned());
        }
        Err(not_allowed())
    }
}

/// Where the person goes now, with what proves the sign-in to the app.
pub(crate) async fn url(
    app: &App,
    tenant: &Tenant,
    session: &str,
    customer: &Customer,
    way: &WayBack,
) -> Result<String> {
    let destination = way.destination(app, tenant)?;
    if **tenant.scope.tenant() == *app.root {
        return Ok(destination);
    }
    let origin = origin_of(&destination).ok_or_else(not_allowed)?;
    let Some(challenge) = &way.code_challenge else {
        if !tenant.legacy_token() {
            return Err(Code::CodeChallengeRequired
                .error("This project gives no tokens in addresses; send code_challenge, as the current SDK does"));
        }
        let seconds = i64::try_from(app.config.legacy_token.as_secs()).unwrap_or(i64::MAX);
        let signed = tokens::sign(app, tenant, customer, session, seconds, Some(&origin)).await?;
        return Ok(with_query(
            &destination,
            &[("__clerk_jwt", Some(&signed.token))],
        ));
    };
    let grant = Grant {
        session: session.to_owned(),
        challenge: challenge.clone(),
        origin,
    };
    let code = make_code(app, tenant, &customer.id, &grant).await?;
    let state = way.state.as_deref();
    Ok(with_query(
        &destination,
        &[("code", Some(&code)), ("state", state)],
    ))
}

async fn make_code(app: &App, tenant: &Tenant, user: &str, grant: &Grant) -> Result<String> {
    let now = app.clock.machine();
    let id = OneTimeId::new(now, app.random.bytes());
    let code = secret::fresh(&app.random);
    let payload = sealed::seal(app, &id, grant)?;
    let token = NewToken {
        id: &id,
        purpose: "exchange",
        user: Some(user),
        email_folded: None,
        link_hash: Some(&secret::hash(&code)),
        flow_hash: None,
        code_hash: None,
        payload: &payload,
        created_at: now,
        expires_at: now.plus(CODE_MS),
    };
    one_time::create(&app.db, &tenant.scope, &token, None).await?;
    Ok(code)
}

/// The origins a project allows.
pub(crate) fn origins(tenant: &Tenant) -> Vec<Origin> {
    let set = tenant.settings.redirect_origins.iter();
    set.filter_map(|origin| Origin::parse(origin).ok())
        .collect()
}

/// Scheme, host and port of an address that was allowed.
pub(crate) fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(format!("{scheme}://{}", rest[..end].to_ascii_lowercase()))
}

/// Adds members to the query of an address; what is there stays, and so does the fragment.
pub(crate) fn with_query(url: &str, members: &[(&str, Option<&str>)]) -> String {
    let (before, fragment) = match url.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (url, None),
    };
    let mut out = before.to_owned();
    for (name, value) in members {
        if let Some(value) = value {
            out.push(if out.contains('?') { '&' } else { '?' });
            out.extend([name, "=", &encode(value)]);
        }
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// Percent-encodes a query value.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// A path of ours, or an address that begins with our own (cases RED-06).
fn own_path(app: &App, url: &str) -> Result<String> {
    let path = url.strip_prefix(&*app.config.public_url).unwrap_or(url);
    let path = if path.is_empty() { "/" } else { path };
    let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    if path.starts_with('/') && !path.starts_with("//") && !path.contains(odd) {
        return Ok(path.to_owned());
    }
    Err(not_allowed())
}

fn not_allowed() -> Error {
    Code::RedirectNotAllowed
        .error("The address to return to is not on the project's list; the developer adds its origin with POST /projects/settings")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_added_where_they_belong() {
        let add = |url: &str| with_query(url, &[("code", Some("a b")), ("state", None)]);
        assert_eq!(add("http://x/"), "http://x/?code=a%20b");
        assert_eq!(
            add("http://x?success=true"),
            "http://x?success=true&code=a%20b"
        );
        assert_eq!(add("http://x/p?q=1#top"), "http://x/p?q=1&code=a%20b#top");
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        assert_eq!(
            origin_of("http://LocalHost:3000?x").as_deref(),
            Some("http://localhost:3000")
        );
        assert_eq!(
            origin_of("https://a.example/b").as_deref(),
            Some("https://a.example")
        );
    }

    #[test]
    fn challenges_have_one_form() {
        let with = |challenge: &str| WayBack {
            code_challenge: Some(challenge.to_owned()),
            ..WayBack::default()
        };
        assert!(with(&"a".repeat(43)).checked().is_ok());
        for bad in ["", "plain", &"a".repeat(44), &"+".repeat(43)] {
            assert!(with(bad).checked().is_err());
        }
    }
}
