//! The machine's monotonic clock, read here and nowhere else.
#![expect(
    clippy::disallowed_methods,
    reason = "chores measure the machine itself; there is no business time here"
)]

use std::time::{Duration, Instant};

/// The moment, for measuring how long something took.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Asks `ready` again and again until it says yes or `limit` has passed; says whether it did.
pub(crate) fn wait_until(limit: Duration, mut ready: impl FnMut() -> bool) -> bool {
    let end = now() + limit;
    loop {
        if ready() {
            return true;
        }
        if now() >= end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
