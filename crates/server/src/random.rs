//! Randomness is handed down from the binary, so that nothing takes it from the air.

use std::sync::Arc;

use dream_domain::key::{Mode, PublishableKey, SecretKey};

/// Fills a buffer with random bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// A source of random bytes fit for keys.
#[derive(Clone)]
pub struct Random {
    fill: Arc<Fill>,
}

impl Random {
    /// Wraps the machine's generator.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self {
            fill: Arc::new(fill),
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.fill)(&mut bytes);
        bytes
    }

    /// A fresh secret key.
    pub fn secret_key(&self, mode: Mode) -> SecretKey {
        SecretKey::generate(mode, &mut |bytes| (self.fill)(bytes))
    }

    /// A fresh publishable key.
    pub fn publishable_key(&self, mode: Mode) -> PublishableKey {
        PublishableKey::generate(mode, &mut |bytes| (self.fill)(bytes))
    }
}
