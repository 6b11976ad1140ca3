//! Is this file a database of ours, whole and writable? Asked before it is opened: a missing or
//! emptied file must never pass for a new one.

use std::path::{Path, PathBuf};

use dream_domain::error::{Code, Error, Result};
use rusqlite::Connection;

use crate::migrate;
use crate::sqlite::unavailable;

/// The size of a page; SQLite takes a shorter file for an empty database.
const PAGE: u64 = 4096;

/// Refuses what would open as an empty database although data was there.
pub(crate) fn check(path: &Path) -> Result<()> {
    let wal = beside(path, "-wal");
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(bad(path, "is a folder; name a file")),
        Ok(found) if found.len() == 0 => Err(bad(
            path,
            "is empty: its content is lost; restore a backup, or delete the file to start anew",
        )),
        Ok(found) if found.len() < PAGE => Err(bad(path, "is cut short; restore a backup")),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && wal.exists() => Err(bad(
            path,
            "is missing although its write-ahead log is there; put the file back, or restore a backup",
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(bad(path, "cannot be read; check the permissions").because(error)),
    }
}

/// Refuses what is not ours or from a newer release, before anything is written to it.
pub(crate) fn check_content(connection: &Connection) -> Result<()> {
    let tables: i64 = connection
        .query_row("select count(*) from sqlite_schema", [], |row| row.get(0))
        .map_err(unavailable)?;
    if tables > 0 {
        migrate::check_sqlite(connection)?;
    }
    Ok(())
}

/// Brings what is in the log into the file itself: after a migration, so that a file whose log is lost
/// does not look like a new one; and at the end, so that a copy of the file alone is whole.
pub(crate) fn settle(connection: &Connection) -> Result<()> {
    connection
        .query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
        .map_err(unavailable)
}

/// The name of a file that SQLite keeps beside the database.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn bad(path: &Path, what: &str) -> Error {
    Code::StorageUnavailable.error(format!("{} {what}", path.display()))
}
