//! The fold: moves what the journal holds into `usage_counts`, `usage_days` and `idempotency_keys`.
//!
//! It rides in slices on the commits of the meter, so that no call waits for a large one. Each counter
//! is written by its absolute value and adds to its day what it has grown since it was last folded, in
//! the same transaction: a crash in between repeats nothing and loses nothing.

use std::collections::VecDeque;

use dream_domain::time::Millis;
use dream_domain::usage::Count;
use hashbrown::HashMap;
use rusqlite::Connection;

use crate::meter::counters::{Already, CounterId, Counters};
use crate::meter::entry::{Keyed, Named};
use crate::meter::sql::KEEP_KEY;
use crate::meter::sql::{ADD_DAY, DELETE_JOURNAL, KEEP_COUNT};
use crate::params;
use crate::row;
use crate::sqlite::{self, Failure};

/// A counter that has changed since it was last folded.
pub(crate) struct Dirty {
    named: Named,
    day: Millis,
    /// What `usage_days` has seen of it.
    folded: i64,
    count: Count,
}

enum Item {
    Counter(Dirty),
    Key(Keyed),
}

/// What waits to be folded.
#[derive(Default)]
pub(crate) struct Fold {
    dirty: HashMap<CounterId, Dirty, Already>,
    keys: Vec<Keyed>,
    queue: VecDeque<Item>,
    /// Items written by the transaction that runs.
    writing: Vec<Item>,
    /// Journal rows up to here may go once the queue is empty.
    through: i64,
    trimmed: i64,
}

impl Fold {
    /// Notes the new value of a counter. A counter last touched on another day is queued first, so
    /// that each day gets its own part.
    pub(crate) fn touch(
        &mut self,
        id: CounterId,
        named: Named,
        day: Millis,
        before: i64,
        count: Count,
    ) {
        match self.dirty.entry(id) {
            hashbrown::hash_map::Entry::Vacant(entry) => {
                entry.insert(Dirty {
                    named,
                    day,
                    folded: before,
                    count,
                });
            }
            hashbrown::hash_map::Entry::Occupied(mut entry) if entry.get().day == day => {
                let dirty = entry.get_mut();
                dirty.count = count;
                dirty.named.plan = named.plan;
            }
            hashbrown::hash_map::Entry::Occupied(mut entry) => {
                let folded = entry.get().count.used;
                let old = entry.insert(Dirty {
                    named,
                    day,
                    folded,
                    count,
                });
                self.queue.push_back(Item::Counter(old));
            }
        }
    }

    /// Notes a keyed answer.
    pub(crate) fn keyed(&mut self, keyed: Keyed) {
        self.keys.push(keyed);
    }

    /// Something waits that no cycle has taken up.
    pub(crate) fn waits(&self) -> bool {
        !self.dirty.is_empty() || !self.keys.is_empty()
    }

    /// A cycle runs.
    pub(crate) fn runs(&self) -> bool {
        !self.queue.is_empty() || self.trimmed < self.through
    }

    /// Queues everything noted so far; `seq` is the last journal row that holds any of it.
    pub(crate) fn start(&mut self, seq: i64) {
        self.queue
            .extend(self.dirty.drain().map(|(_, dirty)| Item::Counter(dirty)));
        self.queue.extend(self.keys.drain(..).map(Item::Key));
        self.through = seq;
    }

    /// Writes up to `items` of the queue inside the caller's transaction, and drops the journal rows
    /// that are no longer needed when the queue runs empty.
    pub(crate) fn write(&mut self, connection: &Connection, items: usize) -> Result<(), Failure> {
        let mut totals: HashMap<(std::sync::Arc<str>, std::sync::Arc<str>, Millis), i64> =
            HashMap::new();
        for _ in 0..items {
            let Some(item) = self.queue.pop_front() else {
                break;
            };
            let written = match &item {
                Item::Counter(dirty) => dirty.write(connection),
                Item::Key(keyed) => keyed.write(connection),
            };
            if let Item::Counter(dirty) = &item {
                let total = totals
                    .entry((
                        dirty.named.tenant.clone(),
                        dirty.named.meter.clone(),
                        dirty.day,
                    ))
                    .or_default();
                *total = total.saturating_add(dirty.grown());
            }
            self.writing.push(item);
            written?;
        }
        for ((tenant, meter, day), grown) in totals {
            sqlite::execute(connection, &ADD_DAY, &row![tenant, day, "", meter, grown])?;
        }
        if self.queue.is_empty() && self.trimmed < self.through {
            sqlite::execute(connection, &DELETE_JOURNAL, &row![self.through])?;
        }
        Ok(())
    }

    /// The transaction is durable.
    pub(crate) fn committed(&mut self) {
        self.writing.clear();
        if self.queue.is_empty() {
            self.trimmed = self.through;
        }
    }

    /// The transaction is undone: its items wait again, in their order.
    pub(crate) fn undone(&mut self) {
        while let Some(item) = self.writing.pop() {
            self.queue.push_front(item);
        }
    }

    /// Lets go of counters in memory that nothing here needs. Only between cycles: what is queued
    /// would be read back too old.
    pub(crate) fn shrink(&self, counters: &Counters) {
        if self.queue.is_empty() {
            counters.shrink(|id| self.dirty.contains_key(&id));
        }
    }

    /// The counter has changes that the database does not hold yet.
    pub(crate) fn len(&self) -> usize {
        self.dirty.len() + self.queue.len() + self.keys.len()
    }
}

impl Dirty {
    fn grown(&self) -> i64 {
        self.count.used.saturating_sub(self.folded)
    }

    fn write(&self, connection: &Connection) -> Result<(), Failure> {
        let Named {
            tenant,
            subject,
            meter,
            period,
            plan,
        } = &self.named;
        let count = self.count;
        let row = params![
            tenant,
            subject,
            meter,
            period.start,
            period.end,
            count.used,
            count.held,
            plan,
            self.day
        ];
        sqlite::execute(connection, &KEEP_COUNT, &row)?;
        sqlite::execute(
            connection,
            &ADD_DAY,
            &row![tenant, self.day, subject, meter, self.grown()],
        )?;
        Ok(())
    }
}

impl Keyed {
    fn write(&self, connection: &Connection) -> Result<(), Failure> {
        let Self {
            tenant,
            key,
            at,
            answer,
        } = self;
        let row = params![tenant, &key.hash, &key.body, 0, answer, *at];
        sqlite::execute(connection, &KEEP_KEY, &row)?;
        Ok(())
    }
}
