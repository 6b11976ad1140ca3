//! PostgreSQL's fold: counters add to `usage_days` what it has not seen.
//!
//! Each counter carries how much of it was folded, so a fold that dies half-way repeats nothing, and
//! counters of a process that died are found by a scan when the next one starts. What is not folded yet
//! was all counted on the day of `updated_at`: the batch takes nothing from a counter that still holds
//! a part of an earlier day (`statement::TAKE`) and has it folded first.

use std::collections::BTreeSet;
use std::sync::Arc;

use deadpool_postgres::{GenericClient, Pool};
use dream_domain::error::Result;
use parking_lot::Mutex;

use crate::postgres::{client, unavailable};

/// Counters per statement.
const CHUNK: usize = 1000;

/// Rows are locked in the order of their key, as the batch does.
const FOLD: &str = "with grown as materialized (
      select c.publishable_key, c.user_id, c.meter, c.period_start, c.used - c.folded as more,
        c.updated_at - mod(c.updated_at, 86400000) as day
      from usage_counts c
      join unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as w(pk, subject, meter, start)
      on c.publishable_key = w.pk and c.user_id = w.subject and c.meter = w.meter and c.period_start = w.start
      where c.used <> c.folded
      order by c.publishable_key, c.user_id, c.meter, c.period_start
      for update of c
    ), marked as (
      update usage_counts c set folded = c.folded + g.more from grown g
      where c.publishable_key = g.publishable_key and c.user_id = g.user_id and c.meter = g.meter
        and c.period_start = g.period_start
    )
    insert into usage_days (publishable_key, day, user_id, meter, used)
    select publishable_key, day, owner, meter, cast(sum(more) as bigint) from (
      select publishable_key, day, user_id as owner, meter, more from grown
      union all
      select publishable_key, day, '' as owner, meter, more from grown
    ) as parts
    group by publishable_key, day, owner, meter
    order by publishable_key, day, owner, meter
    on conflict (publishable_key, day, user_id, meter) do update set used = usage_days.used + excluded.used";

const SCAN: &str =
    "select publishable_key, user_id, meter, period_start from usage_counts where used <> folded";

const OF_SUBJECTS: &str = "select c.publishable_key, c.user_id, c.meter, c.period_start from usage_counts c
    join unnest($1::text[], $2::text[]) as w(pk, subject) on c.publishable_key = w.pk and c.user_id = w.subject
    where c.used <> c.folded";

/// Tenant, user, meter, start of the period.
pub(crate) type Name = (Arc<str>, Arc<str>, Arc<str>, i64);

/// Counters that wait for a fold.
#[derive(Default)]
pub(crate) struct Unfolded {
    names: Mutex<BTreeSet<Name>>,
    folding: tokio::sync::Mutex<()>,
}

impl Unfolded {
    pub(crate) fn note(&self, name: Name) {
        self.names.lock().insert(name);
    }

    /// Finds what processes that died have left.
    pub(crate) async fn recover(&self, pool: &Pool) -> Result<()> {
        let client = client(pool).await?;
        let rows = client.query(SCAN, &[]).await.map_err(unavailable)?;
        rows.iter().map(name).for_each(|name| self.note(name));
        Ok(())
    }

    /// Folds everything noted so far.
    pub(crate) async fn fold(&self, pool: &Pool) -> Result<()> {
        let _one = self.folding.lock().await;
        let mut waiting = std::mem::take(&mut *self.names.lock());
        while !waiting.is_empty() {
            let chunk: Vec<Name> = waiting.iter().take(CHUNK).cloned().collect();
            let done = match client(pool).await {
                Ok(client) => fold(&client, &chunk).await.map_err(unavailable),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                self.names.lock().append(&mut waiting);
                return Err(error);
            }
            for name in &chunk {
                waiting.remove(name);
            }
        }
        Ok(())
    }

    /// Folds all counters of these users, whichever process counted.
    pub(crate) async fn settle(
        &self,
        pool: &Pool,
        subjects: &[(Arc<str>, Arc<str>)],
    ) -> Result<()> {
        let (tenants, users): (Vec<&str>, Vec<&str>) =
            subjects.iter().map(|(t, u)| (&**t, &**u)).unzip();
        let client = client(pool).await?;
        let rows = client
            .query(OF_SUBJECTS, &[&tenants, &users])
            .await
            .map_err(unavailable)?;
        let names: Vec<Name> = rows.iter().map(name).collect();
        fold(&client, &names).await.map_err(unavailable)
    }
}

/// Folds these counters in one statement.
pub(crate) async fn fold<C: GenericClient>(
    client: &C,
    names: &[Name],
) -> Result<(), tokio_postgres::Error> {
    let column = |f: fn(&Name) -> &str| names.iter().map(f).collect::<Vec<_>>();
    let (tenants, users, meters) = (column(|n| &n.0), column(|n| &n.1), column(|n| &n.2));
    let starts: Vec<i64> = names.iter().map(|name| name.3).collect();
    let statement = client.prepare_cached(FOLD).await?;
    client
        .execute(&statement, &[&tenants, &users, &meters, &starts])
        .await?;
    Ok(())
}

fn name(row: &tokio_postgres::Row) -> Name {
    let text = |i: usize| Arc::<str>::from(row.get::<_, &str>(i));
    (text(0), text(1), text(2), row.get(3))
}
