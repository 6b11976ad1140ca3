//! What every operation is handed: the open transaction, on whose behalf it runs, time and randomness.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Map, Value};

/// Fills a slice with random bytes.
pub(crate) type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// One call, while its transaction is open.
pub(crate) struct Context<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) scope: Scope,
    /// The account that the key belongs to; it differs from the scope's with `Stripe-Account`.
    pub(crate) platform: String,
    /// Business time, seconds.
    pub(crate) now: i64,
    pub(crate) random: &'a Random,
    /// Absent for what happens by itself, such as a renewal.
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// Where pages live, without a slash at the end.
    pub(crate) base: &'a str,
}

/// One side of one account: nothing is seen from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) live: bool,
}

/// What the caller gave to an operation.
pub(crate) struct Input {
    /// The variable pieces of the path, in order.
    pub(crate) ids: Vec<String>,
    pub(crate) params: Map<String, Value>,
}

impl Context<'_> {
    /// A new id: the prefix and 24 random letters and digits.
    pub(crate) fn id(&self, prefix: &str) -> String {
        letters(self.random, prefix, 24)
    }

    /// The same call at another moment.
    pub(crate) fn at(&self, now: i64) -> Self {
        Self {
            now,
            ..self.on(self.scope.clone())
        }
    }

    /// The same call on another account.
    pub(crate) fn on(&self, scope: Scope) -> Self {
        Self {
            db: self.db,
            scope,
            platform: self.platform.clone(),
            now: self.now,
            random: self.random,
            request_id: self.request_id.clone(),
            idempotency_key: self.idempotency_key.clone(),
            base: self.base,
        }
    }
}

impl Input {
    /// The first variable piece of the path; empty if there is none.
    pub(crate) fn id(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }

    /// A parameter that is there and not unset.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.params.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Value::as_bool)
    }

    /// A parameter, or null.
    pub(crate) fn or_null(&self, name: &str) -> Value {
        self.params.get(name).cloned().unwrap_or_default()
    }
}

/// A prefix and so many random letters and digits.
pub(crate) fn letters(random: &Random, prefix: &str, count: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Zz";
    let mut bytes = vec![0; count];
    random(&mut bytes);
    let letters = bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]));
    prefix.chars().chain(letters).collect()
}
