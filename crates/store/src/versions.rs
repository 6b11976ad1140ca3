//! Versions of what callers are judged by: a change bumps a slot, and everything cached under the old
//! number is stale at once, calls that wait in the meter included.

use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many slots; two names that share one only make each other reload.
const SLOTS: usize = 1 << 14;

/// The versions a call was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Slot and version of the tenant: keys, tiers, settings.
    pub tenant: (u16, u32),
    /// Slot and version of the user: plan, deletion, sessions.
    pub user: (u16, u32),
    /// PostgreSQL: the tenant's generation, checked inside the batch.
    pub generation: i64,
    /// PostgreSQL: the user's version, none for an unknown id.
    pub user_version: Option<i64>,
}

/// Version numbers by slot; shared by caches, writer and meter.
#[derive(Clone)]
pub struct Versions {
    slots: Arc<[AtomicU32]>,
    hasher: foldhash::quality::RandomState,
}

impl Default for Versions {
    fn default() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| AtomicU32::new(0)).collect(),
            hasher: foldhash::quality::RandomState::default(),
        }
    }
}

impl Versions {
    /// The slot of a tenant.
    pub fn tenant_slot(&self, publishable_key: &str) -> u16 {
        self.slot(&(publishable_key, ""))
    }

    /// The slot of a user of a tenant.
    pub fn user_slot(&self, publishable_key: &str, user: &str) -> u16 {
        self.slot(&(publishable_key, user))
    }

    /// Every slot, for what changes so many users that naming them is no cheaper.
    pub(crate) fn all_slots(&self) -> Vec<u16> {
        (0..self.slots.len())
            .filter_map(|slot| u16::try_from(slot).ok())
            .collect()
    }

    /// The version of a slot now; read it *before* loading what is cached under it.
    pub fn get(&self, slot: u16) -> u32 {
        self.slots
            .get(usize::from(slot))
            .map_or(0, |v| v.load(Ordering::Acquire))
    }

    /// Makes everything that was loaded under this slot stale.
    pub fn bump(&self, slot: u16) {
        if let Some(version) = self.slots.get(usize::from(slot)) {
            version.fetch_add(1, Ordering::AcqRel);
        }
    }

    pub(crate) fn current(&self, seen: &Seen) -> bool {
        self.get(seen.tenant.0) == seen.tenant.1 && self.get(seen.user.0) == seen.user.1
    }

    fn slot(&self, name: &(&str, &str)) -> u16 {
        let hash = self.hasher.hash_one(name) & (SLOTS as u64 - 1);
        u16::try_from(hash).unwrap_or(0)
    }
}
