//! Append-only migrations, one text for both engines. Two starts at once migrate once; a database that
//! a newer release has written is refused.

use dream_domain::error::{Code, Error, Result};
use dream_domain::time::Millis;
use rusqlite::Connection;

use crate::sql::sqlite_migration;
use crate::sqlite::unavailable;

/// Every migration in its order; the number is its place, from 1.
pub(crate) const MIGRATIONS: &[(&str, &str)] = &[
    (
        "0001_first.sql",
        include_str!("../../../migrations/0001_first.sql"),
    ),
    (
        "0002_identity.sql",
        include_str!("../../../migrations/0002_identity.sql"),
    ),
    (
        "0003_billing.sql",
        include_str!("../../../migrations/0003_billing.sql"),
    ),
    (
        "0004_assets.sql",
        include_str!("../../../migrations/0004_assets.sql"),
    ),
    (
        "0005_orders.sql",
        include_str!("../../../migrations/0005_orders.sql"),
    ),
    (
        "0006_extra_usage.sql",
        include_str!("../../../migrations/0006_extra_usage.sql"),
    ),
    (
        "0007_works.sql",
        include_str!("../../../migrations/0007_works.sql"),
    ),
];

/// What `schema_migrations` looks like on either engine.
pub(crate) const TABLE: &str = "create table if not exists schema_migrations (version bigint primary key, name text not null, applied_at bigint not null)";

/// Brings a SQLite file to the newest schema; answers how many migrations that took.
pub(crate) fn sqlite(connection: &Connection, now: Millis) -> Result<usize> {
    connection
        .execute_batch("begin immediate")
        .map_err(unavailable)?;
    let done = sqlite_inside(connection, now);
    connection
        .execute_batch(if done.is_ok() { "commit" } else { "rollback" })
        .map_err(unavailable)?;
    done
}

/// Refuses a SQLite file from a newer release, and one that is not ours.
pub(crate) fn check_sqlite(connection: &Connection) -> Result<usize> {
    let ours: i64 = connection
        .query_row(
            "select count(*) from sqlite_schema where name = 'schema_migrations'",
            [],
            |row| row.get(0),
        )
        .map_err(unavailable)?;
    if ours == 0 {
        return Err(Code::StorageUnavailable.error("This SQLite file was not made by dream-api"));
    }
    let version: i64 = connection
        .query_row(
            "select coalesce(max(version), 0) from schema_migrations",
            [],
            |row| row.get(0),
        )
        .map_err(unavailable)?;
    known(version)
}

/// The number of migrations a database has, if this release knows them all.
pub(crate) fn known(version: i64) -> Result<usize> {
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    if version > MIGRATIONS.len() {
        return Err(newer(version));
    }
    Ok(version)
}

fn sqlite_inside(connection: &Connection, now: Millis) -> Result<usize> {
    let tables: i64 = connection
        .query_row("select count(*) from sqlite_schema", [], |row| row.get(0))
        .map_err(unavailable)?;
    let table = TABLE.replace("bigint", "integer") + " strict";
    if tables == 0 {
        connection.execute_batch(&table).map_err(unavailable)?;
    }
    let done = check_sqlite(connection)?;
    for (index, (name, text)) in MIGRATIONS.iter().enumerate().skip(done) {
        connection
            .execute_batch(&sqlite_migration(text))
            .map_err(unavailable)?;
        let version = i64::try_from(index + 1).unwrap_or(i64::MAX);
        connection
            .execute(
                "insert into schema_migrations values (?1, ?2, ?3)",
                (version, name, now.0),
            )
            .map_err(unavailable)?;
    }
    Ok(MIGRATIONS.len() - done)
}

fn newer(version: usize) -> Error {
    Code::StorageUnavailable.error(format!(
        "The database has schema {version}, this release knows {}; start the newer release that wrote it",
        MIGRATIONS.len()
    ))
}
