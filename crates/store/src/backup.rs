//! Backup and restore of a SQLite file.

use std::path::Path;
use std::time::Duration;

use dream_domain::error::{Code, Error, Result};
use rusqlite::{Connection, OpenFlags};

use crate::file::beside;
use crate::migrate;
use crate::owner::Owner;
use crate::sqlite::{self, Purpose, unavailable};

/// Copies a live database through SQLite's backup API: a consistent state, writers go on.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(
            Code::InvalidValue.error(format!("{} exists already; name a new file", to.display()))
        );
    }
    let source = sqlite::open(from, Purpose::Read)?;
    private(to).map_err(|e| cannot(to, e))?;
    let mut target = Connection::open(to).map_err(unavailable)?;
    let backup = rusqlite::backup::Backup::new(&source, &mut target).map_err(unavailable)?;
    backup
        .run_to_completion(1024, Duration::ZERO, None)
        .map_err(unavailable)?;
    drop(backup);
    let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|e| cannot(to, e))
}

/// Makes an empty file that only its owner may read: a backup holds what customers entrusted.
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map(|_| ())
}

/// Puts a backup in the place of a database that no process uses. The old file stays beside it as
/// `.before-restore`. Answers that file's name, if there was one.
pub fn restore(backup: &Path, database: &Path) -> Result<Option<std::path::PathBuf>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(backup, flags).map_err(unavailable)?;
    let verdict: String = source
        .query_row("pragma quick_check", [], |row| row.get(0))
        .map_err(unavailable)?;
    if verdict != "ok" {
        return Err(
            Code::StorageUnavailable.error(format!("{} is damaged: {verdict}", backup.display()))
        );
    }
    migrate::check_sqlite(&source)?;
    let _owner = Owner::take(database)?;
    let fresh = beside(database, ".restoring");
    std::fs::copy(backup, &fresh)
        .and_then(|_| std::fs::File::open(&fresh)?.sync_all())
        .map_err(|e| cannot(&fresh, e))?;
    let kept = database
        .exists()
        .then(|| beside(database, ".before-restore"));
    if let Some(kept) = &kept {
        // The log belongs to the old file; folding it in first keeps the old file whole.
        let old = Connection::open(database).map_err(unavailable)?;
        let _ = old.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
        drop(old);
        std::fs::rename(database, kept).map_err(|e| cannot(kept, e))?;
    }
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(database, suffix));
    }
    std::fs::rename(&fresh, database).map_err(|e| cannot(database, e))?;
    Ok(kept)
}

fn cannot(path: &Path, error: std::io::Error) -> Error {
    Code::StorageUnavailable
        .error(format!("Cannot write {}: {error}", path.display()))
        .because(error)
}
