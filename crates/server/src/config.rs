//! What the server needs to know, handed down by the binary in one piece.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use dream_providers::mail::Relay;
use zeroize::Zeroizing;

/// Development shows its doors and demo data; production refuses what is unsafe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On one's own machine.
    Development,
    /// In front of customers.
    Production,
}

/// A network of a proxy whose `X-Forwarded-For` is believed.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// Its address.
    pub address: IpAddr,
    /// How many leading bits count.
    pub bits: u8,
}

/// Everything the server is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Development or production.
    pub environment: Environment,
    /// Where the outside reaches us, without a trailing slash; also the issuer of tokens.
    pub public_url: String,
    /// Where the sandbox will answer; told to newcomers in demo.json.
    pub sandbox_url: String,
    /// Where files lie.
    pub data_dir: PathBuf,
    /// Verified e-mails of those who run this server.
    pub operators: Vec<String>,
    /// Opens `/metrics` in production.
    pub metrics_token: Option<String>,
    /// How mail leaves.
    pub mail: Mail,
    /// Sign-in with Google for all projects.
    pub google: Google,
    /// Limits.
    pub limits: Limits,
    /// Time-outs and sizes of HTTP.
    pub http: Http,
    /// How long a minted user token lives by default.
    pub user_token: Duration,
    /// How long the token of a signed-in person lives.
    pub access_token: Duration,
    /// How long the token lives that older clients get in the address.
    pub legacy_token: Duration,
    /// How long a sign-in lasts.
    pub session: Duration,
    /// How long a rotated signing key still verifies.
    pub key_overlap: Duration,
    /// How long a rotated secret key still works.
    pub secret_overlap: Duration,
    /// Retention of use by day of single users.
    pub user_days: i64,
    /// Retention of use by day of tenants.
    pub tenant_days: i64,
}

/// Sign-in with Google for all projects; shows no secret.
#[derive(Clone)]
pub struct Google {
    /// Google's own in production.
    pub issuer: String,
    /// Id and secret of the client; none: only projects with a client of their own offer it.
    pub client: Option<(String, Zeroizing<String>)>,
}

impl std::fmt::Debug for Google {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Google")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client.as_ref().map(|(id, _)| id))
            .finish_non_exhaustive()
    }
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct Mail {
    /// None: no mail leaves; development keeps mails and shows them.
    pub relay: Option<SmtpUrl>,
    /// Stands as the sender of every mail.
    pub from_address: String,
    /// The name of the platform in its mails to developers.
    pub from_name: String,
}

/// `smtps://user:password@host:465` or `smtp://user:password@host:587`; shows neither user nor password.
#[derive(Clone, Debug)]
pub struct SmtpUrl(pub(crate) Relay);

impl SmtpUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, to follow the name of the setting.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        Relay::parse(text).map(Self)
    }
}

/// Limits; 0 turns one off.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Calls a minute of a user who calls with a token.
    pub per_user_per_minute: u32,
    /// Calls a minute of a secret key.
    pub per_secret_key_per_minute: u32,
    /// Failed authentications a minute of an address.
    pub failed_authentication_per_minute: u32,
    /// Passwords and codes tried a minute at one account.
    pub sign_in_per_account_per_minute: u32,
    /// Mails with a code or link an hour to one address.
    pub codes_per_address_per_hour: u32,
    /// Links for new developers an hour that one address asks for.
    pub registrations_per_network_per_hour: u32,
    /// Connections at once.
    pub connections: usize,
    /// Requests at once before new ones are shed.
    pub requests_in_flight: usize,
}

/// Time-outs and sizes.
#[derive(Clone, Debug)]
pub struct Http {
    /// From the first byte of a request to the end of its head.
    pub header_timeout: Duration,
    /// For a body.
    pub body_timeout: Duration,
    /// For a connection that is kept open.
    pub idle_timeout: Duration,
    /// For requests that run when the server is told to stop.
    pub shutdown_timeout: Duration,
    /// Networks of proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// The largest JSON body, in bytes.
    pub body_max_bytes: usize,
}

impl Config {
    /// Whether the doors of development are open.
    pub fn is_development(&self) -> bool {
        self.environment == Environment::Development
    }

    /// Whether mails reach anyone: their receivers, or in development the page that shows them.
    pub fn can_mail(&self) -> bool {
        self.is_development() || self.mail.relay.is_some()
    }
}
