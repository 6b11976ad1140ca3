//! Exactly one process owns a SQLite file (rules 16): a lock beside it, which says who holds it.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use dream_domain::error::{Code, Error, Result};

/// Holds the lock until dropped.
#[derive(Debug)]
pub(crate) struct Owner {
    file: File,
}

impl Owner {
    /// Takes the lock of a database file, or says which process has it.
    pub(crate) fn take(database: &Path) -> Result<Self> {
        let path = lock_path(database);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| cannot(&path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file, database)),
            Err(TryLockError::Error(e)) => return Err(cannot(&path, e)),
        }
        // Who holds it is a courtesy to the next one; failing to write it must not stop the start.
        let _ = file.set_len(0);
        let _ = write!(file, "process {}", std::process::id());
        Ok(Self { file })
    }
}

impl Drop for Owner {
    /// Closing the file is not enough: a process that is just being started holds a copy of it for a moment.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Where the lock of a database lies.
pub(crate) fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn held(file: &mut File, database: &Path) -> Error {
    let mut holder = String::new();
    let _ = file.rewind();
    let _ = file.take(64).read_to_string(&mut holder);
    let holder = if holder.is_empty() {
        "another process".to_owned()
    } else {
        holder
    };
    Code::StorageUnavailable.error(format!(
        "{} is in use by {holder}; stop it first, or use another data directory",
        database.display()
    ))
}

fn cannot(path: &Path, error: std::io::Error) -> Error {
    Code::StorageUnavailable
        .error(format!(
            "Cannot write {}: {error}; check the permissions and the disk",
            path.display()
        ))
        .because(error)
}
