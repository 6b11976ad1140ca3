//! The one thread that writes to SQLite. Everything that waits when a commit is done becomes the next
//! commit: transactions in their order, then the meter's batch, then a slice of the fold.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use dream_domain::time::Millis;
use parking_lot::{Condvar, Mutex, MutexGuard};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::clock::Clocks;
use crate::file;
use crate::meter::Waiting;
use crate::meter::counters::CounterId;
use crate::meter::journal::{Batch, Journal};
use crate::meter::sql::COUNTERS_OF_SUBJECT;
use crate::row;
use crate::sqlite::{self, Failure, Purpose};
use crate::step::{Refusal, Rows, Step};
use crate::versions::Versions;

/// Folded items per commit while calls wait; an idle writer takes far more.
const SLICE_BUSY: usize = 64;
const SLICE_IDLE: usize = 4096;
/// Between two tries of a fold whose commit failed.
const RETRY_AFTER: Duration = Duration::from_millis(200);
/// How often a batch waits for the rest of its wave.
const YIELDS_MAX: usize = 4;

/// A transaction on its way to the writer.
pub(crate) struct Job {
    pub(crate) steps: Vec<Step>,
    /// Versions to bump when it commits.
    pub(crate) bumps: Vec<u16>,
    /// Tenant and user whose counters the steps move or delete: folded before, forgotten after.
    pub(crate) settle: Vec<(Arc<str>, Arc<str>)>,
    /// Fold everything first, whoever it belongs to; counters of all are forgotten after.
    pub(crate) settle_all: bool,
    pub(crate) reply: oneshot::Sender<Result<Rows, Refusal>>,
}

impl Job {
    fn settles(&self) -> bool {
        self.settle_all || !self.settle.is_empty()
    }
}

#[derive(Default)]
struct Inbox {
    jobs: Vec<Job>,
    calls: Vec<Waiting>,
    closing: bool,
}

/// The door to the writer thread.
pub(crate) struct Queue {
    inbox: Mutex<Inbox>,
    wake: Condvar,
    calls_max: usize,
}

impl Queue {
    /// `calls_max`: how many calls may wait before new ones are turned away.
    pub(crate) fn new(calls_max: usize) -> Self {
        Self {
            inbox: Mutex::default(),
            wake: Condvar::new(),
            calls_max,
        }
    }

    /// A job that comes after [`Self::close`] is dropped, which tells whoever waits for it.
    pub(crate) fn job(&self, job: Job) {
        let mut inbox = self.inbox.lock();
        if !inbox.closing {
            inbox.jobs.push(job);
        }
        drop(inbox);
        self.wake.notify_one();
    }

    pub(crate) fn call(&self, call: Waiting) -> Result<()> {
        let mut inbox = self.inbox.lock();
        if inbox.closing {
            return Err(Code::ShuttingDown.error("The server is stopping; retry in a few seconds"));
        }
        if inbox.calls.len() >= self.calls_max {
            return Err(
                Code::Overloaded.error("Too many calls wait to be counted; retry in a second")
            );
        }
        inbox.calls.push(call);
        let first = inbox.calls.len() == 1;
        drop(inbox);
        if first {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Lets the writer finish what waits, fold, and end.
    pub(crate) fn close(&self) {
        self.inbox.lock().closing = true;
        self.wake.notify_one();
    }

    /// What waits now; sleeps up to `idle` when nothing does.
    fn take(&self, idle: Duration, calls: &mut Vec<Waiting>) -> (Vec<Job>, bool) {
        let mut inbox = self.inbox.lock();
        if inbox.jobs.is_empty() && inbox.calls.is_empty() && !inbox.closing {
            self.wake.wait_for(&mut inbox, idle);
        }
        // Those who share this core may be about to add more: let them, as long as they do. Nobody
        // waits for a timer, and on an idle core this costs nothing.
        for _ in 0..YIELDS_MAX {
            let before = inbox.calls.len();
            if before == 0 {
                break;
            }
            MutexGuard::unlocked(&mut inbox, std::thread::yield_now);
            if inbox.calls.len() == before {
                break;
            }
        }
        std::mem::swap(calls, &mut inbox.calls);
        (std::mem::take(&mut inbox.jobs), inbox.closing)
    }
}

/// The writer thread's own things.
pub(crate) struct Writer {
    pub(crate) path: PathBuf,
    pub(crate) connection: Option<Connection>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) journal: Journal,
    pub(crate) versions: Versions,
    pub(crate) clocks: Clocks,
    pub(crate) fold_every: Duration,
    /// The last commit failed: said once, and the fold waits a little between its tries.
    pub(crate) sick: bool,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let mut calls = Vec::new();
        let mut fold_due = (self.clocks.machine)();
        loop {
            let idle = match (self.journal.fold.runs(), self.sick) {
                (true, false) => Duration::ZERO,
                (true, true) => RETRY_AFTER,
                (false, _) => self.fold_every,
            };
            let (jobs, closing) = self.queue.take(idle, &mut calls);
            let now = (self.clocks.machine)();
            if now >= fold_due && self.journal.fold.waits() && !self.journal.fold.runs() {
                self.journal.start_fold();
                fold_due = now.plus(i64::try_from(self.fold_every.as_millis()).unwrap_or(i64::MAX));
            }
            if closing && jobs.is_empty() && calls.is_empty() {
                self.finish();
                if let Some(connection) = &self.connection {
                    // The file alone is whole now; failing that, the log beside it holds the rest.
                    let _ = file::settle(connection);
                }
                return;
            }
            if jobs.iter().any(Job::settles) {
                // Counters that move are forgotten only once that is durable; calls wait for it.
                self.turn(jobs, &mut Vec::new());
                self.turn(Vec::new(), &mut calls);
            } else {
                self.turn(jobs, &mut calls);
            }
        }
    }

    fn turn(&mut self, jobs: Vec<Job>, calls: &mut Vec<Waiting>) {
        let now = (self.clocks.business)();
        let mut outcomes = Vec::with_capacity(jobs.len());
        match self.attempt(&jobs, calls, now, &mut outcomes) {
            Ok((mut batch, wrote)) => {
                self.journal.committed(&mut batch, wrote);
                if std::mem::take(&mut self.sick) {
                    tracing::info!("commits work again");
                }
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    let _ = job.reply.send(outcome);
                }
                for (call, verdict) in calls.drain(..).zip(batch.verdicts) {
                    let _ = call.reply.send(verdict);
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.sick, true) {
                    tracing::error!(cause = ?error, "a commit failed; nothing of it was kept, and calls are refused until one works");
                }
                self.undo();
                for job in jobs {
                    let _ = job.reply.send(Err(Refusal::Storage(same(&error))));
                }
                for call in calls.drain(..) {
                    let _ = call.reply.send(Err(same(&error)));
                }
            }
        }
    }

    /// One commit: all that waits, or nothing.
    fn attempt(
        &mut self,
        jobs: &[Job],
        calls: &[Waiting],
        now: Millis,
        outcomes: &mut Vec<Result<Rows, Refusal>>,
    ) -> Result<(Batch, bool)> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => sqlite::open(&self.path, Purpose::Write)?,
        };
        let connection = self.connection.insert(connection);
        let takes = || calls.iter().map(|c| &c.take);
        let folding = self.journal.fold.runs();
        if jobs.is_empty() && !folding {
            let batch = self.journal.decide(connection, now, takes())?;
            if !batch.writes() {
                return Ok((batch, false));
            }
            begin(connection)?;
            let wrote = self.journal.write(connection, &batch)?;
            commit(connection)?;
            return Ok((batch, wrote));
        }
        begin(connection)?;
        let mut forget = Vec::new();
        for job in jobs {
            if job.settles() {
                self.journal.start_fold();
                self.journal.fold.write(connection, usize::MAX)?;
                forget.extend(counters_of(connection, &self.journal, job)?);
            }
            outcomes.push(run_job(connection, job)?);
        }
        let batch = self.journal.decide(connection, now, takes())?;
        let wrote = self.journal.write(connection, &batch)?;
        let folding = self.journal.fold.runs();
        let slice = if calls.is_empty() {
            SLICE_IDLE
        } else {
            SLICE_BUSY.max(self.journal.fold.len() / 1024)
        };
        self.journal.fold.write(connection, slice)?;
        commit(connection)?;
        self.journal.fold.committed();
        if folding && !self.journal.fold.runs() {
            self.journal.folded();
        }
        for (job, outcome) in jobs.iter().zip(outcomes.iter()) {
            if outcome.is_ok() {
                job.bumps.iter().for_each(|slot| self.versions.bump(*slot));
            }
        }
        for id in forget {
            self.journal.counters.forget(id);
        }
        if jobs.iter().any(|j| j.settle_all) {
            self.journal.counters.clear();
        }
        Ok((batch, wrote))
    }

    /// After a failure: nothing of the commit stays, and a connection that may be broken is replaced.
    fn undo(&mut self) {
        self.journal.fold.undone();
        if let Some(connection) = self.connection.take() {
            let undone = connection.is_autocommit() || connection.execute_batch("rollback").is_ok();
            let sound = undone && connection.query_row("select 1", [], |_| Ok(())).is_ok();
            self.connection = sound.then_some(connection);
        }
    }

    /// The last fold, so that the next start has nothing to replay.
    fn finish(&mut self) {
        let mut calls = Vec::new();
        while self.journal.fold.waits() || self.journal.fold.runs() {
            self.journal.start_fold();
            let left = self.journal.fold.len();
            self.turn(Vec::new(), &mut calls);
            if self.journal.fold.len() >= left && self.journal.fold.runs() {
                tracing::error!(
                    "the last fold failed; the journal keeps what it holds for the next start"
                );
                return;
            }
        }
    }
}

fn begin(connection: &Connection) -> Result<(), Failure> {
    connection.prepare_cached("begin immediate")?.execute([])?;
    Ok(())
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    connection.prepare_cached("commit")?.execute([])?;
    Ok(())
}

/// A job has a savepoint of its own: what refuses it leaves the others of the commit alone.
fn run_job(connection: &Connection, job: &Job) -> Result<Result<Rows, Refusal>, Failure> {
    connection.prepare_cached("savepoint job")?.execute([])?;
    let outcome = run_steps(connection, &job.steps);
    if outcome.is_err() {
        // Fails when SQLite has undone the whole transaction by itself (a full disk): then all fail.
        connection.prepare_cached("rollback to job")?.execute([])?;
    }
    connection.prepare_cached("release job")?.execute([])?;
    Ok(outcome)
}

fn run_steps(connection: &Connection, steps: &[Step]) -> Result<Rows, Refusal> {
    let mut all = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let done = sqlite::execute(connection, step.sql, &step.params);
        let (rows, changed) = done.map_err(|failure| failure.at(index))?;
        if step.changes.is_some_and(|wanted| wanted != changed) {
            return Err(Refusal::Guard(index));
        }
        all.push(rows);
    }
    Ok(all)
}

/// The names in memory of the counters a job is about to move or delete. Each subject may have those
/// of the others: a refused call leaves what it read in memory, and a tombstone is read under its id.
fn counters_of(connection: &Connection, journal: &Journal, job: &Job) -> Result<Vec<CounterId>> {
    let mut ids = Vec::new();
    for (tenant, subject) in &job.settle {
        let rows = sqlite::rows(connection, &COUNTERS_OF_SUBJECT, &row![tenant, subject])
            .map_err(Error::from)?;
        for row in rows {
            let (meter, start) = (row.text(0)?, row.time(1)?);
            let named = job.settle.iter().map(|(_, name)| name);
            ids.extend(named.map(|name| journal.counters.id(tenant, name, &meter, start)));
        }
    }
    Ok(ids)
}

/// The same error for each of those who waited.
fn same(error: &Error) -> Error {
    error.code().error(error.detail().to_owned())
}
