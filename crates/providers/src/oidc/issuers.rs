//! What is remembered of issuers: documents and keys, never those of one for another.

use std::collections::HashMap;
use std::sync::Arc;

use dream_domain::time::Millis;
use jsonwebtoken::DecodingKey;
use parking_lot::Mutex;

use crate::oidc::Failure;
use crate::oidc::fetch::Fetch;
use crate::oidc::id_token::Head;
use crate::oidc::keys::Keys;
use crate::oidc::metadata::{self, Metadata};

/// How long a document or key set is used without asking again: five minutes.
const FRESH_MS: i64 = 300_000;
/// How long an old key set is used when a new one cannot be had: a day.
const STALE_MS: i64 = 86_400_000;
/// Between two questions that bring nothing, such as for a key that is not there: ten seconds.
const FLOOR_MS: i64 = 10_000;
/// Issuers remembered; beyond that all are forgotten, which costs each one fetch.
const ISSUERS_MAX: usize = 1000;

/// Every issuer that was asked.
pub(super) struct Issuers {
    known: Mutex<HashMap<String, Arc<Issuer>>>,
}

/// One issuer. Its locks are held while it is asked, so that many sign-ins at once ask once; a failure
/// counts for all of them too, so that none waits for the time-outs of others.
pub(super) struct Issuer {
    name: String,
    metadata: tokio::sync::Mutex<Option<Asked>>,
    keys: tokio::sync::Mutex<KeyCache>,
}

/// What became of a question, and when it was asked.
type Asked = (Millis, Result<Arc<Metadata>, Failure>);

#[derive(Default)]
struct KeyCache {
    /// The last good set, when it came, and from where.
    good: Option<(Millis, String, Keys)>,
    /// When a set was last asked for, and what went wrong.
    asked: Option<(Millis, Option<Failure>)>,
}

impl Issuers {
    pub(super) fn new() -> Self {
        Self {
            known: Mutex::default(),
        }
    }

    pub(super) fn of(&self, issuer: &str) -> Arc<Issuer> {
        let mut known = self.known.lock();
        if known.len() >= ISSUERS_MAX && !known.contains_key(issuer) {
            known.clear();
        }
        let fresh = || Arc::new(Issuer::new(issuer));
        known.entry(issuer.to_owned()).or_insert_with(fresh).clone()
    }

    /// The issuer with nothing remembered of it.
    pub(super) fn renew(&self, issuer: &str) -> Arc<Issuer> {
        self.known.lock().remove(issuer);
        self.of(issuer)
    }
}

impl Issuer {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            metadata: tokio::sync::Mutex::default(),
            keys: tokio::sync::Mutex::default(),
        }
    }

    pub(super) async fn metadata(
        &self,
        fetch: &Fetch,
        now: Millis,
    ) -> Result<Arc<Metadata>, Failure> {
        let mut cached = self.metadata.lock().await;
        if let Some((at, outcome)) = &*cached {
            let age = if outcome.is_ok() { FRESH_MS } else { FLOOR_MS };
            if is_within(*at, now, age) {
                return outcome.clone();
            }
        }
        let outcome = metadata::fetch(fetch, &self.name).await.map(Arc::new);
        *cached = Some((now, outcome.clone()));
        outcome
    }

    /// Makes sure that there are keys.
    pub(super) async fn keys(
        &self,
        fetch: &Fetch,
        metadata: &Metadata,
        now: Millis,
    ) -> Result<(), Failure> {
        let mut cache = self.keys.lock().await;
        cache.refresh(fetch, metadata, now).await
    }

    /// The key of a token: asks again for one that is not there, but not all the time.
    pub(super) async fn key(
        &self,
        fetch: &Fetch,
        metadata: &Metadata,
        head: &Head,
        now: Millis,
    ) -> Result<DecodingKey, Failure> {
        let mut cache = self.keys.lock().await;
        cache.refresh(fetch, metadata, now).await?;
        if let Some(key) = cache.find(head) {
            return Ok(key);
        }
        if !cache.asked_at(now) {
            cache.ask(fetch, metadata, now).await?;
        }
        let missing =
            || Failure::Invalid("The issuer has no key of the ID token's name".to_owned());
        cache.find(head).ok_or_else(missing)
    }
}

impl KeyCache {
    fn find(&self, head: &Head) -> Option<DecodingKey> {
        self.good.as_ref().and_then(|(_, _, keys)| keys.find(head))
    }

    /// Asks if what is there is too old. An old set outlives a new one that cannot be had or believed.
    async fn refresh(
        &mut self,
        fetch: &Fetch,
        metadata: &Metadata,
        now: Millis,
    ) -> Result<(), Failure> {
        let place = metadata.jwks_uri.as_str();
        let age = self.good.as_ref().filter(|(_, from, _)| from == place);
        let age = age.map(|(at, _, _)| *at);
        if age.is_some_and(|at| is_within(at, now, FRESH_MS)) {
            return Ok(());
        }
        let usable = age.is_some_and(|at| is_within(at, now, STALE_MS));
        if self.asked_at(now) {
            let failure = self.asked.as_ref().and_then(|(_, failure)| failure.clone());
            return match failure.filter(|_| !usable) {
                Some(failure) => Err(failure),
                None if usable => Ok(()),
                None => self.ask(fetch, metadata, now).await,
            };
        }
        match self.ask(fetch, metadata, now).await {
            Err(failure) if usable => {
                tracing::warn!(issuer = metadata.issuer, %failure, "an issuer's old keys are kept");
                Ok(())
            }
            outcome => outcome,
        }
    }

    async fn ask(
        &mut self,
        fetch: &Fetch,
        metadata: &Metadata,
        now: Millis,
    ) -> Result<(), Failure> {
        let read = async || Keys::parse(&fetch.document("key set", &metadata.jwks_uri).await?);
        match read().await {
            Ok(keys) => {
                self.asked = Some((now, None));
                self.good = Some((now, metadata.jwks_uri.to_string(), keys));
                Ok(())
            }
            Err(failure) => {
                self.asked = Some((now, Some(failure.clone())));
                Err(failure)
            }
        }
    }

    /// Whether a set was asked for just now.
    fn asked_at(&self, now: Millis) -> bool {
        let asked = self.asked.as_ref();
        asked.is_some_and(|(at, _)| is_within(*at, now, FLOOR_MS))
    }
}

/// Whether `at` lies less than `age` from `now`; a little after it too, since many ask at once, each with
/// a `now` of its own.
fn is_within(at: Millis, now: Millis, age_ms: i64) -> bool {
    now.0.saturating_sub(at.0).saturating_abs() < age_ms
}
