//! What the server needs to know, handed down by the binary in one piece.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use dream_providers::mail::Relay;
use dream_providers::objects::{Bucket, Place};
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
    /// Where this machine reaches us, without a trailing slash.
    pub local_url: String,
    /// The sandbox that stands in for the payment provider in development.
    pub sandbox: Option<Sandbox>,
    /// Who takes payments.
    pub payments: Payments,
    /// How stores sell.
    pub store: Store,
    /// The point of [`crate::faults::ALL`] at which the process ends itself; development only.
    pub fault: Option<String>,
    /// Whether demo projects get sample data.
    pub demo_sample: bool,
    /// Where files lie.
    pub data_dir: PathBuf,
    /// Where uploads are kept.
    pub assets: Uploads,
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

/// The sandbox of development.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// Where it answers, without a trailing slash.
    pub url: String,
    /// Whether this process runs it, so that it follows our clock at once.
    pub is_ours: bool,
}

/// Who takes payments in each mode; without one the mode takes none.
#[derive(Clone, Debug)]
pub struct Payments {
    /// Real money.
    pub live: Option<PaymentMode>,
    /// No real money.
    pub test: Option<PaymentMode>,
    /// What developers pay for the platform's paid plan; none: the platform is free for them.
    pub price_id: Option<String>,
    /// How long a plan goes on when its renewal could not be paid, in milliseconds.
    pub grace_ms: i64,
}

/// How stores sell.
#[derive(Clone, Copy, Debug)]
pub struct Store {
    /// How long an order can be paid; the payment provider wants 30 minutes at least.
    pub checkout: Duration,
    /// How much longer it holds its stock, so that a payment of the last moment finds it.
    pub hold: Duration,
}

/// The payment provider in one mode; shows no secret.
#[derive(Clone)]
pub struct PaymentMode {
    /// Base of its API.
    pub api_base: String,
    /// Base of its pages to connect an account.
    pub connect_base: String,
    /// The platform's key.
    pub secret_key: Zeroizing<String>,
    /// Who the platform is to those who connect an account; none: nobody can.
    pub client_id: Option<String>,
    /// What proves the platform then; none: the secret key.
    pub client_secret: Option<Zeroizing<String>>,
    /// Sign events of connected accounts; any of them is right.
    pub webhook_secrets: Vec<Zeroizing<String>>,
    /// Sign events of the platform's own account; any of them is right.
    pub platform_webhook_secrets: Vec<Zeroizing<String>>,
    /// Whether it is the sandbox, whose webhook secrets are made when the server starts.
    pub is_sandbox: bool,
}

impl std::fmt::Debug for PaymentMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaymentMode")
            .field("api_base", &self.api_base)
            .field("connect_base", &self.connect_base)
            .field("client_id", &self.client_id)
            .field("is_sandbox", &self.is_sandbox)
            .finish_non_exhaustive()
    }
}

/// Where uploads are kept; shows no secret.
#[derive(Clone, Debug)]
pub struct Uploads(pub(crate) Place);

impl Uploads {
    /// In a folder, which is made if it is not there.
    pub fn folder(folder: PathBuf) -> Self {
        Self(Place::Folder(folder))
    }

    /// In a bucket, under names that begin with `prefix`. Without an endpoint it is one of AWS; `key` is the id of an
    /// access key and its secret.
    pub fn bucket(
        name: &str,
        prefix: &str,
        endpoint: Option<&str>,
        region: &str,
        key: (String, Zeroizing<String>),
    ) -> Self {
        let (access_key_id, secret_access_key) = key;
        Self(Place::Bucket(Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: endpoint.map(str::to_owned),
            region: region.to_owned(),
            access_key_id,
            secret_access_key,
        }))
    }
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
    /// Unpaid orders that may hold stock of a project for one address.
    pub unpaid_orders_per_network: u32,
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
