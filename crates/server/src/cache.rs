//! What calls are judged by, kept in memory under the version it was loaded at.
//!
//! A change bumps the version of its tenant or user, which makes every entry loaded before it stale at
//! once. On PostgreSQL other processes change things too: there, calls that do not pass through the
//! meter (which checks by itself) ask the database whether tenant and user are still the same.

mod owners;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::key::{KeyHash, PublishableKey};
use dream_domain::period::PeriodKind;
use dream_domain::plan::Grant;
use dream_domain::time::Millis;
use dream_domain::usage::{Extra, Meter};
use dream_store::customers::Customer;
use dream_store::projects::{Opened, Tenant};
use dream_store::scope::Scope;
use dream_store::versions::Versions;
use dream_store::{Db, customers, projects, usage};
use quick_cache::sync::Cache;

use crate::cache::owners::Owner;

/// Entries per cache; what is used least leaves first.
const KEYS_MAX: usize = 50_000;
const TENANTS_MAX: usize = 50_000;
const USERS_MAX: usize = 1_500_000;
const OWNERS_MAX: usize = 50_000;

/// Who promises that what is cached is still so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Freshness {
    /// The meter checks versions inside its batch.
    CheckedByMeter,
    /// Ask the database now, if other processes use it.
    CheckNow,
}

/// What a user is judged by.
#[derive(Debug)]
pub(crate) struct User {
    /// `user_…`.
    pub(crate) id: Arc<str>,
    /// Grows with every change, in the database.
    pub(crate) version: i64,
    /// Plans given to them.
    pub(crate) grants: Vec<Grant>,
    /// What was given on top of the plan, by meter, for periods that are not over; next to nobody has any.
    pub(crate) extras: Vec<(Arc<str>, Extra)>,
}

impl User {
    async fn load(db: &Db, scope: &Scope, found: Customer) -> Result<Self> {
        let grants = customers::grants(db, scope, &found.id).await?;
        let extras = match found.extra_until {
            Some(until) if db.now() < until => usage::extras(db, scope, &found.id).await?,
            _ => Vec::new(),
        };
        Ok(Self {
            id: found.id,
            version: found.version,
            grants,
            extras,
        })
    }

    /// What was given of a meter for the period that a moment falls into.
    pub(crate) fn extra(&self, meter: &Meter, kind: PeriodKind, now: Millis) -> Option<Extra> {
        let of_meter = self.extras.iter().filter(|(name, _)| name == meter.name());
        let mut found = of_meter.map(|(_, extra)| *extra).peekable();
        found.peek()?;
        let period = kind.containing(now);
        found.find(|extra| extra.period == period)
    }
}

/// A user as cached: none for an id without a row.
pub(crate) type Known = Option<Arc<User>>;

#[derive(Clone)]
struct At<T> {
    slot: u16,
    version: u32,
    value: T,
}

impl<T> At<T> {
    fn is_current(&self, versions: &Versions) -> bool {
        versions.get(self.slot) == self.version
    }
}

/// The caches of one process.
pub(crate) struct Caches {
    keys: Cache<KeyHash, At<Arc<Opened>>>,
    tenants: Cache<Arc<str>, At<Arc<Tenant>>>,
    users: Cache<u128, At<Known>>,
    owners: Cache<Arc<str>, At<Arc<Owner>>>,
    low: RandomState,
    high: RandomState,
}

impl Caches {
    pub(crate) fn new() -> Self {
        Self {
            keys: Cache::new(KEYS_MAX),
            tenants: Cache::new(TENANTS_MAX),
            users: Cache::new(USERS_MAX),
            owners: Cache::new(OWNERS_MAX),
            low: RandomState::new(),
            high: RandomState::new(),
        }
    }

    /// What a secret key opens.
    pub(crate) async fn key(
        &self,
        db: &Db,
        hash: &KeyHash,
        now: Millis,
        fresh: Freshness,
    ) -> Result<Option<Arc<Opened>>> {
        if let Some(cached) = self.keys.get(hash)
            && cached.is_current(db.versions())
            && cached.value.expires_at.is_none_or(|end| now < end)
            && self.same_tenant(db, &cached.value.tenant, fresh).await?
        {
            return Ok(Some(cached.value));
        }
        // The slot is known only after the key was found; read again if it moved meanwhile.
        for _ in 0..3 {
            let Some(found) = projects::open_secret(db, hash, now).await? else {
                return Ok(None);
            };
            let slot = db.versions().tenant_slot(found.tenant.scope.tenant());
            let version = db.versions().get(slot);
            let Some(again) = projects::open_secret(db, hash, now).await? else {
                return Ok(None);
            };
            if again.tenant.generation == found.tenant.generation {
                let value = Arc::new(again);
                self.keys.insert(
                    *hash,
                    At {
                        slot,
                        version,
                        value: value.clone(),
                    },
                );
                return Ok(Some(value));
            }
        }
        Ok(projects::open_secret(db, hash, now).await?.map(Arc::new))
    }

    /// The tenant of a publishable key.
    pub(crate) async fn tenant(
        &self,
        db: &Db,
        key: &PublishableKey,
        fresh: Freshness,
    ) -> Result<Option<Arc<Tenant>>> {
        let name: Arc<str> = key.as_str().into();
        if let Some(cached) = self.tenants.get(&name)
            && cached.is_current(db.versions())
            && self.same_tenant(db, &cached.value, fresh).await?
        {
            return Ok(Some(cached.value));
        }
        let slot = db.versions().tenant_slot(&name);
        let version = db.versions().get(slot);
        let Some(tenant) = projects::open_public(db, key).await? else {
            return Ok(None);
        };
        let value = Arc::new(tenant);
        self.tenants.insert(
            name,
            At {
                slot,
                version,
                value: value.clone(),
            },
        );
        Ok(Some(value))
    }

    /// A user by our id or the developer's; none for an id without a row.
    pub(crate) async fn user(
        &self,
        db: &Db,
        scope: &Scope,
        id: &str,
        fresh: Freshness,
    ) -> Result<Known> {
        let name = self.name(scope.tenant(), id);
        let slot = db.versions().user_slot(scope.tenant(), id);
        let version = db.versions().get(slot);
        if let Some(cached) = self.users.get(&name)
            && cached.version == version
            && cached.slot == slot
            && same_user(db, scope, id, &cached.value, fresh).await?
        {
            return Ok(cached.value);
        }
        let value = match customers::find(db, scope, id).await? {
            None => None,
            Some(found) => Some(Arc::new(User::load(db, scope, found).await?)),
        };
        self.users.insert(
            name,
            At {
                slot,
                version,
                value: value.clone(),
            },
        );
        Ok(value)
    }

    async fn same_tenant(&self, db: &Db, tenant: &Tenant, fresh: Freshness) -> Result<bool> {
        if fresh == Freshness::CheckedByMeter || !db.is_shared() {
            return Ok(true);
        }
        Ok(projects::generation(db, tenant.scope.tenant()).await? == Some(tenant.generation))
    }

    fn name(&self, tenant: &str, id: &str) -> u128 {
        let name = (tenant, id);
        u128::from(self.high.hash_one(name)) << 64 | u128::from(self.low.hash_one(name))
    }
}

async fn same_user(
    db: &Db,
    scope: &Scope,
    id: &str,
    known: &Known,
    fresh: Freshness,
) -> Result<bool> {
    if fresh == Freshness::CheckedByMeter || !db.is_shared() {
        return Ok(true);
    }
    Ok(match known {
        Some(user) => customers::version(db, scope, &user.id).await? == Some(user.version),
        None => customers::find(db, scope, id).await?.is_none(),
    })
}
