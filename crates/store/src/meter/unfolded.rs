//! PostgreSQL's fold: counters this process has changed add to `usage_days` what it has not seen.
//!
//! Each counter carries how much of it was folded, so a fold that dies half-way repeats nothing, and
//! counters of a process that died are found by a scan when the next one starts.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::{GenericClient as _, Pool};
use dream_domain::error::Result;
use dream_domain::time::Millis;
use parking_lot::Mutex;

use crate::postgres::{client, unavailable};

/// Counters per transaction.
const CHUNK: usize = 1000;

const LOCK: &str = "select c.publishable_key, c.user_id, c.meter, c.period_start, c.used - c.folded
    from usage_counts c
    join unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as w(pk, subject, meter, start)
    on c.publishable_key = w.pk and c.user_id = w.subject and c.meter = w.meter and c.period_start = w.start
    where c.used <> c.folded
    order by c.publishable_key, c.user_id, c.meter, c.period_start
    for update of c";

const MARK: &str = "update usage_counts c set folded = c.used
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as w(pk, subject, meter, start)
    where c.publishable_key = w.pk and c.user_id = w.subject and c.meter = w.meter and c.period_start = w.start";

const ADD: &str = "insert into usage_days (publishable_key, day, user_id, meter, used)
    select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[])
    on conflict (publishable_key, day, user_id, meter) do update set used = usage_days.used + excluded.used";

const SCAN: &str = "select publishable_key, user_id, meter, period_start, updated_at from usage_counts where used <> folded";

/// Tenant, user, meter, start of the period.
pub(crate) type Name = (Arc<str>, Arc<str>, Arc<str>, i64);

/// Counters that wait for a fold, with the day they were last changed on.
#[derive(Default)]
pub(crate) struct Unfolded {
    names: Mutex<BTreeMap<Name, Millis>>,
    folding: tokio::sync::Mutex<()>,
}

impl Unfolded {
    pub(crate) fn note(&self, name: Name, day: Millis) {
        self.names.lock().insert(name, day);
    }

    /// The earliest day that waits; a new day begins with a fold of the old one.
    pub(crate) fn holds_day_before(&self, day: Millis) -> bool {
        self.names
            .lock()
            .values()
            .next()
            .is_some_and(|noted| *noted < day)
    }

    /// Finds what processes that died have left.
    pub(crate) async fn recover(&self, pool: &Pool) -> Result<()> {
        let client = client(pool).await?;
        for row in client.query(SCAN, &[]).await.map_err(unavailable)? {
            let text = |i: usize| Arc::<str>::from(row.get::<_, &str>(i));
            self.note(
                (text(0), text(1), text(2), row.get(3)),
                Millis(row.get::<_, i64>(4)).day_start(),
            );
        }
        Ok(())
    }

    /// Folds everything noted so far.
    pub(crate) async fn fold(&self, pool: &Pool) -> Result<()> {
        let _one = self.folding.lock().await;
        let mut waiting: Vec<(Name, Millis)> = std::mem::take(&mut *self.names.lock())
            .into_iter()
            .collect();
        while !waiting.is_empty() {
            let rest = waiting.split_off(waiting.len().min(CHUNK));
            if let Err(error) = chunk(pool, &waiting).await {
                self.names.lock().extend(waiting.into_iter().chain(rest));
                return Err(error);
            }
            waiting = rest;
        }
        Ok(())
    }
}

async fn chunk(pool: &Pool, names: &[(Name, Millis)]) -> Result<()> {
    let days: BTreeMap<(&str, &str, &str, i64), i64> = names
        .iter()
        .map(|((t, u, m, s), day)| ((&**t, &**u, &**m, *s), day.0))
        .collect();
    let mut client = client(pool).await?;
    let transaction = client.transaction().await.map_err(unavailable)?;
    let column = |f: fn(&Name) -> &str| names.iter().map(|(name, _)| f(name)).collect::<Vec<_>>();
    let starts: Vec<i64> = names.iter().map(|(name, _)| name.3).collect();
    let (tenants, users, meters) = (column(|n| &n.0), column(|n| &n.1), column(|n| &n.2));
    let lock = transaction
        .prepare_cached(LOCK)
        .await
        .map_err(unavailable)?;
    let grown = transaction
        .query(&lock, &[&tenants, &users, &meters, &starts])
        .await
        .map_err(unavailable)?;
    let mut sums: BTreeMap<(String, i64, String, String), i64> = BTreeMap::new();
    for row in &grown {
        let (tenant, user, meter): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        let (start, more): (i64, i64) = (row.get(3), row.get(4));
        let day = days
            .get(&(tenant, user, meter, start))
            .copied()
            .unwrap_or_default();
        for owner in [user, ""] {
            let sum = sums
                .entry((tenant.to_owned(), day, owner.to_owned(), meter.to_owned()))
                .or_default();
            *sum = sum.saturating_add(more);
        }
    }
    let mark = transaction
        .prepare_cached(MARK)
        .await
        .map_err(unavailable)?;
    transaction
        .execute(&mark, &[&tenants, &users, &meters, &starts])
        .await
        .map_err(unavailable)?;
    let tenants: Vec<&str> = sums.keys().map(|k| k.0.as_str()).collect();
    let days: Vec<i64> = sums.keys().map(|k| k.1).collect();
    let users: Vec<&str> = sums.keys().map(|k| k.2.as_str()).collect();
    let meters: Vec<&str> = sums.keys().map(|k| k.3.as_str()).collect();
    let more: Vec<i64> = sums.values().copied().collect();
    let add = transaction.prepare_cached(ADD).await.map_err(unavailable)?;
    transaction
        .execute(&add, &[&tenants, &days, &users, &meters, &more])
        .await
        .map_err(unavailable)?;
    transaction.commit().await.map_err(unavailable)
}
