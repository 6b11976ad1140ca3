//! The clocks of a test: business time stands still until it is moved, machine time is the machine's.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is the outermost caller; it hands the machine's time down"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use dream_domain::time::Millis;
use dream_store::clock::Clocks;

/// Noon of a Saturday in the middle of a month: 2026-03-14T12:00:00Z.
pub(crate) const NOON: Millis = Millis(1_773_489_600_000);
pub(crate) const SECOND: i64 = 1000;
pub(crate) const DAY: i64 = 86_400_000;

/// Business time that a test moves.
#[derive(Clone)]
pub(crate) struct Clock {
    business: Arc<AtomicI64>,
}

impl Clock {
    pub(crate) fn at(moment: Millis) -> Self {
        Self {
            business: Arc::new(AtomicI64::new(moment.0)),
        }
    }

    pub(crate) fn now(&self) -> Millis {
        Millis(self.business.load(Ordering::SeqCst))
    }

    pub(crate) fn set(&self, moment: Millis) {
        self.business.store(moment.0, Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.business.fetch_add(ms, Ordering::SeqCst);
    }

    /// What a store is opened with.
    pub(crate) fn clocks(&self) -> Clocks {
        let business = self.clone();
        Clocks {
            business: Arc::new(move || business.now()),
            machine: Arc::new(machine_now),
        }
    }
}

/// The machine's time.
pub(crate) fn machine_now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Millis(i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX))
}

/// For saying how fast something was; nothing is asserted of it.
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// How many of `count` that is in a second.
    pub(crate) fn per_second(&self, count: i64) -> i64 {
        let micros = i64::try_from(self.elapsed().as_micros()).unwrap_or(i64::MAX);
        count.saturating_mul(1_000_000) / micros.max(1)
    }
}
