//! The folder of a sandbox: one process at a time, and the port that it had before.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::wiring;

/// Says which process has the folder.
const LOCK: &str = "lock";
/// The address that was asked for and the one that was free, with a blank between them.
const ADDRESS: &str = "address";

/// A folder that holds the state of a sandbox.
pub(crate) struct Place {
    folder: PathBuf,
}

/// A folder that this process alone may use until this is dropped.
pub(crate) struct Held {
    lock: File,
    folder: PathBuf,
}

/// Why a sandbox does not start.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Another process uses the folder; its sentence.
    InUse(String),
    /// The folder or the port failed.
    Failed(Failure),
    /// The sandbox itself failed.
    Start(dream_sandbox::Error),
}

impl Place {
    /// A folder, which need not be there.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether there is a folder that a sandbox had.
    pub(crate) fn exists(&self) -> bool {
        self.folder.is_dir()
    }

    /// Takes the folder for this process; makes it if it is missing.
    pub(crate) fn hold(&self) -> Result<Held, Refusal> {
        wiring::make_folder(&self.folder).map_err(Refusal::Failed)?;
        let path = self.folder.join(LOCK);
        let opened = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut lock = opened.map_err(|error| cannot("write", &path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(&mut lock, &self.folder)),
            Err(TryLockError::Error(error)) => return Err(cannot("lock", &path, &error)),
        }
        // Who holds it is a courtesy to the next one; failing to write it must not stop the start.
        let _ = lock.set_len(0);
        let _ = write!(lock, "process {}", std::process::id());
        let folder = self.folder.clone();
        Ok(Held { lock, folder })
    }

    /// Whether a process uses the folder now.
    pub(crate) fn is_held(&self) -> bool {
        self.exists() && matches!(self.hold(), Err(Refusal::InUse(_)))
    }

    /// Where the sandbox of this folder answered last, if it was asked to listen there.
    pub(crate) fn remembered(&self, asked: SocketAddr) -> Option<SocketAddr> {
        remembered(&self.folder, asked)
    }
}

impl Held {
    /// Listens where the sandbox listened before, else where it is asked to, else on a free port.
    pub(crate) fn bind(&self, asked: SocketAddr) -> Result<TcpListener, Refusal> {
        let before = remembered(&self.folder, asked);
        let free = SocketAddr::new(asked.ip(), 0);
        let mut refused = None;
        for address in before.into_iter().chain([asked, free]) {
            match TcpListener::bind(address) {
                Ok(listener) => return Ok(listener),
                Err(error) => refused = Some(error),
            }
        }
        let cause = refused.map_or(String::new(), |error| format!(": {error}"));
        let failure = Failure::new(format!("The sandbox cannot listen on {asked}{cause}"));
        let hint = "choose another address with DREAM_SANDBOX_LISTEN; port 0 takes a free one";
        Err(Refusal::Failed(failure.hint(hint)))
    }

    /// Keeps where it listens for the next start.
    pub(crate) fn remember(&self, asked: SocketAddr, bound: SocketAddr) -> Result<(), Refusal> {
        if remembered(&self.folder, asked) == Some(bound) {
            return Ok(());
        }
        let path = self.folder.join(ADDRESS);
        let fresh = self.folder.join(format!("{ADDRESS}.new"));
        std::fs::write(&fresh, format!("{asked} {bound}\n"))
            .and_then(|()| std::fs::rename(&fresh, &path))
            .map_err(|error| cannot("write", &path, &error))
    }
}

impl Drop for Held {
    /// Closing the file is not enough: a process that is just being started holds a copy of it for a moment.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl Refusal {
    /// As it is told.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::InUse(message) => Failure::new(message)
                .hint("stop it first, or use another data directory with DREAM_DATA_DIR"),
            Self::Failed(failure) => failure,
            Self::Start(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
                Failure::new(format!("The sandbox did not start: {error}{cause}"))
            }
        }
    }
}

fn remembered(folder: &Path, asked: SocketAddr) -> Option<SocketAddr> {
    let text = std::fs::read_to_string(folder.join(ADDRESS)).ok()?;
    let (was_asked, bound) = text.trim().split_once(' ')?;
    let is_same = was_asked.parse() == Ok(asked);
    is_same.then(|| bound.parse().ok()).flatten()
}

fn in_use(lock: &mut File, folder: &Path) -> Refusal {
    let mut holder = String::new();
    let _ = lock.rewind();
    let _ = lock.take(64).read_to_string(&mut holder);
    if holder.is_empty() {
        "another process".clone_into(&mut holder);
    }
    Refusal::InUse(format!(
        "The sandbox in {} is in use by {holder}",
        folder.display()
    ))
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Refusal {
    let failure = Failure::new(format!("Cannot {what} {}: {error}", path.display()));
    Refusal::Failed(failure.hint("see that this user may write the data directory"))
}
