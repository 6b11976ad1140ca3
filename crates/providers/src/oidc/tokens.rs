//! The token and userinfo endpoints (Core 3.1.3 and 5.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::oidc::fetch::{self, Fetch, unwanted};
use crate::oidc::id_token::Profile;
use crate::oidc::metadata::{Authentication, Metadata};
use crate::oidc::{Failure, Person, Registration, Return};

/// What a code was exchanged for.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: Option<String>,
}

#[derive(Deserialize)]
struct Problem {
    error: String,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    profile: Profile,
}

const TOKEN_ENDPOINT: &str = "answer of the token endpoint";
const USERINFO: &str = "answer of the userinfo endpoint";

/// Exchanges a code. It works once: there is no retry.
pub(super) async fn exchange(
    fetch: &Fetch,
    metadata: &Metadata,
    registration: &Registration<'_>,
    back: &Return<'_>,
) -> Result<Tokens, Failure> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", back.code),
        ("redirect_uri", registration.redirect_uri),
        ("code_verifier", back.verifier),
    ];
    let mut request = fetch.post(&metadata.token_endpoint);
    match metadata.authentication {
        Authentication::Basic => request = request.header(AUTHORIZATION, basic(registration)?),
        Authentication::Post => form.extend([
            ("client_id", registration.client_id),
            ("client_secret", registration.client_secret),
        ]),
    }
    let answer = fetch.send(TOKEN_ENDPOINT, request.form(&form)).await?;
    if answer.status == StatusCode::OK {
        return fetch::json(TOKEN_ENDPOINT, &answer.body);
    }
    let problem: Result<Problem, _> = serde_json::from_slice(&answer.body);
    Err(match problem {
        Ok(problem) if answer.status.is_client_error() => Failure::Refused(format!(
            "The token endpoint refused the code: {}",
            word(&problem.error)
        )),
        _ => unwanted("token endpoint", answer.status),
    })
}

/// What the userinfo endpoint tells of the person that the ID token was about, and of nobody else.
pub(super) async fn user_info(
    fetch: &Fetch,
    endpoint: &Url,
    access_token: &str,
    subject: &str,
) -> Result<Person, Failure> {
    let answer = fetch
        .send(USERINFO, fetch.get(endpoint).bearer_auth(access_token))
        .await?;
    if answer.status != StatusCode::OK {
        return Err(unwanted("userinfo endpoint", answer.status));
    }
    let told: UserInfo = fetch::json(USERINFO, &answer.body)?;
    if told.sub != subject {
        let text = "The userinfo endpoint tells of another person than the ID token";
        return Err(Failure::Invalid(text.to_owned()));
    }
    told.profile.of(told.sub)
}

/// Both parts are form-encoded before they are joined (RFC 6749, 2.3.1).
fn basic(registration: &Registration<'_>) -> Result<HeaderValue, Failure> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!(
        "{}:{}",
        encode(registration.client_id),
        encode(registration.client_secret)
    );
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| Failure::Refused("The client secret cannot be sent".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// An error's name as it may be shown: `invalid_client`, `invalid_grant`.
fn word(error: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    error.chars().filter(plain).take(60).collect()
}
