//! SQLite: connections, parameters and errors. The writer thread is in `writer`, the readers in `readers`.

use std::path::Path;

use dream_domain::error::{Code, Error};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use crate::sql::Sql;
use crate::step::Refusal;
use crate::value::{Row, Value};

/// What a connection is for; decides its cache and whether it may write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
}

/// Opens a connection with the settings that durability rests on: WAL and `synchronous=FULL`
/// (an answer survives power loss, rules 17).
pub(crate) fn open(path: &Path, purpose: Purpose) -> Result<Connection, Error> {
    let connection = connect(path, purpose)?;
    tune(&connection, purpose)?;
    Ok(connection)
}

/// Opens a connection and changes nothing: not even a file that is not ours is touched.
pub(crate) fn connect(path: &Path, purpose: Purpose) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | if purpose == Purpose::Write {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        };
    Connection::open_with_flags(path, flags).map_err(unavailable)
}

/// The settings of a connection; the first ones of a file make it a WAL file.
pub(crate) fn tune(connection: &Connection, purpose: Purpose) -> Result<(), Error> {
    connection.set_prepared_statement_cache_capacity(256);
    let pragmas = if purpose == Purpose::Write {
        "pragma busy_timeout=5000; pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-32000;
         pragma temp_store=memory; pragma wal_autocheckpoint=4000; pragma journal_size_limit=67108864;"
    } else {
        "pragma busy_timeout=5000; pragma cache_size=-4000; pragma query_only=on;"
    };
    connection.execute_batch(pragmas).map_err(unavailable)?;
    // The order of bytes, by the name that it has on PostgreSQL.
    connection
        .create_collation("C", str::cmp)
        .map_err(unavailable)
}

/// Runs one statement and collects its rows.
pub(crate) fn rows(
    connection: &Connection,
    sql: &Sql,
    params: &[Value],
) -> Result<Vec<Row>, Failure> {
    let mut statement = connection.prepare_cached(sql.sqlite())?;
    let columns = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns)
            .map(|i| row.get_ref(i).map(column))
            .collect::<Result<_, _>>()?;
        out.push(Row(values));
    }
    Ok(out)
}

/// Runs one statement; the rows it returned and how many rows it changed.
pub(crate) fn execute(
    connection: &Connection,
    sql: &Sql,
    params: &[Value],
) -> Result<(Vec<Row>, u64), Failure> {
    let before = connection.total_changes();
    let returned = rows(connection, sql, params)?;
    let changed = connection.total_changes().saturating_sub(before);
    let seen = u64::try_from(returned.len()).unwrap_or(u64::MAX);
    Ok((returned, changed.max(seen)))
}

/// What SQLite said, sorted by what we do about it.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) rusqlite::Error);

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        unavailable(failure.0)
    }
}

impl Failure {
    /// A broken unique key refuses one step; everything else is the storage's trouble.
    pub(crate) fn at(self, step: usize) -> Refusal {
        match self.0.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Refusal::Taken(step),
            _ => Refusal::Storage(unavailable(self.0)),
        }
    }
}

/// Storage trouble as a caller sees it: a 503 that says what kind, the cause for the log.
pub(crate) fn unavailable(error: rusqlite::Error) -> Error {
    let detail = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "The disk that holds the database is full; free some room and it goes on by itself"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "The database cannot be written; check the permissions of the data directory"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "The database file is damaged; stop the server and restore a backup with `dream-api restore`"
        }
        _ => "The database cannot be reached at the moment; try again shortly",
    };
    Code::StorageUnavailable.error(detail).because(error)
}

fn column(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into()),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
