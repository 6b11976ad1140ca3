//! What the server needs to know, handed down by the binary in one piece.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Limits.
    pub limits: Limits,
    /// Time-outs and sizes of HTTP.
    pub http: Http,
    /// How long a minted user token lives by default.
    pub user_token: Duration,
    /// How long a rotated signing key still verifies.
    pub key_overlap: Duration,
    /// How long a rotated secret key still works.
    pub secret_overlap: Duration,
    /// Retention of use by day of single users.
    pub user_days: i64,
    /// Retention of use by day of tenants.
    pub tenant_days: i64,
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
}
