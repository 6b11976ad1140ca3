//! What all parts of a running sandbox share.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::context::{Context, Random, Scope};
use crate::problem::{Problem, Result};

/// Tells the time in seconds since 1970.
pub(crate) type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A running sandbox.
pub(crate) struct Sandbox {
    pub(crate) db: Mutex<Connection>,
    /// Business time: everything that is billed or sent again follows it.
    pub(crate) clock: Clock,
    /// Machine time: signatures, OAuth codes and idempotency keys age by it.
    pub(crate) machine: Clock,
    pub(crate) random: Random,
    /// Where pages live, without a slash at the end.
    pub(crate) base: String,
    /// Told after every commit, so that deliveries leave at once.
    pub(crate) wake: Notify,
    /// Idempotency keys of calls that run now.
    pub(crate) running: Mutex<HashSet<String>>,
}

/// Whose call it is.
pub(crate) struct Caller {
    pub(crate) scope: Scope,
    pub(crate) platform: String,
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

impl Caller {
    /// Nobody: what happens by itself, on a page or on a test's order, to one side of one account.
    pub(crate) fn nobody(scope: Scope) -> Self {
        Self {
            platform: scope.account.clone(),
            scope,
            request_id: None,
            idempotency_key: None,
        }
    }
}

impl Sandbox {
    pub(crate) fn new(
        db: Connection,
        clock: Clock,
        machine: Clock,
        random: Random,
        base: String,
    ) -> Self {
        Self {
            db: Mutex::new(db),
            clock,
            machine,
            random,
            base,
            wake: Notify::new(),
            running: Mutex::default(),
        }
    }

    /// Runs work in one transaction: durable when this returns, undone if it fails.
    pub(crate) fn transaction<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let done = self.locked(work);
        self.wake.notify_waiters();
        done
    }

    fn locked<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut db = self.db.lock();
        let transaction = db.transaction()?;
        let done = work(&transaction);
        if done.as_ref().err().is_none_or(|problem| problem.keeps_work) {
            transaction.commit()?;
        }
        done
    }

    /// What an operation is handed.
    pub(crate) fn context<'a>(&'a self, db: &'a Connection, caller: Caller) -> Context<'a> {
        Context {
            db,
            scope: caller.scope,
            platform: caller.platform,
            now: (self.clock)(),
            random: &self.random,
            request_id: caller.request_id,
            idempotency_key: caller.idempotency_key,
            base: &self.base,
        }
    }
}

/// Runs blocking work where it holds up nothing else.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Problem::internal(&error)),
    }
}
