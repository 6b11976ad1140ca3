//! Time is passed in: the store never reads the machine's clock.

use std::sync::Arc;

use dream_domain::time::Millis;

/// Answers what time it is.
pub type Now = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The two clocks (rules 14).
#[derive(Clone)]
pub struct Clocks {
    /// Periods, trials, retention: may be moved forward in development.
    pub business: Now,
    /// Leases, heartbeats, pacing: always the machine's.
    pub machine: Now,
}
