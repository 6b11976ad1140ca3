//! PostgreSQL: pool, parameters, errors, and the lane of the meter's batches.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{GenericClient, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use dream_domain::error::{Code, Error, Result};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use tokio_postgres::{Config, NoTls};

use crate::clock::Clocks;
use crate::db::Options;
use crate::engine::unfolded::Unfolded;
use crate::meter::{Waiting, batch};
use crate::migrate;
use crate::sql::Sql;
use crate::step::{Refusal, Rows, Step};
use crate::value::{Row, Value};
use crate::versions::Versions;

/// The advisory lock that lets one start migrate while others wait: "dream" in ASCII.
const MIGRATION_LOCK: i64 = 0x64_72_65_61_6d;

/// How often a transaction that lost against another one is tried again.
const RETRIES: usize = 5;

pub(crate) struct Postgres {
    pool: Pool,
    calls: Mutex<Option<mpsc::Sender<Waiting>>>,
    lane: Mutex<Option<JoinHandle<()>>>,
    unfolded: Arc<Unfolded>,
}

impl Postgres {
    pub(crate) async fn open(url: &str, options: &Options, clocks: Clocks, versions: Versions) -> Result<Self> {
        let pool = pool(url, options.pool_size)?;
        migrate(&pool, &clocks).await?;
        let unfolded = Arc::new(Unfolded::default());
        unfolded.recover(&pool).await?;
        let (calls, waiting) = mpsc::channel(options.calls_max.max(1));
        let lane = batch::Lane { pool: pool.clone(), clocks, versions, unfolded: unfolded.clone(), fold_every: options.fold_every };
        let lane = tokio::spawn(lane.run(waiting));
        Ok(Self { pool, calls: Mutex::new(Some(calls)), lane: Mutex::new(Some(lane)), unfolded })
    }

    pub(crate) fn call(&self, call: Waiting) -> Result<()> {
        let calls = self.calls.lock();
        let sender = calls.as_ref().ok_or_else(|| Code::ShuttingDown.error("The server is stopping; retry in a few seconds"))?;
        sender.try_send(call).map_err(|_| Code::Overloaded.error("Too many calls wait to be counted; retry in a second"))
    }

    pub(crate) async fn rows(&self, sql: &'static Sql, params: &[Value]) -> Result<Vec<Row>> {
        let client = client(&self.pool).await?;
        query(&client, sql, params).await.map(|(rows, _)| rows).map_err(unavailable)
    }

    /// Runs a transaction; one that loses against another is tried again.
    pub(crate) async fn run(&self, steps: &[Step]) -> Result<Rows, Refusal> {
        let mut tries = 0;
        loop {
            let mut client = client(&self.pool).await.map_err(Refusal::Storage)?;
            match transaction(&mut client, steps).await {
                Err(Stop::Database(_, error)) if tries < RETRIES && lost_a_race(&error) => tries += 1,
                Err(Stop::Database(index, error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
                    return Err(Refusal::Taken(index));
                }
                Err(Stop::Database(_, error)) => return Err(Refusal::Storage(unavailable(error))),
                Err(Stop::Guard(index)) => return Err(Refusal::Guard(index)),
                Ok(rows) => return Ok(rows),
            }
        }
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

enum Stop {
    Guard(usize),
    Database(usize, tokio_postgres::Error),
}

async fn transaction(client: &mut Object, steps: &[Step]) -> Result<Rows, Stop> {
    let last = steps.len();
    let transaction = client.transaction().await.map_err(|e| Stop::Database(last, e))?;
    let mut all = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let done = query(&transaction, step.sql, &step.params).await;
        let (rows, changed) = done.map_err(|e| Stop::Database(index, e))?;
        if step.changes.is_some_and(|wanted| wanted != changed) {
            return Err(Stop::Guard(index));
        }
        all.push(rows);
    }
    transaction.commit().await.map_err(|e| Stop::Database(last, e))?;
    Ok(all)
}

async fn query<C: GenericClient>(
    client: &C,
    sql: &'static Sql,
    params: &[Value],
) -> Result<(Vec<Row>, u64), tokio_postgres::Error> {
    let statement = client.prepare_cached(sql.postgres()).await?;
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
    if statement.columns().is_empty() {
        return Ok((Vec::new(), client.execute(&statement, &params).await?));
    }
    let rows = client.query(&statement, &params).await?;
    let out: Vec<Row> = rows
        .iter()
        .map(|row| (0..row.len()).map(|i| row.try_get(i)).collect::<Result<_, _>>().map(Row))
        .collect::<Result<_, _>>()?;
    let seen = u64::try_from(out.len()).unwrap_or(u64::MAX);
    Ok((out, seen))
}

/// A connection from the pool, or a 503 within a second.
pub(crate) async fn client(pool: &Pool) -> Result<Object> {
    pool.get().await.map_err(|error: PoolError| {
        Code::StorageUnavailable
            .error("The database cannot be reached at the moment; try again shortly")
            .because(error)
    })
}

/// Trouble of the database as a caller sees it.
pub(crate) fn unavailable(error: tokio_postgres::Error) -> Error {
    let detail = match error.code() {
        Some(code) if *code == SqlState::DISK_FULL => "The disk that holds the database is full; free some room and it goes on by itself",
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            "The database is read-only; point DREAM_DATABASE_URL at the primary server"
        }
        _ => "The database cannot be reached at the moment; try again shortly",
    };
    Code::StorageUnavailable.error(detail).because(error)
}

pub(crate) fn lost_a_race(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

fn pool(url: &str, size: usize) -> Result<Pool> {
    let mut config: Config = url.parse().map_err(|e: tokio_postgres::Error| {
        Code::InvalidValue.error("DREAM_DATABASE_URL is not a PostgreSQL URL such as postgres://user@host:5432/name").because(e)
    })?;
    config.connect_timeout(Duration::from_secs(2)).keepalives_idle(Duration::from_secs(30));
    if config.get_application_name().is_none() {
        config.application_name("dream-api");
    }
    let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = if config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(config, NoTls, recycle)
    } else {
        Manager::from_config(config, tls()?, recycle)
    };
    let timeouts = Timeouts {
        wait: Some(Duration::from_secs(1)),
        create: Some(Duration::from_secs(2)),
        recycle: Some(Duration::from_secs(1)),
    };
    let built = Pool::builder(manager).max_size(size.max(2)).timeouts(timeouts).runtime(Runtime::Tokio1).build();
    built.map_err(|e| Code::Internal.error("The connection pool could not be made").because(e))
}

fn tls() -> Result<tokio_postgres_rustls::MakeRustlsConnect> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|e| Code::Internal.error("TLS could not be set up").because(e))?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

async fn migrate(pool: &Pool, clocks: &Clocks) -> Result<usize> {
    let mut client = client(pool).await?;
    let transaction = client.transaction().await.map_err(unavailable)?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).await.map_err(unavailable)?;
    transaction.batch_execute(migrate::TABLE).await.map_err(unavailable)?;
    let version = transaction
        .query_one("select coalesce(max(version), 0) from schema_migrations", &[])
        .await
        .map_err(unavailable)?;
    let done = migrate::known(version.get(0))?;
    for (index, (name, text)) in migrate::MIGRATIONS.iter().enumerate().skip(done) {
        transaction.batch_execute(text).await.map_err(unavailable)?;
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let row: [&(dyn ToSql + Sync); 3] = [&number, name, &(clocks.machine)().0];
        transaction.execute("insert into schema_migrations values ($1, $2, $3)", &row).await.map_err(unavailable)?;
    }
    transaction.commit().await.map_err(unavailable)?;
    Ok(migrate::MIGRATIONS.len() - done)
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(text) => text.as_ref().to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT8 || *ty == Type::TEXT
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        if *ty == Type::INT8 {
            return i64::from_sql(ty, raw).map(Self::Int);
        }
        <&str>::from_sql(ty, raw).map(|text| Self::Text(text.into()))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT8 || *ty == Type::TEXT
    }
}
