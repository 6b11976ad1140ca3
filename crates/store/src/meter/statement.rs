//! The one statement that is written for PostgreSQL alone: it folds, decides and returns a whole batch.

use deadpool_postgres::GenericClient;
use dream_domain::period::Period;
use dream_domain::time::Millis;
use dream_domain::usage::{Count, Limit};
use tokio_postgres::types::ToSql;

use crate::meter::Take;
use crate::meter::sql::subject_hash;
use crate::meter::unfolded::Name;

/// Takes what fits of each wanted row. Rows are locked in the order of their key, so that two processes
/// cannot wait for each other. An id that was unknown may not be a customer's external id by now. The largest number there is stands for no limit: a count stops there. A
/// counter with a part that is not folded and of an earlier day is left out, see `unfolded`.
const TAKE: &str = "with want as (
      select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[])
        as w(idx, pk, subject, meter, start, amount, calls, cap, plan, generation, version)
    ), counter as materialized (
      select w.*, c.used, c.held from want w
      join usage_counts c on c.publishable_key = w.pk and c.user_id = w.subject and c.meter = w.meter and c.period_start = w.start
      join tenants t on t.publishable_key = w.pk and t.generation = w.generation
      left join end_users u on u.publishable_key = w.pk and u.user_id = w.subject
      where coalesce(u.version, -1) = w.version and (c.used = c.folded or c.updated_at >= $13)
        and (w.version >= 0 or not exists
          (select 1 from end_users x where x.publishable_key = w.pk and x.external_id = w.subject))
      order by w.pk, w.subject, w.meter, w.start
      for update of c
    ), fitting as (
      select n.*, case when n.cap = 9223372036854775807 then n.calls
        else least(n.calls, greatest(n.cap - n.used - n.held, 0) / n.amount) end as fits
      from counter n
    )
    update usage_counts c set
      taken = n.fits,
      used = c.used + least(n.amount * n.fits, 9223372036854775807 - c.used),
      plan = n.plan,
      updated_at = $12
    from fitting n
    where c.publishable_key = n.pk and c.user_id = n.subject and c.meter = n.meter and c.period_start = n.start
    returning n.idx, c.taken, c.used, c.held";

/// Makes the counters that do not exist yet: empty, as a deleted customer left them, or as they were when
/// their period was closed. What the call was judged by must still be so, and user and tenant stay as they
/// are until this is durable: nothing is made for the deleted, or for an id that becomes a customer's. A
/// deletion locks in the same order, the tenant first.
const MAKE: &str = "with held as materialized (
      select publishable_key, generation from tenants
      where publishable_key in (select unnest($1::text[]))
      order by publishable_key
      for share
    ), known as materialized (
      select u.publishable_key, u.user_id, u.version
      from (select distinct pk, subject from unnest($1::text[], $2::text[]) as n(pk, subject)) w
      join held t on t.publishable_key = w.pk
      join end_users u on u.publishable_key = w.pk and u.user_id = w.subject
      order by u.publishable_key, u.user_id
      for key share of u
    )
    insert into usage_counts
      (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
    select w.pk, w.subject, w.meter, w.start, w.stop, coalesce(greatest(d.used, s.used), 0), 0, 0,
      coalesce(greatest(d.used, s.used), 0), w.plan, $8
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
      $9::bigint[], $10::bigint[]) as w(pk, subject, meter, start, stop, plan, hash, generation, version)
    join held t on t.publishable_key = w.pk and t.generation = w.generation
    left join known u on u.publishable_key = w.pk and u.user_id = w.subject
    left join usage_tombstones d on d.publishable_key = w.pk and d.subject_hash = w.hash
      and d.meter = w.meter and d.period_start = w.start
    left join usage_snapshots s on s.publishable_key = w.pk and s.user_id = w.subject
      and s.meter = w.meter and s.period_start = w.start
    where coalesce(u.version, -1) = w.version and (w.version >= 0 or not exists
      (select 1 from end_users x where x.publishable_key = w.pk and x.external_id = w.subject))
    order by w.pk, w.subject, w.meter, w.start
    on conflict (publishable_key, user_id, meter, period_start) do nothing";

/// One row of the statement.
pub(crate) struct Want<'a> {
    pub(crate) take: &'a Take,
    pub(crate) period: Period,
    pub(crate) calls: usize,
}

impl Want<'_> {
    /// The counter it asks for.
    pub(crate) fn name(&self) -> Name {
        let Take {
            tenant,
            subject,
            meter,
            ..
        } = self.take;
        (
            tenant.clone(),
            subject.clone(),
            meter.name().clone(),
            self.period.start.0,
        )
    }
}

/// How many calls of a row were taken, and the counter after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) calls: i64,
    pub(crate) count: Count,
}

/// Takes what fits of the rows `which` names: their index and what was taken. A row that is missing in
/// the answer has no counter yet, or was judged by something that has changed.
pub(crate) async fn take<C: GenericClient>(
    client: &C,
    wants: &[Want<'_>],
    which: &[usize],
    now: Millis,
) -> Result<Vec<(usize, Taken)>, tokio_postgres::Error> {
    let of =
        |f: &dyn Fn(&Want<'_>) -> i64| which.iter().map(|i| f(&wants[*i])).collect::<Vec<i64>>();
    let text = |f: fn(&Take) -> &str| {
        which
            .iter()
            .map(|i| f(wants[*i].take))
            .collect::<Vec<&str>>()
    };
    let index: Vec<i64> = which
        .iter()
        .map(|i| i64::try_from(*i).unwrap_or(i64::MAX))
        .collect();
    let (tenants, subjects) = (text(|t| &t.tenant), text(|t| &t.subject));
    let (meters, plans) = (text(|t| t.meter.name()), text(|t| &t.plan));
    let starts = of(&|w| w.period.start.0);
    let amounts = of(&|w| w.take.amount);
    let calls = of(&|w| i64::try_from(w.calls).unwrap_or(i64::MAX));
    let caps = of(&|w| match w.take.limit_in(w.period) {
        Limit::Max(max) => max,
        Limit::Unlimited => i64::MAX,
    });
    let generations = of(&|w| w.take.seen.generation);
    let versions = of(&|w| w.take.seen.user_version.unwrap_or(-1));
    let params: [&(dyn ToSql + Sync); 13] = [
        &index,
        &tenants,
        &subjects,
        &meters,
        &starts,
        &amounts,
        &calls,
        &caps,
        &plans,
        &generations,
        &versions,
        &now.0,
        &now.day_start().0,
    ];
    let statement = client.prepare_cached(TAKE).await?;
    let rows = client.query(&statement, &params).await?;
    Ok(rows
        .iter()
        .map(|row| {
            let count = Count {
                used: row.get(2),
                held: row.get(3),
            };
            (
                usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX),
                Taken {
                    calls: row.get(1),
                    count,
                },
            )
        })
        .collect())
}

/// Makes the counters of the rows `which` names, where there are none.
pub(crate) async fn make<C: GenericClient>(
    client: &C,
    wants: &[Want<'_>],
    which: &[usize],
    now: Millis,
) -> Result<(), tokio_postgres::Error> {
    let text = |f: fn(&Take) -> &str| {
        which
            .iter()
            .map(|i| f(wants[*i].take))
            .collect::<Vec<&str>>()
    };
    let of =
        |f: &dyn Fn(&Want<'_>) -> i64| which.iter().map(|i| f(&wants[*i])).collect::<Vec<i64>>();
    let starts = of(&|w| w.period.start.0);
    let stops = of(&|w| w.period.end.0);
    let hashes: Vec<String> = which
        .iter()
        .map(|i| subject_hash(&wants[*i].take.subject))
        .collect();
    let (tenants, subjects) = (text(|t| &t.tenant), text(|t| &t.subject));
    let (meters, plans) = (text(|t| t.meter.name()), text(|t| &t.plan));
    let generations = of(&|w| w.take.seen.generation);
    let versions = of(&|w| w.take.seen.user_version.unwrap_or(-1));
    let params: [&(dyn ToSql + Sync); 10] = [
        &tenants,
        &subjects,
        &meters,
        &starts,
        &stops,
        &plans,
        &hashes,
        &now.0,
        &generations,
        &versions,
    ];
    let statement = client.prepare_cached(MAKE).await?;
    client.execute(&statement, &params).await?;
    Ok(())
}
