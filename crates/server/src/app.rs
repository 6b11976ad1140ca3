//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::id::AuditId;
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::audit::Act;

use crate::cache::Caches;
use crate::clock::Clock;
use crate::config::Config;
use crate::http::log::Log;
use crate::http::metrics::Metrics;
use crate::http::rate::RateLimiter;
use crate::identity::keyring::Keyring;
use crate::identity::seal::MasterKey;
use crate::identity::tokens::Tokens;
use crate::random::Random;
use crate::routes;
use crate::worker::keys_used::KeysUsed;

/// The running server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// The parts of an [`App`].
pub struct Inner {
    /// The database.
    pub db: Db,
    /// What the server was told.
    pub config: Config,
    /// Machine time and business time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Encrypts secrets at rest.
    pub master: MasterKey,
    /// The log.
    pub log: Log,
    /// The publishable key of the root project.
    pub root: Arc<str>,
    pub(crate) caches: Caches,
    pub(crate) keyring: Keyring,
    pub(crate) tokens: Tokens,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limiters,
    pub(crate) keys_used: KeysUsed,
    pub(crate) https: bool,
    pub(crate) cross_origin_paths: Vec<String>,
}

/// One limiter per thing that is limited.
pub(crate) struct Limiters {
    pub(crate) users: RateLimiter,
    pub(crate) secret_keys: RateLimiter,
    pub(crate) failures: RateLimiter,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The database, open.
    pub db: Db,
    /// What the server is told.
    pub config: Config,
    /// The same clock the database was opened with.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Encrypts secrets at rest.
    pub master: MasterKey,
    /// The log.
    pub log: Log,
}

impl App {
    /// Puts the parts together: makes the root project and the first signing key if they are missing.
    pub async fn new(parts: Parts) -> Result<Self> {
        let Parts { db, config, clock, random, master, log } = parts;
        let root = crate::projects::root::ensure(&db, &random, &clock).await?;
        let keyring = Keyring::empty();
        keyring.load(&db, &master, &random, clock.machine()).await?;
        let https = config.public_url.starts_with("https://");
        let inner = Inner {
            db,
            https,
            config,
            clock,
            random,
            master,
            log,
            root,
            keyring,
            caches: Caches::new(),
            tokens: Tokens::new(),
            metrics: Metrics::new(),
            limits: Limiters { users: RateLimiter::new(), secret_keys: RateLimiter::new(), failures: RateLimiter::new() },
            keys_used: KeysUsed::default(),
            cross_origin_paths: routes::cross_origin_paths(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Business time now.
    pub fn now(&self) -> Millis {
        self.clock.business()
    }

    /// A record of an administrative act, for the transaction that does it.
    pub fn act<'a>(&self, actor: &'a str, action: &'static str, subject: &'a str, detail: &serde_json::Value) -> Act<'a> {
        let at = self.now();
        Act { id: AuditId::new(at, self.random.bytes()), at, actor, action, subject, detail: detail.to_string() }
    }
}
