//! The SQLite meter: counters in memory decide, one journal row makes a batch durable.
//!
//! A batch works on copies: the counters in memory change only after the commit, so a failed commit has
//! nothing to take back, and a reader never sees a count that could still be lost.

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::time::Millis;
use dream_domain::usage::{Count, decide};
use hashbrown::HashMap;
use rusqlite::Connection;

use crate::meter::counters::{Already, CounterId, Counters};
use crate::meter::entry::{Entry, Keyed, Named, verdict_from_text, verdict_text};
use crate::meter::fold::Fold;
use crate::meter::sql::FIND_KEY;
use crate::meter::sql::{ADD_JOURNAL, FIND_COUNT};
use crate::meter::{Key, Periods, Take, Verdict};
use crate::params;
use crate::row;
use crate::sqlite::{self, Failure};
use crate::versions::Versions;

/// The meter's memory; lives on the writer thread.
pub(crate) struct Journal {
    pub(crate) counters: Arc<Counters>,
    pub(crate) fold: Fold,
    versions: Versions,
    /// Answers of keyed calls since the last fold began.
    answers: Answers,
    /// Answers that the running fold writes; they leave when it is done.
    folding: Answers,
    answers_max: usize,
    seq: i64,
}

/// Body hash and answer by tenant and key hash.
type Answers = HashMap<(Arc<str>, Arc<str>), (Arc<str>, Arc<str>)>;

/// A batch that has been decided and waits for its commit.
pub(crate) struct Batch {
    changed: HashMap<CounterId, Change, Already>,
    loaded: Vec<(CounterId, Count)>,
    keyed: Vec<Keyed>,
    day: Millis,
    pub(crate) verdicts: Vec<Result<Verdict>>,
}

impl Batch {
    /// Something must become durable before the answers go out.
    pub(crate) fn writes(&self) -> bool {
        !self.keyed.is_empty() || self.changed.values().any(|c| c.touched)
    }
}

struct Change {
    named: Named,
    before: i64,
    count: Count,
    touched: bool,
}

impl Journal {
    pub(crate) fn new(counters: Arc<Counters>, versions: Versions, answers_max: usize) -> Self {
        Self {
            counters,
            fold: Fold::default(),
            versions,
            answers: Answers::new(),
            folding: Answers::new(),
            answers_max,
            seq: 0,
        }
    }

    /// The journal holds a row with this number.
    pub(crate) fn resume(&mut self, seq: i64) {
        self.seq = self.seq.max(seq);
    }

    /// Decides every call in order. Reads what is not in memory; writes nothing.
    pub(crate) fn decide<'a>(
        &mut self,
        connection: &Connection,
        now: Millis,
        takes: impl Iterator<Item = &'a Take>,
    ) -> Result<Batch, Failure> {
        let mut batch = Batch {
            changed: HashMap::default(),
            loaded: Vec::new(),
            keyed: Vec::new(),
            day: now.day_start(),
            verdicts: Vec::new(),
        };
        let mut periods = Periods::at(now);
        for take in takes {
            let verdict = self.one(connection, now, &mut periods, take, &mut batch)?;
            batch.verdicts.push(verdict);
        }
        Ok(batch)
    }

    fn one(
        &mut self,
        connection: &Connection,
        now: Millis,
        periods: &mut Periods,
        take: &Take,
        batch: &mut Batch,
    ) -> Result<Result<Verdict>, Failure> {
        if let Some(answer) = self.replay(connection, take, batch)? {
            return Ok(answer);
        }
        if !self.versions.current(&take.seen) {
            return Ok(Ok(Verdict::Stale));
        }
        if take.key.is_some()
            && self.answers.len() + self.folding.len() + batch.keyed.len() >= self.answers_max
        {
            return Ok(Err(full()));
        }
        let period = periods.of(take.period);
        let id = self
            .counters
            .id(&take.tenant, &take.subject, take.meter.name(), period.start);
        let change = match batch.changed.entry(id) {
            hashbrown::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            hashbrown::hash_map::Entry::Vacant(entry) => {
                let count = if let Some(count) = self.counters.get(id) {
                    count
                } else {
                    let count = load(connection, take, period.start)?;
                    batch.loaded.push((id, count));
                    count
                };
                let named = Named::of(take, period);
                entry.insert(Change {
                    named,
                    before: count.used,
                    count,
                    touched: false,
                })
            }
        };
        let tally = |count| take.tally(count, period);
        let verdict = match decide(change.count, take.amount, take.limit_in(period)) {
            Some(count) => {
                change.count = count;
                change.touched = true;
                if change.named.plan != take.plan {
                    change.named.plan = take.plan.clone();
                }
                Verdict::Taken(tally(count))
            }
            None => Verdict::Refused(tally(change.count)),
        };
        keep(batch, take, now, &verdict);
        Ok(Ok(verdict))
    }

    /// The answer of an earlier call with the same key: in this batch, in memory, or folded.
    fn replay(
        &self,
        connection: &Connection,
        take: &Take,
        batch: &Batch,
    ) -> Result<Option<Result<Verdict>>, Failure> {
        let Some(key) = &take.key else {
            return Ok(None);
        };
        let (body, answer) = if let Some(same) = batch
            .keyed
            .iter()
            .find(|k| k.key.hash == key.hash && k.tenant == take.tenant)
        {
            (same.key.body.clone(), same.answer.clone())
        } else if let Some(known) = self.answer(take, key) {
            known.clone()
        } else {
            let rows = sqlite::rows(connection, &FIND_KEY, &row![&take.tenant, &key.hash])?;
            let Some(row) = rows.first() else {
                return Ok(None);
            };
            match (row.text(0), row.text(2)) {
                (Ok(body), Ok(answer)) => (body, answer),
                (Err(error), _) | (_, Err(error)) => return Ok(Some(Err(error))),
            }
        };
        Ok(Some(if body == key.body {
            verdict_from_text(&answer)
        } else {
            Ok(Verdict::KeyReused)
        }))
    }

    fn answer(&self, take: &Take, key: &Key) -> Option<&(Arc<str>, Arc<str>)> {
        let name = (take.tenant.clone(), key.hash.clone());
        self.answers.get(&name).or_else(|| self.folding.get(&name))
    }

    /// Appends the batch to the journal, inside the caller's transaction. False if there is nothing
    /// to write.
    pub(crate) fn write(&mut self, connection: &Connection, batch: &Batch) -> Result<bool> {
        let mut entry = Entry::new(batch.day);
        for change in batch.changed.values().filter(|c| c.touched) {
            entry.counter(&change.named, change.count);
        }
        for keyed in &batch.keyed {
            entry.keyed(keyed);
        }
        if entry.is_empty() {
            return Ok(false);
        }
        let row = params![self.seq + 1, entry.to_text()?];
        sqlite::execute(connection, &ADD_JOURNAL, &row).map_err(Error::from)?;
        Ok(true)
    }

    /// The batch is durable (or wrote nothing): memory takes it over.
    pub(crate) fn committed(&mut self, batch: &mut Batch, wrote: bool) {
        for (id, count) in batch.loaded.drain(..) {
            self.counters.put(id, count);
        }
        for (id, change) in batch.changed.drain().filter(|(_, c)| c.touched) {
            self.counters.put(id, change.count);
            self.fold
                .touch(id, change.named, batch.day, change.before, change.count);
        }
        for keyed in batch.keyed.drain(..) {
            self.remember(keyed);
        }
        self.seq += i64::from(wrote);
    }

    /// Notes a keyed answer that the journal holds.
    pub(crate) fn remember(&mut self, keyed: Keyed) {
        let name = (keyed.tenant.clone(), keyed.key.hash.clone());
        self.answers
            .insert(name, (keyed.key.body.clone(), keyed.answer.clone()));
        self.fold.keyed(keyed);
    }

    /// Queues everything noted so far for the fold.
    pub(crate) fn start_fold(&mut self) {
        self.fold.start(self.seq);
        self.folding.extend(self.answers.drain());
    }

    /// A fold cycle is complete: answers that `idempotency_keys` holds now may leave, settled counters
    /// too when there are too many.
    pub(crate) fn folded(&mut self) {
        self.folding.clear();
        self.fold.shrink(&self.counters);
    }
}

fn load(connection: &Connection, take: &Take, start: Millis) -> Result<Count, Failure> {
    let row =
        crate::meter::sql::count_params(&take.tenant, &take.subject, take.meter.name(), start);
    Ok(crate::meter::sql::latest(&sqlite::rows(
        connection,
        &FIND_COUNT,
        &row,
    )?))
}

fn keep(batch: &mut Batch, take: &Take, now: Millis, verdict: &Verdict) {
    if let (Some(key), Some(answer)) = (&take.key, verdict_text(verdict)) {
        batch.keyed.push(Keyed {
            tenant: take.tenant.clone(),
            key: key.clone(),
            at: now,
            answer,
        });
    }
}

fn full() -> Error {
    Code::Overloaded.error(
        "Too many idempotency keys wait to be stored; retry with the same key in a few seconds",
    )
}
