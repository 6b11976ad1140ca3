//! A PostgreSQL database that other processes may use too: a pool, and the lane of the meter's batches.

use std::sync::Arc;

use deadpool_postgres::Pool;
use dream_domain::error::{Code, Result};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;

use crate::clock::Clocks;
use crate::meter::unfolded::Unfolded;
use crate::meter::{Waiting, batch};
use crate::options::Options;
use crate::postgres::{
    Planner, Stop, client, lost_a_race, migrate, pool, query, transaction, unavailable,
};
use crate::sql::Sql;
use crate::step::{Refusal, Rows, Step};
use crate::value::{Row, Value};
use crate::versions::Versions;

/// How often a transaction that lost against another one is tried again.
const RETRIES: usize = 5;

/// Connections of the lane: one for batches, one for the fold beside them.
const LANE_POOL: usize = 2;

/// A PostgreSQL database that other processes may use too.
pub(crate) struct Shared {
    pool: Pool,
    calls: Mutex<Option<mpsc::Sender<Waiting>>>,
    lane: Mutex<Option<JoinHandle<()>>>,
    unfolded: Arc<Unfolded>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Shared {
    pub(crate) async fn open(
        url: &str,
        options: &Options,
        clocks: Clocks,
        versions: Versions,
    ) -> Result<Self> {
        let lane_pool = pool(url, LANE_POOL, Planner::ByKey)?;
        let pool = pool(url, options.pool_size, Planner::Free)?;
        migrate(&pool, &clocks).await?;
        let unfolded = Arc::new(Unfolded::default());
        unfolded.recover(&pool).await?;
        let (calls, waiting) = mpsc::channel(options.calls_max.max(1));
        let turn = Arc::default();
        let lane = batch::Lane {
            turn: Arc::clone(&turn),
            pool: lane_pool,
            clocks,
            versions,
            unfolded: unfolded.clone(),
            fold_every: options.fold_every,
        };
        let lane = tokio::spawn(lane.run(waiting));
        Ok(Self {
            pool,
            calls: Mutex::new(Some(calls)),
            lane: Mutex::new(Some(lane)),
            unfolded,
            turn,
        })
    }

    /// Waits until the batch that runs has ended: it may have looked at keys and plans before a change
    /// that was committed meanwhile.
    pub(crate) async fn after_batch(&self) {
        drop(self.turn.lock().await);
    }

    pub(crate) fn call(&self, call: Waiting) -> Result<()> {
        let calls = self.calls.lock();
        let sender = calls.as_ref().ok_or_else(|| {
            Code::ShuttingDown.error("The server is stopping; retry in a few seconds")
        })?;
        sender.try_send(call).map_err(|_| {
            Code::Overloaded.error("Too many calls wait to be counted; retry in a second")
        })
    }

    pub(crate) async fn rows(&self, sql: &'static Sql, params: &[Value]) -> Result<Vec<Row>> {
        let client = client(&self.pool).await?;
        query(&client, sql, params)
            .await
            .map(|(rows, _)| rows)
            .map_err(unavailable)
    }

    /// Runs a transaction; one that loses against another is tried again.
    pub(crate) async fn run(&self, steps: &[Step]) -> Result<Rows, Refusal> {
        let mut tries = 0;
        loop {
            let mut client = client(&self.pool).await.map_err(Refusal::Storage)?;
            match transaction(&mut client, steps).await {
                Err(Stop::Database(_, error)) if tries < RETRIES && lost_a_race(&error) => {
                    tries += 1;
                }
                Err(Stop::Database(index, error))
                    if error.code() == Some(&SqlState::UNIQUE_VIOLATION) =>
                {
                    return Err(Refusal::Taken(index));
                }
                Err(Stop::Database(_, error)) => return Err(Refusal::Storage(unavailable(error))),
                Err(Stop::Guard(index)) => return Err(Refusal::Guard(index)),
                Ok(rows) => return Ok(rows),
            }
        }
    }

    /// Folds all counters of these users, which are about to be moved or deleted.
    pub(crate) async fn settle(&self, subjects: &[(Arc<str>, Arc<str>)]) -> Result<()> {
        if subjects.is_empty() {
            return Ok(());
        }
        self.unfolded.settle(&self.pool, subjects).await
    }

    pub(crate) async fn fold(&self) -> Result<()> {
        self.unfolded.fold(&self.pool).await
    }

    pub(crate) async fn close(&self) {
        drop(self.calls.lock().take());
        let lane = self.lane.lock().take();
        if let Some(lane) = lane {
            let _ = lane.await;
        }
        if let Err(error) = self.fold().await {
            tracing::warn!(cause = %error, "the last fold failed; the next start does it");
        }
        self.pool.close();
    }
}
