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
use dream_domain::usage::Count;
use tokio::sync::mpsc;

use crate::clock::Clocks;
use crate::meter::statement::{Taken, Want, make, take};
use crate::meter::unfolded::{Unfolded, fold};
use crate::meter::{Periods, Reply, Take, Verdict, Waiting};
use crate::postgres::{client, lost_a_race, unavailable};
use crate::versions::Versions;

/// How often a statement that lost against another one, such as a deletion, is tried again.
const RETRIES: usize = 5;

/// The most calls in one statement.
const BATCH_MAX: usize = 4096;

/// The lane that all calls of a process take, one batch after the other.
pub(crate) struct Lane {
    pub(crate) pool: Pool,
    pub(crate) clocks: Clocks,
    pub(crate) versions: Versions,
    pub(crate) unfolded: Arc<Unfolded>,
    pub(crate) fold_every: Duration,
    /// Held while a batch runs.
    pub(crate) turn: Arc<tokio::sync::Mutex<()>>,
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
                    let turn = self.turn.lock().await;
                    self.batch(&mut calls).await;
                    drop(turn);
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
        let mut keyed = Vec::new();
        let mut plain = Vec::with_capacity(calls.len());
        for call in calls.drain(..) {
            if call.take.key.is_some() {
                keyed.push(call);
            } else {
                plain.push(call);
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
            self.answer(groups, verdicts);
        }
    }

    fn answer(&self, groups: Vec<Group<Reply>>, verdicts: Result<Vec<Option<Taken>>>) {
        match verdicts {
            Ok(verdicts) => {
                for (group, taken) in groups.into_iter().zip(verdicts) {
                    if taken.is_some_and(|t| t.calls > 0) {
                        self.note(&group.take, group.period);
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

    pub(crate) fn note(&self, take: &Take, period: Period) {
        let calls = 1;
        self.unfolded.note(
            Want {
                take,
                period,
                calls,
            }
            .name(),
        );
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
        for step in [Step::Take, Step::Make, Step::Fold] {
            if missing.is_empty() {
                break;
            }
            for (index, taken) in step.insist(client, wants, &missing, now).await? {
                decided[index] = Some(taken);
            }
            missing.retain(|i| decided[*i].is_none());
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

/// What is tried, one after the other, for the rows that have not been decided. One that is missing after
/// the first has no counter yet, or one with a part of an earlier day, or is stale.
#[derive(Clone, Copy)]
enum Step {
    Take,
    Make,
    Fold,
}

impl Step {
    async fn insist<C: GenericClient>(
        self,
        client: &C,
        wants: &[Want<'_>],
        which: &[usize],
        now: Millis,
    ) -> Result<Vec<(usize, Taken)>> {
        let mut tries = 0;
        loop {
            match self.run(client, wants, which, now).await {
                Err(error) if tries < RETRIES && lost_a_race(&error) => tries += 1,
                other => return other.map_err(unavailable),
            }
        }
    }

    async fn run<C: GenericClient>(
        self,
        client: &C,
        wants: &[Want<'_>],
        which: &[usize],
        now: Millis,
    ) -> Result<Vec<(usize, Taken)>, tokio_postgres::Error> {
        let names = || which.iter().map(|i| wants[*i].name()).collect::<Vec<_>>();
        match self {
            Self::Take => {}
            Self::Make => make(client, wants, which, now).await?,
            Self::Fold => fold(client, &names()).await?,
        }
        take(client, wants, which, now).await
    }
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
    let tally = take.tally(count, period);
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

/// A counter: tenant, user, meter, start of the period.
type Name = (Arc<str>, Arc<str>, Arc<str>, Millis);

/// Folds calls into rows. A counter that is asked for different amounts or under different plans takes
/// part in several rounds; the last round of the list comes first.
pub(crate) fn rounds<T>(calls: Vec<(Take, T)>, now: Millis) -> Vec<Vec<Group<T>>> {
    let mut periods = Periods::at(now);
    let mut rounds: Vec<Vec<Group<T>>> = Vec::new();
    let mut places: HashMap<Name, (usize, usize)> = HashMap::new();
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
    a.amount == b.amount
        && a.limit == b.limit
        && a.extra == b.extra
        && a.plan == b.plan
        && a.seen == b.seen
}

/// The same trouble for each of those who waited.
pub(crate) fn again(error: &Error) -> Error {
    error.code().error(error.detail().to_owned())
}
