//! The two clocks (rules 14). The only place that reads the machine's time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use dream_domain::time::Millis;
use dream_store::clock::Clocks;

/// Machine time, and business time that runs ahead of it in development.
#[derive(Clone, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Machine time: tokens, sessions, rate limits, leases.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is handed"
    )]
    pub fn machine(&self) -> Millis {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Business time: periods, trials, retention.
    pub fn business(&self) -> Millis {
        self.machine().plus(self.ahead_ms())
    }

    /// A moment that only measures durations and never jumps.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is handed"
    )]
    pub fn instant(&self) -> Instant {
        Instant::now()
    }

    /// How far business time is ahead, in milliseconds.
    pub fn ahead_ms(&self) -> i64 {
        self.ahead_ms.load(Ordering::Acquire)
    }

    /// How many seconds business time is ahead; none while it is not.
    pub(crate) fn ahead_seconds(&self) -> Option<i64> {
        Some(self.ahead_ms() / 1000).filter(|seconds| *seconds != 0)
    }

    /// Moves business time to `ahead_ms` before the machine's.
    pub fn set_ahead_ms(&self, ahead_ms: i64) {
        self.ahead_ms.store(ahead_ms, Ordering::Release);
    }

    /// Both clocks as the store takes them.
    pub fn for_store(&self) -> Clocks {
        let (business, machine) = (self.clone(), self.clone());
        Clocks {
            business: Arc::new(move || business.business()),
            machine: Arc::new(move || machine.machine()),
        }
    }
}
