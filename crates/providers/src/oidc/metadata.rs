//! What an issuer says of itself (Discovery 1.0, 3 and 4).

use serde::Deserialize;
use url::Url;

use crate::oidc::Failure;
use crate::oidc::fetch::{self, Fetch};
use crate::oidc::id_token::ALGORITHMS;

/// How we show the issuer that we are we (Core 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authentication {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
}

/// An issuer's document, checked: every address in it may be used.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The issuer, exactly as it was asked for.
    pub issuer: String,
    /// The answer to the browser names the issuer in `iss` (RFC 9207).
    pub names_itself: bool,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) authentication: Authentication,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    response_types_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Fetches and checks an issuer's document.
pub(super) async fn fetch(fetch: &Fetch, issuer: &str) -> Result<Metadata, Failure> {
    let url = fetch.reach.check("issuer", issuer)?;
    if url.query().is_some() {
        let text = format!("The issuer {issuer} has a query");
        return Err(Failure::Refused(text));
    }
    let place = format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    );
    let place = fetch.reach.check("issuer", &place)?;
    let body = fetch.document(WHAT, &place).await?;
    let document: Document = fetch::json(WHAT, &body)?;
    // Exactly the same text: whoever may answer for one issuer may not speak for another (Discovery 4.3).
    if document.issuer != issuer {
        let text = format!(
            "The discovery document is of the issuer {} and not of {issuer}",
            document.issuer.chars().take(200).collect::<String>()
        );
        return Err(Failure::Invalid(text));
    }
    check(fetch, document)
}

const WHAT: &str = "discovery document";

fn check(fetch: &Fetch, document: Document) -> Result<Metadata, Failure> {
    let has = |list: &Option<Vec<String>>, wanted: &[&str]| {
        let known = |name: &String| wanted.contains(&name.as_str());
        list.as_ref().is_none_or(|list| list.iter().any(known))
    };
    for (list, wanted, what) in [
        (
            &document.response_types_supported,
            &["code"][..],
            "the response type code",
        ),
        (
            &document.code_challenge_methods_supported,
            &["S256"][..],
            "the code challenge method S256",
        ),
        (
            &document.id_token_signing_alg_values_supported,
            &ALGORITHMS.map(|(name, _)| name)[..],
            "an ID token algorithm that we verify (RS256, RS384, RS512, PS256 or ES256)",
        ),
    ] {
        if !has(list, wanted) {
            return Err(Failure::Invalid(format!(
                "The issuer does not support {what}"
            )));
        }
    }
    let address = |what: &str, text: &str| fetch.reach.check(what, text);
    let userinfo = document.userinfo_endpoint.as_deref();
    Ok(Metadata {
        names_itself: document.authorization_response_iss_parameter_supported,
        authorization_endpoint: address(
            "authorization endpoint",
            &document.authorization_endpoint,
        )?,
        token_endpoint: address("token endpoint", &document.token_endpoint)?,
        jwks_uri: address("address of the keys", &document.jwks_uri)?,
        userinfo_endpoint: userinfo
            .map(|text| address("userinfo endpoint", text))
            .transpose()?,
        authentication: authentication(document.token_endpoint_auth_methods_supported.as_deref())?,
        issuer: document.issuer,
    })
}

fn authentication(methods: Option<&[String]>) -> Result<Authentication, Failure> {
    let has = |name: &str| methods.is_some_and(|list| list.iter().any(|method| method == name));
    if methods.is_none() || has("client_secret_basic") {
        Ok(Authentication::Basic)
    } else if has("client_secret_post") {
        Ok(Authentication::Post)
    } else {
        let text = "The issuer takes a client secret neither as client_secret_basic nor as client_secret_post";
        Err(Failure::Invalid(text.to_owned()))
    }
}
