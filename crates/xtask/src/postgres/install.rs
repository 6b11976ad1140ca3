//! Finding `PostgreSQL`'s server binaries and the account they may run under.

use crate::apt::{self, id, is_root};
use crate::failure::{Explain, Result};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const HOW_TO_INSTALL: &str = "PostgreSQL's server binaries (initdb, postgres, pg_ctl) are missing; \
    install them: apt-get install postgresql, dnf install postgresql-server, or brew install postgresql";

/// The folder with `initdb`, `postgres` and `pg_ctl`.
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
}

impl Binaries {
    /// Looks in Debian's folders (newest version first) and in `PATH`; as root, installs what is missing.
    pub(super) fn find() -> Result<Self> {
        if let Some(found) = Self::installed() {
            return Ok(found);
        }
        apt::install("postgresql", HOW_TO_INSTALL)?;
        Self::installed().explain(HOW_TO_INSTALL)
    }

    fn installed() -> Option<Self> {
        let mut folders = versions("/usr/lib/postgresql");
        folders.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        folders.into_iter().find_map(|folder| complete(&folder))
    }
}

/// Folders `/usr/lib/postgresql/<version>/bin`, highest version first.
fn versions(parent: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// The real folder behind `folder`'s `initdb` (it may be a link), if all three binaries stand in it.
fn complete(folder: &Path) -> Option<Binaries> {
    let initdb = folder.join("initdb").canonicalize().ok()?;
    let folder = initdb.parent()?.to_path_buf();
    let all = ["initdb", "postgres", "pg_ctl"];
    all.iter()
        .all(|name| folder.join(name).is_file())
        .then_some(Binaries { folder })
}

/// Who the server runs as: initdb refuses root, so root hands over to user `postgres`.
pub(super) enum Account {
    Own,
    Postgres { uid: u32, gid: u32 },
}

impl Account {
    /// Our own account, unless that is root.
    pub(super) fn for_server() -> Result<Self> {
        if !is_root()? {
            return Ok(Self::Own);
        }
        Ok(Self::Postgres {
            uid: id(&["-u", "postgres"])?,
            gid: id(&["-g", "postgres"])?,
        })
    }

    /// A command that will run under this account.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Self::Postgres { uid, gid } = *self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes this account the owner of `folder`.
    pub(super) fn give(&self, folder: &Path) -> Result<()> {
        let Self::Postgres { uid, gid } = *self else {
            return Ok(());
        };
        std::os::unix::fs::chown(folder, Some(uid), Some(gid))
            .explain("a folder could not be given to PostgreSQL")
    }

    /// Whether every folder on the way to `folder` can be entered by anyone, or the account is our own.
    pub(super) fn can_reach(&self, folder: &Path) -> bool {
        let open = |part: &Path| {
            std::fs::metadata(part).is_ok_and(|data| data.permissions().mode() & 0o001 != 0)
        };
        folder.is_dir() && (matches!(self, Self::Own) || folder.ancestors().all(open))
    }
}
