//! `demo.json`: the one place where the secret keys of the demo projects can be read.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use dream_domain::error::{Code, Error, Result};
use dream_domain::key::SecretKey;
use serde::{Deserialize, Serialize};

/// The name of the file in the data directory.
const NAME: &str = "demo.json";
/// Only we may read it.
const MODE: u32 = 0o600;

/// What `demo.json` holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Demo {
    /// Where the server answers.
    pub base_url: String,
    /// Where the sandbox answers; none where it stands in for nothing.
    pub sandbox_url: Option<String>,
    /// The developer's account.
    pub platform_id: String,
    /// The saas project in test mode.
    pub saas: Keys,
    /// The store project in test mode.
    pub store: Keys,
    /// An end user of the saas project, on its free tier.
    pub user_id: String,
    /// A token of that user, for a year.
    pub user_token: String,
    /// A token of the developer, for a year.
    pub developer_token: String,
}

/// The keys of one project.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// `pk_test_…`
    pub publishable_key: String,
    /// `sk_test_…`
    pub secret_key: String,
}

impl Keys {
    pub(super) fn new(publishable_key: &str, secret: &SecretKey) -> Self {
        Self {
            publishable_key: publishable_key.to_owned(),
            secret_key: secret.expose().to_owned(),
        }
    }
}

/// Where the file lies.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(NAME)
}

/// The file's content; none if it is missing or not ours.
pub(super) fn read(path: &Path) -> Result<Option<Demo>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, error)),
    }
}

/// Replaces the file at once, so that nobody reads half of it.
pub(super) fn write(path: &Path, demo: &Demo) -> Result<()> {
    let fresh = path.with_extension(format!("json.{}", std::process::id()));
    serde_json::to_string_pretty(demo)
        .map_err(io::Error::from)
        .and_then(|text| write_new(&fresh, &(text + "\n")))
        .and_then(|()| std::fs::rename(&fresh, path))
        .map_err(|error| cannot("write", path, error))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(MODE)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn cannot(what: &str, path: &Path, cause: io::Error) -> Error {
    let detail = format!("Cannot {what} {}: {cause}", path.display());
    Code::Internal.error(detail).because(cause)
}
