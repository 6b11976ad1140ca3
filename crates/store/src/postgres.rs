//! PostgreSQL: pool, parameters, errors, transactions.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    GenericClient, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    Timeouts,
};
use dream_domain::error::{Code, Error, Result};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use tokio_postgres::{Config, NoTls};

use crate::clock::Clocks;
use crate::migrate;
use crate::sql::Sql;
use crate::step::{Rows, Step};
use crate::value::{Row, Value};

/// The advisory lock that lets one start migrate while others wait: "dream" in ASCII.
const MIGRATION_LOCK: i64 = 0x64_72_65_61_6d;

/// How long a caller waits for a connection. A machine that stands still for a second or two is not a database that is
/// away, which refuses at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a transaction stopped, and at which step.
pub(crate) enum Stop {
    Guard(usize),
    Database(usize, tokio_postgres::Error),
}

/// Runs steps as one transaction.
pub(crate) async fn transaction(client: &mut Object, steps: &[Step]) -> Result<Rows, Stop> {
    let last = steps.len();
    let transaction = client
        .transaction()
        .await
        .map_err(|e| Stop::Database(last, e))?;
    let mut all = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let done = query(&transaction, step.sql, &step.params).await;
        let (rows, changed) = done.map_err(|e| Stop::Database(index, e))?;
        if step.changes.is_some_and(|wanted| wanted != changed) {
            return Err(Stop::Guard(index));
        }
        all.push(rows);
    }
    transaction
        .commit()
        .await
        .map_err(|e| Stop::Database(last, e))?;
    Ok(all)
}

/// Runs one statement: its rows, and how many it changed or returned.
pub(crate) async fn query<C: GenericClient>(
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
        .map(|row| {
            (0..row.len())
                .map(|i| row.try_get(i))
                .collect::<Result<_, _>>()
                .map(Row)
        })
        .collect::<Result<_, _>>()?;
    let seen = u64::try_from(out.len()).unwrap_or(u64::MAX);
    Ok((out, seen))
}

/// A connection from the pool, or a 503.
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
        Some(code) if *code == SqlState::DISK_FULL => {
            "The disk that holds the database is full; free some room and it goes on by itself"
        }
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            "The database is read-only; point DREAM_DATABASE_URL at the primary server"
        }
        _ => "The database cannot be reached at the moment; try again shortly",
    };
    Code::StorageUnavailable.error(detail).because(error)
}

/// What was reported as an error began with a transaction that lost against another one.
pub(crate) fn began_with_a_lost_race(error: &Error) -> bool {
    let cause = std::error::Error::source(error);
    let cause = cause.and_then(|cause| cause.downcast_ref::<tokio_postgres::Error>());
    cause.is_some_and(|cause| {
        lost_a_race(cause) || cause.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
    })
}

/// The transaction lost against another one and may be tried again.
pub(crate) fn lost_a_race(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

const BY_KEY: &str = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off \
    -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off";

/// What the planner of a connection may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planner {
    /// Whatever it thinks best.
    Free,
    /// Look-ups by key only. A prepared batch keeps the plan it got when the table was small; reading the
    /// whole table for it would be right then and ruinous later.
    ByKey,
}

/// A pool that connects when first needed.
pub(crate) fn pool(url: &str, size: usize, planner: Planner) -> Result<Pool> {
    let mut config: Config = url.parse().map_err(|e: tokio_postgres::Error| {
        Code::InvalidValue
            .error(
                "DREAM_DATABASE_URL is not a PostgreSQL URL such as postgres://user@host:5432/name",
            )
            .because(e)
    })?;
    config
        .connect_timeout(PATIENCE)
        .keepalives_idle(Duration::from_secs(30));
    if config.get_application_name().is_none() {
        config.application_name("dream-api");
    }
    if planner == Planner::ByKey {
        let given = config.get_options().unwrap_or_default();
        config.options(format!("{given} {BY_KEY}"));
    }
    let recycle = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = if config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(config, NoTls, recycle)
    } else {
        Manager::from_config(config, tls()?, recycle)
    };
    let timeouts = Timeouts {
        wait: Some(PATIENCE),
        create: Some(PATIENCE),
        recycle: Some(PATIENCE),
    };
    let built = Pool::builder(manager)
        .max_size(size.max(2))
        .timeouts(timeouts)
        .runtime(Runtime::Tokio1)
        .build();
    built.map_err(|e| {
        Code::Internal
            .error("The connection pool could not be made")
            .because(e)
    })
}

fn tls() -> Result<tokio_postgres_rustls::MakeRustlsConnect> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder =
        builder.map_err(|e| Code::Internal.error("TLS could not be set up").because(e))?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

/// Brings the database to the newest schema while others wait; answers how many migrations that took.
pub(crate) async fn migrate(pool: &Pool, clocks: &Clocks) -> Result<usize> {
    let mut client = client(pool).await?;
    let transaction = client.transaction().await.map_err(unavailable)?;
    transaction
        .execute("select pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK])
        .await
        .map_err(unavailable)?;
    transaction
        .batch_execute(migrate::TABLE)
        .await
        .map_err(unavailable)?;
    let version = transaction
        .query_one(
            "select coalesce(max(version), 0) from schema_migrations",
            &[],
        )
        .await
        .map_err(unavailable)?;
    let done = migrate::known(version.get(0))?;
    for (index, (name, text)) in migrate::MIGRATIONS.iter().enumerate().skip(done) {
        transaction.batch_execute(text).await.map_err(unavailable)?;
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let row: [&(dyn ToSql + Sync); 3] = [&number, name, &(clocks.machine)().0];
        transaction
            .execute("insert into schema_migrations values ($1, $2, $3)", &row)
            .await
            .map_err(unavailable)?;
    }
    transaction.commit().await.map_err(unavailable)?;
    Ok(migrate::MIGRATIONS.len() - done)
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
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
    fn from_sql(
        ty: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
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
