//! Passwords are hashed on a bounded pool, so that signing in never starves the rest.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use dream_domain::error::{Code, Error, Result};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::random::Random;

/// Memory in KiB, passes and lanes (OWASP Password Storage Cheat Sheet, argon2id).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Who may wait for a turn; about two seconds of work on one core.
const WAITING_MAX: usize = 64;

/// Hashes passwords, a few at a time.
pub(crate) struct Hasher {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    random: Random,
    /// What an unknown account is compared with, so that it takes as long as a known one.
    nobody: OnceLock<String>,
}

impl Hasher {
    /// Uses half of the processor's cores, at least one.
    pub(crate) fn new(random: Random) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            turns: Arc::new(Semaphore::new((cores / 2).max(1))),
            waiting: AtomicUsize::new(0),
            random,
            nobody: OnceLock::new(),
        }
    }

    /// The hash of a new password, in PHC form.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let salt: [u8; 16] = self.random.bytes();
        let password = Zeroizing::new(password.to_owned());
        self.work(move || hash(&password, &salt)).await?
    }

    /// Whether this is the password of a stored hash. Without one the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool> {
        let known = phc.is_some();
        let phc = match phc {
            Some(phc) => phc.to_owned(),
            None => self.nobody().await?,
        };
        let password = Zeroizing::new(password.to_owned());
        let right = self
            .work(move || {
                let parsed = PasswordHash::new(&phc).map_err(|e| failed().because(e))?;
                let tried = argon2()?.verify_password(password.as_bytes(), &parsed);
                Ok::<_, Error>(tried.is_ok())
            })
            .await??;
        Ok(right && known)
    }

    async fn nobody(&self) -> Result<String> {
        if let Some(phc) = self.nobody.get() {
            return Ok(phc.clone());
        }
        let phc = self.hash("the password of nobody").await?;
        Ok(self.nobody.get_or_init(|| phc).clone())
    }

    /// Runs `job` when its turn comes; refuses when too many wait.
    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = Place::take(&self.waiting)?;
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Code::ShuttingDown.error("The server is stopping"))?;
        drop(place);
        let done = tokio::task::spawn_blocking(move || {
            let result = job();
            drop(turn);
            result
        });
        done.await.map_err(|e| failed().because(e))
    }
}

/// A place in the queue; given back however the wait ends.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::AcqRel) >= WAITING_MAX {
            return Err(Code::Overloaded
                .error("Too many people sign in at this moment; retry in a second")
                .with("retryAfter", 1));
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn hash(password: &str, salt: &[u8]) -> Result<String> {
    let hash = argon2()?.hash_password_with_salt(password.as_bytes(), salt);
    Ok(hash.map_err(|e| failed().because(e))?.to_string())
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| failed().because(e))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed() -> Error {
    Code::Internal.error("The password could not be hashed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::new(Random::new(|bytes| bytes.fill(7)))
    }

    #[tokio::test]
    async fn only_the_exact_password_is_right() {
        let hasher = hasher();
        let base = "a".repeat(72);
        let phc = hasher.hash(&format!("{base}b")).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            hasher
                .verify(&format!("{base}b"), Some(&phc))
                .await
                .unwrap()
        );
        for wrong in [
            format!("{base}c"),
            base.clone(),
            format!("{base}b\0"),
            String::new(),
        ] {
            assert!(!hasher.verify(&wrong, Some(&phc)).await.unwrap());
        }
        let nul = hasher.hash("left\0right").await.unwrap();
        assert!(!hasher.verify("left\0wrong", Some(&nul)).await.unwrap());
        assert!(!hasher.verify("the password of nobody", None).await.unwrap());
    }
}
