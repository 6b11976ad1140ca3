//! The meter: counting and deciding are one step, and the answer waits until the count is durable.
//!
//! Calls that arrive while the last commit runs form the next batch. On SQLite one process owns the
//! file, so counters in memory decide and one appended journal row makes the batch durable
//! (`journal`). On PostgreSQL the database decides in one statement per batch (`batch`).

use std::sync::Arc;

use dream_domain::error::Error;
use dream_domain::period::{Period, PeriodKind};
use dream_domain::usage::{Amount, Count, Extra, Limit, Meter};
use tokio::sync::oneshot;

use crate::scope::Scope;
use crate::versions::Seen;

pub(crate) mod batch;
pub(crate) mod counters;
pub(crate) mod entry;
pub(crate) mod fold;
pub(crate) mod journal;
pub(crate) mod keyed;
pub(crate) mod replay;
pub(crate) mod sql;
pub(crate) mod statement;
pub(crate) mod unfolded;

/// One use to be counted: who, what, how much, and the limit the caller's plan allows.
#[derive(Clone, Debug)]
pub struct Take {
    /// The tenant, by publishable key; comes from a `Scope`.
    pub(crate) tenant: Arc<str>,
    /// Who is counted.
    pub subject: Arc<str>,
    /// What is counted.
    pub meter: Meter,
    /// The window the limit holds for; which one it is, is decided with the count.
    pub period: PeriodKind,
    /// How much, at least 1.
    pub amount: i64,
    /// The most that the plan allows in one period.
    pub limit: Limit,
    /// What was given on top of it, if anything; for one period alone.
    pub extra: Option<Extra>,
    /// The plan the limit comes from; kept with the counter for reports.
    pub plan: Arc<str>,
    /// Which versions of key, tier and user the caller was judged by.
    pub seen: Seen,
    /// Set when the caller sent an `Idempotency-Key`.
    pub key: Option<Key>,
}

impl Take {
    /// A use of a tenant's meter; nothing is allowed until [`Self::limited`] says so.
    pub fn new(
        scope: &Scope,
        subject: Arc<str>,
        meter: Meter,
        period: PeriodKind,
        amount: Amount,
        seen: Seen,
    ) -> Self {
        let tenant = scope.tenant().clone();
        let plan = Arc::from("");
        Self {
            tenant,
            subject,
            meter,
            period,
            amount: amount.get(),
            limit: Limit::Max(0),
            extra: None,
            plan,
            seen,
            key: None,
        }
    }

    /// The limit, and the plan it comes from.
    #[must_use]
    pub fn limited(mut self, limit: Limit, plan: Arc<str>) -> Self {
        self.limit = limit;
        self.plan = plan;
        self
    }

    /// What was given on top of the limit.
    #[must_use]
    pub fn with_extra(mut self, extra: Option<Extra>) -> Self {
        self.extra = extra;
        self
    }

    /// The idempotency key, if the caller sent one.
    #[must_use]
    pub fn keyed(mut self, key: Option<Key>) -> Self {
        self.key = key;
        self
    }

    /// A counter in a period, with what this call is judged by there.
    pub(crate) fn tally(&self, count: Count, period: Period) -> Tally {
        let extra = self.extra.map_or(0, |extra| extra.within(period));
        Tally {
            count,
            limit: self.limit.plus(extra),
            extra,
            period,
            plan: self.plan.clone(),
            replayed: false,
        }
    }

    /// The most that may be used in a period.
    pub(crate) fn limit_in(&self, period: Period) -> Limit {
        match self.extra {
            None => self.limit,
            Some(extra) => self.limit.plus(extra.within(period)),
        }
    }
}

/// An idempotency key as the meter sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Hash of caller, route and key (hex).
    pub hash: Arc<str>,
    /// Hash of what was asked (hex); another one under the same key is refused.
    pub body: Arc<str>,
}

/// What the meter decided; durable before anyone sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Counted.
    Taken(Tally),
    /// Not counted: the limit would be passed.
    Refused(Tally),
    /// Not counted: what the caller was judged by has changed; judge again and retry.
    Stale,
    /// Not counted: this idempotency key was used for something else.
    KeyReused,
}

/// A counter with its limit and period at the moment of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// What is used and held.
    pub count: Count,
    /// The limit it was judged by, with what was given on top.
    pub limit: Limit,
    /// How much of the limit was given on top of the plan's.
    pub extra: i64,
    /// The period it belongs to.
    pub period: Period,
    /// The plan the limit came from.
    pub plan: Arc<str>,
    /// The answer of an earlier call with the same idempotency key.
    pub replayed: bool,
}

/// Where the answer goes.
pub(crate) type Reply = oneshot::Sender<Result<Verdict, Error>>;

/// A call that waits for its batch.
pub(crate) struct Waiting {
    pub(crate) take: Take,
    pub(crate) reply: Reply,
}

/// The periods that contain one moment, each worked out once per batch.
pub(crate) struct Periods {
    now: dream_domain::time::Millis,
    known: [Option<Period>; 5],
}

impl Periods {
    pub(crate) fn at(now: dream_domain::time::Millis) -> Self {
        Self {
            now,
            known: [None; 5],
        }
    }

    pub(crate) fn of(&mut self, kind: PeriodKind) -> Period {
        let now = self.now;
        let slot = match kind {
            PeriodKind::Day => 0,
            PeriodKind::Week => 1,
            PeriodKind::Month => 2,
            PeriodKind::Year => 3,
            PeriodKind::Lifetime => 4,
        };
        *self.known[slot].get_or_insert_with(|| kind.containing(now))
    }
}
