//! The settings as the rest of the program takes them: typed, checked, grouped as in the file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use dream_server::config::SmtpUrl;
use url::Url;

use super::address::{Cidr, DatabaseUrl, WebUrl};
use super::assets::Assets;
use super::secret::{MasterKey, Secret};

/// Every setting. What each means and why its default is what it is stands in `dream-api.default.toml`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `env`
    pub(crate) environment: Environment,
    /// Port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// None: `http://` and the listen address; see [`Settings::public_url_at`].
    pub(crate) public_url: Option<WebUrl>,
    /// Relative to the working directory, or absolute.
    pub(crate) data_dir: PathBuf,
    /// `database_url`, already with its default inside the data folder.
    pub(crate) database: DatabaseUrl,
    /// None: made in the data folder in development (rules 23).
    pub(crate) master_key: Option<MasterKey>,
    /// None: the built-in dashboard at the public URL.
    pub(crate) frontend_url: Option<WebUrl>,
    /// `assets_url` and `[assets]`
    pub(crate) assets: Assets,
    /// `smtp://…` or `smtps://…`; None: no mail leaves.
    pub(crate) smtp_url: Option<SmtpUrl>,
    /// The point at which the process ends itself; for tests.
    pub(crate) fault: Option<String>,
    /// Whether demo projects get sample data.
    pub(crate) demo_sample: bool,
    /// `[mail]`
    pub(crate) mail: Mail,
    /// `[google]`
    pub(crate) google: Google,
    /// `sandbox.listen`; port 0 takes a free one.
    pub(crate) sandbox_listen: SocketAddr,
    /// `[stripe]`
    pub(crate) stripe: Stripe,
    /// `clerk.api_base`
    pub(crate) clerk_api_base: WebUrl,
    /// `[clerk]`: end users.
    pub(crate) clerk: Clerk,
    /// `[clerk_developers]`
    pub(crate) clerk_developers: Clerk,
    /// `operator.emails`, in lower case.
    pub(crate) operator_emails: Vec<String>,
    /// `metrics.token`; None: open in development, 404 in production (rules 12).
    pub(crate) metrics_token: Option<Secret>,
    /// `[log]`
    pub(crate) log: Log,
    /// `[limits]`
    pub(crate) limits: Limits,
    /// `[http]`
    pub(crate) http: Http,
    /// `[tokens]`
    pub(crate) tokens: Tokens,
    /// `[usage]`
    pub(crate) usage: Usage,
    /// `billing.grace_days`: how long a payment may be late before its plan ends.
    pub(crate) grace_days: u32,
    /// `[store]`
    pub(crate) store: Store,
    /// `database.pool_size`, at least 1.
    pub(crate) database_pool_size: u32,
}

/// The kind of installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Environment {
    /// Demo data, sandbox, development doors; loopback only.
    Development,
    /// Refuses to start with anything unsafe.
    Production,
}

/// How stores sell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Store {
    /// How long an order can be paid.
    pub(crate) checkout_minutes: u32,
    /// How much longer it holds its stock.
    pub(crate) hold_minutes: u32,
}

/// Who mails come from.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    /// None: see [`Settings::mail_from`].
    pub(crate) from_address: Option<String>,
    /// One line.
    pub(crate) from_name: String,
}

/// Sign-in with Google for all projects; off unless both parts of the client are set.
#[derive(Debug, Clone)]
pub(crate) struct Google {
    /// `….apps.googleusercontent.com`
    pub(crate) client_id: Option<String>,
    /// Of that client.
    pub(crate) client_secret: Option<Secret>,
    /// Google's own in production.
    pub(crate) issuer: WebUrl,
}

/// How Stripe is reached.
#[derive(Debug, Clone)]
pub(crate) struct Stripe {
    /// Base of the API.
    pub(crate) api_base: WebUrl,
    /// Base of the Connect pages.
    pub(crate) connect_base: WebUrl,
    /// Live mode.
    pub(crate) live: StripeMode,
    /// Test mode.
    pub(crate) test: StripeMode,
    /// What developers pay for the paid plan; None: the platform is free for them.
    pub(crate) price_id: Option<String>,
}

/// One mode of Stripe. Without a secret key the mode does not use Stripe (rules 23).
#[derive(Debug, Clone)]
pub(crate) struct StripeMode {
    /// `sk_…` or `rk_…` of this mode.
    pub(crate) secret_key: Option<Secret>,
    /// `ca_…`
    pub(crate) client_id: Option<String>,
    /// None: the secret key.
    pub(crate) client_secret: Option<Secret>,
    /// Signing secrets of the Connect webhook; any of them is right.
    pub(crate) webhook_secrets: Vec<Secret>,
    /// Signing secrets of the platform's own webhook; any of them is right.
    pub(crate) platform_webhook_secrets: Vec<Secret>,
}

/// The Clerk apps of one realm.
#[derive(Debug, Clone)]
pub(crate) struct Clerk {
    /// Live mode.
    pub(crate) live: ClerkMode,
    /// Test mode.
    pub(crate) test: ClerkMode,
}

/// One Clerk app. Without a secret key the mode uses the built-in identity.
#[derive(Debug, Clone)]
pub(crate) struct ClerkMode {
    /// `sk_…` of this mode.
    pub(crate) secret_key: Option<Secret>,
    /// `pk_…` of this mode.
    pub(crate) publishable_key: Option<String>,
    /// `whsec_…`; None: webhooks are refused.
    pub(crate) webhook_secret: Option<Secret>,
    /// PEM; None: fetched.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by sign-in with Clerk, a later part")
    )]
    pub(crate) jwt_key: Option<String>,
}

/// What is logged and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    /// The least important level written.
    pub(crate) level: LogLevel,
    /// The form of a line.
    pub(crate) format: LogFormat,
}

/// Levels from rare to chatty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogLevel {
    /// What somebody must look at.
    Error,
    /// What will need a look if it goes on.
    Warn,
    /// One line per request.
    Info,
    /// How a request was decided.
    Debug,
    /// Everything.
    Trace,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Bounds on callers. The `per_minute` ones, `connections` and `requests_in_flight` are off at 0 (rules 31).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Calls of a user with a token.
    pub(crate) per_user_per_minute: u32,
    /// Calls with one secret key.
    pub(crate) per_secret_key_per_minute: u32,
    /// Wrong keys, passwords and codes from one address.
    pub(crate) failed_authentication_per_minute: u32,
    /// Passwords and codes tried at one account.
    pub(crate) sign_in_per_account_per_minute: u32,
    /// Mails with a code or link to one address.
    pub(crate) codes_per_address_per_hour: u32,
    /// Links for new developers asked for from one address.
    pub(crate) registrations_per_network_per_hour: u32,
    /// Unpaid orders that hold stock for one address.
    pub(crate) unpaid_orders_per_network: u32,
    /// Answers kept for replay until folded.
    pub(crate) idempotency_entries: u32,
    /// Counting calls that may wait.
    pub(crate) usage_queue: u32,
    /// Open connections.
    pub(crate) connections: u32,
    /// Requests worked on at once.
    pub(crate) requests_in_flight: u32,
}

/// Time-outs and bounds of the HTTP server.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Until the headers are complete.
    pub(crate) header_timeout: Duration,
    /// Until the body is complete.
    pub(crate) body_timeout: Duration,
    /// Between two requests of a connection.
    pub(crate) idle_timeout: Duration,
    /// For running requests once the server stops.
    pub(crate) shutdown_timeout: Duration,
    /// Whose forwarded headers are believed.
    pub(crate) trusted_proxies: Vec<Cidr>,
    /// The largest JSON or webhook body, in bytes.
    pub(crate) max_body_bytes: usize,
}

/// Lives of tokens and keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens {
    /// A user token whose maker named no time.
    pub(crate) user_token: Duration,
    /// The token of a signed-in person.
    pub(crate) access_token: Duration,
    /// The token that older clients get in the address.
    pub(crate) legacy_token: Duration,
    /// Until a person has to sign in again, in days.
    pub(crate) session_days: u32,
    /// An old key after its rotation.
    pub(crate) key_rotation_overlap: Duration,
}

/// How counts are folded and kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Between two folds.
    pub(crate) fold: Duration,
    /// Usage per user and day, in days.
    pub(crate) day_retention_days: u32,
    /// Usage per project and day, in days.
    pub(crate) tenant_day_retention_days: u32,
}

impl Settings {
    /// The address users reach, once the server knows its own.
    pub(crate) fn public_url_at(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().to_owned(),
            None => local_url(bound),
        }
    }

    /// The address mails come from. A host without a name of its own is called `localhost`.
    pub(crate) fn mail_from(&self, public_url: &str) -> String {
        let host = || {
            let url = Url::parse(public_url).ok()?;
            url.domain().map(str::to_owned)
        };
        match &self.mail.from_address {
            Some(address) => address.clone(),
            None => format!("no-reply@{}", host().unwrap_or("localhost".to_owned())),
        }
    }
}

/// Where this machine reaches a server that listens there. "Every address" is told as loopback, which a browser on this
/// machine can open.
pub(crate) fn local_url(bound: SocketAddr) -> String {
    let host = match bound {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    format!("http://{host}:{}", bound.port())
}

impl LogLevel {
    /// The level's name, as the log filter takes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}
