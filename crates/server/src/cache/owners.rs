//! The developers behind live keys, as users of the root project.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dream_domain::error::Result;
use dream_domain::plan::Grant;
use dream_domain::time::Millis;
use dream_store::projects::Tenant;
use dream_store::scope::Scope;
use dream_store::{Db, customers, orders, subscriptions};

use super::{At, Caches, Freshness};
use crate::root::PAID;

/// For so long a process believes, on calls that pass through the meter, what it last read of a developer whom another
/// process may have changed meanwhile; in milliseconds.
const BELIEVED_MS: i64 = 5_000;
/// Changes that are looked through for the one that ended the plan. Without a plan there is next to nothing to change.
const CHANGES_MAX: i64 = 20;

/// What a developer's live keys are judged by.
#[derive(Debug)]
pub(crate) struct Owner {
    /// None if he is deleted.
    version: Option<i64>,
    id: Arc<str>,
    /// Plans given to him, and those he bought.
    grants: Vec<Grant>,
    /// When he last lost the paid plan.
    lost_at: Option<Millis>,
    /// When it was last known to be so (machine time).
    checked_at: AtomicI64,
}

impl Owner {
    /// Whether he has the paid plan.
    pub(crate) fn pays(&self, now: Millis) -> bool {
        let mut paid = self.grants.iter().filter(|grant| grant.plan == PAID);
        paid.any(|grant| grant.is_running(now))
    }

    /// When his paid plan ended; none if he never had it.
    pub(crate) fn ended_at(&self, now: Millis) -> Option<Millis> {
        let paid = self.grants.iter().filter(|grant| grant.plan == PAID);
        let ended = paid.filter_map(|grant| grant.until.filter(|until| *until <= now));
        ended.chain(self.lost_at).max()
    }

    /// Whether the row is still the one that was read.
    async fn is_same(&self, db: &Db, root: &Scope) -> Result<bool> {
        Ok(customers::version(db, root, &self.id).await? == self.version)
    }
}

impl Caches {
    /// The developer whose project a tenant is. On PostgreSQL the database is asked whether he is still the same; on a
    /// call that the meter checks only every few seconds, since it checks everything but him.
    pub(crate) async fn owner(
        &self,
        db: &Db,
        root: &Scope,
        tenant: &Tenant,
        fresh: Freshness,
        machine: Millis,
    ) -> Result<Arc<Owner>> {
        let platform = tenant.scope.platform().as_str();
        if let Some(cached) = self.owners.get(platform)
            && cached.is_current(db.versions())
        {
            let owner = cached.value;
            let checked_at = Millis(owner.checked_at.load(Ordering::Relaxed));
            let believed =
                fresh == Freshness::CheckedByMeter && machine < checked_at.plus(BELIEVED_MS);
            if !db.is_shared() || believed {
                return Ok(owner);
            }
            if owner.is_same(db, root).await? {
                owner.checked_at.store(machine.0, Ordering::Relaxed);
                return Ok(owner);
            }
        }
        // Whose a platform is never changes.
        let id = orders::owner(db, &tenant.scope).await?.unwrap_or_default();
        let slot = db.versions().user_slot(root.tenant(), &id);
        let version = db.versions().get(slot);
        let value = Arc::new(read(db, root, id, machine).await?);
        self.owners.insert(
            platform.into(),
            At {
                slot,
                version,
                value: value.clone(),
            },
        );
        Ok(value)
    }
}

/// The version is read first: what changes after it makes the rest stale.
async fn read(db: &Db, root: &Scope, id: Arc<str>, machine: Millis) -> Result<Owner> {
    let version = customers::version(db, root, &id).await?;
    Ok(Owner {
        version,
        grants: customers::grants(db, root, &id).await?,
        lost_at: lost_at(db, root, &id).await?,
        id,
        checked_at: AtomicI64::new(machine.0),
    })
}

/// As recorded; a subscription may have ended long before we heard of it.
async fn lost_at(db: &Db, root: &Scope, user: &str) -> Result<Option<Millis>> {
    let changes = subscriptions::changes_of_user(db, root, user, None, CHANGES_MAX).await?;
    let lost = |change: &&subscriptions::Change| *change.from == *PAID && *change.to != *PAID;
    let Some(change) = changes.iter().find(lost) else {
        return Ok(None);
    };
    let ended = match &change.subscription_id {
        Some(id) => subscriptions::find(db, root, id).await?,
        None => None,
    };
    let ended_at = ended.and_then(|row| row.ended_at);
    Ok(Some(ended_at.map_or(change.at, |at| at.min(change.at))))
}
