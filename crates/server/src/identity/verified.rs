//! Tokens that were verified, by their hash.

use std::sync::Arc;

use dream_domain::key::PublishableKey;
use quick_cache::sync::Cache;

/// Verified tokens remembered; what is used least leaves first.
const TOKENS_MAX: usize = 200_000;

/// A token that was verified.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) user: Arc<str>,
    pub(crate) session: Arc<str>,
    pub(crate) tenant: PublishableKey,
    pub(crate) expires: i64,
    /// The origin of the app it was given to; none if it may come from anywhere.
    pub(crate) origin: Option<Arc<str>>,
}

/// Verified tokens, and the versions their sessions were seen at.
pub(crate) struct Tokens {
    pub(crate) verified: Cache<[u8; 32], Arc<Verified>>,
    /// Sessions seen living, by hash of their token: the user's version at that moment.
    pub(crate) living: Cache<[u8; 32], (u16, u32)>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self {
            verified: Cache::new(TOKENS_MAX),
            living: Cache::new(TOKENS_MAX),
        }
    }
}
