//! When keys were last used, to the minute: noted in memory, written by the worker.

use std::collections::HashMap;
use std::sync::Arc;

use dream_domain::time::Millis;
use parking_lot::Mutex;

const MINUTE_MS: i64 = 60_000;

/// Keys used since the last write.
#[derive(Default)]
pub(crate) struct KeysUsed {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    waiting: HashMap<Arc<str>, Millis>,
    /// The minute each key was last written for.
    written: HashMap<Arc<str>, i64>,
}

impl KeysUsed {
    pub(crate) fn note(&self, key_id: &Arc<str>, now: Millis) {
        let minute = now.0 / MINUTE_MS;
        let mut seen = self.seen.lock();
        if seen.written.get(key_id) != Some(&minute) {
            seen.written.insert(key_id.clone(), minute);
            seen.waiting.insert(key_id.clone(), now);
        }
    }

    /// What waits to be written.
    pub(crate) fn drain(&self) -> Vec<(Arc<str>, Millis)> {
        let mut seen = self.seen.lock();
        if seen.written.len() > 100_000 {
            seen.written.clear();
        }
        seen.waiting.drain().collect()
    }
}
