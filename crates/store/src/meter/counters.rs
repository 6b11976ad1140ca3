//! The counters in memory: 128-bit name to count, durable values only.
//!
//! Names are two keyed `SipHash` values of tenant, user, meter and period start, so that a million
//! counters cost 33 bytes each and nobody can aim at another's. Only the writer changes them; readers
//! of usage look here first.

use std::hash::{BuildHasher, Hasher, RandomState};

use dream_domain::time::Millis;
use dream_domain::usage::Count;
use hashbrown::HashMap;
use parking_lot::RwLock;

/// Shards, so that a growing table stalls a reader for a moment only.
const SHARDS: usize = 64;

/// The name of a counter in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct CounterId(u128);

pub(crate) struct Counters {
    shards: Vec<RwLock<HashMap<CounterId, Count, Already>>>,
    low: RandomState,
    high: RandomState,
    shard_max: usize,
}

impl Counters {
    /// `counters_max`: how many are kept before settled ones are let go.
    pub(crate) fn new(counters_max: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            low: RandomState::new(),
            high: RandomState::new(),
            shard_max: counters_max.div_ceil(SHARDS).max(1),
        }
    }

    pub(crate) fn id(&self, tenant: &str, subject: &str, meter: &str, start: Millis) -> CounterId {
        let name = (tenant, subject, meter, start.0);
        CounterId(u128::from(self.high.hash_one(name)) << 64 | u128::from(self.low.hash_one(name)))
    }

    pub(crate) fn get(&self, id: CounterId) -> Option<Count> {
        self.shard(id).read().get(&id).copied()
    }

    pub(crate) fn put(&self, id: CounterId, count: Count) {
        self.shard(id).write().insert(id, count);
    }

    pub(crate) fn forget(&self, id: CounterId) {
        self.shard(id).write().remove(&id);
    }

    /// Lets go of everything `needed` does not hold, in shards that have grown too large.
    pub(crate) fn shrink(&self, needed: impl Fn(CounterId) -> bool) {
        for shard in &self.shards {
            if shard.read().len() > self.shard_max {
                let mut counters = shard.write();
                counters.retain(|id, _| needed(*id));
                counters.shrink_to_fit();
            }
        }
    }

    /// Lets go of every counter; they load again on first use.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.write().clear();
        }
    }

    fn shard(&self, id: CounterId) -> &RwLock<HashMap<CounterId, Count, Already>> {
        let top = usize::try_from(id.0 >> 122).unwrap_or(0);
        &self.shards[top % SHARDS]
    }
}

/// The names are hashes already.
#[derive(Clone, Copy, Default)]
pub(crate) struct Already;

impl BuildHasher for Already {
    type Hasher = Low;

    fn build_hasher(&self) -> Low {
        Low(0)
    }
}

/// Takes the low half of a name as its hash.
pub(crate) struct Low(u64);

impl Hasher for Low {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low half is the hash")]
    fn write_u128(&mut self, name: u128) {
        self.0 = name as u64;
    }
}
