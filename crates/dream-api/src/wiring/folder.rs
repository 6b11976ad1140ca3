//! The data directory.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use crate::failure::Failure;

/// Only we may look into it.
const MODE: u32 = 0o700;

/// Makes the data directory if it is missing.
pub(crate) fn make(path: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(MODE).create(path);
    made.map_err(|error| {
        Failure::new(format!(
            "The data directory {} cannot be made: {error}",
            path.display()
        ))
        .hint("set DREAM_DATA_DIR to a folder that this user may write")
    })
}

/// How much room the disk under a path has for us, in bytes.
pub(crate) fn free_bytes(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Writes a file into a folder and takes it away again.
pub(crate) fn try_write(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!("doctor.{}", std::process::id()));
    std::fs::write(&path, "written by dream-api doctor")?;
    std::fs::remove_file(&path)
}
