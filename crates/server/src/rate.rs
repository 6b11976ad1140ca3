//! Rate limits by GCRA (the leaky bucket as a meter) in bounded memory.
//!
//! One number per key: the theoretical arrival time. A full minute's allowance may come at once and
//! refills evenly. When more keys are seen than fit, those seen least are forgotten, which can only let
//! one of them start afresh; the limit is never silently off.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dream_domain::time::Millis;
use quick_cache::sync::Cache;

/// Keys remembered per limiter.
const KEYS_MAX: usize = 200_000;
/// Times are kept in microseconds, so that 6,000 a minute still has a whole interval.
const MINUTE_MICROS: i64 = 60_000_000;
const HOUR_MICROS: i64 = 60 * MINUTE_MICROS;

/// Limits calls a minute by key.
pub(crate) struct RateLimiter {
    arrivals: Cache<u64, Arc<AtomicI64>>,
    hasher: RandomState,
}

/// What a limiter decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Whether the call may go on.
    pub(crate) allowed: bool,
    /// The limit a minute or hour.
    pub(crate) limit: u32,
    /// How many more could come right now.
    pub(crate) remaining: u32,
    /// Seconds until the next one (if refused) or until all are back.
    pub(crate) reset_seconds: i64,
}

impl RateLimiter {
    pub(crate) fn new() -> Self {
        Self {
            arrivals: Cache::new(KEYS_MAX),
            hasher: RandomState::new(),
        }
    }

    /// Counts one call of `key`; a limit of 0 lets everything through.
    pub(crate) fn take(&self, key: impl Hash, per_minute: u32, now: Millis) -> Option<Allowance> {
        self.take_within(key, per_minute, MINUTE_MICROS, now)
    }

    /// The same for a limit an hour.
    pub(crate) fn take_hourly(
        &self,
        key: impl Hash,
        per_hour: u32,
        now: Millis,
    ) -> Option<Allowance> {
        self.take_within(key, per_hour, HOUR_MICROS, now)
    }

    fn take_within(
        &self,
        key: impl Hash,
        limit: u32,
        window: i64,
        now: Millis,
    ) -> Option<Allowance> {
        if limit == 0 {
            return None;
        }
        let name = self.hasher.hash_one(key);
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let arrival: Arc<AtomicI64> = match self.arrivals.get_or_insert_with(&name, fresh) {
            Ok(arrival) => arrival,
            Err(never) => match never {},
        };
        let now = now.0.saturating_mul(1000);
        let interval = window / i64::from(limit);
        let decide = |theoretical: i64| {
            let next = theoretical.max(now).saturating_add(interval);
            (next - now <= window).then_some(next)
        };
        let (allowed, theoretical) =
            match arrival.fetch_update(Ordering::AcqRel, Ordering::Acquire, decide) {
                Ok(before) => (true, before.max(now).saturating_add(interval)),
                Err(before) => (false, before),
            };
        let used = (theoretical - now).max(0);
        let remaining = (window - used).max(0) / interval;
        let wait = if allowed {
            used
        } else {
            used + interval - window
        };
        Some(Allowance {
            allowed,
            limit,
            remaining: u32::try_from(remaining).unwrap_or(limit),
            reset_seconds: (wait.max(0) + 999_999) / 1_000_000,
        })
    }
}

impl RateLimiter {
    /// Gives a call back that turned out not to count, such as a right password.
    pub(crate) fn give_back(&self, key: impl Hash, per_minute: u32) {
        let name = self.hasher.hash_one(key);
        if let Some(arrival) = self.arrivals.get(&name)
            && per_minute > 0
        {
            arrival.fetch_sub(MINUTE_MICROS / i64::from(per_minute), Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_exactly_its_limit() {
        let limiter = RateLimiter::new();
        let passed = (0..250)
            .filter(|_| limiter.take("k", 100, Millis(1_000_000)).unwrap().allowed)
            .count();
        assert_eq!(passed, 100);
        let refused = limiter.take("k", 100, Millis(1_000_000)).unwrap();
        assert_eq!((refused.remaining, refused.reset_seconds), (0, 1));
        assert!(limiter.take("k", 100, Millis(1_000_600)).unwrap().allowed);
        assert!(
            limiter
                .take("other", 100, Millis(1_000_000))
                .unwrap()
                .allowed
        );
    }

    #[test]
    fn what_is_given_back_does_not_count() {
        let limiter = RateLimiter::new();
        for _ in 0..50 {
            assert!(limiter.take("k", 5, Millis(1_000_000)).unwrap().allowed);
            limiter.give_back("k", 5);
        }
    }

    #[test]
    fn an_hour_holds_exactly_its_limit() {
        let limiter = RateLimiter::new();
        let at = |minutes: i64| {
            limiter
                .take_hourly("k", 5, Millis(minutes * 60_000))
                .unwrap()
        };
        assert_eq!((0..9).filter(|_| at(1).allowed).count(), 5);
        assert_eq!((at(12).allowed, at(12).reset_seconds), (false, 60));
        assert!(at(13).allowed);
        assert!(!at(13).allowed);
    }

    #[test]
    fn zero_is_no_limit() {
        assert!(RateLimiter::new().take("k", 0, Millis(0)).is_none());
    }
}
