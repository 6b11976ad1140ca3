//! The one handle to the database, whichever engine it is.

use std::path::PathBuf;
use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;
use dream_domain::usage::Count;
use tokio::sync::oneshot;

use crate::clock::Clocks;
use crate::meter::{Take, Verdict, Waiting};
use crate::options::{Options, Place};
use crate::owned::Owned;
use crate::shared::Shared;
use crate::sql::Sql;
use crate::step::{Refusal, Rows, Step};
use crate::value::{Row, Value};
use crate::versions::Versions;
use crate::writer::Job;

/// A database that is open and has the newest schema. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    clocks: Clocks,
    versions: Versions,
}

enum Engine {
    Sqlite(Owned),
    Postgres(Shared),
}

impl Db {
    /// Opens and migrates. Refuses a file that another process owns, that is damaged, or that a newer
    /// release has written.
    pub async fn open(place: &Place, clocks: Clocks, options: &Options) -> Result<Self> {
        let versions = Versions::default();
        let engine = match place {
            Place::Sqlite(path) => {
                let (path, clocks, versions, options) = (
                    path.clone(),
                    clocks.clone(),
                    versions.clone(),
                    options.clone(),
                );
                let opened = tokio::task::spawn_blocking(move || {
                    Owned::open(path, clocks, versions, &options)
                });
                Engine::Sqlite(opened.await.map_err(|e| {
                    Code::Internal
                        .error("Opening the database failed")
                        .because(e)
                })??)
            }
            Place::Postgres(url) => Engine::Postgres(
                Shared::open(url, options, clocks.clone(), versions.clone()).await?,
            ),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                clocks,
                versions,
            }),
        })
    }

    /// Business time.
    pub fn now(&self) -> Millis {
        (self.inner.clocks.business)()
    }

    /// The versions that caches and the meter compare.
    pub fn versions(&self) -> &Versions {
        &self.inner.versions
    }

    /// The name of the engine: `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self.inner.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// The version of the SQLite library, if that is the engine.
    pub fn sqlite_version(&self) -> Option<&'static str> {
        matches!(self.inner.engine, Engine::Sqlite(_)).then(rusqlite::version)
    }

    /// Other processes may change what this one has cached.
    pub fn is_shared(&self) -> bool {
        matches!(self.inner.engine, Engine::Postgres(_))
    }

    /// Counts and decides; the answer comes when it is durable. Dropping the future does not undo it.
    pub async fn take(&self, take: Take) -> Result<Verdict> {
        let (reply, answer) = oneshot::channel();
        let call = Waiting { take, reply };
        match &self.inner.engine {
            Engine::Sqlite(file) => file.queue.call(call)?,
            Engine::Postgres(postgres) => postgres.call(call)?,
        }
        answer.await.map_err(|_| stopping())?
    }

    /// Rows of a statement that may read many; runs off the async threads.
    pub(crate) async fn rows(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Vec<Row>> {
        match &self.inner.engine {
            Engine::Sqlite(file) => {
                let readers = file.readers.clone();
                let read = tokio::task::spawn_blocking(move || readers.rows(sql, &params));
                read.await
                    .map_err(|e| Code::Internal.error("A read failed").because(e))?
            }
            Engine::Postgres(postgres) => postgres.rows(sql, &params).await,
        }
    }

    /// Rows found by their key: a few microseconds, on the calling thread where the engine allows it.
    pub(crate) async fn near(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Vec<Row>> {
        match &self.inner.engine {
            Engine::Sqlite(file) => file.readers.rows(sql, &params),
            Engine::Postgres(postgres) => postgres.rows(sql, &params).await,
        }
    }

    /// Runs a transaction.
    pub(crate) async fn run(&self, steps: Vec<Step>) -> Result<Rows, Refusal> {
        self.change(Change {
            steps,
            ..Change::default()
        })
        .await
    }

    /// Runs a transaction; false if a guard of it did not hold, and then nothing has changed.
    pub(crate) async fn changed(&self, steps: Vec<Step>) -> Result<bool> {
        match self.run(steps).await {
            Ok(_) => Ok(true),
            Err(Refusal::Guard(_)) => Ok(false),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Runs a transaction that changes what others have cached or what the meter counts.
    pub(crate) async fn change(&self, change: Change) -> Result<Rows, Refusal> {
        match &self.inner.engine {
            Engine::Sqlite(file) => {
                let (reply, answer) = oneshot::channel();
                let Change {
                    steps,
                    bumps,
                    settle,
                    settle_all,
                } = change;
                file.queue.job(Job {
                    steps,
                    bumps,
                    settle,
                    settle_all,
                    reply,
                });
                answer.await.map_err(|_| Refusal::Storage(stopping()))?
            }
            Engine::Postgres(postgres) => {
                postgres
                    .settle(&change.settle)
                    .await
                    .map_err(Refusal::Storage)?;
                let rows = postgres.run(&change.steps).await?;
                // What was counted in between has moved with its counter.
                postgres
                    .settle(&change.settle)
                    .await
                    .map_err(Refusal::Storage)?;
                change
                    .bumps
                    .iter()
                    .for_each(|slot| self.inner.versions.bump(*slot));
                if !change.bumps.is_empty() {
                    postgres.after_batch().await;
                }
                Ok(rows)
            }
        }
    }

    /// Everything counted so far is in the tables that reports read.
    pub async fn fold(&self) -> Result<()> {
        match &self.inner.engine {
            Engine::Sqlite(_) => {
                let settle = vec![("".into(), "".into())];
                self.change(Change {
                    settle,
                    ..Change::default()
                })
                .await?;
                Ok(())
            }
            Engine::Postgres(postgres) => postgres.fold().await,
        }
    }

    pub(crate) fn counter_in_memory(
        &self,
        tenant: &str,
        subject: &str,
        meter: &str,
        start: Millis,
    ) -> Option<Count> {
        match &self.inner.engine {
            Engine::Sqlite(file) => file
                .counters
                .get(file.counters.id(tenant, subject, meter, start)),
            Engine::Postgres(_) => None,
        }
    }

    /// SQLite: copies the database to a file that must not exist yet, while it goes on working.
    pub async fn backup(&self, to: PathBuf) -> Result<()> {
        self.fold().await?;
        match &self.inner.engine {
            Engine::Sqlite(file) => {
                let from = file.path.clone();
                let copy = tokio::task::spawn_blocking(move || crate::backup::copy(&from, &to));
                copy.await.map_err(|e| Code::Internal.error("The backup failed").because(e))?
            }
            Engine::Postgres(_) => Err(Code::InvalidValue
                .error("This database is PostgreSQL; back it up with pg_dump, which sees a consistent state")),
        }
    }

    /// Finishes what waits, folds and lets go of the file. Calls after it are refused.
    pub async fn close(&self) {
        match &self.inner.engine {
            Engine::Sqlite(file) => file.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// A transaction with what it makes stale.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) steps: Vec<Step>,
    /// Version slots to bump when it commits.
    pub(crate) bumps: Vec<u16>,
    /// Tenant and user whose counters the steps move or delete.
    pub(crate) settle: Vec<(Arc<str>, Arc<str>)>,
    /// The steps delete counters of many.
    pub(crate) settle_all: bool,
}

fn stopping() -> dream_domain::error::Error {
    Code::ShuttingDown.error("The server is stopping; retry in a few seconds")
}
