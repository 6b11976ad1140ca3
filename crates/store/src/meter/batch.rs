//! The PostgreSQL meter: the database is the authority, and a batch is one statement.
//!
//! Calls on one counter with the same amount, limit and plan fold into one row of the statement, which
//! takes as many of them as fit. The statement also checks that tenant and user still have the versions
//! the calls were judged by, so a revoked key or a changed plan holds at once in every process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{GenericClient, Pool};
use dream_domain::error::{Error, Result};
use dream_domain::period::Period;
use dream_domain::time::Millis;
use dream_domain::usage::{Count, Limit};
use tokio::sync::mpsc;
use tokio_postgres::types::ToSql;

use crate::clock::Clocks;
use crate::meter::sql::subject_hash;
use crate::meter::unfolded::Unfolded;
use crate::meter::{Periods, Reply, Take, Tally, Verdict, Waiting};
use crate::postgres::{client, lost_a_race, unavailable};
use crate::versions::Versions;

/// The most calls in one statement.
const BATCH_MAX: usize = 4096;

/// Takes what fits of each wanted row. Rows are locked in the order of their key, so that two processes
/// cannot wait for each other.
const TAKE: &str = "with want as (
      select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[])
        as w(idx, pk, subject, meter, start, amount, calls, cap, plan, generation, version)
    ), counter as materialized (
      select w.*, c.used, c.held from want w
      join usage_counts c on c.publishable_key = w.pk and c.user_id = w.subject and c.meter = w.meter and c.period_start = w.start
      join tenants t on t.publishable_key = w.pk and t.generation = w.generation
      left join end_users u on u.publishable_key = w.pk and u.user_id = w.subject
      where coalesce(u.version, -1) = w.version
      order by w.pk, w.subject, w.meter, w.start
      for update of c
    )
    update usage_counts c set
      taken = least(n.calls, greatest(n.cap - c.used - c.held, 0) / n.amount),
      used = c.used + n.amount * least(n.calls, greatest(n.cap - c.used - c.held, 0) / n.amount),
      plan = n.plan,
      updated_at = $12
    from counter n
    where c.publishable_key = n.pk and c.user_id = n.subject and c.meter = n.meter and c.period_start = n.start
    returning n.idx, c.taken, c.used, c.held";

/// Makes the counters that do not exist yet, empty or as a deleted customer left them.
const MAKE: &str = "insert into usage_counts
      (publishable_key, user_id, meter, period_start, period_end, used, held, taken, folded, plan, updated_at)
    select w.pk, w.subject, w.meter, w.start, w.stop, coalesce(d.used, 0), 0, 0, coalesce(d.used, 0), w.plan, $8
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
      as w(pk, subject, meter, start, stop, plan, hash)
    left join usage_tombstones d on d.publishable_key = w.pk and d.subject_hash = w.hash
      and d.meter = w.meter and d.period_start = w.start
    order by w.pk, w.subject, w.meter, w.start
    on conflict (publishable_key, user_id, meter, period_start) do nothing";

/// The lane that all calls of a process take, one batch after the other.
pub(crate) struct Lane {
    pub(crate) pool: Pool,
    pub(crate) clocks: Clocks,
    pub(crate) versions: Versions,
    pub(crate) unfolded: Arc<Unfolded>,
    pub(crate) fold_every: Duration,
}

/// Calls that fold into one row of the statement, each with what its answer needs.
pub(crate) struct Group<T> {
    pub(crate) take: Take,
    pub(crate) period: Period,
    pub(crate) members: Vec<T>,
}

impl Lane {
    /// Works until every sender is gone.
    pub(crate) async fn run(self, mut waiting: mpsc::Receiver<Waiting>) {
        let mut calls = Vec::with_capacity(BATCH_MAX);
        let mut folds = tokio::time::interval(self.fold_every.max(Duration::from_millis(10)));
        folds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = folds.tick() => self.spawn_fold(),
                count = waiting.recv_many(&mut calls, BATCH_MAX) => {
                    if count == 0 {
                        return;
                    }
                    self.batch(&mut calls).await;
                }
            }
        }
    }

    fn spawn_fold(&self) {
        let (unfolded, pool) = (self.unfolded.clone(), self.pool.clone());
        tokio::spawn(async move {
            if let Err(error) = unfolded.fold(&pool).await {
                tracing::warn!(cause = ?error, "a fold failed; it is tried again");
            }
        });
    }

    async fn batch(&self, calls: &mut Vec<Waiting>) {
        let now = (self.clocks.business)();
        if self.unfolded.holds_day_before(now.day_start())
            && self.unfolded.fold(&self.pool).await.is_err()
        {
            tracing::warn!(
                "the fold of the day before failed; its last calls may be shown under today"
            );
        }
        let mut keyed = Vec::new();
        let mut plain = Vec::with_capacity(calls.len());
        for call in calls.drain(..) {
            if call.take.key.is_some() {
                keyed.push(call)
            } else {
                plain.push(call)
            }
        }
        if !plain.is_empty() {
            self.plain(plain, now).await;
        }
        if !keyed.is_empty() {
            crate::meter::keyed::batch(self, keyed, now).await;
        }
    }

    /// Calls without a key: one statement, durable when it returns.
    async fn plain(&self, calls: Vec<Waiting>, now: Millis) {
        let calls = calls
            .into_iter()
            .map(|call| (call.take, call.reply))
            .collect();
        let mut rounds = rounds(calls, now);
        while let Some(groups) = rounds.pop() {
            let verdicts = match client(&self.pool).await {
                Ok(client) => self.decide(&client, &groups_of(&groups), now).await,
                Err(error) => Err(error),
            };
            self.answer(groups, verdicts, now);
        }
    }

    fn answer(&self, groups: Vec<Group<Reply>>, verdicts: Result<Vec<Option<Taken>>>, now: Millis) {
        match verdicts {
            Ok(verdicts) => {
                for (group, taken) in groups.into_iter().zip(verdicts) {
                    if taken.is_some_and(|t| t.calls > 0) {
                        self.note(&group.take, group.period, now);
                    }
                    group.answer(taken);
                }
            }
            Err(error) => {
                tracing::error!(cause = ?error, "a batch failed");
                for reply in groups.into_iter().flat_map(|g| g.members) {
                    let _ = reply.send(Err(again(&error)));
                }
            }
        }
    }

    pub(crate) fn note(&self, take: &Take, period: Period, now: Millis) {
        let name = (
            take.tenant.clone(),
            take.subject.clone(),
            take.meter.name().clone(),
            period.start.0,
        );
        self.unfolded.note(name, now.day_start());
    }

    /// Decides each wanted row; none where what it was judged by has changed.
    pub(crate) async fn decide<C: GenericClient>(
        &self,
        client: &C,
        wants: &[Want<'_>],
        now: Millis,
    ) -> Result<Vec<Option<Taken>>> {
        let mut decided: Vec<Option<Taken>> = vec![None; wants.len()];
        let mut missing: Vec<usize> = (0..wants.len())
            .filter(|i| self.versions.current(&wants[*i].take.seen))
            .collect();
        let all = missing.len();
        for attempt in 0..3 {
            if missing.is_empty() {
                break;
            }
            if attempt > 0 {
                make(client, wants, &missing, now)
                    .await
                    .map_err(unavailable)?;
            }
            let taken = match take(client, wants, &missing, now).await {
                Err(error) if lost_a_race(&error) && attempt + 1 < 3 => continue,
                other => other.map_err(unavailable)?,
            };
            for (index, taken) in taken {
                decided[index] = Some(taken);
            }
            missing.retain(|i| decided[*i].is_none());
            if attempt > 0 && missing.len() < all {
                // What is still missing after its counter was made is stale.
                break;
            }
        }
        self.bump_stale(wants, &missing);
        Ok(decided)
    }

    /// Another process has changed these: what is cached here is stale.
    fn bump_stale(&self, wants: &[Want<'_>], stale: &[usize]) {
        for index in stale {
            let seen = &wants[*index].take.seen;
            self.versions.bump(seen.tenant.0);
            self.versions.bump(seen.user.0);
        }
    }
}

/// One row of the statement.
pub(crate) struct Want<'a> {
    pub(crate) take: &'a Take,
    pub(crate) period: Period,
    pub(crate) calls: usize,
}

/// How many calls of a row were taken, and the counter after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) calls: i64,
    pub(crate) count: Count,
}

impl Group<Reply> {
    fn answer(self, taken: Option<Taken>) {
        let Self {
            take,
            period,
            members,
        } = self;
        for (index, reply) in (0_i64..).zip(members) {
            let _ = reply.send(Ok(match taken {
                None => Verdict::Stale,
                Some(taken) => verdict(&take, period, taken, index),
            }));
        }
    }
}

/// The verdict of the `index`th call of a row: the first ones were taken, the rest found it full.
pub(crate) fn verdict(take: &Take, period: Period, taken: Taken, index: i64) -> Verdict {
    let after = taken
        .calls
        .saturating_sub(index + 1)
        .max(0)
        .saturating_mul(take.amount);
    let count = Count {
        used: taken.count.used.saturating_sub(after),
        held: taken.count.held,
    };
    let tally = Tally {
        count,
        limit: take.limit,
        period,
        plan: take.plan.clone(),
        replayed: false,
    };
    if index < taken.calls {
        Verdict::Taken(tally)
    } else {
        Verdict::Refused(tally)
    }
}

pub(crate) fn groups_of<T>(groups: &[Group<T>]) -> Vec<Want<'_>> {
    groups
        .iter()
        .map(|g| Want {
            take: &g.take,
            period: g.period,
            calls: g.members.len(),
        })
        .collect()
}

/// Folds calls into rows. A counter that is asked for different amounts or under different plans takes
/// part in several rounds; the last round of the list comes first.
pub(crate) fn rounds<T>(calls: Vec<(Take, T)>, now: Millis) -> Vec<Vec<Group<T>>> {
    let mut periods = Periods::at(now);
    let mut rounds: Vec<Vec<Group<T>>> = Vec::new();
    let mut places: HashMap<(Arc<str>, Arc<str>, Arc<str>, Millis), (usize, usize)> =
        HashMap::new();
    for (take, member) in calls {
        let period = periods.of(take.period);
        let name = (
            take.tenant.clone(),
            take.subject.clone(),
            take.meter.name().clone(),
            period.start,
        );
        let next = match places.get(&name) {
            Some((round, index)) if same(&rounds[*round][*index].take, &take) => {
                rounds[*round][*index].members.push(member);
                continue;
            }
            Some((round, _)) => round + 1,
            None => 0,
        };
        if rounds.len() == next {
            rounds.push(Vec::new());
        }
        places.insert(name, (next, rounds[next].len()));
        rounds[next].push(Group {
            take,
            period,
            members: vec![member],
        });
    }
    rounds.reverse();
    rounds
}

fn same(a: &Take, b: &Take) -> bool {
    a.amount == b.amount && a.limit == b.limit && a.plan == b.plan && a.seen == b.seen
}

async fn take<C: GenericClient>(
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
    let caps = of(&|w| match w.take.limit {
        Limit::Max(max) => max,
        Limit::Unlimited => i64::MAX,
    });
    let generations = of(&|w| w.take.seen.generation);
    let versions = of(&|w| w.take.seen.user_version.unwrap_or(-1));
    let params: [&(dyn ToSql + Sync); 12] = [
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

async fn make<C: GenericClient>(
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
    let starts: Vec<i64> = which.iter().map(|i| wants[*i].period.start.0).collect();
    let stops: Vec<i64> = which.iter().map(|i| wants[*i].period.end.0).collect();
    let hashes: Vec<String> = which
        .iter()
        .map(|i| subject_hash(&wants[*i].take.subject))
        .collect();
    let (tenants, subjects) = (text(|t| &t.tenant), text(|t| &t.subject));
    let (meters, plans) = (text(|t| t.meter.name()), text(|t| &t.plan));
    let params: [&(dyn ToSql + Sync); 8] = [
        &tenants, &subjects, &meters, &starts, &stops, &plans, &hashes, &now.0,
    ];
    let statement = client.prepare_cached(MAKE).await?;
    client.execute(&statement, &params).await?;
    Ok(())
}

/// The same trouble for each of those who waited.
pub(crate) fn again(error: &Error) -> Error {
    error.code().error(error.detail().to_owned())
}
