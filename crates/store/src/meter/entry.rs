//! What a journal row says: the counters a batch changed, by their new values, and the keyed answers.
//!
//! A row is one JSON text `{"d": day, "t": [tenant…], "c": [[tenant, user, meter, start, end, plan, used,
//! held]…], "k": [[tenant, key, body, at, answer]…]}`. Values are absolute, so reading a row twice
//! changes nothing.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::period::Period;
use dream_domain::time::Millis;
use dream_domain::usage::{Count, Limit};
use serde::{Deserialize, Serialize};

use crate::meter::{Key, Take, Tally, Verdict};

/// Tenant (place in the list), user, meter, start, end, plan, used, held.
type CounterRow = (usize, Arc<str>, Arc<str>, i64, i64, Arc<str>, i64, i64);
/// Tenant (place in the list), key, body, when, answer.
type KeyRow = (usize, Arc<str>, Arc<str>, i64, Arc<str>);

/// One row of the journal.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Entry {
    #[serde(rename = "d")]
    pub(crate) day: i64,
    #[serde(rename = "t")]
    tenants: Vec<Arc<str>>,
    #[serde(rename = "c")]
    counters: Vec<CounterRow>,
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<KeyRow>,
}

/// A counter with everything a row of `usage_counts` needs.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) tenant: Arc<str>,
    pub(crate) subject: Arc<str>,
    pub(crate) meter: Arc<str>,
    pub(crate) period: Period,
    pub(crate) plan: Arc<str>,
}

impl Named {
    pub(crate) fn of(take: &Take, period: Period) -> Self {
        Self {
            tenant: take.tenant.clone(),
            subject: take.subject.clone(),
            meter: take.meter.name().clone(),
            period,
            plan: take.plan.clone(),
        }
    }
}

/// A keyed answer on its way to `idempotency_keys`.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    pub(crate) tenant: Arc<str>,
    pub(crate) key: Key,
    pub(crate) at: Millis,
    pub(crate) answer: Arc<str>,
}

impl Entry {
    pub(crate) fn new(day: Millis) -> Self {
        Self {
            day: day.0,
            ..Self::default()
        }
    }

    pub(crate) fn counter(&mut self, named: &Named, count: Count) {
        let tenant = self.tenant(&named.tenant);
        self.counters.push((
            tenant,
            named.subject.clone(),
            named.meter.clone(),
            named.period.start.0,
            named.period.end.0,
            named.plan.clone(),
            count.used,
            count.held,
        ));
    }

    pub(crate) fn keyed(&mut self, keyed: &Keyed) {
        let tenant = self.tenant(&keyed.tenant);
        let key = &keyed.key;
        self.keys.push((
            tenant,
            key.hash.clone(),
            key.body.clone(),
            keyed.at.0,
            keyed.answer.clone(),
        ));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.counters.is_empty() && self.keys.is_empty()
    }

    pub(crate) fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| {
            Code::Internal
                .error("The journal row cannot be written")
                .because(e)
        })
    }

    pub(crate) fn from_text(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| {
            Code::StorageUnavailable
                .error("The journal is damaged")
                .because(e)
        })
    }

    /// The counters with their new values.
    pub(crate) fn counters(&self) -> impl Iterator<Item = (Named, Count)> {
        self.counters
            .iter()
            .filter_map(|(tenant, subject, meter, start, end, plan, used, held)| {
                let named = Named {
                    tenant: self.tenants.get(*tenant)?.clone(),
                    subject: subject.clone(),
                    meter: meter.clone(),
                    period: Period {
                        start: Millis(*start),
                        end: Millis(*end),
                    },
                    plan: plan.clone(),
                };
                Some((
                    named,
                    Count {
                        used: *used,
                        held: *held,
                    },
                ))
            })
    }

    /// The keyed answers.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Keyed> {
        self.keys
            .iter()
            .filter_map(|(tenant, hash, body, at, answer)| {
                Some(Keyed {
                    tenant: self.tenants.get(*tenant)?.clone(),
                    key: Key {
                        hash: hash.clone(),
                        body: body.clone(),
                    },
                    at: Millis(*at),
                    answer: answer.clone(),
                })
            })
    }

    fn tenant(&mut self, tenant: &Arc<str>) -> usize {
        if let Some(found) = self.tenants.iter().position(|t| t == tenant) {
            return found;
        }
        self.tenants.push(tenant.clone());
        self.tenants.len() - 1
    }
}

/// A verdict as it is kept for replays: `[taken, used, held, limit or null, start, end, plan, extra]`; the first
/// releases kept no extra.
#[derive(Serialize, Deserialize)]
struct Kept(
    bool,
    i64,
    i64,
    Option<i64>,
    i64,
    i64,
    Arc<str>,
    #[serde(default)] i64,
);

/// The text kept for a keyed verdict; none for one that is not kept.
pub(crate) fn verdict_text(verdict: &Verdict) -> Option<Arc<str>> {
    let (taken, tally) = match verdict {
        Verdict::Taken(tally) => (true, tally),
        Verdict::Refused(tally) => (false, tally),
        Verdict::Stale | Verdict::KeyReused => return None,
    };
    let limit = match tally.limit {
        Limit::Max(max) => Some(max),
        Limit::Unlimited => None,
    };
    let (count, period) = (tally.count, tally.period);
    let kept = Kept(
        taken,
        count.used,
        count.held,
        limit,
        period.start.0,
        period.end.0,
        tally.plan.clone(),
        tally.extra,
    );
    serde_json::to_string(&kept).ok().map(Into::into)
}

/// The verdict a text was made from, marked as a replay.
pub(crate) fn verdict_from_text(text: &str) -> Result<Verdict> {
    let damaged = |e| {
        Code::StorageUnavailable
            .error("A stored answer is damaged")
            .because(e)
    };
    let Kept(taken, used, held, limit, start, end, plan, extra) =
        serde_json::from_str(text).map_err(damaged)?;
    let tally = Tally {
        count: Count { used, held },
        limit: limit.map_or(Limit::Unlimited, Limit::Max),
        extra,
        period: Period {
            start: Millis(start),
            end: Millis(end),
        },
        plan,
        replayed: true,
    };
    Ok(if taken {
        Verdict::Taken(tally)
    } else {
        Verdict::Refused(tally)
    })
}

#[cfg(test)]
mod tests {
    use dream_domain::period::PeriodKind;
    use dream_domain::usage::Meter;

    use super::*;

    #[test]
    fn a_row_reads_back_what_was_written() {
        let mut entry = Entry::new(Millis(5));
        let named = Named {
            tenant: "pk_test_a".into(),
            subject: "a \"quoted\" \\ id".into(),
            meter: Meter::requests().name().clone(),
            period: PeriodKind::Month.containing(Millis(0)),
            plan: "free".into(),
        };
        entry.counter(&named, Count { used: 3, held: 1 });
        let again = Entry::from_text(&entry.to_text().unwrap()).unwrap();
        let (read, count) = again.counters().next().unwrap();
        assert_eq!(
            (read.subject, read.plan, count.used, count.held),
            (named.subject, named.plan, 3, 1)
        );
    }
}
