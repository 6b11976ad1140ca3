//! Sign-in at another provider: OpenID Connect with the authorization code flow and PKCE (Core 1.0,
//! Discovery 1.0, RFC 7636). Works with Google and every issuer that can be discovered.

mod address;
mod fetch;
mod id_token;
mod issuers;
mod keys;
mod metadata;
mod tokens;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dream_domain::time::Millis;
use sha2::{Digest as _, Sha256};

pub use crate::oidc::address::Reach;
use crate::oidc::fetch::Fetch;
use crate::oidc::id_token::Expected;
use crate::oidc::issuers::Issuers;
pub use crate::oidc::metadata::Metadata;

/// A client for every issuer: knows their documents and keys, each issuer's apart from all others.
pub struct Client {
    fetch: Fetch,
    issuers: Issuers,
}

/// Whom an issuer says that it has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The issuer's own id of the person (`sub`); never changes, and means nothing at another issuer.
    pub subject: String,
    /// The address, as the issuer has it.
    pub email: Option<String>,
    /// The issuer says that the address is the person's own. Silence is no.
    pub email_verified: bool,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// The whole name, as it is shown.
    pub name: Option<String>,
}

/// What the issuer knows us as.
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    /// `client_id`.
    pub client_id: &'a str,
    /// `client_secret`.
    pub client_secret: &'a str,
    /// Where the issuer sends people back to; registered there, letter for letter.
    pub redirect_uri: &'a str,
}

/// What one sign-in begins with. Each is at least 32 random bytes in base64url, made for this sign-in.
#[derive(Clone, Copy)]
pub struct Begin<'a> {
    /// Comes back with the answer and binds it to the browser.
    pub state: &'a str,
    /// Comes back inside the ID token.
    pub nonce: &'a str,
    /// The PKCE verifier, which only we know (RFC 7636, 4.1).
    pub verifier: &'a str,
}

/// What one sign-in comes back with.
#[derive(Clone, Copy)]
pub struct Return<'a> {
    /// The code to exchange.
    pub code: &'a str,
    /// The nonce it began with.
    pub nonce: &'a str,
    /// The verifier it began with.
    pub verifier: &'a str,
}

/// Why a sign-in did not work. The text is for whoever set the provider up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The issuer did not answer, or not in time; it may later.
    Unreachable(String),
    /// The issuer, or our own guard, said no.
    Refused(String),
    /// The issuer answered something that must not be believed.
    Invalid(String),
}

impl Failure {
    /// One word for logs and answers: `unreachable`, `refused` or `invalid`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Refused(_) => "refused",
            Self::Invalid(_) => "invalid",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(text) | Self::Refused(text) | Self::Invalid(text) => {
                f.write_str(text)
            }
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Debug for Registration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client that may connect where `reach` allows.
    pub fn new(reach: Reach) -> Result<Self, Failure> {
        Ok(Self {
            fetch: Fetch::new(reach)?,
            issuers: Issuers::new(),
        })
    }

    /// What an issuer says of itself, at most five minutes old. `now` is machine time.
    pub async fn discover(&self, issuer: &str, now: Millis) -> Result<Arc<Metadata>, Failure> {
        self.issuers.of(issuer).metadata(&self.fetch, now).await
    }

    /// Reads what an issuer says of itself and its keys anew, to judge whether sign-in can work at all.
    pub async fn inspect(&self, issuer: &str, now: Millis) -> Result<Arc<Metadata>, Failure> {
        let issuer = self.issuers.renew(issuer);
        let metadata = issuer.metadata(&self.fetch, now).await?;
        issuer.keys(&self.fetch, &metadata, now).await?;
        Ok(metadata)
    }

    /// Finishes a sign-in: exchanges the code, verifies the ID token, and asks for the address where the
    /// token does not tell it. `now` is machine time.
    pub async fn finish(
        &self,
        metadata: &Metadata,
        registration: &Registration<'_>,
        back: &Return<'_>,
        now: Millis,
    ) -> Result<Person, Failure> {
        let tokens = tokens::exchange(&self.fetch, metadata, registration, back).await?;
        let head = id_token::head(&tokens.id_token)?;
        let issuer = self.issuers.of(&metadata.issuer);
        let key = issuer.key(&self.fetch, metadata, &head, now).await?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: registration.client_id,
            nonce: back.nonce,
            now,
        };
        let mut person = id_token::verify(&tokens.id_token, &head, &key, &expected)?;
        if person.email.is_none()
            && let Some(endpoint) = &metadata.userinfo_endpoint
            && let Some(access) = &tokens.access_token
        {
            let told = tokens::user_info(&self.fetch, endpoint, access, &person.subject).await?;
            person.complete(told);
        }
        Ok(person)
    }
}

/// Where to send the browser: the code flow with `state`, `nonce` and an S256 challenge.
pub fn authorization_url(
    metadata: &Metadata,
    registration: &Registration<'_>,
    begin: &Begin<'_>,
) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begin.verifier.as_bytes()));
    let mut url = metadata.authorization_endpoint.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", registration.client_id)
        .append_pair("redirect_uri", registration.redirect_uri)
        .append_pair("scope", "openid email profile")
        .append_pair("state", begin.state)
        .append_pair("nonce", begin.nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    url.into()
}

impl Person {
    /// Fills in what was not told before.
    fn complete(&mut self, told: Self) {
        if self.email.is_none() {
            self.email = told.email;
            self.email_verified = told.email_verified;
        }
        self.given_name = self.given_name.take().or(told.given_name);
        self.family_name = self.family_name.take().or(told.family_name);
        self.name = self.name.take().or(told.name);
    }
}
