//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dream_domain::error::{Code, Result};
use dream_domain::id::{AuditId, KeyId};
use dream_domain::key::{Mode, SecretKey};
use dream_domain::project::EmailVerification;
use dream_domain::text::hex;
use dream_domain::time::Millis;
use dream_domain::user::Email;
use dream_providers::mail::Mailer;
use dream_providers::objects::Objects;
use dream_providers::oidc;
use dream_store::Db;
use dream_store::audit::Act;
use dream_store::customers::Customer;
use dream_store::keys::NewKey;
use dream_store::projects::Tenant;
use tokio::sync::{Notify, RwLock};

use crate::cache::Caches;
use crate::clock::Clock;
use crate::config::Config;
use crate::identity::keyring::Keyring;
use crate::identity::seal::MasterKey;
use crate::identity::verified::Tokens;
use crate::keys_used::KeysUsed;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::passwords::Hasher;
use crate::payments_provider::Payments;
use crate::pictures::Pictures;
use crate::random::Random;
use crate::rate::RateLimiter;

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
    /// What tells this process from others on the same database.
    pub(crate) process: String,
    /// The publishable key of the root project.
    pub root: Arc<str>,
    pub(crate) caches: Caches,
    pub(crate) keyring: Keyring,
    pub(crate) tokens: Tokens,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limiters,
    pub(crate) keys_used: KeysUsed,
    /// Wakes the sender of the outbox.
    pub(crate) outbox: Notify,
    /// Wakes the worker of the inbox.
    pub(crate) inbox: Notify,
    /// Held for reading by whoever is at events, so that the end can wait for them.
    pub(crate) at_events: Arc<RwLock<()>>,
    /// Wakes the worker that deletes and resets projects.
    pub(crate) works: Notify,
    /// The process stops: whoever waits for work that goes on is answered.
    pub(crate) is_ending: AtomicBool,
    /// Hands mails over; none where no relay is configured.
    pub(crate) mailer: Option<Mailer>,
    pub(crate) hasher: Hasher,
    pub(crate) web: Web,
    pub(crate) oidc: oidc::Client,
    pub(crate) payments: Payments,
    pub(crate) pictures: Pictures,
    /// Where uploads are kept.
    pub(crate) objects: Objects,
    pub(crate) https: bool,
    pub(crate) ready: AtomicBool,
}

/// One limiter per thing that is limited.
pub(crate) struct Limiters {
    pub(crate) users: RateLimiter,
    pub(crate) secret_keys: RateLimiter,
    pub(crate) failures: RateLimiter,
    pub(crate) accounts: RateLimiter,
    pub(crate) attempts: RateLimiter,
    pub(crate) registrations: RateLimiter,
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
    /// The built pages.
    pub web: Web,
}

/// A file of the built pages: its bytes and its media type.
pub type WebFile = (&'static [u8], &'static str);

/// The built pages, handed down by the binary.
#[derive(Clone, Copy, Debug)]
pub struct Web {
    /// The document of every page; holds `<!--context-->` where the page's facts go.
    pub index: &'static str,
    /// A file of the pages by its name.
    pub file: fn(&str) -> Option<WebFile>,
}

impl App {
    /// Puts the parts together: makes the root project and the first signing key if they are missing.
    pub async fn new(parts: Parts) -> Result<Self> {
        let Parts {
            db,
            config,
            clock,
            random,
            master,
            log,
            web,
        } = parts;
        let root = crate::root::ensure(&db, &random, &clock).await?;
        let keyring = Keyring::empty();
        keyring.load(&db, &master, &random, clock.machine()).await?;
        let hasher = Hasher::new(random.clone());
        let relay = config.mail.relay.as_ref();
        let mailer = relay.map(|relay| Mailer::new(relay.0.clone()));
        let oidc = sign_in_client(&config)?;
        let objects = objects(&config)?;
        let payments = Payments::new(&config)?;
        let https = config.public_url.starts_with("https://");
        let inner = Inner {
            db,
            process: hex(&random.bytes::<8>()),
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
            limits: Limiters {
                users: RateLimiter::new(),
                secret_keys: RateLimiter::new(),
                failures: RateLimiter::new(),
                accounts: RateLimiter::new(),
                attempts: RateLimiter::new(),
                registrations: RateLimiter::new(),
            },
            keys_used: KeysUsed::default(),
            outbox: Notify::new(),
            inbox: Notify::new(),
            at_events: Arc::default(),
            works: Notify::new(),
            is_ending: AtomicBool::new(false),
            mailer,
            hasher,
            web,
            oidc,
            payments,
            pictures: Pictures::new(),
            objects,
            ready: AtomicBool::new(false),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Everything is in place: `/ready` may say so.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// Whether everything is in place.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// A message was put into the outbox: it need not wait for the next look.
    pub(crate) fn wake_outbox(&self) {
        self.outbox.notify_one();
    }

    /// When a new end user of a project has to show that an address is theirs; developers always first.
    pub(crate) fn email_verification(&self, tenant: &Tenant) -> EmailVerification {
        if **tenant.scope.tenant() == *self.root {
            EmailVerification::Required
        } else {
            tenant.email_verification()
        }
    }

    /// Whether tokens may stand in addresses; never those of developers (rules 4).
    pub(crate) fn legacy_token(&self, tenant: &Tenant) -> bool {
        **tenant.scope.tenant() != *self.root && tenant.legacy_token()
    }

    /// Whether a developer runs this server: by a verified address that the settings name (rules 4).
    pub(crate) fn is_operator(&self, developer: &Customer) -> bool {
        let folded = |text: &str| Email::parse(text).ok().map(|email| email.folded());
        let Some(own) = developer.email.as_deref().and_then(folded) else {
            return false;
        };
        let mut operators = self.config.operators.iter();
        developer.email_verified && operators.any(|named| folded(named).as_ref() == Some(&own))
    }

    /// Business time now.
    pub fn now(&self) -> Millis {
        self.clock.business()
    }

    /// A fresh secret key: what is stored of it, and the secret for the one answer that shows it.
    pub fn new_key(&self, mode: Mode, label: &str) -> (NewKey, SecretKey) {
        let secret = self.random.secret_key(mode);
        let key = NewKey {
            id: KeyId::new(self.now(), self.random.bytes()),
            hash: secret.hash(),
            last_four: secret.last_four().to_owned(),
            label: label.to_owned(),
        };
        (key, secret)
    }

    /// A record of an administrative act, for the transaction that does it.
    pub fn act<'a>(
        &self,
        actor: &'a str,
        action: &'static str,
        subject: &'a str,
        detail: &serde_json::Value,
    ) -> Act<'a> {
        let at = self.now();
        Act {
            id: AuditId::new(at, self.random.bytes()),
            at,
            actor,
            action,
            subject,
            detail: detail.to_string(),
        }
    }
}

/// The client of every sign-in provider. Developers name issuers, so in production it reaches public
/// addresses only.
fn sign_in_client(config: &Config) -> Result<oidc::Client> {
    let reach = if config.is_development() {
        oidc::Reach::PublicAndLoopback
    } else {
        oidc::Reach::Public
    };
    oidc::Client::new(reach).map_err(|e| {
        Code::Internal
            .error("The client of sign-in providers could not be made")
            .because(e)
    })
}

fn objects(config: &Config) -> Result<Objects> {
    Objects::open(&config.assets.0).map_err(|e| {
        Code::StorageUnavailable
            .error("The place for uploads cannot be opened")
            .because(e)
    })
}
